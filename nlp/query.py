"""Whether a query holds for a post, of which its phrases were looked for already.

`nlp.phrases` looks for the phrases of all queries of all topics in one pass; only queries of which
an anchor was seen (`config.query.anchors`) are asked here.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from config.query import Not, Origin, Query, Trait, Words
from nlp.language import UNKNOWN
from nlp.searching import plain
from nlp.text import fold

#: A phrase in a searched text: start, end, and whether a word ends there.
Place = tuple[int, int, bool]


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """What a post shows to queries."""

    places: Mapping[str, Sequence[Place]]  # by phrase, as `plain` gives it; each begins a word
    title_end: int
    author: str  # as `handle` gives it; empty when nobody knows
    host: str  # of its address, lower case; empty when it has none
    language: Callable[[], str]  # takes time, so it is asked last and once


def prepared(query: Query) -> Query:
    """Return ``query`` with its phrases and handles as they are compared."""
    if isinstance(query, Words):
        return replace(query, text=plain(query.text))
    if isinstance(query, Origin):
        return replace(query, value=handle(query.value)) if query.trait is Trait.AUTHOR else query
    if isinstance(query, Not):
        return replace(query, part=prepared(query.part))
    return replace(query, parts=tuple(map(prepared, query.parts)))


def handle(author: str) -> str:
    """Return the form in which two spellings of a handle are equal: "@Ada" and "u/ada" are ada."""
    folded = " ".join(fold(author).split())
    return folded.removeprefix("/").removeprefix("u/").removeprefix("@")


def holds(query: Query, post: Shown, *, is_denied: bool = False) -> bool:
    """Tell whether a prepared query holds for a post.

    A post whose language can't be told gets the benefit of the doubt: it has the language that
    ``lang:`` asks for, and has not the one that a NOT (``is_denied``) forbids.
    """
    if isinstance(query, Words):
        return any(_counts(query, place, post) for place in post.places.get(query.text, ()))
    if isinstance(query, Origin):
        return _fits(query, post, is_denied=is_denied)
    if isinstance(query, Not):
        return not holds(query.part, post, is_denied=not is_denied)
    needed = all if query.needs_all else any
    return needed(holds(part, post, is_denied=is_denied) for part in query.parts)


def evidence(query: Query, post: Shown, *, is_denied: bool = False) -> Iterator[Place]:
    """Yield the places of the phrases by which a prepared query holds for a post."""
    if isinstance(query, Words):
        if not is_denied:
            yield from (
                place for place in post.places.get(query.text, ()) if _counts(query, place, post)
            )
    elif isinstance(query, Not):
        yield from evidence(query.part, post, is_denied=not is_denied)
    elif not isinstance(query, Origin):
        for part in query.parts:
            if holds(part, post, is_denied=is_denied) != is_denied:
                yield from evidence(part, post, is_denied=is_denied)


def _counts(words: Words, place: Place, post: Shown) -> bool:
    start, _, ends_word = place
    return (ends_word or words.is_prefix) and (not words.in_title or start < post.title_end)


def _fits(origin: Origin, post: Shown, *, is_denied: bool) -> bool:
    if origin.trait is Trait.AUTHOR:
        return post.author == origin.value
    if origin.trait is Trait.SITE:
        return f".{post.host}".endswith(f".{origin.value}")
    language = post.language()
    return language == origin.value or (language == UNKNOWN and not is_denied)

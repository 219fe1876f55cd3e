"""What a query asks for, as a tree; `config.query_text` reads it from text.

A query finds posts by looking for its phrases; everything else (NOT, author, site, language) only
narrows down what the phrases find. So every query has a phrase without which no post matches.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from enum import StrEnum
from typing import ClassVar, TypeAlias


class Trait(StrEnum):
    """What a query may ask of a post beside its words, by the name of its field."""

    AUTHOR = "author"  # a handle
    SITE = "site"  # a host, which stands for its parts too
    LANG = "lang"  # ISO 639 code


@dataclass(frozen=True, slots=True)
class Words:
    """A phrase that the author says."""

    text: str  # composed, with single blanks
    is_prefix: bool = False  # "recommend*": the last word may go on
    in_title: bool = False
    at: int = field(default=0, compare=False)  # offset into the query's text


@dataclass(frozen=True, slots=True)
class Origin:
    """Who wrote the post, where, or in which language."""

    trait: Trait
    value: str
    at: int = field(default=0, compare=False)


@dataclass(frozen=True, slots=True)
class Not:
    """What must not hold."""

    part: "Query"
    at: int = field(default=0, compare=False)


@dataclass(frozen=True, slots=True)
class And:
    """All of several parts, none of which is an `And`."""

    needs_all: ClassVar[bool] = True
    parts: tuple["Query", ...]
    at: int = field(default=0, compare=False)


@dataclass(frozen=True, slots=True)
class Or:
    """At least one of several parts, none of which is an `Or`."""

    needs_all: ClassVar[bool] = False
    parts: tuple["Query", ...]
    at: int = field(default=0, compare=False)


Query: TypeAlias = Words | Origin | Not | And | Or


def leaves(query: Query) -> Iterator[Words | Origin]:
    """Yield the phrases and origins of a query in reading order."""
    if isinstance(query, Words | Origin):
        yield query
    elif isinstance(query, Not):
        yield from leaves(query.part)
    else:
        for part in query.parts:
            yield from leaves(part)


def anchors(query: Query) -> tuple[Words, ...]:
    """Return phrases of which a post must have one if the query is to hold for it.

    Where there is a choice it is the rarest: of the parts of an AND, the one whose shortest
    phrase is longest. Empty when the query holds for a post that has none of its phrases.
    """
    return _anchors(query, is_denied=False)


def unanchored(query: Query) -> Query | None:
    """Return the part of a query that keeps it from having `anchors`; None if it has some."""
    return _unanchored(query, is_denied=False)


def _anchors(query: Query, *, is_denied: bool) -> tuple[Words, ...]:
    if isinstance(query, Not):
        return _anchors(query.part, is_denied=not is_denied)
    if isinstance(query, Words):
        return () if is_denied else (query,)
    if isinstance(query, Origin):
        return ()
    # Under a NOT it is the other way round: "not (a or b)" is "neither a nor b".
    choices = [_anchors(part, is_denied=is_denied) for part in query.parts]
    if query.needs_all != is_denied:
        return max(choices, key=_rarity)
    return tuple(words for choice in choices for words in choice) if all(choices) else ()


def _unanchored(query: Query, *, is_denied: bool) -> Query | None:
    if _anchors(query, is_denied=is_denied):
        return None
    if isinstance(query, Not):
        inner = _unanchored(query.part, is_denied=not is_denied)
        return query if inner is query.part else inner
    if isinstance(query, And | Or) and query.needs_all == is_denied:
        found = (_unanchored(part, is_denied=is_denied) for part in query.parts)
        return next(part for part in found if part is not None)
    return query


def _rarity(choice: tuple[Words, ...]) -> int:
    return min((len(words.text) for words in choice), default=0)

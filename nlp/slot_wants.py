"""Slots of the thing sought: what follows "looking for", or what a title is about."""

import re
from collections.abc import Iterable, Iterator
from collections.abc import Set as AbstractSet

from nlp.goods import GOODS
from nlp.judgement import Slot
from nlp.slot_field import Place, SlotField
from nlp.slot_words import (
    ARTICLES,
    ENDS_OF_PHRASE,
    NOT_A_NAME,
    NOT_WANTED,
    TITLE_BREAKS,
    TITLE_LEADS,
)
from nlp.text import fold

_WORD = re.compile(r"[^\W_]+(?:'[^\W_]+)?")

#: Words of a want, of which the small ones don't count.
_LONGEST = 6
#: Words that name nothing.
SMALL = frozenset(("a", "an", "the", "of", "for", "to", "with", "in", "on", "and", "or", "my")) | {
    "our", "from", "at", "that", "&", "/", ",", '"',
}  # fmt: skip

_PRAISE = frozenset(("good", "better", "new", "old", "used", "first", "great", "nice", "decent"))
_GOES = frozenset(("going", "feeling", "getting", "driving", "running", "stuck", "been", "makes"))
_NO_WANT = frozenset(("end", "mark", "money", "url"))

#: What a way of asking counts for what it names; read off labelled posts, see `weight`.
_WAYS = {"seeks": 3, "asks": 2, "best": 2, "buys": 2, "title": 2, "needs": 1, "tells": 0}
_IN_TITLE = 2
_SHARED = 2  # with the title, if there is one
_GOODS = 1
_TOLD = 1  # more than two words of it
_BARE = -3  # one word
_BARE_GOODS = -1  # one word that is something people buy
_ENOUGH = 3  # of what counts less one in six is right


def weight(way: str, slot: Slot, title: AbstractSet[str]) -> int:
    """Return how well words are likely to name the thing sought.

    What a title asks for plainly is right in 8 of 10 labelled posts, what a body looks for in 4,
    in 6 if the title has a word of it, and one bare word hardly ever.

    Args:
        way: the pattern that found it, or "title" for what a title is about.
        slot: the words.
        title: the words of the title.
    """
    words = [word for word in _WORD.findall(fold(slot.text)) if word not in SMALL]
    points = _WAYS[way]
    if slot.span.field == "title":
        points += _IN_TITLE
    elif not title or not title.isdisjoint(words):
        points += _SHARED
    is_goods = not GOODS.isdisjoint(words)
    points += _GOODS * is_goods
    if len(words) == 1:
        return points + (_BARE_GOODS if is_goods else _BARE)
    return points + _TOLD * (len(words) > 2)


def chosen(candidates: Iterable[tuple[str, Slot]], title: AbstractSet[str]) -> Slot | None:
    """Return the words that most likely name the thing sought, None if none are likely.

    Args:
        candidates: ways of asking with the words that they name, in reading order.
        title: the words of the title.
    """
    weighed = [
        (weight(way, slot, title), -order, slot) for order, (way, slot) in enumerate(candidates)
    ]
    best = max(weighed, key=lambda one: one[:2], default=None)
    return best[2] if best and best[0] >= _ENOUGH else None


def seeks(field: SlotField, _: int, end: int) -> Iterator[Slot]:
    """Yield what is looked for, and the best of what is asked for."""
    yield from _wanted(field, end)


def asks(field: SlotField, _: int, end: int) -> Iterator[Slot]:
    """Yield what is to be recommended: "recommend a ...", "suggestions for ..."."""
    at = field.skip(end, frozenset(("me", "us")))
    if field.words[at] in ARTICLES:
        yield from _wanted(field, at)
    elif field.words[at] in ("for", "on"):
        yield from _wanted(field, at + 1)


def tells(field: SlotField, _: int, end: int) -> Iterator[Slot]:
    """Yield what is asked about: "experience with ...", "anyone used ..."."""
    yield from _wanted(field, field.skip(end, frozenset(("with", "on", "of", "about", "using"))))


def needs(field: SlotField, start: int, end: int) -> Iterator[Slot]:
    """Yield what is needed or asked to exist: "we need a ...", "is there an ..."."""
    at = end + (field.words[end] == "of")
    if field.words[at] not in ("a", "an", "some", "any", "another"):
        return
    if field.words[start] == "there" and field.word(start - 1) not in ("is", "are", "isn't"):
        return
    yield from _wanted(field, at)


def title_want(title: SlotField) -> Slot | None:
    """Return what a title is about when its words name it rather than tell a story."""
    best: tuple[int, Place] | None = None
    at = 0
    while at < len(title):
        at = _content(title, at)
        last = at
        while last < len(title) and _carries_on(title, at, last):
            last += 1
        place = _trimmed(title, at, last)
        if place and not _tells_how_it_goes(title, place):
            weight = _title_weight(title, place)
            if best is None or weight > best[0]:
                best = (weight, place)
        at = max(last, at + 1)
    return title.slot("wants", *best[1]) if best else None


def _tells_how_it_goes(title: SlotField, place: Place) -> bool:
    """Whether words behind "going" and the like name no thing: "going round in circles"."""
    first, last = place
    return (
        title.word(first - 1) in _GOES
        and GOODS.isdisjoint(title.words[first:last])
        and not {"name", "model"} & set(title.looks[first:last])
    )


def _content(title: SlotField, at: int) -> int:
    """Return where the next words begin that may name a thing; "[tag]" is none."""
    while at < len(title):
        if title.words[at] == "[" and "]" in title.words[at : at + 5]:
            at = list(title.words[at:]).index("]") + at + 1
        elif title.look(at) in _NO_WANT or title.words[at] in TITLE_LEADS:
            at += 1
        else:
            break
    return at


def _carries_on(title: SlotField, first: int, at: int) -> bool:
    word = title.words[at]
    if word in ("/", "&", '"') and at > first:
        return True
    return (
        _counted(title, first, at) < _LONGEST
        and title.look(at) not in _NO_WANT
        and word not in TITLE_BREAKS
    )


def _counted(field: SlotField, first: int, last: int) -> int:
    return sum(word not in SMALL for word in field.words[first:last])


def _trimmed(field: SlotField, first: int, last: int) -> Place | None:
    while last > first and (
        field.words[last - 1] in NOT_A_NAME
        or field.look(last - 1) == "mark"
        or field.words[last - 1] in TITLE_LEADS
        or (field.look(last - 1) == "number" and field.word(last - 2) == "for")
    ):
        last -= 1
    words = field.words[first:last]
    if not words or _PRAISE.issuperset(words) or all(word in NOT_WANTED for word in words):
        return None
    return (first, last)


def _title_weight(title: SlotField, place: Place) -> int:
    first, last = place
    words = title.words[first:last]
    return (
        3 * (not GOODS.isdisjoint(words))
        + 2 * bool({"name", "model"} & set(title.looks[first:last]))
        + min(3, _counted(title, first, last))
    )


def _wanted(field: SlotField, first: int) -> Iterator[Slot]:
    """Yield what follows "looking for": up to six words, none of which begins a new thought."""
    first = field.skip(first, ARTICLES)
    last = first
    while (
        last < len(field)
        and _counted(field, first, last) < _LONGEST
        and _goes_on(field, first, last)
    ):
        last += 1
    while last > first and (field.words[last - 1] in NOT_A_NAME or field.look(last - 1) == "mark"):
        last -= 1
    phrase = field.words[first:last]
    if not phrase or phrase[0] in NOT_A_NAME - _PRAISE or _PRAISE.issuperset(phrase):
        return
    if any(word in NOT_WANTED for word in phrase[:2]):
        return
    yield field.slot("wants", first, last)


def _goes_on(field: SlotField, first: int, at: int) -> bool:
    """Whether the thing wanted, which begins at ``first``, still is spoken of at ``at``."""
    if field.words[at] == "/":
        return True
    if field.words[at] == ",":  # "a slim, brown jacket", but not "a laptop, my old one is dead"
        return (
            at > first
            and field.words[at - 1] not in SMALL
            and GOODS.isdisjoint(field.words[first:at])
        )
    if field.words[at] in ("that", "which"):
        return at > first
    return field.words[at] not in ENDS_OF_PHRASE and field.look(at) not in _NO_WANT

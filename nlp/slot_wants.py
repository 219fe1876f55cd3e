"""Slots of the thing sought: what follows "looking for", or else what a title is about."""

import re
from collections.abc import Iterable, Iterator
from collections.abc import Set as AbstractSet

from nlp.goods import GOODS
from nlp.judgement import Slot
from nlp.known_names import is_name
from nlp.slot_field import SlotField
from nlp.slot_words import (
    ARTICLES,
    ASKED,
    ASKING,
    CHATTY,
    CLASS_OF,
    DONE_WITH,
    ENDS_OF_PHRASE,
    NOT_A_NAME,
    NOT_WANTED,
    PARTS,
)
from nlp.text import fold
from nlp.want_ends import NO_WANT, PRAISE, SMALL, end_of, is_alternative, is_of_two

_WORD = re.compile(r"[^\W_]+(?:'[^\W_]+)?")

_LONGEST_ASKED = 4  # words between "which" and "do you"

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
    elif CHATTY.issuperset(title) or not title.isdisjoint(words):
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


def seeks(field: SlotField, start: int, end: int) -> Iterator[Slot]:
    """Yield what is looked for, the best of what is asked for, and which is asked for."""
    if field.words[start] in ("which", "what"):
        yield from _which(field, end)
    else:
        yield from _wanted(field, end)


def _which(field: SlotField, first: int) -> Iterator[Slot]:
    """Yield what "which ... should I get" is about, and "what do you use for ..."."""
    last = first
    while last < len(field) and last - first <= _LONGEST_ASKED and _may_be_asked(field, last):
        last += 1
    done = _done_with(field, last)
    if done is None:
        return
    if last == first:
        if field.words[done] == "for":
            yield from _wanted(field, done + 1)
        return
    if _names_a_thing(field, first, last) and PARTS.isdisjoint(field.words[first:last]):
        yield field.slot("wants", first, last)


def _may_be_asked(field: SlotField, at: int) -> bool:
    word = field.words[at]
    return (
        word == "/"
        or is_of_two(field, at)
        or not (
            word in NOT_A_NAME - PRAISE
            or word in ASKING
            or word in ASKED
            or field.look(at) in ("end", "mark", "url", "money")
        )
    )


def _done_with(field: SlotField, at: int) -> int | None:
    """Return the position behind "do you use", None if nobody is asked what they do with it."""
    if field.words[at] == "to" and field.words[at + 1] in DONE_WITH:
        return at + 2
    if field.words[at] not in ASKING or field.word(at + 1) not in ASKED:
        return None
    at = field.skip(at + 1, ASKED | {"all", "guys", "currently", "other", "else", "here"})
    return at + 1 if field.words[at] in DONE_WITH else None


def asks(field: SlotField, start: int, end: int) -> Iterator[Slot]:
    """Yield what is to be recommended: "recommend a ...", "suggestions for", "any ... recs"."""
    if is_alternative(field, start):
        yield from _alternative(field, start, end)
        return
    at = field.skip(end, frozenset(("me", "us", "to", "towards", "toward")))
    if field.words[at] in ARTICLES:
        yield from _wanted(field, at)
    elif field.words[at] in ("for", "on"):
        yield from _wanted(field, at + 1)
    elif CLASS_OF.get(field.words[start]) == "ask":
        yield from _asked_before(field, start)


def _alternative(field: SlotField, first: int, end: int) -> Iterator[Slot]:
    """Yield "alternative to Shiftbook": what is left says what is sought."""
    if field.words[end] == "to" and is_name(field, field.skip(end + 1, ARTICLES)):
        yield field.slot("wants", first, end_of(field, end + 1, _goes_on))


def _names_a_thing(field: SlotField, first: int, last: int) -> bool:
    """Whether no word asks for words or says nothing; "feedback" does, "feedback tool" doesn't."""
    return not any(
        word in NOT_WANTED and not is_of_two(field, at) and field.words[at + 1] not in GOODS
        for at, word in enumerate(field.words[first:last], first)
    )


def _asked_before(field: SlotField, last: int) -> Iterator[Slot]:
    """Yield what stands before "recommendations": "any label printer recommendations"."""
    first = last
    while first > 0 and last - first < _LONGEST_ASKED and _may_be_asked(field, first - 1):
        first -= 1
    begins = field.look(first - 1) == "end" or field.word(first - 1) in ("any", "some", "for")
    if last > first and begins and _names_a_thing(field, first, last):
        yield field.slot("wants", first, last)


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


def _wanted(field: SlotField, first: int) -> Iterator[Slot]:
    """Yield what follows "looking for": up to six words, none of which begins a new thought."""
    first = field.skip(first, ARTICLES)
    last = end_of(field, first, _goes_on)
    while last > first and (field.words[last - 1] in NOT_A_NAME or field.look(last - 1) == "mark"):
        last -= 1
    phrase = field.words[first:last]
    if not phrase or PRAISE.issuperset(phrase):
        return
    if phrase[0] in NOT_A_NAME - PRAISE and not is_of_two(field, first):
        return
    if not _names_a_thing(field, first, min(last, first + 2)):
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
    return field.look(at) not in NO_WANT and (
        field.words[at] not in ENDS_OF_PHRASE or is_of_two(field, at)
    )

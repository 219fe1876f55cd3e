"""Slots of who is asking: for which organisation, how many people, where, and what they need."""

from collections.abc import Iterator

from nlp.judgement import Slot
from nlp.slot_field import SlotField
from nlp.slot_words import (
    ATTENDED,
    CLASS_OF,
    COUNTRIES,
    ENDS_OF_NEED,
    HERE,
    IN_CHARGE,
    LOCAL,
    MONTHS,
    NOT_A_PLACE,
    OWNED,
)
from nlp.sums import normalised_size

#: What an authority slot says of its author, see `nlp.bant`.
DECIDES = "decides"
BUYS_FOR_OTHERS = "buys for others"

#: Before a need these say that it is nobody's, or somebody else's, or asked about.
_NOT_MINE = frozenset(
    ("not", "don't", "doesn't", "didn't", "won't", "never", "you", "you'd", "they", "no", "there")
)
_ASKED = frozenset(("do", "does", "did", "will", "would"))
_MUST = frozenset(("be", "have", "work", "support", "fit", "run"))
_LOOSE = frozenset(("and", "the", "a", "an", "to", "of", "in", "with", "for", "or"))

_LONGEST_GROUP = 6
_LONGEST_NEED = 10


def team(field: SlotField, start: int, end: int) -> Iterator[Slot]:
    """Yield "12 people", "team of nine", "a 20-person agency", "10-15 users"."""
    if start > 0 and field.look(start - 1) == "number" and field.joined(start, "-"):
        start -= 1
    slot = field.slot("team_size", start, end)
    yield field.slot("team_size", start, end, normalised_size(slot.text))


def group(field: SlotField, _: int, end: int) -> Iterator[Slot]:
    """Yield "we're a 20-person agency", "my company": who speaks for an organisation."""
    words, first = field.words, end - 1
    while (
        first > 0
        and end - first <= _LONGEST_GROUP
        and field.looks[first - 1]
        not in (
            "end",
            "mark",
        )
    ):
        first -= 1
        if words[first] in ("my", "our") and end - first <= 3:
            if words[first] == "my" and words[end - 1] in ATTENDED:
                return
            owned = words[first] == "my" and words[end - 1] in OWNED
            yield field.slot("authority", first, end, DECIDES if owned else BUYS_FOR_OTHERS)
            return
        runs = words[first] in ("run", "own", "manage", "founded", "started", "opened") and (
            field.word(first - 1) in ("i", "we")
        )
        if words[first] == "for" and words[first + 1] in ("a", "an", "our"):
            yield field.slot("authority", first + 1, end, BUYS_FOR_OTHERS)
            return
        if words[first] == "we're" or words[first : first + 2] == ["we", "are"] or runs:
            said = DECIDES if runs else BUYS_FOR_OTHERS
            yield field.slot("authority", first - runs, end, said)
            return


def charge(field: SlotField, start: int, end: int) -> Iterator[Slot]:
    """Yield "I'm the founder", "as the owner", "in charge of": who says to decide."""
    before = field.words[max(0, start - 3) : start]
    owns_a_thing = field.words[start] == "owner" and not (
        field.word(start - 1) == "the" or CLASS_OF.get(field.word(start - 1)) == "group"
    )
    if not IN_CHARGE.isdisjoint(before) and not owns_a_thing:
        first = next(at for at in range(max(0, start - 3), start) if field.words[at] in IN_CHARGE)
        yield field.slot("authority", first, end, DECIDES)


def told(field: SlotField, start: int, end: int) -> Iterator[Slot]:
    """Yield "my boss wants", "our clients need": who buys for others."""
    if field.word(start - 1) in ("my", "our"):
        yield field.slot("authority", start - 1, end, BUYS_FOR_OTHERS)


def place(field: SlotField, start: int, end: int) -> Iterator[Slot]:
    """Yield "in Leeds" where somebody lives or wants something, "based in the UK"."""
    first = field.skip(end, frozenset(("the",)))
    last = first
    while last - first < 3 and field.look(last) == "name":
        last += 1
    words = field.words[first:last]
    if not words or words[0] in NOT_A_PLACE or words[0] in MONTHS or words[-1].isdigit():
        return
    country = COUNTRIES.get(" ".join(words))
    before = set(field.words[max(0, start - 3) : start])
    if country or not before.isdisjoint(HERE) or field.word(start - 1) in LOCAL:
        yield field.slot("location", first, last, country)


def need(field: SlotField, start: int, end: int) -> Iterator[Slot]:
    """Yield "need to track our hours", "tired of losing invoices": a need and what it is."""
    if field.word(start - 1) in _NOT_MINE or field.word(start - 2) in _ASKED:
        return
    if field.words[start] == "must" and field.word(end) not in _MUST:
        return
    last = end
    while (
        last < len(field)
        and last - start < _LONGEST_NEED
        and field.looks[last] != "end"
        and field.words[last] not in ENDS_OF_NEED
    ):
        last += 1
    while last > end and (field.look(last - 1) == "mark" or field.word(last - 1) in _LOOSE):
        last -= 1
    if last > end:
        yield field.slot("need", start, last)


def broken(field: SlotField, start: int, end: int) -> Iterator[Slot]:
    """Yield "my old printer died"."""
    for first in range(start - 1, max(-1, start - 6), -1):
        if field.look(first) in ("end", "mark"):
            return
        if field.words[first] in ("my", "our"):
            yield field.slot("need", first, end)
            return

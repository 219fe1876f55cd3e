"""Slots of who is asking: how many people, and what they need."""

from collections.abc import Iterator

from nlp.judgement import Slot
from nlp.slot_counts import first_of, is_open, past
from nlp.slot_crew import NOT_COUNTED, SOME_OF_THEM
from nlp.slot_field import SlotField
from nlp.slot_words import (
    ENDS_OF_NEED,
)
from nlp.sums import NUMBERS, normalised_size

#: Before a need these say that it is nobody's, or somebody else's, or asked about.
_NOT_MINE = frozenset(
    ("not", "don't", "doesn't", "didn't", "won't", "never", "you", "you'd", "they", "no", "there")
)
_ASKED = frozenset(("do", "does", "did", "will", "would"))
_MUST = frozenset(("be", "have", "work", "support", "fit", "run"))
_LOOSE = frozenset(("and", "the", "a", "an", "to", "of", "in", "with", "for", "or"))

_LONGEST_NEED = 10


def team(field: SlotField, start: int, end: int) -> Iterator[Slot]:
    """Yield "12 people", "team of nine", "a 20-person agency", "10-15 users"."""
    counts_a_kind = field.look(start) == "number" and end - start > 2
    if counts_a_kind and field.word(end - 2) in NOT_COUNTED:
        return
    if _is_number_word(field, start):
        start = first_of(field, start)
    if _is_number_word(field, end - 1):
        end = past(field, end - 1)
    if field.word(start - 1) in SOME_OF_THEM or is_open(field, start):
        return
    if field.joined(end, "-") and field.look(end) == "number":
        end += 1
    if start > 0 and field.look(start - 1) == "number" and field.joined(start, "-"):
        start -= 1
    size = normalised_size(field.slot("team_size", start, end).text)
    if size is not None:
        yield field.slot("team_size", start, end, size)


def _is_number_word(field: SlotField, at: int) -> bool:
    return field.word(at) in NUMBERS


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

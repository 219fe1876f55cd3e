"""Slots of where somebody is or wants something."""

from collections.abc import Iterator

from nlp.judgement import Slot
from nlp.places import AMBIGUOUS, CODES, PLACES
from nlp.slot_field import SlotField
from nlp.slot_words import HERE, LOCAL, MONTHS, NOT_A_PLACE, words_in

_THE = frozenset(("the",))

#: The names that a first word may begin, the longest first.
_NAMES: dict[str, list[tuple[str, ...]]] = {}
for _name in sorted(PLACES, key=len, reverse=True):
    _NAMES.setdefault(_name.split()[0], []).append(tuple(_name.split()))

#: Where a place of the gazetteer may begin.
WORDS = frozenset(_NAMES)

_WHERE = frozenset(("in", "near", "around", "outside", "across", "throughout"))
#: Before a place these may have others between it and the word of place: "in central Leeds".
_PART = words_in(
    "the downtown central north south east west northern southern eastern western upstate greater "
    "inner rural"
)
#: Between places that are listed.
_LISTED = frozenset((",", "/", "or", "and", "nor"))
_NOT = words_in("not isn't aren't don't doesn't never except excluding avoid nowhere")
_ANYWHERE = words_in("anywhere everywhere")
#: Behind a place these say that somebody or something is of it: "Toronto agency", "US only".
_OF_IT = words_in(
    "based only area region sole freelancer freelance contractor limited ltd company agency "
    "business startup shop store office firm charity nonprofit practice clinic studio team "
    "resident residents customers here small independent"
)


def place(field: SlotField, start: int, end: int) -> Iterator[Slot]:
    """Yield "in Leeds" where somebody lives or wants something, "based in the UK"."""
    first = field.skip(end, _THE)
    if first > end and field.words[start] == "outside":
        return  # "outside the UK"
    last = first
    while last - first < 3 and field.look(last) == "name":
        last += 1
    words = field.words[first:last]
    if not words or words[0] in NOT_A_PLACE or words[0] in MONTHS or words[-1].isdigit():
        return
    if _is_denied(field, first):
        return
    name = " ".join(words)
    before = set(field.words[max(0, start - 3) : start])
    if name in PLACES or not before.isdisjoint(HERE) or field.word(start - 1) in LOCAL:
        yield field.slot("location", first, last, PLACES.get(name))


def known(field: SlotField, start: int, _: int) -> Iterator[Slot]:
    """Yield a place of the gazetteer that is where somebody is or wants something."""
    if not _begins_high(field, start):
        return
    names = _NAMES[field.words[start]]
    last = next((start + len(name) for name in names if _is_at(field, start, name)), start)
    name = " ".join(field.words[start:last])
    if last > start and _is_where(field, start, last, name) and not _is_denied(field, start):
        yield field.slot("location", start, last, PLACES[name])


def _begins_high(field: SlotField, at: int) -> bool:
    """Whether a word has a capital; "US" needs two."""
    written = field.written(at)
    return written.isupper() if field.words[at] == "us" else written[0].isupper()


def _is_at(field: SlotField, at: int, name: tuple[str, ...]) -> bool:
    last = at + len(name)
    if tuple(field.words[at:last]) != name or last > len(field):
        return False
    return all(field.joined(position, "") for position in range(at + 1, last))


def _is_where(field: SlotField, first: int, last: int, name: str) -> bool:
    before = first - 1
    while field.word(before) in _PART:
        before -= 1
    if field.look(last) == "name" and field.joined(last, "") and field.word(last) not in _NAMES:
        return False  # "Boston Dynamics"
    if field.word(before) == "outside" and field.word(before + 1) == "the":
        return False  # "outside the US"
    if field.word(before) in _WHERE or (
        field.word(before) == "from" and field.word(before - 1) in HERE
    ):
        return True
    if name in AMBIGUOUS:
        return False
    if field.word(last) in _OF_IT:
        return True
    return field.look(first - 1) in ("end", "mark") and field.look(last) in ("end", "mark")


def _is_denied(field: SlotField, first: int) -> bool:
    """Whether it is just there that nothing is wanted: "not in Leeds or Bath", "but Leeds"."""
    at = first - 1
    while field.look(at) == "name" or field.word(at) in _LISTED or field.word(at) in _PART:
        at -= 1
    for between in (_WHERE, HERE):
        if field.word(at) in between:
            at -= 1
    if field.look(at + 1) == "mark":
        return False  # "why not, Leeds agency"
    if field.word(at) == "but":
        return field.word(at - 1) in _ANYWHERE
    return field.word(at) in _NOT


def codes(field: SlotField, start: int, end: int) -> Iterator[Slot]:
    """Yield "NL" and "BE" of "NL/BE"."""
    sides = (start - 1, end)
    if 0 < start < len(field) - 1 and all(_code(field, side) for side in sides):
        for side in sides:
            yield field.slot("location", side, side + 1, _code(field, side))


def _code(field: SlotField, at: int) -> str | None:
    """Return the country of a code in capitals."""
    return CODES.get(field.written(at))

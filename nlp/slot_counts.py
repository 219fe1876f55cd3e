"""How far a number of people goes: "twenty-five", "one hundred and twenty", "two dozen"."""

from nlp.slot_field import SlotField
from nlp.sums import MANY, NUMBERS

#: Words that belong to a number, be it understood or not.
_PARTS = frozenset(NUMBERS) | {"thousand", "million"}
_BEFORE_MANY = frozenset(("a", "half"))
_BEFORE_AND = frozenset(("hundred", "thousand"))
#: Before a number these leave open what it comes to, or whom it counts.
_OPEN = frozenset(("several", "few", "couple", "many", "per", "every"))


def first_of(field: SlotField, at: int) -> int:
    """Return the first token of the number in words that ends at a token."""
    first = at
    while first > 0:
        if _follows(field, first):
            first -= 1
        elif field.word(first - 1) == "and" and _is_rest(field, first):
            first -= 2
        else:
            break
    return first


def past(field: SlotField, at: int) -> int:
    """Return past the last token of the number in words that begins at a token."""
    last = at + 1
    while True:
        if field.word(last) in _PARTS and _follows(field, last):
            last += 1
        elif field.word(last) == "and" and _is_rest(field, last + 1):
            last += 2
        else:
            return last


def is_open(field: SlotField, first: int) -> bool:
    """Whether nobody can tell how many a number comes to: "several hundred", "per hundred"."""
    if field.word(first - 1) == "of":
        return field.word(first - 2) == "couple"
    return field.word(first - 1) in _OPEN


def _follows(field: SlotField, at: int) -> bool:
    """Whether a token goes on with the number that the one before it belongs to."""
    word, before = field.word(at), field.word(at - 1)
    if not (field.joined(at, "") or field.joined(at, "-")):
        return False
    if word in _PARTS and before in _PARTS:
        return True
    if word in MANY:
        return before in _BEFORE_MANY or before.isdecimal()
    return word == "a" and before == "half"


def _is_rest(field: SlotField, at: int) -> bool:
    """Whether a token is what comes behind the "and" of "one hundred and twenty"."""
    return field.word(at) in NUMBERS and field.word(at - 2) in _BEFORE_AND

"""Where the words of a want end, and which of them count."""

from collections.abc import Callable

from nlp.slot_field import SlotField
from nlp.slot_words import NAMED_BY_TWO

#: Words of a want, of which the small ones don't count.
_LONGEST = 6
#: Words that it may take to come to an end, lest it is cut within "coffee shop".
_LONGEST_WHOLE = 9
#: Words that name nothing.
SMALL = frozenset(("a", "an", "the", "of", "for", "to", "with", "in", "on", "and", "or", "my")) | {
    "our", "from", "at", "that", "&", "/", ",", '"',
}  # fmt: skip
#: Words that tell how good a thing is or shall be, and don't name it alone.
PRAISE = frozenset(("good", "better", "new", "old", "used", "first", "great", "nice", "decent"))
#: Looks of tokens that no want goes on over.
NO_WANT = frozenset(("end", "mark", "money", "url"))


def end_of(field: SlotField, first: int, goes_on: Callable[[SlotField, int, int], bool]) -> int:
    """Return where the words of a want end: with its phrase, or cut if that goes on and on.

    Args:
        field: where it stands.
        first: its first token.
        goes_on: whether the want that begins at one token is still spoken of at another.
    """
    cut = last = first
    count = 0
    while last < len(field) and goes_on(field, first, last):
        if count == _LONGEST:
            cut = last
        if count == _LONGEST_WHOLE:
            return cut
        count += field.words[last] not in SMALL
        last += 1
    return last


def counted(field: SlotField, first: int, last: int) -> int:
    """Return how many of the words say something."""
    return sum(word not in SMALL for word in field.words[first:last])


def is_of_two(field: SlotField, at: int) -> bool:
    """Whether a word is one of two that name a thing together, as "help desk" does."""
    two = (tuple(field.words[at : at + 2]), tuple(field.words[max(0, at - 1) : at + 1]))
    return not NAMED_BY_TWO.isdisjoint(two)


def is_alternative(field: SlotField, at: int) -> bool:
    """Whether a word asks for something else instead."""
    return field.words[at] in ("alternative", "alternatives", "replacement", "replacements")

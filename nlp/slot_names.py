"""Slots of named products: what is compared, used, left or asked about, as the author names it.

A capital alone says little: of the names of a buyer's post one in four is a product. So each is
weighed by what it looks like, what stands before it and how often it comes, see `_WEIGHTS`.
"""

import re
from collections.abc import Iterator
from functools import cache

from nlp.judgement import Slot
from nlp.slot_field import Place, SlotField
from nlp.slot_words import (
    ARTICLES,
    ENDS_OF_PHRASE,
    NAME_CUES,
    NAME_TAILS,
    NOT_A_NAME,
    NOT_PRODUCTS,
)

_LONGEST_NAME = 4
_LONGEST_PLAIN = 3

#: What counts for a name. The counts were read off labelled posts: of names with a number in
#: them 6 in 10 are products, of two names in a row 4, after "using" or "tried" 7, of single
#: words with a capital 2.
_WEIGHTS = {
    "number": 2,  # "Shiftbook 4", "FX100 Pro"
    "words": 1,  # two or more names in a row
    "cue": 2,  # behind "using", "tried", "or", before "worth"
    "again": 1,  # comes more than once in the post
    "title": 1,
}
_ENOUGH = 2

#: A measure or a count with its unit glued on, "16gb", "2nd", "1080p", is no name of a product.
_MEASURE = re.compile(
    r"\d[\d.,]*(?:[kmgt]?b|[kmgt]?bps|[kmg]?hz|[cmkn]?m|k|p|i|x|s|w|v|kw|kwh|mah|ah|mp|fps|rpm|lbs?|kg"
    r"|g|oz|mg|ml|l|ft|in|inch|mph|mpg|st|nd|rd|th|am|pm|hrs?|h|mins?|sec|yrs?|yo|d|spd|ish"
    r"|years?|months?|weeks?|days?|bit|core|pin|way|channel|usd|cad|gbp|eur|cdn|aa|aaa|c|f|a|t)s?"
    r"|[a-z]\d|\d[a-z]?|q[1-4]|(?:19|20)\d\ds?|\d+'?s|[mw]\d+f?|\w+_\w+"
)


@cache
def _is_measure(word: str) -> bool:
    return _MEASURE.fullmatch(word) is not None


_TO_NAME = frozenset(
    ("to", "for", "of", "from", "off", "away", "over", "with", "on", "about", "at", "into", "out")
) | {"the", "a", "an", "my", "our", "using", "both", "either", "like", "new"}


def behind(field: SlotField, _: int, end: int) -> Iterator[Slot]:
    """Yield the names behind a phrase, as in "tried X, Y and Z"."""
    place = _name_after(field, field.skip(end, _TO_NAME))
    while place:
        yield field.slot("products", *place)
        at = field.skip(place[1], frozenset((",", "/", "and", "or")))
        at = field.skip(at, ARTICLES) if at > place[1] else at
        place = _name_after(field, at) if at > place[1] else None


def pair(field: SlotField, start: int, end: int) -> Iterator[Slot]:
    """Yield the names on both sides of "vs" or "or"; of "vs" names without capitals too."""
    versus = field.words[start] != "or"
    if field.look(end) == "end" and field.word(end) == ".":
        end += 1  # vs.
    after = field.skip(end, ARTICLES)
    left, right = _name_before(field, start), _name_after(field, after)
    if versus:
        left, right = left or _plain_before(field, start), right or _plain_after(field, after)
    if left and right:
        yield field.slot("products", *left)
        yield field.slot("products", *right)


def weighed(field: SlotField, text: str) -> Iterator[Slot]:
    """Yield the names of a field for which enough speaks.

    Args:
        field: where they stand.
        text: the whole post, folded.
    """
    last = 0
    for at in [at for at, look in enumerate(field.looks) if look in ("name", "model")]:
        place = _name_after(field, at) if at >= last else None
        if place is None:
            continue
        if _weight(field, place, text) >= _ENOUGH:
            yield field.slot("products", *place)
        last = place[1]


def _weight(field: SlotField, place: Place, text: str) -> int:
    first, last = place
    words = field.words[first:last]
    counts = {
        "number": any(word[0].isdigit() or word[-1].isdigit() for word in words),
        "words": last - first > 1,
        "cue": _is_cued(field, first) or field.word(last) in NAME_TAILS,
        "again": text.count(" ".join(words)) > 1,
        "title": field.is_title,
    }
    return sum(_WEIGHTS[name] for name, counted in counts.items() if counted)


def _is_cued(field: SlotField, first: int) -> bool:
    before = field.word(first - 1)
    if before in ARTICLES or before in ("my", "our", "this", "new"):
        return field.word(first - 2) in NAME_CUES
    return before in NAME_CUES


def _is_part(field: SlotField, at: int) -> bool:
    look, word = field.look(at), field.word(at)
    if look == "name":
        return word not in NOT_PRODUCTS
    return look == "model" and not _is_measure(word) and word not in NOT_PRODUCTS


def _name_after(field: SlotField, first: int) -> Place | None:
    last = first
    while last < len(field) and last - first < _LONGEST_NAME:
        numbered = last > first and field.look(last) == "number" and field.joined(last, "")
        if not (_is_part(field, last) or numbered):
            break
        last += 1
    return (first, last) if last > first else None


def _name_before(field: SlotField, last: int) -> Place | None:
    first = last
    while first > 0 and last - first < _LONGEST_NAME:
        if not (_is_part(field, first - 1) or field.look(first - 1) in ("head", "number")):
            break
        first -= 1
    named = {"name", "head", "model"} & set(field.looks[first:last])
    return (first, last) if named else None


def _is_plain(field: SlotField, at: int) -> bool:
    word = field.word(at)
    return field.look(at) in ("word", "name", "head", "model", "number") and not (
        word in NOT_A_NAME or word in ENDS_OF_PHRASE or word == ""
    )


def _plain_after(field: SlotField, first: int) -> Place | None:
    last = first
    while last - first < _LONGEST_PLAIN and _is_plain(field, last):
        last += 1
    return (first, last) if last > first else None


def _plain_before(field: SlotField, last: int) -> Place | None:
    first = last
    while last - first < _LONGEST_PLAIN and _is_plain(field, first - 1):
        first -= 1
    return (first, last) if last > first else None

"""Slots of named products: what is compared, used, left or asked about, as the author names it.

A capital alone says little: of the names of a buyer's post one in four is a product. So each is
weighed by what it looks like, what stands before it and how often it comes, see `_WEIGHTS`.
"""

import re
from collections.abc import Iterator, Sequence
from functools import cache

from nlp.goods import GOODS
from nlp.judgement import Slot
from nlp.known_names import has_capital, is_meant, known_at, known_before
from nlp.slot_field import Place, SlotField
from nlp.slot_words import (
    ARTICLES,
    CLASS_OF,
    ENDS_OF_PHRASE,
    HEAD_TAILS,
    NAME_CUES,
    NAME_TAILS,
    NOT_A_NAME,
    NOT_HEADS,
    NOT_PRODUCTS,
    TITLE_LEADS,
)
from nlp.sums import CODE

_LONGEST_NAME = 4
_LONGEST_PLAIN = 3
_READ_FOR_SMALL = 60  # tokens; a title has fewer, and a text has small words early on
_LEAST_CONTENT = 3  # letters of a word that has no capital in no title

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
    r"|years?|months?|weeks?|days?|pw|pcm|pa|pp|bit|core|pin|way|channel|usd|cad|gbp|eur|cdn|aa|aaa|c|f|a|t)s?"
    r"|\d[\d.,]*e\d+|[a-z]\d|\d[a-z]?|q[1-4]|(?:19|20)\d\ds?|\d+'?s|[mw]\d+f?|\w+_\w+"
)


_CURRENCY = re.compile(CODE)


@cache
def _is_measure(word: str) -> bool:
    return _MEASURE.fullmatch(word) is not None


_TO_NAME = frozenset(
    ("to", "for", "of", "from", "off", "away", "over", "with", "on", "about", "at", "into", "out")
) | {"the", "a", "an", "my", "our", "using", "both", "either", "like", "new"}


_SURELY = frozenset(("really", "actually", "still", "even"))
#: Between names that are listed.
_LIST = frozenset((",", "/", "or", "vs", "versus"))
_LONGEST_LISTED = 2


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
    if left and right and not (_is_kind(field, left) and _is_kind(field, right)):
        yield field.slot("products", *left)
        yield field.slot("products", *right)


def _is_kind(field: SlotField, place: Place) -> bool:
    """Whether words name a kind of thing alone: "Laptop or Tablet?"."""
    return GOODS.issuperset(field.words[slice(*place)])


def weighed(field: SlotField, text: str) -> Iterator[Slot]:
    """Yield the names of a field for which enough speaks.

    Args:
        field: where they stand.
        text: the whole post, folded.
    """
    places = [*_list_at_head(field), *_before_tail(field), *_enough(field, text)]
    for place in _not_said_longer(field, places):
        yield field.slot("products", *place)


def _list_at_head(field: SlotField) -> Iterator[Place]:
    """Yield the names that a field begins with a list of: "Duty, Rotabase or Shift Pro?"."""
    places: list[Place] = []
    first = 0
    while (last := _capitals_from(field, first)) > first:
        places.append((first, last))
        after = field.skip(last, _LIST)
        if after == last:
            break
        first = after
    else:
        return
    if len(places) > 1 and _is_over(field, places[-1][1]):
        yield from places


def _is_over(field: SlotField, at: int) -> bool:
    return field.look(at) in ("end", "mark") or field.joined(at, "-")


def _capitals_from(field: SlotField, first: int) -> int:
    """Return where a run of words ends that may be a name written with capitals."""
    last = first
    while last < len(field) and last - first < _LONGEST_LISTED and _may_name(field, last):
        last += 1
    return last


def _may_name(field: SlotField, at: int) -> bool:
    word = field.word(at)
    return (
        word.isalpha()
        and has_capital(field, at)
        and word not in NOT_A_NAME
        and word not in NOT_PRODUCTS
        and word not in TITLE_LEADS
        and word not in GOODS
    )


def _before_tail(field: SlotField) -> Iterator[Place]:
    """Yield the names that begin a sentence and are followed by "alternative" and the like."""
    for at in [at for at, look in enumerate(field.looks) if look == "head"]:
        tail = field.word(at + 1)
        is_told_of = field.word(at + 2) in ("to", "for")  # "Affordable alternative to it"
        is_head = _may_name(field, at) and field.word(at) not in NOT_HEADS
        if tail in HEAD_TAILS and is_head and not is_told_of:
            yield (at, at + 1)


def _enough(field: SlotField, text: str) -> Iterator[Place]:
    """Yield the names that are known or for which enough speaks."""
    last = 0
    for at, look in enumerate(field.looks):
        if at < last:
            continue
        known = _known_after(field, at)
        place = _name_after(field, at) if known or look in ("name", "model") else None
        if place is None:
            continue
        is_told = not _is_kind(field, place) and _weight(field, place, text) >= _ENOUGH
        if known or is_told:
            yield place
        last = place[1]


def _not_said_longer(field: SlotField, places: Sequence[Place]) -> Iterator[Place]:
    """Yield the places whose words begin no longer name: no "Ryzen" beside a "Ryzen 5"."""
    longer = {
        tuple(field.words[first:end]) for first, last in places for end in range(first + 1, last)
    }
    return (place for place in places if tuple(field.words[slice(*place)]) not in longer)


def _weight(field: SlotField, place: Place, text: str) -> int:
    first, last = place
    words = field.words[first:last]
    counts = {
        "number": any(word[0].isdigit() or word[-1].isdigit() for word in words),
        "words": last - first > 1,
        "cue": _is_cued(field, first) or _has_tail(field, last),
        "again": text.count(" ".join(words)) > 1,
        "title": field.is_title,
    }
    return sum(_WEIGHTS[name] for name, counted in counts.items() if counted)


def _is_cued(field: SlotField, first: int) -> bool:
    before = field.word(first - 1)
    if before in ARTICLES or before in ("my", "our", "this", "new"):
        return field.word(first - 2) in NAME_CUES
    return before in NAME_CUES


def _has_tail(field: SlotField, last: int) -> bool:
    """Whether words behind make a name a product: "alternative", "really cost"."""
    return field.word(field.skip(last, _SURELY)) in NAME_TAILS


def _is_part(field: SlotField, at: int) -> bool:
    look, word = field.look(at), field.word(at)
    if look == "name":
        return word not in NOT_PRODUCTS and not _is_price(field, at)
    return look == "model" and not _is_measure(word) and word not in NOT_PRODUCTS


def _is_price(field: SlotField, at: int) -> bool:
    """Whether a name is the currency of the number behind it: "CHF 1", "Rs. 2"."""
    if not _CURRENCY.fullmatch(field.word(at)):
        return False
    return field.look(at + 1 + (field.word(at + 1) == ".")) == "number"


def _known_after(field: SlotField, first: int) -> Place | None:
    """Return a known name with the model that it is followed by: "makita df333"."""
    known = known_at(field, first)
    if known is None or not is_meant(field, known):
        return None
    last = known.place[1]
    while last < len(field) and last - first < _LONGEST_NAME and _is_model_of(field, last):
        last += 1
    return (first, last)


def _is_model_of(field: SlotField, at: int) -> bool:
    if not (field.joined(at, "") or field.joined(at, "-")):
        return False
    if field.look(at) == "number":
        return not _counts(field, at)
    return _is_part(field, at) or _is_capital_among_small(field, at)


def _is_capital_among_small(field: SlotField, at: int) -> bool:
    """Whether a capital says something although most words have one.

    It does when a word that could have one has none: "DeLonghi Magnifica S - opinions?".
    """
    word = field.word(at)
    return (
        has_capital(field, at)
        and word not in NOT_A_NAME
        and (len(word) == 1 or word not in NOT_PRODUCTS)
        and any(
            len(other) > _LEAST_CONTENT
            and other not in NOT_A_NAME
            and not has_capital(field, place)
            for place, other in enumerate(field.words[: min(len(field), _READ_FOR_SMALL)])
            if other.isalpha()
        )
    )


def _is_number_of(field: SlotField, at: int) -> bool:
    return field.look(at) == "number" and field.joined(at, "") and not _counts(field, at)


def _counts(field: SlotField, at: int) -> bool:
    """Whether a number behind a name counts something: "Zendesk 5 seats", "Lenovo 35% off"."""
    sign = field.part.folded[field.part.tokens.ends[at] :][:1]
    return sign == "%" or CLASS_OF.get(field.word(at + 1)) == "member"


def _name_after(field: SlotField, first: int) -> Place | None:
    known = _known_after(field, first)
    last = known[1] if known else first
    while last < len(field) and last - first < _LONGEST_NAME:
        if not (_is_part(field, last) or (last > first and _is_number_of(field, last))):
            break
        last += 1
    return (first, last) if last > first else None


def _name_before(field: SlotField, last: int) -> Place | None:
    first = last
    while first > 0 and last - first < _LONGEST_NAME:
        if not (_is_part(field, first - 1) or field.look(first - 1) in ("head", "number")):
            break
        first -= 1
    if {"name", "head", "model"} & set(field.looks[first:last]):
        return (first, last)
    known = known_before(field, last)
    return known.place if known and is_meant(field, known) else None


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

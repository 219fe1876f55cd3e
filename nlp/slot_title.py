"""What a title is about: its words that name a thing rather than tell a story."""

import re
from collections.abc import Iterable, Iterator

from nlp.goods import GOODS
from nlp.judgement import Slot
from nlp.known_names import is_meant, is_name, known_at
from nlp.slot_field import Place, SlotField
from nlp.slot_words import (
    ARTICLES,
    CHATTY,
    CLASS_OF,
    LEADS_OF_TWO,
    LEAVING,
    NAMED_BY_TWO,
    NOT_A_NAME,
    NOT_WANTED,
    OF_CONTRACT,
    PREDICATES,
    TIRED,
    TITLE_BREAKS,
    TITLE_LEADS,
)
from nlp.want_ends import NO_WANT, PRAISE, counted, end_of, is_alternative, is_of_two

_GOES = frozenset(("going", "feeling", "getting", "driving", "running", "stuck", "been", "makes"))
_VERSUS = frozenset(("vs", "versus", "or"))
_BETWEEN = _VERSUS | ARTICLES | {"."}
_MOST_BETWEEN = 3  # "vs . the"
_LEFT_BEFORE = 3  # "moving from our"
_SUM = re.compile(r"\d+(?:k|,\d+)?")


def title_want(title: SlotField) -> Slot | None:
    """Return what a title is about when its words name it rather than tell a story."""
    if CHATTY.issuperset(title.words[:-1]):
        return None
    best: tuple[int, Place] | None = None
    for place in _compared(title, _places(title)):
        weight = _title_weight(title, place)
        if best is None or weight > best[0]:
            best = (weight, place)
    return title.slot("wants", *best[1]) if best else None


def _places(title: SlotField) -> Iterator[Place]:
    """Yield the runs of words in a title that may name a thing."""
    at = 0
    while at < len(title):
        at = _content(title, at)
        last = end_of(title, at, _carries_on)
        place = _trimmed(title, at, last)
        if place and not _tells_how_it_goes(title, place) and not _is_left(title, place[0]):
            yield place
        if last > at and _is_predicate(title, last):
            return
        at = max(last, at + 1)


def _compared(title: SlotField, places: Iterable[Place]) -> Iterator[Place]:
    """Yield the places, those with only "vs" or "or" between as one: a choice, not one of both.

    Nor is a choice of bare names yielded, which don't tell what kind of thing is sought.
    """
    for chain in _chains(title, places):
        whole = (chain[0][0], chain[-1][1])
        if len(chain) == 1:
            is_bare = _lists_known(title, *whole)
        else:
            is_bare = all(_is_bare_name(title, *place) for place in chain)
        if not is_bare:
            yield whole


def _lists_known(title: SlotField, first: int, last: int) -> bool:
    """Whether words are known names with strokes between: "Notion / Coda"."""
    strokes = [at for at in range(first, last) if title.words[at] == "/"]
    return bool(strokes) and all(
        known_at(title, at) for at in (first, *(at + 1 for at in strokes))
    )


def _chains(title: SlotField, places: Iterable[Place]) -> Iterator[list[Place]]:
    chain: list[Place] = []
    for place in places:
        if chain and not _is_versus(title, chain[-1], place):
            yield chain
            chain = []
        chain.append(place)
    if chain:
        yield chain


def _is_bare_name(title: SlotField, first: int, last: int) -> bool:
    """Whether words of a choice are a name, which doesn't tell what kind of thing is sought."""
    return GOODS.isdisjoint(title.words[first:last]) and (
        last - first == 1
        or all(
            title.look(at) in ("number", "model") or is_name(title, at)
            for at in range(first, last)
        )
    )


def _is_versus(title: SlotField, one: Place, other: Place) -> bool:
    """Whether two places are put side by side: "X or a Y", and of names "X, Y or Z"."""
    between = title.words[one[1] : other[0]]
    if between == [","]:
        return all(known_at(title, place[0]) for place in (one, other))
    return (
        0 < len(between) <= _MOST_BETWEEN
        and between[0] in _VERSUS
        and _BETWEEN.issuperset(between)
    )


def _is_left(title: SlotField, first: int) -> bool:
    """Whether words begin with a product that the author leaves: "Leaving Jira, what next?"."""
    name = title.skip(first, LEAVING)
    known = known_at(title, name)
    if known is None or title.word(known.place[1]) in GOODS - OF_CONTRACT:
        return False
    before = title.words[max(0, name - _LEFT_BEFORE) : name]
    return any(CLASS_OF.get(word) == "leave" or word in TIRED for word in before)


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
        elif _begins_name(title, at):
            break
        elif tuple(title.words[at : at + 2]) in LEADS_OF_TWO:
            at += 2
        elif _is_sum(title, at):
            at += 1
        elif title.look(at) == "money" and title.word(at + 1) == "/":
            at += 3  # "$18k/year"
        elif title.look(at) in NO_WANT or title.words[at] in TITLE_LEADS:
            at += 1
        else:
            break
    return at


def _begins_name(title: SlotField, at: int) -> bool:
    """Whether a word that says nothing alone begins a thing: "help desk", "New Relic"."""
    if tuple(title.words[at : at + 2]) in NAMED_BY_TWO:
        return True
    return _is_known(title, at) or (
        is_alternative(title, at) and title.word(at + 1) in ("to", "for")
    )


def _is_known(field: SlotField, at: int) -> bool:
    """Whether a known name begins here and is meant as one: "New Relic", "Monday or Asana"."""
    known = known_at(field, at)
    return known is not None and is_meant(field, known)


def _carries_on(title: SlotField, first: int, at: int) -> bool:
    word = title.words[at]
    if word in ("/", "&", '"') and at > first:
        return True
    if at > first and (_is_predicate(title, at) or _is_remark(title, at)):
        return False
    return title.look(at) not in NO_WANT and (word not in TITLE_BREAKS or is_of_two(title, at))


def _is_predicate(title: SlotField, at: int) -> bool:
    """Whether a word begins to say how the thing is that a title asks about."""
    return title.word(at) in PREDICATES and title.word(0) in ("is", "are")


def _is_remark(title: SlotField, at: int) -> bool:
    """Whether words behind a dash name nothing: "Shiftbook - which version?"."""
    tokens = title.part.tokens
    between = title.part.folded[tokens.ends[at - 1] : tokens.starts[at]]
    return title.words[at] in TITLE_LEADS and between == " - "


def _is_sum(title: SlotField, at: int) -> bool:
    """Whether a number stands for the price of what follows: "1.4k for a website"."""
    if title.look(at) not in ("number", "model") or not _SUM.fullmatch(title.words[at]):
        return False
    behind = at + 2 if title.joined(at + 1, ".") else at + 1
    return title.word(behind) == "for"


def _trimmed(field: SlotField, first: int, last: int) -> Place | None:
    while last > first and (
        (field.words[last - 1] in NOT_A_NAME and not _is_known(field, last - 1))
        or field.look(last - 1) == "mark"
        or (field.words[last - 1] in TITLE_LEADS and not is_alternative(field, last - 1))
        or (field.look(last - 1) == "number" and field.word(last - 2) == "for")
    ):
        last -= 1
    words = field.words[first:last]
    if not words or PRAISE.issuperset(words) or all(word in NOT_WANTED for word in words):
        return None
    if all(is_alternative(field, at) for at in range(first, last)):
        return None
    if {"number", "mark"}.issuperset(field.looks[first:last]):
        return None
    return (first, last)


def _title_weight(title: SlotField, place: Place) -> int:
    first, last = place
    words = title.words[first:last]
    return (
        3 * (not GOODS.isdisjoint(words))
        + 2 * bool({"name", "model"} & set(title.looks[first:last]))
        + min(3, counted(title, first, last))
    )

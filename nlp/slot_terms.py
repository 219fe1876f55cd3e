"""Slots of the terms of a purchase: how much it may cost and by when it is wanted."""

from collections.abc import Iterator

from nlp.judgement import Slot
from nlp.slot_field import SlotField
from nlp.slot_words import (
    ACTING,
    BUDGET_WORDS,
    CLASS_OF,
    COMPARES,
    CURRENCIES,
    DUE_FILLERS,
    LIMITS,
    MONTHS,
    PERIODS,
    SPENDS,
    STORY,
    SUM_FILLERS,
    SUM_TAILS,
)

_SUMS = ("money", "number", "model")


def money(field: SlotField, start: int, end: int) -> Iterator[Slot]:
    """Yield a sum as a budget where something nearby says that it is one."""
    if start > 0 and field.look(start - 1) == "money" and field.joined(start, "-"):
        return  # the upper end of a range, read with its lower one
    first = start
    while first > 0 and field.words[first - 1] in (*LIMITS, *SUM_FILLERS):
        first -= 1
    end = _with_period(field, _sum_ends(field, end))
    if not _is_budget(field, first, start, end):
        return
    while first < start and field.words[first] in ("is", "of", ":", "to", "be"):
        first += 1
    yield field.slot("budget", first, end)


def _sum_ends(field: SlotField, end: int) -> int:
    """Return where a sum ends that may be a range: "$50-80", "40 to 60 euros"."""
    ranges = field.word(end) in ("to", "or") and field.look(end + 1) in ("money", "number")
    if ranges:
        end += 2
    elif field.look(end) in _SUMS and field.joined(end, "-"):
        end += 1
    return end + (field.word(end) in CURRENCIES)


def _with_period(field: SlotField, end: int) -> int:
    """Return where "a month", "/user/month", "per seat per year" behind a sum ends."""
    for _ in range(2):
        if field.word(end) in PERIODS and field.joined(end, "/"):
            end += 1
        elif field.word(end) in ("a", "per", "/", "every") and field.word(end + 1) in PERIODS:
            end += 2
    return end


def _is_budget(field: SlotField, first: int, start: int, end: int) -> bool:
    """Whether a sum at ``[start, end)``, before which limits begin at ``first``, is a limit."""
    before = field.words[max(0, first - 4) : start]
    after = field.words[end : end + 3]
    if field.word(end) in COMPARES:
        return False
    limits = field.words[first:start]
    limited = any(word in LIMITS or word in ("than", "up") for word in limits)
    limited = limited or field.sign_before(start) in ("~", "<", "\u2264")
    limited = limited or not SUM_TAILS.isdisjoint(after)
    spends = any(word in SPENDS for word in (*before, *after))
    if not STORY.isdisjoint(before) and not spends:
        return False
    return limited or spends or field.is_title


def small_budget(field: SlotField, start: int, end: int) -> Iterator[Slot]:
    """Yield "on a tight budget", "break the bank", "willing to pay": no sum, but a say on one."""
    yield field.slot("budget", start, end)


def plain_budget(field: SlotField, start: int, end: int) -> Iterator[Slot]:
    """Yield "budget of 700", "max budget 3k": a number that is a sum because of its word."""
    if field.words[start] in ("limit", "range") and field.word(start - 1) != "price":
        return
    at = end
    while field.word(at) in (*LIMITS, *SUM_FILLERS, "would", "will", "about"):
        at += 1
    number = field.word(at)
    if at - end > 4 or not number[:1].isdigit() or field.look(at) not in ("number", "model"):
        return
    last = _sum_ends(field, at + 1)
    if len(number) >= 3 or number.endswith("k") or field.word(last - 1) in CURRENCIES:
        first = end if field.words[start] == "spend" else start
        yield field.slot("budget", first, _with_period(field, last))


def modest(field: SlotField, start: int, _: int) -> Iterator[Slot]:
    """Yield "free", "cheap" before the thing sought, as in "is there a free app"."""
    before = field.words[max(0, start - 4) : start]
    if not BUDGET_WORDS.isdisjoint(before) and field.look(start + 1) in ("word", "name", "mark"):
        yield field.slot("budget", start, start + 1)


def due(field: SlotField, start: int, end: int) -> Iterator[Slot]:
    """Yield "by the end of March", "in two weeks": a time that something shall be done by."""
    at = field.skip(end, DUE_FILLERS)
    counted = field.look(at) == "number" or CLASS_OF.get(field.words[at]) == "count"
    if counted and CLASS_OF.get(field.word(at + 1)) == "unit":
        at += 1
    kind = CLASS_OF.get(field.word(at), "")
    if kind == "unit":
        # "in a week" counts, "in years" is a story; "by week" is a way to bill.
        between = field.words[end:at]
        ahead_of_now = counted and "the" not in between[:1]
        if not (ahead_of_now or {"next", "end"} & set(between)):
            return
    elif kind != "time" or not _is_ahead(field, at):
        return
    if field.words[start] in ("on", "for", "over", "during") and kind != "time":
        return
    last = at + 1
    if field.words[at] in MONTHS and field.look(last) in ("number", "model"):
        last += 1
    if _acts(field, start):
        yield field.slot("timeline", start, last)


def _acts(field: SlotField, position: int) -> bool:
    return not ACTING.isdisjoint(field.sentence(position))


def _is_ahead(field: SlotField, position: int) -> bool:
    return not {"was", "were", "had", "got", "bought", "went", "last", "ago"} & set(
        field.sentence(position)
    )


def ahead(field: SlotField, start: int, end: int) -> Iterator[Slot]:
    """Yield "next month", "this summer"."""
    before = field.word(start - 1)
    if before in ("of", "by", "before", "until", "the") or not _is_ahead(field, start):
        return  # read by `due`, or a story
    while field.word(end) in ("few", "couple", "of", "or", "so") or (
        CLASS_OF.get(field.word(end)) == "unit" and CLASS_OF.get(field.word(end - 1)) != "unit"
    ):
        end += 1
    if CLASS_OF.get(field.word(end - 1)) in ("unit", "time") and _acts(field, start):
        yield field.slot("timeline", start, end)


def urgent(field: SlotField, start: int, end: int) -> Iterator[Slot]:
    """Yield "asap", "about to order", "before I pull the trigger"."""
    if _is_ahead(field, start):
        yield field.slot("timeline", start, end)


def soon(field: SlotField, start: int, end: int) -> Iterator[Slot]:
    """Yield "soon", "tomorrow" in a sentence that speaks of buying or doing."""
    very = field.word(start - 1) in ("very", "pretty", "really")
    as_soon = field.word(start - 1) == "as" or field.word(start - 1) == "too"
    if not as_soon and _acts(field, start) and _is_ahead(field, start):
        yield field.slot("timeline", start - very, end)

"""Times by which authors want something, as ISO 8601 dates and durations.

A time becomes

- ``now`` for "asap", "urgently", "today", "by noon", and for who is about to buy;
- a duration from the day of the post for "in two weeks" (``P2W``), "next month" (``P1M``); five
  working days are a week;
- the last day that is meant, ``2026-03-31``, for "by the end of March" when the day of the post is
  known: the next such day on or after it. "By March" means its first day, "in March" its last.
  Without the day of the post a month and a day stay what they are, ``--03`` and ``--03-31``, a
  feast that moves is in its month, and what is of the week, the month or the quarter of the post
  is within so long: "by Friday" and "this week" ``P1W``, "by the 15th" ``P1M``, "this quarter"
  ``P3M``.

What depends on where the author lives or keeps (summer, a financial year, "soon", the order of day
and month in 3/4) is not turned into a date, and no more is a day that there is not: 31 February.
What else is said beside such a day, its year or the day of the week, does not stand for it.
"""

import calendar
import re
from collections.abc import Callable, Mapping
from datetime import date, datetime, timedelta

from nlp.feasts import FEAST, FIXED, MONTH_OF, next_of
from nlp.text import fold

_MONTH_NAMES = (
    "january february march april may june july august september october november december"
)
_MONTHS: Mapping[str, int] = {
    form: number
    for number, name in enumerate(_MONTH_NAMES.split(), 1)
    for form in (name, name[:3], name[:4])
}
_MONTH = "|".join(sorted(_MONTHS, key=len, reverse=True))
_DAY_NAMES = "monday tuesday wednesday thursday friday saturday sunday"
_WEEKDAYS: Mapping[str, int] = {name: number for number, name in enumerate(_DAY_NAMES.split())}
_NUMBER_WORDS = "one two three four five six seven eight nine ten eleven twelve"
_COUNTS: Mapping[str, int] = {
    word: number
    for number, word in enumerate(_NUMBER_WORDS.split(), 1)
} | {"a": 1, "an": 1, "couple": 2, "few": 3, "next": 1, "coming": 1, "upcoming": 1,
     "fifteen": 15, "twenty": 20, "thirty": 30, "sixty": 60, "ninety": 90}  # fmt: skip
_DESIGNATORS: Mapping[str, str] = {
    "hour": "PT{}H", "hr": "PT{}H", "day": "P{}D", "night": "P{}D", "week": "P{}W", "wk": "P{}W",
    "fortnight": "P{}W", "weekend": "P{}W", "month": "P{}M", "quarter": "P{}M", "year": "P{}Y",
    "yr": "P{}Y",
}  # fmt: skip
_TIMES_OF: Mapping[str, int] = {"fortnight": 2, "quarter": 3}

#: Short for what is read.
_SHORT_FOR: Mapping[str, str] = {
    "tmrw": "tomorrow", "2morrow": "tomorrow", "eod": "today", "eow": "end of the week",
    "eom": "end of the month", "eoq": "end of the quarter", "eoy": "end of the year",
    "x-mas": "christmas",
    **dict.fromkeys(("thu", "thur", "thurs"), "thursday"),
    **dict.fromkeys(("tue", "tues"), "tuesday"),
    **dict.fromkeys(("wed", "weds"), "wednesday"),
    "fri": "friday",
}  # fmt: skip
_SHORT = re.compile(r"\b(?:" + "|".join(_SHORT_FOR) + r")\b")

_NOW = re.compile(
    r"\b(?:asap|as soon as (?:possible|i can|we can)|urgent(?:ly)?|immediate(?:ly)?|right away"
    r"|right now|straight away|today|tonight|at once|yesterday|(?:about|ready) to \w+)\b"
)
_DURATION = re.compile(
    r"\b(?:(\d{1,3})|(" + "|".join(_COUNTS) + r"))(?: ?ish)?(?: (?:or|to) (?:so|\w{1,6}))?(?: of)?"
    r"(?: (?:more|short|(working|business)))?[ -]?(" + "|".join(_DESIGNATORS) + r")s?\b"
)
_ISO = re.compile(r"\b(20\d\d)-(\d\d)(?:-(\d\d))?\b")
_MONTH_NAMED = re.compile(
    rf"\b(?:(\d{{1,2}})(?:st|nd|rd|th)?(?: of)? )?({_MONTH})\b\.?"
    r"(?: (?:the )?(\d{1,2})(?:st|nd|rd|th)?\b(?!\d))?(?:,? (20\d\d))?"
)
_QUARTER = re.compile(r"\bq([1-4])\b(?: (20\d\d))?")
_YEAR = re.compile(r"(?<!\d[-./])\b(20\d\d)\b(?!-|[./]\d)")
_WEEKDAY = re.compile(r"\b(" + "|".join(_WEEKDAYS) + r")s?\b")
#: A day of the month alone, "the 15th", and one with its month in figures, "30.06.", "6/30".
_DAY = re.compile(
    r"\b(?:the|on|by|until|till|til|before|after|due|as of|ends?) (\d{1,2})(?:st|nd|rd|th)\b"
)
_FIGURES = re.compile(r"(?<![\d./])(\d{1,2})([./])(\d{1,2})(?:\2(20\d\d|\d\d))?(?![./]?\d)")
_HOUR = re.compile(r"\b(?:noon|midnight)\b")
_THIS = re.compile(
    r"\b(?:this|the|of) (week|weekend|month|quarter|year)\b|\b(month|quarter|year)[- ]end\b"
)
_END = re.compile(r"\b(?:end|late|last)\b")
_EARLY = re.compile(r"\b(?:start|beginning|early|first)\b")
_MIDDLE = re.compile(r"\bmid(?:dle)?\b")
_BEFORE = re.compile(r"\b(?:by|before|until|till)\b")

#: What a reader returns of a day that is stated and cannot be told, so that no other one is asked.
_NOT_TOLD = ""


def normalised_time(text: str, said_at: datetime | None = None) -> str | None:
    """Return a time in the form of this module, None where the words tell none.

    Args:
        text: the words that state a time, as written.
        said_at: when the author wrote them, aware; None leaves what needs a date undated.
    """
    plain = " ".join(fold(text).split())
    folded = _SHORT.sub(lambda found: _SHORT_FOR[found[0]], plain)
    if _NOW.search(folded):
        return "now"
    today = said_at.date() if said_at else None
    for read in _READERS:
        found = read(folded, today)
        if found is not None:
            return found or None
    return None


def day_of(normalised: str, said_at: datetime) -> date | None:
    """Return the last day that a normalised time means, None if it is not dated.

    Args:
        normalised: a time in the form of this module.
        said_at: when the author wrote it, aware.
    """
    today = said_at.date()
    if normalised == "now":
        return today
    if found := re.fullmatch(r"PT?(\d+)([HDWMY])", normalised):
        days = {"H": 1 / 24, "D": 1, "W": 7, "M": 30.5, "Y": 365}[found[2]]
        return today + timedelta(days=int(int(found[1]) * days))
    try:
        return date.fromisoformat(normalised)
    except ValueError:
        return None


def _dated(folded: str, _: date | None) -> str | None:
    found = _ISO.search(folded)
    if not found:
        return None
    try:
        return date(int(found[1]), int(found[2]), int(found[3] or 1)).isoformat()
    except ValueError:
        return _NOT_TOLD if found[3] else None


def _duration(folded: str, _: date | None) -> str | None:
    if re.search(r"\b(?:end|start|beginning|middle) of (?:the )?next\b", folded):
        return None
    if "tomorrow" in folded:
        return "P1D"
    found = _DURATION.search(folded)
    if not found:
        return None
    count = int(found[1]) if found[1] else _COUNTS[found[2]]
    unit = found[4]
    if found[3] and unit == "day":
        count = -(-count * 7 // 5)
    return _DESIGNATORS[unit].format(count * _TIMES_OF.get(unit, 1))


def _month(folded: str, today: date | None) -> str | None:
    found = _MONTH_NAMED.search(folded)
    if not found or (found[2] == "may" and not _month_is_meant(folded, found)):
        return None
    month, said = _MONTHS[found[2]], found[1] or found[3]
    year = int(found[4]) if found[4] else None
    if said:
        return _next_date(today, year, month, lambda _: int(said)) or _NOT_TOLD
    part = _part_of(folded)
    if part is None and year is None and today is None:
        return f"--{month:02}"
    return _next_date(today, year, month, _day_in(folded), whole=True)


def _month_is_meant(folded: str, found: re.Match[str]) -> bool:
    """Whether "may" is a month: right behind a word of time, or with a day or a year."""
    before = folded[: found.start(2)].split()
    return bool(found[1] or found[3] or found[4]) or before[-1:] in (
        ["in"], ["by"], ["before"], ["of"], ["until"], ["till"], ["early"], ["late"], ["mid"],
        ["for"], ["during"], ["due"], ["this"],
        ["next"], [],
    )  # fmt: skip


def _feast(folded: str, today: date | None) -> str | None:
    found = FEAST.search(folded)
    if not found:
        return None
    if found[0] in FIXED:
        month, day = FIXED[found[0]]
        return _next_date(today, None, month, lambda _: day)
    if today is None:
        return f"--{MONTH_OF[found[0]]:02}" if found[0] in MONTH_OF else None
    return next_of(found[0], today).isoformat()


def _quarter(folded: str, today: date | None) -> str | None:
    found = _QUARTER.search(folded)
    if not found:
        return None
    last = 3 * int(found[1])
    starts = _part_of(folded) is None and _BEFORE.search(folded)
    year = int(found[2]) if found[2] else None
    if starts:
        return _next_date(today, year, last - 2, lambda _: 1)
    return _next_date(today, year, last, lambda days: days)


def _weekday(folded: str, today: date | None) -> str | None:
    found = _WEEKDAY.search(folded)
    if not found:
        return None
    if today is None:
        return None if FEAST.search(folded) else "P1W"
    ahead = (_WEEKDAYS[found[1]] - today.weekday()) % 7
    return (today + timedelta(days=ahead or 7)).isoformat()


def _day(folded: str, today: date | None) -> str | None:
    """Return the next day of a month with a number of its own: "by the 15th"."""
    found = _DAY.search(folded)
    if not found:
        return None
    if not 1 <= int(found[1]) <= 31:
        return _NOT_TOLD
    if today is None:
        return "P1M"
    day, month = int(found[1]), today.replace(day=1)
    while day > calendar.monthrange(month.year, month.month)[1] or month.replace(day=day) < today:
        month = (month + timedelta(days=31)).replace(day=1)
    return month.replace(day=day).isoformat()


def _figures(folded: str, today: date | None) -> str | None:
    """Return a day in figures: 30.06. has the day first, 6/30 what can be one."""
    found = _FIGURES.search(folded)
    if not found:
        return None
    day, month = int(found[1]), int(found[3])
    if found[2] == "/":
        if day != month and (day > 12) is (month > 12):
            return _NOT_TOLD
        day, month = max(day, month), min(day, month)
    if not 1 <= month <= 12:
        return _NOT_TOLD
    year = int(found[4][-2:]) + 2000 if found[4] else None
    return _next_date(today, year, month, lambda _: day) or _NOT_TOLD


def _hour(folded: str, _: date | None) -> str | None:
    """Return when an hour alone is: one of a day that nobody can tell is at no time."""
    if _WEEKDAY.search(folded) or _DAY.search(folded):
        return None
    if _HOUR.search(folded):
        return "now"
    return "P1D" if re.search(r"\bmorning\b", folded) else None


def _this(folded: str, today: date | None) -> str | None:
    """Return the last day of this week, month, quarter or year; of the next one if said so."""
    ahead = re.search(r"\bnext (week|month|quarter|year)\b", folded)
    found = ahead or _THIS.search(folded)
    if not found:
        return None
    unit = next(said for said in found.groups() if said)
    if today is None:
        return "--12-31" if unit == "year" and not ahead else _within(unit, 1 + bool(ahead))
    if unit in ("week", "weekend"):
        return (today + timedelta(days=6 - today.weekday() + (7 if ahead else 0))).isoformat()
    months = {"month": 1, "quarter": 3, "year": 12}[unit]
    last = today.month + (-today.month % months) + (months if ahead else 0)
    year, month = today.year + (last - 1) // 12, (last - 1) % 12 + 1
    return date(year, month, calendar.monthrange(year, month)[1]).isoformat()


def _within(unit: str, count: int) -> str:
    """Return the longest that the end of this unit is away, or that of the next one."""
    unit = "week" if unit == "weekend" else unit
    return _DESIGNATORS[unit].format(count * _TIMES_OF.get(unit, 1))


def _year(folded: str, today: date | None) -> str | None:
    found = _YEAR.search(folded)
    if not found:
        return None
    starts = _part_of(folded) is None and _BEFORE.search(folded)
    return f"{found[1]}-01-01" if starts else f"{found[1]}-12-31"


_READERS: tuple[Callable[[str, date | None], str | None], ...] = (
    _dated, _month, _feast, _duration, _figures, _quarter, _weekday, _this, _day, _year, _hour,
)  # fmt: skip


def _part_of(folded: str) -> str | None:
    """Return which part of a month or a quarter is meant."""
    for part, pattern in (("end", _END), ("start", _EARLY), ("middle", _MIDDLE)):
        if pattern.search(folded):
            return part
    return None


def _day_in(folded: str) -> Callable[[int], int]:
    """Return what gives the day that is meant of a month of so many days."""
    part = _part_of(folded)
    if part == "start":
        return lambda _: 10
    if part == "middle":
        return lambda _: 15
    if part is None and _BEFORE.search(folded):
        return lambda _: 1
    return lambda days: days


def _next_date(
    today: date | None,
    year: int | None,
    month: int,
    day_of_month: Callable[[int], int],
    *,
    whole: bool = False,
) -> str | None:
    """Return the date in ``year``, or the next one from ``today``; undated without either.

    Args:
        today: the day of the post.
        year: the year, if it is said.
        month: 1 to 12.
        day_of_month: gives the day that is meant of a month of so many days.
        whole: whether a month was said without a day. "By March", said in March, is then about the
            month that has begun.
    """
    # A leap year, so that "February 29" is a day.
    if year is None and today is None:
        days = calendar.monthrange(2024, month)[1]
        day = day_of_month(days)
        return f"--{month:02}-{day:02}" if 1 <= day <= days else None
    first = year if year is not None else today.year if today else 0
    for candidate in (first, first + 1):
        try:
            found = date(candidate, month, day_of_month(calendar.monthrange(candidate, month)[1]))
        except ValueError:
            continue
        begun = whole and today is not None and found.timetuple()[:2] == today.timetuple()[:2]
        if year is not None or today is None or found >= today or begun:
            return found.isoformat()
    return None

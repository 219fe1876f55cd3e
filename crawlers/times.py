"""Times as sources state them: which can be believed, and the forms that forums write. Pure."""

import re
from datetime import UTC, datetime, timedelta, timezone
from typing import Literal

from crawlers.calendar_words import AGO, NOW, TODAY, YESTERDAY, month, span, weekday

#: Clocks differ a little; what lies further ahead is no date.
_AHEAD = timedelta(minutes=10)
#: Older dates are defaults of somebody's program: there were no forums or feeds on the web.
_FIRST = datetime(1990, 1, 1, tzinfo=UTC)

#: Which of a numeric date's first two numbers comes first.
Order = Literal["day", "month"]

_MAX_LENGTH = 120  # of a text that is looked at for a time
_EPOCH = re.compile(r"[0-9]{9,10}(?:\.[0-9]+)?")
_EPOCH_MILLISECONDS = re.compile(r"[0-9]{12,13}")

_YEAR_FIRST = re.compile(
    r"(?<![0-9])([0-9]{4})\s?[-/.年년]\s?([0-9]{1,2})\s?[-/.月월]\s?([0-9]{1,2})(?![0-9])"
)
#: Hungarian: "2026. január 5."
_YEAR_AND_NAME = re.compile(r"(?<![0-9])([0-9]{4})\.?\s([^\W\d_]{3,12})\.?\s([0-9]{1,2})(?![0-9])")
_MONTH_FIRST = re.compile(
    r"([^\W\d_]{3,12})\.?\s{1,3}([0-9]{1,2})(?:st|nd|rd|th)?,?\s{1,3}([0-9]{4})(?![0-9])"
)
#: Unix and old mail archives: "Mon Jan  5 16:11:00 CET 2026"
_CLOCK_WITHIN = re.compile(
    r"([^\W\d_]{3,12})\s{1,3}([0-9]{1,2})\s{1,3}(?=[0-9]{1,2}:[0-9]{2}(?::[0-9]{2})?\s"
    r"(?:[A-Z]{2,5}\s)?([0-9]{4})(?![0-9]))"
)
_DAY_FIRST = re.compile(
    r"(?<![0-9])([0-9]{1,2})(?:st|nd|rd|th|er|\.|º)?[\s-]{1,3}(?:(?:of|de)\s{1,3})?"
    r"([^\W\d_]{3,12})\.?,?[\s-]{1,3}(?:de\s{1,3})?([0-9]{4})(?![0-9])"
)
#: Two digits are a year only with a clock behind them.
_NUMBERS = re.compile(
    r"(?<![0-9])([0-9]{1,2})([./-])\s?([0-9]{1,2})\2\s?"
    r"([0-9]{4}|[0-9]{2}(?=\D{1,6}[0-9]{1,2}[:.][0-9]{2}))(?![0-9])"
)
#: This year's, or last year's: "Jan 5 at 16:11", "5. Jan., 16:11"
_NO_YEAR = re.compile(
    r"(?<![^\W_])(?:([^\W\d_]{3,12})\.?\s{1,3}([0-9]{1,2})(?:st|nd|rd|th)?"
    r"|([0-9]{1,2})(?:st|nd|rd|th|\.)?\s{1,3}(?:de\s)?([^\W\d_]{3,12})\.?)"
    r"(?=\W*(?:$|(?:at|um|kl|à|a las|às|в|om|o)?\W*[0-9]{1,2}\s?[:.h]))",
    re.IGNORECASE,
)
_WEEKDAY = re.compile(r"\b([^\W\d_]{3,12})\b")
_DAY_AT = re.compile(
    r"\b([^\W\d_]{6,10}|[^\W\d_]{3})\.?,?\s(?:at\s|um\s|à\s)?(?=[0-9]{1,2}[:h])", re.IGNORECASE
)
#: The time of a day.
CLOCK = re.compile(
    r"(?<![0-9:])([0-9]{1,2})(?:[:.]|\s?h\s?)([0-9]{2})(?::([0-9]{2}))?(?![0-9:])"
    r"(?:\s?([ap])\.?m\b)?"
    r"|(?<![0-9:])([0-9]{1,2})\s?([ap])\.?m\b"
    r"|\b(noon|midnight)\b",
    re.IGNORECASE,
)
#: Hours that a clock is ahead of UTC where its zone is named so; those that two places share
#: with different clocks are left out.
# fmt: off
_ZONES = {
    "EST": -5, "EDT": -4, "CST": -6, "CDT": -5, "MST": -7, "MDT": -6, "PST": -8, "PDT": -7,
    "CET": 1, "CEST": 2, "MEZ": 1, "MESZ": 2, "EET": 2, "EEST": 3, "WEST": 1, "MSK": 3,
    "JST": 9, "KST": 9, "AEST": 10, "AEDT": 11, "NZST": 12, "NZDT": 13,
}
# fmt: on
_ZONE = re.compile(
    rf"(?:\.[0-9]{{1,6}})?\s?(?:\(?({'|'.join(_ZONES)})\b"
    r"|(?:UTC|GMT|Z\b)?\s?(?:([+-])([0-9]{1,2}):?([0-9]{2})?(?![0-9]))?)"
)
_AGO = re.compile(
    r"(?<![0-9.,])([0-9]{1,4}|\ban?|\bone|\beine[rmn]?|\bune?|\buna?)\s?"
    r"([^\W\d_]{1,12})(?=\W|$|前)"
)
_IS_AGO = re.compile(AGO, re.IGNORECASE)
_DAYS_BACK = re.compile(rf"(?<!\w)(?:({TODAY})|({YESTERDAY}))(?![^\W\d_])", re.IGNORECASE)
_NOW = re.compile(rf"(?<!\w)(?:{NOW})(?!\w)", re.IGNORECASE)

#: What a text must have of a time, to be looked at closer.
MAY_BE_TIME = re.compile(
    rf"[0-9][-/.:, \u00a0\u202f年년]|[0-9](?:st|nd|rd|th|[ap]m|h)\b|[^\W\d_]{{3}}\.? [0-9]|{AGO}|"
    rf"{TODAY}|{YESTERDAY}|{NOW}",
    re.IGNORECASE,
)


def stated(seconds: int | None, *, now: datetime) -> datetime | None:
    """Return a stated time, or None when it is none: in the future, or from before the web."""
    if seconds is None:
        return None
    try:
        moment = datetime.fromtimestamp(seconds, UTC)
    except (ValueError, OverflowError, OSError):
        return None
    return moment if _FIRST <= moment <= now + _AHEAD else None


def epoch(text: str, *, order: Order | None = None) -> int | None:
    """Return the seconds since 1970 that a forum's time means; UTC when it names no zone.

    Reads epochs, ISO 8601, and dates in words or numbers with a clock after or before them, also
    amid a few other words.

    Args:
        text: as it is stated.
        order: how ``5/6/2026`` is read where the other reading is a date as well. None: the month
            comes first only where the clock has am or pm.
    """
    text = text.strip()[:_MAX_LENGTH]
    if _EPOCH.fullmatch(text):
        return int(float(text))
    if _EPOCH_MILLISECONDS.fullmatch(text):
        return int(text) // 1000
    return _seconds(_iso(text) or _written(text, order))


def readings(text: str) -> tuple[Order, ...]:
    """Return in which orders a date in numbers can be read, the likelier one first.

    None: it has no such date, or day and month are the same in it.
    """
    text = text.strip()[:_MAX_LENGTH]
    if _iso(text) or any(_date(shape, shape.search(text), text) for shape in _SHAPES[:-1]):
        return ()
    found = _NUMBERS.search(text)
    by_day, by_month = _written(text, "day"), _written(text, "month")
    if found is None or by_day is None or by_month is None or int(found[1]) == int(found[3]):
        return ()
    if by_day == by_month:
        return ("day",) if by_day.day == int(found[1]) else ("month",)
    return ("day", "month") if _order(found[2], text) == "day" else ("month", "day")


def epoch_from(text: str, *, now: int) -> int | None:
    """Return what ``epoch`` does, and for "2 hours ago" or "today, 4:11 pm" the time meant.

    Args:
        text: as the page shows it.
        now: seconds since 1970.
    """
    exact = epoch(text)
    if exact is not None:
        return exact
    text = text.strip()[:_MAX_LENGTH]
    moment = datetime.fromtimestamp(now, UTC)
    if day := _DAYS_BACK.search(text):
        date = moment - timedelta(days=1 if day[2] else 0)
        return _seconds(_at_clock(_midnight(date), text[day.end() :]))
    if _NOW.search(text):
        return now
    if _IS_AGO.search(text):
        return _ago(text, moment)
    return _seconds(_without_year(text, moment) or _on_weekday(text, moment))


def _ago(text: str, now: datetime) -> int | None:
    """Return the time so long before now: "8 hours, 24 minutes ago" adds up."""
    spans = [
        (int(found[1]) if found[1].isdigit() else 1) * length
        for found in _AGO.finditer(text)
        if (length := span(found[2])) is not None
    ]
    try:
        return _seconds(now - sum(spans[:3], timedelta())) if spans else None
    except OverflowError:
        return None


def _without_year(text: str, now: datetime) -> datetime | None:
    """Return the last time that it was such a day of the year."""
    found = _NO_YEAR.search(text)
    if found is None:
        return None
    named, after = found[1] or found[4], text[found.end() :]
    if named == "may" and not CLOCK.search(after):
        return None  # a word as well
    try:
        number, day = month(named), int(found[2] or found[3])
        date = datetime(now.year, number, day, tzinfo=UTC)
        if date > now + timedelta(days=1):
            date = date.replace(year=now.year - 1)
    except ValueError:
        return None
    return _at_clock(date, after)


def _on_weekday(text: str, now: datetime) -> datetime | None:
    """Return the last time that it was such a day of the week: "Monday at 4:11 PM"."""
    found = _DAY_AT.search(text)
    day = weekday(found[1]) if found else None
    if found is None or day is None:
        return None
    date = _midnight(now) - timedelta(days=(now.weekday() - day) % 7)
    return _at_clock(date, text[found.end() :])


def _midnight(moment: datetime) -> datetime:
    return moment.replace(hour=0, minute=0, second=0, microsecond=0)


#: The surest first.
_SHAPES = (_YEAR_FIRST, _CLOCK_WITHIN, _MONTH_FIRST, _DAY_FIRST, _YEAR_AND_NAME, _NUMBERS)


def _iso(text: str) -> datetime | None:
    try:
        return datetime.fromisoformat(text)
    except ValueError:
        return None


def _written(text: str, order: Order | None = None) -> datetime | None:
    """Return the first date in ``text`` with the clock beside it."""
    for shape in _SHAPES:
        found = shape.search(text)
        date = _date(shape, found, text, order)
        if found and date:
            after = text[found.end() : found.end() + 40]
            before = text[max(0, found.start() - 20) : found.start()]
            return _at_clock(date, after if CLOCK.search(after) else before)
    return None


def _date(
    shape: re.Pattern[str], found: re.Match[str] | None, text: str, order: Order | None = None
) -> datetime | None:
    if found is None:
        return None
    try:
        if shape is _YEAR_FIRST:
            return datetime(int(found[1]), int(found[2]), int(found[3]), tzinfo=UTC)
        if shape is _YEAR_AND_NAME:
            return datetime(int(found[1]), month(found[2]), int(found[3]), tzinfo=UTC)
        if shape is _DAY_FIRST:
            return datetime(int(found[3]), month(found[2]), int(found[1]), tzinfo=UTC)
        if shape is not _NUMBERS:
            return datetime(int(found[3]), month(found[1]), int(found[2]), tzinfo=UTC)
        year = int(found[4]) + (2_000 if len(found[4]) == 2 else 0)
        return _numbered(year, found, text, order or _order(found[2], text))
    except (ValueError, OverflowError):
        return None


def _numbered(year: int, found: re.Match[str], text: str, order: Order) -> datetime | None:
    """Return the date of two numbers, the weekday before them deciding which is the month."""
    first, second = int(found[1]), int(found[3])
    day, number = _day_and_month(first, second, order=order)
    date = datetime(year, number, day, tzinfo=UTC)
    named = _WEEKDAY.findall(text[max(0, found.start() - 20) : found.start()])
    stated = weekday(named[-1]) if named else None
    if stated is None or date.weekday() == stated or max(first, second) > 12:
        return date
    other = datetime(year, day, number, tzinfo=UTC)
    return other if other.weekday() == stated else date


def _order(separator: str, text: str) -> Order:
    clock = CLOCK.search(text)
    american = separator != "." and clock is not None and bool(clock[4] or clock[6])
    return "month" if american else "day"


def _day_and_month(first: int, second: int, *, order: Order) -> tuple[int, int]:
    if first > 12 or second > 12:
        return (first, second) if first > 12 else (second, first)
    return (first, second) if order == "day" else (second, first)


def _at_clock(date: datetime, text: str) -> datetime | None:
    clock = CLOCK.search(text)
    if clock is None:
        return date
    hour, minute, second, half = _hour(clock)
    if half:
        hour = hour % 12 + (12 if half == "p" else 0)
    try:
        moment = date.replace(hour=hour, minute=minute, second=second)
    except ValueError:
        return date
    zone = _ZONE.match(text, clock.end())
    if zone is None:
        return moment
    if zone[1]:
        away = timedelta(hours=_ZONES[zone[1]])
    elif zone[2]:
        away = timedelta(hours=int(zone[3]), minutes=int(zone[4] or 0))
        away *= -1 if zone[2] == "-" else 1
    else:
        return moment
    return moment.replace(tzinfo=timezone(away)) if abs(away) < timedelta(days=1) else moment


def _hour(clock: re.Match[str]) -> tuple[int, int, int, str]:
    if clock[7]:
        return (12, 0, 0, "") if clock[7].lower() == "noon" else (0, 0, 0, "")
    if clock[5]:
        return int(clock[5]), 0, 0, clock[6].lower()
    return int(clock[1]), int(clock[2]), int(clock[3] or 0), (clock[4] or "").lower()


def _seconds(moment: datetime | None) -> int | None:
    if moment is None:
        return None
    try:
        return int((moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp())
    except (ValueError, OverflowError):
        return None

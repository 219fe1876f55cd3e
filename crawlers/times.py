"""Times as sources state them: which can be believed, and the forms that forums write. Pure."""

import re
from datetime import UTC, datetime, timedelta, timezone
from typing import Literal

#: Clocks differ a little; what lies further ahead is no date.
_AHEAD = timedelta(minutes=10)
#: Older dates are defaults of somebody's program: there were no forums or feeds on the web.
_FIRST = datetime(1990, 1, 1, tzinfo=UTC)

_MAX_LENGTH = 120  # of a text that is looked at for a time
_EPOCH = re.compile(r"[0-9]{9,10}(?:\.[0-9]+)?")
_EPOCH_MILLISECONDS = re.compile(r"[0-9]{12,13}")

#: Months by the beginning of their names: English, German, French, Spanish, Italian, Dutch.
_MONTHS = {
    name: number
    for number, names in enumerate(
        (
            "jan ene gen",
            "feb fév fev",
            "mar mär mrt",
            "apr avr abr",
            "may mai mei mag",
            "jun juin giu",
            "jul juil lug",
            "aug aoû aou ago",
            "sep set",
            "oct okt ott",
            "nov",
            "dec dez déc dic",
        ),
        start=1,
    )
    for name in names.split()
}
_YEAR_FIRST = re.compile(r"(?<![0-9])([0-9]{4})[-/.]([0-9]{1,2})[-/.]([0-9]{1,2})(?![0-9])")
_MONTH_FIRST = re.compile(
    r"([^\W\d_]{3,12})\.?\s{1,3}([0-9]{1,2})(?:st|nd|rd|th)?,?\s{1,3}([0-9]{4})(?![0-9])"
)
_DAY_FIRST = re.compile(
    r"(?<![0-9])([0-9]{1,2})(?:st|nd|rd|th|\.)?[\s-]{1,3}(?:(?:of|de)\s{1,3})?"
    r"([^\W\d_]{3,12})\.?,?[\s-]{1,3}(?:de\s{1,3})?([0-9]{4})(?![0-9])"
)
_NUMBERS = re.compile(r"(?<![0-9])([0-9]{1,2})([./-])([0-9]{1,2})\2([0-9]{4})(?![0-9])")
_CLOCK = re.compile(
    r"(?<![0-9:])([0-9]{1,2})[:.]([0-9]{2})(?::([0-9]{2}))?(?![0-9:])(?:\s?([ap])\.?m\b)?"
    r"|(?<![0-9:])([0-9]{1,2})\s?([ap])\.?m\b"
    r"|\b(noon|midnight)\b",
    re.IGNORECASE,
)
_ZONE = re.compile(r"\s?(?:UTC|GMT|Z\b)?\s?(?:([+-])([0-9]{2}):?([0-9]{2})(?![0-9]))?")
_AGO = re.compile(
    r"\b(?:(?:vor|il y a|hace)\s)?([0-9]{1,4}|an?|one|eine[rmn]?|une?)\s?"
    r"(s|sec|m|min|h|hr|d|w|mo|y|yr|second|minute|hour|day|week|month|year|sekunde|stunde|tag|"
    r"woche|monat|jahr)(?:s|n|en|e)?\b(\sago\b)?",
    re.IGNORECASE,
)
_IS_AGO = re.compile(r"\bago\b|\bvor\s|\bil y a\b|\bhace\b", re.IGNORECASE)
_DAYS_BACK = re.compile(
    r"\b(?:(today|heute|aujourd'hui|hoy)|(yesterday|gestern|hier|ayer))\b", re.IGNORECASE
)
_NOW = re.compile(r"\b(?:just now|moments? ago|gerade eben|right now)\b", re.IGNORECASE)
_UNITS = {
    "s": timedelta(seconds=1),
    "m": timedelta(minutes=1),
    "h": timedelta(hours=1),
    "d": timedelta(days=1),
    "t": timedelta(days=1),
    "w": timedelta(weeks=1),
    "y": timedelta(days=365),
    "j": timedelta(days=365),
}


def stated(seconds: int | None, *, now: datetime) -> datetime | None:
    """Return a stated time, or None when it is none: in the future, or from before the web."""
    if seconds is None:
        return None
    try:
        moment = datetime.fromtimestamp(seconds, UTC)
    except (ValueError, OverflowError, OSError):
        return None
    return moment if _FIRST <= moment <= now + _AHEAD else None


def epoch(text: str) -> int | None:
    """Return the seconds since 1970 that a forum's time means; UTC when it names no zone.

    Reads epochs, ISO 8601, and dates in words or numbers with a clock after or before them, also
    amid a few other words. Of ``5/6/2026`` the first number is the month only where the clock has
    am or pm, or where the other reading is no date.
    """
    text = text.strip()[:_MAX_LENGTH]
    if _EPOCH.fullmatch(text):
        return int(float(text))
    if _EPOCH_MILLISECONDS.fullmatch(text):
        return int(text) // 1000
    return _seconds(_iso(text) or _written(text))


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
        return _seconds(_at_clock(date.replace(hour=0, minute=0, second=0), text[day.end() :]))
    ago = _AGO.search(text) if _IS_AGO.search(text) else None
    if ago:
        number = int(ago[1]) if ago[1].isdigit() else 1
        return _seconds(moment - number * _unit(ago[2].lower()))
    return now if _NOW.search(text) else None


def _unit(word: str) -> timedelta:
    return timedelta(days=30) if word.startswith("mo") else _UNITS[word[0]]


def _iso(text: str) -> datetime | None:
    try:
        return datetime.fromisoformat(text)
    except ValueError:
        return None


def _written(text: str) -> datetime | None:
    """Return the first date in ``text`` with the clock beside it."""
    for shape in (_YEAR_FIRST, _MONTH_FIRST, _DAY_FIRST, _NUMBERS):
        found = shape.search(text)
        date = _date(shape, found, text) if found else None
        if found and date:
            after = text[found.end() : found.end() + 40]
            before = text[max(0, found.start() - 20) : found.start()]
            return _at_clock(date, after if _CLOCK.search(after) else before)
    return None


def _date(shape: re.Pattern[str], found: re.Match[str], text: str) -> datetime | None:
    try:
        if shape is _YEAR_FIRST:
            return datetime(int(found[1]), int(found[2]), int(found[3]), tzinfo=UTC)
        if shape is _MONTH_FIRST:
            return datetime(int(found[3]), _month(found[1]), int(found[2]), tzinfo=UTC)
        if shape is _DAY_FIRST:
            return datetime(int(found[3]), _month(found[2]), int(found[1]), tzinfo=UTC)
        day, month = _day_and_month(int(found[1]), int(found[3]), order=_order(found[2], text))
        return datetime(int(found[4]), month, day, tzinfo=UTC)
    except (ValueError, OverflowError):
        return None


def _order(separator: str, text: str) -> Literal["day", "month"]:
    clock = _CLOCK.search(text)
    american = separator != "." and clock is not None and bool(clock[4] or clock[6])
    return "month" if american else "day"


def _day_and_month(first: int, second: int, *, order: Literal["day", "month"]) -> tuple[int, int]:
    if first > 12 or second > 12:
        return (first, second) if first > 12 else (second, first)
    return (first, second) if order == "day" else (second, first)


def _month(name: str) -> int:
    """Return the number of a month.

    Raises:
        ValueError: there is none of that name.
    """
    lower = name.lower()
    number = _MONTHS.get(lower[:4]) or _MONTHS.get(lower[:3])
    if number is None:
        raise ValueError(name)
    return number


def _at_clock(date: datetime, text: str) -> datetime | None:
    clock = _CLOCK.search(text)
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
    if zone is None or not zone[1]:
        return moment
    away = timedelta(hours=int(zone[2]), minutes=int(zone[3])) * (-1 if zone[1] == "-" else 1)
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

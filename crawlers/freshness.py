"""How long a document says that it holds: until then nobody needs to ask for it again."""

import re
from collections.abc import Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

#: Nobody is believed to hold for longer than this.
LONGEST = 24 * 3_600

_MAX_AGE = re.compile(r"(?:^|,)\s*max-age\s*=\s*\"?([0-9]{1,12})", re.IGNORECASE)
_STALE = re.compile(r"(?:^|,)\s*no-(?:cache|store)\b", re.IGNORECASE)
#: RSS 1.0's syndication module.
_PERIODS = {
    "hourly": 3_600,
    "daily": 86_400,
    "weekly": 7 * 86_400,
    "monthly": 30 * 86_400,
    "yearly": 365 * 86_400,
}


def fresh_seconds(headers: Mapping[str, str], *, now: datetime) -> int | None:
    """Return for how many seconds an answer is fresh, by Cache-Control or else by Expires.

    None when it doesn't say, or says that it isn't; at most a day. ``headers`` has names in lower
    case. (RFC 9111, 4.2.1; ``s-maxage`` is for caches that many share, and not for us.)
    """
    control = headers.get("cache-control", "")
    if _STALE.search(control):
        return None
    if found := _MAX_AGE.search(control):
        return _bounded(int(found[1]) - _number(headers.get("age")))
    expires, date = _moment(headers.get("expires")), _moment(headers.get("date"))
    if expires is None:
        return None
    return _bounded((expires - (date or now)).total_seconds())


def declared_seconds(
    *, ttl: str | None = None, period: str | None = None, frequency: str | None = None
) -> int | None:
    """Return how long a feed says that it holds, at most a day; None when it doesn't say.

    Args:
        ttl: RSS 2.0's ``ttl``, in minutes.
        period: ``sy:updatePeriod``.
        frequency: ``sy:updateFrequency``: how often in that period.
    """
    minutes = _number(ttl)
    length = _PERIODS.get((period or "").strip().lower(), 0)
    return _bounded(max(minutes * 60, length / max(_number(frequency), 1)))


def longest(*seconds: int | None) -> int | None:
    """Return the longest of times that are said; None when none is."""
    return max((each for each in seconds if each is not None), default=None)


def _bounded(seconds: float) -> int | None:
    return int(min(seconds, LONGEST)) if seconds > 0 else None


def _number(value: str | None) -> int:
    text = (value or "").strip()
    return int(text[:12]) if text.isascii() and text.isdigit() else 0


def _moment(value: str | None) -> datetime | None:
    if value is None:
        return None
    try:
        moment = parsedate_to_datetime(value)
    except (ValueError, OverflowError):
        return None  # "0" and "-1" are common, and mean "at once"
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)

"""Times as sources state them: which can be believed, and the forms that forums write. Pure."""

import re
from datetime import UTC, datetime, timedelta

#: Clocks differ a little; what lies further ahead is no date.
_AHEAD = timedelta(minutes=10)
#: Older dates are defaults of somebody's program: there were no forums or feeds on the web.
_FIRST = datetime(1990, 1, 1, tzinfo=UTC)

_EPOCH = re.compile(r"\d{9,10}(?:\.\d+)?")
_FORMATS = (
    "%a %b %d, %Y %I:%M %p",  # phpBB: Mon Jan 05, 2026 4:11 pm
    "%b %d, %Y at %I:%M %p",  # XenForo: Jan 5, 2026 at 4:11 PM
    "%b %d, %Y %I:%M %p",
    "%d %b %Y, %H:%M",
    "%b %d, %Y",
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


def epoch(text: str) -> int | None:
    """Return the seconds since 1970 that a forum's time means; UTC when it names no zone."""
    text = text.strip()[:60]
    if _EPOCH.fullmatch(text):
        return int(float(text))
    moment = _iso(text) or next(filter(None, (_as(text, form) for form in _FORMATS)), None)
    if moment is None:
        return None
    try:
        return int((moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp())
    except (ValueError, OverflowError):
        return None


def _iso(text: str) -> datetime | None:
    try:
        return datetime.fromisoformat(text)
    except ValueError:
        return None


def _as(text: str, form: str) -> datetime | None:
    try:
        return datetime.strptime(text, form)  # noqa: DTZ007 - the zone is added by who asked
    except ValueError:
        return None

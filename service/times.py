"""Times in words: how long ago, how soon due, and the exact moment in somebody's zone."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from functools import lru_cache
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError, available_timezones

#: Closer than this, what is due is shown as pressing.
PRESSING = timedelta(hours=1)


class Urgency(StrEnum):
    """How much a due time presses."""

    LATE = "late"
    SOON = "soon"
    LATER = "later"


@dataclass(frozen=True, slots=True, kw_only=True)
class Due:
    """A moment at which something has to be done."""

    at: datetime  # aware UTC
    words: str  # "due in 54 min", "overdue 12 min"
    urgency: Urgency


def age(then: datetime, now: datetime) -> str:
    """Return how long ago ``then`` was: "just now", "6 min ago", "3 d ago"; never negative."""
    passed = max(now - then, timedelta(0))
    return "just now" if passed < timedelta(minutes=1) else f"{_rough(passed)} ago"


def due(at: datetime, now: datetime) -> Due:
    """Return how ``at`` stands to ``now``; a due moment that is reached is overdue."""
    left = at - now
    if left <= timedelta(0):
        return Due(at=at, words=f"overdue {_rough(-left)}", urgency=Urgency.LATE)
    urgency = Urgency.SOON if left < PRESSING else Urgency.LATER
    return Due(at=at, words=f"due in {_rough(left)}", urgency=urgency)


def moment(at: datetime, zone: str) -> str:
    """Return ``at`` as a clock on the wall in ``zone`` shows it: "Sat 22 Nov 2025, 14:05 CET".

    At the edge of the calendar, where ``zone`` has no such day, it is told in UTC.
    """
    try:
        local = at.astimezone(zone_of(zone))
    except OverflowError:
        local = at.astimezone(UTC)
    return f"{local:%a} {local.day} {local:%b %Y, %H:%M %Z}"


def on_clock(local: datetime, zone: ZoneInfo) -> datetime:
    """Return the UTC moment at which a clock on the wall in ``zone`` shows ``local``.

    At the edge of the calendar, where UTC has no such day, it is ``local`` in UTC: far enough away
    for whoever says which days are too far.
    """
    try:
        return local.replace(tzinfo=zone).astimezone(UTC)
    except OverflowError:
        return local.replace(tzinfo=UTC)


def _rough(span: timedelta) -> str:
    """Return a length of time, rounded down, in the largest unit that says enough."""
    minutes = int(span.total_seconds() // 60)
    for most, unit, size in ((2 * 60, "min", 1), (36 * 60, "h", 60), (21 * 1440, "d", 1440)):
        if minutes < most:
            return f"{minutes // size} {unit}"
    return f"{minutes // (7 * 1440)} weeks"


@lru_cache(maxsize=64)
def zone_of(name: str) -> ZoneInfo:
    """Return the zone of that name, or UTC when there is none."""
    # ZoneInfo opens files by name: only names that are zones get that far.
    try:
        return ZoneInfo(name if name in available_timezones() else "UTC")
    except ZoneInfoNotFoundError:
        return ZoneInfo("UTC")


def iso(at: datetime) -> str:
    """Return ``at`` for a machine: UTC to the second."""
    return at.astimezone(UTC).isoformat(timespec="seconds")

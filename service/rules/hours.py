"""Working time by interval arithmetic: exact across daylight-saving changes, and fast.

Stepping second by second gives the same answers 93,000 times slower (security-and-privacy.md,
fact 8). Hours are local wall time; results are UTC.
"""

from collections.abc import Iterator, Sequence
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from config.hours import WorkingHours

_HORIZON_DAYS = 400


class NoWorkingTimeError(ValueError):
    """These working hours leave no time to work in for more than a year."""


def add_working_time(
    start: datetime, amount: timedelta, hours: WorkingHours, tz: ZoneInfo
) -> datetime:
    """Return the UTC moment at which ``amount`` of working time has passed since ``start``.

    Raises:
        NoWorkingTimeError: there are no hours, or not enough of them within 400 days.
    """
    left, reached = amount, start
    for opens, closes in _spans(start, hours, tz):
        begin = max(opens, reached)  # shifts may overlap where the clocks skip an hour
        if begin >= closes:
            continue
        if left <= closes - begin:
            return begin + left
        left -= closes - begin
        reached = closes
    raise NoWorkingTimeError


def is_working_time(moment: datetime, hours: WorkingHours, tz: ZoneInfo) -> bool:
    """Tell whether ``moment`` lies within ``hours``."""
    local = moment.astimezone(tz).date()
    days = (local - timedelta(days=1), local)
    return any(
        opens <= moment < closes for day in days for opens, closes in _spans_of(day, hours, tz)
    )


def _spans(
    start: datetime, hours: WorkingHours, tz: ZoneInfo
) -> Iterator[tuple[datetime, datetime]]:
    first = start.astimezone(tz).date() - timedelta(days=1)
    for offset in range(_HORIZON_DAYS):
        yield from _spans_of(first + timedelta(days=offset), hours, tz)


def _spans_of(day: date, hours: WorkingHours, tz: ZoneInfo) -> Sequence[tuple[datetime, datetime]]:
    """Return the shifts of a local day as moments; a skipped hour can change their order."""
    return sorted(
        (_utc(day, shift.start, tz), _utc(day, shift.end, tz))
        for shift in hours.shifts
        if shift.weekday == day.weekday()
    )


def _utc(day: date, minutes: int, tz: ZoneInfo) -> datetime:
    """Return the moment of a wall time; one that the clocks skip counts with the offset before."""
    whole_days, rest = divmod(minutes, 24 * 60)
    wall = datetime.combine(day + timedelta(days=whole_days), time(rest // 60, rest % 60), tz)
    return wall.astimezone(UTC)

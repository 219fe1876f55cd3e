"""When a digest is due: by the clock on the reader's wall, once for each of his dates.

Source: security-and-privacy.md, R5: a time that the clocks skip is due at the first moment after,
one that they show twice at the first of the two, and after a jump of the clock what is late
collapses into one. Nothing is remembered but which dates and slots are done, so a clock that steps
back, or a process that starts again, neither doubles nor loses one (fact 6: APScheduler's cron
loses a day a year).
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

_DAY = timedelta(days=1)
_MINUTE = timedelta(minutes=1)
_BACK = 8  # days looked back: in any of them a weekly digest was due

#: The slot of the one digest of a day; the others of a day count their minutes from one.
OF_THE_DAY = 0
EVERY_DAY = frozenset(range(7))


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """When somebody wants digests, on his own clock."""

    tz: ZoneInfo
    since: datetime  # what was due before is not made up for
    at: int = 8 * 60  # minutes since midnight, of the digest of the day; 1440 ends the day
    every: int | None = None  # minutes between two; None: once a day, at ``at``
    weekdays: frozenset[int] = EVERY_DAY  # 0 is Monday; once a week is once a day on one of them
    quiet: tuple[int, int] | None = None  # minutes since midnight; it may go over midnight


@dataclass(frozen=True, slots=True)
class Occurrence:
    """A digest that is due: its key, and since when."""

    local_date: date
    slot: int
    due_at: datetime


def latest(plan: Plan, now: datetime) -> Occurrence | None:
    """Return the last digest that was due by ``now``; None when there is none, or it is quiet.

    Earlier ones that were never sent are not returned: what they would have held is in this one.
    """
    if is_quiet(plan, now):
        return None
    found = _last_of_day(plan, now) if plan.every is None else _last_of_many(plan, now)
    # Who subscribed in the future did so while the clock was wrong: nobody waits for that.
    since = plan.since if plan.since <= now else found.due_at if found else now
    return found if found is not None and found.due_at >= since else None


def next_after(plan: Plan, now: datetime) -> datetime:
    """Return when the next digest is due, for a person to read; quiet hours may put it off."""
    if plan.every is not None:
        return now + timedelta(minutes=plan.every)
    today = now.astimezone(plan.tz).date()
    days = (today + offset * _DAY for offset in range(-1, _BACK + 1))
    moments = (moment_of(day, plan.at, plan.tz) for day in days if _counts(plan, day))
    return next(at for at in moments if at > now)


def is_quiet(plan: Plan, now: datetime) -> bool:
    """Tell whether the reader wants to hear nothing at ``now``."""
    if plan.quiet is None:
        return False
    start, end = plan.quiet
    local = now.astimezone(plan.tz)
    minute = local.hour * 60 + local.minute
    return start <= minute < end if start <= end else minute >= start or minute < end


def quiet_until(plan: Plan, now: datetime) -> datetime:
    """Return when the quiet hours that ``now`` is in end; ``now`` itself when it is in none."""
    if plan.quiet is None or not is_quiet(plan, now):
        return now
    _, end = plan.quiet
    today = now.astimezone(plan.tz).date()
    moments = (moment_of(today + offset * _DAY, end, plan.tz) for offset in (-1, 0, 1, 2))
    return next(at for at in moments if at > now)


@lru_cache(maxsize=4096)
def moment_of(day: date, minutes: int, tz: ZoneInfo) -> datetime:
    """Return the first moment at which the clock on the wall shows that time of ``day``, or later.

    Args:
        day: the date on the wall.
        minutes: of the wall clock since its midnight; 1440 is the midnight that ends it.
        tz: where the wall is.

    Returns:
        In UTC. Of a time that is shown twice the first; of one that is skipped the end of the gap.
    """
    days, rest = divmod(minutes, 24 * 60)
    wall = datetime.combine(day + days * _DAY, time(rest // 60, rest % 60))
    late = wall.replace(tzinfo=tz).astimezone(UTC)  # fold=0: the first of two
    if _wall(late, tz) == wall:
        return late
    early = wall.replace(tzinfo=tz, fold=1).astimezone(UTC)  # in a gap: still before it
    while late - early > timedelta(seconds=1):  # clocks change at whole seconds
        middle = early + (late - early) // 2
        middle = middle.replace(microsecond=0)
        early, late = (middle, late) if _wall(middle, tz) < wall else (early, middle)
    return late


def _wall(at: datetime, tz: ZoneInfo) -> datetime:
    return at.astimezone(tz).replace(tzinfo=None)


def _counts(plan: Plan, day: date) -> bool:
    """Tell whether there is a digest on ``day``; a day that the calendar skipped has none."""
    return (
        day.weekday() in plan.weekdays
        and moment_of(day, 0, plan.tz).astimezone(plan.tz).date() == day
    )


def _last_of_day(plan: Plan, now: datetime) -> Occurrence | None:
    for day in _backwards(now.astimezone(plan.tz).date()):
        if _counts(plan, day) and (due_at := moment_of(day, plan.at, plan.tz)) <= now:
            return Occurrence(day, OF_THE_DAY, due_at)
    return None


def _last_of_many(plan: Plan, now: datetime) -> Occurrence | None:
    every = plan.every or 1
    local = now.astimezone(plan.tz)
    into = timedelta(minutes=local.minute % every, seconds=local.second)
    due_at = now.replace(microsecond=0) - into
    day = due_at.astimezone(plan.tz).date()
    if day.weekday() not in plan.weekdays:
        return None
    # Elapsed time, not the wall's: an hour that is shown twice is two hours.
    slot = 1 + (due_at - moment_of(day, 0, plan.tz)) // _MINUTE
    return Occurrence(day, slot, due_at)


def _backwards(day: date) -> Iterator[date]:
    yield from (day - offset * _DAY for offset in range(_BACK))

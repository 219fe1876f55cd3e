"""When a clock has used up how much of what it allows, pauses left out."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from service.rules.hours import (
    NoWorkingTimeError,
    Office,
    add_working_time,
    elapsed_working_time,
)

#: A lead may not sleep for longer than this at a time.
LONGEST_PAUSE = timedelta(days=30)


@dataclass(frozen=True, slots=True, kw_only=True)
class Running:
    """A clock that runs."""

    allowed: timedelta  # of working time, or of the wall clock without an office
    spent: timedelta  # of it, before ``runs_from``
    runs_from: datetime
    office: Office | None  # whose working time; None: the wall clock


def moment_of(clock: Running, share: float) -> datetime:
    """Return when ``share`` of what ``clock`` allows has been used: 1.0 is when it is due."""
    left = max(clock.allowed * share - clock.spent, timedelta(0))
    return later(clock.runs_from, left, clock.office)


def spent_by(clock: Running, moment: datetime) -> timedelta:
    """Return how much of its time the clock has used at ``moment``."""
    return clock.spent + between(clock.runs_from, moment, clock.office)


def later(start: datetime, amount: timedelta, office: Office | None) -> datetime:
    """Return when ``amount`` has passed; on the wall clock where there is no time to work."""
    if office is not None:
        try:
            return add_working_time(start, amount, office)
        except NoWorkingTimeError:
            pass
    return start + amount


def between(start: datetime, end: datetime, office: Office | None) -> timedelta:
    """Return how much time lies between two moments; none when they are the wrong way round."""
    if office is None:
        return max(end - start, timedelta(0))
    return elapsed_working_time(start, end, office)

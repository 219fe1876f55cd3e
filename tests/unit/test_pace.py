"""Jobs go on when the machine's clock is set, and when the machine was busy at their time."""

import asyncio
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

from apscheduler.schedulers.asyncio import AsyncIOScheduler

from service.pace import LATE_NOT_NEVER, keep_pace

HOUR = timedelta(hours=1)


async def runs(*, ahead: timedelta, readings: Iterator[datetime], seconds: float) -> int:
    """Return how often a job ran whose next time the scheduler wrote down on another clock."""
    count = 0

    async def job() -> None:
        nonlocal count
        count += 1

    scheduler = AsyncIOScheduler(timezone="UTC")
    first = datetime.now(UTC) + ahead
    scheduler.add_job(job, "interval", seconds=3600, next_run_time=first, **LATE_NOT_NEVER)
    scheduler.start()
    pace = asyncio.create_task(keep_pace(scheduler, every=0.01, wall=lambda: next(readings)))
    try:
        await asyncio.sleep(seconds)
    finally:
        pace.cancel()
        scheduler.shutdown(wait=False)
    return count


def clock(*, step: timedelta) -> Iterator[datetime]:
    """Show the time, ahead by ``step`` at the first look."""
    yield datetime.now(UTC) + step
    while True:
        yield datetime.now(UTC)


def test_a_clock_that_is_set_back_stops_no_job() -> None:
    assert asyncio.run(runs(ahead=HOUR, readings=clock(step=HOUR), seconds=0.3)) == 1


def test_a_clock_that_goes_on_makes_no_job_begin_early() -> None:
    for step in (timedelta(0), -HOUR, timedelta(seconds=0.5)):
        assert asyncio.run(runs(ahead=HOUR, readings=clock(step=step), seconds=0.1)) == 0


def test_a_job_whose_time_was_missed_is_late_not_left_out() -> None:
    late = asyncio.run(runs(ahead=-10 * HOUR, readings=clock(step=timedelta(0)), seconds=0.2))
    assert late == 1

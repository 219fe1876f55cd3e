"""Keep what runs every few seconds running when somebody sets the machine's clock.

APScheduler goes by the wall clock: set back by an hour, it does nothing for an hour. And what it
could not begin within a second of its time it leaves out, an hourly job until the next hour.
"""

import asyncio
import logging
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta

from apscheduler.schedulers.asyncio import AsyncIOScheduler

logger = logging.getLogger(__name__)

#: How jobs are to be added: one at a time, once for all that was missed, and late not never.
LATE_NOT_NEVER: Mapping[str, object] = {
    "max_instances": 1,
    "coalesce": True,
    "misfire_grace_time": None,
}
_LOOK_SECONDS = 5.0
_STEP = timedelta(seconds=1)  # less is how clocks are kept right


async def keep_pace(
    scheduler: AsyncIOScheduler,
    *,
    every: float = _LOOK_SECONDS,
    wall: Callable[[], datetime] = lambda: datetime.now(UTC),
) -> None:
    """Have all jobs begin anew whenever the clock was set back; until it is cancelled.

    Args:
        scheduler: whose jobs.
        every: seconds between two looks, by a clock that nobody sets.
        wall: the clock on the wall.
    """
    before = wall()
    while True:
        await asyncio.sleep(every)
        now = wall()
        if now < before - _STEP:
            logger.warning("the clock was set back", extra={"by": str(before - now)})
            for job in scheduler.get_jobs():
                job.modify(next_run_time=now)
        before = now

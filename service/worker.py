"""The worker: a process that crawls what is due and ticks the clocks, until it is told to stop.

APScheduler only wakes it up. What is due lives in the database, so a missed or doubled wake-up
changes nothing (its cron loses a day a year at daylight-saving changes and drops misfires).
"""

import asyncio
import logging
import os
import signal
from collections.abc import Awaitable, Callable
from contextlib import suppress
from functools import partial
from pathlib import Path

from apscheduler.schedulers.asyncio import AsyncIOScheduler

from service.crawling import Crawl
from service.house import House, open_house
from service.leases import Leased, lease_due
from service.logs import set_up_logging
from service.store.engine import writing
from service.tick import tick

logger = logging.getLogger(__name__)

TICK_SECONDS = 5


def run_worker(folder: Path, parent: int) -> None:
    """Work for the installation in ``folder`` until SIGTERM, SIGINT or the parent's end."""
    set_up_logging()
    with open_house(folder) as house:
        asyncio.run(_work(house, parent))


async def _work(house: House, parent: int) -> None:
    stopping = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stopping.set)
    async with house.crawl() as crawl:
        scheduler = AsyncIOScheduler(timezone="UTC")
        every = {"seconds": TICK_SECONDS, "max_instances": 1, "coalesce": True}
        for job in (partial(_crawl_due, house, crawl), partial(_tick, house)):
            scheduler.add_job(_until_stopped, "interval", args=[job], **every)
        scheduler.add_job(_watch_parent, "interval", args=[parent, stopping], **every)
        scheduler.start()
        try:
            await stopping.wait()
        finally:
            scheduler.shutdown(wait=False)


async def _until_stopped(job: Callable[[], Awaitable[None]]) -> None:
    """Do a job. That it is cut short when the worker stops is no error: it goes on next time."""
    with suppress(asyncio.CancelledError):
        await job()


async def _crawl_due(house: House, crawl: Crawl) -> None:
    def lease() -> tuple[Leased, ...]:
        with writing(house.engine) as db:
            return lease_due(db, now=house.clock.now())

    leased = await asyncio.to_thread(lease)
    if leased:
        await crawl.run(leased)


async def _tick(house: House) -> None:
    await asyncio.to_thread(tick, house.engine, house.config, now=house.clock.now())


async def _watch_parent(parent: int, stopping: asyncio.Event) -> None:
    """Stop when the process that started us is gone: nobody would stop us otherwise."""
    if os.getppid() != parent:
        stopping.set()

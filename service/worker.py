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
from datetime import timedelta
from functools import partial
from pathlib import Path

import uvloop
from apscheduler.schedulers.asyncio import AsyncIOScheduler

from service.delivery.sending import Deliverer
from service.digests.rounds import LOOK_AROUND_EVERY, go_round, look
from service.editing.live import LiveConfig
from service.house import House, open_house
from service.leads.ledger import forget_events
from service.listening.crawling import PORTION, Crawl
from service.listening.hosts import forget_idle
from service.listening.leases import Leased, lease_due
from service.logs import set_up_logging
from service.mail import bounce_box
from service.pace import LATE_NOT_NEVER, keep_pace
from service.posts.forgetting import forget_lost, forget_weak
from service.posts.rereading import reread
from service.privacy.left_alone import note_left_alone
from service.privacy.pseudonyms import let_names_go
from service.reports.campaign_noting import note_mentions
from service.store.backups import BACKUPS, forget_backups
from service.store.engine import refresh_statistics, writing
from service.tick import tick

logger = logging.getLogger(__name__)

TICK_SECONDS = 5
_MOST_LOST = 500  # leads that are forgotten in an hour, and signals that were too weak for one
_MOST_EVENTS = 20_000  # of the audit log, in an hour


def run_worker(folder: Path, parent: int) -> None:
    """Work for the installation in ``folder`` until SIGTERM, SIGINT or the parent's end.

    It ends by itself when the configuration changes; whoever keeps it starts the next one.
    """
    set_up_logging()
    with open_house(folder) as house:
        uvloop.run(_work(house, parent))


async def _work(house: House, parent: int) -> None:
    stopping = asyncio.Event()
    live = LiveConfig(house.folder, house.config)
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stopping.set)
    async with house.crawl() as crawl, house.post_office() as post, Deliverer(post) as deliverer:
        scheduler = AsyncIOScheduler(timezone="UTC")
        every = {"seconds": TICK_SECONDS, **LATE_NOT_NEVER}
        for job in (
            partial(_crawl_due, house, crawl),
            partial(reread, crawl),
            partial(_tick, house),
            deliverer.look,
            partial(go_round, house),
        ):
            scheduler.add_job(_until_stopped, "interval", args=[job], **every)
        back = partial(bounce_box.look, house)
        seconds = bounce_box.READ_EVERY.total_seconds()
        scheduler.add_job(
            _until_stopped, "interval", args=[back], **(every | {"seconds": seconds})
        )
        scheduler.add_job(_watch_parent, "interval", args=[parent, stopping], **every)
        watch = partial(_watch_files, house, live, stopping)
        scheduler.add_job(_until_stopped, "interval", args=[watch], **every)
        tidy = partial(asyncio.to_thread, _tidy, house)
        scheduler.add_job(_until_stopped, "interval", args=[tidy], **(every | {"seconds": 3600}))
        around = LOOK_AROUND_EVERY.total_seconds()
        matters = partial(look, house)
        scheduler.add_job(
            _until_stopped, "interval", args=[matters], **(every | {"seconds": around})
        )
        scheduler.start()
        pace = asyncio.create_task(keep_pace(scheduler))
        try:
            await stopping.wait()
        finally:
            pace.cancel()
            scheduler.shutdown(wait=False)


async def _until_stopped(job: Callable[[], Awaitable[object]]) -> None:
    """Do a job. That it is cut short when the worker stops is no error: it goes on next time."""
    with suppress(asyncio.CancelledError):
        await job()


async def _crawl_due(house: House, crawl: Crawl) -> None:
    """Poll what is due, and what becomes due while that is being polled.

    A source that takes long keeps nobody waiting: this goes on for as long as there is one.
    """

    def lease(most: int) -> tuple[Leased, ...]:
        with writing(house.engine) as db:
            return lease_due(db, now=house.clock.now(), most=most)

    while leased := await asyncio.to_thread(lease, PORTION):
        await crawl.keep_on(leased, more=lease)


def _tidy(house: House) -> None:
    """Forget what has had its time, and count anew what the planner goes by."""
    now = house.clock.now()
    retention = house.config.settings.retention
    lost, weak = timedelta(days=retention.lost_leads_days), timedelta(retention.weak_signals_days)
    old = timedelta(days=retention.audit_days)
    note_mentions(house.engine, house.config, now=now)
    with writing(house.engine) as db:
        forget_idle(db, now=now)
    with writing(house.engine) as db:
        forget_lost(db, before=now - lost, most=_MOST_LOST, now=now)
    with writing(house.engine) as db:
        let_names_go(db, house.config.settings, now=now, most=_MOST_LOST)
    with writing(house.engine) as db:
        forget_weak(db, before=now - weak, most=_MOST_LOST)
    with writing(house.engine) as db:
        forget_events(db, before=now - old, most=_MOST_EVENTS, now=now)
    note_left_alone(house.engine, house.folder, secret=house.secret)
    spare = timedelta(days=retention.backups_days)
    forget_backups(house.folder / BACKUPS, before=now - spare)
    with writing(house.engine) as db:
        refresh_statistics(db.connection())


async def _tick(house: House) -> None:
    await asyncio.to_thread(
        tick, house.engine, house.config, now=house.clock.now(), secret=house.secret
    )


async def _watch_parent(parent: int, stopping: asyncio.Event) -> None:
    """Stop when the process that started us is gone: nobody would stop us otherwise."""
    if os.getppid() != parent:
        stopping.set()


async def _watch_files(house: House, live: LiveConfig, stopping: asyncio.Event) -> None:
    """Stop when the configuration's files say something new: the next worker goes by it.

    Files that can't be used change nothing but the log, until somebody mends them.
    """
    known = live.problems
    if await asyncio.to_thread(live.current, at_once=True) is not house.config:
        logger.info("the configuration changed: the worker starts anew")
        stopping.set()
    elif live.problems and live.problems != known:
        places = [f"{problem.file}:{problem.line or 1}" for problem in live.problems]
        logger.error("the changed configuration can't be used", extra={"places": places})

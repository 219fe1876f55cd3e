"""Read watched conversations again, and look whether evidence is still there.

Through the gate, hosts side by side and one request after the other at each, a bounded number at
a time. What fails is tried again later and stops nothing else.
"""

import asyncio
import logging
from collections import defaultdict
from collections.abc import Awaitable, Callable, Collection, Mapping, Sequence
from contextlib import aclosing
from dataclasses import dataclass, field
from typing import Protocol, TypeVar

from sqlmodel import Session, col, select

from crawlers.errors import Gone, NotFound, SourceError
from crawlers.found import Adapter, Batch, ThreadReader
from models.post import Post, Thread
from models.source import Source
from models.words import SourceKind
from service.errors import StoreError
from service.listening.crawling import Crawl, to_poll
from service.posts.following import (
    CheckDue,
    ThreadDue,
    claim_checks,
    claim_threads,
    was_checked,
    was_read,
)
from service.posts.intake import Counts
from service.posts.liveness import bury
from service.rules.following import is_deleted
from service.store.engine import reading, writing

logger = logging.getLogger(__name__)

#: Conversations, and permalinks, of one round. A round is over well before its claims are.
MOST = 40


@dataclass(slots=True, kw_only=True)
class Reread:
    """What a round brought."""

    threads: int = 0
    checks: int = 0
    counts: Counts = field(default_factory=Counts)
    deleted: int = 0
    failed: int = 0


class _AtHost(Protocol):
    @property
    def host(self) -> str: ...


Due = TypeVar("Due", bound=_AtHost)


async def reread(crawl: Crawl, *, most: int = MOST, only: Collection[str] | None = None) -> Reread:
    """Read what is due of conversations and look at what is due of permalinks, once.

    ``only``: of the sources of these ids.

    Raises:
        StoreError: the database can't be used.
    """
    threads, checks = await asyncio.to_thread(_claim, crawl, most, only)
    done = Reread()

    async def read(due: ThreadDue) -> None:
        await _read_thread(crawl, due, done)

    async def check(due: CheckDue) -> None:
        await _check(crawl, due, done)

    async with asyncio.TaskGroup() as group:
        group.create_task(_host_by_host(threads, read))
        group.create_task(_host_by_host(checks, check))
    if done.threads or done.checks:
        logger.info(
            "conversations read again",
            extra={
                "threads": done.threads,
                "checks": done.checks,
                "new": done.counts.new,
                "deleted": done.deleted,
                "failed": done.failed,
            },
        )
    return done


def readers(adapters: Mapping[SourceKind, Adapter]) -> Mapping[SourceKind, ThreadReader]:
    """Return the adapters that can read one conversation."""
    return {kind: one for kind, one in adapters.items() if isinstance(one, ThreadReader)}


def _claim(
    crawl: Crawl, most: int, only: Collection[str] | None
) -> tuple[tuple[ThreadDue, ...], tuple[CheckDue, ...]]:
    kinds, now = sorted(readers(crawl.adapters)), crawl.clock.now()
    with writing(crawl.engine) as db:
        return (
            claim_threads(db, kinds=kinds, now=now, most=most, only=only),
            claim_checks(db, but=kinds, now=now, most=most, only=only),
        )


async def _host_by_host(due: Sequence[Due], work: Callable[[Due], Awaitable[None]]) -> None:
    at: dict[str, list[Due]] = defaultdict(list)
    for one in due:
        at[one.host].append(one)

    async def one_after_the_other(those: Sequence[Due]) -> None:
        for one in those:
            await work(one)

    async with asyncio.TaskGroup() as group:
        for those in at.values():
            group.create_task(one_after_the_other(those))


async def _read_thread(crawl: Crawl, due: ThreadDue, done: Reread) -> None:
    error: SourceError | None = None
    present: set[str] | None = None
    done.threads += 1
    try:
        reader = readers(crawl.adapters)[due.source.kind]
        batches = reader.read_thread(
            to_poll(due.source, due.policy), crawl.gate, due.thread, now=crawl.clock.now()
        )
        async with aclosing(batches) as open_batches:
            async for batch in open_batches:
                if batch.whole:
                    present = {post.external_id for post in batch.posts} | set(batch.deleted)
                await asyncio.to_thread(_store, crawl, due, batch, done)
    except SourceError as raised:
        error = raised
    except StoreError:
        logger.warning("conversation given up", exc_info=True)
        done.failed += 1
        return
    except Exception:  # an adapter's bug is not to stop the other conversations
        logger.exception("conversation broke its adapter", extra={"source": due.source.slug})
        error = SourceError()
    if isinstance(error, NotFound | Gone):
        present, error = set(), None
    done.failed += error is not None
    await asyncio.to_thread(_end, crawl, due, present, error, done)


def _store(crawl: Crawl, due: ThreadDue, batch: Batch, done: Reread) -> None:
    with reading(crawl.engine) as db:
        fresh = crawl.intake.fresh(db, due.source, batch.posts)
    ahead = crawl.intake.listen(due.source.slug, fresh)
    with writing(crawl.engine) as db:
        source = _locked(db, due.source.id)
        now = crawl.clock.now()
        done.counts += crawl.intake.take_in(
            db, source, batch.posts, now=now, ahead=ahead, own_page=True
        )
        done.deleted += bury(db, source, batch.deleted, config=crawl.intake.config, now=now)


def _end(
    crawl: Crawl,
    due: ThreadDue,
    present: set[str] | None,
    error: SourceError | None,
    done: Reread,
) -> None:
    """Bury who is missing for the second time, and say when the conversation is read next."""
    with writing(crawl.engine) as db:
        now = crawl.clock.now()
        source = _locked(db, due.source.id)
        if present is not None:
            missing = _missing(db, due.id, present)
            gone = [p.external_id for p in missing if is_deleted(p.missing_since, now=now)]
            for post in missing:
                post.missing_since = post.missing_since or now
                db.add(post)
            db.flush()
            done.deleted += bury(db, source, gone, config=crawl.intake.config, now=now)
        thread = db.get_one(Thread, due.id, with_for_update=True, populate_existing=True)
        config = crawl.intake.config
        was_read(db, thread, failed=error is not None, config=config, now=now)


def _missing(db: Session, thread_id: str, present: set[str]) -> list[Post]:
    """Return the conversation's posts that are not there; those that are, are missed no more."""
    missing = []
    for post in db.exec(
        select(Post).where(Post.thread_id == thread_id, col(Post.deleted_at_source).is_(None))
    ).all():
        if post.external_id not in present:
            missing.append(post)
        elif post.missing_since is not None:
            post.missing_since = None
            db.add(post)
    return missing


async def _check(crawl: Crawl, due: CheckDue, done: Reread) -> None:
    done.checks += 1
    is_missing = False
    try:
        await crawl.gate.get(
            due.url,
            obey_robots=due.policy.obey_robots,
            min_interval=due.policy.min_interval_seconds,
        )
    except (NotFound, Gone):
        is_missing = True
    except SourceError as error:  # it can't be told today
        logger.info("permalink not seen: %s", error.reason, extra={"source": due.source.slug})
        done.failed += 1
    await asyncio.to_thread(_note_check, crawl, due, is_missing, done)


def _note_check(crawl: Crawl, due: CheckDue, is_missing: bool, done: Reread) -> None:
    with writing(crawl.engine) as db:
        now = crawl.clock.now()
        source = _locked(db, due.source.id)
        post = db.get(Post, due.post_id)
        if post is None or post.deleted_at_source is not None:
            return
        if is_missing and is_deleted(post.missing_since, now=now):
            done.deleted += bury(
                db, source, [post.external_id], config=crawl.intake.config, now=now
            )
        else:
            was_checked(db, post, is_missing=is_missing, now=now)


def _locked(db: Session, source_id: str) -> Source:
    return db.get_one(Source, source_id, with_for_update=True, populate_existing=True)

"""Forums without a feed or an API: their pages, crawled by Scrapy through the gate."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import aclosing
from datetime import datetime
from functools import partial
from importlib import import_module

from crawlers.fetch import Gate
from crawlers.forums.progress import Progress
from crawlers.forums.thread import Fetch, read_thread
from crawlers.forums.walk import MAX_PAGES, Walk
from crawlers.found import Batch, SourceToPoll, ThreadToRead

ACCEPT = "text/html, application/xhtml+xml;q=0.9, application/json;q=0.8"


class ForumAdapter:
    """Reads a forum from its index, a board or a thread. Its cursor tells how far each thread is.

    Every page of a thread that brings posts is a batch. The last batch has none: its cursor says
    whether all was seen. Options: ``max_pages`` of one crawl (500); ``backfill_days``, how long
    ago the last post of a thread may be (any time).
    """

    async def poll(
        self, source: SourceToPoll, gate: Gate, *, now: datetime
    ) -> AsyncGenerator[Batch, None]:
        """Yield the posts of threads that have news, a page at a time.

        Raises:
            SourceError: the forum could not be reached, wants to be left alone, or is none.
        """
        # Scrapy takes 0.6 s to import: not without need, and not on the event loop
        await asyncio.to_thread(import_module, "crawlers.forums.spider")
        from crawlers.forums.spider import crawl

        walk = Walk(
            start_url=source.url,
            progress=Progress(source.cursor),
            now=now,
            max_pages=_number(source, "max_pages") or MAX_PAGES,
            backfill_days=_number(source, "backfill_days"),
        )
        async with aclosing(crawl(walk, gate, _fetch(source, gate))) as batches:
            async for batch in batches:
                yield batch

    async def read_thread(
        self, source: SourceToPoll, gate: Gate, thread: ThreadToRead, *, now: datetime
    ) -> AsyncGenerator[Batch, None]:
        """Yield a thread's posts, of a long one those of its first pages.

        Raises:
            NotFound, Gone: there is no such thread any more.
            SourceError: the forum could not be reached, wants to be left alone, or shows no posts
                there any more.
        """
        async with aclosing(read_thread(thread, gate, _fetch(source, gate), now=now)) as batches:
            async for batch in batches:
                yield batch


def _fetch(source: SourceToPoll, gate: Gate) -> Fetch:
    """Return how pages of a forum are asked for, under its policy."""
    return partial(
        gate.get,
        headers={"Accept": ACCEPT},
        obey_robots=source.obey_robots,
        min_interval=source.min_interval_seconds,
    )


def _number(source: SourceToPoll, name: str) -> int | None:
    asked = source.options.get(name, "")[:6]
    return (int(asked) or None) if asked.isascii() and asked.isdigit() else None

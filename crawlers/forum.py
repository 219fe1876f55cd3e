"""Forums without a feed or an API: their pages, crawled by Scrapy through the gate."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import aclosing
from datetime import datetime
from functools import partial
from importlib import import_module

from crawlers.fetch import Gate
from crawlers.forum_progress import Progress
from crawlers.forum_walk import MAX_PAGES, Walk
from crawlers.found import Batch, SourceToPoll

ACCEPT = "text/html, application/xhtml+xml;q=0.9"


class ForumAdapter:
    """Reads a forum from its index, a board or a thread. Its cursor tells how far each thread is.

    Every page of a thread that brings posts is a batch. The last batch has none: its cursor says
    whether all was seen. Options: ``max_pages`` of one crawl (500).
    """

    async def poll(
        self, source: SourceToPoll, gate: Gate, *, now: datetime
    ) -> AsyncGenerator[Batch, None]:
        """Yield the posts of threads that have news, a page at a time.

        Raises:
            SourceError: the forum could not be reached, wants to be left alone, or is none.
        """
        # Scrapy takes 0.6 s to import: not without need, and not on the event loop
        await asyncio.to_thread(import_module, "crawlers.forum_spider")
        from crawlers.forum_spider import crawl

        walk = Walk(
            start_url=source.url,
            progress=Progress(source.cursor),
            now=now,
            max_pages=_max_pages(source),
        )
        fetch = partial(
            gate.get,
            headers={"Accept": ACCEPT},
            obey_robots=source.obey_robots,
            min_interval=source.min_interval_seconds,
        )
        async with aclosing(crawl(walk, gate, fetch)) as batches:
            async for batch in batches:
                yield batch


def _max_pages(source: SourceToPoll) -> int:
    asked = source.options.get("max_pages", "")
    return int(asked) if asked.isascii() and asked.isdigit() and int(asked) else MAX_PAGES

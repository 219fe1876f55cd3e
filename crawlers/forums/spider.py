"""The Scrapy side of a forum's crawl: frontier, duplicates, one page at a time, by the gate only.

Imported only when a forum is crawled, since Scrapy takes more than half a second to import.
"""

import asyncio
import logging
from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable
from dataclasses import replace
from functools import partial
from typing import Any, Protocol, TypeVar

from scrapy import Request, Spider
from scrapy.crawler import AsyncCrawlerRunner, Crawler
from scrapy.exceptions import IgnoreRequest
from scrapy.http import Response
from typing_extensions import override

from crawlers.errors import SourceError
from crawlers.fetch import Gate, Page
from crawlers.forums.page import read_forum_page
from crawlers.forums.walk import Visit, Walk
from crawlers.found import Batch, Cursor, FoundPost

T = TypeVar("T")


class Failed(Protocol):
    """What Scrapy says of a request that failed: Twisted's ``Failure``, as far as we need it."""

    @property
    def value(self) -> object:
        """The exception."""
        ...


Fetch = Callable[[str], Awaitable[Page]]

# Scrapy announces each crawl's settings and parts in a dozen lines; our log has one line a poll
logging.getLogger("scrapy").setLevel(logging.WARNING)

#: A thread's next page goes before the next thread, a thread before the next list.
_NEXT_PAGE, _THREAD, _LIST = 20, 10, 0

#: The handler replaced the document's own.
_NOT_OF_THE_BODY = frozenset({"content-encoding", "content-length", "transfer-encoding"})


class GateHandler:
    """Downloads for Scrapy, by the gate: there is no other way out of a crawl."""

    lazy = False

    def __init__(self, crawler: Crawler) -> None:
        self._crawler = crawler

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> "GateHandler":
        """Return the handler of a crawl."""
        return cls(crawler)

    async def download_request(self, request: Request) -> Response:
        """Return the page, or raise what the gate raises.

        The body is unpacked, so what was said of the packed one is left out: Scrapy would
        unpack it again and lose the page.
        """
        spider = self._crawler.spider
        if not isinstance(spider, ForumSpider):
            raise IgnoreRequest("only a forum's crawl downloads")
        page = await spider.fetch(request.url)
        kept = {k: v for k, v in page.headers.items() if k not in _NOT_OF_THE_BODY}
        return Response(
            page.url, status=page.status, headers=kept, body=page.body, request=request
        )

    async def close(self) -> None:
        """Do nothing: the gate is not ours."""


#: Everything of Scrapy that fetches, retries, redirects, remembers or listens is off: the gate
#: does what of it is needed. RemoteControl would execute code, and is on by default.
SETTINGS: dict[str, Any] = {
    "TWISTED_REACTOR_ENABLED": False,
    "DOWNLOAD_HANDLERS": {
        "http": GateHandler,
        "https": GateHandler,
        "file": None,
        "data": None,
        "ftp": None,
        "s3": None,
    },
    "DOWNLOADER_MIDDLEWARES_BASE": {},
    "SPIDER_MIDDLEWARES_BASE": {},
    "EXTENSIONS_BASE": {},
    "REMOTE_CONTROL_ENABLED": False,
    "TELNETCONSOLE_ENABLED": False,
    "ROBOTSTXT_OBEY": False,
    "REDIRECT_ENABLED": False,
    "METAREFRESH_ENABLED": False,
    "RETRY_ENABLED": False,
    "COOKIES_ENABLED": False,
    "HTTPPROXY_ENABLED": False,
    "COMPRESSION_ENABLED": False,
    "MEMUSAGE_ENABLED": False,
    "JOBDIR": None,  # its queues are pickles
    "STATS_CLASS": "scrapy.statscollectors.DummyStatsCollector",
    "SCHEDULER_MEMORY_QUEUE": "scrapy.squeues.FifoMemoryQueue",
    "CONCURRENT_ITEMS": 1,  # the default of 100 makes 100 tasks a page: a third of the CPU
    "CONCURRENT_REQUESTS": 1,
    "CONCURRENT_REQUESTS_PER_DOMAIN": 1,
    "DOWNLOAD_DELAY": 0,  # the host's budget has the say
    "LOG_ENABLED": False,
    "LOG_VERSIONS": [],
    "WARN_ON_GENERATOR_RETURN_VALUE": False,
}


class ForumSpider(Spider):
    """Goes where the walk says, and hands over what it brings."""

    name = "forum"

    def __init__(self, *, crawl: "_Crawl") -> None:
        super().__init__()
        self._crawl = crawl

    @override
    async def start(self) -> AsyncIterator[Request]:
        """Yield the first request."""
        if not self._crawl.is_over:
            yield self._request(self._crawl.walk.start(), priority=_LIST)

    async def fetch(self, url: str) -> Page:
        """Return a page for the download handler, as ``_Crawl.fetch`` does."""
        return await self._crawl.fetch(url)

    async def read(self, response: Response, visit: Visit) -> AsyncIterator[Request]:
        """Have the page parsed and its posts handed over; yield where to go."""
        for onward in await self._crawl.read(response.body, visit, url=response.url):
            same = onward.thread is not None and onward.thread == visit.thread
            priority = _NEXT_PAGE if same else _THREAD if onward.thread else _LIST
            yield self._request(onward, priority=priority)

    def missed(self, failure: Failed, *, visit: Visit) -> None:
        """Note a page that could not be had."""
        if isinstance(failure.value, SourceError):
            self._crawl.walk.failed(visit, failure.value)

    def _request(self, visit: Visit, *, priority: int) -> Request:
        return Request(
            visit.url,
            callback=self.read,
            cb_kwargs={"visit": visit},
            errback=partial(self.missed, visit=visit),
            priority=priority,
        )


class _Crawl:
    """One crawl under way: what spider and handler share with the generator that feeds on it."""

    def __init__(self, walk: Walk, gate: Gate, fetch: Fetch) -> None:
        self.walk = walk
        self._gate = gate
        self._fetch = fetch
        self._stop: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._in_turn = asyncio.Lock()
        self._given = 0  # pages of the batches that were handed over
        #: One waits while another is committed; None ends them.
        self.batches: asyncio.Queue[Batch | None] = asyncio.Queue(maxsize=1)

    @property
    def is_over(self) -> bool:
        """Whether nothing more is to be fetched."""
        return self._stop.done() or self.walk.fatal is not None

    async def run(self) -> None:
        """Crawl until there is nowhere left to go, or until stopped."""
        try:
            await AsyncCrawlerRunner(SETTINGS).crawl(ForumSpider, crawl=self)
        finally:
            await self._unless_stopped(self.batches.put(None))

    def stop(self) -> None:
        """Have nothing more fetched or handed over, also what is on its way."""
        if not self._stop.done():
            self._stop.set_result(None)

    async def fetch(self, url: str) -> Page:
        """Return a page.

        Raises:
            IgnoreRequest: the crawl is stopped.
            SourceError: the page could not be had.
        """
        page = None if self.is_over else await self._unless_stopped(self._fetch(url))
        if page is None:
            raise IgnoreRequest("the crawl is stopped")
        return page

    async def read(self, body: bytes, visit: Visit, *, url: str) -> tuple[Visit, ...]:
        """Parse a page, hand over its posts, and return where to go on."""
        if self.is_over:
            return ()
        try:
            page = await self._gate.parsing.run(
                read_forum_page,
                body,
                url=url,
                now=int(self.walk.now.timestamp()),
                in_thread=visit.thread is not None,
                looks=self.walk.progress.looks,
            )
            async with self._in_turn:  # so that each cursor covers the batches before it
                step = self.walk.arrived(visit, page, found_at=url)
                if step.posts:
                    batch = self._batch(step.posts, self.walk.cursor())
                    await self._unless_stopped(self.batches.put(batch))
        except SourceError as error:
            self.walk.failed(visit, error)
            return ()
        except Exception as error:  # a bug of ours: Scrapy would log it and go on without
            self.walk.fatal = error
            raise
        return step.visits

    def last_batch(self) -> Batch:
        """Return the batch that closes the crawl: how it went, and nothing else."""
        unchanged = self._given == 0
        batch = self._batch((), self.walk.cursor(at_end=True))
        return replace(batch, not_modified=unchanged, problem=self.walk.problem)

    def _batch(self, posts: tuple[FoundPost, ...], cursor: Cursor) -> Batch:
        fetched, self._given = self.walk.pages - self._given, self.walk.pages
        return Batch(posts=posts, cursor=cursor, fetched=fetched)

    async def _unless_stopped(self, work: Awaitable[T]) -> T | None:
        """Return the work's result, or None as soon as the crawl is stopped."""
        working = asyncio.ensure_future(work)
        try:
            either: set[asyncio.Future[Any]] = {working, self._stop}
            await asyncio.wait(either, return_when=asyncio.FIRST_COMPLETED)
            return working.result() if working.done() else None
        finally:
            if not working.done():
                working.cancel()
                await asyncio.wait({working})


async def crawl(walk: Walk, gate: Gate, fetch: Fetch) -> AsyncGenerator[Batch, None]:
    """Yield the batches of a crawl; leaving early stops it and waits until it has stopped.

    Raises:
        SourceError: what ended the crawl.
    """
    crawling = _Crawl(walk, gate, fetch)
    running = asyncio.create_task(crawling.run())
    try:
        while (batch := await crawling.batches.get()) is not None:
            yield batch
        await running
    finally:
        crawling.stop()
        await asyncio.wait({running})
    if walk.fatal is not None:
        raise walk.fatal
    yield crawling.last_batch()

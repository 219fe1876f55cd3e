"""The sample communities as real HTTP servers on loopback, in one background thread."""

import asyncio
import socket
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Future
from contextlib import ExitStack
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from threading import Thread
from types import TracebackType
from typing import Self

from aiohttp import web

from service.demo.samples import Label, SampleError, SamplePost, Site, labels, load_posts
from service.demo.sites.api_site import ApiSite
from service.demo.sites.feed_site import FeedSite
from service.demo.sites.forum_site import ForumSite
from service.demo.sites.page import Page, PageSource
from service.errors import HarkenError

__all__ = [
    "Communities",
    "CommunitiesError",
    "Label",
    "SampleError",
    "SamplePost",
    "Site",
    "labels",
    "load_posts",
]

_START_SECONDS = 10.0
_LAST_ANSWERS_SECONDS = 1.0


class CommunitiesError(HarkenError):
    """The sample communities can't be started: is another demo running?"""


class Communities:
    """The three sample sites; a context manager that serves them between enter and exit.

    What they serve depends on the posts and ``anchor`` alone. Ports show up in links, never in
    ids or dates.
    """

    def __init__(self, anchor: datetime, host: str = "127.0.0.1") -> None:
        """Read the sample posts; nothing listens yet.

        Args:
            anchor: aware UTC; every post is some hours older.
            host: the address to listen on.

        Raises:
            ValueError: ``anchor`` is not aware UTC.
            SampleError: a bundled post is broken.
        """
        if anchor.utcoffset() != timedelta(0):
            raise ValueError("anchor must be aware UTC")
        self._host = host
        posts = load_posts()
        at = anchor.astimezone(UTC)
        self._feeds = FeedSite(posts, at)
        self._pages: Mapping[Site, PageSource] = {
            Site.FEED: self._feeds,
            Site.FORUM: ForumSite(posts, at),
            Site.API: ApiSite(posts, at),
        }
        self._bases: Mapping[Site, str] = {}
        self._stop: Callable[[], object] | None = None
        self._thread: Thread | None = None

    def start(self, ports: tuple[int, int, int] = (0, 0, 0)) -> None:
        """Listen and serve until ``stop``.

        Args:
            ports: of the feed site, the forum and the API; 0 takes a free one.

        Raises:
            CommunitiesError: a port is taken or they already run.
        """
        if self._thread is not None:
            raise CommunitiesError("the sample communities are running already")
        listening = _listen(self._host, ports)
        self._bases = {
            site: f"http://{self._host}:{one.getsockname()[1]}"
            for site, one in zip(Site, listening, strict=True)
        }
        ready: Future[Callable[[], object]] = Future()
        self._thread = Thread(
            target=lambda: asyncio.run(self._serve(listening, ready)),
            name="sample-communities",
            daemon=True,
        )
        self._thread.start()
        try:
            self._stop = ready.result(_START_SECONDS)
        except TimeoutError as error:
            raise CommunitiesError from error

    def stop(self) -> None:
        """Stop serving and wait for the thread to end; does nothing when they don't run."""
        if self._thread is None or self._stop is None:
            return
        self._stop()
        self._thread.join()
        self._thread = self._stop = None

    @property
    def feed_urls(self) -> Mapping[str, str]:
        """The address of each feed, by source id."""
        return {name: self._base(Site.FEED) + path for name, path in self._feeds.feeds.items()}

    @property
    def forum_url(self) -> str:
        """The address of the forum's index."""
        return f"{self._base(Site.FORUM)}/"

    @property
    def api_url(self) -> str:
        """The base of the API, without a slash at its end."""
        return f"{self._base(Site.API)}/api/v1"

    def url_of(self, post: SamplePost) -> str:
        """Return the permalink of a post as it is served now."""
        return self._base(post.place.site) + post.key

    def _base(self, site: Site) -> str:
        if not self._bases:
            raise CommunitiesError("the sample communities have not been started")
        return self._bases[site]

    async def _serve(
        self, listening: Sequence[socket.socket], ready: Future[Callable[[], object]]
    ) -> None:
        stopping = asyncio.Event()
        loop = asyncio.get_running_loop()
        runners: list[web.AppRunner] = []
        try:
            for site, one in zip(Site, listening, strict=True):
                runner = web.AppRunner(
                    _application(self._pages[site], self._bases[site]),
                    access_log=None,
                    shutdown_timeout=_LAST_ANSWERS_SECONDS,
                )
                runners.append(runner)
                await runner.setup()
                await web.SockSite(runner, one).start()
            ready.set_result(lambda: loop.call_soon_threadsafe(stopping.set))
            await stopping.wait()
        finally:
            for runner in runners:
                await runner.cleanup()

    def __enter__(self) -> Self:
        if self._thread is None:
            self.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.stop()


def _listen(host: str, ports: Sequence[int]) -> list[socket.socket]:
    """Return a listening socket for each port, or none at all."""
    with ExitStack() as opened:
        sockets = []
        for port in ports:
            try:
                one = opened.enter_context(socket.create_server((host, port)))
            except OSError as error:
                raise CommunitiesError(
                    f"can't listen on {host}:{port} ({error.strerror}): choose another port"
                ) from error
            sockets.append(one)
        opened.pop_all()
        return sockets


def _application(pages: PageSource, base: str) -> web.Application:
    async def answer(request: web.Request) -> web.Response:
        page = pages.page(request.path, request.query, base=base)
        return _response(request, page or Page(body="Not found.", status=404))

    application = web.Application()
    application.router.add_get("/{path:.*}", answer)  # HEAD comes with it
    return application


def _response(request: web.Request, page: Page) -> web.Response:
    """Return the page, or 304 when the reader has it: RFC 9110, 13.2.2."""
    if page.status != 200:
        return web.Response(text=page.body, status=page.status, content_type=page.content_type)
    tag = sha256(page.body.encode()).hexdigest()[:20]
    if _has_it(request, tag, page.modified):
        response = web.Response(status=304)
    else:
        response = web.Response(text=page.body, content_type=page.content_type, charset="utf-8")
    response.etag = tag
    response.last_modified = page.modified
    return response


def _has_it(request: web.Request, tag: str, modified: datetime | None) -> bool:
    if request.if_none_match is not None:
        return any(known.value in {"*", tag} for known in request.if_none_match)
    since = request.if_modified_since
    return since is not None and modified is not None and modified <= since

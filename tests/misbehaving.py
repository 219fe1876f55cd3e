"""A server on loopback with one handler per misbehaviour, for tests of everything that fetches.

It speaks through bare sockets, since most of what it does no server library would let it do.
It runs in a thread of its own, so that synchronous tests and other processes can use it.
"""

import asyncio
import gzip
import json
import threading
import time
import zlib
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field, replace
from functools import lru_cache
from types import TracebackType
from typing import Self
from urllib.parse import parse_qs, urlsplit

import brotli  # type: ignore[import-untyped]  # it ships no type information
from backports import zstd

Handler = Callable[["Exchange"], Awaitable[None]]

_HANDLERS: dict[str, Handler] = {}
_RSS = "application/rss+xml; charset=utf-8"


@dataclass(frozen=True, slots=True)
class Asked:
    """A request as it arrived."""

    method: str
    path: str  # with query
    headers: dict[str, str]  # names in lower case
    at: float  # time.monotonic()
    body: bytes = b""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """What a test's own site answers."""

    body: bytes = b""
    kind: str = "text/html; charset=utf-8"
    status: str = "200 OK"
    headers: dict[str, str] = field(default_factory=dict)


#: A site of a test's own: a request in, an answer out, or None for the misbehaving handlers.
Site = Callable[[Asked], Reply | None]


@dataclass(slots=True)
class Exchange:
    """One request and the way to answer it."""

    asked: Asked
    server: "MisbehavingServer"
    writer: asyncio.StreamWriter
    query: dict[str, str] = field(default_factory=dict)

    async def send(self, raw: bytes) -> None:
        self.writer.write(raw)
        await self.writer.drain()

    async def answer(
        self,
        body: bytes = b"",
        headers: dict[str, str] | None = None,
        *,
        status: str = "200 OK",
        kind: str = "text/plain",
    ) -> None:
        """Send a whole answer; ``headers`` may say otherwise about its length and kind."""
        all_of_them = {
            "Content-Length": str(len(body)),
            "Content-Type": kind,
            "Connection": "close",
            **(headers or {}),
        }
        lines = [f"{name}: {value}" for name, value in all_of_them.items()]
        head = "\r\n".join([f"HTTP/1.1 {status}", *lines, "", ""])
        await self.send(head.encode("latin-1") + body)


class MisbehavingServer:
    """Serves ``/`` and its like well and everything else badly, until its ``with`` ends.

    Args:
        site: what answers before the handlers do, if it likes.
        robots: the body of robots.txt; None answers 404.
        robots_status: the status line's code and word for robots.txt.
    """

    def __init__(
        self,
        site: Site | None = None,
        *,
        robots: bytes | None = None,
        robots_status: str = "200 OK",
    ) -> None:
        self._site = site
        self.robots = robots
        self.robots_status = robots_status
        self.requests: list[Asked] = []
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._run, name="misbehaving", daemon=True)
        self._ready = threading.Event()
        self._stopped: asyncio.Event
        self.port = 0

    def __enter__(self) -> Self:
        self._thread.start()
        self._ready.wait(timeout=10)
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._loop.call_soon_threadsafe(self._stopped.set)
        self._thread.join(timeout=10)

    def url(self, path: str = "/") -> str:
        """Return the address of ``path``."""
        return f"http://127.0.0.1:{self.port}{path}"

    def asked_for(self, path: str) -> list[Asked]:
        """Return the requests for ``path``, without regard to the query."""
        return [asked for asked in self.requests if asked.path.partition("?")[0] == path]

    def _run(self) -> None:
        asyncio.set_event_loop(self._loop)
        try:
            self._loop.run_until_complete(self._serve())
        finally:
            self._loop.close()

    async def _serve(self) -> None:
        self._stopped = asyncio.Event()
        server = await asyncio.start_server(self._connected, "127.0.0.1", 0)
        self.port = server.sockets[0].getsockname()[1]
        self._ready.set()
        await self._stopped.wait()
        server.close()
        others = asyncio.all_tasks() - {asyncio.current_task()}
        for task in others:
            task.cancel()
        await asyncio.gather(*others, return_exceptions=True)

    async def _connected(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            head = await reader.readuntil(b"\r\n\r\n")
            asked = _read_head(head)
            if length := int(asked.headers.get("content-length", 0)):
                asked = replace(asked, body=await reader.readexactly(length))
            self.requests.append(asked)
            await self._dispatch(Exchange(asked, self, writer))
        except (ConnectionError, asyncio.IncompleteReadError, asyncio.CancelledError):
            pass  # the client left, or the server is stopping
        finally:
            writer.close()

    async def _dispatch(self, exchange: Exchange) -> None:
        split = urlsplit(exchange.asked.path)
        exchange.query = {key: values[-1] for key, values in parse_qs(split.query).items()}
        reply = self._site(exchange.asked) if self._site else None
        if reply is not None:
            await exchange.answer(reply.body, reply.headers, status=reply.status, kind=reply.kind)
        elif split.path in _HANDLERS:
            await _HANDLERS[split.path](exchange)
        else:
            await exchange.answer(b"nothing here", status="404 Not Found")


def _read_head(head: bytes) -> Asked:
    request, *lines = head.decode("latin-1").split("\r\n")
    method, path, _ = request.split(" ", 2)
    pairs = (line.split(":", 1) for line in lines if ":" in line)
    headers = {name.strip().lower(): value.strip() for name, value in pairs}
    return Asked(method=method, path=path, headers=headers, at=time.monotonic())


def on(path: str) -> Callable[[Handler], Handler]:
    """Have the decorated function answer ``path``."""

    def register(handler: Handler) -> Handler:
        _HANDLERS[path] = handler
        return handler

    return register


def rss(count: int = 3, *, prefix: str = "entry") -> bytes:
    """Return a small feed in good order."""
    items = "".join(
        f"<item><title>{prefix} {n}</title><link>/{prefix}/{n}</link>"
        f"<guid isPermaLink='false'>{prefix}-{n}</guid>"
        f"<pubDate>Mon, 0{1 + n % 9} Jun 2026 10:00:00 GMT</pubDate>"
        f"<description>&lt;p&gt;What {prefix} {n} says.&lt;/p&gt;</description></item>"
        for n in range(1, count + 1)
    )
    return f"<rss version='2.0'><channel><title>A feed</title>{items}</channel></rss>".encode()


@on("/robots.txt")
async def robots(exchange: Exchange) -> None:
    if exchange.server.robots is None and exchange.server.robots_status.startswith("200"):
        await exchange.answer(status="404 Not Found")
    else:
        body = exchange.server.robots or b""
        await exchange.answer(body, status=exchange.server.robots_status)


@on("/echo")
async def echo(exchange: Exchange) -> None:
    """Say which headers came."""
    await exchange.answer(json.dumps(exchange.asked.headers).encode())


@on("/feed.xml")
async def feed(exchange: Exchange) -> None:
    await exchange.answer(rss(), kind=_RSS)


@on("/conditional.xml")
async def conditional(exchange: Exchange) -> None:
    """Answer 304 to whoever has the current ETag."""
    if exchange.asked.headers.get("if-none-match") == '"v1"':
        await exchange.answer(headers={"ETag": '"v1"'}, status="304 Not Modified")
    else:
        headers = {"ETag": '"v1"', "Last-Modified": "yesterday"}
        await exchange.answer(rss(), headers, kind=_RSS)


@on("/always-200.xml")
async def always_200(exchange: Exchange) -> None:
    """Give a new ETag each time for the same bytes."""
    await exchange.answer(rss(), {"ETag": f'"{time.monotonic_ns()}"'}, kind=_RSS)


@on("/html")
async def html(exchange: Exchange) -> None:
    """Answer a feed's address with a page, as captive portals and CAPTCHAs do."""
    page = b"<!doctype html><html><head><title>Log in</title></head><body>Log in</body></html>"
    await exchange.answer(page, kind="text/html")


@on("/empty")
async def empty(exchange: Exchange) -> None:
    await exchange.answer(b"", kind=_RSS)


@on("/truncated.xml")
async def truncated(exchange: Exchange) -> None:
    """Break off in the middle of the third of five entries, with a length that fits."""
    whole = rss(5)
    await exchange.answer(whole[: whole.index(b"entry-3") + 4], kind=_RSS)


@on("/gone")
async def gone(exchange: Exchange) -> None:
    await exchange.answer(status="410 Gone")


@on("/status")
async def status(exchange: Exchange) -> None:
    """Answer ``?code=``, with ``retry_after`` when it is given."""
    wait = exchange.query.get("retry_after")
    headers = {"Retry-After": wait} if wait else {}
    await exchange.answer(b"no", headers, status=f"{exchange.query['code']} So")


@on("/stall")
async def stall(exchange: Exchange) -> None:
    """Say nothing for ``?seconds=`` (10), then answer."""
    await asyncio.sleep(float(exchange.query.get("seconds", "10")))
    await exchange.answer(rss(), kind=_RSS)


@on("/stall-in-body")
async def stall_in_body(exchange: Exchange) -> None:
    await exchange.send(b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n<rss")
    await asyncio.sleep(float(exchange.query.get("seconds", "10")))


@on("/drip")
async def drip(exchange: Exchange) -> None:
    """Send a byte every tenth of a second, for ever."""
    await exchange.send(b"HTTP/1.1 200 OK\r\nContent-Length: 1000000\r\n\r\n")
    while True:
        await exchange.send(b"x")
        await asyncio.sleep(0.1)


@on("/endless")
async def endless(exchange: Exchange) -> None:
    """Send chunks as fast as they are taken, for ever."""
    await exchange.send(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n")
    while True:
        await exchange.send(b"10000\r\n" + b"x" * 0x10000 + b"\r\n")


@on("/length-lie")
async def length_lie(exchange: Exchange) -> None:
    """Promise more than comes."""
    await exchange.answer(b"<rss>", {"Content-Length": "5000"})


@on("/length-boast")
async def length_boast(exchange: Exchange) -> None:
    await exchange.answer(b"<rss>", {"Content-Length": "1000000000000"})


@on("/hang-up")
async def hang_up(exchange: Exchange) -> None:
    """Close without a word."""


@on("/not-http")
async def not_http(exchange: Exchange) -> None:
    await exchange.send(b"SSH-2.0-OpenSSH_9.2\r\n\r\n")


@on("/many-headers")
async def many_headers(exchange: Exchange) -> None:
    await exchange.answer(b"x", {f"X-{n}": "y" for n in range(10_000)})


@on("/huge-etag")
async def huge_etag(exchange: Exchange) -> None:
    """Give a validator of ``?size=`` characters."""
    etag = '"' + "e" * int(exchange.query.get("size", "5000")) + '"'
    await exchange.answer(rss(), {"ETag": etag}, kind=_RSS)


@on("/odd-etag")
async def odd_etag(exchange: Exchange) -> None:
    await exchange.answer(rss(), {"ETag": '"\xe9\xff"'}, kind=_RSS)


@on("/cookie")
async def cookie(exchange: Exchange) -> None:
    await exchange.answer(rss(), {"Set-Cookie": "track=me; Path=/"}, kind=_RSS)


@on("/loop")
async def loop(exchange: Exchange) -> None:
    await exchange.answer(headers={"Location": "/loop-back"}, status="302 Found")


@on("/loop-back")
async def loop_back(exchange: Exchange) -> None:
    await exchange.answer(headers={"Location": "/loop"}, status="302 Found")


@on("/chain")
async def chain(exchange: Exchange) -> None:
    """Redirect ``?left=`` times, then give a feed."""
    left = int(exchange.query["left"])
    where = f"/chain?left={left - 1}" if left > 1 else "/feed.xml"
    await exchange.answer(headers={"Location": where}, status="301 Moved")


@on("/redirect")
async def redirect(exchange: Exchange) -> None:
    """Redirect to ``?to=``, with ``?code=`` (302)."""
    code = exchange.query.get("code", "302")
    await exchange.answer(headers={"Location": exchange.query["to"]}, status=f"{code} There")


@on("/redirect-nowhere")
async def redirect_nowhere(exchange: Exchange) -> None:
    await exchange.answer(status="302 Found")


@lru_cache
def _bomb(coding: str) -> bytes:
    """Return 64 MiB, packed in some 60 KB or less."""
    nothing = b"\0" * 64 * 2**20
    match coding:
        case "gzip":
            return gzip.compress(nothing, compresslevel=1)
        case "deflate":
            return zlib.compress(nothing, level=1)
        case "zstd":
            return zstd.compress(nothing)
        case _:
            packed: bytes = brotli.compress(nothing, quality=1)
            return packed


@on("/bomb")
async def bomb(exchange: Exchange) -> None:
    """Send a bomb packed as ``?coding=``: gzip, deflate, br or zstd."""
    coding = exchange.query["coding"]
    await exchange.answer(_bomb(coding), {"Content-Encoding": coding})


@on("/packed-twice")
async def packed_twice(exchange: Exchange) -> None:
    body = gzip.compress(gzip.compress(rss()))
    await exchange.answer(body, {"Content-Encoding": "gzip, gzip"})


@on("/not-gzip")
async def not_gzip(exchange: Exchange) -> None:
    await exchange.answer(rss(), {"Content-Encoding": "gzip"})


@on("/broken-gzip")
async def broken_gzip(exchange: Exchange) -> None:
    body = gzip.compress(rss())
    await exchange.answer(body[:12] + b"\xff" * 40 + body[52:], {"Content-Encoding": "gzip"})


@on("/packed-oddly")
async def packed_oddly(exchange: Exchange) -> None:
    """Name ``?as=``; pack by ``?by=`` (not at all) and put the letters of ``?then=`` behind it."""
    body = gzip.compress(rss()) if exchange.query.get("by") == "gzip" else rss()
    body += exchange.query.get("then", "").encode()
    await exchange.answer(body, {"Content-Encoding": exchange.query["as"]}, kind=_RSS)


@on("/attributes.xml")
async def attributes(exchange: Exchange) -> None:
    """64,000 attributes on one element: more than twelve seconds of feedparser."""
    many = " ".join(f"a{n}=''" for n in range(64_000))
    await exchange.answer(f"<rss><channel><item {many}/></channel></rss>".encode())


@on("/laughs.xml")
async def laughs(exchange: Exchange) -> None:
    """A billion laughs."""
    levels = "".join(
        f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' if n else '<!ENTITY l0 "ha">' for n in range(10)
    )
    feed = f"<!DOCTYPE rss [{levels}]><rss><channel><title>&l9;</title></channel></rss>"
    await exchange.answer(feed.encode())


@on("/deep.xml")
async def deep(exchange: Exchange) -> None:
    body = b"<rss><channel><item>" + b"<b>" * 100_000
    await exchange.answer(body, kind=_RSS)

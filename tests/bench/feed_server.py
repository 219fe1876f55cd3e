"""A server of many made-up feeds on loopback, in a process of its own. Not for pytest to collect.

``python -m tests.bench.feed_server HOSTS`` prints the ports that it listens on as JSON and serves
until its standard input ends. ``/N.xml`` is feed N; it answers 304 to whoever has it. ``/round/R``
adds R items to every feed; behind ``/repeat/R`` everybody gets the whole feed, who has it too.
``/hazard/NAME`` are documents that are slow to parse.
"""

import asyncio
import json
import re
import sys
from functools import lru_cache
from typing import Final

from typing_extensions import override

ITEMS: Final = 20
_STORY = (
    "The harbour was full of boats, and the painters took their time over the long pier. " * 12
)
_LINE = re.compile(rb"GET (\S+)")
_BRINGS = re.compile(rb"if-none-match: ([^\r]+)", re.IGNORECASE)

HAZARDS: Final = ("laughs", "deep", "attributes", "tiny", "escaped")


class Feeds:
    """What is served now."""

    def __init__(self) -> None:
        self.round = 0
        self.repeats = False  # sends what is there already

    def answer(self, head: bytes) -> bytes:
        """Return the answer to a request."""
        found = _LINE.match(head)
        path = found[1].decode() if found else "/"
        name = path.rpartition("/")[2]
        if path.startswith(("/round/", "/repeat/")):
            self.round = int(name)
            self.repeats = path.startswith("/repeat/")
            return _reply(b"ok")
        if path.startswith("/hazard/"):
            return _reply(hazard(name))
        if not name.removesuffix(".xml").isdecimal():
            return _reply(b"", status="404 Not Found")
        etag = f'"round {self.round}"'
        brings = _BRINGS.search(head)
        if brings and brings[1].decode() == etag and not self.repeats:
            return _reply(b"", status="304 Not Modified", etag=etag)
        return _reply(feed(name.removesuffix(".xml"), self.round), etag=etag)


def feed(name: str, number: int) -> bytes:
    """Return feed ``name`` with ``number`` items more than at first, the newest on top."""
    items = "".join(
        f"<item><title>Day {n} at the harbour</title><link>http://127.0.0.1/{name}/{n}</link>"
        f"<guid isPermaLink='false'>{name}-{n}</guid><author>a{n}@harbour.example (Ann)</author>"
        f"<pubDate>Mon, 0{1 + n % 9} Jun 2026 10:{n % 60:02}:00 GMT</pubDate>"
        f"<description>&lt;p&gt;{name}, {n}. {_STORY}&lt;/p&gt;</description></item>"
        for n in range(ITEMS + number, number, -1)
    )
    return f"<rss version='2.0'><channel><title>F {name}</title>{items}</channel></rss>".encode()


@lru_cache
def hazard(name: str) -> bytes:
    """Return a document that costs a parser seconds or hundreds of megabytes."""
    inner = {
        "deep": "<item>" + "<b>" * 200_000,
        "attributes": "<item " + " ".join(f"a{n}=''" for n in range(64_000)) + "/>",
        "tiny": "<item><guid>x</guid></item>" * 200_000,
        "escaped": f"<item><description>{'&lt;b&gt;' * 200_000}</description></item>",
    }
    if name == "laughs":
        levels = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 10))
        return (
            f'<!DOCTYPE rss [<!ENTITY l0 "ha">{levels}]><rss version="2.0"><channel>'
            "<title>&l9;</title></channel></rss>"
        ).encode()
    return f"<rss version='2.0'><channel><title>H</title>{inner[name]}</channel></rss>".encode()


def _reply(body: bytes, *, status: str = "200 OK", etag: str = "") -> bytes:
    head = f"HTTP/1.1 {status}\r\nContent-Type: application/rss+xml\r\n"
    head += f"ETag: {etag}\r\n" if etag else ""
    head += "" if status.startswith("304") else f"Content-Length: {len(body)}\r\n"
    return f"{head}\r\n".encode() + body


class _Connection(asyncio.Protocol):
    def __init__(self, feeds: Feeds) -> None:
        self._feeds = feeds
        self._seen = b""
        self._transport: asyncio.WriteTransport | None = None

    @override
    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.WriteTransport)
        self._transport = transport

    @override
    def data_received(self, data: bytes) -> None:
        self._seen += data
        while b"\r\n\r\n" in self._seen and self._transport is not None:
            head, _, self._seen = self._seen.partition(b"\r\n\r\n")
            self._transport.write(self._feeds.answer(head))


async def _serve(hosts: int) -> None:
    feeds, loop = Feeds(), asyncio.get_running_loop()
    servers = [
        await loop.create_server(lambda: _Connection(feeds), "127.0.0.1", 0) for _ in range(hosts)
    ]
    print(json.dumps([server.sockets[0].getsockname()[1] for server in servers]), flush=True)  # noqa: T201
    await asyncio.to_thread(sys.stdin.read)
    for server in servers:
        server.close()


if __name__ == "__main__":
    asyncio.run(_serve(int(sys.argv[1])))

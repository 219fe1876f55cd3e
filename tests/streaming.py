"""A Jetstream on loopback, which misbehaves as its script says, and the API that shows posts."""

import base64
import hashlib
import json
import struct
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from urllib.parse import parse_qs, urlsplit

from pydantic import JsonValue
from typing_extensions import override

from tests.imitations import PRESENT, Bluesky
from tests.talking import Talk

MINUTE_US = 60_000_000
NOW_US = PRESENT * 1_000_000
POSTS = "app.bsky.feed.post"
_GUID = b"258EAFA5-E914-47DA-95CA-C5AB0DC85B11"  # RFC 6455, 1.3
TEXT, BINARY, CLOSE, PING, PONG = 1, 2, 8, 9, 10


def frame(payload: bytes, *, kind: int = TEXT, is_last: bool = True, length: int = 0) -> bytes:
    """Return a frame as servers send it; ``length`` is what it claims."""
    first = bytes([(0x80 if is_last else 0) | kind])
    size = length or len(payload)
    if size < 126:
        return first + bytes([size]) + payload
    if size < 2**16:
        return first + b"\x7e" + struct.pack(">H", size) + payload
    return first + b"\x7f" + struct.pack(">Q", size) + payload


def event(
    number: int,
    text: str = "which crm?",
    *,
    at: int | None = None,
    operation: str = "create",
    did: str = "did:plc:ann",
    langs: JsonValue = None,
    collection: str = POSTS,
) -> bytes:
    """Return something that happened to post ``number``: a minute each, the last before now."""
    commit: dict[str, JsonValue] = {
        "rev": "3l3qo2vutsw2b",
        "operation": operation,
        "collection": collection,
        "rkey": str(number),
    }
    if operation != "delete":
        commit["record"] = {"$type": collection, "text": text, "langs": langs or ["en"]}
    time_us = NOW_US - MINUTE_US + number if at is None else at
    return _said({"did": did, "time_us": time_us, "kind": "commit", "commit": commit})


def account(at: int = NOW_US) -> bytes:
    """Return what every subscriber is told, whatever it asked for."""
    told: JsonValue = {"active": False, "did": "did:plc:bob", "status": "deleted"}
    return _said({"did": "did:plc:bob", "time_us": at, "kind": "account", "account": told})


def _said(value: JsonValue) -> bytes:
    return json.dumps(value).encode()


@dataclass
class Streamed:
    """A subscription from the server's side."""

    talk: Talk

    def tell(self, *messages: bytes) -> None:
        """Send messages."""
        self.send(b"".join(map(frame, messages)))

    def send(self, raw: bytes) -> None:
        """Send bytes."""
        self.talk.connection.sendall(raw)

    def hear(self) -> tuple[int, bytes] | None:
        """Return the kind and content of the client's next frame; None when it is gone."""
        head = self.talk.heard.read(2)
        if len(head) < 2:
            return None
        mask = self.talk.heard.read(4)
        masked = self.talk.heard.read(head[1] & 0x7F)
        return head[0] & 0x0F, bytes(b ^ mask[n % 4] for n, b in enumerate(masked))

    def be_polite(self) -> None:
        """Answer pings, and the client's good-bye, until it is gone."""
        while (heard := self.hear()) is not None:
            kind, content = heard
            if kind == CLOSE:
                self.send(frame(content, kind=CLOSE))
                return
            if kind == PING:
                self.send(frame(content, kind=PONG))


Behave = Callable[[Streamed], None]


@dataclass
class Jetstream:
    """Tells its events from the cursor on, then is quiet; or does what ``behave`` does instead."""

    events: list[bytes] = field(default_factory=list)
    behave: Behave | None = None
    instead: bytes | None = None  # the answer to the handshake
    robots: bytes = b""  # none where it is empty
    asked: list[dict[str, list[str]]] = field(default_factory=list)
    headers: list[dict[str, str]] = field(default_factory=list)
    paths: list[str] = field(default_factory=list)

    def __call__(self, talk: Talk) -> None:
        path = talk.hear().split(b" ")[1].decode()
        headers = {}
        while line := talk.hear():
            name, _, value = line.decode().partition(":")
            headers[name.lower()] = value.strip()
        url = urlsplit(path)
        if url.path == "/robots.txt":
            head = b"HTTP/1.1 %s\r\nContent-Length: %d\r\nConnection: close\r\n\r\n"
            status = b"200 OK" if self.robots else b"404 Not Found"
            talk.connection.sendall(head % (status, len(self.robots)) + self.robots)
            return
        self.paths.append(url.path)
        self.asked.append(parse_qs(url.query))
        self.headers.append(headers)
        if self.instead is not None:
            talk.connection.sendall(self.instead)
            return
        talk.say(*upgraded(headers["sec-websocket-key"]))
        streamed = Streamed(talk)
        with suppress(OSError):
            (self.behave or self.tell)(streamed)

    def tell(self, streamed: Streamed) -> None:
        """Tell what happened since the cursor."""
        since = int(self.asked[-1]["cursor"][0])
        for one in self.events:
            if json.loads(one)["time_us"] >= since:
                streamed.tell(one)
        streamed.be_polite()


def upgraded(key: str) -> list[bytes]:
    """Return the answer to a handshake."""
    accept = base64.b64encode(hashlib.sha1(key.encode() + _GUID).digest())  # noqa: S324 - RFC 6455
    return [
        b"HTTP/1.1 101 Switching Protocols",
        b"Upgrade: websocket",
        b"Connection: Upgrade",
        b"Sec-WebSocket-Accept: " + accept,
        b"",
    ]


@dataclass
class View(Bluesky):
    """The API that shows posts by name."""

    refuses: int = 0  # a post's number: who asks for it is answered 400

    @override
    def answer(self, path: str, query: dict[str, list[str]]) -> JsonValue:
        if path != "/xrpc/app.bsky.feed.getPosts":
            return super().answer(path, query)
        uris = query["uris"]
        return {
            "posts": [self.show(one) for one in self.said if self.link(one.number)["uri"] in uris]
        }

    @property
    def named(self) -> list[str]:
        """The keys of the posts that were asked for, in order."""
        return [uri.rpartition("/")[2] for query in self.asked for uri in query.get("uris", ())]

"""A request for a page, and its answer, as they are carried from one process to another.

A frame is a line of JSON and, after it, the bytes of the body. Headers are Latin-1 by the standard
of HTTP; what has no such form is none that a browser sent.
"""

import json
import logging
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from starlette.types import ASGIApp, Message, Scope, Send

logger = logging.getLogger(__name__)

_LATIN = "latin-1"
#: What of a request is words or numbers already.
_PLAIN = ("http_version", "method", "scheme", "root_path", "path", "client", "server")


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """A request without a body."""

    scope: Scope
    config: str  # the state of the configuration that it may rely on; see `LiveConfig.state`


@dataclass(frozen=True, slots=True, kw_only=True)
class Response:
    """A whole answer."""

    status: int
    headers: list[tuple[bytes, bytes]]
    body: bytes


def request_in_frame(request: Request) -> bytes:
    """Return a request as a frame."""
    scope = request.scope
    said = {name: scope[name] for name in _PLAIN} | {
        "raw_path": scope["raw_path"].decode(_LATIN),
        "query_string": scope["query_string"].decode(_LATIN),
        "headers": _words(scope["headers"]),
        "config": request.config,
    }
    return _frame(said, b"")


def request_of_frame(frame: bytes) -> Request:
    """Return the request of a frame."""
    said, _ = _opened(frame)
    scope = {name: said[name] for name in _PLAIN} | {
        "type": "http",
        "asgi": {"version": "3.0", "spec_version": "2.3"},
        "raw_path": said["raw_path"].encode(_LATIN),
        "query_string": said["query_string"].encode(_LATIN),
        "headers": _octets(said["headers"]),
        "state": {},
    }
    for end in ("client", "server"):
        scope[end] = tuple(scope[end]) if scope[end] is not None else None
    return Request(scope=scope, config=said["config"])


def response_in_frame(response: Response) -> bytes:
    """Return an answer as a frame."""
    return _frame({"status": response.status, "headers": _words(response.headers)}, response.body)


def response_of_frame(frame: bytes) -> Response:
    """Return the answer of a frame."""
    said, body = _opened(frame)
    return Response(status=said["status"], headers=_octets(said["headers"]), body=body)


async def response_to(app: ASGIApp, scope: Scope) -> Response:
    """Return what an app answers to a request without a body; an app that fails is logged."""
    start: Message = {"status": 500, "headers": []}
    parts: list[bytes] = []

    async def receive() -> Message:
        return {"type": "http.request", "body": b"", "more_body": False}

    async def send(message: Message) -> None:
        if message["type"] == "http.response.start":
            start.update(message)
        else:
            parts.append(message.get("body", b""))

    try:
        await app(scope, receive, send)
    except Exception:  # the app has shown its page of an error, and raises for who logs
        logger.exception("a page failed")
    return Response(status=start["status"], headers=list(start["headers"]), body=b"".join(parts))


async def pass_on(response: Response, send: Send) -> None:
    """Answer with a response that was made elsewhere."""
    await send(
        {
            "type": "http.response.start",
            "status": response.status,
            "headers": response.headers,
        }
    )
    await send({"type": "http.response.body", "body": response.body})


def _frame(said: object, body: bytes) -> bytes:
    return b"\n".join((json.dumps(said, separators=(",", ":")).encode(), body))


def _opened(frame: bytes) -> tuple[dict[str, Any], bytes]:
    line, _, body = frame.partition(b"\n")
    return json.loads(line), body


def _words(headers: Iterable[tuple[bytes, bytes]]) -> list[tuple[str, str]]:
    return [(name.decode(_LATIN), value.decode(_LATIN)) for name, value in headers]


def _octets(headers: Iterable[tuple[str, str]]) -> list[tuple[bytes, bytes]]:
    return [(name.encode(_LATIN), value.encode(_LATIN)) for name, value in headers]

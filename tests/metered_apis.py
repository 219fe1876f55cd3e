"""APIs on loopback, imitated as far as an adapter asks, that misbehave when they are told to."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from urllib.parse import parse_qs, unquote, urlsplit

from pydantic import JsonValue

from crawlers.fetch import Gate
from crawlers.found import Batch, Cursor, SourceToPoll
from crawlers.registry import adapter_for
from tests.crawling import NOW, stored, through_gate
from tests.misbehaving import Asked, Reply

PAGE = Reply(body=b"<html><title>Log in</title>")
TOO_OFTEN = Reply(
    body=b"<html>slow down</html>",
    status="429 Too Many Requests",
    headers={"Retry-After": "120"},
)


def told(
    body: JsonValue, *, status: str = "200 OK", headers: Mapping[str, str] | None = None
) -> Reply:
    """Return an answer in JSON."""
    return Reply(
        body=json.dumps(body).encode(),
        kind="application/json",
        status=status,
        headers=dict(headers or {}),
    )


@dataclass(frozen=True, slots=True)
class Request:
    """What was asked of an imitation."""

    path: str
    query: Mapping[str, str]
    headers: Mapping[str, str]


@dataclass
class Imitation:
    """An API. Its subclasses answer; at the requests named in ``instead`` something else comes."""

    instead: dict[int, Reply] = field(default_factory=dict)  # by number of request, from 1
    requests: list[Request] = field(default_factory=list)

    def __call__(self, asked: Asked) -> Reply | None:
        url = urlsplit(asked.path)
        if url.path == "/robots.txt":
            return None
        query = {key: values[-1] for key, values in parse_qs(url.query).items()}
        request = Request(unquote(url.path), query, asked.headers)
        self.requests.append(request)
        return self.instead.get(len(self.requests)) or self.answer(request)

    def answer(self, request: Request) -> Reply | None:
        """Return what the real one would say."""
        raise NotImplementedError


def ids(found: Sequence[Batch]) -> list[str]:
    """Return the ids of the posts of batches, as they came."""
    return [post.external_id for batch in found for post in batch.posts]


def killed_after_each_batch(source: SourceToPoll, *, most: int = 40) -> tuple[list[str], Cursor]:
    """Poll again and again, each time only to the first batch; return the ids and the cursor."""

    async def first(gate: Gate, polled: SourceToPoll) -> Batch:
        batches = adapter_for(polled.kind).poll(polled, gate, now=NOW)
        try:
            return await anext(batches)
        finally:
            await batches.aclose()

    async def again_and_again(gate: Gate) -> tuple[list[str], Cursor]:
        seen: list[str] = []
        cursor = source.cursor
        for _ in range(most):
            batch = await first(gate, replace(source, cursor=cursor))
            seen += [post.external_id for post in batch.posts]
            if stored(batch) == cursor:
                break
            cursor = stored(batch)
        return seen, cursor

    return through_gate(again_and_again)

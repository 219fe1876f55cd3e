"""Writes, and writes that are done once however often they are sent (Idempotency-Key)."""

import hmac
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Annotated

from fastapi import Depends, Header, Request, Response
from pydantic import BaseModel
from sqlmodel import Session

from models.api import IdempotencyKey
from service.api.callers import Caller, CallerHere
from service.api.errors import BadHeaderError
from service.api.kept import Claim, begin, finish, let_go
from service.serving.site import Site, site_of
from service.store.engine import writing

_KEY = re.compile(r"[!-~]{1,255}")
_REPLAYED = "Idempotent-Replayed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Done:
    """What a write is answered. It is kept for a day, so it holds nobody's words."""

    body: BaseModel | None
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)

    def text(self) -> str:
        """Return the body as it is sent."""
        return self.body.model_dump_json() if self.body is not None else ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Attempt:
    """One try at a write."""

    site: Site
    caller: Caller
    key: str | None
    fingerprint: str

    def once(self, work: Callable[[Session], Done]) -> Response:
        """Do ``work`` in a transaction and return its answer; the second time, the same one.

        Raises:
            KeyReusedError: the key came with another request before.
            StillAtItError: the same request is being worked on.
        """
        if self.key is None:
            with writing(self.site.engine) as db:
                return _answer(work(db))
        claim = Claim(token_id=self.caller.token_id, key=self.key, fingerprint=self.fingerprint)
        with writing(self.site.engine) as db:
            kept = begin(db, claim, now=self.site.clock.now())
        if kept is not None:
            return _replay(kept)
        is_done = False
        try:
            with writing(self.site.engine) as db:
                done = work(db)
                finish(db, claim, status=done.status, headers=done.headers, body=done.text())
            is_done = True
        finally:
            if not is_done:
                with writing(self.site.engine) as db:
                    let_go(db, claim)
        return _answer(done)


def _answer(done: Done) -> Response:
    media_type = "application/json" if done.body is not None else None
    return Response(done.text(), done.status, headers=done.headers, media_type=media_type)


def _replay(kept: IdempotencyKey) -> Response:
    headers = {name: str(value) for name, value in kept.headers.items()} | {_REPLAYED: "true"}
    media_type = "application/json" if kept.body else None
    return Response(kept.body, kept.status or 200, headers=headers, media_type=media_type)


async def _attempt(
    request: Request,
    caller: CallerHere,
    idempotency_key: Annotated[
        str | None,
        Header(
            alias="Idempotency-Key",
            max_length=300,
            description="a new one (a UUID) for each new request: sent again with it, the request "
            "is done once, and its answer is kept for 24 hours",
            examples=["5b9f6f0e-7d0c-4c55-9a55-0f1c3b0f3c0a"],
        ),
    ] = None,
) -> Attempt:
    site = site_of(request)
    key = None
    if idempotency_key is not None:
        key = idempotency_key.strip().strip('"')  # the draft writes it in quotes, most don't
        if not _KEY.fullmatch(key):
            raise BadHeaderError("An Idempotency-Key has 1 to 255 visible ASCII characters.")
    told = b"\0".join(
        (
            request.method.encode(),
            request.url.path.encode(),
            request.url.query.encode(),
            await request.body(),
        )
    )
    fingerprint = hmac.digest(site.secret, b"request\0" + told, "sha256").hex()
    return Attempt(site=site, caller=caller, key=key, fingerprint=fingerprint)


AttemptHere = Annotated[Attempt, Depends(_attempt)]

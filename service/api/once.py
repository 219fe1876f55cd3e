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
    """What a write is answered. What is kept of it for a day holds nobody's words."""

    body: BaseModel | None
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    kept: BaseModel | None = None  # instead of a body that quotes what was sent

    def text(self) -> str:
        """Return the body as it is sent."""
        return self.body.model_dump_json() if self.body is not None else ""

    def kept_text(self) -> str:
        """Return the body as it is sent the second time."""
        return self.kept.model_dump_json() if self.kept is not None else self.text()


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
                return self.answer(work(db))

        def in_one(claim: Claim) -> Done:
            with writing(self.site.engine) as db:
                done = work(db)
                _finish(db, claim, done)
            return done

        return self._claimed(self.key, in_one)

    def in_steps(self, work: Callable[[], Done]) -> Response:
        """Do ``work``, which makes transactions of its own, and return its answer.

        What it did before it failed stays, so done again it must do nothing twice. Its key is kept
        after its last step: where that is not reached, the next request with it does the rest.

        Raises:
            KeyReusedError: the key came with another request before.
            StillAtItError: the same request is being worked on.
        """
        if self.key is None:
            return self.answer(work())

        def step_by_step(claim: Claim) -> Done:
            done = work()
            with writing(self.site.engine) as db:
                _finish(db, claim, done)
            return done

        return self._claimed(self.key, step_by_step)

    @staticmethod
    def answer(done: Done) -> Response:
        """Return the answer to what was done."""
        media_type = "application/json" if done.body is not None else None
        return Response(done.text(), done.status, headers=done.headers, media_type=media_type)

    def _claimed(self, key: str, work: Callable[[Claim], Done]) -> Response:
        claim = Claim(token_id=self.caller.token_id, key=key, fingerprint=self.fingerprint)
        with writing(self.site.engine) as db:
            kept = begin(db, claim, now=self.site.clock.now())
        if kept is not None:
            return _replay(kept)
        is_done = False
        try:
            done = work(claim)
            is_done = True
        finally:
            if not is_done:
                with writing(self.site.engine) as db:
                    let_go(db, claim)
        return self.answer(done)


def _finish(db: Session, claim: Claim, done: Done) -> None:
    finish(db, claim, status=done.status, headers=done.headers, body=done.kept_text())


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

"""Send what is due: endpoint by endpoint side by side, message by message one after the other.

Before a message is sent nothing is noted of it, and after it was sent that is noted at once. Who
is killed in between sends it again, with the same id: at least once.
"""

import asyncio
import logging
import random
import re
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from types import TracebackType
from typing import Self

from pydantic import JsonValue
from sqlalchemy import Engine, update
from sqlmodel import Session, select

from config.channels import EndpointSpec
from crawlers.answers import retry_after
from crawlers.errors import SourceError
from crawlers.fetch import Gate, Limits
from models.clock import Clock
from models.delivery import Delivery, DeliveryState, Endpoint
from service.delivery.endpoints import (
    Address,
    MisdirectedError,
    checked_address,
    disable,
    misdirect,
)
from service.delivery.loops import LOOP_HEADER, loop_mark
from service.delivery.planning import MOST, give_up, plan
from service.delivery.signing import sign
from service.delivery.turns import (
    Message,
    Turn,
    end_turn,
    held,
    keep_rate,
    next_message,
    take_turns,
)
from service.rules import delivery as rules
from service.rules.delivery import FARTHEST
from service.store.engine import writing

logger = logging.getLogger(__name__)

#: Standard Webhooks: 15 to 30 s for an answer. A lease is longer than an attempt.
DELIVERY_LIMITS = Limits(
    total_seconds=30, stall_seconds=30, connect_seconds=8, connections_per_host=4
)

_REMEMBERED = 12  # attempts in a delivery's log
_CODE = re.compile(rb"[a-z_]{3,60}")  # "invalid_blocks": how Slack says what it didn't like


@dataclass(frozen=True, slots=True, kw_only=True)
class Attempt:
    """What came of sending a message once."""

    at: datetime
    seconds: float
    status: int | None  # of HTTP; None: no answer
    problem: str | None  # in words; None: it went well
    asked_rest: timedelta | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Post:
    """Everything that sending needs."""

    engine: Engine
    gate: Gate  # open, and good for these endpoints only
    endpoints: Mapping[str, EndpointSpec]
    own_urls: tuple[str, ...]
    base_url: str  # that links in messages begin with
    secret: bytes
    clock: Clock

    async def send(self, address: Address, *, message_id: str, body: bytes) -> Attempt:
        """Send a message once; what hinders that is told, never raised."""
        at, began = self.clock.now(), time.monotonic()
        headers = {"Content-Type": "application/json", LOOP_HEADER: loop_mark(self.secret)}
        if address.secrets:
            headers |= sign(address.secrets, message_id=message_id, at=at, body=body)
        try:
            answer = await self.gate.deliver(address.url, body=body, headers=headers)
        except SourceError as error:
            return Attempt(at=at, seconds=_since(began), status=None, problem=str(error))
        rest = retry_after(answer.headers.get("retry-after"), now=at)
        waits = answer.status in {429, 503} and rest is not None
        return Attempt(
            at=at,
            seconds=_since(began),
            status=answer.status,
            problem=_problem(answer.status, answer.body),
            asked_rest=timedelta(seconds=rest or 0) if waits else None,
        )


@dataclass
class Deliverer:
    """Sends what is due whenever it is told to look; use with ``async with``.

    An endpoint that hangs keeps no other waiting.
    """

    post: Post
    _running: set[asyncio.Task[None]] = field(default_factory=set)

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        for task in self._running:
            task.cancel()
        await asyncio.gather(*self._running, return_exceptions=True)

    async def look(self) -> None:
        """Plan what has happened and begin to send what is due; don't wait for it."""
        for turn in await asyncio.to_thread(self._turns):
            task = asyncio.create_task(self._serve(turn))
            self._running.add(task)
            task.add_done_callback(self._ended)

    async def finished(self) -> None:
        """Return when all that was begun is sent or put off."""
        while self._running:
            await asyncio.wait(self._running)

    def _turns(self) -> tuple[Turn, ...]:
        post, now = self.post, self.post.clock.now()
        planned = MOST
        while planned == MOST:
            with writing(post.engine) as db:
                planned = plan(db, post.endpoints, secret=post.secret, now=now)
        with writing(post.engine) as db:
            if dead := give_up(db, now=now):
                logger.warning("deliveries were given up", extra={"count": dead})
            longest = max([FARTHEST, *(spec.batch_every for spec in post.endpoints.values())])
            return take_turns(db, now=now, longest_rest=longest)

    def _ended(self, task: "asyncio.Task[None]") -> None:
        self._running.discard(task)
        if not task.cancelled() and (error := task.exception()) is not None:
            logger.error("a delivery broke off", exc_info=error)

    async def _serve(self, turn: Turn) -> None:
        """Send to one endpoint until nothing is due there or it wants a longer rest."""
        spec = self.post.endpoints.get(turn.endpoint_id)
        goes_on = spec is not None
        try:
            while spec is not None and goes_on:
                goes_on = await self._send_next(turn, spec)
        finally:
            await asyncio.shield(asyncio.to_thread(self._let_go, turn))

    async def _send_next(self, turn: Turn, spec: EndpointSpec) -> bool:
        found = await asyncio.to_thread(self._next, turn, spec)
        if found is None:
            return False
        address, message = found
        wait = (message.send_at - self.post.clock.now()).total_seconds()
        await asyncio.sleep(max(wait, 0.0))
        attempt = await self.post.send(address, message_id=message.id, body=message.body)
        return await asyncio.to_thread(self._settle, turn, spec, message, attempt)

    def _next(self, turn: Turn, spec: EndpointSpec) -> tuple[Address, Message] | None:
        post, now = self.post, self.post.clock.now()
        with writing(post.engine) as db:
            try:
                address = checked_address(db, spec, own_urls=post.own_urls)
            except MisdirectedError as error:
                if (row := held(db, turn, now=now)) is not None:
                    misdirect(row, str(error), now=now)
                return None
            message = next_message(
                db, turn, spec, base_url=post.base_url, secret=post.secret, now=now
            )
        return (address, message) if message is not None else None

    def _settle(self, turn: Turn, spec: EndpointSpec, message: Message, attempt: Attempt) -> bool:
        """Note what came of a message; say whether there may be more to send at once."""
        now = self.post.clock.now()
        with writing(self.post.engine) as db:
            note_attempt(db, message, attempt, now=now)
            row = held(db, turn, now=now)
            if row is None:
                return False
            _note_endpoint(row, spec, message, attempt, now=now)
            if spec.kind.is_read_by_people:
                keep_rate(db, row, until=now + spec.gap)
            return row.disabled_at is None

    def _let_go(self, turn: Turn) -> None:
        with writing(self.post.engine) as db:
            end_turn(db, turn)


def note_attempt(db: Session, message: Message, attempt: Attempt, *, now: datetime) -> None:
    """Write what came of sending a message to every delivery that it was to make good.

    Those of one message have one history, and may be thousands: they are written as one.
    """
    one = db.exec(select(Delivery).where(message.where).limit(1)).first()
    if one is None:
        return
    attempts, log = one.attempts + 1, [*one.tried, _line(attempt)][-_REMEMBERED:]
    jitter = random.random()  # noqa: S311 - spreads load, guards nothing
    again = rules.next_attempt(attempts, now=now, jitter=jitter, asked_rest=attempt.asked_rest)
    verdict = rules.verdict(attempt.status)
    state = DeliveryState.PENDING
    if verdict is rules.Verdict.SENT:
        state = DeliveryState.SENT
    elif again is None or verdict is rules.Verdict.GONE:
        state = DeliveryState.DEAD
    is_over = state is not DeliveryState.PENDING
    written = update(Delivery).where(message.where)
    db.connection().execute(
        written.values(
            state=state,
            attempts=attempts,
            tried=log,
            last_status=attempt.status,
            last_problem=attempt.problem,
            ended_at=now if is_over else None,
            next_attempt_at=one.next_attempt_at if is_over or again is None else again,
        )
    )


def _note_endpoint(
    row: Endpoint, spec: EndpointSpec, message: Message, attempt: Attempt, *, now: datetime
) -> None:
    verdict = rules.verdict(attempt.status)
    row.last_problem = attempt.problem
    row.next_send_at = now + spec.gap
    if verdict is rules.Verdict.SENT:
        row.fail_count, row.last_sent_at = 0, now
        if spec.kind.is_read_by_people and rules.is_burst(message.covers):
            row.next_send_at = now + max(spec.gap, spec.batch_every)
        return
    if verdict is rules.Verdict.GONE:
        because = "it answered 410, that it is gone for good; `harken deliveries retry --endpoint`"
        disable(row, f"{because} gives it another chance", now=now)
    elif rules.blames_endpoint(attempt.status):
        row.fail_count += 1
        rest = rules.pause(row.fail_count, asked_rest=attempt.asked_rest)
        row.next_send_at = now + max(spec.gap, rest)


def _line(attempt: Attempt) -> dict[str, JsonValue]:
    return {
        "at": attempt.at.isoformat(),
        "status": attempt.status,
        "problem": attempt.problem,
        "seconds": attempt.seconds,
    }


def _problem(status: int, body: bytes) -> str | None:
    if 200 <= status < 300:
        return None
    if 300 <= status < 400:
        return f"it answered {status}, a redirect, which is never followed: name the new address"
    code = _CODE.fullmatch(body.strip())
    said = f": {code[0].decode()}" if code else ""
    return f"it answered {status}{said}"


def _since(began: float) -> float:
    return round(time.monotonic() - began, 3)

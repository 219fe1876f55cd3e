"""Politeness that all processes on one database share: turns, rests and robots.txt of hosts.

A turn is claimed in a short write transaction before anybody sleeps until it comes, so that two
processes never ask one host at the same time. Machines have to agree on the time to about a
second, which the usual time service does.
"""

import asyncio
import random
from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from math import ceil
from typing import Any

from sqlalchemy import Engine, Row, bindparam, delete, or_, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlmodel import Session, col
from typing_extensions import override

from crawlers.errors import HostResting
from crawlers.pacing import HostAnswer, HostBudget, HostRest, after_answer
from crawlers.robots import RobotsCache, RobotsFile
from models.clock import Clock
from models.host import Host, Robots
from service.listening.grouping import Groups
from service.store.engine import reading, writing

#: name, free_at, rest_until, refusals
HostRow = Row[str, datetime, datetime | None, int]

#: How long one waits for a turn; a source whose host has no turn sooner is put off instead.
PATIENCE_SECONDS = 120.0
#: How long it is believed which hosts are held.
_BELIEVED = timedelta(seconds=1)
#: A turn that is further away was claimed by a clock that went wrong.
_NONSENSE = timedelta(days=1)
#: RFC 9309, 2.4: robots.txt should not be used for longer than 24 hours.
_ROBOTS_SECONDS = 24 * 3_600
_ROBOTS_AT_HAND = 1_024
_FORGET_AFTER = timedelta(days=7)


@dataclass(frozen=True, slots=True)
class _Claim:
    host: str
    seconds: float  # that the turn takes


@dataclass(frozen=True, slots=True)
class _Standing:
    """How a host stood when it was last looked up."""

    turn: datetime  # of whoever claimed it; now, for one who claims no time
    resting_until: datetime | None
    refusals: int
    at: datetime

    def seconds_of_rest(self) -> float:
        if self.resting_until is None:
            return 0.0
        return (self.resting_until - self.at).total_seconds()


@dataclass(frozen=True, slots=True)
class _Held:
    """Hosts that rest, that refused lately, or whose next turn is still to come."""

    names: frozenset[str]
    at: datetime


class SharedBudget(HostBudget):
    """Budgets of hosts in the database. Claims that come together are one transaction.

    A host that is asked for no pause needs no claim, only a look whether it is held all the same.
    """

    def __init__(
        self, engine: Engine, clock: Clock, *, patience_seconds: float = PATIENCE_SECONDS
    ) -> None:
        self._engine = engine
        self._clock = clock
        self._patience = timedelta(seconds=patience_seconds)
        self._claims: Groups[_Claim, _Standing] = Groups(self._claim_all)
        self._looks: Groups[None, _Held] = Groups(self._look)
        self._held: _Held | None = None
        #: Refusals in a row as far as this process knows: good answers need no note of none.
        self._refusals: dict[str, int] = {}

    @override
    async def wait(self, host: str, *, min_interval: float) -> None:
        """Sleep until the host's next turn, which nobody else gets."""
        if min_interval <= 0 and host not in await self._held_hosts():
            return
        standing = await self._claims.hand_over(_Claim(host, max(min_interval, 0.0)))
        self._refusals[host] = standing.refusals
        pause = (standing.turn - standing.at).total_seconds()
        rest = standing.seconds_of_rest()
        if rest > 0 or pause > self._patience.total_seconds():
            raise HostResting(host, retry_after_seconds=ceil(max(rest, pause)))
        if pause > 0:
            await asyncio.sleep(pause)

    @override
    async def penalise(self, host: str, seconds: float) -> None:
        """Leave the host alone for that long; a shorter rest doesn't shorten a longer one."""
        reason = "it asked to be left alone"
        await asyncio.to_thread(self._rest, host, timedelta(seconds=seconds), reason)
        self._held = None

    @override
    async def report(self, host: str, answer: HostAnswer) -> int:
        """Move the host's rest as ``after_answer`` has it, for all processes."""
        if not answer.refused and not self._refusals.get(host):
            return 0
        seconds = await asyncio.to_thread(self._note, host, answer)
        self._held = None
        return seconds

    async def _held_hosts(self) -> frozenset[str]:
        """Return the hosts that can't be asked at will, as they were within a second."""
        held, now = self._held, self._clock.now()
        if held is None or not timedelta(0) <= now - held.at < _BELIEVED:
            held = self._held = await self._looks.hand_over(None)
        return held.names

    def _look(self, asked: Sequence[None]) -> list[_Held]:
        """Look once for all who ask: most hosts have no row at all, or one that says nothing."""
        with reading(self._engine) as db:
            now = self._clock.now()
            waits = or_(
                col(Host.free_at) > now, col(Host.rest_until) > now, col(Host.refusals) > 0
            )
            names = db.connection().execute(select(col(Host.name)).where(waits)).scalars()
            held = _Held(frozenset(names), now)
        return [held] * len(asked)

    def _claim_all(self, claims: Sequence[_Claim]) -> list[_Standing]:
        with writing(self._engine) as db:
            now = self._clock.now()
            rows = _locked(db, {claim.host for claim in claims}, now)
            free = {name: row.free_at for name, row in rows.items()}
            standings = [self._standing(claim, rows[claim.host], free, now) for claim in claims]
            moved = [
                {"host": name, "free": at} for name, at in free.items() if at != rows[name].free_at
            ]
            if moved:
                db.connection().execute(_FREE_AT, moved)
        return standings

    def _standing(
        self, claim: _Claim, row: HostRow, free: dict[str, datetime], now: datetime
    ) -> _Standing:
        """Give the claim its turn, unless its host rests or the turn is too far away."""
        before = free[claim.host]
        turn = now if before - now > _NONSENSE else max(before, now)
        rests = row.rest_until is not None and row.rest_until > now
        if claim.seconds and not rests and turn - now <= self._patience:
            free[claim.host] = turn + timedelta(seconds=claim.seconds)
        until = row.rest_until if rests else None
        return _Standing(turn=turn, resting_until=until, refusals=row.refusals, at=now)

    def _rest(self, host: str, pause: timedelta, reason: str) -> None:
        with writing(self._engine) as db:
            now = self._clock.now()
            row = _locked(db, {host}, now)[host]
            if row.rest_until is None or row.rest_until < now + pause:
                _write(db, host, until=now + pause, refusals=row.refusals, reason=reason)

    def _note(self, host: str, answer: HostAnswer) -> int:
        with writing(self._engine) as db:
            now = self._clock.now()
            row = _locked(db, {host}, now)[host]
            until = 0.0 if row.rest_until is None else row.rest_until.timestamp()
            before = HostRest(refusals=row.refusals, until=until)
            spread = random.random()  # noqa: S311 - spreads load, guards nothing
            after = after_answer(before, answer, now=now.timestamp(), spread=spread)
            if after != before:
                reason = _reason(answer) if answer.refused else None
                at = datetime.fromtimestamp(after.until, now.tzinfo) if after.until else None
                _write(db, host, until=at, refusals=after.refusals, reason=reason)
        self._refusals[host] = after.refusals
        return max(ceil(after.until - now.timestamp()), 0)


_FREE_AT = (
    update(Host).where(col(Host.name) == bindparam("host")).values(free_at=bindparam("free"))
)


def _locked(db: Session, names: set[str], now: datetime) -> dict[str, HostRow]:
    """Return hosts' rows, made if need be; nobody else writes them until this transaction ends."""
    wanted = sorted(names)  # in one order for everybody, so that nobody waits in a circle
    columns = (col(Host.name), col(Host.free_at), col(Host.rest_until), col(Host.refusals))
    named = select(*columns).where(col(Host.name).in_(wanted))
    lock = named.order_by(col(Host.name)).with_for_update()
    there = db.connection().execute(lock).all()
    if len(there) < len(wanted):
        known = {row.name for row in there}
        fresh = [
            {"name": name, "free_at": now, "refusals": 0} for name in wanted if name not in known
        ]
        db.connection().execute(_insert_into(db, Host).on_conflict_do_nothing(), fresh)
        there = db.connection().execute(lock).all()
    return {row.name: row for row in there}


def _insert_into(db: Session, table: type[Host | Robots]) -> Any:  # the two have no common type
    dialect = postgresql if db.get_bind().dialect.name == "postgresql" else sqlite
    return dialect.insert(table)


def _write(
    db: Session, host: str, *, until: datetime | None, refusals: int, reason: str | None
) -> None:
    db.connection().execute(
        update(Host)
        .where(col(Host.name) == host)
        .values(rest_until=until, refusals=refusals, last_reason=reason)
    )


def _reason(answer: HostAnswer) -> str:
    if answer.challenged:
        return f"it answered {answer.status} with a riddle for people"
    return f"it answered {answer.status}"


class SharedRobots(RobotsCache):
    """What robots.txt said, in the database, with the lately used at hand."""

    def __init__(self, engine: Engine, clock: Clock) -> None:
        self._engine = engine
        self._clock = clock
        self._at_hand: OrderedDict[str, tuple[datetime, RobotsFile]] = OrderedDict()
        self._lookups: Groups[str, Robots | None] = Groups(self._read_all)
        self._notes: Groups[Robots, None] = Groups(self._write_all)

    @override
    async def get(self, origin: str) -> RobotsFile | None:
        """Return what was put less than its ``keep_seconds``, and a day, ago, else None."""
        now = self._clock.now()
        until, robots = self._at_hand.get(origin, (now, None))
        if robots is not None and now < until:
            return robots
        row = await self._lookups.hand_over(origin)  # what comes together is one query
        if row is None:
            return None
        until = row.read_at + timedelta(seconds=min(row.keep_seconds, _ROBOTS_SECONDS))
        if not row.read_at <= now < until:
            return None
        found = RobotsFile(status=row.status, text=row.text, keep_seconds=row.keep_seconds)
        self._remember(origin, until, found)
        return found

    @override
    async def put(self, origin: str, robots: RobotsFile) -> None:
        """Keep it for its ``keep_seconds``, a day at the most, also over a restart."""
        kept = replace(robots, text=robots.text.replace("\0", ""))  # PostgreSQL's text has no NUL
        now = self._clock.now()
        seconds = min(kept.keep_seconds, _ROBOTS_SECONDS)
        self._remember(origin, now + timedelta(seconds=seconds), kept)
        note = Robots(
            origin=origin,
            status=kept.status,
            text=kept.text,
            keep_seconds=kept.keep_seconds,
            read_at=now,
        )
        await self._notes.hand_over(note)

    def _remember(self, origin: str, until: datetime, robots: RobotsFile) -> None:
        self._at_hand[origin] = (until, robots)
        self._at_hand.move_to_end(origin)
        if len(self._at_hand) > _ROBOTS_AT_HAND:
            self._at_hand.popitem(last=False)

    def _read_all(self, origins: Sequence[str]) -> list[Robots | None]:
        with reading(self._engine) as db:
            rows = db.scalars(select(Robots).where(col(Robots.origin).in_(set(origins))))
            there = {row.origin: row for row in rows}
        return [there.get(origin) for origin in origins]

    def _write_all(self, notes: Sequence[Robots]) -> list[None]:
        latest = {note.origin: note for note in notes}
        rows = [latest[origin].model_dump() for origin in sorted(latest)]  # one order for all
        with writing(self._engine) as db:
            fresh = _insert_into(db, Robots)
            newer = {name: fresh.excluded[name] for name in rows[0] if name != "origin"}
            written = fresh.on_conflict_do_update(index_elements=["origin"], set_=newer)
            db.connection().execute(written, rows)
        return [None] * len(notes)


def resting(db: Session, *, now: datetime) -> dict[str, datetime]:
    """Return by name until when hosts want to be left alone."""
    rests = select(col(Host.name), col(Host.rest_until)).where(col(Host.rest_until) > now)
    return {row.name: row.rest_until for row in db.connection().execute(rests)}


def forget_idle(db: Session, *, now: datetime) -> None:
    """Forget hosts that nobody has asked for a week, and robots.txt that is past its time."""
    before = now - _FORGET_AFTER
    idle = or_(col(Host.rest_until).is_(None), col(Host.rest_until) < before)
    db.execute(delete(Host).where(col(Host.free_at) < before, idle))
    db.execute(delete(Robots).where(col(Robots.read_at) < now - timedelta(days=1)))

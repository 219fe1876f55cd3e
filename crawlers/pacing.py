"""How fast a host is asked, and how long it is left alone after it refused.

What a refusal leads to is a pure function, ``after_answer``; a budget only keeps its result. The
service may keep budgets for many processes; the one here is for one.
"""

import asyncio
import random
from dataclasses import dataclass
from math import ceil
from typing import Protocol

from typing_extensions import override

from crawlers.errors import HostResting

#: The first rest after a refusal that says no time; each further refusal in a row doubles it.
TOO_OFTEN_REST = 300  # 429
FIRST_REST = 60  # 403 and 5xx
#: A forum has closed boards and a thread that its program stumbles over. So the host itself seems
#: to mean it only from the third 403 in a row on, or the second 5xx; 503 says so at once.
FORBIDDEN_IN_PASSING = 2
FAILED_IN_PASSING = 1
#: What our own doubling ends at. A host that asks for more (Retry-After) gets up to a day.
LONGEST_REST = 6 * 3_600
#: By how much of itself a rest may grow at random, so that many hosts don't come back at once.
JITTER = 0.5


@dataclass(frozen=True, slots=True, kw_only=True)
class HostAnswer:
    """What a host's answer means for how it may be asked on."""

    status: int
    #: Retry-After in seconds, already held between a minute and a day; None without one.
    asked_rest: int | None = None
    #: It shows a riddle for people (``cf-mitigated: challenge``).
    challenged: bool = False

    @property
    def refused(self) -> bool:
        """Whether it concerns the host and not only the page: 403, 429 and every 5xx."""
        return self.status in (403, 429) or self.status >= 500


@dataclass(frozen=True, slots=True, kw_only=True)
class HostRest:
    """How a host stands with us. ``until`` is in seconds of whatever clock the budget keeps."""

    refusals: int = 0  # in a row
    until: float = 0.0  # it is not asked before


def next_rest(refusals: int, answer: HostAnswer, *, spread: float) -> int:
    """Return for how many seconds a host is left alone after its ``refusals``-th in a row.

    What the host asks for (Retry-After) is the least; our own rest doubles with each further
    refusal. 0 means that it may be asked on: a single closed page says nothing of its host.

    Args:
        refusals: how many in a row, this one counted: from 1 on.
        answer: the last of them; one that did not refuse rests for 0 seconds.
        spread: a random number from 0 up to 1.
    """
    if not answer.refused:
        return 0
    grown = _grown(refusals, answer)
    own = min(grown * (1 + JITTER * spread), LONGEST_REST)
    return ceil(max(answer.asked_rest or 0, own))


def _grown(refusals: int, answer: HostAnswer) -> float:
    doublings = refusals - 1 - _in_passing(answer)
    if doublings < 0 or (doublings == 0 and answer.asked_rest is not None):
        return 0.0  # not yet, or the host's own word is enough the first time
    first = TOO_OFTEN_REST if answer.status == 429 else FIRST_REST
    return float(first * 2 ** min(doublings, 16))


def _in_passing(answer: HostAnswer) -> int:
    """Return how many such refusals in a row may concern their page and not the host."""
    if answer.challenged or answer.status in (429, 503):
        return 0
    return FORBIDDEN_IN_PASSING if answer.status == 403 else FAILED_IN_PASSING


def after_answer(rest: HostRest, answer: HostAnswer, *, now: float, spread: float) -> HostRest:
    """Return how a host stands after it answered.

    Refusals of requests that were under way when the rest began don't count again, nor does a
    good answer to one of them end the rest. The first good answer after it does: all is forgotten.
    """
    resting = now < rest.until
    if not answer.refused:
        return rest if resting else HostRest()
    refusals = max(rest.refusals, 1) if resting else rest.refusals + 1
    until = now + next_rest(refusals, answer, spread=spread)
    if resting and answer.asked_rest is None:
        until = rest.until
    return HostRest(refusals=refusals, until=max(rest.until, until))


class HostBudget(Protocol):
    """Says when a host may be asked next. A host is named with its port unless it's the usual.

    The gate calls ``wait`` before every request and ``report`` after every answer, also that of
    a robots.txt. ``penalise`` is for whoever knows better, such as an API's own ``backoff``.
    An implementation keeps two things per host: when its next turn is, and a ``HostRest`` that
    it moves with ``after_answer``.
    """

    async def wait(self, host: str, *, min_interval: float) -> None:
        """Return when ``host`` may be asked, at least ``min_interval`` seconds after the last.

        Raises:
            HostResting: the host asked for a rest, or its turn is too far away to wait for.
        """
        ...

    async def penalise(self, host: str, seconds: float) -> None:
        """Leave ``host`` alone for ``seconds``, whoever asks."""
        ...

    async def report(self, host: str, answer: HostAnswer) -> int:
        """Take note of an answer; return the seconds that the host now rests, 0 for none.

        ``after_answer`` decides. A budget that only keeps turns may leave this as it is: then
        nothing rests but by ``penalise``.
        """
        if answer.refused and answer.asked_rest is not None:
            await self.penalise(host, answer.asked_rest)
        return answer.asked_rest or 0


class MemoryBudget(HostBudget):
    """Budgets of one process, gone with it."""

    def __init__(self, *, patience_seconds: float = 120) -> None:
        self._patience = patience_seconds
        self._free_at: dict[str, float] = {}  # loop time of a host's next turn
        self._rests: dict[str, HostRest] = {}

    @override
    async def wait(self, host: str, *, min_interval: float) -> None:
        """Sleep until the host's next turn; take the turn before sleeping, so that all queue."""
        now = asyncio.get_running_loop().time()
        rest = self._rests.get(host, HostRest()).until - now
        turn = max(self._free_at.get(host, 0.0), now)
        if rest > 0 or turn - now > self._patience:
            raise HostResting(host, retry_after_seconds=ceil(max(rest, turn - now)))
        self._free_at[host] = turn + min_interval
        if turn > now:
            await asyncio.sleep(turn - now)

    @override
    async def penalise(self, host: str, seconds: float) -> None:
        """Leave the host alone for that long; a shorter rest doesn't shorten a longer one."""
        until = asyncio.get_running_loop().time() + seconds
        rest = self._rests.get(host, HostRest())
        self._rests[host] = HostRest(refusals=rest.refusals, until=max(until, rest.until))

    @override
    async def report(self, host: str, answer: HostAnswer) -> int:
        """Move the host's rest as ``after_answer`` has it."""
        now = asyncio.get_running_loop().time()
        rest = self._rests.get(host, HostRest())
        moved = after_answer(rest, answer, now=now, spread=random.random())  # noqa: S311 - jitter
        if moved == HostRest():
            self._rests.pop(host, None)
        else:
            self._rests[host] = moved
        return max(round(moved.until - now), 0)

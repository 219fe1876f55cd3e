"""How fast a host is asked. The service may keep budgets for many machines; this one is ours."""

import asyncio
from math import ceil
from typing import Protocol

from crawlers.errors import HostResting


class HostBudget(Protocol):
    """Says when a host may be asked next. A host is named with its port unless it's the usual."""

    async def wait(self, host: str, *, min_interval: float) -> None:
        """Return when ``host`` may be asked, at least ``min_interval`` seconds after the last.

        Raises:
            HostResting: the host asked for a rest, or its turn is too far away to wait for.
        """
        ...

    async def penalise(self, host: str, seconds: float) -> None:
        """Leave ``host`` alone for ``seconds``, whoever asks."""
        ...


class MemoryBudget:
    """Budgets of one process, gone with it."""

    def __init__(self, *, patience_seconds: float = 120) -> None:
        self._patience = patience_seconds
        self._free_at: dict[str, float] = {}  # loop time of a host's next turn
        self._resting_until: dict[str, float] = {}

    async def wait(self, host: str, *, min_interval: float) -> None:
        """Sleep until the host's next turn; take the turn before sleeping, so that all queue."""
        now = asyncio.get_running_loop().time()
        rest = self._resting_until.get(host, 0.0) - now
        turn = max(self._free_at.get(host, 0.0), now)
        if rest > 0 or turn - now > self._patience:
            raise HostResting(host, retry_after_seconds=ceil(max(rest, turn - now)))
        self._free_at[host] = turn + min_interval
        if turn > now:
            await asyncio.sleep(turn - now)

    async def penalise(self, host: str, seconds: float) -> None:
        """Leave the host alone for that long; a shorter rest doesn't shorten a longer one."""
        until = asyncio.get_running_loop().time() + seconds
        self._resting_until[host] = max(until, self._resting_until.get(host, 0.0))

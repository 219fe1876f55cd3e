"""In which order sources are polled: hosts in turn, those of one host one after the other."""

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable, Iterable

from service.listening.leases import Leased

#: Sources that are polled side by side. Most of their time they wait for an answer.
AT_ONCE = 48

#: Polls a source.
Poll = Callable[[Leased], Awaitable[None]]


class Rota:
    """Gives every host a turn before any host gets its next.

    While a host's pause lasts, no place is held for it: a host with a thousand sources slows down
    nobody but itself. Use it as an asynchronous context manager; it ends when all is polled.
    """

    def __init__(self, poll: Poll, *, at_once: int = AT_ONCE) -> None:
        self._poll = poll
        self._places = at_once
        self._waiting: dict[str, deque[Leased]] = {}  # by host, also of those being polled
        self._ready: deque[str] = deque()  # hosts whose turn may come
        self._under_way: dict[str, Leased] = {}  # by the source's id
        self._idle = asyncio.Event()
        self._idle.set()
        self._few = 0  # sources under way, of which somebody wants to know
        self._eased = asyncio.Event()
        self._tasks = asyncio.TaskGroup()

    async def __aenter__(self) -> "Rota":
        await self._tasks.__aenter__()
        return self

    async def __aexit__(self, *raised: object) -> None:
        try:
            if raised[0] is None:
                await self._idle.wait()
        finally:
            await self._tasks.__aexit__(*raised)  # type: ignore[arg-type]  # passed on as it came

    @property
    def under_way(self) -> tuple[Leased, ...]:
        """Return what was added and has not ended."""
        return tuple(self._under_way.values())

    def add(self, leases: Iterable[Leased]) -> None:
        """Put sources at the end of their host's queue."""
        for lease in leases:
            self._under_way[lease.source.id] = lease
            if lease.host not in self._waiting:
                self._waiting[lease.host] = deque()
                self._ready.append(lease.host)
            self._waiting[lease.host].append(lease)
        if self._under_way:
            self._idle.clear()
        self._fill()

    async def idle(self, *, at_most_seconds: float, few: int = 0) -> bool:
        """Wait until all is polled, but not for longer than that; say whether it is.

        ``few``: wait no longer either than until so few are left.
        """
        self._few = few
        self._eased.clear()
        self._look()
        try:
            async with asyncio.timeout(at_most_seconds):
                await self._eased.wait()
        except TimeoutError:
            return False
        return not self._under_way

    def _look(self) -> None:
        """Tell who waits for it that all is polled, or that few are left."""
        if len(self._under_way) <= self._few:
            self._eased.set()
        if not self._under_way:
            self._idle.set()

    def _fill(self) -> None:
        while self._places and self._ready:
            self._places -= 1
            self._tasks.create_task(self._work(self._ready.popleft()))

    async def _work(self, host: str) -> None:
        """Poll one source of a host, then of the host whose turn is next, while there is one."""
        while True:
            lease = self._waiting[host].popleft()
            await self._poll(lease)
            self._end(host, lease)
            if not self._ready:
                self._places += 1
                return
            host = self._ready.popleft()

    def _end(self, host: str, lease: Leased) -> None:
        del self._under_way[lease.source.id]
        self._look()
        pause = lease.policy.min_interval_seconds
        if not self._waiting[host]:
            del self._waiting[host]  # its budget keeps the pause
        elif pause > 0:
            asyncio.get_running_loop().call_later(pause, self._ready_again, host)
        else:
            self._ready.append(host)

    def _ready_again(self, host: str) -> None:
        self._ready.append(host)
        self._fill()

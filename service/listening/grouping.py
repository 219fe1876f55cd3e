"""Many small pieces of work done as one: one thread, one transaction, one commit for all."""

import asyncio
from collections import deque
from collections.abc import Callable, Sequence
from contextlib import suppress
from typing import Generic, TypeVar

Item = TypeVar("Item")
Result = TypeVar("Result")


class Groups(Generic[Item, Result]):
    """Hands what comes in to ``work`` in groups, in the order in which it came.

    While a group is worked at, the next one gathers, so that groups grow with the load and nobody
    waits when there is none. A commit costs 0.2 ms and an item in it 0.02 ms.

    Args:
        work: called in a thread, never twice at once; returns a result for each item.
        most: items in a group.
        linger_seconds: how long a group that isn't full gathers, asked anew for each group.
    """

    def __init__(
        self,
        work: Callable[[Sequence[Item]], Sequence[Result]],
        *,
        most: int = 200,
        linger_seconds: Callable[[], float] = lambda: 0.0,
    ) -> None:
        self._work = work
        self._most = most
        self._linger = linger_seconds
        self._waiting: deque[tuple[Item, asyncio.Future[Result]]] = deque()
        self._working: asyncio.Task[None] | None = None
        self._enough: asyncio.Event | None = None  # set when what gathers needs to no longer
        self._hurries = False
        #: Held while a group is worked at: for whoever must not get in its way.
        self.alone = asyncio.Lock()

    def hand_over(self, item: Item) -> "asyncio.Future[Result]":
        """Return what will hold the result, or the error that the whole group ended with."""
        result: asyncio.Future[Result] = asyncio.get_running_loop().create_future()
        self._waiting.append((item, result))
        if len(self._waiting) >= self._most:
            self._begin()
        if self._working is None:
            self._working = asyncio.create_task(self._work_off())
        return result

    async def finished(self) -> None:
        """Return when nothing is left to do; meanwhile nothing gathers any longer."""
        self._hurries = True
        self._begin()
        while self._working is not None:
            await asyncio.wait([self._working])
        self._hurries = False
        await asyncio.sleep(0)  # whoever waits for a result gets it first

    async def _work_off(self) -> None:
        try:
            while self._waiting:
                await self._gather()
                size = min(self._most, len(self._waiting))
                await self._work_at([self._waiting.popleft() for _ in range(size)])
        finally:
            self._working = None

    async def _gather(self) -> None:
        """Return when a group is full, or was given its time to become so."""
        if self._hurries or len(self._waiting) >= self._most or not (seconds := self._linger()):
            return
        self._enough = asyncio.Event()
        with suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await self._enough.wait()
        self._enough = None

    def _begin(self) -> None:
        """Have what gathers go ahead at once."""
        if self._enough is not None:
            self._enough.set()

    async def _work_at(self, group: "list[tuple[Item, asyncio.Future[Result]]]") -> None:
        items = [item for item, _ in group]
        try:
            async with self.alone:
                results = await asyncio.to_thread(self._work, items)
        except Exception as error:  # noqa: BLE001 - it is handed to all who wait for this group
            for _, future in group:
                if not future.done():
                    future.set_exception(error)
            return
        for (_, future), result in zip(group, results, strict=True):
            if not future.done():
                future.set_result(result)

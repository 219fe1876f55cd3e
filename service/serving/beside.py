"""Pages made in processes beside this one, once people wait for each other.

Python makes one page at a time, so in a house where twenty people work each waits for those before
them, with a core idle beside. The pages that a day is spent on only read, and keep nothing in
memory: what asks for one of them is handed to whoever is free first, this process or a desk beside
it. A small house never has a second process. Everything else, and all that changes something, is
answered here.
"""

import asyncio
import logging
import os
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import TypeAlias

import uvloop
from fastapi import FastAPI
from starlette.types import Receive, Scope, Send

from service.collecting import spare_what_stays
from service.desk import Desk, DeskGoneError
from service.errors import StoreError
from service.serving.carried import (
    Request,
    Response,
    pass_on,
    request_in_frame,
    request_of_frame,
    response_in_frame,
    response_of_frame,
    response_to,
)
from service.serving.site import site_in

logger = logging.getLogger(__name__)

_PATHS = frozenset({"/inbox", "/inbox/filters", "/inbox/news", "/digest", "/search"})
_UNDER = "/leads/"
#: Who has waited longer than this for their turn has another process started: some 90 MiB.
_WAITED_SECONDS = 0.05
_AFTER_FAILING_SECONDS = 60.0  # of a process that could not begin, none is started
_LOOK_SECONDS = 0.1  # between two looks whether a process is ready
_MOST = min((os.cpu_count() or 1) - 1, 3)  # desks
#: Of the places that are free, a desk is taken first: this process has other things to do.
_AT_A_DESK, _HERE = 0, 1

_Place: TypeAlias = "tuple[int, int, Desk | None]"

#: Puts together the same pages in another process: a function of a module, or a partial of one.
OpenPages: TypeAlias = Callable[[], FastAPI]


class PagesBeside:
    """The pages of a server; those that only read may be made in a process beside it."""

    def __init__(
        self,
        pages: FastAPI,
        open_pages: OpenPages,
        *,
        most: int = _MOST,
        waited_seconds: float = _WAITED_SECONDS,
    ) -> None:
        """Start nothing yet.

        Args:
            pages: answers here.
            open_pages: puts together the same pages at a desk.
            most: how many desks at the most.
            waited_seconds: how long somebody has waited before a desk is started.
        """
        self.pages = pages
        self._open_pages = open_pages
        self._most, self._waited = most, waited_seconds
        self._free: asyncio.PriorityQueue[_Place] = asyncio.PriorityQueue()
        self._free.put_nowait((_HERE, 0, None))
        self._desks: list[Desk] = []
        self._started = 0
        self._starting: asyncio.Task[None] | None = None
        self._not_before = 0.0  # by the clock of the loop
        self._asking = ThreadPoolExecutor(max(most, 1), thread_name_prefix="desks")
        self._is_closed = False

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer, here or beside."""
        if self._most < 1 or not may_be_beside(scope):
            await self.pages(scope, receive, send)
            return
        place = await self._turn()
        desk = place[2]
        try:
            told = None if desk is None else await self._told(desk, scope)
            if told is None:
                told = await response_to(self.pages, scope)
        finally:
            if desk is None or desk in self._desks:
                self._free.put_nowait(place)
        await pass_on(told, send)  # however slowly it is read, the place is free

    def desks(self) -> int:
        """Return how many processes there are beside this one that can answer."""
        return len(self._desks)

    def start_another(self) -> None:
        """Begin to start a process; return at once. Nothing happens if there are enough."""
        loop = asyncio.get_running_loop()
        is_busy = self._starting is not None or loop.time() < self._not_before
        if not (is_busy or self._is_closed) and len(self._desks) < self._most:
            self._starting = loop.create_task(self._start())

    def close(self) -> None:
        """End the processes; what is asked from now on is answered here."""
        self._is_closed = True
        desks, self._desks = self._desks, []
        for desk in desks:
            desk.end()
        self._asking.shutdown(wait=False)

    async def _turn(self) -> _Place:
        """Return a place to be answered at; who waits for one has another prepared."""
        late = asyncio.get_running_loop().call_later(self._waited, self.start_another)
        try:
            return await self._free.get()
        finally:
            late.cancel()

    async def _told(self, desk: Desk, scope: Scope) -> Response | None:
        """Return a desk's answer; None if it is gone: to read once more harms nobody."""
        if self._is_closed:
            return None
        request = Request(scope=scope, config=site_in(self.pages).live.state)
        ask = partial(desk.ask, request_in_frame(request))
        try:
            frame = await asyncio.get_running_loop().run_in_executor(self._asking, ask)
        except DeskGoneError:
            self._let_go(desk)
            return None
        except StoreError as error:
            if not self._is_closed:
                logger.warning("a process beside the pages is let go", exc_info=error)
            self._let_go(desk)
            return None
        except BaseException:  # whoever asks next would get this one's answer
            self._let_go(desk)
            raise
        return response_of_frame(frame)

    def _let_go(self, desk: Desk) -> None:
        if desk in self._desks:
            self._desks.remove(desk)
            desk.end()

    async def _start(self) -> None:
        prepare = partial(prepare_pages, self._open_pages)
        desk = await asyncio.to_thread(Desk, prepare, name="harken-pages")
        try:
            while not desk.is_ready():
                if self._is_closed or desk.could_not_begin():
                    self._not_before = asyncio.get_running_loop().time() + _AFTER_FAILING_SECONDS
                    desk.end()
                    return
                await asyncio.sleep(_LOOK_SECONDS)
        finally:
            self._starting = None
        self._desks.append(desk)
        self._started += 1
        self._free.put_nowait((_AT_A_DESK, self._started, desk))


def may_be_beside(scope: Scope) -> bool:
    """Return whether a request is for a page that reads the database and nothing else."""
    if scope["type"] != "http" or scope["method"] != "GET":
        return False
    path = scope["path"]
    return path in _PATHS or path.startswith(_UNDER)


class PagesDesk:
    """The pages as they are made at a desk, one after the other."""

    def __init__(self, pages: FastAPI) -> None:
        self._pages, self._live = pages, site_in(pages).live
        self._runner = asyncio.Runner(loop_factory=uvloop.new_event_loop)

    def __call__(self, frame: bytes) -> bytes:
        """Return the answer to a request, both in frames."""
        request = request_of_frame(frame)
        if request.config != self._live.state:  # somebody has just changed it: they see it changed
            self._live.current(at_once=True)
        return response_in_frame(self._runner.run(response_to(self._pages, request.scope)))

    def close(self) -> None:
        """Answer no more."""
        self._runner.close()


def prepare_pages(open_pages: OpenPages) -> PagesDesk:
    """Put the pages together at a desk, and return what answers for them."""
    pages = open_pages()
    spare_what_stays()
    return PagesDesk(pages)

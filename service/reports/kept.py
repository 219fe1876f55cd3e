"""Make reports in a lane of their own, each question once, and keep what was long in the making.

A report goes through a hundred thousand leads, a page of one lead through ten. So reports are
made by threads of their own, few at a time: who asks for one waits behind other reports, or behind
those of a year when it is of a year, and nobody who asks for anything else waits behind a report.
A question that twenty people ask is answered once.

What took long is kept for three hundred times as long, five minutes at most: a small house sees
each change at once, a big one spends no more than a few hundredths of its time on a report, and
the page says of when it is. Whoever wants it anew has it forgotten first.
"""

import asyncio
import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Hashable
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import datetime

from service.errors import StoreError
from service.reports.document import Report

AT_ONCE = 2  # SQLite counts beside Python's other threads, on a core of its own
_WORTH_KEEPING = 0.1  # seconds; what takes less is made anew each time
_TIMES = 300
_LONGEST = 300.0  # seconds
_MOST = 256  # reports

#: Makes a report; asks what it is given whether somebody still waits for it.
Make = Callable[[Callable[[], bool]], Report]


@dataclass(frozen=True, slots=True, kw_only=True)
class Made:
    """A report, and of when it is."""

    report: Report
    at: datetime  # aware UTC
    is_kept: bool  # given again to the next who asks, until it is too old or forgotten


@dataclass(slots=True, eq=False)
class _Making:
    """A report that is being made, or waits for its turn."""

    future: "Future[Made]"
    given_up: threading.Event
    waiting: int = 0  # how many people


@dataclass(slots=True)
class _Place:
    """One question: its answer, and who is at it."""

    made: Made | None = None
    until: float = 0.0  # by the clock of time.monotonic
    making: _Making | None = None


def _lane() -> ThreadPoolExecutor:
    return ThreadPoolExecutor(AT_ONCE, thread_name_prefix="reports")


def _slow_lane() -> ThreadPoolExecutor:
    return ThreadPoolExecutor(1, thread_name_prefix="long-reports")


@dataclass(frozen=True, slots=True)
class Kept:
    """Reports by their questions."""

    clock: Callable[[], float] = time.monotonic
    _lane: ThreadPoolExecutor = field(default_factory=_lane)
    _slow_lane: ThreadPoolExecutor = field(default_factory=_slow_lane)
    _places: OrderedDict[Hashable, _Place] = field(default_factory=OrderedDict)
    _turn: threading.Lock = field(default_factory=threading.Lock)

    async def report(
        self, question: Hashable, make: Make, *, now: datetime, is_long: bool = False
    ) -> Made:
        """Return the report for ``question``: a kept one, one that is on its way, or a new one.

        Whoever is cancelled while waiting leaves; when all have left, it is not made to the end.

        Args:
            question: all that the answer depends on, above all who may see what.
            make: makes it, in another thread.
            now: aware UTC; of when a new one is.
            is_long: it waits behind other long ones, and no others wait behind it.

        Raises:
            StoreError: Harken is being stopped, or the database can't be read.
        """
        making = self._join(question, make, now, self._slow_lane if is_long else self._lane)
        if isinstance(making, Made):
            return making
        try:
            # A shield, since others may wait for the same.
            return await asyncio.shield(asyncio.wrap_future(making.future))
        except asyncio.CancelledError:
            if making.future.cancelled() and not making.given_up.is_set():
                raise StoreError("Harken is being stopped; ask again in a minute") from None
            raise
        finally:
            self._leave(question, making)

    def forget(self, question: Hashable) -> None:
        """Have the next who asks get a new report; one that is on its way is new enough."""
        with self._turn:
            place = self._places.get(question)
            if place is not None:
                place.made = None

    def close(self) -> None:
        """Make no more reports: those that wait for their turn are not begun."""
        for lane in (self._lane, self._slow_lane):
            lane.shutdown(wait=False, cancel_futures=True)

    def _join(
        self, question: Hashable, make: Make, now: datetime, lane: ThreadPoolExecutor
    ) -> Made | _Making:
        with self._turn:
            place = self._place(question)
            if place.made is not None and self.clock() < place.until:
                return place.made
            if place.making is None:
                given_up = threading.Event()
                try:
                    future = lane.submit(self._make, question, make, now, given_up)
                except RuntimeError as error:  # after `close`
                    raise StoreError("Harken is being stopped; ask again in a minute") from error
                place.making = _Making(future, given_up)
            place.making.waiting += 1
            return place.making

    def _leave(self, question: Hashable, making: _Making) -> None:
        with self._turn:
            making.waiting -= 1
            place = self._places.get(question)
            if making.waiting or making.future.done():
                return
            making.given_up.set()
            making.future.cancel()  # if it has not begun
            if place is not None and place.making is making:
                place.making = None

    def _make(
        self, question: Hashable, make: Make, now: datetime, given_up: threading.Event
    ) -> Made:
        began = self.clock()
        made, took = None, 0.0
        try:
            report = make(given_up.is_set)
            took = self.clock() - began
            made = Made(report=report, at=now, is_kept=took >= _WORTH_KEEPING)
            return made
        finally:
            with self._turn:
                place = self._places.get(question)
                if place is not None and (making := place.making) and making.given_up is given_up:
                    place.making = None
                    if made is not None and made.is_kept:
                        place.made = made
                        place.until = self.clock() + min(took * _TIMES, _LONGEST)

    def _place(self, question: Hashable) -> _Place:
        place = self._places.setdefault(question, _Place())
        self._places.move_to_end(question)
        for old in list(self._places)[: max(len(self._places) - _MOST, 0)]:
            if self._places[old].making is None:
                del self._places[old]
        return place

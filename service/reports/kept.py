"""Keep a report for a while that was long in the making, in the memory of this process.

A question that takes two seconds and is asked by twenty people is answered once. What is kept
gets twenty times as old as it took to make, and a minute at most: a small house sees each change
at once, and a big one spends a twentieth of its time on a report at the most.
"""

import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Hashable
from dataclasses import dataclass, field

from service.reports.document import Report

_WORTH_KEEPING = 0.1  # seconds; what takes less is made anew each time
_TIMES = 20
_LONGEST = 60.0  # seconds
_MOST = 256  # reports


@dataclass(slots=True)
class _Place:
    """Where one question's answer is kept; who asks meanwhile waits for it."""

    turn: threading.Lock = field(default_factory=threading.Lock)
    report: Report | None = None
    until: float = 0.0  # by the clock of time.monotonic


@dataclass(frozen=True, slots=True)
class Kept:
    """Reports by their questions."""

    clock: Callable[[], float] = time.monotonic
    _places: OrderedDict[Hashable, _Place] = field(default_factory=OrderedDict)
    _turn: threading.Lock = field(default_factory=threading.Lock)

    def report(self, question: Hashable, make: Callable[[], Report]) -> Report:
        """Return the report for ``question``: a kept one, or what ``make`` makes now."""
        place = self._place(question)
        with place.turn:
            began = self.clock()
            if place.report is not None and began < place.until:
                return place.report
            place.report = make()
            now = self.clock()
            took = now - began
            place.until = now + min(took * _TIMES, _LONGEST) if took >= _WORTH_KEEPING else now
            return place.report

    def _place(self, question: Hashable) -> _Place:
        with self._turn:
            place = self._places.setdefault(question, _Place())
            self._places.move_to_end(question)
            while len(self._places) > _MOST:
                self._places.popitem(last=False)
            return place

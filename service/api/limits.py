"""How much one program may ask: a bucket of turns that fills again with time.

Kept in memory: a restart forgives, and several web processes count each for themselves.
"""

from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from threading import Lock
from time import monotonic
from typing import Final

#: An inquiry of 20,000 characters, four bytes each, or a sheet of some hundred rows, and what is
#: around it.
MOST_BYTES: Final = 128 * 1024


@dataclass(frozen=True, slots=True, kw_only=True)
class Pace:
    """How many requests at once, and how many again in a second."""

    burst: int = 120
    a_second: float = 10.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Bucket:
    """Turns that were left at a moment."""

    turns: float
    at: float  # seconds of a clock that never goes back


def take(bucket: Bucket | None, pace: Pace, now: float) -> tuple[Bucket, float]:
    """Return the bucket after one request, and how many seconds it has to wait; 0 lets it in.

    Who is turned away takes no turn, so that asking too often is no way to wait for ever.
    """
    full = float(pace.burst)
    turns = full if bucket is None else bucket.turns + (now - bucket.at) * pace.a_second
    turns = min(turns, full)
    if turns >= 1.0:
        return Bucket(turns=turns - 1.0, at=now), 0.0
    return Bucket(turns=turns, at=now), (1.0 - turns) / pace.a_second


class Throttle:
    """Remembers how much each asked lately."""

    _MOST = 10_000  # names; beyond that the oldest is forgotten: memory is bounded

    def __init__(self, pace: Pace | None = None, clock: Callable[[], float] = monotonic) -> None:
        self.pace = pace or Pace()
        self._clock = clock
        self._buckets: OrderedDict[str, Bucket] = OrderedDict()
        self._lock = Lock()

    def knows(self, name: str) -> bool:
        """Return whether ``name`` asked lately."""
        with self._lock:
            return name in self._buckets

    def forget(self, name: str) -> None:
        """Let ``name`` begin anew."""
        with self._lock:
            self._buckets.pop(name, None)

    def wait(self, name: str) -> float:
        """Return how many seconds ``name`` has to wait; 0 lets this request in."""
        with self._lock:
            bucket, seconds = take(self._buckets.pop(name, None), self.pace, self._clock())
            self._buckets[name] = bucket
            while len(self._buckets) > self._MOST:
                self._buckets.popitem(last=False)
        return seconds

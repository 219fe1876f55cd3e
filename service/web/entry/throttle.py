"""How long a login has to wait after others failed. Kept in memory: a restart forgives.

Failures count by name and address, so that who guesses at one place locks nobody out at another;
and by name alone, much later and for a minute at the most, against a guesser with many addresses.
"""

from collections import OrderedDict
from collections.abc import Sequence
from datetime import datetime, timedelta
from threading import Lock

FREE = 5  # failures before anybody has to wait
LONGEST_WAIT = timedelta(minutes=15)
FREE_ANYWHERE = 50  # failures of one name at all addresses together
LONGEST_WAIT_ANYWHERE = timedelta(minutes=1)  # its owner has to get in too
REMEMBERED = timedelta(hours=1)
_MOST_NAMES = 10_000  # beyond that the oldest is forgotten: memory is bounded
_ANYWHERE = "*"  # no address of a client


def wait(
    failures: Sequence[datetime],
    now: datetime,
    *,
    free: int = FREE,
    longest: timedelta = LONGEST_WAIT,
) -> timedelta:
    """Return how long from ``now`` no further try is looked at; zero when one may be made.

    Each failure after the ``free`` ones within the hour doubles the wait: 1 s, 2 s, 4 s, and so
    on up to ``longest``.
    """
    recent = [at for at in failures if now - at < REMEMBERED]
    if len(recent) < free:
        return timedelta(0)
    doubled = min(2.0 ** (len(recent) - free), longest.total_seconds())
    return max(max(recent) + timedelta(seconds=doubled) - now, timedelta(0))


class LoginThrottle:
    """Remembers failed logins by name and address."""

    def __init__(self) -> None:
        self._failures: OrderedDict[tuple[str, str], list[datetime]] = OrderedDict()
        self._lock = Lock()

    def begin(self, login: str, address: str, now: datetime) -> timedelta:
        """Return how long this name has to wait at this address; zero: a try begins.

        A try counts as a failure until it has succeeded: a thousand that are made at once would
        otherwise all come before the first failure.
        """
        here, anywhere = _keys(login, address)
        with self._lock:
            left = max(
                wait(self._failures.get(here, ()), now),
                wait(
                    self._failures.get(anywhere, ()),
                    now,
                    free=FREE_ANYWHERE,
                    longest=LONGEST_WAIT_ANYWHERE,
                ),
            )
            if not left:
                for key in (here, anywhere):
                    self._note(key, now)
            return left

    def succeeded(self, login: str, address: str) -> None:
        """Forget the failures at this address, and this try: it was the owner after all."""
        here, anywhere = _keys(login, address)
        with self._lock:
            self._failures.pop(here, None)
            if tries := self._failures.get(anywhere):
                tries.pop()

    def _note(self, key: tuple[str, str], now: datetime) -> None:
        kept = [at for at in self._failures.pop(key, []) if now - at < REMEMBERED]
        self._failures[key] = [*kept[-2 * FREE_ANYWHERE :], now]
        while len(self._failures) > _MOST_NAMES:
            self._failures.popitem(last=False)


def _keys(login: str, address: str) -> tuple[tuple[str, str], tuple[str, str]]:
    name = login.strip().lower()[:200]
    return (name, address), (name, _ANYWHERE)

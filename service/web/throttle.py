"""How long a login has to wait after others failed. Kept in memory: a restart forgives."""

from collections import OrderedDict
from collections.abc import Sequence
from datetime import datetime, timedelta
from threading import Lock

FREE = 5  # failures before anybody has to wait
LONGEST_WAIT = timedelta(minutes=15)
REMEMBERED = timedelta(hours=1)
_MOST_NAMES = 10_000  # beyond that the oldest is forgotten: memory is bounded


def wait(failures: Sequence[datetime], now: datetime) -> timedelta:
    """Return how long from ``now`` no further try is looked at; zero when one may be made.

    Each failure after the fifth within the hour doubles the wait: 1 s, 2 s, 4 s, ... 15 min.
    """
    recent = [at for at in failures if now - at < REMEMBERED]
    if len(recent) < FREE:
        return timedelta(0)
    doubled = min(2.0 ** (len(recent) - FREE), LONGEST_WAIT.total_seconds())
    return max(max(recent) + timedelta(seconds=doubled) - now, timedelta(0))


class LoginThrottle:
    """Remembers failed logins by name and address."""

    def __init__(self) -> None:
        self._failures: OrderedDict[tuple[str, str], list[datetime]] = OrderedDict()
        self._lock = Lock()

    def wait(self, login: str, address: str, now: datetime) -> timedelta:
        """Return how long this name has to wait at this address."""
        with self._lock:
            return wait(self._failures.get(_key(login, address), []), now)

    def failed(self, login: str, address: str, now: datetime) -> None:
        """Note a failure."""
        key = _key(login, address)
        with self._lock:
            kept = [at for at in self._failures.pop(key, []) if now - at < REMEMBERED]
            self._failures[key] = [*kept[-32:], now]
            while len(self._failures) > _MOST_NAMES:
                self._failures.popitem(last=False)

    def succeeded(self, login: str, address: str) -> None:
        """Forget the failures: it was the owner after all."""
        with self._lock:
            self._failures.pop(_key(login, address), None)


def _key(login: str, address: str) -> tuple[str, str]:
    return (login.strip().lower()[:200], address)

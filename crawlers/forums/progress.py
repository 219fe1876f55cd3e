"""What is known of a forum's threads from the last crawl, and so which are worth a visit. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass

from pydantic import JsonValue

from crawlers.forums.values import ListedThread
from crawlers.found import Cursor

#: Threads that are remembered, the ones read last. Others are read again when they come up.
MAX_REMEMBERED = 2_000


@dataclass(frozen=True, slots=True)
class _Known:
    state: str | None  # as the list had it when the thread was read to its end; None: it wasn't
    resume: str  # path of the page to go on with: the last one, or the next; "" for the first


class Progress:
    """How far each thread was read. Its ``cursor`` is stored with every batch.

    ``complete`` tells whether the last crawl saw all that there was. Only then may this one stop
    at the first list without news: after a crawl that was cut short, there are gaps behind it.
    """

    def __init__(self, cursor: Cursor) -> None:
        self.complete = cursor.get("complete") is True
        days = cursor.get("backfill_days")
        self._backfill_days = days if isinstance(days, int) else None
        self._known: dict[str, _Known] = {}
        threads = cursor.get("threads")
        for key, value in threads.items() if isinstance(threads, Mapping) else ():
            match value:
                case [str() | None as state, str() as resume]:
                    self._known[key] = _Known(state, resume)

    def reaches(self, backfill_days: int | None) -> bool:
        """Say whether the crawls so far went back as far as is asked for; None: to the first."""
        if self._backfill_days is None or backfill_days is None:
            return self._backfill_days is None
        return backfill_days <= self._backfill_days

    def has_news(self, key: str, thread: ListedThread) -> bool:
        """Say whether the thread must be visited: unknown, unfinished, or not as it was."""
        known = self._known.get(key)
        return known is None or known.state is None or known.state != thread.state

    def resume(self, key: str) -> str | None:
        """Return the path of the page to begin with, None for the thread's first."""
        known = self._known.get(key)
        return known.resume if known and known.resume else None

    def read_up_to(self, key: str, *, resume: str, state: str | None) -> None:
        """Note that a thread was read; ``state`` is None as long as there are pages left."""
        self._known.pop(key, None)  # the one read last goes to the end
        self._known[key] = _Known(state, resume)
        while len(self._known) > MAX_REMEMBERED:
            del self._known[next(iter(self._known))]

    def cursor(self, *, complete: bool, backfill_days: int | None = None) -> dict[str, JsonValue]:
        """Return all this as JSON."""
        threads: dict[str, JsonValue] = {
            key: [known.state, known.resume] for key, known in self._known.items()
        }
        cursor: dict[str, JsonValue] = {"complete": complete, "threads": threads}
        return cursor if backfill_days is None else {**cursor, "backfill_days": backfill_days}

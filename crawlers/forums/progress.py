"""What is known of a forum's threads from the last crawl, and so which are worth a visit. Pure."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from pydantic import JsonValue

from crawlers.forums.values import ListedThread
from crawlers.found import Cursor

#: Threads that are remembered, the ones read last. Others are read again when they come up.
MAX_REMEMBERED = 2_000
#: Threads that couldn't be read and are asked for again. More than that is the forum's trouble.
MAX_MISSED = 500
#: How long a thread that couldn't be read is left alone after each try. A 404 or a notice in its
#: place may be gone at the next poll; after the last try the thread is taken as gone.
PAUSES = (
    timedelta(0),
    timedelta(hours=1),
    timedelta(hours=6),
    timedelta(days=1),
    timedelta(days=3),
)

_MAX_LOOKS = 8
_MAX_LOOK = 300  # characters


@dataclass(frozen=True, slots=True)
class _Known:
    state: str | None  # as the list had it when the thread was read to its end; None: it wasn't
    resume: str  # path of the page to go on with: the last one, or the next; "" for the first


@dataclass(frozen=True, slots=True)
class Missed:
    """A thread that was to be read and couldn't be."""

    key: str
    home: str  # path of its first page
    state: str | None  # as the list had it then
    tries: int
    due: int  # seconds since 1970 from which it is asked for again


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
        self._missed: dict[str, Missed] = {}
        missed = cursor.get("missed")
        for key, value in missed.items() if isinstance(missed, Mapping) else ():
            match value:
                case [str() as home, str() | None as state, int() as tries, int() as due]:
                    self._missed[key] = Missed(key, home, state, tries, due)

        looks = cursor.get("looks")
        listed = looks if isinstance(looks, list) else []
        self._looks = [look for look in listed if isinstance(look, str)]

    @property
    def looks(self) -> tuple[str, ...]:
        """How posts look on pages of unknown software, as far as was seen: the last ones."""
        return tuple(self._looks)

    def saw(self, looks: Iterable[str]) -> None:
        """Note how posts of several look; elements that have no classes say nothing."""
        new = [look for look in looks if ">" not in look and len(look) <= _MAX_LOOK]
        kept = [look for look in self._looks if look not in new]
        self._looks = [*kept, *new][-_MAX_LOOKS:]

    @property
    def has_read(self) -> bool:
        """Whether any thread was read so far."""
        return bool(self._known)

    def reaches(self, backfill_days: int | None) -> bool:
        """Say whether the crawls so far went back as far as is asked for; None: to the first."""
        if self._backfill_days is None or backfill_days is None:
            return self._backfill_days is None
        return backfill_days <= self._backfill_days

    def has_news(self, key: str, thread: ListedThread, *, now: datetime) -> bool:
        """Say whether the thread must be visited: unknown, unfinished, or not as it was.

        One that was missed must be when its pause is over, or when it has changed since.
        """
        if missed := self._missed.get(key):
            return missed.due <= now.timestamp() or missed.state != thread.state
        known = self._known.get(key)
        return known is None or known.state is None or known.state != thread.state

    def resume(self, key: str) -> str | None:
        """Return the path of the page to begin with, None for the thread's first."""
        known = self._known.get(key)
        return known.resume if known and known.resume else None

    def missed(self, *, now: datetime) -> tuple[Missed, ...]:
        """Return the threads whose pause is over, in the order in which they were missed."""
        return tuple(one for one in self._missed.values() if one.due <= now.timestamp())

    def miss(
        self, key: str, *, home: str, state: str | None, now: datetime, from_start: bool
    ) -> bool:
        """Note that a thread couldn't be read; return whether it will be asked for again.

        After the last try it counts as read as it is. ``from_start``: the next try begins with
        its first page, since the one that this began with may be no more.
        """
        resume = "" if from_start else self.resume(key) or ""
        before = self._missed.pop(key, None)
        tries = before.tries + 1 if before else 1
        if tries > len(PAUSES):
            self.read_up_to(key, resume=resume, state=state)
            return True
        if len(self._missed) >= MAX_MISSED:
            return False
        if key in self._known:
            self.read_up_to(key, resume=resume, state=None)
        due = int((now + PAUSES[tries - 1]).timestamp())
        self._missed[key] = Missed(key, home, state, tries, due)
        return True

    def read_to_its_end(self, key: str, *, resume: str, state: str | None) -> None:
        """Note that a thread was read, and that nothing of it is missed any more."""
        self._missed.pop(key, None)
        self.read_up_to(key, resume=resume, state=state)

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
        if self._missed:
            cursor["missed"] = {
                key: [one.home, one.state, one.tries, one.due] for key, one in self._missed.items()
            }
        if self._looks:
            cursor["looks"] = list(self._looks)
        return cursor if backfill_days is None else {**cursor, "backfill_days": backfill_days}

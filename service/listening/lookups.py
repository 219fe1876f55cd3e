"""Addresses that people ask about on the page, looked at behind it.

To recognise an address takes seconds, at times a minute: robots.txt, redirects, a host that wants
to be asked slowly. One thread with a loop of its own does it for all, a few at a time and each
with a limit, so that no request waits for it. What was found is kept for a while, in memory.
"""

import asyncio
import logging
import threading
from collections import OrderedDict
from collections.abc import Callable, Coroutine, Mapping
from concurrent.futures import Future
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from types import MappingProxyType
from typing import TYPE_CHECKING, TypeAlias

from crawlers.errors import SourceError
from models.ids import new_id
from models.words import SourceKind
from service.errors import HarkenError, NotFoundError, RefusedError

if TYPE_CHECKING:
    from service.listening.sourcing import Looked

logger = logging.getLogger(__name__)

LONGEST_SECONDS = 90.0
_AT_ONCE = 4
_OF_ONE_PERSON = 3
_KEPT = timedelta(minutes=30)
_MOST_KEPT = 200

#: Looks at an address; called in the thread's loop.
Look: TypeAlias = "Callable[[], Coroutine[object, object, Looked]]"


@dataclass(frozen=True, slots=True, kw_only=True)
class Lookup:
    """An address that somebody asked about, as far as it got."""

    id: str
    url: str
    asked_at: datetime
    looked: "Looked | None" = None
    problem: str | None = None  # in words
    kind: SourceKind | None = None  # as they said it is
    options: Mapping[str, str] = field(default_factory=dict)  # that they gave

    @property
    def is_done(self) -> bool:
        """Whether there is an answer."""
        return self.looked is not None or self.problem is not None


@dataclass(slots=True)
class _Asked:
    url: str
    by: str
    at: datetime
    future: "Future[Looked]"
    kind: SourceKind | None
    options: Mapping[str, str]


@dataclass(slots=True)
class Lookups:
    """What is being looked at, and what was lately. Safe to use from any thread."""

    longest_seconds: float = LONGEST_SECONDS
    _asked: OrderedDict[str, _Asked] = field(default_factory=OrderedDict)
    _loop: asyncio.AbstractEventLoop | None = None
    _turns: asyncio.Semaphore | None = None
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def ask(
        self,
        look: Look,
        *,
        url: str,
        by: str,
        now: datetime,
        kind: SourceKind | None = None,
        options: Mapping[str, str] = MappingProxyType({}),
    ) -> str:
        """Begin to look at ``url`` for the user ``by``; return the lookup's id.

        Args:
            look: does it.
            url: as they gave it.
            by: id of the user.
            now: when.
            kind: that they said it is, kept with the answer.
            options: that they gave, kept with it too.

        Raises:
            RefusedError: they have several under way already.
        """
        with self._lock:
            self._forget(now)
            under_way = sum(one.by == by and not one.future.done() for one in self._asked.values())
            if under_way >= _OF_ONE_PERSON:
                raise RefusedError(
                    f"You have {under_way} addresses under way; wait for one of them."
                )
            loop = self._running()
            future = asyncio.run_coroutine_threadsafe(self._look(look), loop)
            name = new_id()
            self._asked[name] = _Asked(url, by, now, future, kind, options)
            return name

    def get(self, name: str, *, by: str) -> Lookup:
        """Return how far a lookup got.

        Raises:
            NotFoundError: there is none, it is somebody else's, or it was too long ago.
        """
        with self._lock:
            asked = self._asked.get(name)
        if asked is None or asked.by != by:
            raise NotFoundError("That was too long ago, or Harken was started anew: ask again.")
        found = Lookup(
            id=name, url=asked.url, asked_at=asked.at, kind=asked.kind, options=asked.options
        )
        if not asked.future.done():
            return found
        error = asked.future.exception()
        if error is None:
            return replace(found, looked=asked.future.result())
        return replace(found, problem=_in_words(error, self.longest_seconds))

    async def _look(self, look: Look) -> "Looked":
        assert self._turns is not None  # noqa: S101 - made before the loop began
        async with self._turns:
            async with asyncio.timeout(self.longest_seconds):
                return await look()

    def _running(self) -> asyncio.AbstractEventLoop:
        if self._loop is None:
            self._loop = asyncio.new_event_loop()
            self._turns = asyncio.Semaphore(_AT_ONCE)
            thread = threading.Thread(target=self._loop.run_forever, name="lookups", daemon=True)
            thread.start()
        return self._loop

    def _forget(self, now: datetime) -> None:
        for name, one in list(self._asked.items()):
            is_old = now - one.at > _KEPT or len(self._asked) >= _MOST_KEPT
            if is_old and one.future.done():
                del self._asked[name]


def _in_words(error: BaseException, longest: float) -> str:
    if isinstance(error, SourceError):
        return error.reason
    if isinstance(error, HarkenError):
        return str(error)
    if isinstance(error, TimeoutError):
        return f"there was no answer within {longest:.0f} seconds; try again later"
    logger.error("a lookup stumbled", exc_info=error)
    return "Harken stumbled over it; its log says where. Please report it."

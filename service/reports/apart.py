"""Make reports in processes of their own, once one of them has taken long.

Python makes one thing at a time: with two reports on their way every page waited for each of them
at every one of its statements. A small house never has a second process, and a big one has as
many as there are reports on their way at once; they end when nobody has asked for a while.
"""

import json
import logging
import threading
import time
from collections.abc import Callable
from functools import partial

from sqlalchemy import Engine

from service.desk import Answer, Desk, DeskGoneError
from service.editing.live import LiveConfig
from service.errors import (
    ConflictError,
    ForbiddenError,
    HarkenError,
    NotFoundError,
    RefusedError,
    StoreError,
)
from service.reports.document import Report
from service.reports.frames import report_in_frame, report_of_frame, wanted_in_frame, wanted_of
from service.reports.making import Wanted, make_here
from service.store.engine import is_in_memory, open_engine

logger = logging.getLogger(__name__)

#: A report that took longer than this is worth a process: some 80 MiB, and a second to start it.
_LONG_SECONDS = 0.25
_MOST = 3  # processes
_AFTER_PAGES = 5  # how much nicer a report is than a page, for the machine's scheduler
_REPORT, _REFUSED, _FAILED = b"=", b"!", b"?"
_REFUSALS = {
    kind.__name__: kind
    for kind in (ConflictError, ForbiddenError, NotFoundError, RefusedError, StoreError)
}


class MakesApart:
    """Makes reports here, until one takes long; from then on in processes of their own."""

    def __init__(
        self,
        open_config: Callable[[], LiveConfig],
        *,
        long_seconds: float = _LONG_SECONDS,
        most: int = _MOST,
    ) -> None:
        """Start nothing yet.

        Args:
            open_config: opens the configuration, in another process: a function of a module, or
                a partial of one.
            long_seconds: what a report takes at the least to be called long.
            most: how many processes at the most.
        """
        self._open_config = open_config
        self._long, self._most = long_seconds, most
        self._free: list[Desk] = []
        self._all: list[Desk] = []
        self._turn = threading.Lock()
        self._is_closed = False

    def make(self, engine: Engine, wanted: Wanted, given_up: Callable[[], bool]) -> Report:
        """Return the report; see `Maker.make`."""
        while (desk := self._free_desk()) is not None:
            try:
                told = desk.ask(wanted_in_frame(wanted), given_up)
            except DeskGoneError:
                self._drop(desk)
            except BaseException:
                self._drop(desk)
                raise
            else:
                with self._turn:
                    self._free.append(desk)
                return _report_of(told)
        began = time.monotonic()
        try:
            return make_here(engine, wanted, given_up)
        finally:
            if time.monotonic() - began > self._long:
                self._start_one(engine)

    def ready(self) -> int:
        """Return how many processes wait for something to do."""
        with self._turn:
            return sum(desk.is_ready() for desk in self._free)

    def close(self) -> None:
        """End all processes; a report that is on its way ends with a StoreError."""
        with self._turn:
            self._is_closed = True
            desks, self._all, self._free = self._all, [], []
        for desk in desks:
            desk.end()

    def _free_desk(self) -> Desk | None:
        with self._turn:
            desk = next((one for one in self._free if one.is_ready()), None)
            if desk is not None:
                self._free.remove(desk)
            return desk

    def _start_one(self, engine: Engine) -> None:
        url = engine.url.render_as_string(hide_password=False)
        if is_in_memory(url):
            return
        with self._turn:
            for failed in [one for one in self._free if one.could_not_begin()]:
                self._free.remove(failed)
                self._all.remove(failed)
            if not self._is_closed and len(self._all) < self._most:
                desk = Desk(
                    partial(_prepare, url, self._open_config),
                    name="harken-reports",
                    nicer=_AFTER_PAGES,
                )
                self._all.append(desk)
                self._free.append(desk)

    def _drop(self, desk: Desk) -> None:
        with self._turn:
            if desk not in self._all:  # `close` has ended it
                return
            self._all.remove(desk)
        desk.end()


def _report_of(told: bytes) -> Report:
    kind, frame = told[:1], told[1:]
    if kind == _REPORT:
        return report_of_frame(frame)
    said = json.loads(frame)
    if kind == _REFUSED:
        raise _REFUSALS.get(said["kind"], RefusedError)(said["words"])
    raise RuntimeError(f"a report failed in its process with {said['kind']}; it is in the log")


def _prepare(url: str, open_config: Callable[[], LiveConfig]) -> Answer:
    return partial(_answer, open_engine(url), open_config())


def _answer(engine: Engine, live: LiveConfig, frame: bytes) -> bytes:
    try:
        wanted = wanted_of(frame, live.current())
        return _REPORT + report_in_frame(make_here(engine, wanted, None))
    except HarkenError as error:
        said = {"kind": type(error).__name__, "words": str(error)}
        return _REFUSED + json.dumps(said).encode()
    except Exception as error:
        logger.exception("a report failed")
        return _FAILED + json.dumps({"kind": type(error).__name__}).encode()

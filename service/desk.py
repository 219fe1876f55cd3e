"""A desk: a process of this installation that is asked for one thing after the other.

Python makes one thing at a time, so what takes long, and what many people want at once, is made
in processes beside the one that is asked. A desk is asked in bytes and answers in bytes; it ends
when nobody has asked for a while, and with the process that started it.
"""

import multiprocessing
import os
import signal
from collections.abc import Callable
from contextlib import suppress
from multiprocessing.connection import Connection
from multiprocessing.process import BaseProcess
from typing import TypeAlias

from service.errors import StoreError
from service.logs import set_up_logging

_LOOK_SECONDS = 0.2  # between two looks whether somebody still waits
_IDLE_SECONDS = 600.0
_READY = b"."
_ENDED = "the process that was at it ended: is there memory enough? Ask for less at a time"
_BROKEN_OFF = "it was broken off: nobody waited for it, or Harken is being stopped"

#: Answers a question; made in the desk's process.
Answer: TypeAlias = Callable[[bytes], bytes]
#: Makes the desk's process ready to answer: a function of a module, or a partial of one.
Prepare: TypeAlias = Callable[[], Answer]


class DeskGoneError(Exception):
    """The process had ended before it was asked, as it does when nobody asks for a while."""


class Desk:
    """A process that answers one question after the other."""

    def __init__(self, prepare: Prepare, *, name: str, nicer: int = 0) -> None:
        """Start the process; return at once.

        Args:
            prepare: makes it ready.
            name: what the process is called.
            nicer: how far it stands back behind the pages, for the machine's scheduler.
        """
        spawning = multiprocessing.get_context("spawn")  # no threads of ours, no connections
        self._talk, theirs = spawning.Pipe()
        self._process: BaseProcess = spawning.Process(
            target=_work, args=(theirs, prepare, nicer), name=name, daemon=True
        )
        self._process.start()
        theirs.close()
        self._is_ready = False

    def is_ready(self) -> bool:
        """Tell whether it has begun to listen; one that could not begin never is."""
        if not self._is_ready and self._talk.poll():
            with suppress(EOFError, OSError):
                self._is_ready = self._talk.recv_bytes() == _READY
        return self._is_ready

    def could_not_begin(self) -> bool:
        """Tell whether it ended before it was ready; the log says why."""
        return not self._is_ready and not self._process.is_alive()

    def ask(self, question: bytes, given_up: Callable[[], bool] = lambda: False) -> bytes:
        """Return its answer; one thread at a time asks.

        Args:
            question: what its `Answer` takes.
            given_up: tells whether nobody waits for the answer any more.

        Raises:
            DeskGoneError: it had ended before.
            StoreError: nobody waits any more, or it ended half way.
        """
        try:
            self._talk.send_bytes(question)
            while not self._talk.poll(_LOOK_SECONDS):
                if given_up():
                    raise StoreError(_BROKEN_OFF)
            return self._talk.recv_bytes()
        except (EOFError, OSError) as error:
            self._process.join(1)
            if self._process.exitcode == 0:
                raise DeskGoneError from error
            raise StoreError(_ENDED) from error

    def end(self) -> None:
        """End it, whatever it is at: it only reads."""
        self._process.kill()
        self._process.join()
        self._talk.close()


def _work(talk: Connection, prepare: Prepare, nicer: int) -> None:
    """Answer until nobody asks for a while, or who asked is gone."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl+C reaches us too; who started us ends us
    os.nice(nicer)
    set_up_logging()
    answer = prepare()
    talk.send_bytes(_READY)
    with suppress(EOFError, OSError):
        while talk.poll(_IDLE_SECONDS):
            talk.send_bytes(answer(talk.recv_bytes()))

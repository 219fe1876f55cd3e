"""Parsers that misbehave, for the children that run them. Light: each child imports this."""

import os
import signal
import sys
import time
from dataclasses import dataclass

from crawlers.errors import NotAFeed


@dataclass(frozen=True, slots=True)
class Seen:
    """What the child saw."""

    length: int
    word: str
    pid: int


def see(body: bytes, *, word: str = "") -> Seen:
    return Seen(length=len(body), word=word, pid=os.getpid())


def environment(body: bytes) -> list[str]:
    return sorted(os.environ)


def loaded(body: bytes) -> list[str]:
    return sorted(sys.modules)


def sleep(body: bytes) -> int:
    time.sleep(60)
    return 0


def eat(body: bytes) -> int:
    return len(bytearray(4 * 2**30))


def crash(body: bytes) -> int:
    os.kill(os.getpid(), signal.SIGSEGV)
    return 0


def leave(body: bytes) -> int:
    os._exit(3)


def recurse(body: bytes) -> int:
    return recurse(body)


def shout(body: bytes) -> int:
    print("noise on standard output")  # noqa: T201 - it must not reach the parent
    sys.stdout.flush()
    return 1


def write_file(body: bytes) -> int:
    with open("/tmp/harken-child-was-here", "wb") as file:  # noqa: PTH123, S108
        return file.write(body)


def flood(body: bytes) -> str:
    return "x" * 3_000_000


def lie(body: bytes) -> int:
    return "not a number"  # type: ignore[return-value]  # what a taken-over child might send


def odd(body: bytes) -> int:
    raise NotAFeed("a \x1b[2Jtrap\n" + "x" * 1_000)

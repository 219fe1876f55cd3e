"""Memory: Python's garbage collector is told what stays, and threads share a heap."""

import ctypes
import gc
from contextlib import suppress
from functools import cache

#: Objects made before the collector looks through the youngest; looks before it goes on to older
#: ones, and to the oldest. What a poll makes goes without the collector, so it need not look every
#: 700 objects: that was 0.1 ms a poll.
_AFTER = (10_000, 10, 10)
_M_ARENA_MAX = -8  # of mallopt(3), as malloc.h has it


@cache
def spare_what_stays() -> None:
    """Take what was loaded so far out of what the collector looks through, once.

    Modules, tables, models, routes and templates stay until the process ends. To look through all
    of them takes up to half a second, in which nothing else happens, the event loop included.
    """
    gc.freeze()
    gc.set_threshold(*_AFTER)
    _share_one_heap()


def _share_one_heap() -> None:
    """Have all threads share a heap, where the C library is glibc.

    It would give each of several threads one of its own, which keeps what was freed in it: 5 MB
    of a worker. Python lets one thread work at a time anyway.
    """
    with suppress(OSError, AttributeError):  # another library, which has no such thing to set
        ctypes.CDLL(None).mallopt(_M_ARENA_MAX, 1)

"""Memory: what the garbage collector looks through, and what goes back to the system."""

import ctypes
import gc
from contextlib import suppress
from functools import cache

#: Objects made before the collector looks through the youngest; looks before it goes on to older
#: ones, and to the oldest. What a poll makes goes without the collector, so it need not look every
#: 700 objects: that was 0.1 ms a poll.
_AFTER = (10_000, 10, 10)
#: Blocks of this size, in bytes, are asked of the system one by one and given back at once.
_ASKED_OF_THE_SYSTEM = 2**20
_M_ARENA_MAX, _M_MMAP_THRESHOLD = -8, -3  # of mallopt(3), as malloc.h has them


@cache
def spare_what_stays() -> None:
    """Take what was loaded so far out of what the collector looks through, once.

    Modules, tables, models, routes and templates stay until the process ends. To look through all
    of them takes up to half a second, in which nothing else happens, the event loop included.
    """
    gc.freeze()
    gc.set_threshold(*_AFTER)
    give_back_memory()


def give_back_memory() -> None:
    """Have freed memory go back to the system soon, where the C library is glibc.

    It would give each of several threads a heap of its own, which keeps what was freed in it,
    though Python lets one thread work at a time anyway; and once a large block was freed, it would
    keep blocks of that size: 5 MB of a worker and 45 of `harken classify` that nobody uses.
    """
    with suppress(OSError, AttributeError):  # another library, which has no such thing to set
        library = ctypes.CDLL(None)
        library.mallopt(_M_ARENA_MAX, 1)
        library.mallopt(_M_MMAP_THRESHOLD, _ASKED_OF_THE_SYSTEM)

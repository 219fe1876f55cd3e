"""Python's garbage collector, told what stays."""

import gc
from functools import cache

#: Objects made before the collector looks through the youngest; looks before it goes on to older
#: ones, and to the oldest. What a poll makes goes without the collector, so it need not look every
#: 700 objects: that was 0.1 ms a poll.
_AFTER = (10_000, 10, 10)


@cache
def spare_what_stays() -> None:
    """Take what was loaded so far out of what the collector looks through, once.

    Modules, tables, models, routes and templates stay until the process ends. To look through all
    of them takes up to half a second, in which nothing else happens, the event loop included.
    """
    gc.freeze()
    gc.set_threshold(*_AFTER)

"""Poll sources from the command line or the demo: lease, crawl, and return when all is done."""

import asyncio
from collections.abc import Callable, Sequence

from service.crawling import Polled
from service.errors import NotFoundError
from service.house import House
from service.leases import Leased, lease_all, lease_due, lease_named
from service.store.engine import writing


def lease(
    house: House, *, everything: bool = False, slugs: Sequence[str] = ()
) -> tuple[Leased, ...]:
    """Lease what is due, or all active sources, or the named ones.

    Raises:
        NotFoundError: a named source isn't there, or somebody else is polling it.
    """
    now = house.clock.now()
    with writing(house.engine) as db:
        if not slugs:
            return (lease_all if everything else lease_due)(db, now=now)
        leased = lease_named(db, slugs, now=now)
        missing = set(slugs) - {lease.source.slug for lease in leased}
        if missing:
            raise NotFoundError(
                f"not there, or being polled right now: {', '.join(sorted(missing))}; "
                "see `harken sources list`"
            )
        return leased


def crawl_now(
    house: House,
    leased: Sequence[Leased],
    *,
    on_done: Callable[[Polled], None] = lambda _: None,
) -> list[Polled]:
    """Poll ``leased`` in a loop of our own; return how each went."""

    async def crawl() -> list[Polled]:
        async with house.crawl() as ready:
            return await ready.run(leased, on_done=on_done)

    return asyncio.run(crawl())

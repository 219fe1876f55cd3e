"""Poll sources from the command line or the demo: lease, crawl, and return when all is done.

Conversations that are due are read again after that.
"""

from collections.abc import Callable, Sequence

import uvloop

from models.source import Source
from models.words import SourceHealth
from service.errors import RefusedError
from service.house import House
from service.listening.crawling import Polled
from service.listening.leases import Leased, lease_all, lease_due, lease_named
from service.listening.sourcing import source_named
from service.posts.rereading import reread
from service.store.engine import writing


def lease(
    house: House, *, everything: bool = False, slugs: Sequence[str] = ()
) -> tuple[Leased, ...]:
    """Lease what is due, or all active sources, or the named ones.

    Raises:
        NotFoundError: nothing has one of these names.
        RefusedError: one is off or paused, or somebody else is polling it.
    """
    now = house.clock.now()
    with writing(house.engine) as db:
        if not slugs:
            return (lease_all if everything else lease_due)(db, now=now)
        named = [source_named(db, slug) for slug in dict.fromkeys(slugs)]
        leased = lease_named(db, slugs, now=now)
        ours = {lease.source.slug for lease in leased}
        if refused := [_why_not(source) for source in named if source.slug not in ours]:
            raise RefusedError("; ".join(refused))
        return leased


def _why_not(source: Source) -> str:
    if not source.active:
        return f"{source.slug} is off: switch it on in sources.toml, or add it again"
    if source.health is SourceHealth.PAUSED:
        return f"{source.slug} is paused: `harken sources resume {source.slug}` polls it again"
    if not source.kind.is_polled:
        return f"{source.slug} is never polled: it gets what a person brings"
    return f"{source.slug} is being polled right now: wait until that crawl is through"


def crawl_now(
    house: House,
    leased: Sequence[Leased],
    *,
    on_done: Callable[[Polled], None] = lambda _: None,
    only_these: bool = False,
) -> list[Polled]:
    """Poll ``leased``, then read due conversations again, in a loop of our own.

    ``only_these``: read none of the conversations of other sources.

    Returns how each poll went.
    """
    only = {lease.source.id for lease in leased} if only_these else None

    async def crawl() -> list[Polled]:
        async with house.crawl() as ready:
            polled = await ready.run(leased, on_done=on_done)
            await reread(ready, only=only)
            return polled

    return uvloop.run(crawl())

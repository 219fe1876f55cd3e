"""`harken demo`: sample communities on loopback, crawled over real HTTP, judged and shown."""

import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from models.clock import Clock, SystemClock
from service.demo.communities import Communities
from service.demo.install import agree, furnish, prepare
from service.house import House, open_house
from service.leads.listing import LeadLine, list_leads
from service.listening.crawling import Polled
from service.listening.polling import crawl_now, lease
from service.store.engine import reading
from service.tick import tick


@dataclass(frozen=True, slots=True, kw_only=True)
class Round:
    """What one round of the demo found."""

    polled: tuple[Polled, ...]
    leads: tuple[LeadLine, ...]  # all of the database, best first
    seconds: float

    @property
    def new_posts(self) -> int:
        """Return how many posts were not known before."""
        return sum(polled.counts.new for polled in self.polled)

    def as_json(self) -> dict[str, object]:
        """Return the document that `harken demo --json` prints."""
        return {
            "fetched": sum(polled.fetched for polled in self.polled),
            "posts": self.new_posts,
            "signals": sum(polled.counts.signals for polled in self.polled),
            "leads": [lead.as_json() for lead in self.leads],
            "seconds": round(self.seconds, 2),
        }


@contextmanager
def demo_house(folder: Path | None, *, clock: Clock | None = None) -> Iterator[House]:
    """Start the sample communities and open the demo's installation on them.

    Without a ``folder`` it lives in a temporary one that is removed at the end.
    """
    clock = clock or SystemClock()
    with tempfile.TemporaryDirectory(prefix="harken-demo-") as temporary:
        home = folder or Path(temporary)
        anchor = prepare(home, clock.now())
        with Communities(anchor) as communities:
            furnish(home, communities)
            with open_house(home, clock=clock) as house:
                agree(house)
                yield house


def run_round(house: House, on_done: Callable[[Polled], None] = lambda _: None) -> Round:
    """Crawl all sample communities once and let the clocks tick once."""
    started = time.monotonic()
    polled = crawl_now(house, lease(house, everything=True), on_done=on_done)
    tick(house.engine, house.config, now=house.clock.now(), secret=house.secret)
    with reading(house.engine) as db:
        leads = list_leads(db)
    return Round(polled=tuple(polled), leads=tuple(leads), seconds=time.monotonic() - started)

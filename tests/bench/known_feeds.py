"""Feeds as sources; also written as if they had been polled before. Not for pytest to collect.

``python -m tests.bench.known_feeds FOLDER URL...`` is a process of its own, so that what it takes
is not measured with what is polled afterwards. The first feed is really read; the others get its
cursor with the hash of their own bytes. The hashes of single posts in it stay the first feed's:
nobody looks at them while nothing changes.
"""

import asyncio
import hashlib
import sys
from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

from config import Config
from config.source import PolicySpec, SourceSpec
from crawlers.feeds.adapter import FeedAdapter
from crawlers.found import Batch, SourceToPoll
from models.words import Licence, SourceKind, StorageMode
from service.house import House, open_house
from service.rules.rhythm import quiet_at
from service.store.engine import writing
from service.sync import new_source
from tests.bench.feed_server import feed
from tests.builders import a_config

#: Nobody asks for a pause between two requests.
POLICY = PolicySpec(
    name="bench",
    min_interval=timedelta(0),
    allow_storage=StorageMode.FULL,
    licence=Licence.UNKNOWN,
)
_ITEMS_OF_A_RHYTHM = 20


def specs_of(urls: Sequence[str]) -> list[SourceSpec]:
    """Return the feeds as sources."""
    return [
        SourceSpec(id=f"s{n}", kind=SourceKind.FEED, name=f"S {n}", url=url, policy=POLICY.name)
        for n, url in enumerate(urls)
    ]


def listening_to(urls: Sequence[str]) -> Config:
    """Return a configuration with the feeds as sources; loopback may be asked."""
    config = a_config(sources=specs_of(urls), policies=[POLICY])
    allowed = {"allow_networks": ("127.0.0.0/8",)}
    return replace(config, settings=config.settings.model_copy(update=allowed))


async def _read(house: House, url: str) -> Batch:
    asked = SourceToPoll(id="first", kind=SourceKind.FEED, name="First", url=url)
    async with house.gate() as gate:
        return await anext(FeedAdapter().poll(asked, gate, now=house.clock.now()))


def write_as_polled(folder: Path, urls: Sequence[str]) -> None:
    """Write sources as a command adds them and as a good poll leaves them."""
    with open_house(folder, config=listening_to([])) as house:
        first = asyncio.run(_read(house, urls[0]))
        now = house.clock.now()
        heard = [int(now.timestamp()) - 3_600 * ago for ago in range(_ITEMS_OF_A_RHYTHM, 0, -1)]
        with writing(house.engine) as db:
            for spec in specs_of(urls):
                body = feed(spec.id.removeprefix("s"), 0)
                source = new_source(spec, house.config, from_files=False, now=now)
                source.cursor = {**first.cursor, "body_sha": hashlib.sha256(body).hexdigest()}
                source.heard_at = heard
                source.quiet_at = quiet_at(heard, since=now)
                source.last_success_at = now
                db.add(source)


if __name__ == "__main__":
    write_as_polled(Path(sys.argv[1]), sys.argv[2:])

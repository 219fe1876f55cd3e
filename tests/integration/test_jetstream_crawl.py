"""A Jetstream among the sources of an installation: what it brings, keeps and takes back."""

import asyncio
from datetime import UTC, datetime, timedelta
from pathlib import Path

from sqlalchemy import Engine

from config.source import SourceSpec
from crawlers.apis.jetstream import JetstreamAdapter
from models.post import Post
from models.source import Source
from models.words import SourceKind
from service.listening.crawling import Crawl, Polled
from service.listening.leases import lease_all
from service.posts.intake import Counts
from service.store.engine import writing
from tests.builders import ASK, Place, a_config, a_place
from tests.command import harken_here
from tests.crawling import NOW, a_gate
from tests.imitations import PRESENT, Said
from tests.misbehaving import MisbehavingServer
from tests.streaming import MINUTE_US, NOW_US, Jetstream, Streamed, View, account, event
from tests.talking import TalkingServer


def crawl(place: Place) -> Polled:
    async def run() -> list[Polled]:
        with writing(place.engine) as db:
            leases = lease_all(db, now=place.clock.now())
        async with a_gate() as gate:
            ready = Crawl(
                engine=place.engine,
                intake=place.intake,
                gate=gate,
                adapters={SourceKind.JETSTREAM: JetstreamAdapter()},
                clock=place.clock,
            )
            return await ready.run(leases)

    (polled,) = asyncio.run(run())
    return polled


def test_what_a_topic_listens_for_is_stored_with_the_cursor_and_taken_back_with_it(
    sqlite_engine: Engine,
) -> None:
    just_now = NOW_US - 1_000_000
    stream = Jetstream([event(1, f"hi, {ASK}", at=just_now), event(2, "lunch"), account()])
    view = View(said=[Said(number=n, at=PRESENT - 60, text=f"hi, {ASK}") for n in (1, 2)])
    with TalkingServer(stream) as server, MisbehavingServer(view) as api:
        spec = SourceSpec(
            id="bluesky",
            kind=SourceKind.JETSTREAM,
            name="Bluesky",
            url=f"ws://127.0.0.1:{server.port}/subscribe",
            options={"api": api.url("/")},
        )
        place = a_place(sqlite_engine, a_config(sources=[spec]))
        place.clock.at = NOW
        first = crawl(place)
        (post,), (source,) = place.all(Post), place.all(Source)
        place.clock.pass_by(timedelta(minutes=1))
        again = crawl(place)  # the overlap is told twice
        stream.events = [
            event(1, operation="delete", at=NOW_US + 2 * MINUTE_US - 1),
            account(NOW_US + 2 * MINUTE_US),
        ]
        place.clock.pass_by(timedelta(minutes=1))
        last = crawl(place)
        (buried,) = place.all(Post)

    assert (first.status, first.counts.new, first.counts.signals) == ("ok", 1, 1)
    assert post.external_id == "did:plc:ann/app.bsky.feed.post/1"
    assert source.cursor == {"time_us": NOW_US, "awaited": []}
    assert again.counts == Counts(duplicates=1)
    assert last.error is None
    assert (buried.text, buried.deleted_at_source is None) == ("", False)


def test_it_is_added_by_its_address_with_a_few_posts_to_look_at(fresh_house: Path) -> None:
    def whatever_is_said(streamed: Streamed) -> None:
        now = int(datetime.now(UTC).timestamp()) * 1_000_000
        streamed.tell(*(event(n, "lunch", at=now - MINUTE_US) for n in range(1, 31)))
        streamed.be_polite()

    view = View(said=[Said(number=n, at=PRESENT, text=f"lunch {n}") for n in range(1, 31)])
    stream = Jetstream(behave=whatever_is_said)
    with TalkingServer(stream) as server, MisbehavingServer(view) as api:
        added = harken_here(
            *("sources", "add", f"ws://127.0.0.1:{server.port}/subscribe"),
            *("--option", f"api={api.url('/')}", "--json"),
            data=fresh_house,
            HARKEN_ALLOW_NETWORKS="127.0.0.0/8",
        )
    (line,) = added.lines
    assert (line["kind"], line["name"]) == ("jetstream", "Bluesky: 127.0.0.1")
    assert len(str(line["preview"]).split("lunch")) == 11

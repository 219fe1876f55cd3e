"""A network that is lost at any moment: nothing is lost for good, and nothing comes twice."""

import asyncio
from collections.abc import AsyncGenerator, Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import pytest
from sqlalchemy import Engine

from crawlers.fetch import Gate
from crawlers.found import Batch, SourceToPoll
from models.post import Post
from models.source import Source
from models.words import SourceKind
from service.listening.crawling import Crawl, Polled
from service.listening.grouping import Groups
from service.listening.hosts import SharedBudget, SharedRobots
from service.listening.leases import Leased, lease_all
from service.listening.rota import Rota
from service.store.engine import writing
from tests.builders import Place, a_config, a_place, a_post, a_source
from tests.crawling import a_gate
from tests.misbehaving import Asked, MisbehavingServer, Reply

PAGES = 6


@dataclass
class Wobbly:
    """A site of numbered pages whose network breaks off now and then."""

    breaks: set[int] = field(default_factory=set)  # at these requests
    asked: int = 0

    def __call__(self, asked: Asked) -> Reply | None:
        if not asked.path.startswith("/page/"):
            return None
        self.asked += 1
        if self.asked in self.breaks:
            half = {"Content-Length": "5000"}
            return Reply(body=b"half of it", headers=half)
        return Reply(body=asked.path.encode())


class Pages:
    """Reads a site page by page, each a batch, from where its cursor stands."""

    async def poll(
        self, source: SourceToPoll, gate: Gate, *, now: datetime
    ) -> AsyncGenerator[Batch, None]:
        read = source.cursor.get("page", 0)
        assert isinstance(read, int)
        for page in range(read, PAGES):
            await gate.get(f"{source.url}page/{page}", min_interval=0)
            yield Batch(posts=(a_post(f"{page}"),), cursor={"page": page + 1})


@pytest.fixture
def wobbly() -> Wobbly:
    return Wobbly()


@pytest.fixture
def site(wobbly: Wobbly) -> Iterator[MisbehavingServer]:
    with MisbehavingServer(site=wobbly) as server:
        yield server


def crawl(place: Place) -> Polled:
    """Crawl as a process of its own would: with hosts and robots.txt from the database."""

    async def run() -> list[Polled]:
        gate = a_gate(
            budget=SharedBudget(place.engine, place.clock),
            robots=SharedRobots(place.engine, place.clock),
        )
        async with gate as opened:
            ready = Crawl(
                engine=place.engine,
                intake=place.intake,
                gate=opened,
                adapters={SourceKind.FEED: Pages()},
                clock=place.clock,
            )
            with writing(place.engine) as db:
                leases = lease_all(db, now=place.clock.now())
            return await ready.run(leases)

    (polled,) = asyncio.run(run())
    place.clock.pass_by(timedelta(hours=10))
    return polled


def test_a_network_that_breaks_off_between_and_within_batches_loses_nothing(
    engine: Engine, site: MisbehavingServer, wobbly: Wobbly
) -> None:
    place = a_place(
        engine, a_config(sources=[a_source("talk", url=f"http://127.0.0.1:{site.port}/")])
    )
    wobbly.breaks = {1, 3, 4, 7}

    went = [crawl(place) for _ in range(5)]

    assert [one.status for one in went] == ["failed", "failed", "failed", "failed", "ok"]
    assert [one.counts.new for one in went] == [0, 1, 0, 2, 3]
    assert sorted(post.external_id for post in place.all(Post)) == [str(n) for n in range(PAGES)]
    assert place.only(Source).cursor == {"page": PAGES}
    robots = [asked for asked in site.requests if asked.path == "/robots.txt"]
    assert len(robots) == 2  # by five processes within two days


def test_a_server_that_goes_away_in_the_middle_is_read_on_when_it_is_back(
    engine: Engine,
) -> None:
    def a_site_at(port: int) -> None:
        talk = a_source("talk", url=f"http://127.0.0.1:{port}/")
        place.sync(a_config(sources=[talk]))

    place = a_place(engine, a_config())
    with MisbehavingServer(site=Wobbly(breaks={3})) as there:
        a_site_at(there.port)
        begun = crawl(place)
    gone = crawl(place)
    with MisbehavingServer(site=Wobbly()) as back:
        a_site_at(back.port)
        again = crawl(place)
        asked = [each.path for each in back.requests if each.path != "/robots.txt"]

    assert (begun.status, begun.counts.new) == ("failed", 2)
    assert (gone.status, gone.counts.new) == ("failed", 0)
    assert (again.status, again.counts.new, again.counts.duplicates) == ("ok", 4, 0)
    assert asked == [f"/page/{n}" for n in range(2, PAGES)]


# The parts that share work among many.


def test_hosts_take_turns_and_pauses_hold_no_place(engine: Engine) -> None:
    sources = [
        *(a_source(f"a{n}", url=f"https://a.example/{n}") for n in range(3)),
        *(a_source(f"b{n}", url=f"https://b.example/{n}") for n in range(3)),
    ]
    place = a_place(engine, a_config(sources=sources))
    with writing(engine) as db:
        leases = lease_all(db, now=place.clock.now())
    for lease in leases:
        lease.policy.min_interval_seconds = 0.02 if lease.host == "a.example" else 0.0
    order: list[str] = []

    async def poll(lease: Leased) -> None:
        order.append(lease.source.slug)

    async def run() -> None:
        async with Rota(poll, at_once=1) as rota:
            rota.add(leases)
            assert len(rota.under_way) == 6
            assert not await rota.idle(at_most_seconds=0)

    asyncio.run(run())

    assert order[:2] == ["a0", "b0"]
    assert sorted(order) == sorted(lease.source.slug for lease in leases)


def test_what_comes_while_a_group_is_worked_at_is_the_next_group() -> None:
    groups: list[list[int]] = []

    def work(items: object) -> list[int]:
        assert isinstance(items, list)
        groups.append(items)
        return [item * 2 for item in items]

    async def run() -> list[int]:
        doubled: Groups[int, int] = Groups(work, most=4)
        results = await asyncio.gather(*(doubled.hand_over(n) for n in range(10)))
        await doubled.finished()
        return list(results)

    assert asyncio.run(run()) == [n * 2 for n in range(10)]
    assert groups == [[0, 1, 2, 3], [4, 5, 6, 7], [8, 9]]


def test_a_group_that_fails_fails_for_all_in_it_and_for_no_other() -> None:
    def work(items: object) -> list[int]:
        assert isinstance(items, list)
        if 1 in items:
            raise ZeroDivisionError
        return items

    async def run() -> list[object]:
        groups: Groups[int, int] = Groups(work, most=2)
        waiting = [groups.hand_over(n) for n in range(4)]
        return await asyncio.gather(*waiting, return_exceptions=True)

    first, second, *others = asyncio.run(run())
    assert isinstance(first, ZeroDivisionError)
    assert isinstance(second, ZeroDivisionError)
    assert others == [2, 3]


def test_a_group_gathers_until_it_is_full_or_nobody_else_will_come() -> None:
    groups: list[list[int]] = []

    def work(items: object) -> list[int]:
        assert isinstance(items, list)
        groups.append(items)
        return items

    async def run() -> None:
        patient: Groups[int, int] = Groups(work, most=3, linger_seconds=lambda: 60.0)
        for n in range(5):
            patient.hand_over(n)
            await asyncio.sleep(0.01)
        await patient.finished()

    asyncio.run(asyncio.wait_for(run(), timeout=30))

    assert groups == [[0, 1, 2], [3, 4]]


def test_who_waits_is_told_when_few_are_left(sqlite_engine: Engine) -> None:
    sources = [a_source(f"a{n}", url=f"https://a{n}.example/") for n in range(4)]
    place = a_place(sqlite_engine, a_config(sources=sources))
    with writing(sqlite_engine) as db:
        leases = lease_all(db, now=place.clock.now())

    async def run() -> tuple[int, bool]:
        end = asyncio.Event()

        async def poll(lease: Leased) -> None:
            if lease.source.slug == "a3":
                await end.wait()

        async with Rota(poll) as rota:
            rota.add(leases)
            is_idle = await rota.idle(at_most_seconds=60, few=1)
            left = len(rota.under_way)
            end.set()
        return left, is_idle

    assert asyncio.run(asyncio.wait_for(run(), timeout=30)) == (1, False)

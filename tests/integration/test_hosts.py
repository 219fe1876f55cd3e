"""Politeness that all processes on one database share."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import timedelta

import pytest
from sqlalchemy import Engine
from sqlmodel import select

from crawlers.errors import HostResting
from crawlers.pacing import HostAnswer
from crawlers.robots import RobotsFile
from models.clock import SystemClock
from models.host import Host, Robots
from service.listening.attention import resting_hosts
from service.listening.hosts import SharedBudget, SharedRobots, forget_idle, resting
from service.store.engine import reading, writing
from tests.fakes import NOON, StandingClock

HOST = "talk.example"
DAY = timedelta(days=1)


@pytest.fixture
def budget(engine: Engine, clock: StandingClock) -> SharedBudget:
    return SharedBudget(engine, clock, patience_seconds=0.5)


def refused(work: Callable[[], Awaitable[object]]) -> HostResting:
    with pytest.raises(HostResting) as caught:
        asyncio.run(_run(work))
    return caught.value


async def _run(work: Callable[[], Awaitable[object]]) -> object:
    return await work()


def test_two_processes_never_ask_a_host_at_the_same_time(engine: Engine) -> None:
    gap = 0.06

    async def times() -> list[float]:
        budgets = [SharedBudget(engine, SystemClock()) for _ in range(2)]  # as two processes have
        loop = asyncio.get_running_loop()
        began = loop.time()

        async def ask(budget: SharedBudget) -> float:
            await budget.wait(HOST, min_interval=gap)
            return loop.time() - began

        return sorted(await asyncio.gather(*(ask(budgets[n % 2]) for n in range(8))))

    asked = asyncio.run(times())
    # A busy machine wakes up late, never early: whatever was late, the nth had its turn by then.
    assert all(at >= n * gap - 0.005 for n, at in enumerate(asked)), asked


def test_a_turn_outlives_the_process_that_took_it(engine: Engine, clock: StandingClock) -> None:
    asyncio.run(SharedBudget(engine, clock).wait(HOST, min_interval=600))

    fresh = SharedBudget(engine, clock)
    assert refused(lambda: fresh.wait(HOST, min_interval=600)).retry_after_seconds == 600
    clock.pass_by(timedelta(minutes=10))
    asyncio.run(fresh.wait(HOST, min_interval=600))


def test_hosts_do_not_wait_for_each_other(budget: SharedBudget) -> None:
    async def ask() -> None:
        async with asyncio.timeout(5):
            await asyncio.gather(*(budget.wait(f"{n}.example", min_interval=60) for n in range(9)))

    asyncio.run(ask())


def test_a_turn_that_a_wrong_clock_claimed_is_nobodys(
    engine: Engine, clock: StandingClock
) -> None:
    clock.pass_by(400 * DAY)
    asyncio.run(SharedBudget(engine, clock).wait(HOST, min_interval=2))
    clock.pass_by(-400 * DAY)

    asyncio.run(SharedBudget(engine, clock).wait(HOST, min_interval=2))

    with reading(engine) as db:
        assert db.exec(select(Host.free_at)).one() == NOON + timedelta(seconds=2)


def test_a_rest_holds_for_all_and_a_shorter_one_does_not_shorten_it(
    engine: Engine, clock: StandingClock
) -> None:
    async def rest() -> None:
        budget = SharedBudget(engine, clock)
        await budget.wait(HOST, min_interval=0)
        await budget.penalise(HOST, 90)
        await budget.penalise(HOST, 10)

    asyncio.run(rest())

    other = SharedBudget(engine, clock)
    assert refused(lambda: other.wait(HOST, min_interval=0)).retry_after_seconds == 90
    asyncio.run(other.wait("board.example", min_interval=0))
    with reading(engine) as db:
        assert resting(db, now=clock.now()) == {HOST: NOON + timedelta(seconds=90)}
        assert resting_hosts(db, now=clock.now()) == {
            HOST: "left alone until 2025-11-19 12:01 UTC: it asked to be left alone"
        }


def test_refusals_add_up_over_processes_and_a_good_answer_ends_them(
    engine: Engine, clock: StandingClock
) -> None:
    rests: list[int] = []
    words = ""
    for _ in range(3):
        budget = SharedBudget(engine, clock)
        asyncio.run(budget.wait(HOST, min_interval=0))
        rests.append(asyncio.run(budget.report(HOST, HostAnswer(status=503))))
        with reading(engine) as db:
            words = resting_hosts(db, now=clock.now())[HOST]
        clock.pass_by(timedelta(seconds=rests[-1]))

    assert 60 <= rests[0] <= 90
    assert 120 <= rests[1] <= 180
    assert 240 <= rests[2] <= 360
    assert "it answered 503, 3 times in a row" in words

    well = SharedBudget(engine, clock)
    asyncio.run(well.wait(HOST, min_interval=0))
    assert asyncio.run(well.report(HOST, HostAnswer(status=200))) == 0
    with reading(engine) as db:
        row = db.exec(select(Host)).one()
    assert (row.refusals, row.rest_until, row.last_reason) == (0, None, None)


def test_a_riddle_for_people_is_told(engine: Engine, clock: StandingClock) -> None:
    budget = SharedBudget(engine, clock)

    assert asyncio.run(budget.report(HOST, HostAnswer(status=403, challenged=True))) > 0

    with reading(engine) as db:
        assert "403 with a riddle for people" in resting_hosts(db, now=clock.now())[HOST]


def test_good_answers_of_a_good_host_are_not_noted(budget: SharedBudget, engine: Engine) -> None:
    assert asyncio.run(budget.report(HOST, HostAnswer(status=200))) == 0

    with reading(engine) as db:
        assert db.exec(select(Host)).all() == []


def test_a_host_without_a_gap_is_looked_up_once_a_second(
    engine: Engine, clock: StandingClock
) -> None:
    budget = SharedBudget(engine, clock)

    async def ask() -> None:
        await budget.wait(HOST, min_interval=0)
        with writing(engine) as db:  # another process was told to leave it alone
            db.add(Host(name=HOST, free_at=NOON, rest_until=NOON + DAY))
        await budget.wait(HOST, min_interval=0)
        clock.pass_by(timedelta(seconds=1))
        await budget.wait(HOST, min_interval=0)

    refused(ask)


# robots.txt.


def a_file(text: str = "User-agent: *\nDisallow: /x", *, keep: int = 3600) -> RobotsFile:
    return RobotsFile(status=200, text=text, keep_seconds=keep)


def test_a_robots_txt_outlives_the_process_that_read_it(
    engine: Engine, clock: StandingClock
) -> None:
    asyncio.run(SharedRobots(engine, clock).put("https://a.example", a_file()))
    clock.pass_by(timedelta(minutes=59))

    fresh = SharedRobots(engine, clock)
    assert asyncio.run(fresh.get("https://a.example")) == a_file()
    assert asyncio.run(fresh.get("https://a.example")) == a_file()  # at hand now
    assert asyncio.run(fresh.get("https://b.example")) is None
    clock.pass_by(timedelta(minutes=1))
    assert asyncio.run(fresh.get("https://a.example")) is None


def test_a_robots_txt_is_believed_for_a_day_at_most(engine: Engine, clock: StandingClock) -> None:
    robots = SharedRobots(engine, clock)
    asyncio.run(robots.put("https://a.example", a_file(keep=99 * 86_400)))

    clock.pass_by(DAY)

    assert asyncio.run(robots.get("https://a.example")) is None
    assert asyncio.run(SharedRobots(engine, clock).get("https://a.example")) is None


def test_a_new_robots_txt_replaces_the_old_one(engine: Engine, clock: StandingClock) -> None:
    robots = SharedRobots(engine, clock)
    asyncio.run(robots.put("https://a.example", a_file()))
    asyncio.run(robots.put("https://a.example", a_file("a\0b")))

    fresh = SharedRobots(engine, clock)
    assert asyncio.run(fresh.get("https://a.example")) == a_file("ab")


def test_only_so_many_are_at_hand_and_all_are_kept(sqlite_engine: Engine) -> None:
    robots = SharedRobots(sqlite_engine, StandingClock())

    async def put_many() -> RobotsFile | None:
        for n in range(1_030):
            robots._remember(f"https://{n}.example", NOON + DAY, a_file())
        return await robots.get("https://0.example")

    assert asyncio.run(put_many()) is None


def test_hosts_that_nobody_asks_any_more_are_forgotten(
    engine: Engine, clock: StandingClock
) -> None:
    asyncio.run(SharedBudget(engine, clock).wait(HOST, min_interval=2))
    asyncio.run(SharedRobots(engine, clock).put("https://a.example", a_file()))

    with writing(engine) as db:
        forget_idle(db, now=NOON)
    with reading(engine) as db:
        assert len(db.exec(select(Host)).all()) == len(db.exec(select(Robots)).all()) == 1
    with writing(engine) as db:
        forget_idle(db, now=NOON + 8 * DAY)
    with reading(engine) as db:
        assert (*db.exec(select(Host)), *db.exec(select(Robots))) == ()

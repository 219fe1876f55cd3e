"""Reports are made in a lane of their own, once for all who ask, and kept for a while."""

import asyncio
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime

import pytest

from service.errors import StoreError
from service.reports.document import Report
from service.reports.kept import AT_ONCE, Kept, Made

NOW = datetime(2025, 11, 19, 12, tzinfo=UTC)
LONG = 10.0  # seconds: a test that waits for longer is broken


@dataclass
class Maker:
    """Makes reports, each of which takes ``seconds``."""

    seconds: float
    now: float = 0.0
    made: int = 0
    kept: Kept = field(init=False)

    def __post_init__(self) -> None:
        self.kept = Kept(clock=lambda: self.now)

    def ask(self, question: str = "funnel", *, after: float = 0.0) -> int:
        """Return how many were made by the time that the question is answered."""
        self.now += after
        asyncio.run(self.kept.report(question, self._make, now=NOW))
        return self.made

    def _make(self, _: Callable[[], bool]) -> Report:
        self.now += self.seconds
        self.made += 1
        return a_report()


@dataclass
class Slow:
    """Makes reports that are ready when the test says so, or given up."""

    kept: Kept = field(default_factory=Kept)
    begun: int = 0
    given_up: int = 0
    go_on: threading.Event = field(default_factory=threading.Event)

    def make(self, given_up: Callable[[], bool]) -> Report:
        self.begun += 1
        for _ in range(int(LONG * 100)):
            if given_up():
                self.given_up += 1
                raise StoreError("broken off")
            if self.go_on.wait(0.01):
                return a_report()
        raise AssertionError("nobody said so")

    def ask(self, question: str) -> "asyncio.Task[Made]":
        return asyncio.create_task(self.kept.report(question, self.make, now=NOW))


def a_report() -> Report:
    return Report(name="funnel", period=None, tables=())


async def until(is_so: Callable[[], bool]) -> None:
    async with asyncio.timeout(LONG):
        while not is_so():
            await asyncio.sleep(0.01)


def test_what_is_made_in_no_time_is_made_anew() -> None:
    maker = Maker(seconds=0.05)

    assert [maker.ask(), maker.ask()] == [1, 2]


def test_what_takes_half_a_second_is_kept_for_two_minutes_and_a_half() -> None:
    maker = Maker(seconds=0.5)

    assert [maker.ask(), maker.ask(after=149.0), maker.ask(after=2.0)] == [1, 1, 2]


def test_nothing_is_kept_for_more_than_five_minutes() -> None:
    maker = Maker(seconds=10.0)

    assert [maker.ask(), maker.ask(after=299.0), maker.ask(after=2.0)] == [1, 1, 2]


def test_another_question_is_another_report() -> None:
    maker = Maker(seconds=1.0)

    assert [maker.ask("funnel"), maker.ask("funnel, topic=crm")] == [1, 2]


def test_what_is_forgotten_is_made_anew() -> None:
    maker = Maker(seconds=1.0)

    assert [maker.ask(), maker.ask()] == [1, 1]
    maker.kept.forget("funnel")
    maker.kept.forget("what nobody asked")
    assert maker.ask() == 2


def test_a_report_says_of_when_it_is_and_whether_it_is_kept() -> None:
    quick, slow = Maker(seconds=0.0), Maker(seconds=1.0)
    fresh = asyncio.run(quick.kept.report("funnel", quick._make, now=NOW))
    kept = asyncio.run(slow.kept.report("funnel", slow._make, now=NOW))
    again = asyncio.run(slow.kept.report("funnel", slow._make, now=NOW.replace(hour=13)))

    assert (fresh.at, fresh.is_kept) == (NOW, False)
    assert (kept.at, kept.is_kept) == (NOW, True)
    assert again is kept


def test_questions_that_nobody_asks_any_more_make_room() -> None:
    maker = Maker(seconds=1.0)

    for number in range(300):
        maker.ask(f"{number}")
        maker.now -= 1.0  # all of them at once, so that none is too old

    assert maker.ask("299") == 300
    assert maker.ask("0") == 301


def test_a_mistake_is_told_to_who_asked_and_not_kept() -> None:
    maker = Maker(seconds=1.0)

    def fail(_: Callable[[], bool]) -> Report:
        raise StoreError("no such table")

    with pytest.raises(StoreError, match="no such table"):
        asyncio.run(maker.kept.report("funnel", fail, now=NOW))
    assert maker.ask() == 1


def test_what_many_ask_at_once_is_made_once() -> None:
    slow = Slow()

    async def ask() -> list[Made]:
        asked = [slow.ask("funnel") for _ in range(5)]
        await until(lambda: slow.begun == 1)
        slow.go_on.set()
        return await asyncio.gather(*asked)

    answers = asyncio.run(ask())

    assert slow.begun == 1
    assert all(one is answers[0] for one in answers)


def test_no_more_are_made_at_once_than_the_lane_is_wide() -> None:
    slow = Slow()

    async def ask() -> int:
        asked = [slow.ask(f"{number}") for number in range(AT_ONCE + 3)]
        await until(lambda: slow.begun == AT_ONCE)
        await asyncio.sleep(0.05)
        begun = slow.begun
        slow.go_on.set()
        await asyncio.gather(*asked)
        return begun

    assert asyncio.run(ask()) == AT_ONCE
    assert slow.begun == AT_ONCE + 3


def test_a_report_is_given_up_when_the_last_who_waits_for_it_leaves() -> None:
    slow = Slow()

    async def ask() -> None:
        first, second = slow.ask("funnel"), slow.ask("funnel")
        await until(lambda: slow.begun == 1)
        first.cancel()
        await asyncio.gather(first, return_exceptions=True)
        await asyncio.sleep(0.05)
        assert slow.given_up == 0  # the second waits for it
        second.cancel()
        await until(lambda: slow.given_up == 1)
        again = slow.ask("funnel")
        slow.go_on.set()
        await again

    asyncio.run(ask())

    assert slow.begun == 2


def test_who_leaves_before_the_turn_has_come_is_not_worked_for() -> None:
    slow = Slow()

    async def ask() -> None:
        asked = [slow.ask(f"{number}") for number in range(AT_ONCE + 1)]
        await until(lambda: slow.begun == AT_ONCE)
        asked[-1].cancel()
        await asyncio.gather(asked[-1], return_exceptions=True)
        slow.go_on.set()
        await asyncio.gather(*asked[:-1])
        await slow.ask("another")

    asyncio.run(ask())

    assert slow.begun == AT_ONCE + 1  # the one who left is not among them


def test_who_waits_is_told_when_harken_stops() -> None:
    slow = Slow()

    async def ask() -> tuple[object, ...]:
        asked = [slow.ask(f"{number}") for number in range(AT_ONCE + 1)]
        await until(lambda: slow.begun == AT_ONCE)
        slow.kept.close()
        slow.go_on.set()
        late = slow.ask("too late")
        return tuple(await asyncio.gather(*asked, late, return_exceptions=True))

    *begun, waited, late = asyncio.run(ask())

    assert all(isinstance(one, Made) for one in begun)
    assert isinstance(waited, StoreError)
    assert isinstance(late, StoreError)
    assert "being stopped" in str(waited)

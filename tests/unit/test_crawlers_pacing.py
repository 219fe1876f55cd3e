import asyncio

import pytest
from hypothesis import given
from hypothesis import strategies as st
from typing_extensions import override

from crawlers.errors import HostResting
from crawlers.pacing import (
    LONGEST_REST,
    HostAnswer,
    HostBudget,
    HostRest,
    MemoryBudget,
    after_answer,
    next_rest,
)


def test_requests_to_one_host_keep_their_distance_and_others_do_not_wait() -> None:
    async def times() -> tuple[list[float], float]:
        budget, loop = MemoryBudget(), asyncio.get_running_loop()
        began = loop.time()

        async def ask(host: str) -> float:
            await budget.wait(host, min_interval=0.05)
            return loop.time() - began

        same = await asyncio.gather(*(ask("a.example") for _ in range(3)))
        return list(same), await ask("b.example") - same[-1]

    same, other = asyncio.run(times())
    assert same[0] < 0.05
    assert same[1] >= 0.05
    assert same[2] >= 0.10
    assert other < 0.05


def test_a_host_that_asked_for_rest_is_not_waited_for() -> None:
    async def run() -> HostResting:
        budget = MemoryBudget()
        await budget.penalise("a.example", 90)
        await budget.penalise("a.example", 10)
        await budget.wait("b.example", min_interval=0)
        with pytest.raises(HostResting) as caught:
            await budget.wait("a.example", min_interval=0)
        return caught.value

    assert asyncio.run(run()).retry_after_seconds == 90


def test_a_turn_that_is_too_far_away_is_not_waited_for() -> None:
    async def run() -> None:
        budget = MemoryBudget(patience_seconds=5)
        await budget.wait("a.example", min_interval=600)
        await budget.wait("a.example", min_interval=600)

    with pytest.raises(HostResting):
        asyncio.run(run())


def refusal(status: int, asked: int | None = None, *, challenged: bool = False) -> HostAnswer:
    return HostAnswer(status=status, asked_rest=asked, challenged=challenged)


@pytest.mark.parametrize(
    ("answer", "rests"),
    [
        (refusal(429), [300, 600, 1_200]),
        (refusal(503), [60, 120, 240]),
        (refusal(500), [0, 60, 120]),
        (refusal(403), [0, 0, 60, 120]),
        (refusal(403, challenged=True), [60, 120]),
        (refusal(429, 90), [90, 600]),  # the host's own word, the first time
        (refusal(503, 86_400), [86_400, 86_400]),
        (refusal(404), [0, 0]),
        (refusal(200), [0]),
    ],
)
def test_a_rest_grows_while_refusals_last(answer: HostAnswer, rests: list[int]) -> None:
    assert [next_rest(n, answer, spread=0) for n in range(1, len(rests) + 1)] == rests


@given(
    st.integers(1, 10_000),
    st.sampled_from([403, 429, 500, 503]),
    st.none() | st.integers(60, 86_400),
    st.floats(0, 1, exclude_max=True),
)
def test_a_rest_is_never_shorter_than_asked_nor_longer_than_a_day(
    refusals: int, status: int, asked: int | None, spread: float
) -> None:
    rest = next_rest(refusals, refusal(status, asked), spread=spread)
    assert (asked or 0) <= rest <= 86_400
    assert asked is not None or rest <= LONGEST_REST
    assert rest <= next_rest(refusals + 1, refusal(status, asked), spread=spread)


def test_a_host_recovers_by_itself() -> None:
    rest = HostRest()
    for _ in range(3):  # asked again after each rest, it refuses
        rest = after_answer(rest, refusal(503), now=rest.until, spread=0)
    assert (rest.refusals, rest.until) == (3, 60 + 120 + 240)
    assert after_answer(rest, refusal(200), now=rest.until - 1, spread=0) == rest  # was under way
    assert after_answer(rest, refusal(200), now=rest.until, spread=0) == HostRest()


def test_requests_that_were_under_way_do_not_count_twice() -> None:
    first = after_answer(HostRest(), refusal(503), now=0, spread=0)
    assert after_answer(first, refusal(503), now=1, spread=0) == first
    longer = after_answer(first, refusal(503, 600), now=1, spread=0)
    assert (longer.refusals, longer.until) == (1, 601)


def test_a_budget_that_only_keeps_turns_rests_when_it_is_told_for_how_long() -> None:
    class Turns(HostBudget):
        rested: float = 0

        @override
        async def wait(self, host: str, *, min_interval: float) -> None:
            pass

        @override
        async def penalise(self, host: str, seconds: float) -> None:
            self.rested = seconds

    budget = Turns()
    assert asyncio.run(budget.report("a.example", refusal(429))) == 0
    assert asyncio.run(budget.report("a.example", refusal(429, 90))) == budget.rested == 90

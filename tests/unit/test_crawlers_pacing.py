import asyncio

import pytest

from crawlers.errors import HostResting
from crawlers.pacing import MemoryBudget


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

"""Walking a listing back from its newest, with a memory of what is not read yet."""

import asyncio
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import JsonValue

from crawlers.apis.newest_first import MAX_GAPS, Gap, Leaf, Progress, walk

PAGE = 5


class Listing:
    """Places, given five at a time, the highest first; it counts what was read."""

    def __init__(self, top: int) -> None:
        self.top = top
        self.read: set[int] = set()

    async def leaf(self, gap: Gap) -> Leaf:
        top = self.top if gap.below is None else gap.below - 1
        page = [place for place in range(top, top - PAGE, -1) if place > 0]
        self.read.update(page)
        return Leaf(posts=(), places={str(place): place for place in page})


def polled(
    listing: Listing, progress: Progress, *, killed_after: int = 99, most_pages: int = 4
) -> tuple[Progress, list[str | None]]:
    async def run() -> tuple[Progress, list[str | None]]:
        at, problems = progress, []
        steps = walk(at, listing.leaf, overlap=2, first_pages=2, most_pages=most_pages)
        async for step in steps:
            at = Progress.of(json.loads(json.dumps(step.progress.stored())))
            problems.append(step.problem)
            if len(problems) == killed_after:
                break
        await steps.aclose()
        return at, problems

    return asyncio.run(run())


def test_the_first_poll_reads_so_many_pages_and_leaves_no_gap() -> None:
    listing = Listing(100)
    progress, problems = polled(listing, Progress())
    assert progress == Progress(reached=100)
    assert listing.read == set(range(91, 101))
    assert problems == [None, None]


def test_what_one_poll_has_no_patience_for_follows_and_the_newest_come_first() -> None:
    listing = Listing(100)
    progress, problems = polled(listing, Progress(reached=50))
    assert problems[-1] is not None
    assert "next polls" in problems[-1]
    assert progress.reached == 100
    listing.top = 103
    progress, _ = polled(listing, progress)
    assert {101, 102, 103} <= listing.read
    for _ in range(4):
        progress, problems = polled(listing, progress)
    assert listing.read >= set(range(51, 104))
    assert progress == Progress(reached=103)
    assert problems == [None]


@given(
    growth=st.lists(st.tuples(st.integers(0, 40), st.integers(1, 6)), min_size=1, max_size=12),
    most_pages=st.integers(1, 6),
)
def test_nothing_is_missed_however_often_a_crawl_is_killed(
    growth: list[tuple[int, int]], most_pages: int
) -> None:
    listing = Listing(20)
    progress, _ = polled(listing, Progress(reached=20))
    for more, killed_after in growth:
        listing.top += more
        progress, _ = polled(listing, progress, killed_after=killed_after, most_pages=most_pages)
    for _ in range(200):
        progress, _ = polled(listing, progress)
        if not progress.gaps:
            break
    assert listing.read >= set(range(21, listing.top + 1))
    assert progress.reached == listing.top


def test_more_gaps_than_are_kept_become_one_that_holds_both() -> None:
    progress = Progress(reached=0)
    for top in range(100, 100 * (MAX_GAPS + 3), 100):
        gap = progress.newest(overlap=0, first_pages=1)
        progress = progress.after(gap, {top, top - 10}, ended=False)
    assert len(progress.gaps) == MAX_GAPS
    assert progress.gaps[-1].above == 0
    assert progress.gaps[-1].below == 290


@pytest.mark.parametrize(
    "stored",
    [
        None,
        7,
        {"reached": "x", "gaps": 3},
        {"reached": True, "gaps": [4, {"above": 1}, {"above": "1", "below": 2}]},
        {"gaps": [{"above": 1, "below": None}]},
    ],
)
def test_a_cursor_that_makes_no_sense_begins_anew(stored: JsonValue) -> None:
    assert Progress.of(stored) == Progress()

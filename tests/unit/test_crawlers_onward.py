"""Reading a list onward by time of creation: where a poll begins and when it ends."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import JsonValue

from crawlers.apis.onward import OVERLAP_SECONDS, Mark, Step

NOW = 1_780_000_000


@pytest.mark.parametrize("damaged", [None, 3, [], {}, {"created": "x"}, {"created": True}])
def test_a_damaged_cursor_begins_anew(damaged: JsonValue) -> None:
    assert Mark.of(damaged) == Mark()
    assert Mark.of(damaged).first() == Step(None)


def test_a_mark_comes_back_as_it_was_stored() -> None:
    for mark in (Mark(NOW, complete=True), Mark(NOW, complete=False)):
        assert Mark.of(mark.as_json()) == mark


def test_a_poll_looks_back_unless_the_last_one_was_cut_off() -> None:
    assert Mark(NOW, complete=True).first() == Step(NOW - OVERLAP_SECONDS)
    assert Mark(NOW, complete=False).first() == Step(NOW)


def test_a_mark_goes_neither_back_nor_into_the_future() -> None:
    assert Mark(NOW - 5).after(NOW - 9, complete=True, now=NOW).created == NOW - 5
    assert Mark(NOW - 5).after(NOW + 9, complete=True, now=NOW).created == NOW
    assert Mark().after(None, complete=True, now=NOW).created is None


@given(
    times=st.lists(st.integers(0, 30), max_size=60),
    size=st.integers(1, 7),
    start=st.integers(0, 30),
)
def test_every_item_since_then_is_read_whatever_their_times(
    times: list[int], size: int, start: int
) -> None:
    items = sorted(enumerate(times), key=lambda item: item[1])
    step: Step | None = Step(start)
    seen: set[int] = set()
    for _ in range(10 * len(times) + 3):
        assert step is not None
        assert step.since is not None
        there = [item for item in items if item[1] >= step.since]
        page = there[(step.page - 1) * size : step.page * size]
        fresh = {number for number, _ in page} - seen
        seen |= fresh
        step = step.following(
            newest=max((at for _, at in page), default=None),
            anything_new=bool(fresh),
            more=len(there) > size * step.page,
        )
        if step is None:
            break
    assert step is None
    assert seen == {number for number, at in enumerate(times) if at >= start}

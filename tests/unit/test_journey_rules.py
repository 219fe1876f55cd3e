"""The journey in counts: they sum to what was counted, whatever that is."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.rules.journey import STEPS, journey

COUNTS = st.dictionaries(st.sampled_from(STEPS), st.integers(0, 10_000))


def test_each_step_says_who_is_there_and_who_came_so_far() -> None:
    found = journey({1: 5, 3: 3, 6: 2}, {1: 2, 3: 1, 6: 1}, {6: 1})

    assert [one.signals for one in found] == [5, 0, 3, 0, 0, 2]
    assert [one.signals_share for one in found] == [0.5, 0, 0.3, 0, 0, 0.2]
    assert [one.leads for one in found] == [2, 0, 1, 0, 0, 1]
    assert [one.reached for one in found] == [4, 2, 2, 1, 1, 1]
    assert [one.conversion for one in found] == [None, 0.5, 1, 0.5, 1, 1]
    assert [one.won for one in found] == [0, 0, 0, 0, 0, 1]
    assert found[5].won_share == 1


@given(COUNTS, COUNTS)
def test_the_counts_of_the_steps_sum_to_the_signals_and_to_the_leads(
    signals: dict[int, int], leads: dict[int, int]
) -> None:
    found = journey(signals, leads, {})

    assert sum(one.signals for one in found) == sum(signals.values())
    assert sum(one.leads for one in found) == sum(leads.values())
    assert found[0].reached == sum(leads.values())
    assert [one.reached for one in found] == sorted((one.reached for one in found), reverse=True)
    if any(signals.values()):
        assert sum(one.signals_share or 0 for one in found) == pytest.approx(1)


def test_of_nothing_there_are_no_shares() -> None:
    found = journey({}, {}, {})

    assert {one.signals_share for one in found} == {None}
    assert {one.conversion for one in found} == {None}

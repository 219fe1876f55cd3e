"""When a conversation is read again."""

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.words import LeadStatus
from service.rules.following import (
    LONGEST,
    OVER_AFTER,
    SHORTEST,
    Stake,
    is_deleted,
    next_check,
    next_reading,
    stake_of,
)
from tests.fakes import NOON

DAY = timedelta(days=1)
WEEK = timedelta(days=7)
HOUR = timedelta(hours=1)

silences = st.timedeltas(min_value=timedelta(0), max_value=OVER_AFTER)
stakes = st.sampled_from([stake for stake in Stake if stake is not Stake.NOTHING])


def pause(
    silence: timedelta,
    stake: Stake = Stake.MARKETING,
    *,
    recheck: timedelta = WEEK,
    fails: int = 0,
) -> timedelta | None:
    at = next_reading(NOON, last_post_at=NOON - silence, stake=stake, recheck=recheck, fails=fails)
    return None if at is None else at - NOON


@pytest.mark.parametrize(
    ("silence", "stake", "expected"),
    [
        (timedelta(0), Stake.MARKETING, SHORTEST),
        (2 * HOUR, Stake.MARKETING, SHORTEST),
        (16 * HOUR, Stake.MARKETING, 2 * HOUR),
        (16 * HOUR, Stake.SALES, HOUR),
        (16 * HOUR, Stake.SIGNAL, 4 * HOUR),
        (20 * DAY, Stake.SALES, DAY),
        (31 * DAY, Stake.SIGNAL, None),
        (31 * DAY, Stake.SALES, WEEK),  # only whether its posts are still there
        (HOUR, Stake.NOTHING, None),
    ],
)
def test_the_longer_the_silence_the_longer_the_pause(
    silence: timedelta, stake: Stake, expected: timedelta | None
) -> None:
    assert pause(silence, stake) == expected


@given(silences, silences, stakes)
def test_the_pause_never_shrinks_while_nobody_writes(
    one: timedelta, other: timedelta, stake: Stake
) -> None:
    first, second = pause(min(one, other), stake), pause(max(one, other), stake)

    assert first is not None
    assert second is not None
    assert SHORTEST <= first <= second <= LONGEST


@given(silences)
def test_a_rep_who_has_the_lead_hears_first(silence: timedelta) -> None:
    sales, marketing = pause(silence, Stake.SALES), pause(silence, Stake.MARKETING)

    assert sales is not None
    assert marketing is not None
    assert sales <= marketing


def test_a_month_costs_less_than_a_hundred_readings() -> None:
    age, readings = timedelta(0), 0
    while (waited := pause(age)) is not None and age <= OVER_AFTER:
        age, readings = age + waited, readings + 1

    assert 40 < readings < 100


def test_failures_double_the_pause_up_to_a_day() -> None:
    assert pause(HOUR, fails=1) == 2 * SHORTEST
    assert pause(HOUR, fails=3) == 8 * SHORTEST
    assert pause(HOUR, fails=99) == LONGEST


def test_what_a_platform_wants_looked_for_daily_is_looked_for_daily() -> None:
    assert pause(60 * DAY, Stake.MARKETING, recheck=DAY) == DAY
    assert next_check(NOON, recheck=DAY, is_missing=False) == NOON + DAY
    assert next_check(NOON, recheck=DAY, is_missing=True) == NOON + 6 * HOUR


def test_a_post_that_is_missing_once_is_not_deleted_yet() -> None:
    assert not is_deleted(None, now=NOON)
    assert not is_deleted(NOON - timedelta(minutes=1), now=NOON)
    assert is_deleted(NOON - HOUR, now=NOON)


@pytest.mark.parametrize(
    ("leads", "has_signal", "stake"),
    [
        ({LeadStatus.MQL, LeadStatus.WORKING}, True, Stake.SALES),
        ({LeadStatus.DETECTED, LeadStatus.LOST}, True, Stake.MARKETING),
        ({LeadStatus.LOST}, True, Stake.NOTHING),
        (set(), True, Stake.SIGNAL),
        (set(), False, Stake.NOTHING),
    ],
)
def test_the_most_pressing_lead_says_what_hangs_on_a_conversation(
    leads: set[LeadStatus], has_signal: bool, stake: Stake
) -> None:
    assert stake_of(frozenset(leads), has_signal=has_signal) is stake

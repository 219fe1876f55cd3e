"""Which of two leads lives on, and what it takes over."""

from datetime import UTC, datetime, timedelta
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from models.moves import LIVE
from models.words import LeadStatus
from service.rules.merging import EARLIEST, EITHER, FURTHER, Standing, survivor, taken_over

S = LeadStatus
NOON = datetime(2025, 11, 19, 12, tzinfo=UTC)
STANDINGS = st.builds(
    Standing,
    lead_id=st.sampled_from("abcdef"),
    status=st.sampled_from(sorted(LIVE)),
    created_at=st.integers(0, 3).map(lambda d: NOON + timedelta(days=d)),
)


def test_every_live_status_has_its_place() -> None:
    assert set(FURTHER) == LIVE


@given(STANDINGS, STANDINGS)
def test_it_does_not_matter_which_is_named_first(one: Standing, other: Standing) -> None:
    stays = survivor(one, other)

    assert stays == survivor(other, one) or one.lead_id == other.lead_id
    assert FURTHER[stays.status] == max(FURTHER[one.status], FURTHER[other.status])


def test_of_two_as_far_the_older_stays() -> None:
    young = Standing(lead_id="a", status=S.MQL, created_at=NOON)
    old = Standing(lead_id="b", status=S.MQL, created_at=NOON - timedelta(days=1))
    further = Standing(lead_id="c", status=S.WORKING, created_at=NOON)

    assert survivor(young, old) is old
    assert survivor(old, further) is further


def fields(**given_values: Any) -> dict[str, Any]:
    plain: dict[str, Any] = dict.fromkeys(
        ("person_id", "account", "region", "amount_minor", "currency", "handed_back_at")
    )
    plain |= dict.fromkeys(EARLIEST) | {"recycle_count": 0, "snoozes": 0}
    return plain | dict.fromkeys(EITHER, False) | given_values


def test_the_newest_that_is_known_wins_and_money_keeps_its_currency() -> None:
    here = fields(account="acme", amount_minor=100, currency="EUR")
    there = fields(region="dach", amount_minor=70, currency="CHF")

    newer = taken_over(here, there, loser_is_newer=True)
    older = taken_over(here, there, loser_is_newer=False)
    assert newer == {"region": "dach", "amount_minor": 70, "currency": "CHF"}
    assert older == {"region": "dach"}


def test_zero_is_something_that_is_known() -> None:
    here = fields(amount_minor=100, currency="EUR")
    there = fields(amount_minor=0, currency="EUR")

    assert taken_over(here, there, loser_is_newer=True) == {"amount_minor": 0}


def test_times_of_the_beginning_are_the_earliest_and_counts_the_highest() -> None:
    day = timedelta(days=1)
    here = fields(created_at=NOON, first_touch_at=None, recycle_count=1)
    there = fields(
        created_at=NOON - day, first_touch_at=NOON, recycle_count=2, mandatory_follow_up=True
    )

    assert taken_over(here, there, loser_is_newer=False) == {
        "created_at": NOON - day,
        "first_touch_at": NOON,
        "recycle_count": 2,
        "mandatory_follow_up": True,
    }

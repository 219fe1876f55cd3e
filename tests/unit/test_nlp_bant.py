from datetime import UTC, datetime

import pytest

from nlp.bant import bant
from nlp.judgement import Slot, Span

SAID_AT = datetime(2026, 2, 11, tzinfo=UTC)


def a_slot(name: str, normalised: str | None = None) -> Slot:
    span = Span(field="body", start=0, end=4)
    return Slot(name=name, text="said", span=span, normalised=normalised)


@pytest.mark.parametrize(
    ("slots", "points"),
    [
        ([], 0),
        ([a_slot("budget")], 1),
        ([a_slot("budget", "0")], 1),
        ([a_slot("budget"), a_slot("budget", "500 USD/month")], 2),
    ],
)
def test_a_sum_is_more_of_a_budget_than_talk_of_money(slots: list[Slot], points: int) -> None:
    assert bant(slots).budget.points == points


@pytest.mark.parametrize(
    ("slots", "points"),
    [
        ([], 0),
        ([a_slot("team_size", "12")], 1),
        ([a_slot("authority", "buys for others")], 1),
        ([a_slot("authority", "buys for others"), a_slot("authority", "decides")], 2),
    ],
)
def test_who_decides_has_more_authority_than_who_buys_for_others(
    slots: list[Slot], points: int
) -> None:
    assert bant(slots).authority.points == points


@pytest.mark.parametrize(
    ("slots", "points"),
    [
        ([], 0),
        ([a_slot("products")], 1),
        ([a_slot("wants")], 1),
        ([a_slot("wants"), a_slot("need")], 2),
    ],
)
def test_a_need_in_words_is_more_than_a_thing_looked_for(slots: list[Slot], points: int) -> None:
    assert bant(slots).need.points == points


@pytest.mark.parametrize(
    ("normalised", "points"),
    [
        ("now", 2),
        ("P2W", 2),
        ("P3M", 2),
        ("P1Y", 1),
        ("2026-03-01", 2),
        ("2026-05-14", 2),
        ("2026-05-15", 1),
        ("--03-01", 1),
        (None, 1),
    ],
)
def test_what_is_wanted_within_a_quarter_is_wanted_soon(
    normalised: str | None, points: int
) -> None:
    assert bant([a_slot("timeline", normalised)], SAID_AT).timeline.points == points


def test_without_the_day_of_the_post_only_a_duration_is_soon() -> None:
    assert bant([a_slot("timeline", "P2W")]).timeline.points == 2
    assert bant([a_slot("timeline", "P2Y")]).timeline.points == 1
    assert bant([a_slot("timeline", "2026-03-01")]).timeline.points == 1
    assert bant([]).timeline.points == 0


def test_the_points_come_with_their_words_and_add_up_to_at_most_eight() -> None:
    slots = [
        a_slot("budget", "3000 USD"),
        a_slot("authority", "decides"),
        a_slot("need"),
        a_slot("timeline", "now"),
    ]

    found = bant(slots, SAID_AT)

    assert found.total == 8
    assert found.budget.slot == slots[0]
    assert bant([]).total == 0
    assert bant([]).need.slot is None

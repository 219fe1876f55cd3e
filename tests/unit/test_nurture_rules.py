"""When nurture steps are due, and who is on which track."""

from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo, available_timezones

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from config import load_config
from config.nurture import Nurture, NurtureRule
from models.words import LeadStatus
from service.rules.nurture import Standing, due_times, next_day, track_for

BERLIN = ZoneInfo("Europe/Berlin")
NINE = time(9, 0)
NOW = datetime(2026, 10, 20, 22, 30, tzinfo=UTC)  # half past midnight of the 21st in Berlin
SHIPPED = load_config(None).nurture


def test_the_short_track_is_due_on_days_2_5_9_and_14() -> None:
    short = next(track for track in SHIPPED.track if track.id == "short")

    assert [step.day for step in short.step] == [2, 5, 9, 14]
    assert SHIPPED.time_of_day == NINE


def test_steps_are_due_in_the_morning_of_the_contact_s_own_day() -> None:
    due = due_times(NOW, (2, 5, 9, 14), at=NINE, zone=BERLIN)

    assert [at.astimezone(BERLIN).isoformat() for at in due] == [
        "2026-10-23T09:00:00+02:00",
        "2026-10-26T09:00:00+01:00",  # the clocks went back on the 25th
        "2026-10-30T09:00:00+01:00",
        "2026-11-04T09:00:00+01:00",
    ]


@given(
    st.integers(0, 15 * 365 * 24 * 60).map(lambda m: NOW - timedelta(minutes=m)),
    st.sampled_from(sorted(available_timezones() - {"localtime"})),
    st.lists(st.integers(0, 200), min_size=1, max_size=5).map(sorted),
)
def test_a_step_falls_on_its_day_whatever_the_clocks_do(
    start: datetime, zone_name: str, days: list[int]
) -> None:
    zone = ZoneInfo(zone_name)
    first = start.astimezone(zone).date()

    for day, at in zip(days, due_times(start, days, at=NINE, zone=zone), strict=True):
        assert at.tzinfo is UTC
        assert at.astimezone(zone).date() == first + timedelta(days=day)


def test_the_day_after_is_the_contact_s() -> None:
    assert next_day(NOW, at=NINE, zone=BERLIN) == datetime(2026, 10, 22, 7, tzinfo=UTC)


def a_standing(*causes: str, hours: int = 0, topic: str = "crm") -> Standing:
    return Standing(
        status=LeadStatus.NURTURING,
        since=NOW - timedelta(hours=hours),
        topic=topic,
        causes=frozenset(causes),
    )


@pytest.mark.parametrize(
    ("cause", "track"),
    [("no_budget", "long"), ("not_ready", "short"), ("parked", None), ("wrong_product", None)],
)
def test_what_brought_a_lead_there_decides_its_track(cause: str, track: str | None) -> None:
    rule = track_for(SHIPPED.rule, a_standing("handed_back", cause), now=NOW)

    assert (rule.track if rule else None) == track


def test_the_first_rule_that_fits_decides_also_while_it_waits() -> None:
    patient = NurtureRule(track="long", after=timedelta(days=1), topics=("crm",))
    rules = (patient, NurtureRule(track="short"))

    assert track_for(rules, a_standing(hours=23), now=NOW) is None
    assert track_for(rules, a_standing(hours=24), now=NOW) is patient
    assert track_for(rules, a_standing(topic="phones"), now=NOW) is rules[1]


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"time_of_day": "nine"}, "no time of day"),
        ({"rule": ({"track": "a", "on": "won"},)}, "closed"),
        ({"rule": ({"track": "a", "because": ("bored",)},)}, "no event and no reason"),
        (
            {
                "track": (
                    {
                        "id": "a",
                        "name": "A",
                        "step": ({"day": 3, "title": "x"}, {"day": 1, "title": "y"}),
                    },
                )
            },
            "must rise",
        ),
    ],
)
def test_a_file_that_makes_no_sense_is_refused(wrong: dict[str, object], said: str) -> None:
    with pytest.raises(ValidationError, match=said):
        Nurture.model_validate({"time_of_day": "09:00", "review_after": "30d"} | wrong)

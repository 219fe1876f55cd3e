"""How a score fades: told beforehand, as the score itself will have it."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from config import load_config
from models.words import Kind
from service.rules.freshness import HORIZON, Fading, Made, left, outlook, score_in, time_above
from service.rules.scoring import Heard, score

PROFILE = load_config(None).scoring
NOW = datetime(2025, 11, 19, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)


def made(*strengths: float, age: timedelta = timedelta(0), fit: float = 0.5) -> Made:
    return Made(
        evidence=tuple(
            Fading(strength=one, age=age, half_life=timedelta(hours=96)) for one in strengths
        ),
        fit=fit,
        factor=1.0,
    )


def test_what_is_heard_now_is_all_there() -> None:
    assert left(made(0.8)) == 1.0
    assert left(made(0.4, age=timedelta(hours=96))) == pytest.approx(0.5)
    assert left(made()) == 0.0


def test_the_outlook_is_what_the_score_will_say() -> None:
    heard = Heard(
        signal_id="s",
        kind=Kind.EXPERIENCE,
        probability=0.9,
        happened_at=NOW,
        author="a",
        thread="t",
    )
    now = score([heard], PROFILE, now=NOW)
    weight = PROFILE.classes[PROFILE.kinds[Kind.EXPERIENCE]]
    part = Fading(strength=now.parts[0].strength, age=timedelta(0), half_life=weight.half_life)
    told = Made(evidence=(part,), fit=now.fit, factor=1.0)

    for hours in (0, 24, 72, 168):
        later = score([heard], PROFILE, now=NOW + hours * HOUR).value
        assert score_in(told, PROFILE, hours * HOUR) == pytest.approx(later, abs=1e-6)
    assert [score for _, score in outlook(told, PROFILE, (1, 3, 7))] == [71, 50, 25]


def test_a_lead_below_the_bar_is_above_it_for_no_time() -> None:
    assert time_above(made(0.3), PROFILE, 80) is None


def test_what_hardly_fades_lasts_to_the_horizon() -> None:
    steady = Made(
        evidence=(Fading(strength=0.9, age=HOUR, half_life=timedelta(days=9000)),),
        fit=0.5,
        factor=1.0,
    )

    assert time_above(steady, PROFILE, 80) == HORIZON


@given(st.lists(st.floats(0.05, 0.99), min_size=1, max_size=5), st.floats(10, 90))
def test_the_bar_is_passed_when_it_is_said(strengths: list[float], bar: float) -> None:
    one = made(*strengths)
    lasts = time_above(one, PROFILE, bar)

    if lasts is None:
        assert score_in(one, PROFILE, timedelta(0)) < bar
    elif lasts < HORIZON:
        assert score_in(one, PROFILE, lasts) >= bar > score_in(one, PROFILE, lasts + HOUR)

"""Where the score alone takes a lead."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from config import load_config
from models.moves import LeadEvent, allowed
from models.words import LeadStatus
from service.rules.lifecycle import status_by_score

S = LeadStatus
BARS = load_config(None).scoring.thresholds  # 30, 50, 80 and five points


@pytest.mark.parametrize(
    ("status", "score", "expected"),
    [
        (S.DETECTED, 49.9, S.DETECTED),
        (S.DETECTED, 50, S.MQL),
        (S.DETECTED, 80, S.SALES_READY),
        (S.MQL, 79.9, S.MQL),
        (S.MQL, 80, S.SALES_READY),
        (S.MQL, 45, S.MQL),
        (S.MQL, 44.9, S.DETECTED),
        (S.NURTURING, 10, S.NURTURING),
        (S.NURTURING, 50, S.MQL),
        (S.NURTURING, 95, S.SALES_READY),
    ],
)
def test_the_score_moves_a_lead_at_its_bars(
    status: LeadStatus, score: float, expected: LeadStatus
) -> None:
    assert status_by_score(status, score, BARS) is expected


@given(st.sampled_from(S), st.floats(0, 100))
def test_from_sales_ready_on_the_score_moves_nothing(status: LeadStatus, score: float) -> None:
    if status not in {S.DETECTED, S.MQL, S.NURTURING}:
        assert status_by_score(status, score, BARS) is status


@given(st.sampled_from(S), st.floats(0, 100))
def test_the_score_asks_only_for_moves_that_exist_and_is_then_content(
    status: LeadStatus, score: float
) -> None:
    to = status_by_score(status, score, BARS)

    assert to is status or to in allowed(status, LeadEvent.SCORED)
    assert status_by_score(to, score, BARS) is to


@given(st.floats(45, 55))
def test_a_lead_at_the_bar_does_not_flicker(score: float) -> None:
    up = status_by_score(S.DETECTED, score, BARS)

    if up is S.MQL:
        assert status_by_score(S.MQL, score - 4.9, BARS) is S.MQL

"""When a model is below what was accepted, by its card or by what people say."""

import json

import pytest

from nlp.model_card import CARD, SHIPPED
from service.rules.model_gate import is_worse_here, shortfalls

GOOD = {"average_precision": [0.78, 0.76, 0.80], "calibration_error": 0.01}


def test_the_shipped_model_is_what_was_accepted() -> None:
    card = json.loads((SHIPPED / CARD).read_text("utf-8"))
    assert list(shortfalls(card["measured"]["signal"])) == []


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"average_precision": [0.78, 0.69, 0.85]}, "may be as low as 0.69"),
        ({"average_precision": 0.9}, "does not say how often"),
        ({"average_precision": None}, "does not say how often"),
        ({"calibration_error": 0.06}, "off by 0.06"),
        ({"calibration_error": "low"}, "does not say how far"),
    ],
)
def test_what_a_card_lacks_is_said(change: dict[str, object], words: str) -> None:
    (said,) = shortfalls(GOOD | change)
    assert words in said


@pytest.mark.parametrize(
    ("confirmed", "rejected", "worse"),
    [
        (0, 49, False),  # too few to say
        (0, 50, True),
        (30, 30, False),  # half may be chance
        (300, 300, True),
        (65, 35, False),
        (100, 0, False),
    ],
)
def test_only_what_is_sure_counts_against_a_model(
    confirmed: int, rejected: int, worse: bool
) -> None:
    assert is_worse_here(confirmed=confirmed, rejected=rejected, precision=0.69) is worse

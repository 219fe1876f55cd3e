"""How well a score foretold what became of leads, and when a profile on trial may take over."""

import random
from datetime import UTC, datetime, timedelta

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.rules.outcomes import Comparison, Outcome, compare, lift, precision_at

NOON = datetime(2025, 11, 19, 12, tzinfo=UTC)


def some_outcomes(size: int, *, of_each: int = 1, seed: int = 3) -> list[Outcome]:
    """Return leads of which the standing profile knows nothing and the trial nearly all."""
    dice = random.Random(seed)
    found = []
    for number in range(size):
        is_good = dice.random() < 0.3
        found.append(
            Outcome(
                lead_id=f"{number:04}",
                at=NOON + timedelta(hours=number),
                author=str(number // of_each),
                is_good=is_good,
                scores=(
                    dice.uniform(50, 99),
                    min(99.0, max(1.0, dice.gauss(75 if is_good else 45, 9))),
                ),
            )
        )
    return found


def compared(outcomes: list[Outcome], trial: int = 1) -> Comparison:
    found = compare(outcomes, trial, shown=15, draws=200)
    assert found is not None
    return found


def test_a_trial_that_knows_better_may_take_over() -> None:
    found = compared(some_outcomes(600))

    assert found.may_switch
    assert found.because == ()
    assert found.trial.figures["auc"].low > 0.9 > 0.6 > found.standing.figures["auc"].value
    assert found.lift_gained.low > 0
    assert found.trial.figures["brier"].value < found.standing.figures["brier"].value
    assert found.trial.figures["precision_at_15"].value > 0.9
    assert found.trial.figures["ece"].value < 0.1


def test_a_trial_that_knows_no_more_may_not() -> None:
    same = [
        Outcome(
            lead_id=o.lead_id,
            at=o.at,
            author=o.author,
            is_good=o.is_good,
            scores=(o.scores[1], o.scores[1]),
        )
        for o in some_outcomes(600)
    ]
    found = compared(same)

    assert not found.may_switch
    assert found.lift_gained.value == 0
    assert any("not surely higher" in reason for reason in found.because)


def test_few_ends_are_too_few_to_switch_and_none_to_compare() -> None:
    found = compared(some_outcomes(80))

    assert not found.may_switch
    assert any("it takes 50" in reason for reason in found.because)
    assert compare([], 1, shown=15) is None
    assert compare([o for o in some_outcomes(80) if o.is_good], 1, shown=15) is None


def test_the_order_of_the_leads_does_not_matter() -> None:
    outcomes = some_outcomes(200)

    assert compared(outcomes) == compared(outcomes[::-1])


def test_leads_of_one_author_are_no_independent_proof() -> None:
    alone = compared(some_outcomes(600)).trial.figures["average_precision"]
    together = compared(some_outcomes(600, of_each=30)).trial.figures["average_precision"]

    assert alone.value == together.value
    assert alone != together  # the interval knows of them


@given(st.lists(st.tuples(st.booleans(), st.sampled_from([1.0, 2.0, 3.0])), min_size=1))
def test_precision_of_all_is_the_base_rate(rows: list[tuple[bool, float]]) -> None:
    labels = np.array([int(good) for good, _ in rows])
    scores = np.array([score for _, score in rows])

    assert precision_at(labels, scores, len(rows)) == pytest.approx(labels.mean())
    assert precision_at(labels, scores, 1) <= 1


def test_the_best_tenth_is_ten_times_as_good_at_the_most() -> None:
    labels = np.array([1] + [0] * 9)

    assert lift(labels, np.arange(10.0)[::-1]) == pytest.approx(10)
    assert lift(labels, np.arange(10.0)) == 0
    assert lift(labels, np.ones(10)) == pytest.approx(1)

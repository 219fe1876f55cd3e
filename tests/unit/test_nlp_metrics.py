import math
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn import metrics as reference

from nlp import metrics

LABELS = np.array([1, 0, 1, 0, 0, 1, 0, 0])
SCORES = np.array([0.9, 0.8, 0.7, 0.7, 0.4, 0.3, 0.2, 0.1])

labelled_scores = st.lists(
    st.tuples(st.booleans(), st.sampled_from([0.05, 0.1, 0.3, 0.3, 0.6, 0.8, 0.95])),
    min_size=2,
    max_size=60,
).filter(lambda rows: 0 < sum(label for label, _ in rows) < len(rows))


@pytest.mark.parametrize(
    ("ours", "theirs"),
    [
        (metrics.average_precision, reference.average_precision_score),
        (metrics.roc_auc, reference.roc_auc_score),
        (metrics.brier, reference.brier_score_loss),
        (metrics.log_loss, reference.log_loss),
    ],
)
@given(rows=labelled_scores)
def test_figures_are_those_of_the_reference(
    ours: Callable[..., float], theirs: Callable[..., Any], rows: list[tuple[bool, float]]
) -> None:
    labels = np.array([int(label) for label, _ in rows])
    scores = np.array([score for _, score in rows])

    assert ours(labels, scores) == pytest.approx(float(theirs(labels, scores)))


def test_at_a_threshold_precision_and_recall_are_shares() -> None:
    at = metrics.at_threshold(LABELS, SCORES, 0.7)

    assert at.precision == 0.5
    assert at.recall == pytest.approx(2 / 3)
    assert at.f1 == pytest.approx(4 / 7)
    unflagged = metrics.at_threshold(LABELS, SCORES, 2.0)
    assert (unflagged.recall, unflagged.f1) == (0, 0)
    assert math.isnan(unflagged.precision), (
        "of nothing that was flagged, nothing is right or wrong"
    )


@given(labelled_scores)
def test_the_steady_threshold_stands_amid_those_that_are_nearly_the_best(
    rows: list[tuple[bool, float]],
) -> None:
    labels = np.array([int(label) for label, _ in rows])
    scores = np.array([score for _, score in rows])
    best = metrics.at_threshold(labels, scores, metrics.best_threshold(labels, scores)).f1
    f1 = {score: metrics.at_threshold(labels, scores, score).f1 for score in set(scores)}
    near = [score for score, one in f1.items() if one >= best - 0.02]

    assert metrics.steady_threshold(labels, scores) == pytest.approx((min(near) + max(near)) / 2)


def test_where_fewer_ask_the_steady_threshold_is_that_of_so_many_more_who_do_not() -> None:
    labels = np.array([1, 0, 1, 0, 0, 1, 0])
    scores = np.array([0.9, 0.8, 0.7, 0.6, 0.4, 0.3, 0.1])
    thrice = np.concatenate([np.repeat(labels, np.where(labels == 1, 1, 3))])
    theirs = np.concatenate([np.repeat(scores, np.where(labels == 1, 1, 3))])

    rarer = metrics.steady_threshold(labels, scores, share=3 / (3 + 3 * 4))

    assert rarer == metrics.steady_threshold(thrice, theirs)
    assert rarer > metrics.steady_threshold(labels, scores)


def test_the_best_threshold_gives_the_best_f1() -> None:
    best = metrics.best_threshold(LABELS, SCORES)

    every = [metrics.at_threshold(LABELS, SCORES, score).f1 for score in SCORES]
    assert metrics.at_threshold(LABELS, SCORES, best).f1 == max(every)


def test_recall_at_a_precision_may_be_nothing() -> None:
    assert metrics.recall_at_precision(LABELS, SCORES, 0.9) == pytest.approx(1 / 3)
    assert metrics.recall_at_precision(LABELS, -SCORES, 0.9) == 0


def test_figures_without_positives_are_undefined() -> None:
    nothing = np.zeros(4, dtype=int)

    assert math.isnan(metrics.average_precision(nothing, SCORES[:4]))
    assert math.isnan(metrics.roc_auc(nothing, SCORES[:4]))
    assert math.isnan(metrics.recall_at_precision(nothing, SCORES[:4], 0.9))
    at, unflagged = (metrics.at_threshold(nothing, SCORES[:4], cut) for cut in (0.5, 2.0))
    assert at.precision == 0, "all that was flagged is wrong"
    assert all(map(math.isnan, (at.recall, at.f1, unflagged.precision, unflagged.f1)))
    assert all(map(math.isnan, metrics.bootstrap(lambda _: math.nan, 4, draws=5)))


def test_calibration_error_is_the_mean_gap_of_bins_of_equal_mass() -> None:
    labels = np.array([0] * 5 + [1] * 5)

    assert metrics.calibration_error(labels, np.array([0.0] * 5 + [1.0] * 5)) == 0
    assert metrics.calibration_error(labels, np.full(10, 0.5), bins=1) == 0
    assert metrics.calibration_error(labels, np.full(10, 0.5), bins=2) == 0.5
    assert metrics.calibration_error(labels[:3], np.full(3, 0.5)) == 0.5


def test_a_bootstrap_gives_an_interval_around_the_figure_and_the_same_one_again() -> None:
    values = np.arange(100.0)

    low, high = metrics.bootstrap(lambda rows: float(values[rows].mean()), 100)

    assert low < 49.5 < high
    assert (low, high) == metrics.bootstrap(lambda rows: float(values[rows].mean()), 100)

"""From log-odds to probabilities that mean what they say."""

from collections.abc import Sequence

import numpy as np

from nlp.linear import Floats, probability
from nlp.metrics import Labels, log_loss

#: Train and test row numbers of one fold.
Fold = tuple[Labels, Labels]


def probabilities(log_odds: Floats) -> Floats:
    """Return the probability of each log-odds."""
    return np.array([probability(value) for value in log_odds.tolist()])


def fit_platt(log_odds: Floats, labels: Labels) -> tuple[float, float]:
    """Return (slope, offset) with which ``slope · log-odds + offset`` fits the labels best.

    Source: Platt 1999, with his smoothed targets; by Newton's method with step halving, after
    Lin, Lin and Weng 2007.
    """
    positives = labels.sum()
    high, low = (positives + 1) / (positives + 2), 1 / (len(labels) - positives + 2)
    targets = np.where(labels == 1, high, low)
    design = np.stack([log_odds, np.ones(len(log_odds))], axis=1)

    def loss(at: Floats) -> float:
        odds = design @ at
        return float((np.logaddexp(0, odds) - targets * odds).sum())

    solution = np.array([1.0, 0.0])
    for _ in range(50):
        guess = probabilities(design @ solution)
        gradient = design.T @ (targets - guess)
        curvature = (design * (guess * (1 - guess))[:, None]).T @ design + 1e-9 * np.eye(2)
        step = np.linalg.solve(curvature, gradient)
        while loss(solution + step) > loss(solution) and float(np.abs(step).max()) > 1e-10:
            step = step / 2  # Newton's step can overshoot where the curve is flat
        solution = solution + step
        if float(np.abs(step).max()) < 1e-10:
            break
    return float(solution[0]), float(solution[1])


def calibrate(
    log_odds: Floats, labels: Labels, folds: Sequence[Fold]
) -> tuple[tuple[float, float], Floats]:
    """Return (slope, offset) and the probabilities that they give to posts not fitted on.

    (1, 0), which changes nothing, unless Platt's fit is better on rows that it has not seen.
    """
    plain, fitted = probabilities(log_odds), np.zeros(len(labels))
    for train, test in folds:
        slope, offset = fit_platt(log_odds[train], labels[train])
        fitted[test] = probabilities(slope * log_odds[test] + offset)
    if log_loss(labels, fitted) < log_loss(labels, plain):
        return fit_platt(log_odds, labels), fitted
    return (1.0, 0.0), plain

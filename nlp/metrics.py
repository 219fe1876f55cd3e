"""How good a ranking and its probabilities are. Labels are 0 or 1, scores any reals."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
Labels = npt.NDArray[np.int_]


def _ranked(labels: Labels, scores: Floats) -> tuple[Floats, Floats, Floats]:
    """Return (score, true positives, flagged) at each distinct score, from the highest down."""
    order = np.argsort(-scores, kind="stable")
    hits = np.cumsum(labels[order]).astype(np.float64)
    # Posts of one score are flagged together, whatever their order in the file.
    last_of_score = np.append(np.diff(scores[order]) != 0, True)
    flagged = np.arange(len(labels)) + 1.0
    return scores[order][last_of_score], hits[last_of_score], flagged[last_of_score]


def _f1_from(
    labels: Labels, scores: Floats, *, share: float | None = None
) -> tuple[Floats, Floats]:
    """Return the distinct scores, from the highest down, and the F1 of flagging from each.

    Where ``share`` of the posts are positive, each negative weighs what makes them so.
    """
    distinct, hits, flagged = _ranked(labels, scores)
    positives = float(labels.sum())
    negatives = len(labels) - positives
    weight = 1.0
    if share is not None and positives and negatives:
        weight = positives * (1 - share) / (share * negatives)
    return distinct, 2 * hits / (hits + weight * (flagged - hits) + positives)


def average_precision(labels: Labels, scores: Floats) -> float:
    """Return the average precision, 0..1; NaN without positives. As scikit-learn defines it."""
    if not labels.sum():
        return float("nan")
    _, hits, flagged = _ranked(labels, scores)
    gained = np.diff(hits, prepend=0.0)
    return float((gained * hits / flagged).sum() / labels.sum())


def roc_auc(labels: Labels, scores: Floats) -> float:
    """Return the share of (positive, negative) pairs ranked right; ties count a half."""
    positives = int(labels.sum())
    negatives = len(labels) - positives
    if not positives or not negatives:
        return float("nan")
    _, inverse, counts = np.unique(scores, return_inverse=True, return_counts=True)
    ends = np.cumsum(counts)
    mean_rank = ends - (counts - 1) / 2
    ranks = mean_rank[inverse]
    return float(
        (ranks[labels == 1].sum() - positives * (positives + 1) / 2) / (positives * negatives)
    )


@dataclass(frozen=True, slots=True)
class AtThreshold:
    """What flagging at a threshold gives."""

    precision: float
    recall: float
    f1: float


def at_threshold(labels: Labels, scores: Floats, threshold: float) -> AtThreshold:
    """Return precision, recall and F1 of flagging ``scores >= threshold``.

    Without positives recall and F1 are NaN; where nothing is flagged, precision is.
    """
    flagged = scores >= threshold
    hits, positives = float(labels[flagged].sum()), float(labels.sum())
    undefined = float("nan")
    return AtThreshold(
        precision=hits / float(flagged.sum()) if flagged.any() else undefined,
        recall=hits / positives if positives else undefined,
        f1=2 * hits / (float(flagged.sum()) + positives) if positives else undefined,
    )


def best_threshold(labels: Labels, scores: Floats) -> float:
    """Return the score at which flagging gives the best F1."""
    distinct, f1 = _f1_from(labels, scores)
    return float(distinct[int(np.argmax(f1))])


def steady_threshold(
    labels: Labels, scores: Floats, *, within: float = 0.02, share: float | None = None
) -> float:
    """Return the middle of the scores at which flagging gives nearly the best F1.

    The curve is flat around its top: over a few hundred posts, where it happens to be highest says
    little of other posts (`best_threshold`).

    Args:
        labels: what is asked for, 0 or 1.
        scores: the higher the surer.
        within: of the best F1, what is nearly as good.
        share: of positives where it will be used (0..1), if that is not as in ``labels``.
    """
    distinct, f1 = _f1_from(labels, scores, share=share)
    near = distinct[f1 >= f1.max() - within]
    return float((near[0] + near[-1]) / 2)


def recall_at_precision(labels: Labels, scores: Floats, precision: float) -> float:
    """Return the highest recall at which the precision still is at least ``precision``."""
    if not labels.sum():
        return float("nan")
    _, hits, flagged = _ranked(labels, scores)
    good = hits / flagged >= precision
    return float(hits[good].max() / labels.sum()) if good.any() else 0.0


def brier(labels: Labels, probabilities: Floats) -> float:
    """Return the mean squared error of the probabilities."""
    return float(np.mean((probabilities - labels) ** 2))


def log_loss(labels: Labels, probabilities: Floats) -> float:
    """Return the mean negative log-likelihood in nats."""
    safe = np.clip(probabilities, 1e-12, 1 - 1e-12)
    return float(-np.mean(labels * np.log(safe) + (1 - labels) * np.log(1 - safe)))


def calibration_error(labels: Labels, probabilities: Floats, *, bins: int = 10) -> float:
    """Return the expected calibration error over ``bins`` bins of equal mass."""
    order = np.argsort(probabilities, kind="stable")
    gaps = [
        abs(float(labels[part].mean() - probabilities[part].mean())) * len(part)
        for part in np.array_split(order, bins)
        if len(part)
    ]
    return sum(gaps) / len(labels)


def bootstrap(
    statistic: Callable[[npt.NDArray[np.int_]], float],
    size: int,
    *,
    seed: int = 7,
    draws: int = 500,
) -> tuple[float, float]:
    """Return the 95 % percentile interval of ``statistic`` over resampled row numbers.

    Draws for which the statistic is undefined (NaN) are left out; NaN, NaN when all are.
    """
    generator = np.random.default_rng(seed)
    values = np.array([statistic(generator.integers(0, size, size)) for _ in range(draws)])
    values = values[~np.isnan(values)]
    if not len(values):
        return float("nan"), float("nan")
    low, high = np.percentile(values, (2.5, 97.5))
    return float(low), float(high)

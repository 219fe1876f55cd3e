"""Make the shipped model from labelled posts. The same posts and seed give the same bytes.

scikit-learn is imported here and nowhere else, and only when somebody trains.
"""

import hashlib
import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from models.words import Kind, Role
from nlp import metrics
from nlp.artefact import Model, pack, write_model
from nlp.calibration import Fold, calibrate, probabilities
from nlp.card import Json
from nlp.errors import TrainingError
from nlp.labelled import LabelledPost
from nlp.linear import Floats, LinearModel, log_odds
from nlp.matrix import MIN_COMMUNITIES, Matrix, build_matrix
from nlp.model_card import Card

#: A kind or role needs this many posts to be learned.
MIN_CLASS = 15
FOLDS = 5
#: How near to the threshold a judgement is uncertain, in log-odds; the card says what that means.
UNCERTAIN_WITHIN = 0.7

Ints = npt.NDArray[np.int_]


@dataclass(frozen=True, slots=True)
class TrainedModel:
    """A model that is ready to be written."""

    model: Model
    arrays: bytes  # of model.npz

    def write(self, folder: Path) -> None:
        """Write the two files of the model into ``folder``, which is made when it is missing."""
        write_model(self.model.card, self.arrays, folder)


@dataclass(frozen=True, slots=True)
class _Binary:
    """One yes-or-no question: its weights, and log-odds for communities not trained on."""

    weights: Floats
    intercept: float
    unseen: Floats  # for the real posts that were asked about
    labels: Ints
    groups: npt.NDArray[np.str_]  # their communities

    @property
    def threshold(self) -> float:
        """The probability from which on a yes gives the best F1 on unseen communities."""
        return metrics.best_threshold(self.labels, probabilities(self.unseen))


@dataclass(frozen=True, slots=True)
class _Choice:
    """One of several words: a column of weights for each, one against the rest."""

    words: tuple[str, ...]
    weights: Floats  # shape (features, words)
    intercepts: Floats
    right: float  # share of posts of unseen communities that got their word


def train(
    posts: Iterable[LabelledPost], *, made_up: Iterable[LabelledPost] = (), seed: int = 13
) -> TrainedModel:
    """Return a model of the posts, measured on communities that it was not trained on.

    Strength 1 is left out of the question "is this a signal?": it is neither.

    Args:
        posts: labelled posts, in any order.
        made_up: posts as `nlp.primer` makes them: they train, and never measure.
        seed: what the folds are drawn with.

    Raises:
        TrainingError: too few posts, communities or labels.
    """
    posts = sorted(posts, key=lambda post: (post.community, post.id, post.title, post.body))
    for level, name in enumerate(("no need", "a latent need", "a signal", "a hot signal")):
        where = {post.community for post in posts if post.strength == level}
        if len(where) < FOLDS:
            raise TrainingError(
                f"posts of strength {level} ({name}) come from {len(where)} communities; "
                f"{FOLDS} are needed to train and measure"
            )
    posts += made_up
    matrix = build_matrix(posts)
    strength = np.array([post.strength for post in posts])

    def ask(among: npt.NDArray[np.bool_], least: int) -> _Binary:
        asked = np.flatnonzero(among)
        return _binary(matrix, asked, (strength[asked] >= least).astype(int), seed)

    signal = ask(strength != 1, 2)
    latent = ask(strength < 2, 1)
    hot = ask(strength >= 2, 3)
    kinds = _choice(matrix, [str(p.kind or "") if p.strength >= 2 else "" for p in posts], seed)
    roles = _choice(matrix, [str(p.role or "") for p in posts], seed)

    linear = LinearModel(
        index={name: row for row, name in enumerate(matrix.names)},
        weights=np.column_stack(
            [signal.weights, latent.weights, hot.weights, kinds.weights, roles.weights]
        ).astype(np.float32),
        intercepts=np.concatenate(
            [
                [signal.intercept, latent.intercept, hot.intercept],
                kinds.intercepts,
                roles.intercepts,
            ]
        ),
        common=matrix.common,
    )
    arrays = pack(linear)
    (slope, offset), calibrated = calibrate(
        signal.unseen, signal.labels, _folds(signal.labels, signal.groups, seed + 1)
    )
    threshold = _rounded(metrics.best_threshold(signal.labels, calibrated))
    digest = hashlib.sha256(arrays).hexdigest()
    card = Card(
        version=f"linear-1-{digest[:8]}",
        sha256=digest,
        slope=slope,
        offset=offset,
        threshold=threshold,
        hot_threshold=_rounded(hot.threshold),
        latent_threshold=_rounded(latent.threshold),
        uncertain_within=UNCERTAIN_WITHIN,
        kinds=tuple(map(Kind, kinds.words)),
        roles=tuple(map(Role, roles.words)),
        data={**described(posts), "features": len(matrix.names), "seed": seed},
        measured={
            "signal": _measured(signal.labels, calibrated, threshold),
            "calibration": "none" if (slope, offset) == (1.0, 0.0) else "platt",
            "hot_average_precision": _rounded(metrics.average_precision(hot.labels, hot.unseen)),
            "latent_average_precision": _rounded(
                metrics.average_precision(latent.labels, latent.unseen)
            ),
            "kind_accuracy": _rounded(kinds.right),
            "role_accuracy": _rounded(roles.right),
        },
        notes=NOTES,
    )
    return TrainedModel(Model(card, linear), arrays)


def _fit(rows: Any, labels: Ints, weights: Floats) -> Any:
    """Return a fitted logistic regression (liblinear: deterministic, and quick on sparse rows).

    In one thread: shared among several, its sums differ in the last bits from machine to machine.
    """
    from sklearn.linear_model import LogisticRegression  # here because it takes a second
    from threadpoolctl import threadpool_limits

    with threadpool_limits(limits=1):
        return LogisticRegression(C=1.0, solver="liblinear", random_state=0).fit(
            rows, labels, sample_weight=weights
        )


def _folds(labels: npt.NDArray[Any], groups: npt.NDArray[np.str_], seed: int) -> list[Fold]:
    """Return folds; no community is on both sides."""
    from sklearn.model_selection import StratifiedGroupKFold  # here because it takes a second

    splitter = StratifiedGroupKFold(FOLDS, shuffle=True, random_state=seed)
    return list(splitter.split(np.zeros(len(labels)), labels, groups))


def _binary(matrix: Matrix, asked: Ints, labels: Ints, seed: int) -> _Binary:
    groups, real = matrix.communities[asked], matrix.is_real[asked]
    rows, weights = matrix.rows[asked], matrix.weights[asked]
    unseen = np.zeros(len(asked))
    for fit_on, test in _folds(labels, groups, seed):
        fitted = _fit(rows[fit_on], labels[fit_on], weights[fit_on])
        unseen[test] = fitted.decision_function(rows[test])
    fitted = _fit(rows, labels, weights)
    return _Binary(
        fitted.coef_[0], float(fitted.intercept_[0]), unseen[real], labels[real], groups[real]
    )


def _choice(matrix: Matrix, labels: Sequence[str], seed: int) -> _Choice:
    """Learn which word fits of those that are frequent enough; empty labels are left out."""
    words = tuple(sorted({word for word in labels if word and labels.count(word) >= MIN_CLASS}))
    if len(words) < 2:
        return _Choice(words, np.zeros((len(matrix.names), len(words))), np.zeros(len(words)), 1.0)
    asked = np.flatnonzero(np.isin(labels, words))
    given = np.array(labels)[asked]
    rows, weights, groups = matrix.rows[asked], matrix.weights[asked], matrix.communities[asked]

    def fit(word: str, on: Ints) -> Any:
        mine = given[on] == word
        # Rare words count more, by the root of how rare they are: of purchases it finds .46
        # instead of .39, and more words are right in all.
        share = float(mine.mean())
        rarity = np.where(mine, 0.5 / share, 0.5 / (1 - share)) ** 0.5
        return _fit(rows[on], mine.astype(int), weights[on] * rarity)

    guesses = given.copy()
    for fit_on, test in _folds(given, groups, seed):
        there = [word for word in words if word in given[fit_on]]
        scores = [fit(word, fit_on).decision_function(rows[test]) for word in there]
        guesses[test] = np.array(there)[np.argmax(scores, axis=0)]
    fitted = [fit(word, np.arange(len(asked))) for word in words]
    real = matrix.is_real[asked]
    return _Choice(
        words,
        np.stack([one.coef_[0] for one in fitted], axis=1),
        np.array([float(one.intercept_[0]) for one in fitted]),
        float(np.mean(guesses[real] == given[real])) if real.any() else 1.0,
    )


def _rounded(value: float) -> float:
    return round(float(value), 4)


def _measured(labels: Ints, calibrated: Floats, threshold: float) -> dict[str, Json]:
    at = metrics.at_threshold(labels, calibrated, threshold)
    wrong = (calibrated >= threshold) != (labels == 1)
    odds = np.array([log_odds(value) for value in np.clip(calibrated, 1e-9, 1 - 1e-9).tolist()])
    near = np.abs(odds - log_odds(threshold)) < UNCERTAIN_WITHIN
    statistics: Mapping[str, Callable[[Ints], float]] = {
        "average_precision": lambda rows: metrics.average_precision(
            labels[rows], calibrated[rows]
        ),
        "f1_at_threshold": lambda rows: (
            metrics.at_threshold(labels[rows], calibrated[rows], threshold).f1
        ),
    }
    intervals: dict[str, Json] = {
        name: [
            _rounded(statistic(np.arange(len(labels)))),
            *map(_rounded, metrics.bootstrap(statistic, len(labels), draws=300)),
        ]
        for name, statistic in statistics.items()
    }
    return {
        "how": f"{FOLDS}-fold cross-validation, no community on both sides; made-up posts train "
        "and never measure; brackets: figure and its 95 % bootstrap interval",
        **intervals,
        "precision_at_threshold": _rounded(at.precision),
        "recall_at_threshold": _rounded(at.recall),
        "roc_auc": _rounded(metrics.roc_auc(labels, calibrated)),
        "recall_at_precision_90": _rounded(metrics.recall_at_precision(labels, calibrated, 0.9)),
        "brier": _rounded(metrics.brier(labels, calibrated)),
        "calibration_error": _rounded(metrics.calibration_error(labels, calibrated)),
        "uncertain_share": _rounded(float(near.mean())),
        "wrong_when_uncertain": _rounded(float(wrong[near].mean()) if near.any() else 0.0),
        "wrong_when_sure": _rounded(float(wrong[~near].mean()) if not near.all() else 0.0),
    }


def described(posts: Sequence[LabelledPost]) -> dict[str, Json]:
    """Return what the posts are, with a hash that doesn't depend on their order."""
    real = [post for post in posts if not post.is_made_up]
    lines = sorted(
        json.dumps([post.id, post.title, post.body, post.strength, post.kind, post.role])
        for post in real
    )
    return {
        "sha256": hashlib.sha256("\n".join(lines).encode()).hexdigest(),
        "posts": len(real),
        "communities": len({post.community for post in real}),
        "signals": sum(post.is_signal for post in real),
        "latent": sum(post.strength == 1 for post in real),
        "with_role": sum(post.role is not None for post in real),
        "made_up_posts": len(posts) - len(real),
    }


NOTES: Mapping[str, Json] = {
    "intended_use": "Ranks public posts of communities for a person who decides what to do. It "
    "must not decide about people, and nothing is to be sent on its word alone.",
    "known_failures": [
        "needs that are only implied, and options weighed without a question",
        "a long story with one short ask is underrated",
        "founders who ask for users in the words of somebody who looks for a product",
        "languages other than English: hardly any in the data",
        "posts were cut to 1,200 characters in training; what comes later was never seen",
    ],
    "licence": "Weights over words and pairs of words, learned from public posts that are not "
    "part of this package. Under the licence of the package.",
    "privacy": f"A feature was seen in at least {MIN_COMMUNITIES} communities; no post, name or "
    "address is in the model.",
}

"""How well a score foretold what became of leads: figures with intervals, and when to switch.

Source: lead-management.md, "Scoring science": a split in time and never at random, scores as they
were when sales took the lead over, 1,000 resamples by author, and the switch rule.
"""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

import numpy as np
import numpy.typing as npt
from sklearn.isotonic import IsotonicRegression

from nlp.calibration import fit_platt, probabilities
from nlp.metrics import (
    Floats,
    Labels,
    average_precision,
    brier,
    calibration_error,
    log_loss,
    roc_auc,
)

#: Share of the labelled leads, the earliest, on which scores become probabilities.
EARLY = 0.5
DRAWS = 1_000
#: From so many labels on, isotonic regression has enough to go by; below it overfits.
_ISOTONIC_FROM = 1_000
#: What a profile on trial has to show before it takes over.
WON_NEEDED = LOST_NEEDED = 50
LARGEST_ECE = 0.10
_EDGE = 0.05  # of a score from 0 and 100, so that its log-odds stay finite


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What became of a lead, with its scores at the time when sales took it over."""

    lead_id: str
    at: datetime  # when sales took it over
    author: str  # who is behind it: leads of one author are no independent proofs
    is_good: bool  # it became an opportunity or a customer
    scores: tuple[float, ...]  # 0..100, of the standing profile and then of each on trial


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    """A figure with its 95 % interval; NaN where it is not defined."""

    value: float
    low: float
    high: float

    def to_json(self) -> dict[str, float | None]:
        """Return the figure for JSON; what is not defined is null."""
        return {
            name: None if math.isnan(value) else round(value, 4)
            for name, value in (("value", self.value), ("low", self.low), ("high", self.high))
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class Evaluation:
    """How well one profile foretold the later leads."""

    figures: dict[str, Figure]


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """A profile on trial beside the standing one."""

    standing: Evaluation
    trial: Evaluation
    lift_gained: Figure  # lift@10 % of the trial less that of the standing profile
    may_switch: bool
    because: tuple[str, ...]  # what speaks against it; empty when nothing does


_Rows = npt.NDArray[np.int_]


def compare(
    outcomes: Sequence[Outcome], trial: int, *, shown: int, draws: int = DRAWS
) -> Comparison | None:
    """Return how profile ``trial`` does beside profile 0; None when too little is known to tell.

    Args:
        outcomes: in any order; the earlier half turns scores into probabilities, the later half
            is what the figures are about.
        trial: place of its scores, from 1.
        shown: N of precision@N: how many leads a digest shows.
        draws: resamples for the intervals.
    """
    ordered = sorted(outcomes, key=lambda one: (one.at, one.lead_id))
    cut = int(len(ordered) * EARLY)
    early, late = ordered[:cut], ordered[cut:]
    if not _has_both(early) or not _has_both(late):
        return None
    labels = _labels(late)
    draw = _Draws([one.author for one in late], draws)
    ranked, calibrated = _profiles(early, late, trial)
    evaluations = [
        Evaluation(
            figures={
                name: draw.figure(_on(function, labels, values))
                for name, function, values in _figures(ranks, chances, shown)
            }
        )
        for ranks, chances in zip(ranked, calibrated, strict=True)
    ]
    gained = draw.figure(
        lambda rows: lift(labels[rows], ranked[1][rows]) - lift(labels[rows], ranked[0][rows])
    )
    against = _against(ordered, gained, evaluations[1])
    return Comparison(
        standing=evaluations[0],
        trial=evaluations[1],
        lift_gained=gained,
        may_switch=not against,
        because=against,
    )


def lift(labels: Labels, scores: Floats, share: float = 0.1) -> float:
    """Return how many times as many good ones are in the best tenth as in a random one."""
    if not labels.sum():
        return float("nan")
    top = max(1, round(len(labels) * share))
    return precision_at(labels, scores, top) / float(labels.mean())


def precision_at(labels: Labels, scores: Floats, most: int) -> float:
    """Return the share of good ones among the ``most`` best; those of one score count alike.

    Where a score is shared by more than fit in, each of them counts by its chance to be in.
    """
    most = min(most, len(labels))
    border = np.sort(scores)[::-1][most - 1]
    above, at = scores > border, scores == border
    left = most - int(above.sum())
    return (float(labels[above].sum()) + left * float(labels[at].mean())) / most


def skill(labels: Labels, chances: Floats) -> float:
    """Return the Brier skill beside always saying the base rate: 1 is perfect, 0 no better."""
    base = brier(labels, np.full(len(labels), labels.mean()))
    return 1 - brier(labels, chances) / base if base else float("nan")


def _has_both(outcomes: Sequence[Outcome]) -> bool:
    return len({one.is_good for one in outcomes}) == 2


def _labels(outcomes: Sequence[Outcome]) -> Labels:
    return np.array([int(one.is_good) for one in outcomes])


def _log_odds(outcomes: Sequence[Outcome], profile: int) -> Floats:
    scores = np.array([one.scores[profile] for one in outcomes])
    share = np.clip(scores, _EDGE, 100 - _EDGE) / 100
    odds: Floats = np.log(share / (1 - share))
    return odds


def _profiles(
    early: Sequence[Outcome], late: Sequence[Outcome], trial: int
) -> tuple[list[Floats], list[Floats]]:
    """Return for the standing profile and the trial how they rank ``late``, and the chances."""
    ranked = [_log_odds(late, profile) for profile in (0, trial)]
    fitted = [
        _calibrated(_log_odds(early, profile), _labels(early), ranks)
        for profile, ranks in zip((0, trial), ranked, strict=True)
    ]
    return ranked, fitted


def _calibrated(known: Floats, labels: Labels, asked: Floats) -> Floats:
    if len(labels) >= _ISOTONIC_FROM:
        curve = IsotonicRegression(y_min=0, y_max=1, out_of_bounds="clip").fit(known, labels)
        chances: Floats = curve.predict(asked)
        return chances
    slope, offset = fit_platt(known, labels)
    return probabilities(slope * asked + offset)


_Named = tuple[str, Callable[[Labels, Floats], float], Floats]


def _figures(ranks: Floats, chances: Floats, shown: int) -> tuple[_Named, ...]:
    return (
        ("auc", roc_auc, ranks),
        ("average_precision", average_precision, ranks),
        ("lift_at_10_percent", lift, ranks),
        (f"precision_at_{shown}", lambda y, s: precision_at(y, s, shown), ranks),
        ("brier", brier, chances),
        ("brier_skill", skill, chances),
        ("log_loss", log_loss, chances),
        ("ece", calibration_error, chances),
    )


def _on(
    function: Callable[[Labels, Floats], float], labels: Labels, values: Floats
) -> Callable[[_Rows], float]:
    return lambda rows: function(labels[rows], values[rows])


class _Draws:
    """Resamples of rows in which those of one author come and go together."""

    def __init__(self, authors: Sequence[str], draws: int) -> None:
        groups: dict[str, list[int]] = {}
        for row, author in enumerate(authors):
            groups.setdefault(author, []).append(row)
        members = [np.array(rows) for rows in groups.values()]
        generator = np.random.default_rng(7)
        self._all = np.arange(len(authors))
        self._draws = [
            np.concatenate([members[i] for i in generator.integers(0, len(members), len(members))])
            for _ in range(draws)
        ]

    def figure(self, statistic: Callable[[_Rows], float]) -> Figure:
        """Return a figure with its interval; draws in which it is not defined are left out."""
        values = np.array([statistic(rows) for rows in self._draws])
        values = values[~np.isnan(values)]
        bounds = np.percentile(values, (2.5, 97.5)) if len(values) else (math.nan, math.nan)
        return Figure(
            value=float(statistic(self._all)), low=float(bounds[0]), high=float(bounds[1])
        )


def _against(outcomes: Sequence[Outcome], gained: Figure, trial: Evaluation) -> tuple[str, ...]:
    """Return what speaks against switching to the profile on trial."""
    good = sum(one.is_good for one in outcomes)
    bad = len(outcomes) - good
    ece = trial.figures["ece"].value
    reasons = []
    if good < WON_NEEDED:
        reasons.append(f"{good} leads became an opportunity or a customer; it takes {WON_NEEDED}")
    if bad < LOST_NEEDED:
        reasons.append(f"{bad} leads were lost or disqualified; it takes {LOST_NEEDED}")
    if not gained.low > 0:
        reasons.append("its lift is not surely higher: the interval of the gain reaches 0")
    if ece > LARGEST_ECE:
        reasons.append(f"its calibration is off by {ece:.2f}, more than {LARGEST_ECE:.2f}")
    return tuple(reasons)

"""How well judgements agree with labels: every figure with a 95 % bootstrap interval."""

import math
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TypeAlias

import numpy as np
import numpy.typing as npt

from models.words import Kind, Role
from nlp import metrics
from nlp.judgement import Judgement
from nlp.labelled import LabelledPost

Ints = npt.NDArray[np.int_]
FigureJson: TypeAlias = dict[str, float | int | None]

_WORD = re.compile(r"[^\W_]+|[$\u20ac\u00a3]")
_TEXT_SLOTS = ("wants", "budget", "timeline")


@dataclass(frozen=True, slots=True)
class Figure:
    """A figure with its 95 % interval; NaN where it is not defined, as without any signal."""

    value: float
    low: float
    high: float

    def to_json(self) -> FigureJson:
        """Return the figure for JSON; what is not defined is null."""
        return {
            name: None if math.isnan(value) else round(value, 4)
            for name, value in (("value", self.value), ("low", self.low), ("high", self.high))
        }


@dataclass(frozen=True, slots=True)
class Row:
    """Figures of a part of the posts."""

    posts: int
    figures: Mapping[str, Figure]

    def to_json(self) -> dict[str, FigureJson | int]:
        """Return the row for JSON."""
        return {
            "posts": self.posts,
            **{name: figure.to_json() for name, figure in self.figures.items()},
        }


Rows: TypeAlias = Mapping[str, Row]


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """How a model did on labelled posts."""

    model: str
    threshold: float
    posts: int
    signals: int
    overall: Mapping[str, Figure]
    kinds: Rows = field(default_factory=dict)
    roles: Rows = field(default_factory=dict)
    platforms: Rows = field(default_factory=dict)
    slots: Rows = field(default_factory=dict)

    def to_json(self) -> dict[str, object]:
        """Return the report for JSON."""
        return {
            "model": self.model,
            "threshold": self.threshold,
            "posts": self.posts,
            "signals": self.signals,
            **{name: figure.to_json() for name, figure in self.overall.items()},
            **{
                part: {name: row.to_json() for name, row in rows.items()}
                for part, rows in (
                    ("kinds", self.kinds),
                    ("roles", self.roles),
                    ("platforms", self.platforms),
                    ("slots", self.slots),
                )
            },
        }


Pair: TypeAlias = tuple[LabelledPost, Judgement]


def evaluate(pairs: Sequence[Pair], *, model: str, threshold: float, draws: int = 300) -> Report:
    """Return how judgements agree with labels.

    Posts of strength 1 count neither as signals nor as others. Slots are compared on posts that
    are labelled signals and carry slots.

    Args:
        pairs: labelled posts with their judgements.
        model: the model's version.
        threshold: the calibrated probability from which on it says signal.
        draws: bootstrap samples for each interval.
    """
    clear = [(post, judged) for post, judged in pairs if post.strength != 1]
    signals = [pair for pair in pairs if pair[0].is_signal]
    return Report(
        model=model,
        threshold=threshold,
        posts=len(pairs),
        signals=len(signals),
        overall=_overall(clear, threshold, draws),
        kinds=_kinds(signals, draws),
        roles=_roles(pairs, draws),
        platforms={
            name: Row(len(part), _ranking(part, threshold, draws))
            for name, part in _parted(clear).items()
        },
        slots=_slots([pair for pair in signals if pair[0].has_slots], draws),
    )


def _figure(statistic: Callable[[Ints], float], size: int, draws: int) -> Figure:
    if not size:
        return Figure(math.nan, math.nan, math.nan)
    return Figure(statistic(np.arange(size)), *metrics.bootstrap(statistic, size, draws=draws))


def _share(right: Iterable[bool | float], draws: int) -> Figure:
    values = np.array([float(one) for one in right])
    return _figure(lambda rows: float(values[rows].mean()), len(values), draws)


def _arrays(pairs: Sequence[Pair]) -> tuple[Ints, metrics.Floats]:
    labels = np.array([int(post.is_signal) for post, _ in pairs], dtype=np.int_)
    return labels, np.array([judged.probability for _, judged in pairs], dtype=np.float64)


def _ranking(pairs: Sequence[Pair], threshold: float, draws: int) -> dict[str, Figure]:
    labels, scores = _arrays(pairs)
    return {
        "average_precision": _figure(
            lambda rows: metrics.average_precision(labels[rows], scores[rows]), len(pairs), draws
        ),
        **{
            name: _figure(
                lambda rows, name=name: float(  # type: ignore[misc]  # bound at once, for its name
                    getattr(metrics.at_threshold(labels[rows], scores[rows], threshold), name)
                ),
                len(pairs),
                draws,
            )
            for name in ("precision", "recall", "f1")
        },
    }


def _overall(pairs: Sequence[Pair], threshold: float, draws: int) -> dict[str, Figure]:
    labels, scores = _arrays(pairs)
    others: Mapping[str, Callable[[Ints, metrics.Floats], float]] = {
        "roc_auc": metrics.roc_auc,
        "recall_at_precision_90": lambda one, two: metrics.recall_at_precision(one, two, 0.9),
        "brier": metrics.brier,
        "calibration_error": metrics.calibration_error,
    }

    def over(statistic: Callable[[Ints, metrics.Floats], float]) -> Figure:
        return _figure(lambda rows: statistic(labels[rows], scores[rows]), len(pairs), draws)

    return {
        **_ranking(pairs, threshold, draws),
        **{name: over(statistic) for name, statistic in others.items()},
    }


def _parted(pairs: Sequence[Pair]) -> dict[str, list[Pair]]:
    parts: dict[str, list[Pair]] = {}
    for pair in sorted(pairs, key=lambda one: one[0].platform):
        parts.setdefault(pair[0].platform or "unknown", []).append(pair)
    return parts


def _kinds(signals: Sequence[Pair], draws: int) -> dict[str, Row]:
    """Return for each kind how many of its signals were found, and found as this kind."""
    return {
        kind: Row(
            len(part),
            {
                "found": _share((judged.signal for _, judged in part), draws),
                "right": _share((judged.kind is kind for _, judged in part), draws),
            },
        )
        for kind in Kind
        if (part := [pair for pair in signals if pair[0].kind is kind])
    }


def _roles(pairs: Sequence[Pair], draws: int) -> dict[str, Row]:
    return {
        role: Row(
            len(part),
            {
                "flagged": _share((judged.signal for _, judged in part), draws),
                "right": _share((judged.role is role for _, judged in part), draws),
            },
        )
        for role in Role
        if (part := [pair for pair in pairs if pair[0].role is role])
    }


def _slots(signals: Sequence[Pair], draws: int) -> dict[str, Row]:
    rows = {
        name: [
            _matched([getattr(judged, name)], [getattr(post, name)]) for post, judged in signals
        ]
        for name in _TEXT_SLOTS
    }
    rows["products"] = [_matched(judged.products, post.products) for post, judged in signals]
    return {name: Row(len(signals), _found(counts, draws)) for name, counts in rows.items()}


#: (values that are right, values that were found, labels that were found, labels)
_Counts: TypeAlias = tuple[int, int, int, int]


def _matched(found: Iterable[str | None], labels: Iterable[str | None]) -> _Counts:
    values, wanted = [one for one in found if one], [one for one in labels if one]
    right = sum(any(overlaps(value, label) for label in wanted) for value in values)
    hit = sum(any(overlaps(value, label) for value in values) for label in wanted)
    return right, len(values), hit, len(wanted)


def overlaps(value: str, label: str) -> bool:
    """Whether a value has at least half of the label's words."""
    words = set(_WORD.findall(label.casefold()))
    return bool(words) and 2 * len(words & set(_WORD.findall(value.casefold()))) >= len(words)


def _found(counts: Sequence[_Counts], draws: int) -> dict[str, Figure]:
    table = np.array(counts, dtype=np.float64).reshape(-1, 4)

    def ratio(part: int, whole: int) -> Figure:
        def statistic(rows: Ints) -> float:
            total = table[rows, whole].sum()
            return float(table[rows, part].sum() / total) if total else math.nan

        return _figure(statistic, len(table), draws)

    return {"precision": ratio(0, 1), "recall": ratio(2, 3)}

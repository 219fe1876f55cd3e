"""How well judgements agree with labels: every figure with a 95 % bootstrap interval."""

import math
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal, TypeAlias

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
_LENGTHS = (20, 60, 150)  # words of title and body; about a quarter of the posts each
#: Of signals and of others, or of what a share is of: drawing from fewer says nothing of others.
LEAST_FOR_INTERVAL = 10


@dataclass(frozen=True, slots=True)
class Figure:
    """A figure with its 95 % interval; NaN where it is not defined, as without any signal.

    The interval is left out (NaN) where there are too few posts for one, and where every draw gave
    the same figure: that is what was seen, and not how sure it is.
    """

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
    lengths: Rows = field(default_factory=dict)
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
                    ("lengths", self.lengths),
                    ("slots", self.slots),
                )
            },
        }


Pair: TypeAlias = tuple[LabelledPost, Judgement]


def measure(pairs: Sequence[Pair], *, model: str, threshold: float, draws: int = 300) -> Report:
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
        overall=_measured(clear, _STATISTICS, threshold, draws),
        kinds=_rows_of_words(signals, Kind, "kind", "found", draws),
        roles=_rows_of_words(pairs, Role, "role", "flagged", draws),
        platforms=_parts(clear, lambda post: post.platform or "unknown", threshold, draws),
        lengths=_parts(clear, _length, threshold, draws),
        slots=_slots([pair for pair in signals if pair[0].has_slots], draws),
    )


def _figure(statistic: Callable[[Ints], float], size: int, draws: int, *, fewest: float) -> Figure:
    """Return a figure of ``size`` posts, with an interval if ``fewest`` are enough for one."""
    if not size:
        return Figure(math.nan, math.nan, math.nan)
    value = statistic(np.arange(size))
    if fewest < LEAST_FOR_INTERVAL:
        return Figure(value, math.nan, math.nan)
    low, high = metrics.bootstrap(statistic, size, draws=draws)
    return Figure(value, low, high) if low < high else Figure(value, math.nan, math.nan)


def _share(right: Iterable[bool | float], draws: int) -> Figure:
    values = np.array([float(one) for one in right])
    return _figure(lambda rows: float(values[rows].mean()), len(values), draws, fewest=len(values))


def _fewest(labels: Ints) -> int:
    """Return how many posts the smaller class has."""
    signals = int(labels.sum())
    return min(signals, len(labels) - signals)


def _arrays(pairs: Sequence[Pair]) -> tuple[Ints, metrics.Floats]:
    labels = np.array([int(post.is_signal) for post, _ in pairs], dtype=np.int_)
    return labels, np.array([judged.probability for _, judged in pairs], dtype=np.float64)


_Statistic: TypeAlias = Callable[[Ints, metrics.Floats, float], float]


def _at_threshold(name: str) -> _Statistic:
    return lambda labels, scores, threshold: float(
        getattr(metrics.at_threshold(labels, scores, threshold), name)
    )


#: What is measured of labels, probabilities and a threshold; of a part of the posts the first few.
_STATISTICS: Mapping[str, _Statistic] = {
    "average_precision": lambda labels, scores, _: metrics.average_precision(labels, scores),
    "precision": _at_threshold("precision"),
    "recall": _at_threshold("recall"),
    "f1": _at_threshold("f1"),
    "roc_auc": lambda labels, scores, _: metrics.roc_auc(labels, scores),
    "recall_at_precision_90": lambda labels, scores, _: metrics.recall_at_precision(
        labels, scores, 0.9
    ),
    "brier": lambda labels, scores, _: metrics.brier(labels, scores),
    "calibration_error": lambda labels, scores, _: metrics.calibration_error(labels, scores),
}
_OF_A_PART = ("average_precision", "precision", "recall", "f1")


def _measured(
    pairs: Sequence[Pair], names: Iterable[str], threshold: float, draws: int
) -> dict[str, Figure]:
    labels, scores = _arrays(pairs)

    def over(statistic: _Statistic) -> Figure:
        return _figure(
            lambda rows: statistic(labels[rows], scores[rows], threshold),
            len(pairs),
            draws,
            fewest=_fewest(labels),
        )

    return {name: over(_STATISTICS[name]) for name in names}


def _parts(
    pairs: Sequence[Pair], of: Callable[[LabelledPost], str], threshold: float, draws: int
) -> dict[str, Row]:
    parts: dict[str, list[Pair]] = {}
    for pair in sorted(pairs, key=lambda one: of(one[0])):
        parts.setdefault(of(pair[0]), []).append(pair)
    return {
        name: Row(len(part), _measured(part, _OF_A_PART, threshold, draws))
        for name, part in parts.items()
    }


def _length(post: LabelledPost) -> str:
    words = len(f"{post.title} {post.body}".split())
    longest = next((most for most in _LENGTHS if words <= most), None)
    return f"up to {longest:3} words" if longest else f"over {_LENGTHS[-1]} words"


@dataclass(frozen=True, slots=True)
class Difference:
    """A figure of two models on the same posts, and by how much the second is above the first."""

    first: float
    second: float
    gain: Figure  # its interval is drawn in pairs: both models on the same sample

    def to_json(self) -> dict[str, float | FigureJson | None]:
        """Return the difference for JSON; what is not defined is null."""
        pair = {"first": self.first, "second": self.second}
        return {
            **{name: None if math.isnan(one) else round(one, 4) for name, one in pair.items()},
            "gain": self.gain.to_json(),
        }


def compare(
    first: Sequence[Pair],
    second: Sequence[Pair],
    *,
    thresholds: tuple[float, float],
    draws: int = 300,
) -> dict[str, Difference]:
    """Return each overall figure of two models that judged the same posts, in the same order."""
    clear = [row for row, (post, _) in enumerate(first) if post.strength != 1]
    labels, one = _arrays([first[row] for row in clear])
    _, two = _arrays([second[row] for row in clear])

    def difference(statistic: _Statistic) -> Difference:
        def gain(rows: Ints) -> float:
            truth = labels[rows]
            return statistic(truth, two[rows], thresholds[1]) - statistic(
                truth, one[rows], thresholds[0]
            )

        return Difference(
            statistic(labels, one, thresholds[0]),
            statistic(labels, two, thresholds[1]),
            _figure(gain, len(clear), draws, fewest=_fewest(labels)),
        )

    return {name: difference(statistic) for name, statistic in _STATISTICS.items()}


def _rows_of_words(
    pairs: Sequence[Pair],
    words: type[Kind] | type[Role],
    name: Literal["kind", "role"],
    called: str,
    draws: int,
) -> dict[str, Row]:
    """Return for each kind or role how many of its posts were taken for signals, and for it.

    Args:
        pairs: what counts.
        words: all kinds or all roles.
        name: where posts and judgements have theirs.
        called: what the share that was taken for signals is called.
        draws: bootstrap samples for each interval.
    """
    return {
        word: Row(
            len(part),
            {
                called: _share((judged.signal for _, judged in part), draws),
                "right": _share((getattr(judged, name) is word for _, judged in part), draws),
            },
        )
        for word in words
        if (part := [pair for pair in pairs if getattr(pair[0], name) is word])
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

        return _figure(statistic, len(table), draws, fewest=table[:, whole].sum())

    return {"precision": ratio(0, 1), "recall": ratio(2, 3)}

"""The score of a lead, 0..100: a sum of evidence that decays, told in parts that add up.

Source: lead-management.md, "Score". Per signal ``s = p * a[class] * 2**(-age/h[class])``, joined
by noisy-OR, moved by fit on the log-odds scale, multiplied by the negatives. All numbers come from
the scoring profile.
"""

import math
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from config.scoring import ScoringProfile
from models.words import Kind, Negative


@dataclass(frozen=True, slots=True, kw_only=True)
class Heard:
    """A signal as the score sees it."""

    signal_id: str
    kind: Kind
    probability: float  # 0..1, calibrated
    happened_at: datetime  # aware UTC
    author: str | None
    thread: str
    quality: float = 1.0  # q of its source
    negatives: frozenset[Negative] = frozenset()


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """What one signal brings to the score."""

    signal_id: str
    kind: Kind
    probability: float
    age_hours: float
    strength: float  # s: 0..0.99, after class weight and decay
    contribution: float  # -ln(1 - s): these add up
    share: float  # of all contributions, 0..1


@dataclass(frozen=True, slots=True, kw_only=True)
class Score:
    """A score with everything that made it."""

    value: float  # 0..100
    base: float  # noisy-OR of the parts, 0.001..0.99
    fit: float
    negatives: tuple[tuple[Negative, float], ...]
    parts: tuple[Part, ...]  # weightiest first
    version: str


def score(
    signals: Iterable[Heard],
    profile: ScoringProfile,
    *,
    now: datetime,
    fit: float | None = None,
) -> Score:
    """Return the score of a lead that is made of ``signals``.

    More evidence never lowers it (a negative aside), time without news never raises it, and it
    never reaches 100. ``fit`` is 0..1, None when nothing is known.
    """
    clip = profile.clip
    everything = tuple(signals)
    counted = _without_gaming(everything, profile, now)
    strengths = [(heard, strength(heard, profile, now)) for heard in counted]
    silence = math.prod(1 - s for _, s in strengths)
    base = min(max(1 - silence, clip.base_min), clip.base_max)
    known_fit = profile.fit.unknown if fit is None else fit
    negatives = _negatives(everything, profile)
    factor = math.prod(n for _, n in negatives)
    odds = math.log(base / (1 - base)) + profile.fit.slope * (2 * known_fit - 1)
    return Score(
        value=100 * factor / (1 + math.exp(-odds)),
        base=base,
        fit=known_fit,
        negatives=negatives,
        parts=_parts(strengths, now),
        version=profile.version,
    )


def strength(heard: Heard, profile: ScoringProfile, now: datetime) -> float:
    """Return what ``heard`` is worth now: probability, class, source and decay."""
    signal_class = profile.kinds.get(heard.kind)
    if signal_class is None:  # it asks for nothing any more, after an edit
        return 0.0
    weight = profile.classes[signal_class]
    age = max(now - heard.happened_at, timedelta(0))
    worth: float = (
        heard.probability * weight.weight * heard.quality * 2.0 ** -(age / weight.half_life)
    )
    return min(max(worth, 0.0), float(profile.clip.signal_max))


def _without_gaming(
    signals: Iterable[Heard], profile: ScoringProfile, now: datetime
) -> list[Heard]:
    """Keep an author's strongest signals, as many a (thread, day) and a window as the limits say.

    Days and windows lie fixed on the calendar, not around a signal: only so can a further signal
    never push out more than it brings.
    """
    limits = profile.limits
    window = max(limits.author_window.days, 1)
    ranked = sorted(signals, key=lambda h: (-strength(h, profile, now), h.signal_id))
    days: Counter[tuple[object, ...]] = Counter()
    windows: Counter[tuple[object, ...]] = Counter()
    kept: list[Heard] = []
    for heard in ranked:
        date = heard.happened_at.date()
        who = heard.author or heard.signal_id
        day = (who, heard.thread, date)
        stretch = (who, date.toordinal() // window)
        if (
            days[day] < limits.signals_per_thread_day
            and windows[stretch] < limits.signals_per_author
        ):
            days[day] += 1
            windows[stretch] += 1
            kept.append(heard)
    return kept


def _negatives(
    signals: Sequence[Heard], profile: ScoringProfile
) -> tuple[tuple[Negative, float], ...]:
    """Return each negative that holds for all signals, or that ends the search (solved).

    Signals beyond the limits speak here too: a thank-you adds nothing to the question above it,
    but says that it is answered.
    """
    if not signals:
        return ()
    shared = frozenset.intersection(*(heard.negatives for heard in signals))
    latest = max(signals, key=lambda heard: (heard.happened_at, heard.signal_id))
    holding = shared | (latest.negatives & {Negative.SOLVED})
    return tuple((n, profile.negatives[n]) for n in sorted(holding))


def _parts(strengths: Sequence[tuple[Heard, float]], now: datetime) -> tuple[Part, ...]:
    total = sum(-math.log1p(-s) for _, s in strengths) or 1.0
    parts = [
        Part(
            signal_id=heard.signal_id,
            kind=heard.kind,
            probability=heard.probability,
            age_hours=max((now - heard.happened_at).total_seconds(), 0.0) / 3600,
            strength=s,
            contribution=-math.log1p(-s),
            share=-math.log1p(-s) / total,
        )
        for heard, s in strengths
    ]
    return tuple(sorted(parts, key=lambda part: -part.contribution))

"""The score of a lead, 0..100: a sum of evidence that decays, told in parts that add up.

Source: lead-management.md, "Score". Per signal ``s = p * a[class] * q * 2**(-age/h[class])``, per
activity ``e = points/100 * 2**(-age/h)``, joined by noisy-OR, moved by fit on the log-odds scale,
multiplied by the negatives. All numbers come from the scoring profile.
"""

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from config.scoring import ScoringProfile
from models.words import ActivityKind, Kind, Negative, SignalClass
from service.rules.limits import Limit, window_of, within


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
    signal_class: SignalClass | None = None  # where it is finer than the kind


@dataclass(frozen=True, slots=True, kw_only=True)
class Done:
    """An activity of a known, consenting contact as the score sees it."""

    activity_id: str
    kind: ActivityKind
    happened_at: datetime  # aware UTC
    person: str


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
class Deed:
    """What one activity brings to the score."""

    activity_id: str
    kind: ActivityKind
    age_hours: float
    strength: float  # e: 0..0.99, after decay
    contribution: float  # -ln(1 - e)
    share: float  # of all contributions, those of the signals included


@dataclass(frozen=True, slots=True, kw_only=True)
class Score:
    """A score with everything that made it."""

    value: float  # 0..100
    base: float  # noisy-OR of the parts, 0.001..0.99
    fit: float
    negatives: tuple[tuple[Negative, float], ...]
    parts: tuple[Part, ...]  # weightiest first
    version: str
    deeds: tuple[Deed, ...] = ()  # weightiest first


def score(
    signals: Iterable[Heard],
    profile: ScoringProfile,
    *,
    now: datetime,
    fit: float | None = None,
    activities: Iterable[Done] = (),
) -> Score:
    """Return the score of a lead that is made of ``signals`` and ``activities``.

    More evidence never lowers it (a negative aside), time without news never raises it, and it
    never reaches 100. ``fit`` is 0..1, None when nothing is known.
    """
    clip = profile.clip
    everything = tuple(signals)
    heard = [(one, strength(one, profile, now)) for one in _counted(everything, profile, now)]
    done = [(one, _worth(one, profile, now)) for one in _counted_done(activities, profile, now)]
    strengths = [s for _, s in heard] + [e for _, e in done]
    base = min(max(1 - math.prod(1 - s for s in strengths), clip.base_min), clip.base_max)
    known_fit = profile.fit.unknown if fit is None else fit
    negatives = _negatives(everything, profile)
    factor = math.prod(n for _, n in negatives)
    odds = math.log(base / (1 - base)) + profile.fit.slope * (2 * known_fit - 1)
    total = sum(-math.log1p(-s) for s in strengths) or 1.0
    return Score(
        value=100 * factor / (1 + math.exp(-odds)),
        base=base,
        fit=known_fit,
        negatives=negatives,
        parts=_parts(heard, total, now),
        version=profile.version,
        deeds=_deeds(done, total, now),
    )


def fit_of(facts: Mapping[str, bool], profile: ScoringProfile) -> float | None:
    """Return how well a buyer suits us, 0..1, by the weights of the facts; None: nothing is known.

    Args:
        facts: what is known, by the fact's name; a fact without a weight doesn't count.
        profile: its ``fit.unknown`` stands for each fact that is not known: 0.5 is neutral.
    """
    weights = profile.fit.weights
    total = sum(weights.values())
    if not total or not weights.keys() & facts.keys():
        return None
    unknown = profile.fit.unknown
    known = sum(w * facts.get(name, unknown) for name, w in weights.items())
    return known / total


def class_of(heard: Heard, profile: ScoringProfile) -> SignalClass | None:
    """Return the class that ``heard`` counts as; None when it asks for nothing any more."""
    if heard.kind is Kind.NONE:  # after an edit
        return None
    if heard.signal_class is SignalClass.COMPLAINT_SWITCH:
        return profile.complaint_class
    if heard.signal_class is SignalClass.PEER_CONTACT:
        return profile.peer_reply_class
    return heard.signal_class or profile.kinds.get(heard.kind)


def strength(heard: Heard, profile: ScoringProfile, now: datetime) -> float:
    """Return what ``heard`` is worth now: probability, class, source and decay."""
    signal_class = class_of(heard, profile)
    if signal_class is None:
        return 0.0
    weight = profile.classes[signal_class]
    worth = heard.probability * weight.weight * heard.quality
    return _clipped(worth * _left(heard.happened_at, weight.half_life, now), profile)


def _worth(done: Done, profile: ScoringProfile, now: datetime) -> float:
    """Return what ``done`` is worth now: points and decay."""
    weight = profile.activities[done.kind]
    return _clipped(weight.points / 100 * _left(done.happened_at, weight.half_life, now), profile)


def _left(since: datetime, half_life: timedelta, now: datetime) -> float:
    """Return the share that is left of something after its age; the future counts as now."""
    left: float = 2.0 ** -(max(now - since, timedelta(0)) / half_life)
    return left


def _clipped(worth: float, profile: ScoringProfile) -> float:
    return min(max(worth, 0.0), float(profile.clip.signal_max))


def _counted(signals: Iterable[Heard], profile: ScoringProfile, now: datetime) -> list[Heard]:
    """Return an author's strongest signals, as many a (thread, day) and a window as count."""
    limits = profile.limits

    def limits_of(heard: Heard) -> Sequence[Limit]:
        who = heard.author or heard.signal_id
        window = window_of(heard.happened_at, limits.author_window)
        return (
            ((who, heard.thread, heard.happened_at.date()), limits.signals_per_thread_day),
            ((who, window), limits.signals_per_author),
        )

    ranked = sorted(signals, key=lambda h: (-strength(h, profile, now), h.signal_id))
    return within((heard, limits_of(heard)) for heard in ranked)


def _counted_done(
    activities: Iterable[Done], profile: ScoringProfile, now: datetime
) -> list[Done]:
    """Return all activities, but of one person's page views only so many a day."""
    most = profile.limits.page_views_per_day
    ranked = sorted(activities, key=lambda d: (-_worth(d, profile, now), d.activity_id))
    return within(
        (one, [((one.person, one.happened_at.date()), most)] if _is_view(one) else [])
        for one in ranked
    )


def _is_view(done: Done) -> bool:
    return done.kind is ActivityKind.PAGE_VIEW


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


def _parts(heard: Sequence[tuple[Heard, float]], total: float, now: datetime) -> tuple[Part, ...]:
    parts = [
        Part(
            signal_id=one.signal_id,
            kind=one.kind,
            probability=one.probability,
            age_hours=_age_hours(one.happened_at, now),
            strength=s,
            contribution=-math.log1p(-s),
            share=-math.log1p(-s) / total,
        )
        for one, s in heard
    ]
    return tuple(sorted(parts, key=lambda part: -part.contribution))


def _deeds(done: Sequence[tuple[Done, float]], total: float, now: datetime) -> tuple[Deed, ...]:
    deeds = [
        Deed(
            activity_id=one.activity_id,
            kind=one.kind,
            age_hours=_age_hours(one.happened_at, now),
            strength=e,
            contribution=-math.log1p(-e),
            share=-math.log1p(-e) / total,
        )
        for one, e in done
    ]
    return tuple(sorted(deeds, key=lambda deed: -deed.contribution))


def _age_hours(since: datetime, now: datetime) -> float:
    return max((now - since).total_seconds(), 0.0) / 3600

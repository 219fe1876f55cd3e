"""A score told as arithmetic that a person can follow from the first line to the last."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated

from pydantic import AliasChoices, BaseModel, ConfigDict, Field, JsonValue

from models.words import ActivityKind, Kind, Negative
from service.web.views.quoted import Quoted, weighty
from service.web.wording.lead_words import ACTIVITIES
from service.web.wording.words import KINDS, NEGATIVES


class Said(BaseModel):
    """What one signal brings to a score."""

    model_config = ConfigDict(frozen=True)

    signal_id: str
    kind: Kind
    probability: Annotated[float, Field(validation_alias=AliasChoices("probability", "p"))]
    age_hours: float
    strength: float = 0.0  # 0..0.99, after class weight and decay
    contribution: float


class Deed(BaseModel):
    """What one activity brings to a score."""

    model_config = ConfigDict(frozen=True)

    kind: ActivityKind
    age_hours: float
    strength: float = 0.0  # 0..0.99, after decay
    contribution: float


class Taken(BaseModel):
    """What a negative takes away."""

    model_config = ConfigDict(frozen=True)

    name: Negative
    factor: float


class Explained(BaseModel):
    """What the score keeps of how it came about; see service.rules.scoring."""

    model_config = ConfigDict(frozen=True)

    version: str
    base: float
    fit: float
    negatives: list[Taken] = []
    parts: list[Said] = []
    activities: list[Deed] = []


def read_explained(stored: dict[str, JsonValue]) -> Explained | None:
    """Return how a stored score came about; None: that was forgotten, as with an erased lead."""
    return Explained.model_validate(stored) if stored else None


def whole(score: float) -> int:
    """Return a score as it is shown, rounded down: 79.6 has not reached a bar of 80."""
    return math.floor(score + 1e-9)


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """A line of the sum."""

    words: str
    change: str  # "72", "+4", "times 0.3"
    result: int  # 0..100, after this line


@dataclass(frozen=True, slots=True, kw_only=True)
class Brought:
    """What one signal brought, or one thing that a known contact did."""

    words: str
    surety: int | None  # percent; None: it was done, not said
    age: str
    share: int  # percent of all that was heard


@dataclass(frozen=True, slots=True, kw_only=True)
class ScoreStory:
    """How a score came about."""

    steps: tuple[Step, ...]
    brought: tuple[Brought, ...]
    version: str  # of the scoring profile


def tell_score(explained: dict[str, JsonValue]) -> ScoreStory:
    """Return the steps from what was heard to the score, each with where it leaves us."""
    told = Explained.model_validate(explained)
    value = 100 * told.base
    steps = [
        Step(
            words=_evidence_words(len(told.parts), len(told.activities)),
            change=str(whole(value)),
            result=whole(value),
        )
    ]
    value = _moved_by_fit(told.base, told.fit)
    moved = whole(value) - steps[0].result
    steps.append(Step(words=_fit_words(told.fit), change=_difference(moved), result=whole(value)))
    for taken in told.negatives:
        value *= taken.factor
        factor = f"\N{MULTIPLICATION SIGN} {taken.factor:g}"
        steps.append(Step(words=NEGATIVES[taken.name], change=factor, result=whole(value)))
    return ScoreStory(steps=tuple(steps), brought=_brought(told), version=told.version)


def _evidence_words(said: int, done: int) -> str:
    """Return what the first line of the sum counts: what was said, what was done, or both."""
    signals = "one signal" if said == 1 else f"{said} signals"
    deeds = "one thing that they did" if done == 1 else f"{done} things that they did"
    if not done:
        return f"what was said, in {signals}, fading with age"
    return (
        f"what was said, in {signals}, and {deeds}, fading with age"
        if said
        else (f"{deeds} on our side, fading with age")
    )


def _difference(points: int) -> str:
    return f"{points:+d}".replace("-", "\N{MINUS SIGN}") if points else "±0"


@dataclass(frozen=True, slots=True, kw_only=True)
class Weighed:
    """Words that moved the judgement."""

    text: str
    reason: str
    weight: str  # "+2.1"
    percent: int  # of the weightiest, for a bar
    speaks_for: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class JudgementStory:
    """Why a post was flagged: weights that add up to how sure the judge is."""

    weighed: tuple[Weighed, ...]
    rest: str  # the weight of everything that is not quoted
    total: str
    surety: int  # percent
    is_uncertain: bool


def tell_judgement(
    evidence: list[Quoted], probability: float, *, uncertain: bool, most: int = 8
) -> JudgementStory:
    """Return the quoted evidence, weightiest first, and what the rest of the post adds to it."""
    shown = weighty(evidence)[:most]
    heaviest = max((abs(quote.weight) for quote in shown), default=0.0) or 1.0
    sure = min(max(probability, 0.001), 0.999)
    # Rounded one by one they need not add up to the rounded total: the rest takes what is left.
    total = _tenths(math.log(sure / (1 - sure)))
    rest = total - sum(_tenths(quote.weight) for quote in shown)
    return JudgementStory(
        weighed=tuple(
            Weighed(
                text=quote.text,
                reason=quote.reason,
                weight=_signed(_tenths(quote.weight)),
                percent=round(100 * abs(quote.weight) / heaviest),
                speaks_for=quote.weight >= 0,
            )
            for quote in shown
        ),
        rest=_signed(rest),
        total=_signed(total),
        surety=round(100 * probability),
        is_uncertain=uncertain,
    )


def _tenths(weight: float) -> int:
    return round(10 * weight)


def _signed(tenths: int) -> str:
    return f"{tenths / 10:+.1f}".replace("-", "\N{MINUS SIGN}")


def _moved_by_fit(base: float, fit: float) -> float:
    if base in (0, 1):  # nothing moves what is certain
        return 100 * base
    odds = math.log(base / (1 - base)) + (2 * fit - 1)
    return 100 / (1 + math.exp(-odds))


def _fit_words(fit: float) -> str:
    if math.isclose(fit, 0.5):
        return "how well they fit: not known yet"
    return f"how well they fit: {round(100 * fit)} of 100"


def _brought(told: Explained) -> tuple[Brought, ...]:
    weighed = [
        (part.contribution, KINDS[part.kind], round(100 * part.probability), part.age_hours)
        for part in told.parts
    ]
    done = [
        (deed.contribution, ACTIVITIES[deed.kind], None, deed.age_hours)
        for deed in told.activities
    ]
    ranked = sorted((*weighed, *done), key=lambda one: one[0], reverse=True)
    shares = _shares([one[0] for one in ranked])
    return tuple(
        Brought(words=words, surety=surety, age=_hours(age), share=share)
        for (_, words, surety, age), share in zip(ranked, shares, strict=True)
    )


def _shares(weights: Sequence[float]) -> list[int]:
    """Return whole percents that add up to 100, if there is any weight: largest remainders."""
    total = sum(weights)
    if not total:
        return [0] * len(weights)
    exact = [100 * weight / total for weight in weights]
    shares = [math.floor(one) for one in exact]
    by_remainder = sorted(range(len(exact)), key=lambda n: shares[n] - exact[n])
    for n in by_remainder[: 100 - sum(shares)]:
        shares[n] += 1
    return shares


def _hours(hours: float) -> str:
    if hours < 1:
        return "under an hour old"
    return f"{hours:.0f} h old" if hours < 48 else f"{hours / 24:.0f} d old"

"""A score told as arithmetic that a person can follow from the first line to the last."""

import math
from dataclasses import dataclass
from typing import Annotated

from pydantic import AliasChoices, BaseModel, ConfigDict, Field, JsonValue

from models.words import Kind, Negative
from service.web.views.quoted import Quoted, weighty
from service.web.words import KINDS, NEGATIVES


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True)

    signal_id: str
    kind: Kind
    probability: Annotated[float, Field(validation_alias=AliasChoices("probability", "p"))]
    age_hours: float
    contribution: float


class _Taken(BaseModel):
    model_config = ConfigDict(frozen=True)

    name: Negative
    factor: float


class _Explained(BaseModel):
    """What the score keeps of how it came about; see service.rules.scoring."""

    model_config = ConfigDict(frozen=True)

    version: str
    base: float
    fit: float
    negatives: list[_Taken] = []
    parts: list[_Part] = []


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
    """What one signal brought."""

    signal_id: str
    words: str
    surety: int  # percent
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
    told = _Explained.model_validate(explained)
    heard, value = len(told.parts), 100 * told.base
    counted = "one signal" if heard == 1 else f"{heard} signals"
    steps = [
        Step(
            words=f"what was said, in {counted}, fading with age",
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
    return ScoreStory(steps=tuple(steps), brought=_brought(told.parts), version=told.version)


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
    total = math.log(sure / (1 - sure))
    rest = total - sum(quote.weight for quote in shown)
    return JudgementStory(
        weighed=tuple(
            Weighed(
                text=quote.text,
                reason=quote.reason,
                weight=_signed(quote.weight),
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


def _signed(weight: float) -> str:
    return f"{weight:+.1f}".replace("-", "\N{MINUS SIGN}")


def _moved_by_fit(base: float, fit: float) -> float:
    odds = math.log(base / (1 - base)) + (2 * fit - 1)
    return 100 / (1 + math.exp(-odds))


def _fit_words(fit: float) -> str:
    if math.isclose(fit, 0.5):
        return "how well they fit: not known, which changes nothing"
    return f"how well they fit: {round(100 * fit)} of 100"


def _brought(parts: list[_Part]) -> tuple[Brought, ...]:
    total = sum(part.contribution for part in parts) or 1.0
    return tuple(
        Brought(
            signal_id=part.signal_id,
            words=KINDS[part.kind],
            surety=round(100 * part.probability),
            age=_hours(part.age_hours),
            share=round(100 * part.contribution / total),
        )
        for part in parts
    )


def _hours(hours: float) -> str:
    if hours < 1:
        return "under an hour old"
    return f"{hours:.0f} h old" if hours < 48 else f"{hours / 24:.0f} d old"

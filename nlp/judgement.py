"""What judging a post gives back: plain frozen values, no rows."""

import math
from dataclasses import dataclass

from models.words import Kind, Negative, Role


@dataclass(frozen=True, slots=True, kw_only=True)
class Span:
    """A place in a post. Offsets are Unicode code points of the field's original text."""

    field: str  # "title" or "body"
    start: int
    end: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """Words of the author that moved the judgement, and by how much."""

    text: str
    span: Span
    reason: str  # short, for a rep: "asks for a recommendation"
    weight: float  # log-odds; may be negative


@dataclass(frozen=True, slots=True, kw_only=True)
class Slot:
    """A fact that the author states, quoted."""

    name: (
        str  # wants, products, competitors, budget, timeline, authority, need, team_size, location
    )
    text: str
    span: Span
    normalised: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Judgement:
    """What one post says about its author's buying."""

    signal: bool
    uncertain: bool
    solved: bool
    probability: float  # 0..1, calibrated
    strength: int  # 0..3
    kind: Kind
    role: Role
    journey_step: int | None  # 1..6, None when there is no signal
    language: str  # ISO 639-1, "und" when it can't be told
    wants: str | None
    products: tuple[str, ...]
    budget: str | None
    timeline: str | None
    authority: bool | None
    slots: tuple[Slot, ...]
    evidence: tuple[Evidence, ...]  # strongest first
    negatives: tuple[Negative, ...]
    model: str  # version

    @property
    def log_odds(self) -> float | None:
        """What the evidence comes to; None of a post in a language that no model judges."""
        if not 0 < self.probability < 1:
            return None
        return math.log(self.probability) - math.log1p(-self.probability)

    @property
    def rest(self) -> float | None:
        """What of the log-odds no quoted words account for.

        How often people ask at all, the length and shape of the post, words that say little alone.
        """
        if self.log_odds is None:
            return None
        return self.log_odds - math.fsum(one.weight for one in self.evidence)


@dataclass(frozen=True, slots=True, kw_only=True)
class TopicMatch:
    """A topic that a post is about, with the phrases that say so."""

    topic_id: str
    phrases: tuple[
        Evidence, ...
    ]  # reason names the phrase's list: keyword, product, competitor, problem
    fit: float  # 0..1

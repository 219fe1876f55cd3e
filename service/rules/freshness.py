"""How fresh a lead is: what is left of what was heard, and when its score will have faded.

Source: lead-management.md, "Score": every signal and activity halves in its own time. Without
news a score only falls, so the moment at which it passes a bar can be told beforehand.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from config.scoring import ScoringProfile

#: Nobody plans further ahead.
HORIZON = timedelta(days=60)
_STEP = timedelta(minutes=30)


@dataclass(frozen=True, slots=True, kw_only=True)
class Fading:
    """Something that was heard or done, as it stood when the score was made."""

    strength: float  # 0..0.99, after decay
    age: timedelta
    half_life: timedelta


@dataclass(frozen=True, slots=True, kw_only=True)
class Made:
    """What a score was made of."""

    evidence: tuple[Fading, ...]
    fit: float
    factor: float  # of the negatives together


def left(made: Made) -> float:
    """Return the share, 0..1, that is left of the evidence since it was fresh."""
    then = sum(min(one.strength * 2 ** (one.age / one.half_life), 1.0) for one in made.evidence)
    now = sum(one.strength for one in made.evidence)
    return min(now / then, 1.0) if then else 0.0


def score_in(made: Made, profile: ScoringProfile, after: timedelta) -> float:
    """Return the score, 0..100, after a time without news."""
    strengths = [one.strength * 2 ** -(after / one.half_life) for one in made.evidence]
    raw = 1 - math.prod(1 - strength for strength in strengths)
    base = min(max(raw, profile.clip.base_min), profile.clip.base_max)
    odds = math.log(base / (1 - base)) + profile.fit.slope * (2 * made.fit - 1)
    return 100 * made.factor / (1 + math.exp(-odds))


def time_above(made: Made, profile: ScoringProfile, bar: float) -> timedelta | None:
    """Return how long the score stays at ``bar`` or above without news, to half an hour.

    None: it is below already. What lasts beyond `HORIZON` gives that.
    """
    steps = HORIZON // _STEP
    if score_in(made, profile, timedelta(0)) < bar:
        return None
    low, high = 0, steps
    while low < high:  # the last step at which it still stands
        middle = (low + high + 1) // 2
        if score_in(made, profile, middle * _STEP) >= bar:
            low = middle
        else:
            high = middle - 1
    return low * _STEP


def outlook(
    made: Made, profile: ScoringProfile, days: Sequence[int]
) -> tuple[tuple[int, int], ...]:
    """Return the score, rounded down, after each of ``days`` without news."""
    return tuple(
        (day, math.floor(score_in(made, profile, timedelta(days=day)) + 1e-9)) for day in days
    )

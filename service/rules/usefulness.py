"""Whether a digest was worth reading: what was accepted of what it showed, and what follows."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

#: A threshold is proposed from this many verdicts of each kind: fewer say nothing.
ENOUGH = 10
#: A threshold may cost this share of what was accepted, and no more.
MAY_COST = 0.05


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """A lead that a digest showed, and what its reader made of it."""

    on: date  # when it was shown first
    score: float  # at that time
    accepted: bool | None = None  # None: nothing yet


@dataclass(frozen=True, slots=True, kw_only=True)
class Week:
    """What became of what was shown first in one week."""

    monday: date
    shown: int
    accepted: int
    rejected: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Proposal:
    """A lowest score for a reader's digest, and what it would have done."""

    min_score: int
    spared: int  # rejected leads that would not have been shown
    rejected: int
    missed: int  # accepted ones that would not
    accepted: int


def by_week(shown: Iterable[Shown]) -> tuple[Week, ...]:
    """Return a line for each week in which something was shown, the newest first."""
    weeks: dict[date, list[Shown]] = defaultdict(list)
    for one in shown:
        weeks[one.on - timedelta(days=one.on.weekday())].append(one)
    return tuple(
        Week(
            monday=monday,
            shown=len(weeks[monday]),
            accepted=sum(one.accepted is True for one in weeks[monday]),
            rejected=sum(one.accepted is False for one in weeks[monday]),
        )
        for monday in sorted(weeks, reverse=True)
    )


def propose(shown: Sequence[Shown]) -> Proposal | None:
    """Return the threshold that spares the reader most and costs at most 1 in 20 accepted leads.

    None when there are fewer than ten verdicts of either kind, or nothing would be gained.
    """
    accepted = sorted(one.score for one in shown if one.accepted is True)
    rejected = [one.score for one in shown if one.accepted is False]
    if len(accepted) < ENOUGH or len(rejected) < ENOUGH:
        return None
    lowest = int(accepted[int(len(accepted) * MAY_COST)])  # rounded down: it stays in
    spared = sum(score < lowest for score in rejected)
    if not spared:
        return None
    return Proposal(
        min_score=lowest,
        spared=spared,
        rejected=len(rejected),
        missed=sum(score < lowest for score in accepted),
        accepted=len(accepted),
    )

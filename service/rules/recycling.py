"""What comes of leads that sales handed back: the last drop of value.

Source: lead-management.md, "Report definitions": recycle yield = won after hand-back.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from service.rules.figures import share
from service.rules.money import Money, Sums, sums


@dataclass(frozen=True, slots=True, kw_only=True)
class HandedBack:
    """A lead that was handed back for the first time in the period."""

    reason: str
    returned: bool  # ready for sales again since
    won: bool
    revenue: Money | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Recycled:
    """What came of the leads that were handed back for one reason."""

    reason: str | None  # None: all of them
    handed_back: int
    returned: int
    won: int
    yield_: float | None  # won / handed back
    revenue: Sums


def recycled(leads: Iterable[HandedBack]) -> tuple[Recycled, ...]:
    """Return what came of ``leads``: of all, and then by reason, the most frequent first."""
    everything = list(leads)
    reasons: dict[str, list[HandedBack]] = defaultdict(list)
    for lead in everything:
        reasons[lead.reason].append(lead)
    ranked = sorted(reasons.items(), key=lambda pair: (-len(pair[1]), pair[0]))
    return (_of(None, everything), *(_of(reason, some) for reason, some in ranked))


def _of(reason: str | None, leads: Sequence[HandedBack]) -> Recycled:
    won = sum(lead.won for lead in leads)
    return Recycled(
        reason=reason,
        handed_back=len(leads),
        returned=sum(lead.returned for lead in leads),
        won=won,
        yield_=share(won, len(leads)),
        revenue=sums(lead.revenue for lead in leads if lead.revenue is not None),
    )

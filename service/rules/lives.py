"""What reports know of a lead: where it came from, how far it got, and when."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from models.words import LeadStatus
from service.rules.money import Money

S = LeadStatus

#: How far on its way to a customer a lead is; the statuses that are missing are beside the way.
WAY: Mapping[LeadStatus, int] = {
    S.DETECTED: 0,
    S.MQL: 1,
    S.SALES_READY: 2,
    S.OFFERED: 3,
    S.ACCEPTED: 4,
    S.WORKING: 5,
    S.OPPORTUNITY: 6,
    S.WON: 7,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Lives:
    """Leads that are alike in all that reports ask. Merged ones are none: their survivors are."""

    topic: str
    source: str  # slug of where they were heard first
    won: bool
    furthest: int  # see WAY
    leads: int = 1
    revenue: Money | None = None  # of all of them together; None: not won, or no amounts

    def reached(self, status: LeadStatus) -> bool:
        """Tell whether they got as far as ``status``, even if they went back since."""
        return self.furthest >= WAY[status]


def count(lives: Iterable[Lives]) -> int:
    """Return how many leads there are in ``lives``."""
    return sum(one.leads for one in lives)

"""What reports know of a lead: where it came from, how far it got, and when."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

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
class Life:
    """A lead as reports see it. Merged leads have none: their survivors do."""

    lead_id: str
    topic: str
    source: str  # slug of where its first signal was heard; "-" when no signal is left
    status: LeadStatus
    furthest: int  # see WAY
    opened_at: datetime
    first_signal_at: datetime
    handed_off_at: datetime | None = None  # first ready for sales
    first_touch_at: datetime | None = None
    closed_at: datetime | None = None
    worth: Money | None = None

    def reached(self, status: LeadStatus) -> bool:
        """Tell whether it got as far as ``status``, even if it went back since."""
        return self.furthest >= WAY[status]

    @property
    def revenue(self) -> Money | None:
        """What it brought; None unless it is won and somebody noted the amount."""
        return self.worth if self.status is S.WON else None

"""Leads that nobody did anything for, trees that fall in the forest: rows E9, E25 and E27."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from models.words import LeadStatus

#: A month without anything done is neglect, unless somebody says a different time, or what is to
#: be sold has one of its own.
USUAL = timedelta(days=30)


@dataclass(frozen=True, slots=True, kw_only=True)
class Waiting:
    """A live lead and when somebody last did something for it."""

    lead_id: str
    title: str
    status: LeadStatus
    score: float
    owner: str | None  # a handle
    opened_at: datetime
    touched_at: datetime | None  # the last touchpoint
    moved_at: datetime | None  # the last move that a person made
    due_at: datetime | None
    after: timedelta = USUAL  # without anything done for so long, it is neglected

    @property
    def last_action_at(self) -> datetime:
        """When a person last did something for it; at first that is its opening."""
        return max(at for at in (self.opened_at, self.touched_at, self.moved_at) if at is not None)


def neglected(
    leads: Iterable[Waiting], *, now: datetime, after: timedelta | None = None
) -> tuple[Waiting, ...]:
    """Return the leads for which nobody did anything for too long, the longest first.

    ``after``: how long that is, for all of them; None: what each of them says.
    """
    found = [lead for lead in leads if lead.last_action_at + (after or lead.after) <= now]
    return tuple(sorted(found, key=lambda lead: (lead.last_action_at, lead.lead_id)))

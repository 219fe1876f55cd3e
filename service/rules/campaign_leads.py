"""A campaign from its beginning to the close: its leads, who followed them up, what they became.

Source: lead-management.md, "Report definitions". A lead is a campaign's when its first signal was
heard in the campaign's days and is about it, whatever became of the lead since and whenever. So
the revenue of its leads is what first touch gives it; what last touch and linear give it comes
from `service.rules.attribution`, out of the same amounts.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from models.words import LeadStatus
from service.rules.attribution import Win, attribute
from service.rules.figures import quantile, share
from service.rules.lives import WAY
from service.rules.money import Money, Sums
from service.rules.speed import NEVER, HandedOff, is_followed_up, speed

S = LeadStatus

#: What a touch is labelled with that a campaign can claim; all others are labelled "".
CLAIMED = "campaign"


@dataclass(frozen=True, slots=True, kw_only=True)
class CampaignLead:
    """A lead of a campaign."""

    id: str
    status: LeadStatus
    furthest: int  # see service.rules.lives.WAY
    heard_at: datetime
    opened_at: datetime
    handed_off_at: datetime | None = None
    accepted_at: datetime | None = None
    first_touch_at: datetime | None = None
    closed_at: datetime | None = None
    revenue: Money | None = None  # None: not won, or without an amount

    def reached(self, status: LeadStatus) -> bool:
        """Tell whether it got as far as ``status``, even if it went back since."""
        return self.furthest >= WAY[status]


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """A step on the way from what is said to what is bought."""

    name: str
    reached: int
    conversion: float | None  # of the step before; None for the first, and of nothing
    after: timedelta | None = None  # half of them were here so long after they were heard


#: The steps of a campaign's funnel after its mentions.
STEPS: Mapping[str, LeadStatus] = {
    "leads": S.DETECTED,
    "handed off": S.SALES_READY,
    "accepted": S.ACCEPTED,
    "contacted": S.WORKING,
    "opportunity": S.OPPORTUNITY,
    "won": S.WON,
}


def funnel(mentions: int, leads: Sequence[CampaignLead]) -> tuple[Step, ...]:
    """Return the steps from a campaign's mentions to its won leads."""

    def won_at(lead: CampaignLead) -> datetime | None:
        return lead.closed_at if lead.status is S.WON else None

    moments: Mapping[str, Callable[[CampaignLead], datetime | None]] = {
        "leads": lambda lead: lead.opened_at,
        "handed off": lambda lead: lead.handed_off_at,
        "accepted": lambda lead: lead.accepted_at,
        "contacted": lambda lead: lead.first_touch_at,
        "opportunity": lambda _: None,
        "won": won_at,
    }
    steps = [Step(name="mentions", reached=mentions, conversion=None)]
    for name, status in STEPS.items():
        at = moments[name]
        here = [lead for lead in leads if lead.reached(status)]
        spans = [(when - lead.heard_at).total_seconds() for lead in here if (when := at(lead))]
        median = quantile(spans, 0.5)
        steps.append(
            Step(
                name=name,
                reached=len(here),
                conversion=share(len(here), steps[-1].reached),
                after=None if median is None else timedelta(seconds=median),
            )
        )
    return tuple(steps)


@dataclass(frozen=True, slots=True, kw_only=True)
class FollowUp:
    """What sales did with the leads that it was handed."""

    handed_off: int
    followed_up: int  # had a contact within 30 days
    waiting: int  # had none, and it is not 30 days yet
    never: int
    rate: float | None  # followed up of handed off: nobody is counted as called who was not
    clock_p50: timedelta | None  # from the hand-off to the first contact
    clock_p90: timedelta | None


def follow_up(leads: Sequence[CampaignLead], *, now: datetime) -> FollowUp:
    """Return how the leads were followed up that were handed to sales."""
    handed = [
        HandedOff(at=lead.handed_off_at, first_touch_at=lead.first_touch_at)
        for lead in leads
        if lead.handed_off_at is not None
    ]
    done = sum(is_followed_up(one) for one in handed)
    waiting = sum(not is_followed_up(one) and one.at + NEVER > now for one in handed)
    fast = speed(handed, now=now)
    return FollowUp(
        handed_off=len(handed),
        followed_up=done,
        waiting=waiting,
        never=len(handed) - done - waiting,
        rate=share(done, len(handed)),
        clock_p50=fast.clock_p50,
        clock_p90=fast.clock_p90,
    )


class Handed(StrEnum):
    """What sales did with a lead so far."""

    NOT = "not handed off"
    FOLLOWED_UP = "followed up"  # had a contact within 30 days
    WAITING = "waiting"  # had none, and it is not 30 days yet
    NEVER = "never"


def handed(at: datetime | None, first_touch_at: datetime | None, *, now: datetime) -> Handed:
    """Return what sales did with a lead that it was handed at ``at``."""
    if at is None:
        return Handed.NOT
    if is_followed_up(HandedOff(at=at, first_touch_at=first_touch_at)):
        return Handed.FOLLOWED_UP
    return Handed.WAITING if at + NEVER > now else Handed.NEVER


@dataclass(frozen=True, slots=True, kw_only=True)
class Fate:
    """Leads that are alike in what became of them."""

    status: LeadStatus
    furthest: int  # see service.rules.lives.WAY
    handed: Handed
    leads: int = 1
    revenue: Money | None = None  # of all of them; None: not won, or without amounts
    unpriced: int = 0  # won, and nobody said for how much

    def reached(self, status: LeadStatus) -> bool:
        """Tell whether they got as far as ``status``, even if they went back since."""
        return self.furthest >= WAY[status]


def how_many(
    fates: Iterable[Fate], *, handed: Handed | None = None, reached: LeadStatus = S.DETECTED
) -> int:
    """Return how many leads there are in ``fates``, of those of which something is true."""
    return sum(one.leads for one in fates if one.reached(reached) and handed in {None, one.handed})


class Became(StrEnum):
    """What a lead is now."""

    WON = "won"
    LOST = "lost"
    DISQUALIFIED = "disqualified"
    WITH_SALES = "with sales"
    WITH_MARKETING = "with marketing"
    ERASED = "erased"


_BECAME = {
    S.WON: Became.WON,
    S.LOST: Became.LOST,
    S.DISQUALIFIED: Became.DISQUALIFIED,
    S.ERASED: Became.ERASED,
    S.DETECTED: Became.WITH_MARKETING,
    S.MQL: Became.WITH_MARKETING,
    S.NURTURING: Became.WITH_MARKETING,
}


def became(status: LeadStatus) -> Became:
    """Return what a lead of this status is, to who handed it over."""
    return _BECAME.get(status, Became.WITH_SALES)


def outcomes(leads: Iterable[CampaignLead | Fate]) -> dict[Became, int]:
    """Return how many leads became what; the counts add up to all leads."""
    counts: Counter[Became] = Counter()
    for one in leads:
        counts[became(one.status)] += one.leads if isinstance(one, Fate) else 1
    return {what: counts[what] for what in Became}


@dataclass(frozen=True, slots=True, kw_only=True)
class Claim:
    """What three models of attribution give a campaign of the revenue it had a part in."""

    first: Sums
    last: Sums
    linear: Sums


def claim(wins: Sequence[Win]) -> Claim:
    """Return what is a campaign's of ``wins``, whose touches are labelled `CLAIMED` or not."""
    for credit in attribute(wins):
        if credit.source == CLAIMED:
            return Claim(first=credit.first, last=credit.last, linear=credit.linear)
    return Claim(first=(), last=(), linear=())

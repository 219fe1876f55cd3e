"""Two funnels: how many leads get how far, and how long they stay where.

Source: lead-management.md, "Report definitions": stage conversion and median time in stage per
cohort week. Marketing's cohort are the leads that were opened in a week; that of sales are those
that became ready for sales in it. So a week's numbers grow until its leads are through, and weeks
can be compared at the same age.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from models.words import DeclineReason, LeadStatus, OfferState
from service.rules.figures import share
from service.rules.lives import WAY
from service.rules.period import Period

S = LeadStatus

MARKETING = (S.DETECTED, S.MQL, S.SALES_READY)
SALES = (S.SALES_READY, S.OFFERED, S.ACCEPTED, S.WORKING, S.OPPORTUNITY, S.WON)


@dataclass(frozen=True, slots=True, kw_only=True)
class Entered:
    """So many leads that came into a funnel in the same week and got equally far."""

    week: date  # a Monday
    furthest: int  # see service.rules.lives.WAY
    leads: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Stays:
    """How long leads of a week stayed in a status: stays that are over; a lead can have some."""

    week: date | None  # in which they came into the funnel, not into the status; None: any
    status: LeadStatus
    median: timedelta


@dataclass(frozen=True, slots=True, kw_only=True)
class Stage:
    """A stage of a funnel, for one cohort."""

    week: date | None  # a Monday; None: the whole period
    status: LeadStatus
    reached: int  # leads that got here or further
    conversion: float | None  # of those that reached the stage before; None for the first
    median_stay: timedelta | None  # of stays that are over; a lead can have several


def funnel(
    statuses: Sequence[LeadStatus],
    entered: Iterable[Entered],
    stays: Iterable[Stays],
    *,
    period: Period,
) -> tuple[Stage, ...]:
    """Return the stages of a funnel for the whole period and then for each of its weeks."""
    cohorts: dict[date | None, Counter[int]] = defaultdict(Counter)
    for one in entered:
        cohorts[one.week][one.furthest] += one.leads
        cohorts[None][one.furthest] += one.leads
    medians = {(stay.week, stay.status): stay.median for stay in stays}
    return tuple(
        stage
        for week in (None, *period.weeks())
        for stage in _stages(week, statuses, cohorts.get(week, {}), medians)
    )


def _stages(
    week: date | None,
    statuses: Sequence[LeadStatus],
    cohort: Mapping[int, int],
    medians: Mapping[tuple[date | None, LeadStatus], timedelta],
) -> Iterable[Stage]:
    before: int | None = None
    for status in statuses:
        reached = sum(leads for furthest, leads in cohort.items() if furthest >= WAY[status])
        yield Stage(
            week=week,
            status=status,
            reached=reached,
            conversion=None if before is None else share(reached, before),
            median_stay=medians.get((week, status)),
        )
        before = reached


@dataclass(frozen=True, slots=True, kw_only=True)
class Offered:
    """So many offers ended in this way."""

    state: OfferState
    reason: DeclineReason | None
    count: int


@dataclass(frozen=True, slots=True, kw_only=True)
class HandOff:
    """What happens between the two funnels."""

    opened: int  # leads that were opened in the period
    handed_off: int  # of those, ever ready for sales
    hand_off_rate: float | None
    offers: int  # made in the period; a lead can have several
    still_open: int
    withdrawn: int
    accepted: int
    declined: int
    expired: int
    accept_rate: float | None  # of those that were answered or ran out
    decline_rate: float | None
    expiry_rate: float | None
    declined_because: Mapping[DeclineReason, int]


def hand_off(entered: Iterable[Entered], offers: Iterable[Offered]) -> HandOff:
    """Return how marketing's leads reach sales, and what sales says to them."""
    cohort = list(entered)
    states: dict[OfferState, int] = dict.fromkeys(OfferState, 0)
    reasons: dict[DeclineReason, int] = dict.fromkeys(DeclineReason, 0)
    for offered in offers:
        states[offered.state] += offered.count
        if offered.state is OfferState.DECLINED and offered.reason is not None:
            reasons[offered.reason] += offered.count
    opened = sum(one.leads for one in cohort)
    handed_off = sum(one.leads for one in cohort if one.furthest >= WAY[S.SALES_READY])
    accepted, declined = states[OfferState.ACCEPTED], states[OfferState.DECLINED]
    expired = states[OfferState.EXPIRED]
    ended = accepted + declined + expired
    return HandOff(
        opened=opened,
        handed_off=handed_off,
        hand_off_rate=share(handed_off, opened),
        offers=sum(states.values()),
        still_open=states[OfferState.OPEN],
        withdrawn=states[OfferState.WITHDRAWN],
        accepted=accepted,
        declined=declined,
        expired=expired,
        accept_rate=share(accepted, ended),
        decline_rate=share(declined, ended),
        expiry_rate=share(expired, ended),
        declined_because=reasons,
    )

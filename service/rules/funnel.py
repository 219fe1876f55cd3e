"""Two funnels: how many leads get how far, and how long they stay where.

Source: lead-management.md, "Report definitions": stage conversion and median time in stage per
cohort week. Marketing's cohort are the leads that were opened in a week; that of sales are those
that became ready for sales in it. So a week's numbers grow until its leads are through, and weeks
can be compared at the same age.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from models.words import DeclineReason, LeadStatus, OfferState
from service.rules.figures import quantile, share
from service.rules.lives import WAY
from service.rules.period import Period

S = LeadStatus

MARKETING = (S.DETECTED, S.MQL, S.SALES_READY)
SALES = (S.SALES_READY, S.OFFERED, S.ACCEPTED, S.WORKING, S.OPPORTUNITY, S.WON)


@dataclass(frozen=True, slots=True, kw_only=True)
class Entered:
    """A lead that came into a funnel."""

    at: datetime
    furthest: int  # see service.rules.lives.WAY


@dataclass(frozen=True, slots=True, kw_only=True)
class Stay:
    """A stay in a status that is over."""

    entered_at: datetime  # when its lead came into the funnel, not into the status
    status: LeadStatus
    lasted: timedelta


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
    stays: Iterable[Stay],
    *,
    period: Period,
) -> tuple[Stage, ...]:
    """Return the stages of a funnel for the whole period and then for each of its weeks."""
    cohorts: dict[date | None, list[int]] = defaultdict(list)
    for one in entered:
        cohorts[period.week_of(one.at)].append(one.furthest)
        cohorts[None].append(one.furthest)
    lengths: dict[tuple[date | None, LeadStatus], list[float]] = defaultdict(list)
    for stay in stays:
        for week in (None, period.week_of(stay.entered_at)):
            lengths[week, stay.status].append(stay.lasted.total_seconds())
    return tuple(
        stage
        for week in (None, *period.weeks())
        for stage in _stages(week, statuses, cohorts.get(week, ()), lengths)
    )


def _stages(
    week: date | None,
    statuses: Sequence[LeadStatus],
    furthest: Sequence[int],
    lengths: Mapping[tuple[date | None, LeadStatus], Sequence[float]],
) -> Iterable[Stage]:
    before: int | None = None
    for status in statuses:
        reached = sum(one >= WAY[status] for one in furthest)
        median = quantile(lengths.get((week, status), ()), 0.5)
        yield Stage(
            week=week,
            status=status,
            reached=reached,
            conversion=None if before is None else share(reached, before),
            median_stay=None if median is None else timedelta(seconds=median),
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
    furthest = [one.furthest for one in entered]
    states: dict[OfferState, int] = dict.fromkeys(OfferState, 0)
    reasons: dict[DeclineReason, int] = dict.fromkeys(DeclineReason, 0)
    for offered in offers:
        states[offered.state] += offered.count
        if offered.reason is not None:
            reasons[offered.reason] += offered.count
    handed_off = sum(one >= WAY[S.SALES_READY] for one in furthest)
    accepted, declined = states[OfferState.ACCEPTED], states[OfferState.DECLINED]
    expired = states[OfferState.EXPIRED]
    ended = accepted + declined + expired
    return HandOff(
        opened=len(furthest),
        handed_off=handed_off,
        hand_off_rate=share(handed_off, len(furthest)),
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

"""The life of a lead: which moves there are, on which event, and what guards them.

The table is lead-management's "Statuses and transitions"; the guards carry its numbers (G1-G7).
Nothing here touches a row: `move` judges plain facts and says what to write.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from models.score import shown
from models.words import (
    DeclineReason,
    DisqualifyReason,
    Funnel,
    HandBackReason,
    LeadStatus,
    LostReason,
    WonReason,
)

S = LeadStatus


class LeadEvent(StrEnum):
    """What makes a lead move."""

    SCORED = "scored"
    PROMOTED = "promoted"  # by a person, with a reason
    PARKED = "parked"
    OFFERED = "offered"
    ACCEPTED = "accepted"
    DECLINED = "declined"
    DECLINED_NOT_A_LEAD = "declined_not_a_lead"
    LEASE_EXPIRED = "lease_expired"
    REASSIGNED = "reassigned"
    TOUCHED = "touched"
    SLA_EXPIRED = "sla_expired"
    HANDED_BACK = "handed_back"
    QUALIFIED = "qualified"
    WENT_STALE = "went_stale"
    WON = "won"
    LOST = "lost"
    DISQUALIFIED = "disqualified"
    EXPIRED = "expired"
    REOPENED = "reopened"
    MERGED = "merged"
    UNMERGED = "unmerged"  # a merge is undone
    ERASED = "erased"


E = LeadEvent

FUNNELS: Mapping[LeadStatus, Funnel] = {
    S.DETECTED: Funnel.MARKETING,
    S.MQL: Funnel.MARKETING,
    S.NURTURING: Funnel.MARKETING,
    S.SALES_READY: Funnel.SALES,
    S.OFFERED: Funnel.SALES,
    S.ACCEPTED: Funnel.SALES,
    S.WORKING: Funnel.SALES,
    S.OPPORTUNITY: Funnel.SALES,
    S.WON: Funnel.CLOSED,
    S.LOST: Funnel.CLOSED,
    S.DISQUALIFIED: Funnel.CLOSED,
    S.MERGED: Funnel.CLOSED,
    S.ERASED: Funnel.CLOSED,
}
CLOSED = frozenset(s for s in S if FUNNELS[s] is Funnel.CLOSED)
LIVE = frozenset(S) - CLOSED
#: A rep has said yes and answers for it.
OWNED = frozenset({S.ACCEPTED, S.WORKING, S.OPPORTUNITY})

_ENDINGS: dict[LeadEvent, LeadStatus] = {E.MERGED: S.MERGED, E.ERASED: S.ERASED}

#: (from, event) -> where to. Anything absent is refused, so nothing can be skipped (G1).
MOVES: Mapping[LeadStatus, Mapping[LeadEvent, frozenset[LeadStatus]]] = {
    S.DETECTED: {
        E.SCORED: frozenset({S.MQL, S.SALES_READY}),
        E.PROMOTED: frozenset({S.SALES_READY}),
        E.PARKED: frozenset({S.NURTURING}),
        E.DISQUALIFIED: frozenset({S.DISQUALIFIED}),
    },
    S.MQL: {
        E.SCORED: frozenset({S.DETECTED, S.SALES_READY}),
        E.PROMOTED: frozenset({S.SALES_READY}),
        E.PARKED: frozenset({S.NURTURING}),
        E.DISQUALIFIED: frozenset({S.DISQUALIFIED}),
    },
    S.NURTURING: {
        E.SCORED: frozenset({S.MQL, S.SALES_READY}),
        E.PROMOTED: frozenset({S.SALES_READY}),
        E.EXPIRED: frozenset({S.DISQUALIFIED}),
        E.DISQUALIFIED: frozenset({S.DISQUALIFIED}),
    },
    S.SALES_READY: {
        E.OFFERED: frozenset({S.OFFERED}),
        E.PARKED: frozenset({S.NURTURING}),
        E.DISQUALIFIED: frozenset({S.DISQUALIFIED}),
    },
    S.OFFERED: {
        E.ACCEPTED: frozenset({S.ACCEPTED}),
        E.DECLINED: frozenset({S.SALES_READY}),
        E.LEASE_EXPIRED: frozenset({S.SALES_READY}),
        E.DECLINED_NOT_A_LEAD: frozenset({S.MQL}),
        E.REASSIGNED: frozenset({S.OFFERED, S.SALES_READY}),  # to somebody, or to the queue
    },
    S.ACCEPTED: {
        E.TOUCHED: frozenset({S.WORKING}),
        E.SLA_EXPIRED: frozenset({S.SALES_READY}),
        E.REASSIGNED: frozenset({S.OFFERED, S.SALES_READY}),
        E.HANDED_BACK: frozenset({S.NURTURING}),
        E.DISQUALIFIED: frozenset({S.DISQUALIFIED}),
    },
    S.WORKING: {
        E.QUALIFIED: frozenset({S.OPPORTUNITY}),
        E.HANDED_BACK: frozenset({S.NURTURING}),
        E.LOST: frozenset({S.LOST}),
        E.REASSIGNED: frozenset({S.OFFERED}),
        E.WENT_STALE: frozenset({S.SALES_READY}),
        E.DISQUALIFIED: frozenset({S.DISQUALIFIED}),
    },
    S.OPPORTUNITY: {
        E.WON: frozenset({S.WON}),
        E.LOST: frozenset({S.LOST}),
        E.HANDED_BACK: frozenset({S.NURTURING}),
        E.REASSIGNED: frozenset({S.OFFERED}),
    },
    S.LOST: {E.REOPENED: frozenset({S.NURTURING})},
    S.DISQUALIFIED: {E.REOPENED: frozenset({S.DETECTED})},
    S.WON: {},
    # To where it stood. An offer that was open then is not: its lead is offered anew.
    S.MERGED: {E.UNMERGED: frozenset(LIVE - {S.OFFERED})},
    S.ERASED: {},
}


@dataclass(frozen=True, slots=True, kw_only=True)
class LeadFacts:
    """What a guard may look at."""

    lead_id: str
    status: LeadStatus
    score: float = 0.0  # 0..100, fresh
    sql_threshold: float = 80.0
    suppressed: bool = False
    recycle_count: int = 0
    handed_back_at: datetime | None = None
    last_signal_at: datetime | None = None
    bant: int = 0  # 0..8
    need: int = 0  # 0..2, the N of BANT


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """A move that somebody asks for."""

    to: LeadStatus
    event: LeadEvent
    at: datetime  # aware UTC
    actor: str  # a user's id, or "harken"
    reason: str | None = None  # a code of CODES where the event has some, else in words
    by_marketer: bool = False
    by_manager: bool = False
    note: str = ""  # in words, beside the code
    until: date | None = None  # of the wrong timing: when to look again
    product: str | None = None  # that was bought


@dataclass(frozen=True, slots=True, kw_only=True)
class Moved:
    """A move that is allowed, to be written in one transaction with its audit and outbox rows."""

    lead_id: str
    from_status: LeadStatus
    to_status: LeadStatus
    event: LeadEvent
    at: datetime
    actor: str
    reason: str | None
    mandatory_follow_up: bool  # a suspect became a prospect: the follow-up can't be deleted (G7)


class MoveRefusedError(ValueError):
    """The lead can't make this move."""

    def __init__(self, lead_id: str, old: LeadStatus, new: LeadStatus, why: str) -> None:
        super().__init__(f"lead {lead_id}: {old} -> {new}: {why}")
        self.lead_id = lead_id
        self.old = old
        self.new = new
        self.why = why


def _suppressed_goes_nowhere(facts: LeadFacts, asked: Request) -> str | None:
    if facts.suppressed and asked.to not in {S.ERASED, S.DISQUALIFIED}:
        return "its author is suppressed; it can only be erased or disqualified"
    return None


def _ready_by_score_needs_the_score(facts: LeadFacts, asked: Request) -> str | None:
    if asked.to is S.SALES_READY and asked.event is E.SCORED and facts.score < facts.sql_threshold:
        return f"its score of {shown(facts.score):g} is below {facts.sql_threshold:g}"
    return None


def _back_to_sales_needs_something_new(facts: LeadFacts, asked: Request) -> str | None:
    if asked.event is not E.SCORED or asked.to is S.DETECTED or facts.handed_back_at is None:
        return None
    if facts.last_signal_at is None or facts.last_signal_at <= facts.handed_back_at:
        return "nothing was heard since it was handed back"
    return None


def _third_hand_back_needs_a_marketer(facts: LeadFacts, asked: Request) -> str | None:
    if asked.event is E.HANDED_BACK and facts.recycle_count >= 2 and not asked.by_marketer:
        return "it was handed back twice already; a marketer decides"
    return None


def _opportunity_needs_bant(facts: LeadFacts, asked: Request) -> str | None:
    if asked.to is not S.OPPORTUNITY or asked.by_manager:
        return None
    if facts.bant < 5 or facts.need < 1:
        return f"BANT is {facts.bant} of 8; it takes 5, and a need, or a manager"
    return None


_NEEDS_REASON = frozenset(
    {E.PROMOTED, E.DECLINED, E.HANDED_BACK, E.WON, E.LOST, E.DISQUALIFIED, E.EXPIRED}
)


#: What may be said when a lead is given back or closed: a report can count only codes.
CODES: Mapping[LeadEvent, frozenset[str]] = {
    E.DECLINED: frozenset(DeclineReason),
    E.DECLINED_NOT_A_LEAD: frozenset({DeclineReason.NOT_A_LEAD}),
    E.HANDED_BACK: frozenset(HandBackReason),
    E.WON: frozenset(WonReason),
    E.LOST: frozenset(LostReason),
    E.DISQUALIFIED: frozenset(DisqualifyReason),
    E.EXPIRED: frozenset({DisqualifyReason.UNREACHABLE_EXPIRED}),
}


def _reason_is_given(_: LeadFacts, asked: Request) -> str | None:
    reason = (asked.reason or "").strip()
    if asked.event in _NEEDS_REASON and not reason:
        return "it needs a reason"
    codes = CODES.get(asked.event)
    if codes is not None and reason not in codes:
        return f"{reason!r} is no reason for that; there are {', '.join(sorted(codes))}"
    return None


def _wrong_timing_needs_a_date(_: LeadFacts, asked: Request) -> str | None:
    if asked.event is E.HANDED_BACK and asked.reason == HandBackReason.WRONG_TIMING:
        if asked.until is None:
            return "wrong timing needs the date of the right one"
        if asked.until <= asked.at.date():
            return "the right time lies in the past; then it is not the wrong one"
    return None


Guard = Callable[[LeadFacts, Request], str | None]
GUARDS: tuple[Guard, ...] = (
    _suppressed_goes_nowhere,  # G5
    _ready_by_score_needs_the_score,  # G1
    _back_to_sales_needs_something_new,  # G2
    _third_hand_back_needs_a_marketer,  # G3
    _reason_is_given,  # G6
    _wrong_timing_needs_a_date,
    _opportunity_needs_bant,
)


def allowed(status: LeadStatus, event: LeadEvent) -> frozenset[LeadStatus]:
    """Return where ``event`` may take a lead that is in ``status``; empty when nowhere."""
    if event is E.ERASED and status in CLOSED - {S.ERASED}:
        return frozenset({S.ERASED})
    if event in _ENDINGS and status in LIVE:
        return frozenset({_ENDINGS[event]})
    return MOVES[status].get(event, frozenset())


def move(facts: LeadFacts, asked: Request) -> Moved:
    """Return the move as it has to be written.

    Raises:
        MoveRefusedError: there is no such move on this event, or a guard refuses it.
    """
    if asked.to not in allowed(facts.status, asked.event):
        raise MoveRefusedError(
            facts.lead_id, facts.status, asked.to, f"there is no such move on {asked.event!r}"
        )
    for guard in GUARDS:
        if why := guard(facts, asked):
            raise MoveRefusedError(facts.lead_id, facts.status, asked.to, why)
    return Moved(
        lead_id=facts.lead_id,
        from_status=facts.status,
        to_status=asked.to,
        event=asked.event,
        at=asked.at,
        actor=asked.actor,
        reason=asked.reason,
        mandatory_follow_up=facts.status in {S.DETECTED, S.NURTURING}
        and asked.to in {S.MQL, S.SALES_READY},
    )

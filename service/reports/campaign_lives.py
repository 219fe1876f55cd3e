"""Fetch what became of campaigns: their leads, what these brought, and what was spent."""

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import ColumnElement, select
from sqlmodel import Session, col

from models.cost import Campaign, CostEntry
from models.lead import Lead, LeadSignal
from models.post import Post
from models.signal import Signal
from models.words import LeadStatus
from service.reports.campaign_talk import Talk
from service.reports.lives import counts, money, slugs, within
from service.rules.attribution import Touch, Win
from service.rules.campaign_buzz import Phase
from service.rules.campaign_leads import CLAIMED, CampaignLead
from service.rules.money import Money, Sums, sums

#: What touches are labelled with that are no campaign's. It sorts behind what is one's.
_ELSEWHERE = "elsewhere"


@dataclass(frozen=True, slots=True, kw_only=True)
class Brought:
    """What became of one campaign."""

    leads: Sequence[CampaignLead]
    wins: Sequence[Win]  # of which it claims a part
    unpriced: int  # won, and nobody said for how much
    spent: Sums


def brought(db: Session, talk: Talk) -> Brought:
    """Return what became of a campaign up to now, whenever that was."""
    leads = _leads(db, talk)
    wins = _wins(db, talk)
    return Brought(
        leads=leads,
        wins=wins,
        unpriced=sum(one.status is LeadStatus.WON and one.revenue is None for one in leads),
        spent=_spent(db, talk.campaign),
    )


def _leads(db: Session, talk: Talk) -> list[CampaignLead]:
    rows = db.connection().execute(
        select(
            col(Lead.id),
            col(Lead.status),
            col(Lead.furthest),
            col(Lead.first_signal_at),
            col(Lead.created_at),
            col(Lead.sales_ready_at),
            col(Lead.accepted_at),
            col(Lead.first_touch_at),
            col(Lead.closed_at),
            col(Lead.amount_minor),
            col(Lead.currency),
            col(Lead.topic_id),
            col(Lead.source_id),
        )
        .where(counts(), within(Lead.first_signal_at, talk.when[Phase.DURING]))
        .order_by(col(Lead.first_signal_at), col(Lead.id))
    )
    names, first = slugs(db), _first_posts(db, talk)
    is_about = _about(talk)
    return [
        CampaignLead(
            id=row.id,
            status=row.status,
            furthest=row.furthest,
            heard_at=row.first_signal_at,
            opened_at=row.created_at,
            handed_off_at=row.sales_ready_at,
            accepted_at=row.accepted_at,
            first_touch_at=row.first_touch_at,
            closed_at=row.closed_at,
            revenue=money(row.amount_minor, row.currency)
            if row.status is LeadStatus.WON
            else None,
        )
        for row in rows
        if is_about(row.topic_id, names[row.source_id], first.get(row.id))
    ]


def _about(talk: Talk) -> Callable[[str, str, str | None], bool]:
    """Return whether something that was heard in its days is about a campaign."""
    campaign = talk.campaign

    def is_about(topic: str, source: str, post: str | None) -> bool:
        if campaign.sources and source not in campaign.sources:
            return False
        return talk.is_about_all or topic in campaign.topics or post in talk.mentions

    return is_about


def _first_posts(db: Session, talk: Talk) -> Mapping[str, str]:
    """Return the post that each lead of the campaign's days was heard by first."""
    rows = db.connection().execute(
        select(col(LeadSignal.lead_id), col(Signal.post_id))
        .join(Lead, col(Lead.id) == col(LeadSignal.lead_id))
        .join(Signal, col(Signal.id) == col(LeadSignal.signal_id))
        .where(counts(), within(Lead.first_signal_at, talk.when[Phase.DURING]))
        .order_by(col(Signal.happened_at).desc(), col(Signal.id).desc())
    )
    return {row.lead_id: row.post_id for row in rows}


def _wins(db: Session, talk: Talk) -> list[Win]:
    """Return won leads of which a signal is the campaign's, with all that was heard of them."""
    touched = (
        select(col(LeadSignal.lead_id))
        .join(Signal, col(Signal.id) == col(LeadSignal.signal_id))
        .where(within(Signal.happened_at, talk.when[Phase.DURING]))
    )
    won: ColumnElement[bool] = (col(Lead.status) == LeadStatus.WON) & col(Lead.id).in_(touched)
    rows = db.connection().execute(
        select(
            col(LeadSignal.lead_id),
            col(Lead.amount_minor),
            col(Lead.currency),
            col(Signal.happened_at),
            col(Signal.topic_id),
            col(Signal.post_id),
            col(Post.source_id),
        )
        .join(Lead, col(Lead.id) == col(LeadSignal.lead_id))
        .join(Signal, col(Signal.id) == col(LeadSignal.signal_id))
        .join(Post, col(Post.id) == col(Signal.post_id))
        .where(won, col(Signal.happened_at) <= col(Lead.closed_at))
    )
    names, is_about = slugs(db), _about(talk)
    start, end = talk.when[Phase.DURING].start, talk.when[Phase.DURING].end
    touches: dict[str, list[Touch]] = defaultdict(list)
    amounts: dict[str, Money] = {}
    for lead, minor, currency, at, topic, post, place in rows:
        if (amount := money(minor, currency)) is None:
            continue
        amounts[lead] = amount
        is_claimed = start <= at < end and is_about(topic, names[place], post)
        touches[lead].append(Touch(at=at, source=CLAIMED if is_claimed else _ELSEWHERE))
    return [Win(amount=amounts[lead], touches=theirs) for lead, theirs in touches.items()]


def _spent(db: Session, campaign: Campaign) -> Sums:
    rows = db.connection().execute(
        select(col(CostEntry.currency), col(CostEntry.amount_minor)).where(
            col(CostEntry.campaign_id) == campaign.id
        )
    )
    return sums(Money(currency, minor) for currency, minor in rows)

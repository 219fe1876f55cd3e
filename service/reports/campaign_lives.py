"""Fetch what became of campaigns: their leads, what these brought, and what was spent."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import ColumnElement, select
from sqlmodel import Session, col

from models.cost import Campaign, CostEntry
from models.lead import Lead, LeadSignal
from models.signal import Signal
from models.words import LeadStatus
from service.reports.campaign_talk import Talk
from service.reports.fates import fates
from service.reports.lives import counts, money, slot_of, slugs, within
from service.rules.attribution import Touch, Win
from service.rules.campaign_buzz import Phase
from service.rules.campaign_leads import CLAIMED, CampaignLead, Fate, handed
from service.rules.lives import Lives
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
    """Return what became of a campaign up to now, whenever that was: lead by lead."""
    leads = _leads(db, talk)
    wins = claims(db, [talk])[talk.campaign.id]
    return Brought(
        leads=leads,
        wins=wins,
        unpriced=sum(one.status is LeadStatus.WON and one.revenue is None for one in leads),
        spent=spent_on(db, talk.campaign),
    )


def lives_of(leads: Iterable[CampaignLead | Fate]) -> list[Lives]:
    """Return leads as the reports on money see them."""
    return [
        Lives(
            topic="",
            source="",
            won=one.status is LeadStatus.WON,
            furthest=one.furthest,
            leads=one.leads if isinstance(one, Fate) else 1,
            revenue=one.revenue,
        )
        for one in leads
    ]


def fates_of(
    db: Session, talks: Sequence[Talk], *which: ColumnElement[bool], now: datetime
) -> dict[str, list[Fate]]:
    """Return, by campaign, what became of its leads, as far as they are of ``which``.

    Those of campaigns about everything are counted where they lie, in one go for all of these.
    """
    found: dict[str, list[Fate]] = {talk.campaign.id: [] for talk in talks}
    everything = [talk for talk in talks if talk.is_about_all]
    edges = _edges(everything)
    slots = {talk.campaign.id: _slots(talk, edges) for talk in everything}
    for (slot, place), fate in _fates_by_slot(db, edges, which, now):
        for talk in everything:
            if slot in slots[talk.campaign.id] and _is_heard_at(talk, place):
                found[talk.campaign.id].append(fate)
    for talk in talks:
        if not talk.is_about_all:
            found[talk.campaign.id] = [_fate(one, now) for one in _leads(db, talk, *which)]
    return found


def _fates_by_slot(
    db: Session, edges: Sequence[datetime], which: Sequence[ColumnElement[bool]], now: datetime
) -> Iterator[tuple[tuple[int, str], Fate]]:
    if not edges:
        return
    names, heard = slugs(db), col(Lead.first_signal_at)
    days = fates(
        db,
        counts(),
        heard >= edges[0],
        heard < edges[-1],
        *which,
        now=now,
        by=[slot_of(edges), col(Lead.source_id)],
    )
    for (slot, place), fate in days:
        yield (slot, names[place]), fate


def _edges(talks: Iterable[Talk]) -> list[datetime]:
    """Return the moments at which campaigns begin and end, each once and in order."""
    return sorted(
        {
            at
            for talk in talks
            for at in (talk.when[Phase.DURING].start, talk.when[Phase.DURING].end)
        }
    )


def _slots(talk: Talk, edges: Sequence[datetime]) -> range:
    """Return which slots are a campaign's; see `lives.slot_of`."""
    during = talk.when[Phase.DURING]
    return range(edges.index(during.start) + 1, edges.index(during.end) + 1)


def _is_heard_at(talk: Talk, source: str) -> bool:
    return not talk.campaign.sources or source in talk.campaign.sources


def _fate(lead: CampaignLead, now: datetime) -> Fate:
    is_won = lead.status is LeadStatus.WON
    return Fate(
        status=lead.status,
        furthest=lead.furthest,
        handed=handed(lead.handed_off_at, lead.first_touch_at, now=now),
        revenue=lead.revenue,
        unpriced=int(is_won and lead.revenue is None),
    )


def _leads(db: Session, talk: Talk, *which: ColumnElement[bool]) -> list[CampaignLead]:
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
        .where(counts(), within(Lead.first_signal_at, talk.when[Phase.DURING]), *which)
        .order_by(col(Lead.first_signal_at), col(Lead.id))
    )
    names = slugs(db)
    first = {} if talk.is_about_all else _first_posts(db, talk)
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
        if not _is_heard_at(talk, source):
            return False
        return talk.is_about_all or topic in campaign.topics or post in talk.posts

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


class _Touched(NamedTuple):
    """A signal of a lead that was won later on."""

    lead: str
    amount: Money
    at: datetime
    topic: str
    post: str
    source: str


def claims(db: Session, talks: Sequence[Talk]) -> dict[str, list[Win]]:
    """Return, by campaign, the won leads of which it claims a part, with all that was heard.

    A lead of which no signal is a campaign's gives it nothing and is left out.
    """
    if not talks:
        return {}
    rows = db.connection().execute(
        select(
            col(LeadSignal.lead_id),
            col(Lead.amount_minor),
            col(Lead.currency),
            col(Signal.happened_at),
            col(Signal.topic_id),
            col(Signal.post_id),
            col(Signal.source_id),
        )
        .join(Lead, col(Lead.id) == col(LeadSignal.lead_id))
        .join(Signal, col(Signal.id) == col(LeadSignal.signal_id))
        .where(
            col(Lead.status) == LeadStatus.WON,
            col(Lead.closed_at) >= min(talk.when[Phase.DURING].start for talk in talks),
            col(Signal.happened_at) <= col(Lead.closed_at),
        )
    )
    names = slugs(db)
    touched = [
        _Touched(lead, amount, at, topic, post, names[place])
        for lead, minor, currency, at, topic, post, place in rows
        if (amount := money(minor, currency)) is not None
    ]
    by_lead: dict[str, list[_Touched]] = defaultdict(list)
    for one in touched:
        by_lead[one.lead].append(one)
    return {talk.campaign.id: _claims(talk, touched, by_lead) for talk in talks}


def _claims(
    talk: Talk, touched: Sequence[_Touched], by_lead: Mapping[str, Sequence[_Touched]]
) -> list[Win]:
    is_about = _about(talk)
    start, end = talk.when[Phase.DURING].start, talk.when[Phase.DURING].end

    def is_claimed(one: _Touched) -> bool:
        return start <= one.at < end and is_about(one.topic, one.source, one.post)

    leads = dict.fromkeys(one.lead for one in touched if is_claimed(one))
    return [
        Win(
            amount=by_lead[lead][0].amount,
            touches=[
                Touch(at=one.at, source=CLAIMED if is_claimed(one) else _ELSEWHERE)
                for one in by_lead[lead]
            ],
        )
        for lead in leads
    ]


def spent_on(db: Session, campaign: Campaign) -> Sums:
    """Return what a campaign cost in all."""
    rows = db.connection().execute(
        select(col(CostEntry.currency), col(CostEntry.amount_minor)).where(
            col(CostEntry.campaign_id) == campaign.id
        )
    )
    return sums(Money(currency, minor) for currency, minor in rows)

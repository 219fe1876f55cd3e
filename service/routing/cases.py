"""Leads that wait for a rep, in their order and with all that routing looks at."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import SQLColumnExpression, and_, case, or_
from sqlmodel import Session, col, select

from config import Config
from models.lead import Lead, LeadSignal, Offer
from models.post import Post
from models.signal import Signal
from models.source import Source
from models.words import LeadStatus, OfferState
from service.leads.customers import account_owners
from service.rules.routing import Case, LeadTraits

#: A rep who let an offer lapse, or a lead lie, is asked again after this time.
_SECOND_CHANCE = timedelta(days=1)
_LONG_AGO = datetime(1970, 1, 1, tzinfo=UTC)


def waiting(db: Session, config: Config) -> Sequence[str]:
    """Return the ids of the leads that wait, in their order: by score tier, then by age."""
    return db.exec(
        select(Lead.id)
        .where(Lead.status == LeadStatus.SALES_READY)
        .order_by(*in_order(config.routing.tiers))
    ).all()


def in_order(tiers: Sequence[float]) -> tuple[SQLColumnExpression[Any], ...]:
    """Return what waiting leads are ordered by; ``tiers`` are lower bounds of scores.

    A number, a time and a text: no type is common to them.
    """
    bounds = sorted(tiers, reverse=True)
    whens = [(col(Lead.score) >= bound, number) for number, bound in enumerate(bounds)]
    by_age = (col(Lead.sales_ready_at), col(Lead.id))
    return (case(*whens, else_=len(bounds)), *by_age) if whens else by_age


def load_cases(
    db: Session, leads: Sequence[Lead], *, config: Config, now: datetime
) -> Sequence[Case]:
    """Return what routing has to know of ``leads``, in the same order."""
    ids = [lead.id for lead in leads]
    heard = _strongest(db, ids)
    offers: dict[str, list[Offer]] = {lead_id: [] for lead_id in ids}
    for offer in db.exec(select(Offer).where(col(Offer.lead_id).in_(ids)).order_by(Offer.id)):
        offers[offer.lead_id].append(offer)
    winners = account_owners(db, leads)
    owners = _earlier_owners(db, leads, since=now - timedelta(days=config.routing.sticky_days))
    return [
        Case(
            lead_id=lead.id,
            traits=_traits(lead, *heard.get(lead.id, ("", "und"))),
            passed=_passed(lead, offers[lead.id], now),
            declines=sum(
                offer.state is OfferState.DECLINED and _is_of_this_round(lead, offer)
                for offer in offers[lead.id]
            ),
            account_owners=winners.get(lead.id, {}),
            earlier_owners=owners.get(lead.id, ()),
            is_overdue=now >= lead.status_since + config.sla.routing,
        )
        for lead in leads
    ]


def _traits(lead: Lead, source: str, language: str) -> LeadTraits:
    return LeadTraits(
        topic=lead.topic_id,
        source=source,
        kind=lead.kind,
        language=language,
        score=lead.score,
        region=lead.region,
        account=lead.account,
    )


def _strongest(db: Session, ids: Sequence[str]) -> Mapping[str, tuple[str, str]]:
    """Return by lead the source and the language of its strongest signal."""
    rows = db.exec(
        select(LeadSignal.lead_id, Source.slug, Post.language)
        .select_from(LeadSignal)
        .join(Signal, col(Signal.id) == LeadSignal.signal_id)
        .join(Post, col(Post.id) == Signal.post_id)
        .join(Source, col(Source.id) == Post.source_id)
        .where(col(LeadSignal.lead_id).in_(ids))
        .order_by(col(Signal.probability), col(Signal.id).desc())
    )
    return {lead_id: (source, language) for lead_id, source, language in rows}


def _is_of_this_round(lead: Lead, offer: Offer) -> bool:
    """Tell whether an offer was made since marketing last had the lead."""
    return offer.offered_at >= (lead.handed_back_at or _LONG_AGO)


def _passed(lead: Lead, offers: Sequence[Offer], now: datetime) -> Mapping[str, str]:
    """Return who is not asked again, and why."""
    since = now - _SECOND_CHANCE
    passed: dict[str, str] = {}
    for offer in offers:
        if offer.state is OfferState.DECLINED and _is_of_this_round(lead, offer):
            passed[offer.to_user_id] = "declined this lead"
        elif offer.state is OfferState.EXPIRED and offer.accept_by > since:
            passed.setdefault(offer.to_user_id, "let the offer of this lead lapse")
        elif offer.reclaimed_at is not None and offer.reclaimed_at > since:
            passed.setdefault(offer.to_user_id, "let this lead lie")
    return passed


def _earlier_owners(
    db: Session, leads: Sequence[Lead], *, since: datetime
) -> Mapping[str, tuple[str, ...]]:
    """Return by lead who accepted one of the same buyer lately, the latest first."""
    authors = {lead.author_id for lead in leads if lead.author_id}
    accounts = {lead.account for lead in leads if lead.account}
    same_buyer = or_(
        col(Lead.id).in_([lead.id for lead in leads]),
        col(Lead.author_id).in_(authors),
        and_(col(Lead.account).is_not(None), col(Lead.account).in_(accounts)),
    )
    rows = db.exec(
        select(Offer.to_user_id, Lead.id, Lead.author_id, Lead.account)
        .join(Lead, col(Lead.id) == Offer.lead_id)
        .where(
            Offer.state == OfferState.ACCEPTED,
            col(Offer.answered_at) > since,
            col(Offer.reclaimed_at).is_(None),
            same_buyer,
        )
        .order_by(col(Offer.answered_at).desc(), col(Offer.id))
    ).all()
    return {
        lead.id: tuple(
            dict.fromkeys(
                user_id
                for user_id, lead_id, author_id, account in rows
                if lead_id == lead.id
                or (author_id is not None and author_id == lead.author_id)
                or (account is not None and account == lead.account)
            )
        )
        for lead in leads
        if rows
    }

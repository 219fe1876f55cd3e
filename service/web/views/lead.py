"""A lead with everything that a person needs to decide about it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import bindparam
from sqlmodel import Session, col, select

from models.contact import Inquiry
from models.lead import Lead, LeadSignal, Offer
from models.post import Author, Post, Thread
from models.signal import Signal
from models.source import Source, SourcePolicy
from models.topic import Topic
from models.words import InquiryChannel, LeadStatus, OfferState
from service.access.viewer import Viewer
from service.access.visible import find_lead
from service.leads.levels import levels_of
from service.links import outward, rel
from service.times import Due, due
from service.web.views.actions import Actions, actions_for
from service.web.views.conversation import Said, say, signals_of
from service.web.views.customer import Customer, read_customer
from service.web.views.facets import FacetSheet, read_facets
from service.web.views.facts import Fact, collect_facts
from service.web.views.people import People
from service.web.views.quoted import places, quoted, quoted_facts
from service.web.views.score import (
    JudgementStory,
    ScoreStory,
    tell_judgement,
    tell_score,
    whole,
)
from service.web.views.triage import Triage, triage_for
from service.web.wording.facet_words import LEVELS
from service.web.wording.marking import Piece, cut
from service.web.wording.words import INQUIRIES, KINDS, LICENCES

_QUOTE_LENGTH = 1200
_PLACE = (
    select(Topic, Thread, Source, SourcePolicy)
    .select_from(Lead)
    .join(Topic, col(Topic.id) == Lead.topic_id)
    .join(Thread, col(Thread.id) == Lead.thread_id)
    .join(Source, col(Source.id) == Thread.source_id)
    .join(SourcePolicy, col(SourcePolicy.name) == Source.policy_name)
    .where(col(Lead.id) == bindparam("lead"))
)
_OFFER = select(Offer).where(
    col(Offer.lead_id) == bindparam("lead"), col(Offer.state) == OfferState.OPEN
)
_CAME = (
    select(Inquiry.channel)
    .join(LeadSignal, col(LeadSignal.signal_id) == Inquiry.signal_id)
    .where(col(LeadSignal.lead_id) == bindparam("lead"))
    .order_by(col(Inquiry.at).desc())
    .limit(1)
)
_POST = (
    select(Post, Author)
    .outerjoin(Author, col(Author.id) == Post.author_id)
    .where(col(Post.id) == bindparam("post"))
)


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceCard:
    """Where a lead was heard, and on what terms it may be shown."""

    name: str
    kind: str
    url: str | None
    licence: str
    attribution: str
    community_rules: str
    rel: str  # of links to it


@dataclass(frozen=True, slots=True, kw_only=True)
class LeadSheet:
    """A lead on one sheet."""

    lead_id: str
    title: tuple[Piece, ...]
    status: LeadStatus
    level: tuple[str, str] | None  # in words, and what it means; None: on no rung of the ladder
    kind: str  # in words
    step: int  # 1..6 of the buyer's journey
    score: int  # 0..100
    topic: str
    topic_id: str
    thread: str | None  # its title, when the lead has another
    source: SourceCard
    heard_at: datetime
    first_heard_at: datetime
    came: str | None  # how they came to us, who did so by themselves
    original_url: str | None
    quote: Said | None  # None: the post was removed
    judgement: JudgementStory | None
    score_story: ScoreStory
    facts: tuple[Fact, ...]
    facets: FacetSheet
    next_step: str
    due: Due | None
    owner: str | None
    is_mine: bool
    offered_to: str | None
    is_offered_to_me: bool
    close_reason: str | None
    customer: Customer | None  # of whom we won a lead before
    actions: Actions
    triage: Triage


def look_up_lead(db: Session, viewer: Viewer, lead_id: str, *, now: datetime) -> LeadSheet:
    """Return the sheet of a lead.

    Raises:
        NotFoundError: there is none of that id, or it is none of the viewer's business.
    """
    lead = find_lead(db, viewer, lead_id)
    return read_lead(db, viewer, lead, signals_of(db, lead.id), People(db, viewer), now=now)


def read_lead(
    db: Session,
    viewer: Viewer,
    lead: Lead,
    signals: Sequence[Signal],
    people: People,
    *,
    now: datetime,
) -> LeadSheet:
    """Return the sheet of a lead that the viewer sees, with its ``signals``."""
    topic, thread, source, policy = _place_of(db, lead)
    offer = db.exec(_OFFER, params={"lead": lead.id}).first()
    level = levels_of(db, [lead])[lead.id]
    post, author = _post_of(db, signals)
    at = offer.accept_by if offer else lead.next_step_at
    return LeadSheet(
        lead_id=lead.id,
        title=cut(lead.title, places(signals[:1], "title", lead.title)),
        status=lead.status,
        level=LEVELS[level] if level else None,
        kind=KINDS[lead.kind],
        step=lead.journey_step,
        score=whole(lead.score),
        topic=topic.name,
        topic_id=topic.id,
        thread=thread.title if thread.title not in {"", lead.title} else None,
        source=_card(source, policy),
        heard_at=lead.last_signal_at,
        first_heard_at=lead.first_signal_at,
        came=_came(db, lead),
        original_url=outward(post.url if post else None) or outward(thread.url),
        quote=_quote(lead, post, author, signals),
        judgement=_judgement(signals),
        score_story=tell_score(lead.score_explain),
        facts=collect_facts(fact for s in signals for fact in quoted_facts(s.slots)),
        facets=read_facets(signals, surest=KINDS[lead.kind]),
        next_step=lead.next_step,
        due=due(at, now) if at else None,
        owner=people.name(lead.owner_id),
        is_mine=lead.owner_id == viewer.id,
        offered_to=people.name(offer.to_user_id) if offer else None,
        is_offered_to_me=offer is not None and offer.to_user_id == viewer.id,
        close_reason=lead.close_reason,
        customer=read_customer(db, viewer, lead),
        actions=actions_for(viewer, lead, offer),
        triage=triage_for(db, viewer, lead, now=now),
    )


def _place_of(db: Session, lead: Lead) -> tuple[Topic, Thread, Source, SourcePolicy]:
    found = db.exec(_PLACE, params={"lead": lead.id}).one()
    return found[0], found[1], found[2], found[3]


def _came(db: Session, lead: Lead) -> str | None:
    channel = db.exec(_CAME, params={"lead": lead.id}).first()
    return INQUIRIES[InquiryChannel(channel)] if channel else None


def _post_of(db: Session, signals: Sequence[Signal]) -> tuple[Post | None, Author | None]:
    """Return the post of the surest signal, with its author."""
    if not signals:
        return None, None
    found = db.exec(_POST, params={"post": signals[0].post_id}).first()
    return (found[0], found[1]) if found else (None, None)


def _quote(
    lead: Lead, post: Post | None, author: Author | None, signals: Sequence[Signal]
) -> Said | None:
    if post is None:
        return None
    of_post = [signal for signal in signals if signal.post_id == post.id]
    return say(post, author, of_post, asker_id=lead.author_id, most=_QUOTE_LENGTH)


def _judgement(signals: Sequence[Signal]) -> JudgementStory | None:
    if not signals:
        return None
    surest = signals[0]
    return tell_judgement(quoted(surest.evidence), surest.probability, uncertain=surest.uncertain)


def _card(source: Source, policy: SourcePolicy) -> SourceCard:
    return SourceCard(
        name=source.name,
        kind=source.kind,
        url=outward(source.url),
        licence=LICENCES[policy.licence],
        attribution=policy.attribution,
        community_rules=policy.community_rules,
        rel=rel(policy.licence),
    )

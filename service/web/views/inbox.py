"""The inbox: which leads are in which view, in what order, and a line for each."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import ColumnElement, and_, func, or_
from sqlmodel import Session, col, select

from models.lead import Lead, LeadSignal, Offer
from models.moves import CLOSED, LIVE
from models.people import User
from models.post import Post, Thread
from models.signal import Signal
from models.source import Source
from models.topic import Topic
from models.words import LeadStatus, OfferState, UserRole
from service.times import Due, due
from service.web.auth import Viewer
from service.web.marking import Mark, Piece, cut, excerpt
from service.web.views.quoted import places
from service.web.views.score import whole
from service.web.views.visible import offered_to, visible_to

PAGE_SIZE = 50
_IN_SIGHT = 60  # characters that a line shows at least: the words that count are among them
_BEFORE = 12
_RUN_ON = 100


class View(StrEnum):
    """A way to look at the inbox."""

    MINE = "mine"  # offered to me or mine to work on
    QUEUE = "queue"  # waits for somebody: for a marketer's look or for a rep
    ALL = "all"  # every live lead that I see
    CLOSED = "closed"


@dataclass(frozen=True, slots=True, kw_only=True)
class InboxRow:
    """A lead as a line of the inbox."""

    lead_id: str
    title: tuple[Piece, ...]
    quote: tuple[Piece, ...]  # empty when the title says it all
    score: int  # 0..100
    kind: str
    status: LeadStatus
    source: str
    topic: str
    heard_at: datetime
    due: Due | None
    owner: str | None  # None: nobody's
    is_mine: bool
    is_offered_to_me: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Inbox:
    """A page of a view."""

    view: View
    rows: tuple[InboxRow, ...]
    counts: dict[View, int]
    page: int  # from 1
    pages: int


def read_inbox(db: Session, viewer: Viewer, view: View, *, page: int, now: datetime) -> Inbox:
    """Return a page of ``view``; a page behind the last is the last."""
    counts = _counts(db, viewer)
    pages = max(1, -(-counts[view] // PAGE_SIZE))
    page = min(max(page, 1), pages)
    rows = db.exec(
        select(Lead, Topic, Source, Offer)
        .join(Topic, col(Topic.id) == Lead.topic_id)
        .join(Thread, col(Thread.id) == Lead.thread_id)
        .join(Source, col(Source.id) == Thread.source_id)
        .outerjoin(Offer, and_(col(Offer.lead_id) == Lead.id, col(Offer.state) == OfferState.OPEN))
        .where(_in_view(viewer, view))
        .order_by(*_order(view))
        .offset((page - 1) * PAGE_SIZE)
        .limit(PAGE_SIZE)
    ).all()
    said = _strongest(db, [lead.id for lead, *_ in rows])
    names = _names(db, {_holder(lead, offer) for lead, _, _, offer in rows})
    return Inbox(
        view=view,
        rows=tuple(
            _row(lead, topic, source, offer, said.get(lead.id), names, viewer, now)
            for lead, topic, source, offer in rows
        ),
        counts=counts,
        page=page,
        pages=pages,
    )


def home_view(db: Session, viewer: Viewer) -> View:
    """Return the view to begin with: a rep's own, else the first in which there is anything."""
    if viewer.role is UserRole.REP:
        return View.MINE
    counts = _counts(db, viewer)
    return next((view for view in (View.MINE, View.QUEUE, View.ALL) if counts[view]), View.ALL)


def _in_view(viewer: Viewer, view: View) -> ColumnElement[bool]:
    waiting = (LeadStatus.MQL, LeadStatus.SALES_READY)
    mine = or_(
        and_(col(Lead.owner_id) == viewer.id, col(Lead.status).in_(LIVE)), offered_to(viewer)
    )
    conditions = {
        View.MINE: mine,
        View.QUEUE: col(Lead.status).in_(waiting),
        View.ALL: col(Lead.status).in_(LIVE),
        View.CLOSED: col(Lead.status).in_(CLOSED),
    }
    return and_(visible_to(viewer), conditions[view])


def _order(view: View) -> list[ColumnElement[Any]]:  # Any: an ORDER BY mixes types
    by_score: list[ColumnElement[Any]] = [
        col(Lead.score).desc(),
        col(Lead.journey_step).desc(),
        col(Lead.id).asc(),
    ]
    if view is View.MINE:
        return [func.coalesce(col(Offer.accept_by), col(Lead.next_step_at)), *by_score]
    if view is View.CLOSED:
        return [col(Lead.closed_at).desc(), *by_score]
    return by_score


def _counts(db: Session, viewer: Viewer) -> dict[View, int]:
    return {
        view: db.exec(select(func.count()).select_from(Lead).where(_in_view(viewer, view))).one()
        for view in View
    }


def _strongest(db: Session, lead_ids: Sequence[str]) -> dict[str, tuple[Signal, Post]]:
    """Return the surest signal of each lead, the latest of several, with its post."""
    found = db.exec(
        select(LeadSignal.lead_id, Signal, Post)
        .join(Signal, col(Signal.id) == LeadSignal.signal_id)
        .join(Post, col(Post.id) == Signal.post_id)
        .where(col(LeadSignal.lead_id).in_(lead_ids))
        .order_by(col(Signal.probability), col(Signal.happened_at))
    ).all()
    return {lead_id: (signal, post) for lead_id, signal, post in found}


def _holder(lead: Lead, offer: Offer | None) -> str | None:
    """Return whose turn it is: who has the offer, else the owner."""
    return offer.to_user_id if offer else lead.owner_id


def _names(db: Session, user_ids: set[str | None]) -> dict[str, str]:
    wanted = [user_id for user_id in user_ids if user_id]
    if not wanted:
        return {}
    return dict(db.exec(select(User.id, User.name).where(col(User.id).in_(wanted))).all())


def _row(
    lead: Lead,
    topic: Topic,
    source: Source,
    offer: Offer | None,
    said: tuple[Signal, Post] | None,
    names: dict[str, str],
    viewer: Viewer,
    now: datetime,
) -> InboxRow:
    title, quote = _words(lead.title, said)
    at = offer.accept_by if offer else lead.next_step_at
    holder = _holder(lead, offer)
    return InboxRow(
        lead_id=lead.id,
        title=title,
        quote=quote,
        score=whole(lead.score),
        kind=lead.kind,
        status=lead.status,
        source=source.name,
        topic=topic.name,
        heard_at=lead.last_signal_at,
        due=due(at, now) if at else None,
        owner=names.get(holder) if holder else None,
        is_mine=lead.owner_id == viewer.id,
        is_offered_to_me=offer is not None and offer.to_user_id == viewer.id,
    )


def _words(
    title: str, said: tuple[Signal, Post] | None
) -> tuple[tuple[Piece, ...], tuple[Piece, ...]]:
    if said is None:
        return cut(title, ()), ()
    signal, post = said
    in_title = places([signal], "title", title)
    in_body = places([signal], "body", post.text)
    quote: tuple[Piece, ...] = ()
    if post.text and (in_body or not any(p.mark is Mark.CUE for p in in_title)):
        window = excerpt(post.text, in_body, most=_IN_SIGHT, before=_BEFORE, run_on=_RUN_ON)
        quote = window.pieces
        if window.cut_before:
            quote = (Piece(text="… "), *quote)
    return cut(title, in_title), quote

"""Who of ours is in a lead's conversation already, so that two of us don't turn up there."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session, col, select

from models.lead import Lead, Offer, Touchpoint
from models.moves import LIVE
from models.people import User
from models.post import Author, Post
from models.reply import ReplyDraft
from models.words import OfferState, TouchpointKind
from service.access.viewer import Viewer
from service.web.views.people import People

_MOST = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Colleague:
    """Somebody of ours in the conversation."""

    name: str
    does: str  # "replied there", "has another lead in it", "words an answer"
    at: datetime
    is_there: bool  # they wrote there; False: they may


@dataclass(frozen=True, slots=True)
class _Seen:
    """A trace of somebody."""

    user_id: str | None
    does: str
    at: datetime
    is_there: bool = False


def read_colleagues(
    db: Session, viewer: Viewer, lead: Lead, people: People
) -> tuple[Colleague, ...]:
    """Return who else of ours is in the thread of ``lead``, once each, who wrote there first."""
    once: dict[str | None, _Seen] = {}
    for look in (_wrote, _by_name, _drafts, _holds):
        for one in look(db, viewer, lead):
            once.setdefault(one.user_id, one)
    return tuple(
        Colleague(name=name, does=one.does, at=one.at, is_there=one.is_there)
        for one in once.values()
        if (name := people.name(one.user_id)) is not None
    )


def _wrote(db: Session, viewer: Viewer, lead: Lead) -> Iterator[_Seen]:
    rows = db.exec(
        select(Touchpoint.by_user_id, Touchpoint.at)
        .join(Lead, col(Lead.id) == Touchpoint.lead_id)
        .where(
            Lead.thread_id == lead.thread_id,
            Touchpoint.kind == TouchpointKind.ENGAGE_REPLY,
            Touchpoint.by_user_id != viewer.id,
        )
        .order_by(col(Touchpoint.at).desc())
        .limit(_MOST)
    )
    for user_id, at in rows:
        yield _Seen(user_id, "replied there", at, is_there=True)


def _by_name(db: Session, viewer: Viewer, lead: Lead) -> Iterator[_Seen]:
    """Yield those of ours whose handle here is an author's there: maybe the same person."""
    rows = db.exec(
        select(User.id, Post.published_at)
        .join(Author, col(Author.handle_norm) == User.handle)
        .join(Post, col(Post.author_id) == Author.id)
        .where(Post.thread_id == lead.thread_id, User.id != viewer.id, col(User.active))
        .order_by(col(Post.published_at).desc())
        .limit(_MOST)
    )
    for user_id, at in rows:
        does = "may have written there: the names are spelt alike"
        yield _Seen(user_id, does, at, is_there=True)


def _drafts(db: Session, viewer: Viewer, lead: Lead) -> Iterator[_Seen]:
    rows = db.exec(
        select(ReplyDraft.user_id, ReplyDraft.saved_at)
        .join(Lead, col(Lead.id) == ReplyDraft.lead_id)
        .where(
            Lead.thread_id == lead.thread_id,
            ReplyDraft.user_id != viewer.id,
            col(ReplyDraft.posted_at).is_(None),
            col(Lead.status).in_(sorted(LIVE)),
        )
        .order_by(col(ReplyDraft.saved_at).desc())
        .limit(_MOST)
    )
    for user_id, at in rows:
        yield _Seen(user_id, "is wording an answer", at)


def _holds(db: Session, viewer: Viewer, lead: Lead) -> Iterator[_Seen]:
    others = (
        Lead.thread_id == lead.thread_id,
        Lead.id != lead.id,
        col(Lead.status).in_(sorted(LIVE)),
    )
    owned = db.exec(
        select(Lead.owner_id, Lead.status_since)
        .where(*others, Lead.owner_id != viewer.id)
        .limit(_MOST)
    )
    for user_id, at in owned:
        yield _Seen(user_id, "has another lead in it", at)
    offered = db.exec(
        select(Offer.to_user_id, Lead.status_since)
        .join(Lead, col(Lead.id) == Offer.lead_id)
        .where(*others, Offer.state == OfferState.OPEN, Offer.to_user_id != viewer.id)
        .limit(_MOST)
    )
    for user_id, at in offered:
        yield _Seen(user_id, "is offered another lead in it", at)

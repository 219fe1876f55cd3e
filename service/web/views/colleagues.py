"""Who of ours is in a lead's conversation already, so that two of us don't turn up there."""

from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session, col, select

from models.lead import Lead, Offer, Touchpoint
from models.moves import LIVE
from models.people import User
from models.post import Author, Post
from models.reply import ReplyDraft
from models.words import OfferState, TouchpointKind
from service.web.auth import Viewer

_MOST = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Colleague:
    """Somebody of ours in the conversation."""

    name: str
    does: str  # "replied there", "has another lead in it", "words an answer"
    at: datetime
    is_there: bool  # they wrote there; False: they may
    lead_id: str


def read_colleagues(db: Session, viewer: Viewer, lead: Lead) -> tuple[Colleague, ...]:
    """Return who else of ours is in the thread of ``lead``, once each, who wrote there first."""
    found = [
        *_wrote(db, viewer, lead),
        *_by_name(db, viewer, lead),
        *_drafts(db, viewer, lead),
        *_holds(db, viewer, lead),
    ]
    once: dict[str, Colleague] = {}
    for one in found:
        once.setdefault(one.name, one)
    return tuple(once.values())


def _wrote(db: Session, viewer: Viewer, lead: Lead) -> list[Colleague]:
    rows = db.exec(
        select(Touchpoint, User.name)
        .join(Lead, col(Lead.id) == Touchpoint.lead_id)
        .join(User, col(User.id) == Touchpoint.by_user_id)
        .where(
            Lead.thread_id == lead.thread_id,
            Touchpoint.kind == TouchpointKind.ENGAGE_REPLY,
            Touchpoint.by_user_id != viewer.id,
        )
        .order_by(col(Touchpoint.at).desc())
        .limit(_MOST)
    )
    return [
        Colleague(name=name, does="replied there", at=row.at, is_there=True, lead_id=row.lead_id)
        for row, name in rows
    ]


def _by_name(db: Session, viewer: Viewer, lead: Lead) -> list[Colleague]:
    """Return those of ours whose handle here is an author's there: maybe the same person."""
    rows = db.exec(
        select(User.name, Post.published_at)
        .join(Author, col(Author.handle_norm) == User.handle)
        .join(Post, col(Post.author_id) == Author.id)
        .where(Post.thread_id == lead.thread_id, User.id != viewer.id, col(User.active))
        .order_by(col(Post.published_at).desc())
        .limit(_MOST)
    )
    return [
        Colleague(
            name=name,
            does="may have written there: the names are spelt alike",
            at=at,
            is_there=True,
            lead_id=lead.id,
        )
        for name, at in rows
    ]


def _drafts(db: Session, viewer: Viewer, lead: Lead) -> list[Colleague]:
    rows = db.exec(
        select(ReplyDraft, User.name)
        .join(Lead, col(Lead.id) == ReplyDraft.lead_id)
        .join(User, col(User.id) == ReplyDraft.user_id)
        .where(
            Lead.thread_id == lead.thread_id,
            ReplyDraft.user_id != viewer.id,
            col(ReplyDraft.posted_at).is_(None),
            col(Lead.status).in_(sorted(LIVE)),
        )
        .order_by(col(ReplyDraft.saved_at).desc())
        .limit(_MOST)
    )
    return [
        Colleague(
            name=name,
            does="is wording an answer",
            at=draft.saved_at,
            is_there=False,
            lead_id=draft.lead_id,
        )
        for draft, name in rows
    ]


def _holds(db: Session, viewer: Viewer, lead: Lead) -> list[Colleague]:
    others = (
        Lead.thread_id == lead.thread_id,
        Lead.id != lead.id,
        col(Lead.status).in_(sorted(LIVE)),
    )
    owned = db.exec(
        select(Lead, User.name)
        .join(User, col(User.id) == Lead.owner_id)
        .where(*others, Lead.owner_id != viewer.id)
        .limit(_MOST)
    )
    offered = db.exec(
        select(Lead, User.name)
        .join(Offer, col(Offer.lead_id) == Lead.id)
        .join(User, col(User.id) == Offer.to_user_id)
        .where(*others, Offer.state == OfferState.OPEN, Offer.to_user_id != viewer.id)
        .limit(_MOST)
    )
    return [
        Colleague(name=name, does=does, at=row.status_since, is_there=False, lead_id=row.id)
        for rows, does in (
            (owned, "has another lead in it"),
            (offered, "is offered another lead in it"),
        )
        for row, name in rows
    ]

"""Who of ours is in a lead's conversation already, so that two of us don't turn up there."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import bindparam
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
_IN_THREAD = col(Lead.thread_id) == bindparam("thread")
_IS_LIVE = col(Lead.status).in_(sorted(LIVE))
_WROTE = (
    select(Touchpoint.by_user_id, Touchpoint.at)
    .join(Lead, col(Lead.id) == Touchpoint.lead_id)
    .where(
        _IN_THREAD,
        Touchpoint.kind == TouchpointKind.ENGAGE_REPLY,
        col(Touchpoint.by_user_id) != bindparam("viewer"),
    )
    .order_by(col(Touchpoint.at).desc())
    .limit(_MOST)
)
_BY_NAME = (
    select(User.id, Post.published_at)
    .join(Author, col(Author.handle_norm) == User.handle)
    .join(Post, col(Post.author_id) == Author.id)
    .where(
        col(Post.thread_id) == bindparam("thread"),
        col(User.id) != bindparam("viewer"),
        col(User.active),
    )
    .order_by(col(Post.published_at).desc())
    .limit(_MOST)
)
_DRAFTS = (
    select(ReplyDraft.user_id, ReplyDraft.saved_at)
    .join(Lead, col(Lead.id) == ReplyDraft.lead_id)
    .where(
        _IN_THREAD,
        col(ReplyDraft.user_id) != bindparam("viewer"),
        col(ReplyDraft.posted_at).is_(None),
        _IS_LIVE,
    )
    .order_by(col(ReplyDraft.saved_at).desc())
    .limit(_MOST)
)
_OTHER = (_IN_THREAD, col(Lead.id) != bindparam("lead"), _IS_LIVE)
_OWNED = (
    select(Lead.owner_id, Lead.status_since)
    .where(*_OTHER, col(Lead.owner_id) != bindparam("viewer"))
    .limit(_MOST)
)
_OFFERED = (
    select(Offer.to_user_id, Lead.status_since)
    .join(Lead, col(Lead.id) == Offer.lead_id)
    .where(
        *_OTHER,
        col(Offer.state) == OfferState.OPEN,
        col(Offer.to_user_id) != bindparam("viewer"),
    )
    .limit(_MOST)
)
#: What each kind of trace says, and whether they wrote there, in the order in which they weigh.
_TRACES = (
    (_WROTE, "replied there", True),
    # those of ours whose handle here is an author's there: maybe the same person
    (_BY_NAME, "may have written there: the names are spelt alike", True),
    (_DRAFTS, "is wording an answer", False),
    (_OWNED, "has another lead in it", False),
    (_OFFERED, "is offered another lead in it", False),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Colleague:
    """Somebody of ours in the conversation."""

    name: str
    does: str  # "replied there", "has another lead in it", "words an answer"
    at: datetime
    is_there: bool  # they wrote there; False: they may


def read_colleagues(
    db: Session, viewer: Viewer, lead: Lead, people: People
) -> tuple[Colleague, ...]:
    """Return who else of ours is in the thread of ``lead``, once each, who wrote there first."""
    asked = {"thread": lead.thread_id, "viewer": viewer.id, "lead": lead.id}
    once: dict[str, Colleague] = {}
    for trace, does, is_there in _TRACES:
        for user_id, at in db.exec(trace, params=asked):
            if user_id and (name := people.name(user_id)) is not None:
                once.setdefault(user_id, Colleague(name=name, does=does, at=at, is_there=is_there))
    return tuple(once.values())

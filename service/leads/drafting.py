"""Answers in the making: kept for each lead and writer, and held against what others were told.

Nothing here sends anything. Who has posted an answer says so, and that is a contact like any.
"""

from collections.abc import Callable, Collection, Sequence
from datetime import datetime, timedelta

from sqlalchemy import true
from sqlmodel import Session, col, select

from config import Config
from models.lead import Lead
from models.reply import ReplyDraft
from models.words import TouchpointKind
from nlp.near import is_near, sign
from service.errors import ConflictError, RefusedError
from service.leads.by_hand import log_touch
from service.leads.ledger import audit
from service.leads.whose import lead_to_work_on
from service.rules.etiquette import Earlier

#: Who reads a community for a quarter of a year has seen the same answer twice.
_LOOK_BACK = timedelta(days=90)
#: Of the newest answers: 128 numbers each are compared, which takes some 10 ms.
_MOST = 1_000
_MOST_TOLD = 5
_POSTED = timedelta(minutes=1)


def save_draft(db: Session, *, lead_id: str, user_id: str, text: str, now: datetime) -> ReplyDraft:
    """Keep what somebody means to answer; one open draft for each lead and writer.

    Raises:
        ForbiddenError: the lead is neither the user's nor theirs to decide about.
        NotFoundError: there is no such lead.
    """
    lead, user = lead_to_work_on(db, lead_id=lead_id, user_id=user_id)
    draft = open_draft(db, lead.id, user.id)
    if draft is None:
        draft = ReplyDraft(lead_id=lead.id, user_id=user.id, text="", signature=b"", saved_at=now)
    draft.text, draft.signature, draft.saved_at = text, sign("", text), now
    db.add(draft)
    audit(db, actor=user.id, action="reply.drafted", subject=f"lead:{lead.id}", at=now)
    return draft


def note_posted(
    db: Session,
    *,
    lead_id: str,
    user_id: str,
    rev: int,
    text: str,
    config: Config,
    now: datetime,
) -> Lead:
    """Note that somebody has posted an answer, in their own name: a contact, with its text.

    Raises:
        ForbiddenError: the lead is somebody else's.
        ConflictError: the lead changed since ``rev``, or the answer was noted a moment ago.
        RefusedError: nobody has accepted it yet, or there is no text.
    """
    if not text:
        raise RefusedError("Keep here what you posted, so that the next one sees it.")
    if _was_posted_just_now(db, lead_id, user_id, text, now):
        raise ConflictError("That was noted a moment ago.")
    lead = log_touch(
        db,
        lead_id=lead_id,
        user_id=user_id,
        rev=rev,
        kind=TouchpointKind.ENGAGE_REPLY,
        note=text,
        config=config,
        now=now,
    )
    draft = save_draft(db, lead_id=lead_id, user_id=user_id, text=text, now=now)
    draft.posted_at = now
    db.add(draft)
    return lead


def open_draft(db: Session, lead_id: str, user_id: str) -> ReplyDraft | None:
    """Return what a user means to answer and has not posted yet."""
    return db.exec(
        select(ReplyDraft).where(
            ReplyDraft.lead_id == lead_id,
            ReplyDraft.user_id == user_id,
            col(ReplyDraft.posted_at).is_(None),
        )
    ).first()


def drafts_of(db: Session, lead_id: str) -> Sequence[ReplyDraft]:
    """Return the answers to a lead, the newest first."""
    return db.exec(
        select(ReplyDraft)
        .where(ReplyDraft.lead_id == lead_id)
        .order_by(col(ReplyDraft.saved_at).desc(), col(ReplyDraft.id))
        .limit(_MOST_TOLD)
    ).all()


def nearly_the_same(
    db: Session,
    lead_id: str,
    text: str,
    *,
    called: Callable[[str], str | None],
    now: datetime,
    among: Collection[str] | None = None,
) -> tuple[Earlier, ...]:
    """Return answers to other leads that are this text but for an edit, the newest first.

    Args:
        db: an open session.
        lead_id: the lead that the text is for.
        text: what somebody means to answer.
        called: what somebody of that id is called to who reads it.
        now: the time.
        among: ids of users whose answers are looked at; None: everybody's.
    """
    signature = sign("", text)
    theirs = true() if among is None else col(ReplyDraft.user_id).in_(among)
    rows = db.exec(
        select(col(ReplyDraft.id), col(ReplyDraft.signature))
        .where(ReplyDraft.saved_at > now - _LOOK_BACK, ReplyDraft.lead_id != lead_id, theirs)
        .order_by(col(ReplyDraft.saved_at).desc(), col(ReplyDraft.id))
        .limit(_MOST)
    ).all()
    near = [one for one, other in rows if is_near(signature, type(signature)(other))]
    drafts = db.exec(
        select(ReplyDraft)
        .where(col(ReplyDraft.id).in_(near))
        .order_by(col(ReplyDraft.saved_at).desc(), col(ReplyDraft.id))
    )
    return tuple(
        Earlier(
            text=draft.text,
            lead_id=draft.lead_id,
            by=called(draft.user_id) or "somebody",
            at=draft.saved_at,
            is_posted=draft.posted_at is not None,
        )
        for draft in drafts
    )


def _was_posted_just_now(
    db: Session, lead_id: str, user_id: str, text: str, now: datetime
) -> bool:
    return (
        db.exec(
            select(ReplyDraft.id).where(
                ReplyDraft.lead_id == lead_id,
                ReplyDraft.user_id == user_id,
                ReplyDraft.text == text,
                col(ReplyDraft.posted_at) > now - _POSTED,
            )
        ).first()
        is not None
    )

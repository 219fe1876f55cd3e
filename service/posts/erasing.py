"""Erase an author: what they wrote here goes, and nothing of it comes back by another way.

Posts become tombstones, leads lose their titles and people, and a keyed hash on the suppression
list keeps the intake from taking anything of theirs in again (security-and-privacy.md, Art. 17).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import urlsplit

from sqlalchemy import delete, update
from sqlmodel import Session, col, func, select

from config import Config
from models.contact import PersonAuthor
from models.lead import Lead, Touchpoint
from models.moves import LeadEvent, Request
from models.post import Author, Post
from models.search import scrub_index, settle_index
from models.source import Source
from models.words import LeadStatus, SuppressionReason
from service.errors import NotFoundError
from service.leads.ledger import audit, take_turn
from service.leads.objecting import leave_alone
from service.leads.transitions import transition
from service.posts.liveness import bury
from service.posts.suppression import ANYWHERE, normalise_handle

_GONE = (LeadStatus.ERASED,)


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """What the house has of an author at one source."""

    author_id: str
    handle: str
    source: str  # its name
    host: str
    posts: int
    leads: int
    person_id: str | None  # somebody who let themselves be known, with this handle


def find_known(db: Session, handle: str, *, host: str | None = None) -> Sequence[Known]:
    """Return what there is of a handle, however it is spelt; at ``host`` only, if that is said."""
    rows = db.exec(
        select(Author, Source)
        .join(Source, col(Source.id) == Author.source_id)
        .where(Author.handle_norm == normalise_handle(handle))
        .order_by(Source.name)
    ).all()
    return [
        Known(
            author_id=author.id,
            handle=author.handle,
            source=source.name,
            host=host_of(source),
            posts=_count(db, select(func.count()).where(Post.author_id == author.id)),
            leads=_count(db, select(func.count()).where(Lead.author_id == author.id)),
            person_id=getattr(db.get(PersonAuthor, author.id), "person_id", None),
        )
        for author, source in rows
        if host is None or host_of(source) == host
    ]


def erase(
    db: Session,
    handle: str,
    *,
    host: str | None,
    secret: bytes,
    by: str,
    config: Config,
    now: datetime,
) -> int:
    """Erase an author in the caller's transaction; return how many posts were emptied.

    Args:
        db: a writing session.
        handle: as the source shows it.
        host: of the source; None: wherever it is found, also what is written there later.
        secret: of the installation, which keys the hash that is left.
        by: who does it, a user's id.
        config: for what becomes of leads that were somebody else's too.
        now: the time.

    Raises:
        NotFoundError: it is nobody's handle.
    """
    if not normalise_handle(handle):
        raise NotFoundError("Say whose: the handle is empty.")
    take_turn(db)
    known = find_known(db, handle, host=host)
    for where in {host or ANYWHERE, *(one.host for one in known)}:
        leave_alone(
            db,
            secret=secret,
            host=where,
            handle=handle,
            reason=SuppressionReason.ERASURE,
            by=by,
            now=now,
        )
    emptied = sum(_erase_author(db, one.author_id, by=by, config=config, now=now) for one in known)
    detail = {"authors": len(known), "posts": emptied}
    db.flush()
    settle_index(db.connection())
    scrub_index(db.connection())
    audit(db, actor=by, action="privacy.erased", subject="author", at=now, detail=detail)
    db.flush()
    return emptied


def _erase_author(db: Session, author_id: str, *, by: str, config: Config, now: datetime) -> int:
    author = db.get_one(Author, author_id)
    source = db.get_one(Source, author.source_id)
    leads = db.exec(select(Lead).where(Lead.author_id == author_id)).all()
    for lead in leads:
        _erase_lead(db, lead, by=by, now=now)
    db.flush()
    ids = db.exec(select(Post.external_id).where(Post.author_id == author_id)).all()
    emptied = bury(db, source, ids, config=config, now=now)
    # Posts that were emptied before keep their author until now.
    db.execute(update(Post).where(col(Post.author_id) == author_id).values(author_id=None))
    db.execute(delete(PersonAuthor).where(col(PersonAuthor.author_id) == author_id))
    db.flush()
    db.expire_all()
    if (row := db.get(Author, author_id)) is not None:
        db.delete(row)
        db.flush()
    return emptied


def _erase_lead(db: Session, lead: Lead, *, by: str, now: datetime) -> None:
    lead.title, lead.score_explain, lead.author_id = "", {}, None
    lead.person_id = None
    if lead.status not in _GONE:
        asked = Request(
            to=LeadStatus.ERASED,
            event=LeadEvent.ERASED,
            at=now,
            actor=by,
            reason=SuppressionReason.ERASURE.value,
        )
        transition(db, lead, asked, next_step="nothing; it was erased", next_step_at=None)
    db.execute(update(Touchpoint).where(col(Touchpoint.lead_id) == lead.id).values(note=""))
    db.add(lead)


def host_of(source: Source) -> str:
    """Return where a source's authors have their handles."""
    return urlsplit(source.url).hostname or ""


def _count(db: Session, counted: object) -> int:
    return int(db.scalar(counted) or 0)  # type: ignore[call-overload]  # a select of a count

"""Which authors and sources a topic does not listen to. Reads only; see `service.leads.muting`."""

from collections.abc import Sequence

from sqlalchemy import ColumnElement, and_, exists, or_
from sqlmodel import Session, col, select

from models.mute import Mute
from models.post import Author, Post
from models.signal import Signal
from models.source import Source


def is_muted(db: Session, *, topic_id: str, author_id: str | None, source_id: str) -> bool:
    """Tell whether nothing that an author writes at a source counts for a topic."""
    whose = or_(
        col(Mute.source_id) == source_id,
        and_(col(Mute.author_id).is_not(None), col(Mute.author_id) == author_id),
    )
    standing = select(Mute.id).where(
        Mute.topic_id == topic_id, col(Mute.lifted_at).is_(None), whose
    )
    return db.exec(standing.limit(1)).first() is not None


def standing(
    db: Session, *, topic_id: str, author_id: str | None = None, source_id: str | None = None
) -> Mute | None:
    """Return the mute of that very author or source that stands, if one does."""
    whose = (
        col(Mute.author_id) == author_id
        if author_id is not None
        else col(Mute.source_id) == source_id
    )
    return db.exec(
        select(Mute).where(Mute.topic_id == topic_id, col(Mute.lifted_at).is_(None), whose)
    ).first()


def mutes(db: Session, *, most: int = 100) -> Sequence[tuple[Mute, str]]:
    """Return the mutes that stand with the names of whom or what they mute, the newest first."""
    rows = db.exec(
        select(Mute, Author.handle, Source.name)
        .outerjoin(Author, col(Author.id) == Mute.author_id)
        .outerjoin(Source, col(Source.id) == Mute.source_id)
        .where(col(Mute.lifted_at).is_(None))
        .order_by(col(Mute.at).desc(), col(Mute.id))
        .limit(most)
    )
    return [(row, handle or name or "") for row, handle, name in rows]


def heard_under(row: Mute) -> ColumnElement[bool]:
    """Return the condition on `Signal` under which ``row`` is about it."""
    of_post = (
        col(Post.author_id) == row.author_id
        if row.author_id is not None
        else col(Post.source_id) == row.source_id
    )
    return and_(
        col(Signal.topic_id) == row.topic_id,
        col(Signal.post_id).in_(select(Post.id).where(of_post)),
    )


def muted_still() -> ColumnElement[bool]:
    """Return the condition on `Signal` under which some mute that stands is about it."""
    return exists().where(
        col(Mute.topic_id) == col(Signal.topic_id),
        col(Mute.lifted_at).is_(None),
        col(Post.id) == col(Signal.post_id),
        or_(
            col(Mute.author_id) == col(Post.author_id), col(Mute.source_id) == col(Post.source_id)
        ),
    )

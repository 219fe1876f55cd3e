"""Posts and signals, to be read: what was heard, and what it was taken for."""

from collections.abc import Sequence
from typing import Annotated

from fastapi import APIRouter, Depends, Query
from sqlalchemy import ColumnElement
from sqlmodel import Session, col, select

from models.lead import LeadSignal
from models.post import Author, Post, Thread
from models.signal import Signal
from models.source import Source
from models.words import Kind
from service.access.heard import seen_posts, seen_signals
from service.access.permissions import Permission
from service.access.viewer import Viewer
from service.api.callers import allow
from service.api.pages import Key, ListingHere, Page, ordered
from service.api.reads import left_alone, post_given, signal_given
from service.api.shapes.base import Moment, RowId, Slug
from service.api.shapes.leads import PostGiven, SignalGiven
from service.api.told import LINK, reads
from service.errors import NotFoundError
from service.serving.site import SiteHere
from service.store.engine import reading

router = APIRouter(tags=["posts and signals"])
Reader = Annotated[Viewer, Depends(allow(Permission.READ_LEADS))]
_POSTS = (Key(col(Post.id), descending=True),)
_SIGNALS = (Key(col(Signal.id), descending=True),)

_Found = tuple[Post, Source, Thread, Author | None]


@router.get("/posts", summary="List posts", responses=reads(headers=LINK))
def list_posts(
    site: SiteHere,
    viewer: Reader,
    listing: ListingHere,
    source: Annotated[Slug | None, Query(description="its slug")] = None,
    language: Annotated[str | None, Query(max_length=8)] = None,
    published_since: Moment | None = None,
) -> Page[PostGiven]:
    """List posts, the last fetched first. A rep sees those around the leads that he sees."""
    conditions = [seen_posts(viewer)]
    if source is not None:
        conditions.append(col(Source.slug) == source)
    if language is not None:
        conditions.append(col(Post.language) == language)
    if published_since is not None:
        conditions.append(col(Post.published_at) >= published_since)
    if (behind := listing.behind(_POSTS)) is not None:
        conditions.append(behind)
    with reading(site.engine) as db:
        rows = _posts(db, conditions, most=listing.limit + 1)
        shown, following = listing.page(rows, lambda row: (row[0].id,))
        items = _told_posts(db, shown, secret=site.secret)
    return Page(items=items, next=following)


@router.get("/posts/{post_id}", summary="Read a post", responses=reads())
def read_post(site: SiteHere, viewer: Reader, post_id: RowId) -> PostGiven:
    """Read a post; what was taken back at its source is empty."""
    with reading(site.engine) as db:
        rows = _posts(db, [col(Post.id) == post_id, seen_posts(viewer)], most=1)
        items = _told_posts(db, rows, secret=site.secret)
    if not items:
        raise NotFoundError("There is no such post, or it is not yours to see.")
    return items[0]


@router.get("/signals", summary="List signals", responses=reads(headers=LINK))
def list_signals(
    site: SiteHere,
    viewer: Reader,
    listing: ListingHere,
    topic: Annotated[Slug | None, Query(description="its id")] = None,
    kind: Kind | None = None,
    min_probability: Annotated[float, Query(ge=0, le=1, allow_inf_nan=False)] = 0,
) -> Page[SignalGiven]:
    """List signals, newest first. A rep sees those of the leads that he sees."""
    conditions = [seen_signals(viewer), col(Signal.probability) >= min_probability]
    if topic is not None:
        conditions.append(col(Signal.topic_id) == topic)
    if kind is not None:
        conditions.append(col(Signal.kind) == kind)
    if (behind := listing.behind(_SIGNALS)) is not None:
        conditions.append(behind)
    with reading(site.engine) as db:
        rows = db.exec(
            select(Signal).where(*conditions).order_by(*ordered(_SIGNALS)).limit(listing.limit + 1)
        ).all()
        shown, following = listing.page(rows, lambda signal: (signal.id,))
        items = _told_signals(db, shown, secret=site.secret)
    return Page(items=items, next=following)


@router.get("/signals/{signal_id}", summary="Read a signal", responses=reads())
def read_signal(site: SiteHere, viewer: Reader, signal_id: RowId) -> SignalGiven:
    """Read what a post was taken for, with the words that say so."""
    with reading(site.engine) as db:
        rows = db.exec(select(Signal).where(Signal.id == signal_id, seen_signals(viewer))).all()
        items = _told_signals(db, rows, secret=site.secret)
    if not items:
        raise NotFoundError("There is no such signal, or it is not yours to see.")
    return items[0]


def _posts(
    db: Session, conditions: Sequence[ColumnElement[bool]], *, most: int
) -> Sequence[_Found]:
    rows = db.exec(
        select(Post, Source, Thread, Author)
        .join(Source, col(Source.id) == Post.source_id)
        .join(Thread, col(Thread.id) == Post.thread_id)
        .outerjoin(Author, col(Author.id) == Post.author_id)
        .where(*conditions)
        .order_by(*ordered(_POSTS))
        .limit(most)
    )
    return [(post, source, thread, author) for post, source, thread, author in rows]


def _told_posts(db: Session, rows: Sequence[_Found], *, secret: bytes) -> tuple[PostGiven, ...]:
    hidden = left_alone(db, [(row[1], row[3]) for row in rows], secret=secret)
    return tuple(
        post_given(post, source, thread, author)
        for post, source, thread, author in rows
        if author is None or (source.id, author.handle) not in hidden
    )


def _told_signals(
    db: Session, signals: Sequence[Signal], *, secret: bytes
) -> tuple[SignalGiven, ...]:
    """Return signals as they are given, but those of authors who must be left alone."""
    of = [col(Post.id).in_([signal.post_id for signal in signals])]
    told = {post.id for post in _told_posts(db, _posts(db, of, most=len(signals)), secret=secret)}
    ids = [signal.id for signal in signals]
    leads = dict(
        db.exec(
            select(LeadSignal.signal_id, LeadSignal.lead_id).where(
                col(LeadSignal.signal_id).in_(ids)
            )
        ).all()
    )
    return tuple(signal_given(one, leads.get(one.id)) for one in signals if one.post_id in told)

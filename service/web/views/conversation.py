"""A thread as it was heard: posts in order, the asker's marked."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session, col, select

from models.lead import Lead, LeadSignal
from models.post import Author, Post
from models.signal import Signal
from service.folding import also_posted
from service.web.links import outward, rel
from service.web.marking import Excerpt, excerpt
from service.web.views.quoted import places

MOST_POSTS = 200
_LONGEST = 4000


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """A post of a conversation."""

    post_id: str
    author: str
    author_url: str | None
    is_asker: bool
    is_signal: bool  # of this lead
    is_opening: bool
    at: datetime
    is_edited: bool
    title: Excerpt | None
    words: Excerpt
    quoted: str  # what the author quoted from others
    url: str | None
    language: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """A further place in which the asker said the same."""

    source: str
    url: str | None
    rel: str  # of a link to it
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Conversation:
    """The posts of a thread that are known here, and where else its question stands."""

    posts: tuple[Said, ...]
    elsewhere: tuple[Place, ...]
    is_cut: bool  # there are more than are shown


def read_conversation(db: Session, lead: Lead) -> Conversation:
    """Return the thread of ``lead`` in the order in which it was written."""
    rows = db.exec(
        select(Post, Author)
        .outerjoin(Author, col(Author.id) == Post.author_id)
        .where(Post.thread_id == lead.thread_id)
        .order_by(col(Post.is_opening).desc(), col(Post.published_at), col(Post.id))
        .limit(MOST_POSTS + 1)
    ).all()
    signals = signals_of(db, lead.id)
    return Conversation(
        posts=tuple(
            say(
                post,
                author,
                [s for s in signals if s.post_id == post.id],
                asker_id=lead.author_id,
                most=_LONGEST,
            )
            for post, author in rows[:MOST_POSTS]
        ),
        elsewhere=tuple(
            Place(source=one.source, url=outward(one.url), rel=rel(one.licence), at=one.at)
            for one in also_posted(db, [lead.id]).get(lead.id, ())
        ),
        is_cut=len(rows) > MOST_POSTS,
    )


def signals_of(db: Session, lead_id: str) -> Sequence[Signal]:
    """Return the signals of a lead, the surest and latest first."""
    return db.exec(
        select(Signal)
        .join(LeadSignal, col(LeadSignal.signal_id) == Signal.id)
        .where(LeadSignal.lead_id == lead_id)
        .order_by(col(Signal.probability).desc(), col(Signal.happened_at).desc())
    ).all()


def say(
    post: Post,
    author: Author | None,
    signals: Sequence[Signal],
    *,
    asker_id: str | None,
    most: int,
) -> Said:
    """Return ``post`` as it is shown, at most about ``most`` characters around its evidence."""
    in_title = places(signals, "title", post.title)
    return Said(
        post_id=post.id,
        author=author.handle if author else "unnamed",
        author_url=outward(author.profile_url) if author else None,
        is_asker=asker_id is not None and post.author_id == asker_id,
        is_signal=bool(signals),
        is_opening=post.is_opening,
        at=post.published_at,
        is_edited=post.edited_at is not None or post.revision > 1,
        title=excerpt(post.title, in_title, most=300, before=80) if post.title else None,
        words=excerpt(post.text, places(signals, "body", post.text), most=most, before=most // 4),
        quoted=post.quoted[:most],
        url=outward(post.url),
        language="" if post.language == "und" else post.language,
    )

"""Posts that are looked for among all that are stored, and what came of each."""

from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session, col, select

from config.query import Query, Words, leaves
from config.query_text import QueryError
from models.lead import Lead, LeadSignal
from models.post import Author, Post
from models.signal import Signal
from models.source import Source, SourcePolicy
from models.words import UserRole
from nlp.text import fold
from service.access.viewer import Viewer
from service.access.visible import visible_to
from service.links import outward, rel
from service.posts.searching import posts_with, sought
from service.web.wording.marking import Excerpt, Mark, Marked, excerpt

PAGE_SIZE = 30
_SHOWN = 240  # characters of a post
_BEFORE = 60
_MOST_MARKS = 20
#: They see some of the leads, so no posts beside those.
_SEE_SOME = frozenset({UserRole.REP, UserRole.PARTNER, UserRole.PRIVACY_OFFICER})


@dataclass(frozen=True, slots=True, kw_only=True)
class FoundPost:
    """A post that was looked for."""

    title: Excerpt
    words: Excerpt
    author: str
    source: str
    at: datetime
    url: str | None
    rel: str
    lead_id: str | None  # that came of it


@dataclass(frozen=True, slots=True, kw_only=True)
class FoundPosts:
    """A page of them."""

    posts: tuple[FoundPost, ...]
    problem: str | None  # with what was typed
    next: int | None  # where the next page begins; None: there is none


def sees_all_posts(viewer: Viewer) -> bool:
    """Return whether ``viewer`` may look among all posts."""
    return viewer.role not in _SEE_SOME


def search_posts(db: Session, viewer: Viewer, typed: str, *, before: int | None) -> FoundPosts:
    """Return the posts that match ``typed``, the one that came last first."""
    if not typed:
        return FoundPosts(posts=(), problem=None, next=None)
    try:
        query = sought(typed)
    except QueryError as error:
        return FoundPosts(posts=(), problem=str(error), next=None)
    found = posts_with(db, query, before=before, most=PAGE_SIZE + 1)
    page = found[:PAGE_SIZE]
    return FoundPosts(
        posts=_told(db, viewer, [post_id for _, post_id in page], query),
        problem=None,
        next=page[-1][0] if len(found) > PAGE_SIZE else None,
    )


def _told(db: Session, viewer: Viewer, ids: list[str], query: Query) -> tuple[FoundPost, ...]:
    rows = db.exec(
        select(Post, Source, SourcePolicy, Author.handle)
        .join(Source, col(Source.id) == Post.source_id)
        .join(SourcePolicy, col(SourcePolicy.name) == Source.policy_name)
        .outerjoin(Author, col(Author.id) == Post.author_id)
        .where(col(Post.id).in_(ids))
    ).all()
    leads = dict(
        db.exec(
            select(Signal.post_id, LeadSignal.lead_id)
            .join(LeadSignal, col(LeadSignal.signal_id) == Signal.id)
            .join(Lead, col(Lead.id) == LeadSignal.lead_id)
            .where(col(Signal.post_id).in_(ids), visible_to(viewer))
        ).all()
    )
    looked_for = [fold(leaf.text) for leaf in leaves(query) if isinstance(leaf, Words)]
    told = {
        post.id: FoundPost(
            title=_marked(post.title, looked_for),
            words=_marked(post.text, looked_for),
            author=author or "somebody",
            source=source.name,
            at=post.published_at,
            url=outward(post.url),
            rel=rel(policy.licence),
            lead_id=leads.get(post.id),
        )
        for post, source, policy, author in rows
    }
    return tuple(told[post_id] for post_id in ids if post_id in told)


def _marked(text: str, looked_for: list[str]) -> Excerpt:
    """Return the passage of a text in which the words stand first."""
    folded = fold(text)
    places: list[Marked] = []
    for words in looked_for:
        start = folded.find(words)
        while start >= 0 and len(places) < _MOST_MARKS:
            end = start + len(words)
            places.append(Marked(start=start, end=end, mark=Mark.PHRASE, why="looked for"))
            start = folded.find(words, end)
    places.sort(key=lambda place: place.start)
    return excerpt(text, places, most=_SHOWN, before=_BEFORE)

"""Read the social map of a topic: the conversations in which somebody is in the market for it.

Of a person there is a pseudonym, the same at every look and at every place that is known to be
theirs, and a new one once they were erased and come back. Nobody who must be left alone is in it,
nor is what a reader may not see; what came to us by itself was said in no community.
"""

import hmac
import re
from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import and_, func, select
from sqlmodel import Session, col

from models.contact import PersonAuthor
from models.post import Author, Post
from models.signal import Signal
from models.source import Source
from models.topic import Topic
from models.words import SignalStatus, SourceKind
from nlp.text import fold
from service.access.heard import seen_posts
from service.access.viewer import Viewer
from service.errors import NotFoundError
from service.posts.suppression import suppressed
from service.rules.social_map import SocialMap, Spoken, draw

#: Posts of one map, the newest: two seconds of reading at the most.
MOST_POSTS = 5_000
_READ = 4_000  # characters of a post
_PSEUDONYM = 12  # hexadecimal digits: two in a million people share one
_IN_CHUNK = 400  # ids in one statement; SQLite takes 999 variables at the least


@dataclass(frozen=True, slots=True, kw_only=True)
class TopicMap:
    """Who talks where about a topic."""

    topic: str  # its id
    since: datetime
    posts: int  # that were read
    is_cut: bool  # there are older ones since then, which were not read
    drawn: SocialMap
    communities: Mapping[str, str]  # names by slug


@dataclass(frozen=True, slots=True, kw_only=True)
class _Said:
    """A post as it was read."""

    external_id: str
    parent: str | None  # the external id of what it answers, where its source says so
    thread_id: str
    author_id: str | None
    is_opening: bool
    words: str
    handle: str | None
    source_id: str
    community: str  # its slug
    place: str  # its name
    url: str  # of the community
    is_signal: bool
    matched: tuple[str, ...]  # names of products that the topic found in it


def topic_map(
    db: Session,
    viewer: Viewer,
    topic_id: str,
    *,
    secret: bytes,
    since: datetime,
    most: int,
) -> TopicMap:
    """Return the map of what was said about a topic since then, as far as ``viewer`` sees it.

    Args:
        db: an open session.
        viewer: who looks.
        topic_id: the topic.
        secret: of the installation, which keys the pseudonyms.
        since: the beginning.
        most: nodes of each kind at the most.

    Raises:
        NotFoundError: there is no such topic.
    """
    topic = db.get(Topic, topic_id)
    if topic is None:
        raise NotFoundError("There is no such topic.")
    found = _posts(db, viewer, topic_id, since)
    is_cut = len(found) > MOST_POSTS
    read = _may_be_told(db, found[:MOST_POSTS], secret)
    named = _pseudonyms(db, {one.author_id for one in read if one.author_id}, secret)
    return TopicMap(
        topic=topic_id,
        since=since,
        posts=len(read),
        is_cut=is_cut,
        drawn=draw(_spoken(read, _Names.of(topic), named), most=most),
        communities={one.community: one.place for one in read},
    )


def _posts(db: Session, viewer: Viewer, topic_id: str, since: datetime) -> Sequence[_Said]:
    """Return the newest posts of the topic's conversations, one more than a map has."""
    is_heard = and_(
        col(Signal.topic_id) == topic_id,
        col(Signal.probability) > 0,
        col(Signal.status) != SignalStatus.REJECTED,
    )
    heard = (
        select(col(Post.thread_id))
        .join(Signal, col(Signal.post_id) == col(Post.id))
        .where(is_heard, col(Signal.happened_at) >= since)
    )
    rows = db.connection().execute(
        select(
            col(Post.external_id),
            col(Post.parent_external_id),
            col(Post.thread_id),
            col(Post.author_id),
            col(Post.is_opening),
            func.substr(col(Post.title) + " " + col(Post.text), 1, _READ),
            col(Author.handle),
            col(Source.id),
            col(Source.slug),
            col(Source.name),
            col(Source.url),
            col(Signal.id),
            col(Signal.matched),
        )
        .select_from(Post)
        .join(Source, col(Source.id) == col(Post.source_id))
        .outerjoin(Author, col(Author.id) == col(Post.author_id))
        .outerjoin(Signal, and_(col(Signal.post_id) == col(Post.id), is_heard))
        .where(
            col(Post.thread_id).in_(heard),
            col(Post.published_at) >= since,
            col(Post.deleted_at_source).is_(None),
            col(Source.kind) != SourceKind.INBOUND,
            seen_posts(viewer),
        )
        .order_by(col(Post.published_at).desc(), col(Post.id))
        .limit(MOST_POSTS + 1)
    )
    return [
        _Said(
            external_id=external_id,
            parent=parent,
            thread_id=thread_id,
            author_id=author_id,
            is_opening=is_opening,
            words=words,
            handle=handle,
            source_id=source_id,
            community=slug,
            place=name,
            url=url,
            is_signal=signal_id is not None,
            matched=tuple(
                str(row["text"])
                for row in matched or ()
                if row.get("reason") in {"product", "competitor"}
            ),
        )
        for (
            external_id,
            parent,
            thread_id,
            author_id,
            is_opening,
            words,
            handle,
            source_id,
            slug,
            name,
            url,
            signal_id,
            matched,
        ) in rows
    ]


def _may_be_told(db: Session, read: Sequence[_Said], secret: bytes) -> Sequence[_Said]:
    """Return the posts but those of authors who must be left alone."""
    handles: dict[str, set[str]] = defaultdict(set)
    for one in read:
        if one.handle is not None:
            handles[one.url].add(one.handle)
    hidden = {
        (url, handle)
        for url, names in handles.items()
        for handle in suppressed(db, secret=secret, source_url=url, handles=names)
    }
    return [one for one in read if (one.url, one.handle) not in hidden]


def _pseudonyms(db: Session, authors: Collection[str], secret: bytes) -> Mapping[str, str]:
    """Return by author id what they are called: the same for all handles of one person."""
    persons: dict[str, str] = {}
    ids = sorted(authors)
    for start in range(0, len(ids), _IN_CHUNK):
        linked = col(PersonAuthor.author_id).in_(ids[start : start + _IN_CHUNK])
        persons |= {
            row.author_id: row.person_id for row in db.scalars(select(PersonAuthor).where(linked))
        }
    return {one: pseudonym(secret, persons.get(one, one)) for one in ids}


def pseudonym(secret: bytes, whose: str) -> str:
    """Return what somebody is called who is not to be named: a keyed hash of their id."""
    return hmac.digest(secret, f"social map\n{whose}".encode(), "sha256").hex()[:_PSEUDONYM]


@dataclass(frozen=True, slots=True)
class _Names:
    """Products by every spelling of theirs."""

    known: Mapping[str, str]  # folded, as the topic writes them
    pattern: re.Pattern[str] | None

    @classmethod
    def of(cls, topic: Topic) -> "_Names":
        lists = (topic.definition.get("competitors"), topic.definition.get("products"))
        names = [str(name) for those in lists if isinstance(those, list) for name in those]
        known = {fold(name).strip(): name for name in reversed(names)}
        words = sorted(known.keys() - {""}, key=lambda word: (-len(word), word))
        if not words:
            return cls(known, None)
        return cls(known, re.compile(rf"(?<!\w)(?:{'|'.join(map(re.escape, words))})(?!\w)"))

    def found_in(self, one: _Said) -> frozenset[str]:
        """Return the products that a post names, as the topic writes them."""
        said = {fold(name).strip() for name in one.matched}
        if self.pattern is not None:
            said |= {match.group() for match in self.pattern.finditer(fold(one.words))}
        return frozenset(self.known[word] for word in said if word in self.known)


def _spoken(read: Sequence[_Said], names: _Names, named: Mapping[str, str]) -> Iterator[Spoken]:
    by_place = {(one.source_id, one.external_id): one for one in read}
    opened = {one.thread_id: one for one in read if one.is_opening}
    for one in read:
        # Where a source has no parents, as in most forums, a reply is to who opened the thread.
        answered = by_place.get((one.source_id, one.parent or "")) or opened.get(one.thread_id)
        whom = answered.author_id if answered is not None and answered is not one else None
        yield Spoken(
            community=one.community,
            author=named[one.author_id] if one.author_id else None,
            answers=named[whom] if whom and not one.is_opening else None,
            products=names.found_in(one),
            is_signal=one.is_signal,
        )

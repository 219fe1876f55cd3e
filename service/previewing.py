"""Which stored posts a topic or a query finds, before anybody relies on it."""

import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import Row, Select
from sqlalchemy import select as columns
from sqlmodel import Session, col, func, select

from config.topic import Topic
from crawlers.found import FoundPost
from models.post import Author, Post, Thread
from models.signal import Signal
from models.source import Source
from models.words import SignalStatus
from nlp.judgement import Evidence, TopicMatch
from service.posts.judging import TopicFinder

_AT_ONCE = 500  # rows in memory


@dataclass(frozen=True, slots=True, kw_only=True)
class Previewed:
    """A stored post, and how it matches; None when it doesn't."""

    post: Post
    source: str
    author: str | None
    match: TopicMatch | None

    def as_json(self) -> dict[str, object]:
        """Return the line that `harken topics preview --json` prints for a match."""
        phrases = self.match.phrases if self.match else ()
        return {
            "id": self.post.id,
            "source": self.source,
            "url": self.post.url,
            "author": self.author,
            "title": self.post.title,
            "published": self.post.published_at,
            "fit": self.match.fit if self.match else 0.0,
            "matched": [
                {
                    "text": phrase.text,
                    "reason": phrase.reason,
                    "field": phrase.span.field,
                    "start": phrase.span.start,
                    "end": phrase.span.end,
                }
                for phrase in phrases
            ],
        }


def count_posts(db: Session) -> int:
    """Return how many posts are stored."""
    return db.exec(select(func.count(col(Post.id)))).one()


def preview(db: Session, topic: Topic) -> Iterator[Previewed]:
    """Yield every stored post, newest first, with its match by ``topic`` as if it were active."""
    finder = TopicFinder([topic.model_copy(update={"active": True})])
    rows = db.exec(
        select(Post, Source.slug, Thread.title, Author.handle)
        .join(Source, col(Source.id) == Post.source_id)
        .join(Thread, col(Thread.id) == Post.thread_id)
        .outerjoin(Author, col(Author.id) == Post.author_id)
        .order_by(col(Post.published_at).desc(), col(Post.id))
        .execution_options(yield_per=_AT_ONCE)
    )
    for post, slug, thread_title, author in rows:
        found = finder.find(
            FoundPost(
                external_id=post.id,
                url=post.url,
                title=post.title,
                text=post.text,
                author=author,
                thread_title=thread_title,
            ),
            slug,
        )
        yield Previewed(post=post, source=slug, author=author, match=next(iter(found), None))


#: What an editor's preview reads of the newest posts, and how long it may take for it. Both bounds
#: hold whatever is stored: the answer says how far it got.
MOST_READ = 20_000
PATIENCE_SECONDS = 0.35
#: Signals of the topic that are looked at again; they reach further back than the newest posts.
MOST_SIGNALS = 500
_LEAST_SIGNALS = 100  # whatever the time
_SHOWN = 50


@dataclass(frozen=True, slots=True, kw_only=True)
class Match:
    """A post that a draft finds, or that it finds no more."""

    post_id: str
    title: str  # its own, or its thread's
    text: str
    url: str | None
    source: str
    author: str | None
    published_at: datetime
    phrases: tuple[Evidence, ...]  # what found it
    is_new: bool = False  # the topic as saved doesn't find it
    was_confirmed: bool = False  # somebody said that it is a lead


@dataclass(frozen=True, slots=True, kw_only=True)
class Effect:
    """What a draft of a topic would mean for what is stored."""

    read: int  # of the newest posts
    is_all: bool  # there are no others
    found: int  # among those read
    was_found: int | None  # among them, by the topic as saved; None: it is new
    gained: int
    lost: int  # posts that would be found no more, signals of earlier times among them
    matches: tuple[Match, ...]  # newest first, the last fifty
    losses: tuple[Match, ...]  # confirmed ones first, fifty at the most
    signals: int  # of the topic, looked at again
    signals_lost: int
    confirmed_lost: int

    @property
    def found_share(self) -> float:
        """Which share of what was read it finds, 0..1."""
        return self.found / self.read if self.read else 0.0


@dataclass(slots=True)
class _Tally:
    """What was seen so far."""

    read: int = 0
    found: int = 0
    was_found: int = 0
    gained: int = 0
    signals: int = 0
    signals_lost: int = 0
    confirmed_lost: int = 0
    matches: list[Match] = field(default_factory=list)
    losses: dict[str, Match] = field(default_factory=dict)


def effect_of(
    db: Session,
    draft: Topic,
    was: Topic | None,
    *,
    most: int = MOST_READ,
    seconds: float = PATIENCE_SECONDS,
) -> Effect:
    """Return what ``draft`` finds of the newest posts, and gains and loses against ``was``.

    A topic's own signals are looked at again as well: what an exclusion takes away is seldom
    among the newest posts of all. Nothing is judged; a higher threshold loses the signals whose
    stored probability is below it.

    Args:
        db: where the posts are.
        draft: as it is typed; taken as active.
        was: as it is saved.
        most: posts to read.
        seconds: for how long to read them; one batch is always read.
    """
    new = TopicFinder([draft.model_copy(update={"active": True})])
    old = TopicFinder([was.model_copy(update={"active": True})]) if was is not None else None
    tally = _Tally()
    began = time.monotonic()
    if was is not None:
        _look_at_signals(db, draft, was, new, tally, until=began + seconds / 2)
    is_all = _look_at_newest(db, new, old, tally, most=most, until=began + seconds)
    losses = sorted(
        tally.losses.values(), key=lambda m: (not m.was_confirmed, -m.published_at.timestamp())
    )
    return Effect(
        read=tally.read,
        is_all=is_all,
        found=tally.found,
        was_found=tally.was_found if old is not None else None,
        gained=tally.gained,
        lost=len(losses),
        matches=tuple(tally.matches),
        losses=tuple(losses[:_SHOWN]),
        signals=tally.signals,
        signals_lost=tally.signals_lost,
        confirmed_lost=tally.confirmed_lost,
    )


_READ: Select[*tuple[Any, ...]] = (
    columns(
        col(Post.id).label("post_id"),
        col(Post.title),
        col(Post.text),
        col(Post.url),
        col(Post.published_at),
        col(Source.slug),
        col(Source.name).label("source"),
        col(Thread.title).label("thread_title"),
        col(Author.handle).label("author"),
    )
    .join(Source, col(Source.id) == col(Post.source_id))
    .join(Thread, col(Thread.id) == col(Post.thread_id))
    .outerjoin(Author, col(Author.id) == col(Post.author_id))
)


def _look_at_newest(
    db: Session,
    new: TopicFinder,
    old: TopicFinder | None,
    tally: _Tally,
    *,
    most: int,
    until: float,
) -> bool:
    """Read the newest posts; say whether there are no others."""
    newest = _READ.order_by(col(Post.published_at).desc()).limit(most + 1)
    # With a cursor of the server's, so that what is beyond the bounds is never fetched.
    streamed = newest.execution_options(stream_results=True)
    with db.connection().execute(streamed) as rows:
        for batch in rows.partitions(_AT_ONCE):
            for row in batch:
                if tally.read == most:
                    return False
                tally.read += 1
                _weigh(row, new, old, tally)
            if time.monotonic() > until:
                return len(batch) < _AT_ONCE
    return True


def _weigh(
    row: Row[*tuple[Any, ...]], new: TopicFinder, old: TopicFinder | None, tally: _Tally
) -> None:
    found = _found(new, row)
    before = _found(old, row) if old is not None else None
    tally.was_found += before is not None
    if found is not None:
        tally.found += 1
        is_new = old is not None and before is None
        tally.gained += is_new
        if len(tally.matches) < _SHOWN:
            tally.matches.append(_match(row, found, is_new=is_new))
    elif before is not None:
        tally.losses.setdefault(row.post_id, _match(row, before))


def _look_at_signals(
    db: Session, draft: Topic, was: Topic, new: TopicFinder, tally: _Tally, *, until: float
) -> None:
    rows = db.connection().execute(
        _READ.add_columns(col(Signal.probability), col(Signal.status))
        .join(Signal, col(Signal.post_id) == col(Post.id))
        .where(col(Signal.topic_id) == was.id, col(Signal.probability) > 0)
        .order_by(col(Signal.created_at).desc())
        .limit(MOST_SIGNALS)
    )
    old = TopicFinder([was.model_copy(update={"active": True})])
    for number, row in enumerate(rows.all()):
        if number >= _LEAST_SIGNALS and time.monotonic() > until:
            break
        before = _found(old, row)
        if before is None or row.probability < was.threshold:
            continue  # the topic has changed since; that is no effect of this draft
        tally.signals += 1
        if _found(new, row) is None or row.probability < draft.threshold:
            is_confirmed = row.status is SignalStatus.CONFIRMED
            tally.signals_lost += 1
            tally.confirmed_lost += is_confirmed
            tally.losses[row.post_id] = _match(row, before, was_confirmed=is_confirmed)


def _found(finder: TopicFinder, row: Row[*tuple[Any, ...]]) -> TopicMatch | None:
    post = FoundPost(
        external_id=row.post_id,
        url=row.url,
        title=row.title,
        text=row.text,
        author=row.author,
        thread_title=row.thread_title,
    )
    return next(iter(finder.find(post, row.slug)), None)


def _match(
    row: Row[*tuple[Any, ...]],
    found: TopicMatch,
    *,
    is_new: bool = False,
    was_confirmed: bool = False,
) -> Match:
    return Match(
        post_id=row.post_id,
        title=row.title or row.thread_title,
        text=row.text,
        url=row.url,
        source=row.source,
        author=row.author,
        published_at=row.published_at,
        phrases=found.phrases,
        is_new=is_new,
        was_confirmed=was_confirmed,
    )

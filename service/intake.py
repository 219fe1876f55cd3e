"""From found posts to stored posts, signals and leads: one transaction a batch.

Idempotent: the same batch taken in twice changes nothing the second time. The cursor is committed
with the posts that it follows, so a crawl that is killed goes on where it stopped. Nothing of a
suppressed author is stored.
"""

import hashlib
import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlmodel import Session, col, select

from config import Config
from config.settings import PrivacyMode
from crawlers.found import FoundPost
from models.lead import LeadSignal
from models.post import Author, Post, Thread
from models.signal import Signal
from models.source import Source, SourcePolicy
from service.hearing import hear, reconsider
from service.judging import Judged, Listener
from service.keeping import Kept, keep, keep_hash
from service.signals import rejudge, signal_of, withdraw
from service.suppression import normalise_handle, suppressed
from service.transitions import lead_of

logger = logging.getLogger(__name__)

#: The same words by the same author within this time are one signal: a cross-post.
_CROSS_POST = timedelta(days=3)
_IN_CHUNK = 500  # ids in one query; SQLite takes 999 variables at the least


@dataclass(frozen=True, slots=True, kw_only=True)
class Counts:
    """What became of a batch."""

    new: int = 0
    updated: int = 0
    duplicates: int = 0
    suppressed: int = 0
    signals: int = 0

    def __add__(self, other: "Counts") -> "Counts":
        """Return both together."""
        return Counts(
            new=self.new + other.new,
            updated=self.updated + other.updated,
            duplicates=self.duplicates + other.duplicates,
            suppressed=self.suppressed + other.suppressed,
            signals=self.signals + other.signals,
        )


@dataclass(frozen=True, slots=True)
class Intake:
    """Takes posts in; holds what does not change from batch to batch."""

    config: Config
    listener: Listener
    secret: bytes

    def take_in(
        self, db: Session, source: Source, found: Sequence[FoundPost], *, now: datetime
    ) -> Counts:
        """Store ``found`` and what follows from it, in the caller's transaction."""
        handles = {post.author for post in found if post.author}
        barred = suppressed(db, secret=self.secret, source_url=source.url, handles=handles)
        admitted = {p.external_id: p for p in found if p.author is None or p.author not in barred}
        known = _known(db, source, list(admitted))
        counts = Counts(
            suppressed=sum(1 for p in found if p.author in barred),
            duplicates=sum(1 for p in found if p.author not in barred) - len(admitted),
        )
        for external_id, post in admitted.items():
            counts += self._take(db, source, post, known.get(external_id), now)
        return counts

    def _take(
        self, db: Session, source: Source, found: FoundPost, row: Post | None, now: datetime
    ) -> Counts:
        digest = content_hash(found)
        if row is not None and row.content_hash == digest:
            if found.url and row.url != found.url:  # moved, or another port: the same post
                row.url = found.url
                db.add(row)
            return Counts(duplicates=1)
        matched = self.listener.judge(
            title=found.title,
            text=found.text,
            thread_title=found.thread_title,
            source=source.slug,
        )
        heard = _signals_of(db, row)
        judged = [j for j in matched if j.is_signal or j.match.topic_id in heard]
        kept = self._keep(db, source, found, matched, judged)
        language = matched[0].judgement.language if matched else "und"
        if row is not None:
            _revise(db, source, row, kept.post, digest, now)
            row.language = language
            return Counts(updated=1, signals=self._hear_again(db, row, kept, heard, now))
        post = self._store(db, source, kept.post, digest, language, now)
        if judged and _is_cross_post(db, post, found):
            return Counts(new=1)
        return Counts(new=1, signals=sum(self._signal(db, post, j, now) for j in kept.judged))

    def _keep(
        self,
        db: Session,
        source: Source,
        found: FoundPost,
        matched: Sequence[Judged],
        judged: Sequence[Judged],
    ) -> Kept:
        """Return how much of a post may be stored: by its source's policy and privacy.mode."""
        if self.config.settings.privacy.mode is PrivacyMode.EU and not matched:
            return keep_hash(found)
        return keep(found, judged, db.get_one(SourcePolicy, source.policy_name).allow_storage)

    def _store(
        self,
        db: Session,
        source: Source,
        kept: FoundPost,
        digest: str,
        language: str,
        now: datetime,
    ) -> Post:
        post = Post(
            source_id=source.id,
            external_id=kept.external_id,
            thread_id=_thread(db, source, kept, now).id,
            author_id=_author_id(db, source, kept, now),
            parent_external_id=kept.parent_external_id,
            is_opening=kept.is_opening,
            url=kept.url,
            title=kept.title,
            text=kept.text,
            quoted=kept.quoted,
            language=language,
            published_at=min(kept.published or now, now),
            edited_at=kept.edited,
            fetched_at=now,
            content_hash=digest,
            retention_until=now + timedelta(days=self.config.settings.retention.posts_days),
        )
        db.add(post)
        db.flush()
        return post

    def _signal(self, db: Session, post: Post, judged: Judged, now: datetime) -> int:
        signal = signal_of(judged, post, now)
        db.add(signal)
        db.flush()
        hear(db, signal, post, config=self.config, now=now)
        return 1

    def _hear_again(
        self, db: Session, post: Post, kept: Kept, heard: Mapping[str, Signal], now: datetime
    ) -> int:
        """Bring the signals of an edited post up to date; return how many are new.

        A signal stays the same row, also when its post asks for nothing any more: its lead has to
        learn of it.
        """
        judged = {j.match.topic_id: j for j in kept.judged}
        for topic_id, signal in heard.items():
            if topic_id in judged:
                rejudge(signal, judged[topic_id])
            else:
                withdraw(signal)
            db.add(signal)
            db.flush()
            lead_id = db.exec(
                select(LeadSignal.lead_id).where(LeadSignal.signal_id == signal.id)
            ).first()
            if lead_id:
                reconsider(db, lead_of(db, lead_id), config=self.config, now=now)
            elif topic_id in judged and judged[topic_id].is_signal:
                hear(db, signal, post, config=self.config, now=now)  # it was too weak for a lead
        return sum(
            self._signal(db, post, j, now)
            for topic_id, j in judged.items()
            if topic_id not in heard
        )


def content_hash(found: FoundPost) -> str:
    """Return the hash by which an edit is noticed: of the words and who says them.

    Addresses are not in it, so that a site that moves is not taken for one that was rewritten.
    """
    words = "\x00".join((found.title, found.text, found.quoted, found.author or ""))
    return hashlib.sha256(words.encode("utf-8", "surrogatepass")).hexdigest()


def _revise(
    db: Session, source: Source, row: Post, kept: FoundPost, digest: str, now: datetime
) -> None:
    _thread(db, source, kept, now)
    row.author_id = _author_id(db, source, kept, now)
    row.title, row.text, row.quoted = kept.title, kept.text, kept.quoted
    row.url = kept.url
    row.edited_at = kept.edited or now
    row.fetched_at = now
    row.content_hash = digest
    row.revision += 1
    db.add(row)
    db.flush()


def _signals_of(db: Session, post: Post | None) -> Mapping[str, Signal]:
    """Return the signals that a post is already, by topic."""
    if post is None:
        return {}
    rows = db.exec(select(Signal).where(Signal.post_id == post.id).order_by(Signal.topic_id))
    return {signal.topic_id: signal for signal in rows}


def _known(db: Session, source: Source, external_ids: Sequence[str]) -> dict[str, Post]:
    found: dict[str, Post] = {}
    for start in range(0, len(external_ids), _IN_CHUNK):
        chunk = external_ids[start : start + _IN_CHUNK]
        rows = db.exec(
            select(Post).where(Post.source_id == source.id, col(Post.external_id).in_(chunk))
        )
        found.update((row.external_id, row) for row in rows)
    return found


def _thread(db: Session, source: Source, found: FoundPost, now: datetime) -> Thread:
    key = found.thread_key or found.external_id
    thread = db.exec(
        select(Thread).where(Thread.source_id == source.id, Thread.key == key)
    ).first()
    title = found.thread_title or (found.title if found.is_opening else "")
    if thread is None:
        thread = Thread(source_id=source.id, key=key, title=title, first_seen_at=now)
    thread.title = title or thread.title
    thread.url = found.thread_url or thread.url or (found.url if found.is_opening else None)
    db.add(thread)
    db.flush()
    return thread


def _author_id(db: Session, source: Source, found: FoundPost, now: datetime) -> str | None:
    handle_norm = normalise_handle(found.author or "")
    if not found.author or not handle_norm:
        return None
    author = db.exec(
        select(Author).where(Author.source_id == source.id, Author.handle_norm == handle_norm)
    ).first()
    if author is None:
        author = Author(
            source_id=source.id, handle=found.author, handle_norm=handle_norm, first_seen_at=now
        )
    author.profile_url = found.author_url or author.profile_url
    db.add(author)
    db.flush()
    return author.id


def _is_cross_post(db: Session, post: Post, found: FoundPost) -> bool:
    """Tell whether the same author said the same words elsewhere lately, and was heard."""
    if not found.author:
        return False
    twin = db.exec(
        select(Post.id)
        .join(Signal, col(Signal.post_id) == Post.id)
        .join(Author, col(Author.id) == Post.author_id)
        .where(
            Post.content_hash == post.content_hash,
            Post.id != post.id,
            Author.handle_norm == normalise_handle(found.author),
            Post.published_at > post.published_at - _CROSS_POST,
            Post.published_at < post.published_at + _CROSS_POST,
        )
        .limit(1)
    ).first()
    return twin is not None

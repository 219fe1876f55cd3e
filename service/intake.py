"""From found posts to stored posts, signals and leads: one transaction a batch.

Idempotent: the same batch taken in twice changes nothing the second time. The cursor is committed
with the posts that it follows, so a crawl that is killed goes on where it stopped. Nothing of a
suppressed author is stored.
"""

import hashlib
import logging
from collections.abc import Mapping, Sequence, Set
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
from nlp.language import language_of_post
from nlp.text import read
from service.folding import fold, forget, remember, words_of
from service.hearing import hear, reconsider
from service.judging import Judged, Listener
from service.keeping import Kept, keep, keep_hash
from service.signals import rejudge, signal_of, withdraw
from service.suppression import normalise_handle, suppressed
from service.transitions import lead_of

logger = logging.getLogger(__name__)

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
class Listened:
    """What was made of a post before it is written."""

    matched: tuple[Judged, ...]
    language: str  # also of a post that no topic asked about: such posts are counted too


#: Posts that are to be judged, by id at their source and hash of their words.
Fresh = Mapping[tuple[str, str], FoundPost]
#: What was made of posts, by the same.
Ahead = Mapping[tuple[str, str], Listened]


@dataclass(frozen=True, slots=True)
class Intake:
    """Takes posts in; holds what does not change from batch to batch."""

    config: Config
    listener: Listener
    secret: bytes

    def fresh(self, db: Session, source: Source, found: Sequence[FoundPost]) -> Fresh:
        """Return the posts of ``found`` that will have to be judged: new, changed, not barred."""
        barred = self._barred(db, source, found)
        hashes = {
            external_id: post.content_hash
            for external_id, post in _known(db, source, [p.external_id for p in found]).items()
        }
        keyed = {(p.external_id, content_hash(p)): p for p in found if p.author not in barred}
        return {
            (external_id, digest): post
            for (external_id, digest), post in keyed.items()
            if hashes.get(external_id) != digest
        }

    def listen(self, source: str, posts: Fresh) -> Ahead:
        """Return what the listener makes of posts, for ``take_in``. Needs no transaction.

        Judging takes milliseconds a post. Within the transaction that writes a batch it would keep
        everybody else from writing for seconds.
        """
        return {key: self._listened(source, post) for key, post in posts.items()}

    def take_in(
        self,
        db: Session,
        source: Source,
        found: Sequence[FoundPost],
        *,
        now: datetime,
        ahead: Ahead | None = None,
    ) -> Counts:
        """Store ``found`` and what follows from it, in the caller's transaction.

        What ``ahead`` doesn't have is judged here.
        """
        barred = self._barred(db, source, found)
        admitted = {p.external_id: p for p in found if p.author is None or p.author not in barred}
        known = _known(db, source, list(admitted))
        counts = Counts(
            suppressed=sum(1 for p in found if p.author in barred),
            duplicates=sum(1 for p in found if p.author not in barred) - len(admitted),
        )
        for external_id, post in admitted.items():
            counts += self._take(db, source, post, known.get(external_id), now, ahead or {})
        return counts

    def _barred(self, db: Session, source: Source, found: Sequence[FoundPost]) -> Set[str]:
        handles = {post.author for post in found if post.author}
        return suppressed(db, secret=self.secret, source_url=source.url, handles=handles)

    def _listened(self, source: str, post: FoundPost) -> Listened:
        matched = self.listener.judge(
            title=post.title,
            text=post.text,
            thread_title=post.thread_title,
            source=source,
            author=post.author,
            url=post.url,
            said_at=post.published,
        )
        return Listened(matched, matched[0].judgement.language if matched else _language(post))

    def _take(
        self,
        db: Session,
        source: Source,
        found: FoundPost,
        row: Post | None,
        now: datetime,
        ahead: Ahead,
    ) -> Counts:
        digest = content_hash(found)
        if row is not None and row.content_hash == digest:
            if found.url and row.url != found.url:  # moved, or another port: the same post
                row.url = found.url
                db.add(row)
            return Counts(duplicates=1)
        listened = ahead.get((found.external_id, digest)) or self._listened(source.slug, found)
        matched = listened.matched
        heard = _signals_of(db, row)
        judged = [j for j in matched if j.is_signal or j.match.topic_id in heard]
        kept = self._keep(db, source, found, matched, judged)
        if row is not None:
            _revise(db, source, row, kept.post, digest, now)
            row.language = listened.language
            again = self._hear_again(db, row, found, kept.judged, heard, now)
            return Counts(updated=1, signals=again)
        post = self._store(db, source, kept.post, digest, listened.language, now)
        return Counts(new=1, signals=self._hear(db, post, found, kept.judged, now))

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

    def _hear(
        self, db: Session, post: Post, found: FoundPost, judged: Sequence[Judged], now: datetime
    ) -> int:
        """Make signals of what the author hasn't said lately; return how many."""
        if not judged:  # most posts
            return 0
        words = words_of(found)
        new = fold(db, post, words, judged)
        for one in new:
            signal = signal_of(one, post, now)
            db.add(signal)
            db.flush()
            hear(db, signal, post, config=self.config, now=now)
        if new:
            remember(db, post, words)
        return len(new)

    def _hear_again(
        self,
        db: Session,
        post: Post,
        found: FoundPost,
        kept: Sequence[Judged],
        heard: Mapping[str, Signal],
        now: datetime,
    ) -> int:
        """Bring the signals of an edited post up to date; return how many are new.

        A signal stays the same row, also when its post asks for nothing any more: its lead has to
        learn of it. A cross-post may have become a post of its own, or none.
        """
        judged = {j.match.topic_id: j for j in kept}
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
        forget(db, post)
        fresh = [j for topic_id, j in judged.items() if topic_id not in heard]
        made = self._hear(db, post, found, fresh, now)
        if heard and not made:
            remember(db, post, words_of(found))
        return made


def content_hash(found: FoundPost) -> str:
    """Return the hash by which an edit is noticed: of the words and who says them.

    Addresses are not in it, so that a site that moves is not taken for one that was rewritten.
    """
    words = "\x00".join((found.title, found.text, found.quoted, found.author or ""))
    return hashlib.sha256(words.encode("utf-8", "surrogatepass")).hexdigest()


def _language(found: FoundPost) -> str:
    """Return the language of a post that no topic asked about: such posts are counted too."""
    return language_of_post(read(found.title[:200], found.text[:600]))


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

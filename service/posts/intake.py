"""From found posts to stored posts, signals and leads: one transaction a batch.

Idempotent: the same batch taken in twice changes nothing the second time. The cursor is committed
with the posts that it follows, so a crawl that is killed goes on where it stopped. Nothing of a
suppressed author is stored.
"""

import hashlib
import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from sqlmodel import Session, select

from config import Config
from config.settings import PrivacyMode
from crawlers.found import FoundPost
from models.ids import new_id
from models.lead import LeadSignal
from models.post import Post
from models.signal import Signal
from models.source import Source
from nlp.language import language_of_post
from service.leads.hearing import hear, reconsider
from service.leads.transitions import lead_of
from service.posts.batch_rows import BatchRows, hashes_of
from service.posts.folding import fold, forget, remember, words_of
from service.posts.following import watch
from service.posts.judging import Judged, Listener
from service.posts.keeping import Kept, keep, keep_hash
from service.posts.liveness import bury, is_shell
from service.posts.own_people import is_own
from service.posts.renamed import rename
from service.posts.replies import heed_replies
from service.posts.signals import rejudge, signal_of, withdraw
from service.posts.suppression import Barred, admitted, barred_among
from service.posts.unnamed import has_pseudonym, unnamed

logger = logging.getLogger(__name__)


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
class Arrived:
    """What a source brought, and what was made of it before anything is written."""

    source: Source
    found: Sequence[FoundPost]
    ahead: Ahead


@dataclass(frozen=True, slots=True)
class _Opened:
    """A batch without those who must be left alone, and the rows that it meets."""

    rows: BatchRows
    posts: Mapping[str, FoundPost]  # by external id
    shells: Sequence[str]  # ids of those that were taken back
    ahead: Ahead
    counts: Counts  # of what is not looked at any further


@dataclass(frozen=True, slots=True)
class Intake:
    """Takes posts in; holds what does not change from batch to batch."""

    config: Config
    listener: Listener
    secret: bytes

    def fresh(self, db: Session, source: Source, found: Sequence[FoundPost]) -> Fresh:
        """Return the posts of ``found`` that will have to be judged: new, changed, not barred."""
        return self.fresh_of_all(db, [(source, found)])[0]

    def fresh_of_all(
        self, db: Session, brought: Sequence[tuple[Source, Sequence[FoundPost]]]
    ) -> list[Fresh]:
        """Return the same for batches of different sources, in their order."""
        barred = self._barred(db, brought)
        hashes = hashes_of(db, brought)
        return [
            self._fresh(admitted(found, source_url=source.url, barred=barred), hashes[source.id])
            for source, found in brought
        ]

    @staticmethod
    def _fresh(allowed: Sequence[FoundPost], hashes: Mapping[str, str | None]) -> Fresh:
        keyed = {(p.external_id, content_hash(p)): p for p in allowed}
        return {
            (external_id, digest): post
            for (external_id, digest), post in keyed.items()
            if hashes.get(external_id, "") not in {digest, None} and not is_shell(post)
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
        own_page: bool = False,
    ) -> Counts:
        """Store ``found`` and what follows from it, in the caller's transaction.

        What ``ahead`` doesn't have is judged here. ``own_page``: it is the conversation as its
        source shows it now, which alone brings back what was deleted there
        (service.posts.liveness).
        """
        arrived = [Arrived(source, found, ahead or {})]
        return self.take_in_all(db, arrived, now=now, own_page=own_page)[0]

    def take_in_all(
        self, db: Session, arrived: Sequence[Arrived], *, now: datetime, own_page: bool = False
    ) -> list[Counts]:
        """Do so with batches of different sources, whose rows are looked up and written as one."""
        if db.new:  # such as a source that was made a moment ago
            db.flush()
        with db.no_autoflush:  # a lease that was renewed is written later, with the cursor
            opened = self._open(db, arrived, now=now)
        taken = [self._gather(one, own_page=own_page) for one in opened]
        for any_of_them in opened[:1]:
            any_of_them.rows.write()
        return [
            one.counts + so_far + self._heed(one)
            for one, so_far in zip(opened, taken, strict=True)
        ]

    def _open(self, db: Session, arrived: Sequence[Arrived], *, now: datetime) -> list[_Opened]:
        brought = [(one.source, one.found) for one in arrived]
        barred = self._barred(db, brought)
        every = BatchRows.look_up(db, brought, now=now)
        return [_opened(rows, one, barred) for rows, one in zip(every, arrived, strict=True)]

    def _gather(self, batch: _Opened, *, own_page: bool) -> Counts:
        """Take in the posts of a batch, of which those that are no signals wait to be written."""
        counts = Counts()
        for external_id, post in batch.posts.items():
            if _is_tombstone(batch.rows.posts.get(external_id)) and not own_page:
                counts += Counts(duplicates=1)
            else:
                counts += self._take(batch.rows, post, batch.ahead)
        return counts

    def _heed(self, batch: _Opened) -> Counts:
        """Let a batch, which is written, say what it says of others: of posts and of leads."""
        rows, shells = batch.rows, batch.shells
        buried = bury(rows.db, rows.source, shells, config=self.config, now=rows.now)
        heeded = heed_replies(rows.db, rows.talked, config=self.config, now=rows.now)
        return Counts(updated=buried, duplicates=len(shells) - buried, signals=heeded)

    def _barred(
        self, db: Session, brought: Sequence[tuple[Source, Sequence[FoundPost]]]
    ) -> Barred:
        found = ((source.url, posts) for source, posts in brought)
        return barred_among(db, secret=self.secret, brought=found)

    def _listened(self, source: str, post: FoundPost) -> Listened:
        matched = self.listener.judge(post, source)
        if is_own(post.author, self.config.own_authors()):  # our own people are no buyers
            matched = tuple(replace(judged, is_signal=False) for judged in matched)
        if matched:
            return Listened(matched, matched[0].judgement.language)
        # Posts that no topic asked about are counted by their language too.
        return Listened((), language_of_post(post.title, post.text))

    def _take(self, rows: BatchRows, found: FoundPost, ahead: Ahead) -> Counts:
        db, row = rows.db, rows.posts.get(found.external_id)
        if row is not None and row.is_opening and not (found.is_opening or found.title):
            # Some boards show the opening on each page of its thread, without its title.
            found = replace(found, is_opening=True, title=row.title)
        digest = content_hash(found)
        if row is not None and row.content_hash == digest:
            # It moved, or has another port: the same post. One that left only a hash gets none.
            if found.url and row.url and row.url != found.url:
                row.url = found.url
                db.add(row)
            return Counts(duplicates=1)
        key = (found.external_id, digest)
        listened = ahead.get(key) or self._listened(rows.source.slug, found)
        matched = listened.matched
        heard = _signals_of(db, row)
        judged = [j for j in matched if j.is_signal or j.match.topic_id in heard]
        kept = self._keep(rows, found, matched, judged)
        if row is not None:
            _revise(rows, row, kept.post, digest)
            row.retention_until = rows.now + self._kept_for
            row.language = listened.language
            again = self._hear_again(db, row, found, kept.judged, heard, rows.now)
            return Counts(updated=1, signals=again)
        post_id = self._store(rows, kept, digest, listened.language)
        if not kept.judged:  # most posts
            return Counts(new=1)
        rows.write()
        post = db.get_one(Post, post_id)
        return Counts(new=1, signals=self._hear(db, post, found, kept.judged, rows.now))

    def _keep(
        self,
        rows: BatchRows,
        found: FoundPost,
        matched: Sequence[Judged],
        judged: Sequence[Judged],
    ) -> Kept:
        """Return how much of a post may be stored: by its source's policy and privacy.mode."""
        if self.config.settings.privacy.mode is PrivacyMode.EU and not matched:
            return keep_hash(found)
        return keep(found, judged, rows.storage)

    def _store(self, rows: BatchRows, kept: Kept, digest: str, language: str) -> str:
        """Gather a new post among ``rows``; return its id."""
        post, now, id_ = kept.post, rows.now, new_id()
        rows.add(
            {
                "id": id_,
                "source_id": rows.source.id,
                "external_id": post.external_id,
                "thread_id": rows.thread_id(post),
                "author_id": rows.author_id(post),
                "parent_external_id": post.parent_external_id,
                "is_opening": post.is_opening,
                "url": post.url,
                "title": post.title,
                "text": post.text,
                "quoted": post.quoted,
                "language": language,
                "published_at": min(post.published or now, now),
                "edited_at": post.edited,
                "fetched_at": now,
                "content_hash": digest,
                "retention_until": now + self._kept_for,
            },
            is_heard=bool(kept.judged),
        )
        return id_

    @property
    def _kept_for(self) -> timedelta:
        return timedelta(days=self.config.settings.retention.posts_days)

    def _hear(
        self, db: Session, post: Post, found: FoundPost, judged: Sequence[Judged], now: datetime
    ) -> int:
        """Make signals of what the author hasn't said lately; return how many."""
        if not judged:
            return 0
        words = words_of(found)
        new = fold(db, post, words, judged)
        for one in new:
            signal = signal_of(one, post, now)
            db.add(signal)
            db.flush()
            lead = hear(db, signal, post, config=self.config, now=now)
            watch(db, post, is_evidence=lead is not None, now=now)
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
                rejudge(signal, judged[topic_id], post)
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


def _opened(rows: BatchRows, arrived: Arrived, barred: Barred) -> _Opened:
    allowed = admitted(arrived.found, source_url=rows.source.url, barred=barred)
    shells = {post.external_id for post in allowed if is_shell(post)}
    posts = {post.external_id: post for post in allowed if post.external_id not in shells}
    hashed = ((content_hash(post), post) for post in posts.values())
    rows.posts = {**rows.posts, **rename(rows.db, rows.source, hashed, rows.posts)}
    return _Opened(
        rows,
        posts,
        sorted(shells),
        arrived.ahead,
        Counts(
            suppressed=len(arrived.found) - len(allowed),
            duplicates=len(allowed) - len(posts) - len(shells),
        ),
    )


def content_hash(found: FoundPost) -> str:
    """Return the hash by which an edit is noticed: of the words and who says them.

    Addresses are not in it, so that a site that moves is not taken for one that was rewritten.
    """
    words = "\x00".join((found.title, found.text, found.quoted, found.author or ""))
    return hashlib.sha256(words.encode("utf-8", "surrogatepass")).hexdigest()


def _revise(rows: BatchRows, row: Post, kept: FoundPost, digest: str) -> None:
    if row.deleted_at_source is not None and row.is_opening:  # its source shows it again
        rows.show_again(kept)
    rows.talked.add(rows.thread_id(kept))
    if has_pseudonym(rows.db, row.author_id):
        author_id, kept = row.author_id, unnamed(kept)
    else:
        author_id = rows.author_id(kept)
    rows.write()
    row.author_id = author_id
    row.title, row.text, row.quoted = kept.title, kept.text, kept.quoted
    row.url = kept.url
    row.edited_at = kept.edited or rows.now
    row.fetched_at = rows.now
    row.content_hash = digest
    row.deleted_at_source = row.missing_since = None
    row.revision += 1
    rows.db.add(row)
    rows.db.flush()


def _signals_of(db: Session, post: Post | None) -> Mapping[str, Signal]:
    """Return the signals that a post is already, by topic."""
    if post is None:
        return {}
    rows = db.exec(select(Signal).where(Signal.post_id == post.id).order_by(Signal.topic_id))
    return {signal.topic_id: signal for signal in rows}


def _is_tombstone(row: Post | None) -> bool:
    return row is not None and row.deleted_at_source is not None

"""Take in a post that a person read and found worth a colleague's time.

It goes the way of every other post, and the audit ledger says who brought it. From platforms that
forbid copying, the link and a snippet are kept, as somebody might note them down.
"""

import hashlib
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from urllib.parse import urlsplit

from sqlalchemy import Engine
from sqlmodel import Session, select

from config import Config
from crawlers.found import FoundPost
from crawlers.mail.notice import MOST_WORDS, post_link
from crawlers.plaintext import from_text, one_line
from crawlers.urls import safe_link, strip_session
from models.lead import LeadSignal
from models.post import Post
from models.signal import Signal
from models.source import Source
from models.words import SourceKind
from nlp.judge import Judge
from nlp.slots import SpacySlotReader
from service.errors import RefusedError
from service.leads.ledger import audit
from service.posts.brought import source_for, take_in
from service.posts.intake import Counts, Intake
from service.posts.judging import TopicListener
from service.store.engine import reading, writing

SLUG = "captured-by-hand"
NAME = "captured by hand"

#: Where no more than a snippet may be kept.
_SNIPPETS_ONLY = ("linkedin.com", "facebook.com")


@dataclass(frozen=True, slots=True, kw_only=True)
class Clipping:
    """A post as a person typed or clipped it."""

    url: str = ""
    title: str = ""
    text: str = ""
    author: str = ""
    published: datetime | None = None  # None: they don't say, so it counts as new


@dataclass(frozen=True, slots=True, kw_only=True)
class Captured:
    """What became of it."""

    counts: Counts
    lead_id: str | None = None

    @property
    def outcome(self) -> str:
        """Return it in a word: lead, noted, known or barred."""
        if self.counts.suppressed:
            return "barred"
        if self.lead_id:
            return "lead"
        return "noted" if self.counts.new or self.counts.updated else "known"


def capture(
    engine: Engine,
    config: Config,
    intake: Intake,
    clipping: Clipping,
    *,
    user_id: str,
    now: datetime,
) -> Captured:
    """Store a clipping, under a source that is made on first use, and say what became of it.

    Raises:
        RefusedError: it has no words, or an address that no browser shows.
    """
    post = post_of(clipping, now=now)
    with writing(engine) as db:
        source_for(db, config, kind=SourceKind.CAPTURE, slug=SLUG, name=NAME, now=now)

    def note(db: Session, counts: Counts) -> None:
        row = _row(db, post)
        if row is not None and (counts.new or counts.updated):
            audit(db, actor=user_id, action="post.captured", subject=f"post:{row.id}", at=now)

    counts = take_in(engine, intake, SLUG, [post], now=now, note=note)
    with reading(engine) as db:
        row = _row(db, post)
        lead_id = _lead_of(db, row) if row else None
    return Captured(counts=counts, lead_id=lead_id)


def post_of(clipping: Clipping, *, now: datetime) -> FoundPost:
    """Return the post that a clipping is.

    Raises:
        RefusedError: it has no words, or an address that no browser shows.
    """
    url = clean_link(clipping.url)
    if clipping.url.strip() and url is None:
        raise RefusedError("The address has to begin with http:// or https://.")
    title = one_line(clipping.title, most=300)
    words = from_text(clipping.text)
    if not (title or words.text):
        raise RefusedError("There are no words in it: paste what the person wrote.")
    text = words.text[:MOST_WORDS] if _is_snippet_only(url) else words.text
    author = one_line(clipping.author, most=100) or None
    published = clipping.published
    return FoundPost(
        external_id=_key(url, author, title, text),
        url=url,
        title=title,
        text=text,
        quoted="" if _is_snippet_only(url) else words.quoted,
        author=author,
        published=None if published is None else min(published, now),
        thread_key=url,
        thread_title=title,
        thread_url=url,
    )


def clean_link(text: str) -> str | None:
    """Return an address as it may be kept: without what tracks readers or names their session."""
    link = safe_link(text)
    if link is None:
        return None
    place = link.partition("#")[2]  # in a thread's page, the post
    return post_link(link) or safe_link(strip_session(link) + (f"#{place}" if place else ""))


def intake_of(config: Config, secret: bytes) -> Intake:
    """Return an intake that judges by the configured topics; the model is loaded once."""
    return Intake(
        config=config,
        listener=TopicListener(config.topics.values(), _judge()),
        secret=secret,
    )


@cache
def _judge() -> Judge:
    return Judge.load(slots=SpacySlotReader())


def _is_snippet_only(url: str | None) -> bool:
    host = urlsplit(url or "").hostname or ""
    return any(host == site or host.endswith(f".{site}") for site in _SNIPPETS_ONLY)


def _key(url: str | None, author: str | None, title: str, text: str) -> str:
    """Return what makes a clipping the same when it is sent twice.

    Its words too: many a forum has one address for a whole thread, and the second post that is
    clipped there must not take the first one's place.
    """
    whole = "\0".join((url or "", author or "", title, text))
    return f"clip:{hashlib.sha256(whole.encode('utf-8', 'replace')).hexdigest()[:40]}"


def _row(db: Session, post: FoundPost) -> Post | None:
    return db.exec(
        select(Post).join(Source).where(Source.slug == SLUG, Post.external_id == post.external_id)
    ).first()


def _lead_of(db: Session, post: Post) -> str | None:
    return db.exec(
        select(LeadSignal.lead_id)
        .join(Signal)
        .where(Signal.post_id == post.id)
        .order_by(LeadSignal.lead_id)
    ).first()

"""Somebody wants to be left alone after the fact: their live leads go, at once and at the tick.

Who is on the list before anything of theirs is stored is kept out by the intake.
"""

from collections import defaultdict
from collections.abc import Mapping
from datetime import datetime
from urllib.parse import urlsplit

from sqlalchemy import ColumnElement, and_
from sqlmodel import Session, col, select

from models.contact import PersonAuthor
from models.lead import Lead, LeadSignal
from models.ledger import Suppression
from models.moves import LIVE, LeadEvent, Request, allowed
from models.post import Author, Post
from models.signal import Signal
from models.source import Source
from models.words import DisqualifyReason, LeadStatus, SuppressionReason
from service.leads.ledger import take_turn
from service.leads.transitions import HARKEN, transition
from service.posts.suppression import ANYWHERE, author_key, suppress_author

#: These want to be forgotten; the others are merely no leads.
_TO_FORGET = frozenset({SuppressionReason.OBJECTION, SuppressionReason.ERASURE})
_CODES = {
    SuppressionReason.COMPETITOR: DisqualifyReason.COMPETITOR,
    SuppressionReason.INTERNAL: DisqualifyReason.OUT_OF_MARKET,
    SuppressionReason.DO_NOT_CONTACT: DisqualifyReason.SENSITIVE,
    SuppressionReason.LEGAL: DisqualifyReason.SENSITIVE,
}


def leave_alone(
    db: Session,
    *,
    secret: bytes,
    host: str,
    handle: str,
    reason: SuppressionReason,
    by: str,
    now: datetime,
) -> int:
    """Put an author on the list and take their live leads out; return how many."""
    suppress_author(db, secret=secret, host=host, handle=handle, reason=reason, by=by, now=now)
    db.flush()
    return take_out(db, secret=secret, now=now)


def take_out(db: Session, *, secret: bytes, now: datetime) -> int:
    """Take out the live leads of those who came onto the list lately; return how many.

    A listing is done with once it was held against every live lead: those that open later are
    kept out by the intake. Without a new listing this costs one query.
    """
    pending = db.exec(select(Suppression).where(col(Suppression.applied_at).is_(None))).all()
    if not pending:
        return 0
    take_turn(db)
    reasons = {one.key_hmac: one.reason for one in pending}
    taken = 0
    is_live = col(Lead.status).in_(sorted(LIVE))
    for lead_id, keys in sorted(_keys(db, is_live, secret).items()):
        if meant := keys & reasons.keys():
            _take_out(db, db.get_one(Lead, lead_id), reasons[min(meant)], now)
            taken += 1
    for one in pending:
        one.applied_at = now
        db.add(one)
    db.flush()
    return taken


def stands_in_the_way(db: Session, lead: Lead, *, secret: bytes) -> SuppressionReason | None:
    """Return why the author of ``lead`` must be left alone; None: nobody said so."""
    keys = _keys(db, col(Lead.id) == lead.id, secret).get(lead.id, set())
    listed = select(Suppression).where(col(Suppression.key_hmac).in_(keys))
    found = db.exec(listed.order_by(Suppression.key_hmac)).first()
    return found.reason if found else None


def _keys(db: Session, which: ColumnElement[bool], secret: bytes) -> Mapping[str, set[str]]:
    """Return by lead the keys of all handles behind it, at their hosts and anywhere.

    A handle is one at its source, at its profile and where its posts stand: a search, a feed or
    an export brings what was written elsewhere.
    """
    own = col(Author.id) == col(Lead.author_id)
    own_post = col(Post.author_id) == Author.id
    at_source = select(Lead.id, Author.handle, Author.profile_url, Source.url).join(Author, own)
    of_person = (
        select(Lead.id, Author.handle, Author.profile_url, Source.url)
        .join(PersonAuthor, col(PersonAuthor.person_id) == Lead.person_id)
        .join(Author, col(Author.id) == PersonAuthor.author_id)
    )
    in_posts = (
        select(Lead.id, Author.handle, Author.profile_url, Post.url)
        .join(Author, own)
        .join(LeadSignal, col(LeadSignal.lead_id) == Lead.id)
        .join(Signal, col(Signal.id) == LeadSignal.signal_id)
        .join(Post, and_(col(Post.id) == Signal.post_id, own_post))
    )
    keys: dict[str, set[str]] = defaultdict(set)
    under_source = col(Source.id) == Author.source_id
    for asked in (
        at_source.join(Source, under_source),
        of_person.join(Source, under_source),
        in_posts,
    ):
        for lead_id, handle, *urls in db.exec(asked.where(which)):
            hosts = {urlsplit(url or "").hostname or "" for url in urls} - {""} | {ANYWHERE}
            keys[lead_id] |= {author_key(secret, where, handle) for where in hosts}
    return keys


def _take_out(db: Session, lead: Lead, reason: SuppressionReason, now: datetime) -> None:
    may_close = bool(allowed(lead.status, LeadEvent.DISQUALIFIED))
    if reason in _TO_FORGET or not may_close:
        lead.title = ""
        lead.score_explain = {}
        asked = Request(
            to=LeadStatus.ERASED, event=LeadEvent.ERASED, at=now, actor=HARKEN, reason=reason.value
        )
    else:
        asked = Request(
            to=LeadStatus.DISQUALIFIED,
            event=LeadEvent.DISQUALIFIED,
            at=now,
            actor=HARKEN,
            reason=_CODES[reason].value,
        )
    transition(db, lead, asked, next_step="nothing; its author is left alone", next_step_at=None)

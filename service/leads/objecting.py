"""Somebody wants to be left alone after the fact: their live leads go, at once and at the tick.

Who is on the list before anything of theirs is stored is kept out by the intake.
"""

from collections.abc import Collection
from datetime import datetime
from urllib.parse import urlsplit

from sqlmodel import Session, col, select

from models.lead import Lead
from models.ledger import Suppression
from models.moves import LIVE, LeadEvent, Request, allowed
from models.words import DisqualifyReason, LeadStatus, SuppressionReason
from service.leads.ledger import take_turn
from service.leads.persons import authors_of, handles_of
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
_IN_CHUNK = 300


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
    live = select(Lead.id).where(col(Lead.status).in_(sorted(LIVE))).order_by(Lead.id)
    for lead_id in db.exec(live).all():
        lead = db.get_one(Lead, lead_id)
        keys = _keys(db, lead, secret) & reasons.keys()
        if keys:
            _take_out(db, lead, reasons[min(keys)], now)
            taken += 1
    for one in pending:
        one.applied_at = now
        db.add(one)
    db.flush()
    return taken


def stands_in_the_way(db: Session, lead: Lead, *, secret: bytes) -> SuppressionReason | None:
    """Return why the author of ``lead`` must be left alone; None: nobody said so."""
    keys = _keys(db, lead, secret)
    listed = select(Suppression).where(col(Suppression.key_hmac).in_(keys))
    found = db.exec(listed.order_by(Suppression.key_hmac)).first()
    return found.reason if found else None


def _keys(db: Session, lead: Lead, secret: bytes) -> set[str]:
    """Return the keys of all handles behind a lead, at their hosts and anywhere."""
    authors: Collection[str] = {lead.author_id} - {None}  # type: ignore[assignment]  # None is out
    if lead.person_id is not None:
        authors = {*authors, *authors_of(db, lead.person_id)}
    return {
        author_key(secret, where, author.handle)
        for author, source in handles_of(db, authors)
        for where in (urlsplit(source.url).hostname or "", ANYWHERE)
    }


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

"""Addresses that refuse mail, at once or later: after a few times in a row they are left alone.

A server that takes a mail may be a relay, which says days later that it could not be delivered. So
that a mail was taken forgives refusals, but not what came back; that is forgiven by time alone.
"""

from datetime import datetime, timedelta

from sqlmodel import Session

from models.digest import MailAddress

#: Mails that came back longer ago than this say nothing of today.
_FORGIVEN = timedelta(days=14)


def note_refusal(db: Session, address: str, *, reason: str, after: int, now: datetime) -> bool:
    """Note that a server refused ``address``; return whether it is left alone from now on.

    Args:
        db: the transaction.
        address: whose mail was refused.
        reason: the server's words.
        after: how many refusals in a row are enough.
        now: the time.
    """
    row = db.get(MailAddress, address.lower()) or MailAddress(
        address=address.lower(), refusals=0, reason="", refused_at=now
    )
    row.refusals += 1
    row.reason, row.refused_at = reason, now
    if row.refusals >= after:
        row.bouncing_since = row.bouncing_since or now
    db.add(row)
    return row.bouncing_since is not None


def note_return(db: Session, address: str, *, reason: str, after: int, now: datetime) -> bool:
    """Note that a mail to ``address`` came back; return whether it is left alone from now on.

    Args:
        db: the transaction.
        address: where the mail had gone.
        reason: the words of the server that sent it back.
        after: how many such mails are enough.
        now: the time.
    """
    row = db.get(MailAddress, address.lower()) or MailAddress(
        address=address.lower(), refusals=0, reason="", refused_at=now
    )
    lately = row.returned_at is not None and now - row.returned_at <= _FORGIVEN
    row.returns = (row.returns if lately else 0) + 1
    row.reason, row.refused_at, row.returned_at = reason, now, now
    if row.returns >= after:
        row.bouncing_since = row.bouncing_since or now
    db.add(row)
    return row.bouncing_since is not None


def note_delivery(db: Session, address: str) -> None:
    """Forget the refusals of an address whose mail was taken."""
    row = db.get(MailAddress, address.lower())
    if row is None:
        return
    if row.returns:
        row.refusals = 0
        db.add(row)
    else:
        db.delete(row)


def forgive(db: Session, address: str) -> bool:
    """Give an address a new chance; return whether anything was held against it."""
    row = db.get(MailAddress, address.lower())
    if row is not None:
        db.delete(row)
    return row is not None


def is_bouncing(db: Session, address: str) -> bool:
    """Tell whether nothing is sent to ``address`` any more."""
    row = db.get(MailAddress, address.lower())
    return row is not None and row.bouncing_since is not None

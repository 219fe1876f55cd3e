"""Addresses that refuse mail: after a few times in a row they are left alone."""

from datetime import datetime

from sqlmodel import Session

from models.digest import MailAddress


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


def note_delivery(db: Session, address: str) -> None:
    """Forget the refusals of an address that took a mail."""
    row = db.get(MailAddress, address.lower())
    if row is not None:
        db.delete(row)


def is_bouncing(db: Session, address: str) -> bool:
    """Tell whether nothing is sent to ``address`` any more."""
    row = db.get(MailAddress, address.lower())
    return row is not None and row.bouncing_since is not None

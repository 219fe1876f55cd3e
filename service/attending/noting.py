"""Write down what is the matter, and that it is so no more.

`settle` brings the rows into line with what was found; it leaves alone what others raised with
`raise_item`.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime

from sqlmodel import Session, col, select

from models.attention import AttentionItem
from models.digest_words import AttentionKind
from service.attending.matter import MODEL, Matter
from service.leads.ledger import take_turn

#: What `look_around` looks for; items of other kinds are none of its business.
LOOKED_FOR = frozenset(
    {
        AttentionKind.SOURCE_FAILING,
        AttentionKind.SOURCE_QUIET,
        AttentionKind.TOPIC_NOISY,
        AttentionKind.PHRASE_SILENT,
        AttentionKind.SLA_BREACHED,
        AttentionKind.DISK_FULL,
        AttentionKind.MAIL_DEAD,
        AttentionKind.ADDRESS_BOUNCING,
        AttentionKind.DELIVERY_DEAD,
        AttentionKind.ENDPOINT_DISABLED,
        AttentionKind.NOTICE_DUE,
        AttentionKind.PRIVACY_REQUEST,
    }
)


def settle(db: Session, found: Iterable[Matter], *, now: datetime) -> int:
    """Bring the items into line with what `look_around` found; return how many are open."""
    take_turn(db)  # another process may have found the same
    matters = {(matter.kind, matter.subject): matter for matter in found}
    for item in _open(db):
        is_ours = item.kind in LOOKED_FOR or item.subject == MODEL
        if is_ours and (item.kind, item.subject) not in matters:
            item.resolved_at = now
            db.add(item)
    db.flush()
    for matter in matters.values():
        raise_item(db, matter, now=now)
    return len(_open(db))


def raise_item(db: Session, matter: Matter, *, now: datetime) -> AttentionItem:
    """Note that something is the matter; what is noted already is only seen again."""
    item = _open_one(db, matter.kind, matter.subject)
    if item is None:
        item = AttentionItem(
            kind=matter.kind,
            subject=matter.subject,
            words="",
            for_roles=[],
            for_users=[],
            opened_at=now,
            seen_at=now,
        )
    item.words, item.path, item.seen_at = matter.words, matter.path, now
    item.for_roles, item.for_users = list(matter.for_roles), list(matter.for_users)
    db.add(item)
    db.flush()
    return item


def _open(db: Session) -> Sequence[AttentionItem]:
    return db.exec(select(AttentionItem).where(col(AttentionItem.resolved_at).is_(None))).all()


def _open_one(db: Session, kind: AttentionKind, subject: str) -> AttentionItem | None:
    return db.exec(
        select(AttentionItem).where(
            AttentionItem.kind == kind,
            AttentionItem.subject == subject,
            col(AttentionItem.resolved_at).is_(None),
        )
    ).first()

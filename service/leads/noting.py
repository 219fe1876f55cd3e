"""Words that people write down beside a lead, for themselves and for who has it next."""

from datetime import datetime

from pydantic import JsonValue
from sqlmodel import Session

from config import Config
from models.lead import Lead, Touchpoint
from models.moves import LIVE, OWNED
from models.people import User
from models.words import TouchpointKind
from service.errors import ForbiddenError, RefusedError
from service.leads.by_hand import log_touch
from service.leads.ledger import audit
from service.leads.transitions import lead_of
from service.leads.whose import DECIDERS


def note(
    db: Session,
    *,
    lead_id: str,
    user_id: str,
    rev: int,
    words: str,
    config: Config,
    now: datetime,
    shared: bool = False,
) -> Lead:
    """Write a note on a lead. Its owner's note says that it is worked on; others' change nothing.

    A note that is ``shared`` is read by a partner too who has the lead now or later.

    Raises:
        ForbiddenError: the lead is neither the user's nor theirs to decide about.
        ConflictError: the lead changed since ``rev``.
        RefusedError: it is closed, or there are no words.
    """
    user = db.get_one(User, user_id)
    lead = lead_of(db, lead_id, rev=rev)
    if not words:
        raise RefusedError("Write something first: the note is empty.")
    if lead.status not in LIVE:
        raise RefusedError("This lead is closed; open it again to add to it.")
    if lead.owner_id == user.id and lead.status in OWNED:
        return log_touch(
            db,
            lead_id=lead_id,
            user_id=user_id,
            rev=rev,
            kind=TouchpointKind.NOTE,
            note=words,
            config=config,
            now=now,
            shared=shared,
        )
    if user.role not in DECIDERS:
        raise ForbiddenError("This lead is not yours; its owner writes notes on it.")
    kind = TouchpointKind.NOTE
    db.add(
        Touchpoint(
            lead_id=lead.id, kind=kind, by_user_id=user.id, at=now, note=words, shared=shared
        )
    )
    detail: dict[str, JsonValue] = {"kind": kind.value} | ({"shared": True} if shared else {})
    audit(
        db, actor=user.id, action="lead.touched", subject=f"lead:{lead.id}", at=now, detail=detail
    )
    lead.rev += 1
    db.add(lead)
    return lead

"""Clocks of leads that ran out, for who holds the lead and who answers for him."""

from collections.abc import Iterator, Mapping

from sqlmodel import Session, col, select

from config import Config
from models.digest_words import AttentionKind
from models.lead import Lead
from models.moves import LIVE
from models.people import User
from models.sla import SlaClock
from models.words import ClockKind
from service.attending.matter import Matter
from service.routing.answerable import manager_of

_MOST = 500  # overdue clocks that are told of
_WAITS_FOR = {
    ClockKind.REVIEW: "a lead waits to be reviewed",
    ClockKind.ROUTE: "a lead waits for a rep to be found",
    ClockKind.ACCEPT: "an offer waits for an answer",
    ClockKind.FIRST_TOUCH: "a buyer waits to hear from us",
    ClockKind.UPDATE: "a lead that is worked on has seen nothing new",
    ClockKind.NEXT_STEP: "a promised next step was not taken",
}


def of_leads(db: Session, config: Config, ids: Mapping[str, str]) -> Iterator[Matter]:
    """Yield clocks that ran out and still run, for who holds the lead and who answers for him."""
    rows = db.exec(
        select(SlaClock, Lead)
        .join(Lead, col(Lead.id) == SlaClock.lead_id)
        .where(
            col(SlaClock.breached_at).is_not(None),
            col(SlaClock.stopped_at).is_(None),
            col(SlaClock.paused_until).is_(None),
            col(Lead.status).in_(sorted(LIVE)),
        )
        .order_by(col(SlaClock.due_at))
        .limit(_MOST)
    ).all()
    for clock, lead in rows:
        holder = db.get(User, clock.user_id or lead.owner_id or "")
        manager = ids.get(manager_of(holder, lead, config))
        who = f" (with {holder.name})" if holder else ""
        yield Matter(
            kind=AttentionKind.SLA_BREACHED,
            subject=f"clock:{clock.id}",
            words=f"Too late: {_WAITS_FOR[clock.kind]}{who}.",
            path=f"/leads/{lead.id}",
            for_users=[one for one in (holder.id if holder else None, manager) if one],
        )

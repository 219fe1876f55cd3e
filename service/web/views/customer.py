"""That a buyer is a customer: what was won of them last, by whom, as far as one may know."""

from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session, col, select

from models.lead import Lead
from models.merge import Result
from models.moves import LeadEvent
from models.people import User
from service.access.viewer import Viewer
from service.access.visible import visible_to
from service.leads.customers import wins_of


@dataclass(frozen=True, slots=True, kw_only=True)
class Customer:
    """What was won of them last; nothing of it for who may not see that lead."""

    who: str | None = None
    lead_id: str | None = None
    product: str | None = None
    at: datetime | None = None


def read_customer(db: Session, viewer: Viewer, lead: Lead) -> Customer | None:
    """Return what is known of a customer; None of somebody who bought nothing yet."""
    if not lead.existing_customer:
        return None
    ids = [win.id for win in wins_of(db, lead)]
    last = db.exec(
        select(Lead)
        .where(col(Lead.id).in_(ids), visible_to(viewer))
        .order_by(col(Lead.closed_at).desc())
        .limit(1)
    ).first()
    if last is None:
        return Customer()
    owner = db.get(User, last.owner_id) if last.owner_id else None
    product = db.exec(
        select(Result.product)
        .where(Result.lead_id == last.id, Result.event == LeadEvent.WON.value)
        .order_by(col(Result.at).desc())
    ).first()
    return Customer(
        who=owner.name if owner else "somebody who left",
        lead_id=last.id,
        product=product or None,
        at=last.closed_at,
    )

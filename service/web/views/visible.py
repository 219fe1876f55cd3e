"""Which leads somebody sees: the object rule, in one place for every query.

A rep sees what is his, what is offered to him, and what waits in his team's queue. Everybody else
who may read leads sees all of them.
"""

from sqlalchemy import ColumnElement, and_, exists, or_, true
from sqlmodel import col

from models.lead import Lead, Offer
from models.words import LeadStatus, OfferState, UserRole
from service.web.auth import Viewer

_NOT_SHOWN = (LeadStatus.ERASED, LeadStatus.MERGED)


def visible_to(viewer: Viewer) -> ColumnElement[bool]:
    """Return the condition on `Lead` under which ``viewer`` sees it."""
    shown = col(Lead.status).not_in(_NOT_SHOWN)
    return and_(shown, true() if viewer.role is not UserRole.REP else _of_rep(viewer))


def offered_to(viewer: Viewer) -> ColumnElement[bool]:
    """Return the condition under which `Lead` is leased to ``viewer`` at present."""
    return (
        exists()
        .where(
            col(Offer.lead_id) == col(Lead.id),
            col(Offer.to_user_id) == viewer.id,
            col(Offer.state) == OfferState.OPEN,
        )
        .correlate(Lead)  # only: the query around it may join offers of its own
    )


def _of_rep(viewer: Viewer) -> ColumnElement[bool]:
    in_queue = and_(
        col(Lead.status) == LeadStatus.SALES_READY, col(Lead.team_id) == viewer.team_id
    )
    mine = or_(col(Lead.owner_id) == viewer.id, offered_to(viewer))
    return or_(mine, in_queue) if viewer.team_id is not None else mine

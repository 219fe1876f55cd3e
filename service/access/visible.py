"""Which leads somebody sees: the object rule, in one place for every query.

A rep sees what is his, what is offered to him, and what waits in his team's queue. A partner, of
another house, sees what is his or offered to him, and what was given to others of his team: no
queue, and nothing that went on elsewhere. Everybody else who may read leads sees all of them.
"""

from sqlalchemy import ColumnElement, and_, false, or_, true
from sqlmodel import Session, col, select

from models.lead import Lead, Offer
from models.people import User
from models.words import LeadStatus, OfferState, UserRole
from service.access.viewer import Viewer
from service.errors import NotFoundError

_NOT_SHOWN = (LeadStatus.ERASED, LeadStatus.MERGED)


def visible_to(viewer: Viewer) -> ColumnElement[bool]:
    """Return the condition on `Lead` under which ``viewer`` sees it."""
    shown = col(Lead.status).not_in(_NOT_SHOWN)
    match viewer.role:
        case UserRole.REP:
            return and_(shown, _of_rep(viewer))
        case UserRole.PARTNER:
            return and_(shown, _of_partner(viewer))
        case UserRole.PRIVACY_OFFICER:
            return false()
        case _:
            return and_(shown, true())


def offered_to(viewer: Viewer) -> ColumnElement[bool]:
    """Return the condition under which `Lead` is leased to ``viewer`` at present."""
    is_to_them = col(Offer.to_user_id) == viewer.id
    return _leased(is_to_them)


def find_lead(db: Session, viewer: Viewer, lead_id: str) -> Lead:
    """Return a lead that ``viewer`` sees.

    Raises:
        NotFoundError: there is none of that id, or it is none of the viewer's business.
    """
    lead = db.exec(select(Lead).where(Lead.id == lead_id, visible_to(viewer))).first()
    if lead is None:
        raise NotFoundError("This lead is not here, or not yours to see.")
    return lead


def _of_rep(viewer: Viewer) -> ColumnElement[bool]:
    in_queue = and_(
        col(Lead.status) == LeadStatus.SALES_READY, col(Lead.team_id) == viewer.team_id
    )
    mine = or_(col(Lead.owner_id) == viewer.id, offered_to(viewer))
    return or_(mine, in_queue) if viewer.team_id is not None else mine


def _of_partner(viewer: Viewer) -> ColumnElement[bool]:
    mine = or_(col(Lead.owner_id) == viewer.id, offered_to(viewer))
    if viewer.team_id is None:
        return mine
    colleagues = select(User.id).where(User.team_id == viewer.team_id).scalar_subquery()
    leased = _leased(col(Offer.to_user_id).in_(colleagues))
    return or_(mine, col(Lead.owner_id).in_(colleagues), leased)


def _leased(to: ColumnElement[bool]) -> ColumnElement[bool]:
    # By their ids, so that each part of an OR has an index to go by: EXISTS would walk every lead.
    open_ones = select(Offer.lead_id).where(to, col(Offer.state) == OfferState.OPEN)
    return col(Lead.id).in_(open_ones)

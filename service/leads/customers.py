"""Who is a customer: everybody of whom a lead was won, by whatever handle or company they come.

Source: requirement E24, cross-selling: what a customer asks next is a lead of its own, and belongs
to who looks after the account: the rep who won it.
"""

from collections.abc import Mapping, Sequence

from sqlalchemy import ColumnElement, false, or_
from sqlmodel import Session, col, func, select

from models.lead import Lead
from models.people import User
from models.words import LeadStatus
from service.leads.persons import authors_of


def wins_of(db: Session, lead: Lead) -> Sequence[Lead]:
    """Return the won leads of the buyer behind ``lead`` or of their company, the latest first."""
    return db.exec(
        select(Lead)
        .where(
            Lead.status == LeadStatus.WON,
            Lead.id != lead.id,
            or_(false(), *_is_buyer_of(db, lead)),
        )
        .order_by(col(Lead.closed_at).desc(), col(Lead.id))
    ).all()


def account_owners(db: Session, leads: Sequence[Lead]) -> Mapping[str, Mapping[str, str]]:
    """Return by customers' leads who won the account, the latest first: handles by user ids.

    Leads of nobody whom we know as a customer are left out.
    """
    found: dict[str, Mapping[str, str]] = {}
    for lead in leads:
        if not lead.existing_customer:
            continue
        ids = list(dict.fromkeys(win.owner_id for win in wins_of(db, lead) if win.owner_id))
        handles = dict(db.exec(select(User.id, User.handle).where(col(User.id).in_(ids))).all())
        found[lead.id] = {user_id: handles[user_id] for user_id in ids}
    return found


def _is_buyer_of(db: Session, lead: Lead) -> list[ColumnElement[bool]]:
    authors = {lead.author_id} - {None}
    conditions: list[ColumnElement[bool]] = []
    if lead.person_id is not None:
        authors |= set(authors_of(db, lead.person_id))
        conditions.append(col(Lead.person_id) == lead.person_id)
    if authors:
        conditions.append(col(Lead.author_id).in_(authors))
    if lead.account:
        conditions.append(func.lower(col(Lead.account)) == func.lower(lead.account))
    return conditions

"""Who is a customer: everybody of whom a lead was won, by whatever handle or company they come.

And every company that somebody says is one: most were customers before there was a Harken.

Source: requirement E24, cross-selling: what a customer asks next is a lead of its own, and belongs
to who looks after the account: the rep who won it.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime

from pydantic import JsonValue
from sqlalchemy import ColumnElement, false, or_
from sqlmodel import Session, col, func, select

from models.contact import Customer
from models.lead import Lead
from models.moves import LIVE
from models.people import User
from models.words import LeadStatus
from service.errors import ForbiddenError, NotFoundError, RefusedError
from service.leads.ledger import audit, take_turn
from service.leads.persons import authors_of
from service.leads.whose import DECIDERS
from service.typed import one_line


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


def is_customer(db: Session, lead: Lead) -> bool:
    """Tell whether the buyer behind ``lead`` or their company bought from us before."""
    return bool(_is_named(db, lead.account)) or bool(wins_of(db, lead))


def mark_customer(db: Session, account: str, *, user_id: str, now: datetime) -> int:
    """Note that a company is a customer; return how many of its live leads say so from now on.

    Those that come later do, too.

    Raises:
        ForbiddenError: the user does not decide about leads.
        RefusedError: the company has no name, or is noted already.
    """
    name = _decided(db, account, user_id)
    if _is_named(db, name):
        raise RefusedError(f"{name} is noted as a customer already.")
    row = Customer(account=name, at=now, by=user_id)
    db.add(row)
    db.flush()
    leads = [lead for lead in _live_leads(db, name) if not lead.existing_customer]
    for lead in leads:
        _set(db, lead, to=True)
    detail: dict[str, JsonValue] = {"leads": len(leads)}
    subject = f"customer:{row.id}"
    audit(db, actor=user_id, action="customer.noted", subject=subject, at=now, detail=detail)
    return len(leads)


def unmark_customer(db: Session, account: str, *, user_id: str, now: datetime) -> int:
    """Take back that a company is a customer; return of how many of its live leads that is true.

    A company of which a lead was won stays one.

    Raises:
        ForbiddenError: the user does not decide about leads.
        NotFoundError: nobody noted it.
    """
    name = _decided(db, account, user_id)
    row = _is_named(db, name)
    if row is None:
        raise NotFoundError(f"Nobody noted {name} as a customer.")
    db.delete(row)
    db.flush()
    leads = [
        lead
        for lead in _live_leads(db, name)
        if lead.existing_customer and not is_customer(db, lead)
    ]
    for lead in leads:
        _set(db, lead, to=False)
    detail: dict[str, JsonValue] = {"leads": len(leads)}
    subject = f"customer:{row.id}"
    audit(db, actor=user_id, action="customer.taken_back", subject=subject, at=now, detail=detail)
    return len(leads)


def _decided(db: Session, account: str, user_id: str) -> str:
    take_turn(db)
    if db.get_one(User, user_id).role not in DECIDERS:
        raise ForbiddenError
    if not (name := one_line(account)):
        raise RefusedError("Say which company it is.")
    return name


def _is_named(db: Session, account: str | None) -> Customer | None:
    if account is None:
        return None
    same = func.lower(col(Customer.account)) == func.lower(account)
    return db.exec(select(Customer).where(same)).first()


def _live_leads(db: Session, account: str) -> Sequence[Lead]:
    same = func.lower(col(Lead.account)) == func.lower(account)
    live = col(Lead.status).in_(sorted(LIVE))
    return db.exec(select(Lead).where(same, live).order_by(Lead.id)).all()


def _set(db: Session, lead: Lead, *, to: bool) -> None:
    lead.existing_customer = to
    lead.rev += 1
    db.add(lead)


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

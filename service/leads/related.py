"""Leads that may belong together. Only a person says that they do.

Source: lead-management.md, Dedupe / merge, levels 4 and 5; levels 1 to 3 attach by themselves.
"""

from collections.abc import Collection
from dataclasses import dataclass
from enum import StrEnum

from sqlalchemy import ColumnElement, func, or_
from sqlmodel import Session, col, select

from models.contact import Inquiry
from models.lead import Lead
from models.moves import LIVE
from models.post import Author
from service.leads.persons import authors_of


class Relation(StrEnum):
    """Why two leads may belong together, the closest first."""

    SAME_PERSON = "same_person"  # level 4: a known link, or one verified address
    SAME_ADDRESS = "same_address"  # level 4: an address that nobody has verified
    SAME_HANDLE = "same_handle"  # level 4: spelt alike at another source
    SAME_ACCOUNT = "same_account"  # level 5: one company


@dataclass(frozen=True, slots=True, kw_only=True)
class Related:
    """A lead that may belong to another, and why."""

    lead_id: str
    relation: Relation
    same_topic: bool  # only then it can be merged


def related(db: Session, lead: Lead, *, most: int = 50) -> tuple[Related, ...]:
    """Return the live leads that may belong to ``lead``, the closest first."""
    found: dict[str, Related] = {}
    for relation, condition in _conditions(db, lead):
        rows = db.exec(
            select(Lead)
            .where(condition, Lead.id != lead.id, col(Lead.status).in_(sorted(LIVE)))
            .order_by(Lead.id)
            .limit(most)
        )
        for row in rows:
            same_topic = row.topic_id == lead.topic_id
            if relation is Relation.SAME_ACCOUNT and not same_topic:
                continue
            found.setdefault(
                row.id, Related(lead_id=row.id, relation=relation, same_topic=same_topic)
            )
    return tuple(found.values())[:most]


def _conditions(db: Session, lead: Lead) -> list[tuple[Relation, ColumnElement[bool]]]:
    conditions: list[tuple[Relation, ColumnElement[bool]]] = []
    if lead.person_id is not None:
        authors = authors_of(db, lead.person_id)
        conditions += [
            (
                Relation.SAME_PERSON,
                or_(col(Lead.person_id) == lead.person_id, col(Lead.author_id).in_(authors)),
            ),
            (Relation.SAME_ADDRESS, _claims_of(db, lead.person_id)),
        ]
    author = db.get(Author, lead.author_id) if lead.author_id else None
    if author is not None:
        namesakes = select(Author.id).where(Author.handle_norm == author.handle_norm)
        conditions.append((Relation.SAME_HANDLE, col(Lead.author_id).in_(namesakes)))
    if lead.account:
        conditions.append(
            (Relation.SAME_ACCOUNT, func.lower(col(Lead.account)) == lead.account.lower())
        )
    return conditions


def _claims_of(db: Session, person_id: str) -> ColumnElement[bool]:
    claims: Collection[str | None] = db.exec(
        select(Inquiry.claimed_hash).where(
            Inquiry.person_id == person_id, col(Inquiry.claimed_hash).is_not(None)
        )
    ).all()
    others = select(Inquiry.person_id).where(col(Inquiry.claimed_hash).in_(claims))
    return col(Lead.person_id).in_(others)

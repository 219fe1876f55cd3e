"""Leads that may belong together. Only a person says that they do.

Source: lead-management.md, Dedupe / merge, levels 4 and 5; levels 1 to 3 attach by themselves.
"""

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from enum import StrEnum

from sqlalchemy import func, or_
from sqlmodel import Session, col, select
from sqlmodel.sql.expression import Select

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
    for relation, leads in _likely(db, lead):
        live = leads.where(Lead.id != lead.id, col(Lead.status).in_(sorted(LIVE)))
        for lead_id, topic_id in db.exec(live.order_by(Lead.id).limit(most)):
            same_topic = topic_id == lead.topic_id
            if relation is Relation.SAME_ACCOUNT and not same_topic:
                continue
            found.setdefault(
                lead_id, Related(lead_id=lead_id, relation=relation, same_topic=same_topic)
            )
    return tuple(found.values())[:most]


def _likely(db: Session, lead: Lead) -> Iterator[tuple[Relation, Select[str, str]]]:
    """Yield the relations that a lead may have, and what finds the leads of each.

    None looks for them by a subquery: SQLite then goes through all that are live.
    """
    leads = select(Lead.id, Lead.topic_id)
    if lead.person_id is not None:
        authors = authors_of(db, lead.person_id)
        is_theirs = or_(col(Lead.person_id) == lead.person_id, col(Lead.author_id).in_(authors))
        yield Relation.SAME_PERSON, leads.where(is_theirs)
        if claimants := _claimants(db, lead.person_id):
            yield Relation.SAME_ADDRESS, leads.where(col(Lead.person_id).in_(claimants))
    if lead.author_id and (author := db.get(Author, lead.author_id)):
        of_authors = leads.join(Author, col(Author.id) == Lead.author_id)
        yield Relation.SAME_HANDLE, of_authors.where(Author.handle_norm == author.handle_norm)
    if lead.account:
        is_of_account = func.lower(col(Lead.account)) == lead.account.lower()
        yield Relation.SAME_ACCOUNT, leads.where(is_of_account)


def _claimants(db: Session, person_id: str) -> Collection[str | None]:
    """Return who has given an address that this person has given too, unverified."""
    claims = db.exec(
        select(Inquiry.claimed_hash).where(
            Inquiry.person_id == person_id, col(Inquiry.claimed_hash).is_not(None)
        )
    ).all()
    if not claims:
        return ()
    others = select(Inquiry.person_id)
    return set(db.exec(others.where(col(Inquiry.claimed_hash).in_(claims))))

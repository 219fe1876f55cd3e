"""What others are told of leads. Somebody who must be left alone is not among them, ever."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session, col, select

from models.contact import Person
from models.lead import Lead, LeadSignal, StatusChange
from models.moves import LeadEvent
from models.people import User
from models.post import Author, Post
from models.score import shown
from models.signal import Signal
from models.source import Source, SourcePolicy
from models.words import LeadStatus
from service.leads.levels import levels_of
from service.leads.listing import quote_of
from service.posts.suppression import suppressed
from service.rules.levels import Level

_IN_CHUNK = 400  # ids in one statement; SQLite takes 999 variables at the least


@dataclass(frozen=True, slots=True, kw_only=True)
class ToldLead:
    """A lead as others are told of it."""

    id: str
    title: str
    status: LeadStatus
    level: Level | None  # None: its buyer is on no rung of the ladder
    score: float  # 0..100 in tenths, as it is shown
    kind: str
    topic: str
    journey_step: int
    owner: str | None  # handle
    source: str  # its name
    url: str | None  # of the strongest post
    author: str | None  # handle
    author_url: str | None
    quote: str
    attribution: str  # what the source's policy asks for
    licence: str
    heard_at: datetime
    next_step: str
    next_step_at: datetime | None
    created_at: datetime
    changed_at: datetime
    handed_back_for: str | None  # the reason, while it is with marketing again
    amount_minor: int | None
    currency: str | None
    account: str | None = None  # the buyer's company
    existing_customer: bool = False  # they bought from us before
    region: str | None = None
    person: str | None = None  # their name, where they said it
    email: str | None = None  # where they agreed to be written to

    def as_json(self) -> dict[str, object]:
        """Return the object that webhooks and JSON Lines hold."""
        return {
            "id": self.id,
            "title": self.title,
            "status": self.status.value,
            "level": self.level.value if self.level else None,
            "score": self.score,
            "kind": self.kind,
            "topic": self.topic,
            "journey_step": self.journey_step,
            "owner": self.owner,
            "source": self.source,
            "url": self.url,
            "author": self.author,
            "author_url": self.author_url,
            "quote": self.quote,
            "attribution": self.attribution,
            "licence": self.licence,
            "heard": self.heard_at.isoformat(),
            "next_step": self.next_step,
            "due": self.next_step_at.isoformat() if self.next_step_at else None,
            "existing_customer": self.existing_customer,
        }


def read_told(db: Session, ids: Collection[str], *, secret: bytes) -> Mapping[str, ToldLead]:
    """Return by id those of the leads that may leave: there, not erased, nobody suppressed."""
    found: dict[str, ToldLead] = {}
    wanted = sorted(set(ids))
    for start in range(0, len(wanted), _IN_CHUNK):
        found |= _read(db, wanted[start : start + _IN_CHUNK], secret)
    return found


def may_leave(db: Session, ids: Collection[str], *, secret: bytes) -> frozenset[str]:
    """Return the ids of the leads of whom something may leave the house."""
    wanted, found = sorted(set(ids)), set[str]()
    for start in range(0, len(wanted), _IN_CHUNK):
        found |= _may_leave(db, wanted[start : start + _IN_CHUNK], secret)
    return frozenset(found)


def _may_leave(db: Session, ids: Sequence[str], secret: bytes) -> set[str]:
    rows = db.exec(
        select(Lead.id, Author.handle, Source.url)
        .outerjoin(Author, col(Author.id) == Lead.author_id)
        .outerjoin(Source, col(Source.id) == Author.source_id)
        .where(col(Lead.id).in_(ids), Lead.status != LeadStatus.ERASED)
    ).all()
    at_source: dict[str, dict[str, set[str]]] = defaultdict(lambda: defaultdict(set))
    for lead_id, handle, url in rows:
        if handle is not None:
            at_source[url][handle].add(lead_id)
    refused: set[str] = set()
    for url, leads in at_source.items():
        for handle in suppressed(db, secret=secret, source_url=url, handles=leads):
            refused |= leads[handle]
    return {lead_id for lead_id, _, _ in rows} - refused


def _read(db: Session, ids: Sequence[str], secret: bytes) -> dict[str, ToldLead]:
    allowed = sorted(_may_leave(db, ids, secret))
    strongest = _strongest(db, allowed)
    handles = dict(db.exec(select(User.id, User.handle)).all())
    returned = _handed_back_for(db, allowed)
    rows = db.exec(
        select(Lead, Author, Person)
        .outerjoin(Author, col(Author.id) == Lead.author_id)
        .outerjoin(Person, col(Person.id) == Lead.person_id)
        .where(col(Lead.id).in_(allowed))
    ).all()
    levels = levels_of(db, [lead for lead, _, _ in rows])
    return {
        lead.id: _told(
            lead, author, person, strongest[lead.id], handles, returned, levels[lead.id]
        )
        for lead, author, person in rows
        if lead.id in strongest  # a merged one has given all it had to another
    }


_Strongest = tuple[Signal, Post, Source, SourcePolicy]


def _told(
    lead: Lead,
    author: Author | None,
    person: Person | None,
    strongest: _Strongest,
    handles: Mapping[str, str],
    returned: Mapping[str, str],
    level: Level | None,
) -> ToldLead:
    signal, post, source, policy = strongest
    return ToldLead(
        id=lead.id,
        title=lead.title,
        status=lead.status,
        level=level,
        score=shown(lead.score),
        kind=lead.kind.value,
        topic=lead.topic_id,
        journey_step=lead.journey_step,
        owner=handles.get(lead.owner_id or ""),
        source=source.name,
        url=post.url,
        author=author.handle if author else None,
        author_url=author.profile_url if author else None,
        quote=quote_of(post, signal),
        attribution=policy.attribution,
        licence=policy.licence.value,
        heard_at=post.published_at,
        next_step=lead.next_step,
        next_step_at=lead.next_step_at,
        created_at=lead.created_at,
        changed_at=max(lead.status_since, lead.last_signal_at, lead.created_at),
        handed_back_for=returned.get(lead.id) if lead.status is LeadStatus.NURTURING else None,
        amount_minor=lead.amount_minor,
        currency=lead.currency,
        account=lead.account,
        existing_customer=lead.existing_customer,
        region=lead.region,
        person=person.name if person else None,
        email=person.email if person and person.consent_at else None,
    )


def _strongest(db: Session, ids: Sequence[str]) -> Mapping[str, _Strongest]:
    rows = db.exec(
        select(LeadSignal.lead_id, Signal, Post, Source)
        .join(Signal, col(Signal.id) == LeadSignal.signal_id)
        .join(Post, col(Post.id) == Signal.post_id)
        .join(Source, col(Source.id) == Post.source_id)
        .where(col(LeadSignal.lead_id).in_(ids))
        .order_by(col(Signal.probability).desc(), col(Signal.id))
    ).all()
    policies = {policy.name: policy for policy in db.exec(select(SourcePolicy))} if rows else {}
    best: dict[str, _Strongest] = {}
    for lead_id, signal, post, source in rows:
        best.setdefault(lead_id, (signal, post, source, policies[source.policy_name]))
    return best


def _handed_back_for(db: Session, ids: Sequence[str]) -> Mapping[str, str]:
    rows = db.exec(
        select(StatusChange.lead_id, StatusChange.reason)
        .where(
            col(StatusChange.lead_id).in_(ids),
            StatusChange.event == LeadEvent.HANDED_BACK.value,
        )
        .order_by(col(StatusChange.at))
    )
    return {lead_id: reason for lead_id, reason in rows if reason}

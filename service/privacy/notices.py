"""Who is heard and was not told yet, and that somebody told them (GDPR, Art. 14).

Harken posts nothing, so a person tells them: with the first answer, by the address of the page at
/privacy. Who came to us by themselves, agreed to hear from us or bought from us knows us.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from pydantic import JsonValue
from sqlalchemy import ColumnElement, exists, or_
from sqlmodel import Session, col, func, select

from config.settings import Settings
from models.contact import Inquiry, Person, PersonAuthor
from models.lead import Lead, Touchpoint
from models.people import User
from models.post import Author
from models.privacy import Notice
from models.privacy_words import NoticeWay
from models.source import Source
from models.words import LeadStatus, SourceKind, TouchpointKind
from service.errors import NotFoundError, RefusedError
from service.leads.ledger import audit
from service.leads.persons import authors_of, person_of
from service.leads.whose import lead_to_work_on
from service.posts.subject import host_of
from service.rules.notices import Heard, Standing

#: Where the page for people who are heard stands, on a Harken that they can reach.
PAGE = "/privacy"
_MOST = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class Untold:
    """Somebody who is still to be told."""

    author_id: str
    handle: str
    host: str
    lead_id: str | None  # their latest live one, else the latest; None: they have none
    owner_id: str | None  # of that lead
    owner: str | None  # their handle
    since: datetime
    contacted_at: datetime | None
    due_at: datetime
    goes_at: datetime | None  # when the name goes; None: never by itself, they were contacted
    standing: Standing


def page_of(settings: Settings, named: str | None, *, base_url: str) -> str:
    """Return the address of the page for people who are heard, as an answer can carry it.

    Args:
        settings: the installation's.
        named: where privacy.toml says that it stands; None: here.
        base_url: where this Harken is reached.
    """
    return named or f"{(settings.base_url or base_url).rstrip('/')}{PAGE}"


def untold(
    db: Session, settings: Settings, *, now: datetime, until: datetime | None = None
) -> tuple[Untold, ...]:
    """Return who is still to be told, the most urgent first; nobody where no clock runs.

    Args:
        db: an open session.
        settings: the installation's; in the mode "standard" no clock runs.
        now: the time.
        until: only who is due by then; None: everybody.
    """
    if not settings.privacy.has_clock:
        return ()
    within = timedelta(days=settings.privacy.notice_days)
    warn = timedelta(days=settings.privacy.warn_days)
    wanted = [_has_to_be_told()]
    if until is not None:
        wanted.append(or_(col(Author.first_seen_at) <= until - within, _was_contacted()))
    rows = db.exec(
        select(Author, Source, _first_contact())
        .join(Source, col(Source.id) == Author.source_id)
        .where(*wanted)
        .order_by(col(Author.first_seen_at), col(Author.id))
        .limit(_MOST)
    ).all()
    leads = _leads_of(db, [author.id for author, _, _ in rows])
    owners = dict(db.exec(select(User.id, User.handle)).all())
    found = []
    for author, source, contacted_at in rows:
        heard = Heard(since=author.first_seen_at, contacted_at=contacted_at)
        lead = leads.get(author.id)
        found.append(
            Untold(
                author_id=author.id,
                handle=author.handle,
                host=host_of(source),
                lead_id=lead.id if lead else None,
                owner_id=lead.owner_id if lead else None,
                owner=owners.get(lead.owner_id or "") if lead else None,
                since=author.first_seen_at,
                contacted_at=contacted_at,
                due_at=heard.due_at(within),
                goes_at=heard.goes_at(within),
                standing=heard.standing(now, within=within, warn=warn),
            )
        )
    return tuple(sorted(found, key=lambda one: (one.due_at, one.author_id)))


def count_untold(
    db: Session, settings: Settings, *, now: datetime, soon: timedelta
) -> tuple[int, int]:
    """Return of how many the time is over, and of how many more within ``soon``."""
    if not settings.privacy.has_clock:
        return 0, 0
    over = now - timedelta(days=settings.privacy.notice_days)
    since = col(Author.first_seen_at)

    def counted(*wanted: ColumnElement[bool]) -> int:
        named = select(func.count()).select_from(Author)
        joined = named.join(Source, col(Source.id) == Author.source_id)
        return db.exec(joined.where(_has_to_be_told(), *wanted)).one()

    return (
        counted(or_(since <= over, _was_contacted())),
        counted(since > over, since <= over + soon, ~_was_contacted()),
    )


def due_to_go(db: Session, *, before: datetime, most: int) -> Sequence[Author]:
    """Return who was first heard before then, was never contacted, and was told nothing."""
    return db.exec(
        select(Author)
        .join(Source, col(Source.id) == Author.source_id)
        .where(col(Author.first_seen_at) <= before, _has_to_be_told(), ~_was_contacted())
        .order_by(col(Author.first_seen_at), col(Author.id))
        .limit(most)
        .with_for_update(skip_locked=True, of=Author)
    ).all()


def has_to_be_told(db: Session, author: Author, settings: Settings) -> Heard | None:
    """Return since when somebody is heard who is still to be told; None: nobody has to."""
    if not settings.privacy.has_clock:
        return None
    row = db.exec(
        select(Author.first_seen_at, _first_contact())
        .join(Source, col(Source.id) == Author.source_id)
        .where(Author.id == author.id, _has_to_be_told())
    ).first()
    return Heard(since=row[0], contacted_at=row[1]) if row else None


def notice_of(db: Session, author_id: str | None) -> Notice | None:
    """Return that somebody was told, if they were."""
    return db.get(Notice, author_id) if author_id else None


def tell(
    db: Session, *, lead_id: str, user_id: str, way: NoticeWay, now: datetime
) -> tuple[str, ...]:
    """Note that the author of a lead was told; return the ids of all handles that this is true of.

    Handles that are known to be one person's are told together. Told twice, the first time counts.

    Raises:
        ForbiddenError: the lead is neither the user's nor theirs to decide about.
        NotFoundError: there is no such lead.
        RefusedError: the lead has no author any more.
    """
    lead, user = lead_to_work_on(db, lead_id=lead_id, user_id=user_id)
    if lead.author_id is None:
        raise RefusedError("Nobody is named on this lead any more: there is nobody to tell.")
    return note_told(db, lead, way=way, by=user.id, now=now)


def note_told(
    db: Session, lead: Lead, *, way: NoticeWay, by: str, now: datetime
) -> tuple[str, ...]:
    """Note that a lead's author was told, in the transaction of what told them."""
    told = [one for one in _handles(db, lead) if db.get(Notice, one) is None]
    for author_id in told:
        db.add(Notice(author_id=author_id, lead_id=lead.id, way=way, at=now, by=by))
    if told:
        db.flush()
        detail: dict[str, JsonValue] = {"way": way.value, "authors": len(told)}
        _audit(db, lead, "privacy.told", by=by, now=now, detail=detail)
    return tuple(told)


def take_back(db: Session, *, lead_id: str, user_id: str, now: datetime) -> None:
    """Note that the author of a lead was not told after all: the clock runs as if never stopped.

    Raises:
        ForbiddenError: the lead is neither the user's nor theirs to decide about.
        NotFoundError: there is no such lead, or nobody noted that its author was told.
    """
    lead, user = lead_to_work_on(db, lead_id=lead_id, user_id=user_id)
    rows = [row for one in _handles(db, lead) if (row := db.get(Notice, one))]
    if not rows:
        raise NotFoundError("Nobody noted that they were told.")
    for row in rows:
        db.delete(row)
    db.flush()
    _audit(db, lead, "privacy.not_told", by=user.id, now=now, detail={"authors": len(rows)})


def _audit(
    db: Session, lead: Lead, action: str, *, by: str, now: datetime, detail: dict[str, JsonValue]
) -> None:
    audit(db, actor=by, action=action, subject=f"lead:{lead.id}", at=now, detail=detail)


def _handles(db: Session, lead: Lead) -> tuple[str, ...]:
    if lead.author_id is None:
        return ()
    person_id = person_of(db, lead.author_id) or lead.person_id
    known = authors_of(db, person_id) if person_id else ()
    return tuple(sorted({lead.author_id, *known}))


def _has_to_be_told() -> ColumnElement[bool]:
    """Return the condition under which an author, joined with their source, is to be told."""
    told = exists().where(col(Notice.author_id) == col(Author.id))
    of_author = col(PersonAuthor.author_id) == col(Author.id)
    came = (
        exists()
        .where(of_author, col(Inquiry.person_id) == PersonAuthor.person_id)
        .correlate(Author)
    )
    agreed = (
        exists()
        .where(
            of_author,
            col(Person.id) == PersonAuthor.person_id,
            col(Person.consent_at).is_not(None),
        )
        .correlate(Author)
    )
    bought = exists().where(
        col(Lead.author_id) == col(Author.id), col(Lead.status) == LeadStatus.WON
    )
    return (
        col(Author.pseudonymised_at).is_(None)
        & (col(Source.kind) != SourceKind.INBOUND)
        & ~told
        & ~came
        & ~agreed
        & ~bought
    )


def _was_contacted() -> ColumnElement[bool]:
    touched = (
        select(Lead.author_id)
        .join(Touchpoint, col(Touchpoint.lead_id) == Lead.id)
        .where(Touchpoint.kind != TouchpointKind.NOTE, col(Lead.author_id).is_not(None))
    )
    return col(Author.id).in_(touched)


def _first_contact() -> ColumnElement[datetime | None]:
    return (
        select(Touchpoint.at)
        .join(Lead, col(Lead.id) == Touchpoint.lead_id)
        .where(Lead.author_id == Author.id, Touchpoint.kind != TouchpointKind.NOTE)
        .order_by(col(Touchpoint.at))
        .limit(1)
        .correlate(Author)
        .scalar_subquery()
    )


def _leads_of(db: Session, authors: Collection[str]) -> dict[str, Lead]:
    """Return by author their latest lead that lives, else their latest."""
    rows = db.exec(
        select(Lead)
        .where(col(Lead.author_id).in_(authors))
        .order_by(col(Lead.closed_at).is_(None), col(Lead.created_at), col(Lead.id))
    )
    return {lead.author_id: lead for lead in rows if lead.author_id}

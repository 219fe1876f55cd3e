"""A rep's spreadsheet, taken in: situations become leads, mere addresses become contacts.

A row is taken in as it is or not at all, in a transaction of its own. A lead that a row makes goes
the way that all leads go: somebody's name beside it means that a person says it is ready, and that
this rep has said yes to it. Nothing is sent to anybody.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from sqlmodel import Session, col, select

from models.contact import Person, PersonAuthor
from models.lead import Lead
from models.ledger import AuditEvent
from models.moves import LeadEvent, MoveRefusedError, Request
from models.people import User
from models.post import Author, Post
from models.signal import Signal
from models.source import Source
from models.words import BatchKind, LeadStatus, SourceKind, TaskKind, UserRole
from service.errors import ForbiddenError, HarkenError, RefusedError
from service.exports import batches
from service.exports.batches import Outcome
from service.exports.sheet_columns import Column, mapping_of
from service.exports.sheet_rows import Brought, brought_by
from service.exports.sheets import Sheet, read_sheet
from service.house import House
from service.leads.inbound import Note, write_in
from service.leads.ledger import audit, take_turn
from service.leads.persons import email_key, find_author, link
from service.leads.tasks import add_task
from service.leads.transitions import lead_of, transition
from service.leads.whose import DECIDERS
from service.posts.brought import source_for
from service.posts.suppression import is_listed, suppressed
from service.routing.offers import accept
from service.routing.route import lease
from service.store.engine import reading, writing

#: The source that rows stand under.
SHEETS: Final = "brought-leads"
_REASON = "brought in a spreadsheet"
_BEFORE_SALES = frozenset({LeadStatus.DETECTED, LeadStatus.MQL, LeadStatus.NURTURING})


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """A sheet, with what its columns hold."""

    sheet: Sheet
    columns: Mapping[Column, int]

    def told(self) -> Iterator[tuple[str, str | None]]:
        """Yield each heading with what its column is taken for; None: it is left out."""
        by_place = {number: column for column, number in self.columns.items()}
        for number, heading in enumerate(self.sheet.headings):
            column = by_place.get(number)
            yield heading, column.value if column else None


def plan_of(path: Path, said: Mapping[str, str]) -> Plan:
    """Return the sheet in a file, with what its columns hold: see ``mapping_of``.

    Raises:
        RefusedError: it can't be read, or no column says who or what a row is about.
    """
    return plan_for(read_sheet(path), path.name, said)


def plan_for(sheet: Sheet, name: str, said: Mapping[str, str]) -> Plan:
    """Return a sheet that was read from a file called ``name``, with what its columns hold.

    Raises:
        RefusedError: no column says who or what a row is about.
    """
    columns = mapping_of(sheet.headings, said)
    if not columns.keys() - {Column.TOPIC, Column.OWNER, Column.CONSENT}:
        raise RefusedError(
            f"no column of {name} is known; say what they hold, for example that "
            f"{sheet.headings[0]!r} holds the need"
        )
    return Plan(sheet=sheet, columns=columns)


def bring(
    house: House,
    plan: Plan,
    *,
    file: str,
    by: str,
    topic: str | None = None,
    owner: str | None = None,
    dry_run: bool = False,
) -> Iterator[Outcome]:
    """Take in a sheet, a transaction a row; yield what became of each row.

    Args:
        house: the installation.
        plan: the sheet.
        file: its name.
        by: id of who brings it.
        topic: of rows that name none.
        owner: handle of whose the leads are, where a row names nobody.
        dry_run: do it all and keep nothing.

    Raises:
        ForbiddenError: whoever brings it only looks.
    """
    batch_id = None if dry_run else open_batch(house, file=file, by=by)
    yield from bring_rows(house, plan, batch_id, by=by, topic=topic, owner=owner)


def open_batch(house: House, *, file: str, by: str) -> str:
    """Return the id of a new import, under which rows are noted.

    Raises:
        ForbiddenError: whoever brings it only looks.
    """
    _may_bring(house, by)
    with writing(house.engine) as db:
        now = house.clock.now()
        return batches.begin(db, BatchKind.SHEET, file=file, by=by, now=now).id


def bring_rows(
    house: House,
    plan: Plan,
    batch_id: str | None,
    *,
    by: str,
    topic: str | None = None,
    owner: str | None = None,
) -> Iterator[Outcome]:
    """Take in the rows of a sheet under an import of `open_batch`; None: do it and keep nothing.

    Raises:
        ForbiddenError: whoever brings it only looks.
    """
    _may_bring(house, by)
    seen: set[str] = set()
    for row in plan.sheet.rows:
        try:
            brought = brought_by(row, plan.columns, config=house.config, topic=topic, owner=owner)
            if (fingerprint := brought.fingerprint()) in seen:
                yield Outcome(place=row.number, known=True)
                continue
            seen.add(fingerprint)
            with batches.attempting(house.engine, keep=batch_id is not None) as db:
                outcome = _take_in(db, house, brought, row.number, batch_id or "", by)
            yield outcome
        except HarkenError as error:
            yield Outcome(place=row.number, problem=str(error))


def _may_bring(house: House, by: str) -> None:
    with reading(house.engine) as db:
        if db.get_one(User, by).role is UserRole.VIEWER:
            raise ForbiddenError


def _take_in(
    db: Session, house: House, brought: Brought, place: int, batch_id: str, by: str
) -> Outcome:
    take_turn(db)
    _check(db, house, brought)
    fingerprint = brought.fingerprint()
    if batches.is_known(db, fingerprint):
        return Outcome(place=place, known=True)
    before, made = batches.newest_event(db), dict[str, list[str]]()
    person = _person(db, house, brought, by, made)
    lead_id = told = None
    if brought.is_lead:
        lead, is_new = _lead(db, house, brought, person, f"{batch_id}:{place}", before, made)
        lead_id = lead.id if is_new else None
        _go_on(db, house, lead, brought, by)
        audit(db, actor=by, action="lead.brought", subject=f"lead:{lead.id}", at=house.clock.now())
        told = lead.id
    if batch_id:
        batches.note(
            db,
            batch_id,
            place=place,
            fingerprint=fingerprint,
            lead_id=lead_id,
            person_id=person.id if not brought.is_lead else None,
            made=made,
        )
    return Outcome(
        place=place,
        lead_id=told,
        person_id=None if brought.is_lead else person.id,
        note=brought.left_out,
    )


def _check(db: Session, house: House, brought: Brought) -> None:
    sources = dict(db.exec(select(Source.slug, Source.url)).all())
    urls = {f"import://{SHEETS}", sources.get(brought.source or "", f"import://{SHEETS}")}
    names = {name for name in (brought.handle, brought.name, brought.email) if name}
    erased = brought.email is not None and is_listed(db, email_key(house.secret, brought.email))
    if erased or any(
        suppressed(db, secret=house.secret, source_url=url, handles=names) for url in urls
    ):
        raise RefusedError("whoever it is about wants to be left alone; it was not taken in")


def _person(
    db: Session, house: House, brought: Brought, by: str, made: dict[str, list[str]]
) -> Person:
    """Return who the row is about: known by a handle, or new."""
    now = house.clock.now()
    author: Author | None = None
    if brought.handle and brought.source:
        author = find_author(db, source=brought.source, handle=brought.handle)
    linked = db.get(PersonAuthor, author.id) if author else None
    if linked is not None:
        return db.get_one(Person, linked.person_id)
    person = Person(
        name=brought.name,
        account=brought.company,
        email=brought.email,
        consent_at=now if brought.consent else None,
        consent_how=brought.consent,
        created_at=now,
    )
    db.add(person)
    db.flush()
    made["person"] = [person.id]
    if author is not None:
        link(db, person_id=person.id, author_id=author.id, by=by, now=now)
        made["person_author"] = [author.id]
    return person


def _lead(
    db: Session,
    house: House,
    brought: Brought,
    person: Person,
    reference: str,
    before: int,
    made: dict[str, list[str]],
) -> tuple[Lead, bool]:
    """Return the lead that the row belongs to, and whether the row opened it."""
    config, now = house.config, house.clock.now()
    place = source_for(
        db, config, kind=SourceKind.IMPORT, slug=SHEETS, name="Brought in spreadsheets", now=now
    )
    signal, lead = write_in(
        db,
        person,
        Note(
            topic=str(brought.topic),
            title=brought.title,
            text=brought.need,
            at=brought.heard or now,
            reference=reference,
            handle=brought.name or brought.handle or brought.company,
            signal_class=None,
            url=brought.url,
            place=place,
        ),
        config=config,
        now=now,
    )
    _note_evidence(db, signal, person, place, made)
    opened = select(AuditEvent.seq).where(
        AuditEvent.subject == f"lead:{lead.id}",
        AuditEvent.action == "lead.created",
        col(AuditEvent.seq) > before,
    )
    is_new = db.exec(opened).first() is not None
    lead.person_id = lead.person_id or person.id
    lead.account = lead.account or brought.company
    lead.region = lead.region or brought.region
    if lead.amount_minor is None and brought.amount_minor is not None:
        lead.amount_minor, lead.currency = brought.amount_minor, brought.currency
    db.add(lead)
    db.flush()
    return lead, is_new


def _note_evidence(
    db: Session, signal: Signal, person: Person, place: Source, made: dict[str, list[str]]
) -> None:
    post = db.get_one(Post, signal.post_id)
    authors: Sequence[str] = db.exec(
        select(PersonAuthor.author_id)
        .join(Author, col(Author.id) == PersonAuthor.author_id)
        .where(PersonAuthor.person_id == person.id, Author.source_id == place.id)
    ).all()
    made |= {
        "lead_signal": [signal.id],
        "signal": [signal.id],
        "post": [post.id],
        "thread": [post.thread_id],
        "author": list(authors),
        "person_author": [*made.get("person_author", []), *authors],
    }


def _go_on(db: Session, house: House, lead: Lead, brought: Brought, by: str) -> None:
    """Give the lead to the rep whose it is, with what they meant to do next."""
    if brought.owner is None:
        return
    config, now = house.config, house.clock.now()
    user = db.exec(select(User).where(User.handle == brought.owner)).one()
    if user.id != by and db.get_one(User, by).role not in DECIDERS:
        raise RefusedError(f"only a manager or a marketer brings leads for others, as {user.name}")
    if lead.owner_id not in {None, user.id} and lead.status not in _BEFORE_SALES:
        raise RefusedError("it joins a lead that is somebody else's; ask them, or name no owner")
    try:
        _hand_over(db, house, lead, user, by)
    except MoveRefusedError as error:
        raise RefusedError(f"it can't become {user.name}'s: {error.why}") from error
    if brought.next_step:
        add_task(
            db,
            lead_of(db, lead.id),
            TaskKind.FOLLOW_UP,
            brought.next_step,
            due_at=brought.due or now + config.sla.working_day,
            user_id=user.id,
            by=by,
            now=now,
        )


def _hand_over(db: Session, house: House, lead: Lead, user: User, by: str) -> None:
    config, now = house.config, house.clock.now()
    if lead.status in _BEFORE_SALES:
        asked = Request(
            to=LeadStatus.SALES_READY,
            event=LeadEvent.PROMOTED,
            at=now,
            actor=by,
            reason=_REASON,
            by_marketer=True,
        )
        transition(db, lead, asked, next_step="is offered", next_step_at=now + config.sla.routing)
    if lead.status is LeadStatus.SALES_READY:
        asked = Request(to=LeadStatus.OFFERED, event=LeadEvent.OFFERED, at=now, actor=by)
        explained = {"team": user.team_id, "how": "assigned"}
        offer = lease(db, lead, user, asked, dict(explained), config=config)
        accept(
            db,
            lead_id=lead.id,
            user_id=user.id,
            fencing=offer.fencing,
            config=config,
            now=now,
        )

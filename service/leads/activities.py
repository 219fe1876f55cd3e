"""What known, consenting people do: it counts for their leads, and may open one.

A hit without a person is no activity: nothing here takes an address on the network.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlmodel import Session, col, select

from config import Config
from models.contact import Activity, Person
from models.lead import Lead
from models.moves import LIVE
from models.words import ActivityKind
from service.errors import NotFoundError, RefusedError
from service.leads.hearing import reconsider
from service.leads.inbound import Note, write_in
from service.leads.ledger import take_turn
from service.leads.persons import authors_of, handles_of
from service.posts.suppression import suppressed
from service.rules.scoring import Done, score
from service.unknown import unknown

_WINDOW = timedelta(days=90)  # of activities that together may open a lead


@dataclass(frozen=True, slots=True, kw_only=True)
class Act:
    """Something that somebody did."""

    person_id: str
    kind: ActivityKind
    at: datetime  # aware UTC
    reference: str  # of the sender's own, at most 128 characters: the same one counts once
    topic: str | None = None  # None: it counts for every topic of theirs
    what: str = ""  # the page, the paper, the event


def record(
    db: Session, act: Act, *, config: Config, secret: bytes, now: datetime
) -> tuple[Lead, ...]:
    """Note what a person did; return the live leads that it counts for, a new one among them.

    Raises:
        NotFoundError: there is no such person or topic.
        RefusedError: they did not agree to be followed, or want to be left alone.
    """
    take_turn(db)
    person = db.get(Person, act.person_id)
    if person is None:
        raise NotFoundError("There is no such person; they may have been erased.")
    if act.topic is not None and act.topic not in config.topics:
        raise unknown("topic", act.topic, config.topics)
    _check(db, person, secret)
    known = db.exec(select(Activity).where(Activity.reference == act.reference)).first()
    if known is None:
        db.add(
            Activity(
                person_id=person.id,
                topic_id=act.topic,
                kind=act.kind,
                what=act.what[:500],
                reference=act.reference,
                at=min(act.at, now),
                received_at=now,
            )
        )
        db.flush()
    leads = list(_live_leads(db, person, act.topic))
    if not leads and act.topic is not None:
        leads = _open(db, person, act.topic, config, now)
    for lead in leads:
        reconsider(db, lead, config=config, now=now)
    return tuple(leads)


def _check(db: Session, person: Person, secret: bytes) -> None:
    if person.consent_at is None:
        raise RefusedError("They never agreed to be followed, so what they do is not noted.")
    for author, source in handles_of(db, authors_of(db, person.id)):
        names = {name for name in (author.handle, person.email) if name}
        if suppressed(db, secret=secret, source_url=source.url, handles=names):
            raise RefusedError("They want to be left alone; nothing was noted.")


def _live_leads(db: Session, person: Person, topic: str | None) -> list[Lead]:
    wanted = select(Lead).where(Lead.person_id == person.id, col(Lead.status).in_(sorted(LIVE)))
    if topic is not None:
        wanted = wanted.where(Lead.topic_id == topic)
    return list(db.exec(wanted.order_by(Lead.id)).all())


def _open(db: Session, person: Person, topic: str, config: Config, now: datetime) -> list[Lead]:
    """Open a lead when what the person did weighs enough; it says what that was."""
    rows = db.exec(
        select(Activity)
        .where(
            Activity.person_id == person.id,
            (col(Activity.topic_id) == topic) | col(Activity.topic_id).is_(None),
            col(Activity.at) > now - _WINDOW,
        )
        .order_by(col(Activity.at), Activity.id)
    ).all()
    done = [
        Done(activity_id=row.id, kind=row.kind, happened_at=row.at, person=row.person_id)
        for row in rows
    ]
    value = score((), config.scoring, now=now, activities=done).value
    if value < config.scoring.thresholds.intake:
        return []
    note = Note(
        topic=topic,
        title="",
        text="\n".join(_told(row) for row in rows),
        at=rows[-1].at,
        reference=f"activities:{rows[-1].id}",
        handle=person.name,
        signal_class=None,
    )
    _, lead = write_in(db, person, note, config=config, now=now)
    return [lead]


def _told(row: Activity) -> str:
    words = row.kind.value.replace("_", " ")
    return f"{row.at:%Y-%m-%d} {words}{': ' if row.what else ''}{row.what}"

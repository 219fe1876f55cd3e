"""Leads on nurture tracks: put on, reminded of, and taken off. Nothing here sends anything."""

from collections.abc import Sequence
from datetime import datetime
from zoneinfo import ZoneInfo

from sqlalchemy import exists
from sqlmodel import Session, col, select

from config import Config
from config.nurture import NurtureTrack
from models.contact import Person
from models.lead import Lead, StatusChange, Touchpoint
from models.moves import CLOSED, LIVE
from models.nurture import Draft, Enrolment
from models.people import User
from models.sla import Task
from models.words import DraftState, EnrolmentState, PersonRole, TaskKind, TouchpointKind
from service.errors import ConflictError, NotFoundError, RefusedError
from service.leads.ledger import audit, emit, take_turn
from service.leads.tasks import add_task
from service.rules.content import suggest
from service.rules.nurture import Standing, due_times, is_same_day, next_day, track_for

_HARKEN = "harken"


def enrol(
    db: Session, lead: Lead, track: NurtureTrack, *, config: Config, by: str, now: datetime
) -> Enrolment:
    """Put ``lead`` on a track: every step is a draft with a due time in the contact's zone.

    Raises:
        RefusedError: the lead is closed.
        ConflictError: it is on a track already.
    """
    take_turn(db)
    if lead.status in CLOSED:
        raise RefusedError("This lead is closed; open it again before you nurture it.")
    if _running(db, lead.id) is not None:
        raise ConflictError("This lead is on a nurture track already; stop that one first.")
    zone = zone_of(db, lead, config)
    enrolment = Enrolment(lead_id=lead.id, track=track.id, started_at=now, zone=zone.key, by=by)
    db.add(enrolment)
    db.flush()
    times = due_times(
        now, [step.day for step in track.step], at=config.nurture.time_of_day, zone=zone
    )
    persona = _persona(db, lead)
    found = suggest(config.content, step=lead.journey_step, topic=lead.topic_id, persona=persona)
    suggested = found.id if found else None
    db.add_all(
        Draft(
            enrolment_id=enrolment.id,
            lead_id=lead.id,
            step=number,
            due_at=due_at,
            channel=step.channel,
            title=step.title,
            points=step.points,
            content_id=step.content or suggested,
        )
        for number, (step, due_at) in enumerate(zip(track.step, times, strict=True), 1)
    )
    db.flush()
    audit(
        db,
        actor=by,
        action="lead.enrolled",
        subject=f"lead:{lead.id}",
        at=now,
        detail={"track": track.id},
    )
    return enrolment


def stop_nurture(db: Session, lead_id: str, *, because: str, now: datetime) -> bool:
    """Take a lead off its track: what is planned or due is skipped; tell whether it was on one."""
    enrolment = _running(db, lead_id)
    if enrolment is None:
        return False
    _end(db, enrolment, EnrolmentState.STOPPED, because, now)
    return True


def answer_draft(db: Session, draft_id: str, *, user_id: str, sent: bool, now: datetime) -> Draft:
    """Note that a human passed a step on, in their own words, or left it out.

    Raises:
        NotFoundError: there is no such draft.
        ConflictError: it was answered, or its track has stopped.
    """
    take_turn(db)
    draft = db.get(Draft, draft_id, with_for_update=True, populate_existing=True)
    if draft is None:
        raise NotFoundError("There is no such draft; its lead may have been erased.")
    if draft.state not in {DraftState.PLANNED, DraftState.DUE}:
        raise ConflictError("This draft was answered already, or its track has stopped.")
    _answer(db, draft, DraftState.DONE if sent else DraftState.SKIPPED, user_id, now)
    _finish_if_through(db, db.get_one(Enrolment, draft.enrolment_id), now)
    return draft


def nurture_due(db: Session, *, config: Config, now: datetime, most: int) -> int:
    """Do what is due on the tracks: take off, put on, lay drafts before people; return a count."""
    take_turn(db)
    done = _stop_those_of_closed(db, now, most)
    done += _enrol_by_rules(db, config, now, most)
    waiting = db.exec(
        select(Draft)
        .where(Draft.state == DraftState.PLANNED, Draft.due_at <= now)
        .order_by(col(Draft.due_at), Draft.id)
        .limit(most)
    ).all()
    for draft in waiting:
        _lay_before(db, draft, config, now)
    return done + len(waiting)


def drafts_of(db: Session, lead_id: str) -> Sequence[Draft]:
    """Return the drafts of a lead, the earliest first."""
    return db.exec(
        select(Draft).where(Draft.lead_id == lead_id).order_by(col(Draft.due_at), Draft.id)
    ).all()


def zone_of(db: Session, lead: Lead, config: Config) -> ZoneInfo:
    """Return the contact's zone where it is known, else that of who looks after the topic."""
    person = db.get(Person, lead.person_id) if lead.person_id else None
    if person is not None and person.tz:
        return ZoneInfo(person.tz)
    topic = config.topics.get(lead.topic_id)
    owner = config.users.get(topic.owner) if topic and topic.owner else None
    return ZoneInfo(owner.tz if owner else "UTC")


def _persona(db: Session, lead: Lead) -> PersonRole | None:
    person = db.get(Person, lead.person_id) if lead.person_id else None
    return person.role if person else None


def _running(db: Session, lead_id: str) -> Enrolment | None:
    return db.exec(
        select(Enrolment).where(
            Enrolment.lead_id == lead_id, Enrolment.state == EnrolmentState.RUNNING
        )
    ).first()


def _end(
    db: Session, enrolment: Enrolment, state: EnrolmentState, because: str, now: datetime
) -> None:
    enrolment.state, enrolment.ended_at, enrolment.ended_because = state, now, because
    db.add(enrolment)
    for draft in _open_drafts(db, enrolment.id):
        _answer(db, draft, DraftState.SKIPPED, _HARKEN, now)
    db.flush()
    audit(
        db,
        actor=_HARKEN,
        action="lead.nurture_ended",
        subject=f"lead:{enrolment.lead_id}",
        at=now,
        detail={"track": enrolment.track, "because": because},
    )


def _open_drafts(db: Session, enrolment_id: str) -> Sequence[Draft]:
    is_open = col(Draft.state).in_((DraftState.PLANNED, DraftState.DUE))
    return db.exec(select(Draft).where(Draft.enrolment_id == enrolment_id, is_open)).all()


def _answer(db: Session, draft: Draft, state: DraftState, by: str, now: datetime) -> None:
    draft.state, draft.answered_at, draft.answered_by = state, now, by
    db.add(draft)
    task = db.get(Task, draft.task_id) if draft.task_id else None
    if task is not None and task.done_at is None:
        task.done_at, task.done_by = now, by
        db.add(task)
    db.flush()


def _finish_if_through(db: Session, enrolment: Enrolment, now: datetime) -> None:
    if enrolment.state is EnrolmentState.RUNNING and not _open_drafts(db, enrolment.id):
        _end(db, enrolment, EnrolmentState.FINISHED, "through", now)


def _stop_those_of_closed(db: Session, now: datetime, most: int) -> int:
    over = db.exec(
        select(Enrolment)
        .join(Lead, col(Lead.id) == Enrolment.lead_id)
        .where(Enrolment.state == EnrolmentState.RUNNING, col(Lead.status).in_(sorted(CLOSED)))
        .limit(most)
    ).all()
    for enrolment in over:
        _end(db, enrolment, EnrolmentState.STOPPED, "closed", now)
    return len(over)


def _enrol_by_rules(db: Session, config: Config, now: datetime, most: int) -> int:
    """Put leads on the tracks that the rules name, once for each stay in a status."""
    statuses = sorted({rule.on for rule in config.nurture.rule} & LIVE)
    tracks = {track.id: track for track in config.nurture.track}
    leads = db.exec(
        select(Lead)
        .where(
            col(Lead.status).in_(statuses),
            col(Lead.snoozed_until).is_(None),
            ~exists().where(
                col(Enrolment.lead_id) == Lead.id,
                (col(Enrolment.started_at) >= Lead.status_since)
                | (col(Enrolment.state) == EnrolmentState.RUNNING),
            ),
        )
        .order_by(col(Lead.status_since), Lead.id)
        .limit(most)
    ).all()
    made = 0
    for lead in leads:
        rule = track_for(config.nurture.rule, _standing(db, lead), now=now)
        if rule is not None:
            enrol(db, lead, tracks[rule.track], config=config, by=_HARKEN, now=now)
            made += 1
    return made


def _standing(db: Session, lead: Lead) -> Standing:
    last = db.exec(
        select(StatusChange)
        .where(StatusChange.lead_id == lead.id)
        .order_by(col(StatusChange.at).desc(), col(StatusChange.id).desc())
        .limit(1)
    ).first()
    causes = {last.event, last.reason} - {None} if last else set()
    return Standing(
        status=lead.status,
        since=lead.status_since,
        topic=lead.topic_id,
        causes=frozenset(str(cause) for cause in causes),
    )


def _lay_before(db: Session, draft: Draft, config: Config, now: datetime) -> None:
    """Make a task of a draft that is due; a day on which somebody was in touch is left free."""
    enrolment = db.get_one(Enrolment, draft.enrolment_id)
    zone = ZoneInfo(enrolment.zone)
    if _was_touched_today(db, draft.lead_id, zone, now):
        draft.due_at = next_day(now, at=config.nurture.time_of_day, zone=zone)
        db.add(draft)
        return
    lead = db.get_one(Lead, draft.lead_id)
    task = add_task(
        db,
        lead,
        TaskKind.NURTURE_STEP,
        draft.title,
        due_at=now,
        by=_HARKEN,
        now=now,
        user_id=lead.owner_id or _social_seller(db, lead, config),
    )
    draft.state, draft.task_id = DraftState.DUE, task.id
    db.add(draft)
    emit(db, "lead.nurture_due", lead.id, now, {"lead_id": lead.id, "draft_id": draft.id})


def _was_touched_today(db: Session, lead_id: str, zone: ZoneInfo, now: datetime) -> bool:
    last = db.exec(
        select(Touchpoint.at)
        .where(Touchpoint.lead_id == lead_id, Touchpoint.kind != TouchpointKind.NOTE)
        .order_by(col(Touchpoint.at).desc())
        .limit(1)
    ).first()
    return last is not None and is_same_day(last, now, zone)


def _social_seller(db: Session, lead: Lead, config: Config) -> str | None:
    topic = config.topics.get(lead.topic_id)
    handle = topic.owner if topic else None
    return db.exec(select(User.id).where(User.handle == handle)).first() if handle else None

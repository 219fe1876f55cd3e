"""Leads on nurture tracks: drafts in time, off when they speak, rest and objections."""

from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from sqlalchemy import Engine
from sqlmodel import select

from config.content import Content, ContentCell, ContentItem
from models.contact import Person
from models.lead import Lead, Offer
from models.ledger import Outbox, Suppression
from models.merge import Result
from models.nurture import Draft, Enrolment
from models.sla import SlaClock, Task
from models.words import (
    DraftState,
    EnrolmentState,
    HandBackReason,
    Kind,
    LeadStatus,
    OfferState,
    SuppressionReason,
    TaskKind,
    TouchpointKind,
)
from service.errors import ConflictError, NotFoundError, RefusedError
from service.leads.by_hand import log_touch
from service.leads.closing import hand_back
from service.leads.nurture import answer_draft, enrol, stop_nurture
from service.leads.snoozing import snooze, wake
from service.posts.suppression import suppress_author
from service.store.engine import writing
from tests.builders import ASK, SECRET, Place, a_config, a_place, a_post
from tests.fakes import NOON, Said

S = LeadStatus
DAY = timedelta(days=1)


def touched(place: Place, kind: TouchpointKind = TouchpointKind.CALL) -> None:
    lead = place.only(Lead)
    with writing(place.engine) as db:
        log_touch(
            db,
            lead_id=lead.id,
            user_id=lead.owner_id or "",
            rev=lead.rev,
            kind=kind,
            note="",
            config=place.config,
            now=place.clock.now(),
        )


def handed_back(place: Place, reason: HandBackReason = HandBackReason.NOT_READY) -> Lead:
    lead = place.only(Lead)
    with writing(place.engine) as db:
        return hand_back(
            db,
            lead_id=lead.id,
            user_id=lead.owner_id or "",
            rev=lead.rev,
            reason=reason,
            config=place.config,
            now=place.clock.now(),
        )


def a_nurtured_lead(engine: Engine, *, tz: str | None = None) -> Place:
    """Return a place with a lead that was given back and is on the short track."""
    place = a_place(engine)
    lead = place.hear(a_post())
    if tz is not None:
        with writing(engine) as db:
            person = Person(tz=tz, created_at=NOON)
            db.add(person)
            db.flush()
            db.get_one(Lead, lead.id).person_id = person.id
    place.accept(place.open_offer())
    handed_back(place)
    place.tick()
    return place


def test_a_lead_that_is_not_ready_is_put_on_the_short_track(sqlite_engine: Engine) -> None:
    # Requirements, D10: days 2, 5, 9 and 14, in the contact's zone.
    place = a_nurtured_lead(sqlite_engine, tz="America/Chicago")

    enrolment = place.only(Enrolment)
    assert (enrolment.track, enrolment.zone) == ("short", "America/Chicago")
    assert [draft.due_at for draft in place.all(Draft)] == [
        datetime(2025, 11, 19 + days, 15, tzinfo=NOON.tzinfo)
        if days < 12
        else datetime(2025, 12, 3, 15, tzinfo=NOON.tzinfo)
        for days in (2, 5, 9, 14)
    ]


def test_a_step_that_is_due_is_a_draft_before_a_person_and_nothing_is_sent(
    engine: Engine,
) -> None:
    place = a_nurtured_lead(engine)
    place.tick(after=2 * DAY - timedelta(hours=4))  # 8 in the morning of day 2
    assert all(draft.state is DraftState.PLANNED for draft in place.all(Draft))

    place.tick(after=timedelta(hours=1))
    place.tick()

    first, *others = place.all(Draft)
    (task,) = [task for task in place.all(Task) if task.kind is TaskKind.NURTURE_STEP]
    assert (first.state, first.task_id) == (DraftState.DUE, task.id)
    assert all(draft.state is DraftState.PLANNED for draft in others)
    assert [e.kind for e in place.all(Outbox)].count("lead.nurture_due") == 1


def test_a_human_passes_a_step_on_or_leaves_it_out(sqlite_engine: Engine) -> None:
    place = a_nurtured_lead(sqlite_engine)
    place.tick(after=2 * DAY)
    user = place.user("mia").id
    for number, draft in enumerate(place.all(Draft)):
        with writing(sqlite_engine) as db:
            answer_draft(db, draft.id, user_id=user, sent=number == 0, now=place.clock.now())

    assert [d.state for d in place.all(Draft)] == [DraftState.DONE, *[DraftState.SKIPPED] * 3]
    assert place.only(Enrolment).state is EnrolmentState.FINISHED
    assert all(t.done_at for t in place.all(Task) if t.kind is TaskKind.NURTURE_STEP)
    with writing(sqlite_engine) as db, pytest.raises(ConflictError):
        answer_draft(db, place.all(Draft)[0].id, user_id=user, sent=True, now=NOON)
    with writing(sqlite_engine) as db, pytest.raises(NotFoundError):
        answer_draft(db, "none", user_id=user, sent=True, now=NOON)


def test_a_buyer_who_speaks_is_off_the_track(sqlite_engine: Engine) -> None:
    place = a_nurtured_lead(sqlite_engine)
    place.clock.pass_by(DAY)
    place.take_in(a_post("2", f"{ASK} one that prints?", at=place.clock.now()))

    enrolment = place.only(Enrolment)
    assert (enrolment.state, enrolment.ended_because) == (EnrolmentState.STOPPED, "reply")
    place.tick(after=20 * DAY)
    assert all(draft.state is DraftState.SKIPPED for draft in place.all(Draft))


def test_a_closed_lead_is_off_the_track(sqlite_engine: Engine) -> None:
    place = a_nurtured_lead(sqlite_engine)
    with writing(sqlite_engine) as db:
        suppress_author(
            db,
            secret=SECRET,
            host="talk.example",
            handle="anna",
            reason=SuppressionReason.COMPETITOR,
            by="mia",
            now=NOON,
        )
    place.tick()

    lead = place.only(Lead)
    assert (lead.status, lead.close_reason) == (S.DISQUALIFIED, "competitor")
    assert place.only(Enrolment).ended_because == "closed"
    assert [r.code for r in place.all(Result)] == ["not_ready", "competitor"]


def test_a_stay_in_nurturing_is_one_track(sqlite_engine: Engine) -> None:
    place = a_nurtured_lead(sqlite_engine)
    with writing(sqlite_engine) as db:
        assert stop_nurture(db, place.only(Lead).id, because="by_hand", now=NOON)
        assert not stop_nurture(db, place.only(Lead).id, because="by_hand", now=NOON)
    place.tick(after=DAY)

    assert len(place.all(Enrolment)) == 1


def test_a_lead_is_on_one_track_at_a_time(sqlite_engine: Engine) -> None:
    place = a_nurtured_lead(sqlite_engine)
    long = next(track for track in place.config.nurture.track if track.id == "long")

    with writing(sqlite_engine) as db, pytest.raises(ConflictError):
        enrol(
            db,
            db.get_one(Lead, place.only(Lead).id),
            long,
            config=place.config,
            by="mia",
            now=NOON,
        )


def test_nobody_is_told_twice_on_one_day(sqlite_engine: Engine) -> None:
    # Requirements, B23: a track may run while a rep works on the lead.
    place = a_place(sqlite_engine)
    place.hear(a_post())
    place.accept(place.open_offer())
    touched(place)
    active = next(track for track in place.config.nurture.track if track.id == "active")
    with writing(sqlite_engine) as db:
        lead = db.get_one(Lead, place.only(Lead).id)
        enrol(db, lead, active, config=place.config, by="mia", now=NOON)
    place.clock.at = NOON + DAY - timedelta(hours=4)  # 8 o'clock; the step is due at 9
    touched(place, TouchpointKind.EMAIL)

    place.tick(after=timedelta(hours=1))

    first = place.all(Draft)[0]
    assert first.state is DraftState.PLANNED
    assert first.due_at == datetime(2025, 11, 21, 9, tzinfo=NOON.tzinfo)


def test_a_step_brings_what_the_content_map_suggests(sqlite_engine: Engine) -> None:
    content = Content(
        item=(ContentItem(id="checklist", title="Ten questions"),),
        cell=(ContentCell(step=3, topic="crm", item="checklist"),),
    )
    place = a_place(sqlite_engine, replace(a_config(), content=content))
    place.hear(a_post())
    place.accept(place.open_offer())
    handed_back(place)
    place.tick()

    assert {draft.content_id for draft in place.all(Draft)} == {"checklist"}


# Rest.


def rest(place: Place, days: float, by: str | None = None) -> Lead:
    lead = place.only(Lead)
    with writing(place.engine) as db:
        return snooze(
            db,
            lead_id=lead.id,
            user_id=place.user(by).id if by else lead.owner_id or "",
            rev=lead.rev,
            until=place.clock.now() + days * DAY,
            now=place.clock.now(),
        )


def a_worked_lead(engine: Engine) -> Place:
    place = a_place(engine)
    place.hear(a_post())
    place.accept(place.open_offer())
    touched(place)
    return place


def test_a_lead_that_rests_is_left_in_peace_and_wakes_on_its_day(engine: Engine) -> None:
    place = a_worked_lead(engine)
    rest(place, 20)
    place.tick(after=19 * DAY)
    assert place.only(Lead).status is S.WORKING
    assert not [clock for clock in place.all(SlaClock) if clock.breached_at]

    place.tick(after=DAY)

    lead = place.only(Lead)
    assert (lead.snoozed_until, lead.next_step_at) == (None, place.clock.now())
    assert lead.snoozes == 1


def test_a_buyer_who_speaks_wakes_the_lead(sqlite_engine: Engine) -> None:
    place = a_worked_lead(sqlite_engine)
    rest(place, 20)
    place.clock.pass_by(DAY)
    place.take_in(a_post("2", f"{ASK} one that prints?", at=place.clock.now()))

    assert place.only(Lead).snoozed_until is None


@pytest.mark.parametrize("days", [31, 0, -1])
def test_nobody_rests_for_more_than_30_days(sqlite_engine: Engine, days: int) -> None:
    place = a_worked_lead(sqlite_engine)

    with pytest.raises(RefusedError, match="30 days"):
        rest(place, days)
    assert rest(place, 30).snoozed_until == NOON + 30 * DAY


def test_a_lead_on_its_way_to_a_rep_does_not_rest(sqlite_engine: Engine) -> None:
    place = a_place(sqlite_engine)
    place.hear(a_post())

    with pytest.raises(RefusedError, match="offered can't"):
        rest(place, 3, by="mia")


def test_only_a_lead_that_rests_is_woken(sqlite_engine: Engine) -> None:
    place = a_worked_lead(sqlite_engine)
    rest(place, 3)
    for _ in range(2):
        lead = place.only(Lead)
        if lead.snoozed_until is None:
            break
        with writing(sqlite_engine) as db:
            wake(db, lead_id=lead.id, user_id=lead.owner_id or "", rev=lead.rev, now=NOON)

    lead = place.only(Lead)
    with writing(sqlite_engine) as db, pytest.raises(RefusedError, match="awake"):
        wake(db, lead_id=lead.id, user_id=lead.owner_id or "", rev=lead.rev, now=NOON)


# Objections after the fact.


@pytest.mark.parametrize(
    ("reason", "status", "code"),
    [
        (SuppressionReason.OBJECTION, S.ERASED, "objection"),
        (SuppressionReason.ERASURE, S.ERASED, "erasure"),
        (SuppressionReason.DO_NOT_CONTACT, S.ERASED, "do_not_contact"),
    ],
)
def test_an_objection_takes_a_lead_out_of_a_rep_s_offers(
    engine: Engine, reason: SuppressionReason, status: LeadStatus, code: str
) -> None:
    place = a_place(engine)
    place.hear(a_post(title="Anna asks"))
    with writing(engine) as db:
        suppress_author(
            db,
            secret=SECRET,
            host="talk.example",
            handle="ANNA",
            reason=reason,
            by="mia",
            now=NOON,
        )
    place.tick()
    place.tick()

    lead = place.only(Lead)
    assert (lead.status, lead.close_reason, lead.title) == (status, code, "")
    assert place.only(Offer).state is OfferState.WITHDRAWN
    assert place.only(Suppression).applied_at == NOON


def test_the_leads_of_others_stay(sqlite_engine: Engine) -> None:
    place = a_place(sqlite_engine, knows={"which": Said(kind=Kind.COMPARISON, p=0.6)})
    place.take_in(a_post("1", "which?"), a_post("2", "which?", author="ben"))
    with writing(sqlite_engine) as db:
        suppress_author(
            db,
            secret=SECRET,
            host="talk.example",
            handle="ben",
            reason=SuppressionReason.INTERNAL,
            by="mia",
            now=NOON,
        )
    place.tick()

    with writing(sqlite_engine) as db:
        states = [lead.status for lead in db.exec(select(Lead).order_by(Lead.id))]
    assert states == [S.MQL, S.DISQUALIFIED]

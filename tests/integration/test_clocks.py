"""Clocks on leads, what happens as they run out, and tasks."""

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from sqlalchemy import Engine
from sqlmodel import Session, select

from config.team import TeamSpec
from models.lead import Lead, Offer
from models.ledger import Outbox
from models.people import User
from models.sla import SlaClock, SlaNotice, Task
from models.words import (
    ClockKind,
    DisqualifyReason,
    EscalationStep,
    Kind,
    LeadStatus,
    TaskKind,
    TouchpointKind,
    UserRole,
)
from service.errors import ConflictError, NotFoundError, RefusedError
from service.leads import tasks
from service.leads.by_hand import dismiss, log_touch
from service.leads.transitions import lead_of
from service.routing import clocks
from service.routing.clocks import without_a_timer
from service.store.engine import reading, writing
from tests.builders import (
    NO_TAKERS,
    PEOPLE,
    Place,
    a_config,
    a_place,
    a_post,
    a_topic,
    a_user,
    at_once,
)
from tests.fakes import NOON, Said

S, C, E = LeadStatus, ClockKind, EscalationStep
HOUR, MINUTE = timedelta(hours=1), timedelta(minutes=1)
ALONE = a_config(users=[a_user("ada"), *PEOPLE[2:]])


def the_clocks(place: Place) -> list[tuple[ClockKind, bool, bool]]:
    """Return each clock's kind, whether it runs, and whether it was breached."""
    rows = sorted(place.all(SlaClock), key=lambda clock: clock.started_at)
    return [(c.kind, c.stopped_at is None, c.breached_at is not None) for c in rows]


def running(place: Place, kind: ClockKind) -> SlaClock:
    (clock,) = [c for c in place.all(SlaClock) if c.kind is kind and c.stopped_at is None]
    return clock


def told(place: Place) -> list[tuple[str, str, str]]:
    """Return what was said of clocks: the event, the step and to whom."""
    handles = {user.id: user.handle for user in place.all(User)}
    return [
        (event.kind, str(event.payload["step"]), handles[str(event.payload["to_user_id"])])
        for event in place.all(Outbox)
        if event.kind in {"lead.sla_warning", "lead.sla_breached"}
    ]


def touch(place: Place, lead: Lead) -> Lead:
    with writing(place.engine) as db:
        return log_touch(
            db,
            lead_id=lead.id,
            user_id=str(lead.owner_id),
            rev=lead.rev,
            kind=TouchpointKind.CALL,
            note="",
            config=place.config,
            now=place.clock.now(),
        )


def by_hand(place: Place, act: Callable[[Session, Lead], object]) -> None:
    with writing(place.engine) as db:
        act(db, lead_of(db, place.only(Lead).id))


# Starting and stopping.


def test_each_step_of_a_lead_s_life_has_its_clock(engine: Engine) -> None:
    place = a_place(engine, ALONE)
    place.hear(a_post())
    assert the_clocks(place) == [(C.ROUTE, False, False), (C.ACCEPT, True, False)]
    assert running(place, C.ACCEPT).due_at == place.open_offer().accept_by

    place.clock.pass_by(MINUTE)
    lead = place.accept(place.open_offer())
    assert running(place, C.FIRST_TOUCH).due_at == lead.next_step_at
    place.clock.pass_by(MINUTE)
    lead = touch(place, lead)
    first = running(place, C.UPDATE)
    assert first.due_at == lead.next_step_at
    place.clock.pass_by(MINUTE)
    lead = touch(place, lead)
    assert running(place, C.UPDATE).due_at == lead.next_step_at == first.due_at + MINUTE

    with writing(engine) as db:
        dismiss(
            db,
            lead_id=lead.id,
            user_id=str(lead.owner_id),
            rev=lead.rev,
            reason=DisqualifyReason.SOLVED,
            now=place.clock.now(),
        )
    assert not any(runs for _, runs, _ in the_clocks(place))
    assert not any(breached for _, _, breached in the_clocks(place))


def test_a_review_runs_in_the_reviewer_s_working_time(engine: Engine) -> None:
    mia = a_user("mia", team=None, hours="mon-fri 09:00-13:00", tz="Europe/Berlin")
    users = [NO_TAKERS[0], mia, PEOPLE[3]]
    config = a_config(users=users, topics=[a_topic("crm", owner="mia")])
    place = a_place(engine, config, knows={"compare": Said(kind=Kind.COMPARISON, p=0.6)})

    lead = place.hear(a_post(text="compare"))

    clock = running(place, C.REVIEW)
    assert (clock.user_id, lead.owner_id) == (place.user("mia").id, place.user("mia").id)
    assert timedelta(seconds=clock.allowed_seconds) == 8 * HOUR
    assert clock.due_at == NOON + timedelta(days=2)  # noon is one o'clock: two mornings of hers


def test_a_lapsed_offer_is_a_breach(engine: Engine) -> None:
    place = a_place(engine, ALONE)
    place.hear(a_post())

    place.tick(after=HOUR)

    (accept,) = [c for c in place.all(SlaClock) if c.kind is C.ACCEPT]
    assert (accept.breached_at, accept.stopped_at) == (NOON + HOUR, NOON + HOUR)


def test_a_lead_of_before_there_were_clocks_gets_its_own(engine: Engine) -> None:
    place = a_place(engine, ALONE)
    place.hear(a_post())
    with writing(engine) as db:
        for clock in db.exec(select(SlaClock)):
            db.delete(clock)
    with reading(engine) as db:
        assert without_a_timer(db) == [place.only(Lead).id]

    place.tick()

    with reading(engine) as db:
        assert without_a_timer(db) == []
    assert running(place, C.ACCEPT).due_at == NOON + HOUR


# Sleeping.


def test_a_clock_stands_still_while_its_lead_sleeps(engine: Engine) -> None:
    place = a_place(engine, ALONE)
    place.hear(a_post())
    lead = place.accept(place.open_offer())  # four hours to the first contact
    place.clock.pass_by(HOUR)
    until = NOON + timedelta(days=3)

    by_hand(place, lambda db, row: clocks.pause(db, row, until=until, at=place.clock.now()))

    assert running(place, C.FIRST_TOUCH).due_at == until + 3 * HOUR
    place.tick(after=timedelta(days=2))
    assert told(place) == []
    place.tick(after=timedelta(days=1))
    clock = running(place, C.FIRST_TOUCH)
    assert (clock.paused_until, clock.due_at) == (None, until + 3 * HOUR)
    assert clock.paused_seconds == (until - NOON - HOUR).total_seconds()
    place.tick(after=HOUR)
    assert told(place) == [("lead.sla_warning", "reminder", "ada")]
    assert place.only(Lead).owner_id == lead.owner_id


def test_a_lead_can_sleep_for_thirty_days_at_the_most(engine: Engine) -> None:
    place = a_place(engine, ALONE)
    place.hear(a_post())

    for until in (NOON + timedelta(days=31), NOON):
        with pytest.raises(RefusedError, match="30 days"):
            by_hand(place, lambda db, row: clocks.pause(db, row, until=until, at=NOON))  # noqa: B023


# Escalating.


def test_the_ladder_is_climbed_once_and_in_order(engine: Engine) -> None:
    users = [a_user("ada", max_open=1), a_user("ben", max_open=0), *PEOPLE[2:]]
    teams = [TeamSpec(id="sales", name="Sales", channel="inside", manager="mia")]  # type: ignore[arg-type]  # as TOML has it
    place = a_place(engine, a_config(users=users, teams=teams))
    place.hear(a_post())
    place.accept(place.open_offer())  # the first contact is due in four hours

    place.tick(after=2 * HOUR)
    assert told(place) == [("lead.sla_warning", "reminder", "ada")]
    place.tick(after=1.2 * HOUR)
    place.tick()
    assert [step for _, step, _ in told(place)] == ["reminder", "reminder"]
    assert running(place, C.FIRST_TOUCH).breached_at is None
    place.tick(after=0.8 * HOUR)
    assert told(place)[2:] == [("lead.sla_breached", "breach", "ada")]
    assert running(place, C.FIRST_TOUCH).breached_at == NOON + 4 * HOUR
    place.tick(after=HOUR)
    assert told(place)[3:] == [("lead.sla_breached", "manager", "mia")]
    place.tick(after=HOUR)
    assert told(place)[4:] == [("lead.sla_breached", "reclaim", "ada")]
    lead = place.only(Lead)
    assert (lead.status, lead.owner_id) == (S.SALES_READY, None)
    assert lead.next_step.startswith("is routed to the next rep")
    assert place.only(Offer).reclaimed_at == NOON + 6 * HOUR
    place.tick(after=2 * HOUR)

    assert ("lead.sla_breached", "process_owner", "max") in told(place)[5:]
    first_touch = [c for c in place.all(SlaClock) if c.kind is C.FIRST_TOUCH]
    rungs = [n.rung for n in place.all(SlaNotice) if n.clock_id == first_touch[0].id]
    assert sorted(rungs) == [1, 2, 3, 4, 5, 6]


def test_what_is_taken_back_is_offered_to_somebody_else(engine: Engine) -> None:
    place = a_place(engine)
    place.hear(a_post())
    first = place.open_offer()
    place.accept(first)

    place.tick(after=6 * HOUR)

    assert place.open_offer().to_user_id != first.to_user_id
    assert "let this lead lie" in place.open_offer().explain["not_eligible"].values()  # type: ignore[union-attr]  # JSON


def test_nobody_is_told_anything_out_of_hours_and_the_lead_is_taken_back_all_the_same(
    engine: Engine,
) -> None:
    boss = a_user("max", role=UserRole.MANAGER, team=None, hours="fri 08:00-09:00")
    place = a_place(engine, a_config(users=[*PEOPLE[:3], boss]))
    place.hear(a_post())
    first = place.open_offer()
    place.accept(first)

    for hours in (4, 1, 1):
        place.tick(after=hours * HOUR)
    assert place.open_offer().to_user_id != first.to_user_id  # six in the evening
    for hours in (2, 16):
        place.tick(after=hours * HOUR)
    place.tick(after=20 * HOUR - MINUTE)
    assert "max" not in [handle for _, _, handle in told(place)]
    place.tick(after=MINUTE)  # Friday at eight

    to_max = [(step, handle) for _, step, handle in told(place) if handle == "max"]
    assert ("manager", "max") in to_max
    assert ("process_owner", "max") in to_max


def test_a_reminder_that_comes_too_late_is_left_out(engine: Engine) -> None:
    place = a_place(engine, ALONE)
    place.hear(a_post())
    place.accept(place.open_offer())

    place.tick(after=4.1 * HOUR)  # nothing ticked for four hours

    assert told(place) == [("lead.sla_breached", "breach", "ada")]
    assert [n.step for n in place.all(SlaNotice)] == [E.REMINDER, E.REMINDER, E.BREACH]


def test_nobody_available_means_the_queue_and_an_alert_and_no_limbo(engine: Engine) -> None:  # R5
    place = a_place(engine, a_config(users=[a_user("ada", max_open=1), *PEOPLE[2:]]))
    place.take_in(a_post("1", author="a"), a_post("2", author="b"))

    place.tick(after=5 * MINUTE)

    waiting = [lead for lead in place.all(Lead) if lead.status is S.SALES_READY]
    assert len(waiting) == 1
    assert waiting[0].next_step.startswith("waits for a rep: ada has 1 open leads")
    assert ("lead.sla_breached", "breach", "max") in told(place)


def test_two_who_tick_at_once_double_nothing(engine: Engine) -> None:
    place = a_place(engine)
    place.take_in(*(a_post(str(n), author=f"b{n}") for n in range(4)))
    for offer in place.all(Offer)[:2]:
        place.accept(offer)
    place.clock.pass_by(3.5 * HOUR)

    ends = at_once(*[place.tick] * 4)

    assert ends == [None] * 4
    assert len({(n.clock_id, n.rung) for n in place.all(SlaNotice)}) == len(place.all(SlaNotice))
    assert len(told(place)) == len([n for n in place.all(SlaNotice) if n.delivered_at])
    fencings = [(offer.lead_id, offer.fencing) for offer in place.all(Offer)]
    assert len(set(fencings)) == len(fencings)


# Tasks.


def test_a_prospect_s_follow_up_can_be_done_and_never_deleted(engine: Engine) -> None:
    place = a_place(engine, ALONE)
    place.hear(a_post())
    (task,) = place.all(Task)
    assert (task.kind, task.mandatory) == (TaskKind.FOLLOW_UP, True)

    with pytest.raises(ConflictError, match="mandatory"), writing(engine) as db:
        tasks.delete_task(db, task.id, by="harken", now=NOON)
    touch(place, place.accept(place.open_offer()))

    assert place.only(Task).done_by == place.user("ada").id


def test_a_follow_up_of_nobody_s_is_due_when_the_offer_is_and_then_with_the_first_touch(
    sqlite_engine: Engine,
) -> None:
    place = a_place(sqlite_engine, ALONE)
    place.hear(a_post())
    offer = place.open_offer()
    assert (place.only(Task).user_id, place.only(Task).due_at) == (None, offer.accept_by)

    lead = place.accept(offer)

    assert (place.only(Task).user_id, place.only(Task).due_at) == (
        lead.owner_id,
        lead.next_step_at,
    )


def test_what_the_owner_promised_has_a_clock(engine: Engine) -> None:
    place = a_place(engine, ALONE)
    place.hear(a_post())
    touch(place, place.accept(place.open_offer()))

    def promise(what: str, due_at: datetime) -> Callable[[Session, Lead], object]:
        return lambda db, lead: tasks.add_task(
            db, lead, TaskKind.REMINDER, what, due_at=due_at, by="harken", now=NOON
        )

    by_hand(place, promise("send the offer", NOON + 5 * HOUR))
    by_hand(place, promise("call", NOON + 2 * HOUR))
    assert running(place, C.NEXT_STEP).due_at == NOON + 2 * HOUR
    with reading(engine) as db:
        mine = tasks.open_tasks(db, user_id=place.user("ada").id)
    assert [task.what for task in mine] == ["call", "send the offer"]

    with writing(engine) as db:
        tasks.complete_task(db, mine[0].id, by=place.user("ada").id, now=NOON)
        tasks.complete_task(db, mine[0].id, by=place.user("max").id, now=NOON)
    assert running(place, C.NEXT_STEP).due_at == NOON + 5 * HOUR
    with writing(engine) as db:
        tasks.delete_task(db, mine[1].id, by="harken", now=NOON)
    assert not [c for c in place.all(SlaClock) if c.kind is C.NEXT_STEP and not c.stopped_at]
    with pytest.raises(NotFoundError), writing(engine) as db:
        tasks.complete_task(db, mine[1].id, by="harken", now=NOON)

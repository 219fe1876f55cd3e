"""What needs a hand: it opens once, is seen again, and resolves by itself."""

import shutil
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import Engine
from sqlmodel import select

from models.attention import AttentionItem
from models.delivery import Delivery, DeliveryState, Endpoint, EndpointKind
from models.digest import BounceBox, DigestRun, MailAddress
from models.digest_words import AttentionKind, RunState
from models.lead import StatusChange
from models.signal import Signal
from models.sla import SlaClock
from models.source import Source
from models.topic import Topic
from models.words import ClockKind, LeadStatus, SignalStatus, SourceHealth, UserRole
from nlp.model_card import CARD, SHIPPED, read_card
from service.attending.looking import look_around
from service.attending.matter import Matter
from service.attending.noting import raise_item, settle
from service.store.engine import reading, writing
from tests.builders import a_topic
from tests.digesting import Desk, a_desk

K = AttentionKind
DAY, HOUR = timedelta(days=1), timedelta(hours=1)


@pytest.fixture
def desk(engine: Engine) -> Desk:
    return a_desk(engine)


def look(desk: Desk, folder: Path) -> list[AttentionItem]:
    """Look around, write it down, and return what is open."""
    now = desk.house.clock.now()
    with reading(desk.engine) as db:
        found = look_around(db, config=desk.config, folder=folder, now=now)
    with writing(desk.engine) as db:
        settle(db, found, now=now)
    with reading(desk.engine) as db:
        items = db.exec(select(AttentionItem).order_by(AttentionItem.kind)).all()
    return [item for item in items if item.resolved_at is None]


def test_where_all_is_well_nothing_needs_a_hand(desk: Desk, tmp_path: Path) -> None:
    desk.marketer()
    desk.lead()

    assert look(desk, tmp_path) == []


def test_a_source_that_fails_opens_one_item_which_ends_with_the_failure(
    desk: Desk, tmp_path: Path
) -> None:
    def fails(times: int, health: SourceHealth = SourceHealth.DEGRADED) -> None:
        with writing(desk.engine) as db:
            source = db.get_one(Source, desk.source.id)
            source.fail_count, source.health = times, health
            source.last_problem = "it does not answer" if times else None
            db.add(source)

    fails(2)
    assert look(desk, tmp_path) == [], "that happens"
    fails(3)
    (item,) = look(desk, tmp_path)
    assert (item.kind, item.subject) == (K.SOURCE_FAILING, f"source:{desk.source.id}")
    assert "it does not answer" in item.words
    assert item.for_roles == [UserRole.ADMIN.value, UserRole.MARKETER.value]

    desk.house.clock.pass_by(HOUR)
    (again,) = look(desk, tmp_path)
    assert (again.id, again.opened_at, again.seen_at) == (
        item.id,
        item.opened_at,
        item.opened_at + HOUR,
    )
    fails(0, SourceHealth.OK)
    assert look(desk, tmp_path) == []
    fails(5, SourceHealth.POISON)
    (fresh,) = look(desk, tmp_path)
    assert fresh.id != item.id
    fails(5, SourceHealth.PAUSED)
    assert look(desk, tmp_path) == [], "somebody paused it"


def test_a_source_that_falls_silent_is_told_from_one_that_fails(
    desk: Desk, tmp_path: Path
) -> None:
    now = desk.house.clock.now()
    with writing(desk.engine) as db:
        source = db.get_one(Source, desk.source.id)
        source.heard_at = [int((now - 30 * DAY).timestamp())]
        source.quiet_at, source.last_success_at = now - DAY, now
        db.add(source)

    (item,) = look(desk, tmp_path)

    assert item.kind is K.SOURCE_QUIET
    assert "has brought nothing since 2025-10-20" in item.words


def test_a_topic_whose_leads_are_mostly_none_is_noisy(desk: Desk, tmp_path: Path) -> None:
    for number in range(10):
        lead = desk.lead(str(number))
        event = "disqualified" if number < 7 else "promoted"
        desk.write(
            StatusChange(
                lead_id=lead.id,
                to_status=LeadStatus.DISQUALIFIED,
                event=event,
                actor="ida",
                at=desk.house.clock.now(),
                seconds_in_previous=0,
            )
        )

    (item,) = look(desk, tmp_path)

    assert item.kind is K.TOPIC_NOISY
    assert "7 of 10 leads were none" in item.words
    desk.house.clock.pass_by(31 * DAY)
    assert look(desk, tmp_path) == []


def test_a_phrase_that_finds_nothing_is_named(desk: Desk, tmp_path: Path) -> None:
    from dataclasses import replace

    from tests.web_house import Words

    spec = a_topic("crm").model_copy(update={"keywords": ("tidepool", "lead desk")})
    desk.config = replace(desk.config, topics={"crm": spec})
    for _ in range(5):
        desk.house.lead(
            "Tidepool?",
            "Is tidepool any good?",
            source=desk.source,
            topic=desk.topic,
            phrases=[Words(text="tidepool", why="keyword")],
        )
    assert look(desk, tmp_path) == [], "the topic is too young"

    with writing(desk.engine) as db:
        topic = db.get_one(Topic, "crm")
        topic.changed_at -= 31 * DAY
        db.add(topic)
    (item,) = look(desk, tmp_path)

    assert item.kind is K.PHRASE_SILENT
    assert "“lead desk” found no signal" in item.words
    assert "tidepool" not in item.words


def test_a_clock_that_ran_out_is_for_its_holder_and_the_manager(
    desk: Desk, tmp_path: Path
) -> None:
    ben = desk.reader("ben")
    boss = desk.reader("admin", role=UserRole.ADMIN)
    now = desk.house.clock.now()
    lead = desk.lead("words of a buyer", status=LeadStatus.ACCEPTED, owner=ben)
    clock = SlaClock(
        lead_id=lead.id,
        kind=ClockKind.FIRST_TOUCH,
        user_id=ben.id,
        started_at=now - DAY,
        runs_from=now - DAY,
        due_at=now - HOUR,
        allowed_seconds=3600,
        breached_at=now - HOUR,
    )
    desk.write(clock)

    (item,) = look(desk, tmp_path)

    assert item.kind is K.SLA_BREACHED
    assert item.for_users == [ben.id, boss.id]
    assert item.path == f"/leads/{lead.id}"
    assert "words of a buyer" not in item.words
    with writing(desk.engine) as db:
        row = db.get_one(SlaClock, clock.id)
        row.stopped_at = now
        db.add(row)
    assert look(desk, tmp_path) == []


def test_a_digest_that_did_not_get_out_needs_an_admins_hand_until_one_does(
    desk: Desk, tmp_path: Path
) -> None:
    ida = desk.marketer()
    now = desk.house.clock.now()

    def a_run(days: int, state: RunState) -> None:
        at = now + days * DAY
        desk.write(
            DigestRun(
                subscription_id=desk.subscription(ida).id,
                local_date=at.date(),
                state=state,
                message_id=f"{days}@x",
                due_at=at,
                created_at=at,
                next_try_at=at,
                problem="554 no",
            )
        )

    a_run(0, RunState.DEAD)
    desk.write(
        MailAddress(
            address="ida@acme.example",
            refusals=3,
            reason="550 no such user",
            refused_at=now,
            bouncing_since=now,
        )
    )

    bouncing, dead = look(desk, tmp_path)

    assert (bouncing.kind, dead.kind) == (K.ADDRESS_BOUNCING, K.MAIL_DEAD)
    assert "554 no" in dead.words
    assert dead.for_roles == ["admin"]
    a_run(1, RunState.SENT)
    assert [item.kind for item in look(desk, tmp_path)] == [K.ADDRESS_BOUNCING]


def an_endpoint(desk: Desk, **state: object) -> None:
    now = desk.house.clock.now()
    usual: dict[str, object] = {
        "id": "crm",
        "kind": EndpointKind.WEBHOOK,
        "address_hash": "x",
        "next_send_at": now,
        "created_at": now,
    }
    with writing(desk.engine) as db:
        row = db.get(Endpoint, "crm")
        for name, value in (usual | state).items() if row is not None else ():
            setattr(row, name, value)
        db.add(row or Endpoint.model_validate(usual | state))


def test_an_endpoint_that_hears_nothing_needs_a_hand_until_it_does(
    desk: Desk, tmp_path: Path
) -> None:
    an_endpoint(desk, last_problem="it answers 500", fail_count=2)
    assert look(desk, tmp_path) == [], "that happens"
    an_endpoint(desk, fail_count=3)
    (failing,) = look(desk, tmp_path)
    assert (failing.kind, failing.subject) == (K.DELIVERY_DEAD, "endpoint:crm")
    assert failing.words == "Crm fails, and 0 wait for it: it answers 500."
    assert failing.for_roles == ["admin"]

    now = desk.house.clock.now()
    an_endpoint(desk, disabled_at=now, disabled_reason="it answered 410: it is gone")
    desk.write(a_delivery(now, state=DeliveryState.DEAD))
    dead, disabled = look(desk, tmp_path)
    assert (dead.kind, disabled.kind) == (K.DELIVERY_DEAD, K.ENDPOINT_DISABLED)
    assert "1 deliveries to crm were given up" in dead.words
    assert "410" in disabled.words

    an_endpoint(desk, disabled_at=None, disabled_reason=None, last_problem=None, fail_count=0)
    with writing(desk.engine) as db:
        db.delete(db.get_one(Delivery, "msg_1"))
    assert look(desk, tmp_path) == []


def a_delivery(at: datetime, *, state: DeliveryState, number: int = 1) -> Delivery:
    return Delivery(
        id=f"msg_{number}",
        endpoint_id="crm",
        outbox_id=f"outbox-{number}",
        kind="lead.won",
        subject_id="lead",
        payload={},
        happened_at=at,
        state=state,
        next_attempt_at=at,
        ended_at=at,
    )


def test_a_mailbox_that_cannot_be_read_needs_an_admins_hand(desk: Desk, tmp_path: Path) -> None:
    now = desk.house.clock.now()
    desk.write(
        BounceBox(url="imaps://x#INBOX", validity=0, uid=0, read_at=now, problem="no login")
    )

    (item,) = look(desk, tmp_path)

    assert (item.kind, item.subject) == (K.MAIL_DEAD, "bounces")
    assert "no login" in item.words


def test_a_disk_without_room_is_told_of_until_there_is_some(desk: Desk, tmp_path: Path) -> None:
    now, free = desk.house.clock.now(), shutil.disk_usage(tmp_path).free

    def look_with(least_free: int) -> list[AttentionKind]:
        with writing(desk.engine) as db:
            found = look_around(
                db, config=desk.config, folder=tmp_path, now=now, least_free=least_free
            )
            settle(db, found, now=now)
            items = db.exec(select(AttentionItem)).all()
        return [item.kind for item in items if item.resolved_at is None]

    assert look_with(2 * free) == [K.DISK_FULL]
    assert look_with(2 * free) == [K.DISK_FULL]
    assert look_with(0) == []


@pytest.mark.parametrize(
    ("people", "is_told"), [(("ida", "max"), True), (("ida", "eve", "eve"), False)]
)
def test_p19_a_model_that_people_contradict_needs_a_hand_but_one_person_is_not_people(
    desk: Desk, tmp_path: Path, people: tuple[str, ...], is_told: bool
) -> None:
    version = read_card(SHIPPED / CARD).version
    for number in range(60):
        desk.lead(str(number))
    with writing(desk.engine) as db:
        for number, signal in enumerate(db.exec(select(Signal)).all()):
            signal.model_version = f"{version}+reader"
            signal.judged_by = people[number % len(people)]
            is_good = number % 3 == 0  # of three, ida confirms hers and eve rejects all of hers
            signal.status = SignalStatus.CONFIRMED if is_good else SignalStatus.REJECTED
            db.add(signal)

    found = look(desk, tmp_path)

    assert [item.kind for item in found] == ([K.MODEL_GATE] if is_told else [])
    assert all("of 60 verdicts of 30 days 33% confirm" in item.words for item in found)
    desk.house.clock.pass_by(31 * DAY)
    assert look(desk, tmp_path) == []


def test_what_others_raise_is_not_for_looking_around_to_resolve(
    desk: Desk, tmp_path: Path
) -> None:
    matter = Matter(
        kind=K.MODEL_GATE, subject="model:7", words="The new model is worse", for_roles=["admin"]
    )
    with writing(desk.engine) as db:
        raise_item(db, matter, now=desk.house.clock.now())

    assert [item.kind for item in look(desk, tmp_path)] == [K.MODEL_GATE]

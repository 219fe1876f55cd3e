"""What goes wrong around digests: late servers, wrong clocks, leads that move on, full disks."""

import asyncio
from collections import Counter
from datetime import timedelta

import pytest
from pydantic import JsonValue
from sqlalchemy import Engine, insert
from sqlmodel import Session, col, select

from models.attention import AttentionItem
from models.digest import DigestRun, DigestSubscription
from models.digest_words import AttentionKind, Rhythm, RunState
from models.ids import new_id
from models.lead import Lead, StatusChange
from models.ledger import Outbox
from models.people import User
from models.post import Thread
from models.words import DisqualifyReason, LeadStatus, UserRole
from service.attending.matter import Matter
from service.attending.noting import raise_item
from service.digests.acts import Act, Asked, do
from service.digests.sending import _take
from service.errors import StoreError
from service.mail.errors import MailLaterError
from service.mail.message import write
from service.mail.smtp import send
from service.store.engine import reading, writing
from tests.digesting import Desk, a_desk, a_digest_config
from tests.post_office import PostOffice, open_post_office
from tests.unlearning import forget_leads

MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)


def a_sending_desk(engine: Engine, office: PostOffice, *, bounces_after: int = 3) -> Desk:
    return a_desk(engine, a_digest_config(office, bounces_after=bounces_after))


def wants(desk: Desk, user: User, **how: object) -> None:
    """Note how somebody wants the digest."""
    with writing(desk.engine) as db:
        row = db.get_one(DigestSubscription, desk.subscription(user).id)
        for name, value in how.items():
            setattr(row, name, value)
        db.add(row)


# --- late ------------------------------------------------------------------------------------


def test_what_a_server_was_late_with_wakes_nobody(sqlite_engine: Engine) -> None:
    with open_post_office() as office:
        desk = a_sending_desk(sqlite_engine, office)  # it is noon in London, 13:00 in Berlin
        ida = desk.marketer()
        wants(desk, ida, at_minutes=13 * 60, quiet_from=13 * 60 + 30, quiet_to=16 * 60)
        desk.lead()
        office.data = "451 not now"
        assert desk.go_round(after=MINUTE) == 0
        office.data = "250 taken"

        assert desk.go_round(after=HOUR) == 0, "it is 14:01"
        (run,) = desk.runs()
        assert run.next_try_at == desk.house.clock.now().replace(hour=15, minute=0)
        assert run.attempts == 1
        assert desk.go_round(after=2 * HOUR) == 1


def test_a_lead_that_another_has_by_now_is_in_no_mail(sqlite_engine: Engine) -> None:
    with open_post_office() as office:
        desk = a_sending_desk(sqlite_engine, office)
        ben, cleo = desk.reader("ben"), desk.reader("cleo")
        lost = desk.lead("Who moves pianos?", status=LeadStatus.OFFERED, offered_to=ben)
        slept = desk.lead("Who tunes pianos?", status=LeadStatus.WORKING, owner=ben)
        kept = desk.lead("Who sells pianos?", status=LeadStatus.WORKING, owner=ben)
        desk.plan()
        with writing(desk.engine) as db:
            row = db.get_one(Lead, slept.id)
            row.snoozed_until = desk.house.clock.now() + DAY
            db.add(row)
            lead = db.get_one(Lead, lost.id)
            asked = Asked(act=Act.TAKE, rev=lead.rev)
            do(db, ben, lead.id, asked, config=desk.config, now=desk.house.clock.now())
            lead.owner_id = cleo.id
            db.add(lead)
        assert desk.send() == 1

    (mail,) = office.taken
    body = mail.as_string()
    assert kept.id in body
    assert lost.id not in body
    assert slept.id not in body


# --- twice -----------------------------------------------------------------------------------


def test_a_matter_that_comes_and_goes_is_told_once_a_day(sqlite_engine: Engine) -> None:
    desk = a_desk(sqlite_engine)
    ida = desk.marketer()
    wants(desk, ida, rhythm=Rhythm.HOURLY)
    matter = Matter(
        kind=AttentionKind.SOURCE_FAILING,
        subject="source:1",
        words="Source Talk: it fails",
        for_roles=[UserRole.MARKETER.value],
    )
    told = 0
    for _ in range(4):
        with writing(desk.engine) as db:
            raise_item(db, matter, now=desk.house.clock.now())
        told += desk.plan(after=HOUR)
        with writing(desk.engine) as db:
            for item in db.exec(select(AttentionItem)):
                item.resolved_at = desk.house.clock.now()
                db.add(item)
            for run in db.exec(select(DigestRun)):
                run.state = RunState.SENT
                db.add(run)

    assert told == 1


# --- clocks ----------------------------------------------------------------------------------


def test_a_clock_that_was_a_year_ahead_holds_no_digest_back(engine: Engine) -> None:
    with open_post_office() as office:
        desk = a_sending_desk(engine, office)
        desk.house.clock.pass_by(366 * DAY)
        ida = desk.marketer()
        wants(desk, ida, rhythm=Rhythm.INSTANT, created_at=desk.house.clock.now())
        desk.lead("Who moves pianos?")
        desk.plan(after=10 * MINUTE)
        assert _take(desk.mailroom) is not None, "and its sender dies"

        assert desk.go_round(after=-366 * DAY) == 1
        desk.lead("Who tunes pianos?")
        assert desk.go_round(after=10 * MINUTE) == 1
    assert len(office.taken) == 2


def test_what_kills_its_senders_is_given_up_in_the_end(sqlite_engine: Engine) -> None:
    desk = a_desk(sqlite_engine)
    desk.marketer()
    desk.lead()
    desk.plan()
    for _ in range(30):
        _take(desk.mailroom)
        desk.house.clock.pass_by(10 * MINUTE)

    (run,) = desk.runs()
    assert (run.state, run.attempts) == (RunState.DEAD, 25)
    assert run.problem == "every attempt to send it broke off"


# --- servers ---------------------------------------------------------------------------------


@pytest.mark.parametrize("answer", ["530 5.7.0 Must issue a STARTTLS command first", "538 no"])
def test_a_server_that_wants_other_settings_holds_it_against_nobody(
    sqlite_engine: Engine, answer: str
) -> None:
    with open_post_office() as office:
        desk = a_sending_desk(sqlite_engine, office, bounces_after=1)
        desk.marketer()
        desk.lead()
        for place in ("rcpt", "data"):
            setattr(office, place, answer)
            assert desk.go_round(after=10 * MINUTE) == 0
            setattr(office, place, "250 OK")
            (run,) = desk.runs()
            assert run.state is RunState.WAITING
            assert answer[:3] in (run.problem or "")
        assert desk.go_round(after=10 * MINUTE) == 1


@pytest.mark.parametrize(
    ("says", "expected"),
    [
        (b"", "can't be reached"),  # hangs up at once
        (b"554 5.3.2 no mail here\r\n", "554"),
        (b"220 hi\r\n", "in time"),  # greets, and is silent from then on
        (b"HTTP/1.1 400 Bad Request\r\n\r\n", "no mail server answers there"),
        (b"220 " + b"x" * 100_000 + b"\r\n", "Response too long"),
    ],
)
def test_what_is_no_mail_server_is_asked_later(
    sqlite_engine: Engine, says: bytes, expected: str
) -> None:
    desk = a_desk(sqlite_engine)
    desk.marketer()
    desk.lead()
    desk.plan()
    ready = _take(desk.mailroom)
    assert ready is not None

    async def converse() -> None:
        done = asyncio.Event()

        async def answer(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            writer.write(says)
            if says.startswith(b"220 hi"):
                await done.wait()
            writer.close()

        server = await asyncio.start_server(answer, "127.0.0.1", 0)
        port = server.sockets[0].getsockname()[1]
        mail = PostOffice(port=port).mail(timeout_seconds=1)
        try:
            await send(write(ready.letter), mail)
        finally:
            done.set()
            server.close()

    with pytest.raises(MailLaterError, match=expected):
        asyncio.run(converse())


# --- a disk ----------------------------------------------------------------------------------


def test_on_a_full_disk_nothing_is_half_done(sqlite_engine: Engine) -> None:
    desk = a_desk(sqlite_engine)
    ida = desk.marketer()
    lead = desk.lead()
    asked = Asked(act=Act.REJECT, rev=lead.rev, reason=DisqualifyReason.STUDENT)
    now = desk.house.clock.now()

    def limit(db: Session, pages: int) -> None:
        db.connection().exec_driver_sql(f"PRAGMA max_page_count = {pages}")

    def decide(*, room: int) -> None:
        with writing(sqlite_engine) as db:
            do(db, ida, lead.id, asked, config=desk.config, now=now)
            limit(db, room)
            large: dict[str, JsonValue] = {"x": "y" * 5_000_000}
            db.add(Outbox(kind="lead.lost", subject_id="x", payload=large, created_at=now))

    with pytest.raises(StoreError, match="full"):
        decide(room=1)  # no page more than there are
    with reading(sqlite_engine) as db:
        assert db.get_one(Lead, lead.id).status is LeadStatus.MQL
        moved = select(StatusChange).where(col(StatusChange.from_status).is_not(None))
        assert db.exec(moved).all() == []
        assert db.exec(select(Outbox).where(col(Outbox.subject_id) == lead.id)).all() == []

    decide(room=1_000_000)
    assert desk.now_is(lead).status is LeadStatus.DISQUALIFIED
    with reading(sqlite_engine) as db:
        told = db.exec(select(Outbox).where(col(Outbox.subject_id) == lead.id)).all()
    assert [event.kind for event in told] == ["lead.status_changed"]


# --- ten thousand ----------------------------------------------------------------------------


@pytest.mark.parametrize("leads", [500, pytest.param(10_000, marks=pytest.mark.soak)])
def test_w09_thousands_of_leads_at_once_are_one_mail(sqlite_engine: Engine, leads: int) -> None:
    with open_post_office() as office:
        desk = a_sending_desk(sqlite_engine, office)
        for handle, rhythm in (("ida", Rhythm.INSTANT), ("eva", Rhythm.HOURLY), ("una", None)):
            wants(desk, desk.marketer(handle), rhythm=rhythm)
        best, *_ = [desk.lead(f"Who moves piano {n}?", score=95) for n in range(15)]
        like = best.model_dump()
        with writing(desk.engine) as db:
            thread = db.get_one(Thread, like["thread_id"]).model_dump()
            threads = [thread | {"id": new_id(), "key": new_id()} for _ in range(leads)]
            rows = [
                like | {"id": new_id(), "thread_id": one["id"], "score": 50 + n % 40}
                for n, one in enumerate(threads)
            ]
            db.connection().execute(insert(Thread), threads)
            db.connection().execute(insert(Lead), rows)
        for _ in range(24):
            desk.go_round(after=5 * MINUTE)
        forget_leads(sqlite_engine)

    sent = Counter(str(mail["To"]) for mail in office.taken)
    assert sorted(sent.values()) == [1, 1, 1]
    for mail in office.taken:
        assert str(mail["Subject"]).startswith("15 conversations")
        assert f"{leads} more not shown" in mail.as_string().replace("=\r\n", "")
        assert len(mail.as_bytes()) < 200_000

"""Digests that come back after a server took them: noted once, and not sent there for ever."""

import asyncio
import json
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import Engine
from sqlmodel import select

from crawlers.mail.bounce import read_bounce
from models.digest import BounceBox, DigestRun, MailAddress
from models.digest_words import RunState
from models.people import User
from service.digests.readers import subscription_of
from service.errors import HarkenError
from service.house import House, open_house
from service.mail.addresses import is_bouncing, note_delivery, note_refusal
from service.mail.bounce_box import look, read_box
from service.mail.errors import MailLaterError
from service.mail.returned import Noted, note_bounces
from service.store.engine import reading, writing
from tests.command import Ran, harken_here
from tests.digesting import Desk, a_desk
from tests.mailbox_server import Mailbox
from tests.mails import a_bounce, a_mail
from tests.talking import TalkingServer

TO = "ida@acme.example"
DAY = timedelta(days=1)


@pytest.fixture
def desk(engine: Engine) -> Desk:
    return a_desk(engine)


def sent(desk: Desk, user: User, *, number: int = 1) -> str:
    """Write a digest that a server took; return its Message-ID."""
    now = desk.house.clock.now()
    run = DigestRun(
        subscription_id=desk.subscription(user).id,
        local_date=(now + number * DAY).date(),
        state=RunState.SENT,
        message_id=f"d{number}@acme.example",
        due_at=now,
        created_at=now,
        next_try_at=now,
        sent_to="Ida@acme.example",
        sent_at=now,
    )
    desk.write(run)
    return f"d{number}@acme.example"


def came_back(desk: Desk, *mails: bytes, after: int = 3) -> Noted:
    bounces = [read_bounce(mail) for mail in mails]
    with writing(desk.engine) as db:
        return note_bounces(db, bounces, after=after, now=desk.house.clock.now())


def left_alone(desk: Desk) -> bool:
    with reading(desk.engine) as db:
        return is_bouncing(db, TO)


def test_nobody_there_means_that_nothing_is_sent_any_more(desk: Desk) -> None:
    mail = a_bounce(sent(desk, desk.marketer()))

    assert came_back(desk, mail) == Noted(returned=1, given_up=(TO,))
    (run,) = desk.runs()
    assert run.returned_at == desk.house.clock.now()
    assert run.problem == "it came back: 5.1.1 550 5.1.1 no such user here"
    assert left_alone(desk)
    assert desk.plan(DAY) == 0, "no digest is written for that address"
    assert came_back(desk, mail) == Noted(others=1), "the same mail says nothing new"


def test_a_full_mailbox_counts_and_a_mail_that_is_taken_does_not_forgive_it(desk: Desk) -> None:
    ida, noted = desk.marketer(), Noted()
    for number in (1, 2, 3):
        mail = a_bounce(sent(desk, ida, number=number), status="5.2.2")
        noted = came_back(desk, mail)
        with writing(desk.engine) as db:
            note_refusal(db, TO, reason="450 later", after=9, now=desk.house.clock.now())
            note_delivery(db, TO)
        assert left_alone(desk) is (number == 3)
        desk.house.clock.pass_by(DAY)
    assert noted.given_up == (TO,)


def test_what_came_back_long_ago_is_forgiven(desk: Desk) -> None:
    ida = desk.marketer()
    for number in (1, 2, 3, 4):
        came_back(desk, a_bounce(sent(desk, ida, number=number), status="4.4.7"))
        desk.house.clock.pass_by(15 * DAY)
    assert not left_alone(desk)


def test_a_mail_is_only_believed_about_what_was_sent_and_where_to(desk: Desk) -> None:
    ours = sent(desk, desk.marketer())
    strange = (
        a_bounce("made-up@acme.example"),
        a_bounce(None),
        a_bounce(ours, "boss@acme.example"),
        a_bounce(ours, action="delayed", status="4.4.1"),
        a_mail(),
    )
    assert came_back(desk, *strange) == Noted(others=5)
    assert not left_alone(desk)
    assert desk.runs()[0].returned_at is None


def in_prose(
    about: str, *, to: str = TO, words: str = "is permanent: no mailbox (#5.1.1)"
) -> bytes:
    """Return what a server that writes for people says of a mail."""
    text = f"I wasn't able to deliver your message.\n\n<{to}>:\nThis {words}\n\n"
    text += f"--- Below this line is a copy of the message.\n\nMessage-ID: <{about}>\n\nHi\n"
    return a_mail(text, sender="MAILER-DAEMON@mx.acme.example", message_id=None)


def test_words_for_people_are_believed_as_far_as_a_report_is(desk: Desk) -> None:
    ours = sent(desk, desk.marketer())
    strange = (
        in_prose("made-up@acme.example"),
        in_prose(ours, to="boss@acme.example"),
        in_prose(ours, words="is delayed: 451 4.2.0 come back, we will try again"),
        in_prose(ours).replace(b"MAILER-DAEMON", b"ben"),
    )
    assert came_back(desk, *strange) == Noted(others=4)
    assert not left_alone(desk)

    assert came_back(desk, in_prose(ours)) == Noted(returned=1, given_up=(TO,))
    assert left_alone(desk)
    assert "no mailbox (#5.1.1)" in (desk.runs()[0].problem or "")


# The command, and the mailbox.


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "harken.toml").write_text('name = "Acme"\n', "utf-8")
    with open_house(tmp_path) as house:
        made_up(house)
    return tmp_path


def made_up(house: House) -> None:
    """Write an administrator's digest that a server took."""
    now = house.clock.now()
    with writing(house.engine) as db:
        user = db.exec(select(User)).first()
        assert user is not None
        run = DigestRun(
            subscription_id=subscription_of(db, user, now=now).id,
            local_date=now.date(),
            state=RunState.SENT,
            message_id="d1@acme.example",
            due_at=now,
            created_at=now,
            next_try_at=now,
            sent_to=TO,
        )
        db.add(run)


def bounces(folder: Path, *words: str, stdin: str = "", **variables: str) -> Ran:
    return harken_here("mail", "bounces", *words, data=folder, stdin=stdin, **variables)


def test_the_command_reads_a_file_and_forgives(folder: Path) -> None:
    box = folder / "returned.mbox"
    mails = (a_mail(), a_bounce("d1@acme.example"))
    box.write_bytes(b"\n".join(b"From x Thu Nov 19 12:00:00 2026\n" + mail for mail in mails))

    first, second = (bounces(folder, str(box), "--json") for _ in range(2))
    assert json.loads(first.out) == {"returned": 1, "given_up": [TO], "others": 1}
    assert json.loads(second.out) == {"returned": 0, "given_up": [], "others": 2}
    listed = harken_here("mail", "addresses", "--json", data=folder)
    assert listed.code == 1
    assert json.loads(listed.out)["address"] == TO
    assert harken_here("mail", "again", TO, data=folder).code == 0
    assert "nothing was held against it" in harken_here("mail", "again", TO, data=folder).err
    assert harken_here("mail", "addresses", data=folder).code == 0


def test_the_command_takes_one_mail_and_wants_to_know_where(folder: Path) -> None:
    one = folder / "one.eml"
    one.write_bytes(a_bounce("d1@acme.example"))
    told = bounces(folder, str(one)).out
    assert told == f"1 came back, 0 mails say nothing of ours\nNothing is sent to {TO} any more.\n"
    nowhere, missing = bounces(folder), bounces(folder, str(folder / "not there"))
    assert (nowhere.code, missing.code) == (2, 2)
    assert "set bounces_url" in nowhere.err
    assert "No such file" in missing.err


def with_box(folder: Path, server: TalkingServer, *, login: str = "s3cret") -> None:
    (folder / "harken.toml").write_text(
        'allow_networks = ["127.0.0.0/8"]\n[mail]\n'
        f'bounces_url = "imap://127.0.0.1:{server.port}"\n'
        f'bounces_user = "h"\nbounces_password = "{login}"\n',
        "utf-8",
    )
    (folder / "harken.toml").chmod(0o600)


def test_the_mailbox_is_read_on_from_where_it_was(folder: Path) -> None:
    first_line = b"From: MAILER-DAEMON@mx.acme.example"
    bounce = a_bounce("d1@acme.example").split(b"\n", 1)[1]
    box = Mailbox(mails={4: a_mail(), 5: first_line.lower() + b"\n" + bounce})
    with TalkingServer(box) as server:
        with_box(folder, server)
        with open_house(folder) as house:
            assert asyncio.run(read_box(house)).returned == 1
            assert asyncio.run(read_box(house)) == Noted()
            with reading(house.engine) as db:
                (row,) = db.exec(select(BounceBox)).all()
                assert (row.uid, row.validity, row.problem) == (5, 7, None)
                assert db.get_one(MailAddress, TO).bouncing_since is not None
    assert box.fetches == 1


def test_a_mailbox_that_does_not_let_us_in_is_told_of_until_it_does(folder: Path) -> None:
    with TalkingServer(Mailbox()) as server:
        with_box(folder, server, login="wrong")
        with open_house(folder) as house:
            asyncio.run(look(house))
            with pytest.raises(MailLaterError, match="does not let us in") as refused:
                asyncio.run(read_box(house))
            assert isinstance(refused.value, HarkenError)
            with reading(house.engine) as db:
                problem = db.exec(select(BounceBox)).one().problem
        assert "does not let us in" in (problem or "")
        with_box(folder, server)
        with open_house(folder) as house:
            asyncio.run(look(house))
            with reading(house.engine) as db:
                assert db.exec(select(BounceBox)).one().problem is None

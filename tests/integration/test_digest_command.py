"""`harken digest`: shown, written, sent, and how somebody wants it."""

import asyncio
from datetime import timedelta
from pathlib import Path

import pytest

from service.digests.rounds import go_round, look
from service.house import open_house
from tests.command import Ran, harken_here
from tests.fakes import StandingClock
from tests.post_office import open_post_office

TEAMS = """
[[team]]
id = "sales"
name = "Sales"
channel = "inside"
[[user]]
handle = "admin"
name = "Administrator"
role = "admin"
team = "sales"
email = "admin@acme.example"
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "harken.toml").write_text('name = "Acme"\n', "utf-8")
    return tmp_path


def digest(folder: Path, *words: str, **variables: str) -> Ran:
    return harken_here("digest", "--for", "admin", *words, data=folder, **variables)


def test_it_is_printed_unless_something_else_is_asked_for(folder: Path) -> None:
    usual, printed = digest(folder), digest(folder, "--print")

    assert usual.code == 0, usual.err
    assert usual.out == printed.out
    assert usual.out.startswith("Administrator's digest for ")
    assert "Nothing worth your time today." in usual.out


def test_it_is_written_as_html(folder: Path) -> None:
    ran = digest(folder, "--html", str(folder / "digest.html"))

    assert ran.code == 0, ran.err
    page = (folder / "digest.html").read_text("utf-8")
    assert page.startswith("<!doctype html>")
    assert "/unsubscribe/" in page


def test_how_somebody_wants_it_is_said_in_a_sentence(folder: Path) -> None:
    ran = digest(
        folder,
        "--rhythm",
        "weekly",
        "--at",
        "7:30",
        "--days",
        "thu,mon",
        "--quiet",
        "22:00-06:30",
        "--cap",
        "7",
        "--min-score",
        "60",
        "--when-empty",
        "mail",
    )

    assert ran.out == (
        "Administrator gets a digest weekly at 07:30 (UTC) on mon but not from 22:00 to 06:30: "
        "7 conversations at the most, from a score of 60.\n"
    )
    assert digest(folder, "--off").out == "Administrator gets no digest.\n"
    hourly = digest(folder, "--on", "--rhythm", "hourly", "--quiet", "none").out
    assert hourly.startswith("Administrator gets a digest every hour (UTC) on mon, thu: 7")


@pytest.mark.parametrize(
    ("words", "why"),
    [
        (("--at", "25:00"), "--at: '25:00' is no time of a day"),
        (("--at", "24:30"), "--at: '24:30' is no time of a day"),
        (("--days", "someday"), "'someday' names no days"),
        (("--quiet", "22-7"), "--quiet: '22' is no time of a day"),
        (("--quiet", "07:00-07:00"), "is no time at all"),
        (("--when-empty", "shout"), "'shout' is not one of silence, mail"),
        (("--rhythm", "yearly"), "yearly"),
    ],
)
def test_what_makes_no_sense_is_refused(folder: Path, words: tuple[str, str], why: str) -> None:
    ran = digest(folder, *words)

    assert ran.code == 2
    assert why in ran.err
    assert ran.out == ""


def test_it_is_sent_once_a_day(folder: Path) -> None:
    without = digest(folder, "--send")
    assert without.code == 1
    assert "no mail server is set" in without.err

    with open_post_office() as office:
        variables = {
            "HARKEN_MAIL_HOST": "127.0.0.1",
            "HARKEN_MAIL_PORT": str(office.port),
            "HARKEN_MAIL_ENCRYPTION": "none",
            "HARKEN_MAIL_SENDER": "harken@acme.example",
        }
        nobody = digest(folder, "--send", **variables)
        assert "has no address" in nobody.err
        (folder / "teams.toml").write_text(TEAMS, "utf-8")
        office.rcpt = "550 no such user"
        refused = digest(folder, "--send", **variables)
        assert refused.code == 1
        assert refused.err == "550 no such user\n", "told once"
        office.rcpt = "250 OK"
        assert digest(folder, "--send", **variables).out == "Sent to admin@acme.example.\n"
        assert "was sent at" in digest(folder, "--send", **variables).out

    assert len(office.taken) == 1


def test_the_worker_sends_what_is_due_and_looks_around(folder: Path) -> None:
    clock = StandingClock()
    with open_post_office() as office:
        (folder / "harken.toml").write_text(
            '[digest]\nwhen_empty = "mail"\ndays = "mon-sun"\n'
            f'[mail]\nhost = "127.0.0.1"\nport = {office.port}\nencryption = "none"\n'
            'sender = "harken@acme.example"\n',
            "utf-8",
        )
        (folder / "teams.toml").write_text(TEAMS, "utf-8")
        with open_house(folder, clock=clock) as house:
            asyncio.run(go_round(house))
            assert office.taken == [], "eight o'clock was before there was a house"
            clock.pass_by(timedelta(hours=21))
            asyncio.run(look(house))
            asyncio.run(go_round(house))
            asyncio.run(go_round(house))

    assert [mail["Subject"] for mail in office.taken] == [
        "Nothing worth your time today · Thu 20 Nov"
    ]

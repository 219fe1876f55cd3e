"""`harken route` and what `harken users` does about who comes and goes."""

import json
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlmodel import select

from models.lead import Lead, Offer
from models.words import LeadStatus
from service.cli import main
from service.doctor import Verdict, examine
from service.house import House, open_house
from service.store.engine import reading, writing
from tests.builders import ASK, Place, a_post
from tests.fakes import Said, StandingClock

Run = Callable[..., str]


@pytest.fixture
def house(fresh_house: Path) -> Iterator[House]:
    with open_house(fresh_house) as house:
        place = Place(
            engine=house.engine, config=house.config, clock=StandingClock(house.clock.now())
        )
        place.ears.known = {ASK: Said()}
        place.hear(a_post(title="A question", at=place.clock.now()), source="hn-ask")
        yield house


@pytest.fixture
def run(house: House, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Run:
    def act(*words: str, code: int = 0) -> str:
        monkeypatch.setattr("sys.argv", ["harken", *words, "--data", str(house.folder)])
        assert main() == code
        done = capsys.readouterr()
        return done.out + done.err

    return act


def the_lead(house: House) -> Lead:
    with reading(house.engine) as db:
        return db.exec(select(Lead)).one()


def test_routing_is_explained_without_being_done(house: House, run: Run) -> None:
    said = run("route", "explain", the_lead(house).id)

    assert "is offered; the fallback sends it to team sales" in said
    assert "admin would get it (round robin)" in said
    told = json.loads(run("route", "explain", the_lead(house).id, "--json"))
    assert (told["rep"], told["how"], told["not_eligible"]) == ("admin", "round_robin", {})
    assert the_lead(house).status is LeadStatus.OFFERED


def test_the_queue_is_listed_in_its_order(house: House, run: Run) -> None:
    assert "A question" not in run("route", "queue")
    run("users", "away", "admin")
    assert "A question" in run("route", "queue")
    assert json.loads(run("route", "queue", "--json"))["title"] == "A question"


def test_who_is_away_gets_nothing_until_back(house: House, run: Run) -> None:
    until = datetime.now(UTC) + timedelta(days=30)
    said = run("users", "away", "admin", "--until", f"{until:%Y-%m-%d}")
    assert said == "Administrator is noted as away; 1 leads went on to others\n"
    assert "not admin: is not at work before" in run("route", "explain", the_lead(house).id)
    assert run("users", "back", "admin") == (
        "Administrator is back; 1 waiting leads were offered\n"
    )
    with reading(house.engine) as db:
        assert [offer.fencing for offer in db.exec(select(Offer).order_by(Offer.id))] == [1, 2]


def test_who_is_away_until_the_end_of_all_days_is_away_until_back(house: House, run: Run) -> None:
    assert "is noted as away" in run("users", "away", "admin", "--until", "9999-12-31")
    assert "not admin: is away" in run("route", "explain", the_lead(house).id)


def test_who_was_deactivated_stays_so_though_the_files_say_active(house: House, run: Run) -> None:
    run("users", "deactivate", "admin")

    assert "not admin: is not active" in run("route", "explain", the_lead(house).id)
    assert "Administrator is back; 1 waiting" in run("users", "back", "admin")


@pytest.mark.parametrize("command", ["away", "back", "deactivate"])
def test_somebody_unknown_is_not_changed(run: Run, command: str) -> None:
    assert run("users", command, "admn", code=1) == (
        "there is no user 'admn'; did you mean 'admin'?\n"
    )


def test_the_doctor_finds_a_lead_that_waits_for_nothing(house: House) -> None:
    assert [f for f in examine(house.folder) if f.what == "leads"] == []
    with writing(house.engine) as db:
        lead = db.exec(select(Lead)).one()
        lead.next_step = ""
        db.add(lead)

    (finding,) = (f for f in examine(house.folder) if f.what == "leads")
    assert (finding.verdict, lead.id in finding.words) == (Verdict.PROBLEM, True)

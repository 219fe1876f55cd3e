"""Requests that are sent again (attack corpus, P06)."""

from dataclasses import dataclass
from datetime import timedelta

import pytest
from httpx2 import Response
from sqlmodel import select
from starlette.testclient import TestClient

from models.api import ApiToken, IdempotencyKey
from models.lead import Lead
from models.sla import Task
from models.words import LeadStatus
from service.api.errors import StillAtItError
from service.api.kept import Claim, begin, finish, forget_expired
from service.store.engine import reading, writing
from tests.programs import ROOT, a_program
from tests.web_house import House, a_house

SOON = "2025-11-21T09:00:00Z"


@dataclass(frozen=True)
class Desk:
    """A rep with a lead, and a program of his."""

    house: House
    program: TestClient
    another: TestClient  # program of the same rep
    lead: Lead

    def add(self, what: str = "call back", *, key: str = "k1", by: str = "program") -> Response:
        client: TestClient = getattr(self, by)
        answer: Response = client.post(
            f"{ROOT}/leads/{self.lead.id}/tasks",
            json={"what": what, "due": SOON},
            headers={"Idempotency-Key": key},
        )
        return answer

    def tasks(self) -> int:
        with reading(self.house.engine) as db:
            return len(db.exec(select(Task)).all())


@pytest.fixture
def desk() -> Desk:
    house = a_house()
    mia = house.user("mia")
    lead = house.lead(
        source=house.source("Talk"),
        topic=house.topic("crm", "CRM"),
        status=LeadStatus.WORKING,
        owner=mia,
    )
    return Desk(
        house=house,
        program=a_program(house, mia),
        another=a_program(house, mia),
        lead=lead,
    )


def test_p06_sent_again_it_is_answered_again_and_done_once(desk: Desk) -> None:
    first, again = desk.add(), desk.add()

    assert (first.status_code, again.status_code) == (201, 201)
    assert first.content == again.content
    assert "idempotent-replayed" not in first.headers
    assert again.headers["idempotent-replayed"] == "true"
    assert desk.tasks() == 1


def test_p06_another_request_with_the_same_key_is_refused(desk: Desk) -> None:
    desk.add()

    other = desk.add("something else")
    elsewhere = desk.program.post(
        f"{ROOT}/leads/{desk.lead.id}/notes",
        json={"note": "x"},
        headers={"Idempotency-Key": "k1", "If-Match": "*"},
    )

    assert other.status_code == elsewhere.status_code == 422
    assert other.json()["type"] == "urn:harken:problem:idempotency-key-reused"
    assert desk.tasks() == 1


def test_p06_a_request_that_is_being_worked_on_has_to_wait(desk: Desk) -> None:
    desk.add()
    _edit(desk, status=None)

    waiting = desk.add()
    desk.house.clock.pass_by(timedelta(seconds=61))
    after_a_crash = desk.add()

    assert (waiting.status_code, waiting.headers["retry-after"]) == (409, "1")
    assert waiting.json()["type"] == "urn:harken:problem:idempotency-in-progress"
    assert after_a_crash.status_code == 201
    assert desk.tasks() == 2, "the first was undone with its answer, but for this test"


def test_who_comes_back_to_finish_what_another_took_over_is_too_late(desk: Desk) -> None:
    desk.add()
    now = desk.house.clock.now()
    with reading(desk.house.engine) as db:
        token = db.exec(select(IdempotencyKey)).one().token_id
    slow, quick = (Claim(token_id=token, key="k2", fingerprint="f") for _ in range(2))
    with writing(desk.house.engine) as db:
        assert begin(db, slow, now=now) is None
    with writing(desk.house.engine) as db:
        assert begin(db, quick, now=now + timedelta(minutes=2)) is None
        finish(db, quick, status=200, headers={}, body="{}")

    with writing(desk.house.engine) as db, pytest.raises(StillAtItError):
        finish(db, slow, status=200, headers={}, body="{}")
    with writing(desk.house.engine) as db:
        assert forget_expired(db, now=now + timedelta(hours=25)) == 2


def test_a_refused_request_leaves_its_key_free(desk: Desk) -> None:
    address = f"{ROOT}/leads/{desk.lead.id}/notes"

    refused = desk.program.post(
        address, json={"note": "x"}, headers={"Idempotency-Key": "k", "If-Match": '"9"'}
    )
    mended = desk.program.post(
        address, json={"note": "y"}, headers={"Idempotency-Key": "k", "If-Match": '"1"'}
    )

    assert (refused.status_code, mended.status_code) == (412, 200)


def test_a_replay_has_the_etag_of_then(desk: Desk) -> None:
    headers = {"Idempotency-Key": "k", "If-Match": '"1"'}
    address = f"{ROOT}/leads/{desk.lead.id}/notes"

    first = desk.program.post(address, json={"note": "x"}, headers=headers)
    again = desk.program.post(address, json={"note": "x"}, headers=headers)

    assert first.headers["etag"] == again.headers["etag"] == '"2"'


def test_a_key_is_one_programs_own(desk: Desk) -> None:
    desk.add()

    assert desk.add("something else", by="another").status_code == 201
    assert desk.tasks() == 2


def test_after_a_day_a_key_is_forgotten(desk: Desk) -> None:
    desk.add()
    desk.house.clock.pass_by(timedelta(hours=24))

    assert "idempotent-replayed" not in desk.add().headers
    with reading(desk.house.engine) as db:
        assert len(db.exec(select(IdempotencyKey)).all()) == 1


@pytest.mark.parametrize(
    "key", ["", " ", '""', "a b", "x" * 256, "ключ".encode().decode("latin-1")]
)
def test_a_key_is_made_of_visible_characters(desk: Desk, key: str) -> None:
    answer = desk.program.post(
        f"{ROOT}/leads/{desk.lead.id}/tasks",
        json={"what": "x", "due": SOON},
        headers=[(b"Idempotency-Key", key.encode("latin-1"))],
    )

    assert answer.status_code in {400, 422}
    assert desk.tasks() == 0


def test_a_key_in_quotes_is_the_same_key(desk: Desk) -> None:
    desk.add(key='"k1"')

    assert desk.add(key="k1").headers["idempotent-replayed"] == "true"


def test_what_is_kept_of_an_answer_holds_nobodys_words(desk: Desk) -> None:
    desk.add("call Rosa Lind about the guide")

    with reading(desk.house.engine) as db:
        kept = db.exec(select(IdempotencyKey)).one()
    assert "Rosa" not in str(kept.model_dump())


def test_keys_go_with_their_token(desk: Desk) -> None:
    desk.add()
    with writing(desk.house.engine) as db:
        for token in db.exec(select(ApiToken)):
            db.delete(token)

    with reading(desk.house.engine) as db:
        assert db.exec(select(IdempotencyKey)).all() == []


def _edit(desk: Desk, *, status: int | None) -> None:
    with writing(desk.house.engine) as db:
        kept = db.exec(select(IdempotencyKey)).one()
        kept.status = status
        db.add(kept)

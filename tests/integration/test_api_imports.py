"""A rep's spreadsheet by way of the API: tried, brought, sent again, listed and taken back."""

from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from httpx2 import Response
from sqlmodel import select
from starlette.testclient import TestClient

from models.api import IdempotencyKey
from models.imported import ImportBatch
from models.lead import Lead
from models.words import LeadStatus, TokenScope, TouchpointKind, UserRole
from service.leads.by_hand import log_touch
from service.serving.bringing import MOST_ROWS
from service.store.engine import reading, writing
from tests.programs import ROOT, a_program
from tests.staffed_house import a_staffed_house, person
from tests.web_house import House

SHEET = (
    "Remarks;Greta's column;Firm;Date\n"
    "A CRM for 8 people;Greta Holm;Holm Boats;\n"
    ";Piet;Maas;\n"
    "A CRM with a pipeline;Rosa Lind;Lind Tents;soon\n"
)
COLUMNS = {"Greta's column": "name"}


@dataclass(frozen=True)
class Desk:
    """A house with people and programs of theirs."""

    house: House
    rep: TestClient
    boss: TestClient

    def send(self, by: str = "rep", *, key: str | None = None, **other: object) -> Response:
        asked: dict[str, object] = {
            "file": "folder/shoebox.csv",
            "content": SHEET,
            "columns": COLUMNS,
            "topic": "crm",
        }
        client: TestClient = getattr(self, by)
        headers = {"Idempotency-Key": key} if key else {}
        answer: Response = client.post(f"{ROOT}/imports", json=asked | other, headers=headers)
        return answer

    def listed(self, by: str = "rep", **query: str) -> dict[str, Any]:
        client: TestClient = getattr(self, by)
        found: dict[str, Any] = client.get(f"{ROOT}/imports", params=query).json()
        return found

    def leads(self) -> list[Lead]:
        with reading(self.house.engine) as db:
            return list(db.exec(select(Lead)).all())

    def id_of(self, handle: str) -> str:
        return person(self.house, handle).id


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    house = a_staffed_house(tmp_path)
    return Desk(
        house=house,
        rep=a_program(house, person(house, "mia"), TokenScope.WRITE),
        boss=a_program(house, person(house, "max"), TokenScope.WRITE),
    )


def became(answer: Response) -> list[str]:
    return [row["became"] for row in answer.json()["rows"]]


def test_a_dry_run_tells_headings_and_rows_and_keeps_nothing(desk: Desk) -> None:
    told = desk.send(dry_run=True, key="k")

    assert told.status_code == 200
    body = told.json()
    assert body["id"] is None
    assert [(one["heading"], one["column"]) for one in body["headings"]] == [
        ("Remarks", "need"),
        ("Greta's column", "name"),
        ("Firm", "company"),
        ("Date", "heard"),
    ]
    assert became(told) == ["lead", "contact", "nothing"]
    assert [row["place"] for row in body["rows"]] == [2, 3, 4]
    assert [row["lead"] for row in body["rows"]] == [None] * 3, "there is none to look up"
    assert "'soon' is no day" in body["rows"][2]["problem"]
    assert desk.leads() == []
    assert desk.listed()["items"] == []
    assert desk.send(key="k").status_code == 201, "a dry run uses no key up"


def test_a_sheet_becomes_leads_of_who_brought_it_and_can_be_taken_back(desk: Desk) -> None:
    brought = desk.send()

    (lead,) = desk.leads()
    assert (brought.status_code, became(brought)) == (201, ["lead", "contact", "nothing"])
    assert (lead.owner_id, lead.status) == (desk.id_of("mia"), LeadStatus.ACCEPTED)
    assert brought.json()["rows"][0]["lead"] == lead.id
    assert brought.json()["rows"][1]["person"] is not None
    assert desk.rep.get(f"{ROOT}/leads/{lead.id}").status_code == 200

    (listed,) = desk.listed()["items"]
    assert (listed["id"], listed["by"]) == (brought.json()["id"], "mia")
    assert (listed["file"], listed["leads"], listed["contacts"]) == ("shoebox.csv", 1, 1)

    undo = f"{ROOT}/imports/{listed['id']}/undo"
    back, replayed = (desk.rep.post(undo, headers={"Idempotency-Key": "u"}) for _ in range(2))
    assert back.json() == replayed.json() == {"leads": 1, "contacts": 1, "kept": []}
    assert desk.leads() == []
    assert desk.listed()["items"][0]["undone"] is not None
    assert desk.rep.post(undo).status_code == 409


def test_what_somebody_touched_since_is_kept_and_named(desk: Desk) -> None:
    batch = desk.send().json()["id"]
    (lead,) = desk.leads()
    now = desk.house.clock.now()
    with writing(desk.house.engine) as db:
        log_touch(
            db,
            lead_id=lead.id,
            kind=TouchpointKind.EMAIL,
            note="sent the guide",
            user_id=desk.id_of("mia"),
            config=desk.house.config,
            rev=lead.rev,
            now=now,
        )

    back = desk.rep.post(f"{ROOT}/imports/{batch}/undo")

    assert back.json() == {"leads": 0, "contacts": 1, "kept": [lead.id]}
    assert [one.id for one in desk.leads()] == [lead.id]


def test_an_import_is_its_bringers_and_deciders_and_not_there_for_others(desk: Desk) -> None:
    own, others = desk.send().json()["id"], desk.send("boss").json()["id"]
    ids = {by: [one["id"] for one in desk.listed(by)["items"]] for by in ("rep", "boss")}

    assert ids == {"rep": [own], "boss": [others, own]}
    refused = desk.rep.post(f"{ROOT}/imports/{others}/undo")
    nowhere = desk.rep.post(f"{ROOT}/imports/{others[:8]}/undo")
    assert (refused.status_code, nowhere.status_code) == (404, 404)
    assert refused.json()["detail"] == "There is no such import of yours."
    assert desk.boss.post(f"{ROOT}/imports/{own}/undo").json()["leads"] == 1


def test_the_list_comes_in_pages(desk: Desk) -> None:
    ids = [desk.send().json()["id"] for _ in range(3)]

    first = desk.listed(limit="2")
    second = desk.listed(limit="2", cursor=first["next"])

    assert [one["id"] for one in (*first["items"], *second["items"])] == ids[::-1]
    assert second["next"] is None


def test_the_same_rows_again_make_nothing_twice(desk: Desk) -> None:
    desk.send()
    again = desk.send()

    assert became(again) == ["known", "known", "nothing"]
    assert [row["known"] for row in again.json()["rows"]] == [True, True, False]
    assert len(desk.leads()) == 1


def test_sent_again_with_its_key_it_is_the_same_import_with_nobodys_words_kept(
    desk: Desk,
) -> None:
    first, again = desk.send(key="k"), desk.send(key="k")
    other = desk.send(key="k", file="other.csv")

    assert (first.status_code, again.status_code, other.status_code) == (201, 201, 422)
    assert again.headers["idempotent-replayed"] == "true"
    assert again.json()["id"] == first.json()["id"]
    assert became(again) == became(first)
    assert again.json()["rows"][:2] == first.json()["rows"][:2]
    assert again.json()["headings"] == []
    assert "to read why" in again.json()["rows"][2]["problem"]
    with reading(desk.house.engine) as db:
        kept = str(db.exec(select(IdempotencyKey)).one().model_dump())
        assert len(db.exec(select(ImportBatch)).all()) == 1
    assert not [word for word in ("soon", "Greta", "Rosa", "Holm") if word in kept]


def test_what_a_crash_left_out_is_taken_in_when_it_is_sent_again(desk: Desk) -> None:
    whole = "need,name\nA CRM for 8 people,Greta Holm\nA CRM for boats,Rosa Lind\n"
    desk.send(content="need,name\nA CRM for 8 people,Greta Holm\n", columns={})
    rest = desk.send(content=whole, columns={}, key="k").json()["id"]
    desk.rep.post(f"{ROOT}/imports/{rest}/undo")
    with writing(desk.house.engine) as db:
        kept = db.exec(select(IdempotencyKey)).one()
        kept.status = None  # as if it had stopped behind the first row
        db.add(kept)

    waiting = desk.send(content=whole, columns={}, key="k")
    desk.house.clock.pass_by(timedelta(seconds=61))
    after = desk.send(content=whole, columns={}, key="k")

    assert waiting.status_code == 409
    assert became(after) == ["known", "lead"]
    assert len(desk.leads()) == 2


@pytest.mark.parametrize(
    ("other", "status", "said"),
    [
        ({"content": " \n"}, 422, "no headings"),
        ({"content": 'need\n"a'}, 422, "shoebox.csv:2 can't be read as CSV"),
        ({"content": "x,y\n1,2\n", "columns": {}}, 422, "no column of shoebox.csv is known"),
        ({"columns": {"Remark": "need"}}, 422, "did you mean 'Remarks'"),
        ({"columns": {"Remarks": "nede"}}, 422, "Input should be 'need'"),
        ({"content": "need\n" + "a\n" * (MOST_ROWS + 1)}, 422, f"more than {MOST_ROWS} rows"),
        ({"content": "a" * 100_001}, 422, "at most 100000 characters"),
        ({"content": "a" * 140_000}, 413, "128 KiB at the most"),
        ({"surprise": 1}, 422, "not permitted"),
    ],
)
def test_what_is_no_such_sheet_is_a_problem_and_no_import(
    desk: Desk, other: dict[str, Any], status: int, said: str
) -> None:
    asked: dict[str, Any] = {"columns": {}} | other
    answer = desk.send(key="k", **asked)

    assert answer.status_code == status
    assert answer.headers["content-type"] == "application/problem+json"
    assert said in answer.text.replace('\\"', '"')
    assert desk.listed()["items"] == []
    assert desk.send(key="k").status_code == 201, "its key is free again"


def test_only_who_decides_brings_leads_for_others(desk: Desk) -> None:
    refused = desk.send(owner="max")
    assert became(refused) == ["nothing", "contact", "nothing"]

    assert became(desk.send("boss", owner="mia")) == ["lead", "known", "nothing"]
    assert [lead.owner_id for lead in desk.leads()] == [desk.id_of("mia")]


def test_control_characters_become_blanks_and_a_first_tab_stays_a_cell(desk: Desk) -> None:
    content = "\tname\tneed\r\nx\tGre\0ta\ud800Holm\tA CRM\r\n".replace("\ud800", "\x07")
    answer = desk.send(content=content, columns={})

    assert [one["column"] for one in answer.json()["headings"]] == [None, "name", "need"]
    assert became(answer) == ["lead"]


@pytest.mark.parametrize(
    ("row", "word"),
    [
        ("2199-12-31,,", "lead"),
        ("9999-12-31,,", "nothing"),
        ("0001-01-01T00:00:00+14:00,,", "nothing"),
        (",9999999999999,EUR", "lead"),
        (",99999999999999999999,EUR", "nothing"),
        ("2024-02-30,,", "nothing"),
    ],
)
def test_far_away_moments_and_sums_break_nothing(desk: Desk, row: str, word: str) -> None:
    content = f"need,due,amount,currency\nA CRM,{row}\n"

    answer = desk.send(content=content, columns={})

    assert answer.status_code == 201, answer.text
    assert became(answer) == [word]


@pytest.mark.parametrize(
    ("role", "scope", "listing", "bringing"),
    [
        (UserRole.REP, TokenScope.READ, 200, 403),
        (UserRole.VIEWER, TokenScope.WRITE, 200, 403),
        (UserRole.PARTNER, TokenScope.WRITE, 200, 403),
        (UserRole.PRIVACY_OFFICER, TokenScope.ADMIN, 403, 403),
    ],
)
def test_who_may_not_bring_brings_nothing(
    desk: Desk, role: UserRole, scope: TokenScope, listing: int, bringing: int
) -> None:
    batch = desk.send().json()["id"]
    program = a_program(desk.house, desk.house.user("eve", role=role, team=None), scope)

    brought = program.post(f"{ROOT}/imports", json={"file": "a.csv", "content": SHEET})
    found = program.get(f"{ROOT}/imports")

    assert (found.status_code, brought.status_code) == (listing, bringing)
    assert found.json().get("items", []) == []
    assert program.post(f"{ROOT}/imports/{batch}/undo").status_code == 403

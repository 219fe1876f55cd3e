"""A rep's spreadsheet on the page: what would come of it, with other columns, and taken back."""

from pathlib import Path

import pytest
from httpx2 import Response
from sqlmodel import col, select

from models.lead import Lead
from models.words import UserRole
from service.store.engine import reading
from tests.editing_house import form_of, words_of
from tests.staffed_house import a_staffed_house, person
from tests.web_house import House

SHEET = b"Remarks;Greta's column;Firm\nA CRM for 8 people;Greta Holm;Holm Boats\n;Piet;Maas\n"


@pytest.fixture
def house(tmp_path: Path) -> House:
    return a_staffed_house(tmp_path)


def sent(house: House, who: str = "mia", content: bytes = SHEET) -> Response:
    return house.browser(person(house, who)).post(
        "/inbox/import", files={"file": ("shoebox.csv", content)}, data={"topic": "crm"}
    )


def leads(house: House) -> list[str | None]:
    with reading(house.engine) as db:
        found = db.exec(select(Lead).where(col(Lead.closed_at).is_(None))).all()
        return [lead.owner_id for lead in found]


def test_a_sheet_is_tried_mapped_taken_in_and_taken_back(house: House) -> None:
    tried = sent(house)
    assert "1 lead and 1 contact" in words_of(tried.text)
    assert leads(house) == []

    browser = house.browser(person(house, "mia"))
    rows: dict[str, object] = dict(form_of(tried.text))
    rows |= {
        "heading": ["Remarks", "Greta's column", "Firm"],
        "meant": ["need", "name", "company"],
    }
    again = browser.post("/inbox/import/rows", data=rows | {"act": "try"})
    assert 'value="name" selected' in again.text
    assert leads(house) == []
    done = browser.post("/inbox/import/rows", data=rows | {"act": "take"}, follow_redirects=True)
    assert "Taken in." in done.text
    assert leads(house) == [person(house, "mia").id]
    with reading(house.engine) as db:
        lead = db.exec(select(Lead)).one()
    assert f'<a href="/leads/{lead.id}" dir="auto">' in done.text
    assert person(house, "mia").name in words_of(done.text).partition("Brought so far")[2]

    (undo,) = [part.split('"')[0] for part in done.text.split('action="')[1:] if "/undo" in part]
    stranger = house.browser(person(house, "pia"))
    assert stranger.post(undo).status_code == 403
    back = browser.post(undo, follow_redirects=True)
    assert "as if it had never been" in back.text
    assert f'href="/leads/{lead.id}"' not in back.text
    assert leads(house) == []


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "no headings"),
        (b"x;y\n1;2\n", "no column of"),
        (b"need\n" + b"a" * 41_000, "more than 40 kB"),
    ],
)
def test_what_is_no_such_sheet_is_told(house: House, content: bytes, said: str) -> None:
    answer = sent(house, content=content)

    assert answer.status_code == 422
    assert said in words_of(answer.text)


@pytest.mark.parametrize("role", [UserRole.VIEWER, UserRole.PARTNER])
def test_who_brings_nothing_sees_no_form(house: House, role: UserRole) -> None:
    browser = house.browser(house.user("eve", role=role, team=None))

    assert browser.get("/inbox/import").status_code == 403
    assert 'href="/inbox/import"' not in browser.get("/inbox").text

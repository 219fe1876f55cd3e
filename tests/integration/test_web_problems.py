"""Pages for when it does not work speak of what it was about, and lead somewhere."""

import re

import pytest

from models.lead import Lead
from models.people import User
from models.words import LeadStatus, UserRole
from service.store.engine import writing
from tests.web_house import House, a_house


@pytest.fixture
def house() -> House:
    return a_house()


def main_of(page: str) -> str:
    found = re.search(r"<main.*</main>", page, re.DOTALL)
    assert found is not None
    return " ".join(found[0].split())


def working(house: House, owner: User) -> Lead:
    return house.lead(
        source=house.source("Talk"),
        topic=house.topic("crm", "CRM"),
        status=LeadStatus.WORKING,
        owner=owner,
    )


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("POST", "/undo", 409),
        ("POST", "/inbox/views/none/forget", 404),
        ("GET", "/topics/none", 404),
        ("GET", "/team/people/none", 404),
        ("PUT", "/sources", 405),
    ],
)
def test_a_problem_that_is_about_no_lead_does_not_speak_of_one(
    house: House, method: str, path: str, status: int
) -> None:
    answer = house.browser(house.user()).request(method, path)

    assert answer.status_code == status
    assert "lead" not in main_of(answer.text).lower()


def test_a_lead_that_is_not_there_is_told_as_one(house: House) -> None:
    browser = house.browser(house.user())

    for path in ("/leads/none", "/inbox?lead=none"):
        answer = browser.get(path)
        assert answer.status_code == 404
        assert "leaves your inbox" in main_of(answer.text)


@pytest.mark.parametrize("role", UserRole)
def test_a_problem_leads_to_an_area_that_one_may_enter(house: House, role: UserRole) -> None:
    browser = house.browser(house.user(role=role))

    page = main_of(browser.get("/nowhere").text)

    there = re.search(r'class="button primary" href="([^"]+)"', page)
    assert there is not None
    assert browser.get(there[1]).status_code == 200


def test_who_was_slower_keeps_the_note(house: House) -> None:
    mia = house.user("mia")
    lead = working(house, mia)
    with writing(house.engine) as db:
        row = db.get_one(Lead, lead.id)
        row.rev += 1
        db.add(row)

    answer = house.browser(mia).post(
        f"/leads/{lead.id}/note", data={"rev": 1, "words": "They open in March."}
    )

    assert answer.status_code == 409
    assert "They open in March." in main_of(answer.text)


def test_ids_stand_on_a_page_once(house: House) -> None:
    mia = house.user("mia")
    lead = working(house, mia)
    browser = house.browser(mia)
    pages = [
        browser.get(f"/leads/{lead.id}").text,
        browser.get("/inbox").text,
        browser.post("/try", data={"text": "Can anybody recommend a CRM or a help desk?"}).text,
    ]

    for page in pages:
        ids = re.findall(r'\bid="([^"]*)"', page)
        assert len(ids) == len(set(ids))
        assert set(re.findall(r'aria-labelledby="([^"]*)"', page)) <= set(ids)

"""Campaigns and wins on the page: reach of any size, doors, sheets, and what a rep doesn't see."""

import csv
import io
from collections.abc import Iterator

import pytest
from sqlalchemy import Engine
from sqlmodel import select
from starlette.testclient import TestClient

from models.people import User
from models.tables import METADATA
from service.store.engine import reading, writing
from tests.campaigning import write_campaigns
from tests.fakes import StandingClock
from tests.reporting import NOW
from tests.web_house import House

PERIOD = "from=2025-09-01&to=2025-11-24"


@pytest.fixture(scope="module")
def written(_sqlite_engine: Engine) -> Iterator[House]:
    yield House(_sqlite_engine, write_campaigns(_sqlite_engine), clock=StandingClock(NOW))
    with writing(_sqlite_engine) as db:
        for table in reversed(METADATA.sorted_tables):
            db.execute(table.delete())


def browser(house: House, handle: str) -> TestClient:
    with reading(house.engine) as db:
        user = db.exec(select(User).where(User.handle == handle)).one()
    return house.browser(user)


def test_the_shelf_leads_to_campaigns_and_each_to_its_page(written: House) -> None:
    marketer = browser(written, "mia")

    assert 'href="/reports/campaigns"' in marketer.get("/reports").text
    everyone = marketer.get(f"/reports/campaigns?{PERIOD}").text
    assert '<a href="/reports/campaigns/days">Tidepool Days</a>' in everyone
    assert "5,100,000,001" in everyone


def test_a_campaign_has_its_figures_in_large(written: House) -> None:
    page = browser(written, "mia").get("/reports/campaigns/days")

    assert page.status_code == 200
    for shown in (
        "Brand buzz, 6 Oct 2025 to 19 Oct 2025, about “Tidepool Days”.",
        '<dd class="figure">7</dd>',
        "600% more a day than before",
        '<dd class="figure">5,100,000,001</dd>',
        "at least, and 2 mentions at 2 places of unknown audience",
        '<dd class="figure">1,000.01 EUR</dd>',
        "2 of 2 handed off",
        'class="number">10,300,000,003</td>',
        ">unknown</td>",
        '<a href="/leads/a05">Open</a>',
    ):
        assert shown in page.text, shown
    assert " style=" not in page.text  # the policy would drop it


def test_a_table_can_be_taken_away_as_a_sheet(written: House) -> None:
    marketer = browser(written, "mia")
    first = marketer.get("/reports/campaigns/days.csv")
    places = marketer.get("/reports/campaigns/days.csv?table=places").text

    assert first.headers["content-type"].startswith("text/csv")
    rows = list(csv.DictReader(io.StringIO(first.text.removeprefix("\ufeff"))))
    assert [(row["phase"], row["mentions"], row["reach"]) for row in rows] == [
        ("before", "2", "100000001"),
        ("during", "7", "5100000001"),
        ("after", "1", ""),
    ]
    assert "wide,0,2,0,,5000000000,known" in places


@pytest.mark.parametrize(
    ("address", "status"),
    [
        ("/reports/campaigns/nothing", 404),
        ("/reports/campaigns/nothing.csv", 404),
        ("/reports/campaigns/days.csv?table=nothing", 404),
        ("/reports/campaigns/%27%20OR%201", 404),
    ],
)
def test_what_is_not_there_is_not_found(written: House, address: str, status: int) -> None:
    assert browser(written, "mia").get(address).status_code == status


def test_a_rep_sees_what_campaigns_came_to_and_no_leads_of_others(written: House) -> None:
    rep = browser(written, "ben")
    page = rep.get("/reports/campaigns/days")
    wins = rep.get(f"/reports/wins.csv?{PERIOD}&table=wins")

    assert page.status_code == 200
    assert "Lead a05" not in page.text
    assert rep.get("/reports/campaigns/days.csv?table=wins").status_code == 404
    assert len(wins.text.splitlines()) == 1  # all that was won is ada's


def test_a_marketer_is_told_of_her_wins_first(written: House) -> None:
    page = browser(written, "mia").get(f"/reports/wins?{PERIOD}").text

    assert page.index("Won of the leads that you handed over") < page.index(
        "that marketing handed"
    )
    assert '<dd class="figure">52</dd>' in page
    assert "By score" in page
    manager = browser(written, "max").get(f"/reports/wins?{PERIOD}").text
    assert "Won of the leads that you handed over" not in manager

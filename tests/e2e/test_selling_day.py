"""A seller's morning in a real browser: the digest by keyboard, and a lead on paper."""

import re
import socket
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import pytest
import uvicorn
from playwright.sync_api import Page, sync_playwright

from models.lead import Lead
from models.people import User
from models.words import LeadStatus, UserRole
from service.store.engine import sqlite_url, writing
from service.web.entry.auth import open_session
from tests.web_house import House, Words, a_house

pytestmark = pytest.mark.e2e

HOUR = timedelta(hours=1)


@dataclass(frozen=True)
class Morning:
    """A house that is served, and a page in which its seller is logged in."""

    page: Page
    base: str
    leads: list[Lead]

    def go(self, path: str) -> None:
        self.page.goto(self.base + path)


def a_house_with_fifteen(path: Path) -> tuple[House, User, list[Lead]]:
    house = a_house(sqlite_url(path / "house.db"))
    ida = house.user("ida", role=UserRole.MARKETER, team=None)
    talk = house.source("Talk", community_rules="Say who you work for. One link at most.")
    crm = house.topic("crm", "CRM")
    words = "Does anybody know Tidepool? We are ten people, and half of our work is in basements. "
    leads = [
        house.lead(
            f"Which CRM, question {number}?",
            words * 4,
            source=talk,
            topic=crm,
            status=LeadStatus.MQL,
            score=75 - number,
            author=f"asker{number}",
            due_in=6 * HOUR,
            cues=[Words(text="Does anybody know", why="asks for experience")],
            facts=[Words(text="ten people", why="team_size")],
        )
        for number in range(15)
    ]
    for number in range(60):
        after = timedelta(minutes=number + 1)
        house.reply(leads[0], talk, f"Answer {number}. {words}", author=f"r{number}", after=after)
    return house, ida, leads


@pytest.fixture(scope="module")
def morning(chromium: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Morning]:
    house, ida, leads = a_house_with_fifteen(tmp_path_factory.mktemp("morning"))
    door = socket.socket()
    door.bind(("127.0.0.1", 0))
    base = f"http://127.0.0.1:{door.getsockname()[1]}"
    server = uvicorn.Server(uvicorn.Config(house.app(), log_level="warning", ws="none"))
    served = threading.Thread(target=server.run, kwargs={"sockets": [door]})
    served.start()
    while not server.started:
        time.sleep(0.01)
    with writing(house.engine) as db:
        token = open_session(db, ida.id, house.clock.now())
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=chromium, args=["--no-sandbox", "--disable-gpu"]
        )
        context = browser.new_context(viewport={"width": 1280, "height": 800})
        context.add_cookies([{"name": "harken", "value": token, "url": base}])
        page = context.new_page()
        page.add_init_script(
            "window.violations = [];"
            "document.addEventListener('securitypolicyviolation',"
            " e => window.violations.push(e.violatedDirective));"
        )
        yield Morning(page=page, base=base, leads=leads)
        browser.close()
    server.should_exit = True
    served.join(timeout=20)
    door.close()
    house.engine.dispose()


def test_a_lead_is_printed_on_one_page(morning: Morning) -> None:
    morning.go(f"/leads/{morning.leads[0].id}")

    paper = morning.page.pdf(format="A4", prefer_css_page_size=True)

    assert re.findall(rb"/Count (\d+)", paper) == [b"1"]


@pytest.mark.parametrize("path", ["/digest", "/digest/settings", "lead"])
def test_nothing_is_wider_than_a_small_phone(morning: Morning, path: str) -> None:
    morning.page.set_viewport_size({"width": 320, "height": 640})
    morning.go(f"/leads/{morning.leads[0].id}" if path == "lead" else path)

    assert morning.page.evaluate("document.documentElement.scrollWidth") <= 320
    morning.page.set_viewport_size({"width": 1280, "height": 800})


def test_a_digest_of_fifteen_is_cleared_by_keyboard_in_fifteen_decisions(
    morning: Morning,
) -> None:
    page = morning.page
    morning.go("/digest")
    page.keyboard.press("j")
    page.keyboard.press("k")
    assert "question 0?" in page.locator("[data-item][aria-current] h2").first.inner_text()

    for decision in range(15):
        keys = ("p",) if decision % 3 == 0 else ("x", "2") if decision % 3 == 1 else ("h", "1")
        for key in keys:
            page.keyboard.press(key)
        page.get_by_text(f"{decision + 1} of 15 done").wait_for()
        assert page.evaluate("window.violations") == []

    assert page.get_by_role("heading", name="All done for today").is_visible()

"""What the inbox weighs on its way to a browser; what was fetched is not fetched again."""

import gzip
import re

import pytest
from starlette.testclient import TestClient

from models.words import LeadStatus, UserRole
from tests.web_house import House, a_house

MOST = 60 * 1024  # of the inbox with all that belongs to it (issue 7)


@pytest.fixture(scope="module")
def house() -> House:
    return a_house()


@pytest.fixture(scope="module")
def browser(house: House) -> TestClient:
    """A browser of somebody with a full page of leads before them."""
    ida = house.user("ida", role=UserRole.MARKETER, team=None)
    source, topic = house.source("Talk"), house.topic("crm", "CRM")
    for number in range(60):
        title = f"Which CRM for {number} people who sell on the road, in the shop and by mail?"
        house.lead(source=source, topic=topic, status=LeadStatus.MQL, title=title)
    return house.browser(ida)


def sent(browser: TestClient, path: str) -> tuple[int, dict[str, str], bytes]:
    """Return how many bytes came, what was said of them, and what they were."""
    with browser.stream("GET", path, headers={"Accept-Encoding": "gzip"}) as answer:
        raw = b"".join(answer.iter_raw())
        packed = answer.headers.get("content-encoding") == "gzip"
        assert answer.status_code == 200, path
        return len(raw), dict(answer.headers), gzip.decompress(raw) if packed else raw


def test_the_inbox_with_its_font_and_scripts_is_light(browser: TestClient) -> None:
    page, headers, body = sent(browser, "/inbox?view=all")
    text = body.decode()
    parts = set(re.findall(r'(?:href|src)="(/static/[^"]+)"', text))
    styles = b"".join(sent(browser, part)[2] for part in parts if ".css" in part).decode()
    fonts = {f"/static/{path}" for path in re.findall(r'url\("(vendor/[^"]+)"\)', styles)}

    assert "gzip" in headers["content-encoding"]
    assert text.count('class="row"') >= 30
    assert fonts <= parts, "a font that is not asked for with the page comes late"
    weights = {part: sent(browser, part)[0] for part in parts}
    assert page + sum(weights.values()) <= MOST, weights | {"the page": page}


def test_files_are_packed_for_who_takes_them_and_known_again(browser: TestClient) -> None:
    plain = browser.get("/static/app.css?v=1", headers={"Accept-Encoding": "identity"})
    few, headers, body = sent(browser, "/static/app.css?v=1")

    assert "content-encoding" not in plain.headers
    assert body == plain.content
    assert few < len(body) / 3
    assert headers["vary"] == plain.headers["vary"] == "Accept-Encoding"
    assert headers["etag"] != plain.headers["etag"]
    again = {"If-None-Match": headers["etag"], "Accept-Encoding": "gzip"}
    assert browser.get("/static/app.css?v=1", headers=again).status_code == 304

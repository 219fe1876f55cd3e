"""What holds for every answer: headers, static files, health, metrics, failures."""

import re
from collections.abc import Iterator

import pytest
from starlette.testclient import TestClient

from models.words import LeadStatus, UserRole
from service.store.engine import open_engine
from service.store.migrate import upgrade
from tests.web_house import BASE_URL, House, a_house, shipped, with_token

POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; font-src 'self'; "
    "connect-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'"
)


@pytest.fixture
def house() -> House:
    return a_house()


@pytest.fixture(scope="module")
def stranger() -> TestClient:
    """A browser in which nobody is logged in."""
    house = a_house()
    return house.browser()


@pytest.fixture
def broken() -> Iterator[TestClient]:
    """A browser at a Harken whose database is empty: every read fails."""
    house = House(engine=open_engine("sqlite://"), config=shipped())
    yield with_token(house.browser(), "x")
    house.engine.dispose()


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/login", 200),
        ("/inbox", 303),
        ("/healthz", 200),
        ("/static/app.css", 200),
        ("/static/none.css", 404),
        ("/nothing/here", 404),
        ("/leads/x", 303),
        ("/metrics", 303),
    ],
)
def test_every_answer_is_hardened(stranger: TestClient, path: str, status: int) -> None:
    answer = stranger.get(path)

    assert answer.status_code == status
    assert answer.headers["content-security-policy"] == POLICY
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.headers["referrer-policy"] == "no-referrer"
    assert answer.headers["cross-origin-opener-policy"] == "same-origin"
    assert "strict-transport-security" not in answer.headers


def test_failures_are_hardened_too_and_tell_nothing() -> None:
    house = a_house("sqlite://")
    with house.engine.begin() as db:
        db.exec_driver_sql("ALTER TABLE topic RENAME COLUMN name TO title")
    browser = house.browser(house.user("mia"))

    answer = browser.get("/inbox")

    assert answer.status_code == 500
    assert answer.headers["content-security-policy"] == POLICY
    assert answer.headers["cache-control"] == "no-store"
    assert "That went wrong on our side" in answer.text
    assert not re.search(r"Traceback|sqlite|topic\.name|/service/", answer.text)
    house.engine.dispose()


def test_a_database_that_is_not_there_is_a_page_and_not_ready(broken: TestClient) -> None:
    page = broken.get("/inbox")

    assert page.status_code == 503
    assert "harken doctor" in page.text
    assert broken.get("/healthz").status_code == 200
    assert broken.get("/readyz").status_code == 503


def test_a_database_at_its_newest_revision_is_ready(house: House) -> None:
    engine = open_engine("sqlite://")
    upgrade(engine)

    assert House(engine=engine, config=house.config).browser().get("/readyz").status_code == 200
    engine.dispose()


def test_https_is_kept_once_it_is_used(house: House) -> None:
    browser = TestClient(house.app(secure=True), base_url="https://harken.test")

    assert browser.get("/login").headers["strict-transport-security"] == "max-age=31536000"


def test_pages_are_not_stored_and_versioned_files_are_for_ever(stranger: TestClient) -> None:
    page = stranger.get("/login")
    assert page.headers["cache-control"] == "no-store"

    urls = re.findall(r'(?:href|src)="(/static/[^"]+)"', page.text)
    for url in urls:
        answer = stranger.get(url)
        assert answer.status_code == 200, url
        assert answer.headers["cache-control"] == "public, max-age=31536000, immutable", url
    assert len(urls) >= 5
    stale = stranger.get("/static/app.css?v=older")
    assert stale.headers["cache-control"] == "no-cache"
    again = stranger.get("/static/app.css", headers={"If-None-Match": stale.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")


@pytest.mark.parametrize(
    "path",
    [
        "/static/../app.py",
        "/static/%2e%2e/app.py",
        "/static/..%2fapp.py",
        "/static//etc/passwd",
        "/static/vendor/MANIFEST.toml",
        "/static/",
    ],
)
def test_nothing_but_the_listed_files_is_served(stranger: TestClient, path: str) -> None:
    assert stranger.get(path).status_code == 404


def test_a_body_that_is_too_big_is_refused(stranger: TestClient) -> None:
    answer = stranger.post("/login", content=b"login=" + b"x" * 100_000)

    assert answer.status_code in {413, 422}
    assert answer.headers["content-security-policy"] == POLICY


def test_a_browser_is_told_on_a_page_how_big_a_body_may_be(stranger: TestClient) -> None:
    sent = b"login=" + b"x" * 100_000

    answer = stranger.post("/login", content=sent, headers={"Accept": "text/html,*/*;q=0.8"})

    assert answer.status_code == 413
    assert answer.headers["content-security-policy"] == POLICY
    assert "That is too much text" in answer.text
    assert "64 KiB at the most" in answer.text


@pytest.mark.parametrize("method", ["PUT", "DELETE", "PATCH", "TRACE", "OPTIONS"])
def test_other_methods_are_refused_with_a_page(house: House, method: str) -> None:
    answer = house.browser(house.user("mia")).request(method, "/inbox")

    assert answer.status_code == 405


def test_the_metrics_are_counts_for_a_scraper_on_this_machine(house: House) -> None:
    house.lead(source=house.source("Talk"), topic=house.topic("crm", "CRM"))
    local = TestClient(house.app(), base_url=BASE_URL, client=("127.0.0.1", 5000))

    answer = local.get("/metrics")
    lines = answer.text.splitlines()

    assert answer.headers["content-type"].startswith("text/plain; version=0.0.4")
    assert 'harken_leads{status="sales_ready"} 1' in lines
    assert 'harken_leads{status="won"} 0' in lines
    assert "harken_posts 1" in lines
    assert 'harken_sources{health="ok"} 1' in lines
    assert sum(line.startswith("harken_leads") for line in lines) == len(LeadStatus)


def test_the_metrics_are_nobodys_through_a_proxy_and_a_managers_by_login(house: House) -> None:
    proxied = TestClient(
        house.app(),
        base_url=BASE_URL,
        client=("127.0.0.1", 5000),
        headers={"X-Forwarded-For": "203.0.113.9"},
        follow_redirects=False,
    )
    manager = house.browser(house.user("max", role=UserRole.MANAGER, team=None))
    rep = house.browser(house.user("mia"))

    assert proxied.get("/metrics").status_code == 303
    assert manager.get("/metrics").status_code == 200
    assert rep.get("/metrics").status_code == 403


def test_home_is_where_the_day_begins(house: House) -> None:
    homes = {
        role: house.browser(house.user(f"home-{role.value}", role=role)).get("/")
        for role in UserRole
    }
    led = {role: answer.headers["location"] for role, answer in homes.items()}

    assert house.browser().get("/").headers["location"] == "/login"
    assert led.pop(UserRole.PRIVACY_OFFICER) == "/settings/privacy"
    assert set(led.values()) == {"/inbox"}

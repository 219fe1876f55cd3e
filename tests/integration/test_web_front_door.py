"""Which addresses are answered at all: a page of a stranger's name never gets in."""

from collections.abc import Sequence

import pytest
from starlette.testclient import TestClient

from service.web.pages import ROUTERS
from tests.web_house import BASE_URL, House, a_house

PATHS = sorted({route.path for router in ROUTERS for route in router.routes})  # type: ignore[attr-defined]  # all are APIRoutes


@pytest.fixture(scope="module")
def house() -> House:
    return a_house()


@pytest.fixture(scope="module")
def local(house: House) -> TestClient:
    """A browser on this machine, to which a name server may say anything."""
    return TestClient(
        house.app(), base_url=BASE_URL, client=("127.0.0.1", 5000), follow_redirects=False
    )


@pytest.mark.parametrize("path", PATHS)
@pytest.mark.parametrize("method", ["GET", "POST"])
def test_no_page_answers_to_a_strangers_name(local: TestClient, path: str, method: str) -> None:
    answer = local.request(
        method,
        path,
        headers={"Host": "rebound.example:8484", "Origin": "http://rebound.example:8484"},
    )

    assert answer.status_code == 421
    assert answer.headers["content-type"].startswith("text/plain")
    assert len(answer.text.splitlines()) == 1
    assert "base_url" in answer.text
    assert "rebound" not in answer.text
    assert answer.headers["x-content-type-options"] == "nosniff"


@pytest.mark.parametrize("host", ["harken.test", "localhost:8484", "127.0.0.1", "[::1]:8484"])
def test_our_own_names_are_answered(local: TestClient, host: str) -> None:
    assert local.get("/healthz", headers={"Host": host}).status_code == 200
    assert local.get("/metrics", headers={"Host": host}).status_code == 200


@pytest.mark.parametrize(
    "headers", [[("Host", "a b")], [("Host", "harken.test"), ("Host", "rebound.example")]]
)
def test_an_address_without_one_host_is_refused(
    local: TestClient, headers: Sequence[tuple[str, str]]
) -> None:
    assert local.get("/healthz", headers=list(headers)).status_code == 400


def test_the_machine_is_reached_by_the_address_that_it_listens_at(house: House) -> None:
    there = TestClient(house.app(), base_url="http://192.168.1.5:8484")

    assert there.get("/healthz").status_code == 200
    assert there.get("/healthz", headers={"Host": "192.168.1.6:8484"}).status_code == 421


@pytest.mark.parametrize(
    "path", ["/leads/a%00b", "/inbox?lead=%00", "/static/%00", "/login?next=/%0a", "/leads/%1b"]
)
def test_an_address_with_control_characters_is_no_address(house: House, path: str) -> None:
    answer = house.browser().get(path)

    assert answer.status_code == 400
    assert len(answer.text.splitlines()) == 1

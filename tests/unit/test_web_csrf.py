import pytest
from starlette.datastructures import Headers

from service.web.csrf import is_foreign

BASE = "https://harken.example"


@pytest.mark.parametrize(
    "headers",
    [
        {"sec-fetch-site": "same-origin"},
        {"sec-fetch-site": "none"},
        {"origin": "https://harken.example"},
        {"origin": "http://127.0.0.1:8000", "host": "127.0.0.1:8000"},
        {},  # a program: it has no cookie that another page could use
    ],
)
def test_our_own_pages_may_write(headers: dict[str, str]) -> None:
    assert not is_foreign("POST", Headers(headers), base_url=BASE)


@pytest.mark.parametrize(
    "headers",
    [
        {"sec-fetch-site": "cross-site"},
        {"sec-fetch-site": "same-site"},  # a neighbour under the same domain
        {"sec-fetch-site": "cross-site", "origin": "https://harken.example"},
        {"origin": "https://evil.example", "host": "harken.example"},
        {"origin": "http://harken.example", "host": "internal:8000"},
        {"origin": "null", "host": "harken.example"},
        {"origin": "https://harken.example.evil.example", "host": "harken.example"},
        {"cookie": "harken=x"},  # neither header: no browser does that
    ],
)
@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "PATCH", "TRACE", "PROPFIND"])
def test_another_sites_page_may_not(headers: dict[str, str], method: str) -> None:
    assert is_foreign(method, Headers(headers), base_url=BASE)


@pytest.mark.parametrize("method", ["GET", "HEAD", "OPTIONS"])
def test_anybody_may_lead_here(method: str) -> None:
    assert not is_foreign(method, Headers({"sec-fetch-site": "cross-site"}), base_url=BASE)

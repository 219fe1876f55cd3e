import pytest

from models.words import Licence
from service.links import inward, outward, rel


@pytest.mark.parametrize(
    "url", ["https://talk.example/t/1", "http://a.example", "HTTPS://A.example/x?y=1#z"]
)
def test_an_address_of_the_web_is_linked(url: str) -> None:
    assert outward(url) == url


@pytest.mark.parametrize(
    "url",
    [
        None,
        "",
        "javascript:alert(1)",
        "JaVaScRiPt:alert(1)",
        "java\tscript:alert(1)",
        "data:text/html,x",
        "vbscript:x",
        "file:///etc/passwd",
        "//evil.example",
        "https://",
        "http://[broken",
        "https://a.example\\@evil.example",
        "https://a.example/\r\nSet-Cookie: x",
    ],
)
def test_anything_else_is_not_linked(url: str | None) -> None:
    assert outward(url) is None


@pytest.mark.parametrize("path", ["/", "/inbox?view=mine&lead=1", "/leads/0190#top"])
def test_a_path_of_our_own_is_gone_back_to(path: str) -> None:
    assert inward(path) == path


@pytest.mark.parametrize(
    "path",
    [
        None,
        "",
        "//evil.example",
        "////evil.example",
        "//@evil.example",
        "https:evil.example",
        "https://evil.example",
        "\\evil.example",
        "/\\evil.example",
        "/\t/evil.example",
        " //evil.example",
        "javascript:alert(1)",
        "inbox",
    ],
)
def test_a_way_out_of_the_site_is_not_gone(path: str | None) -> None:
    assert inward(path, "/inbox") == "/inbox"


def test_only_cc_by_sa_sources_get_links_that_count() -> None:
    assert rel(Licence.CC_BY_SA_4_0) == "noopener noreferrer"
    assert rel(Licence.PROPRIETARY) == rel(Licence.UNKNOWN) == "noopener noreferrer nofollow"

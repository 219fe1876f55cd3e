import asyncio
import json

import pytest

from crawlers.addresses import NO_PRIVATE_NETWORKS
from crawlers.errors import (
    AddressRefused,
    BadUrl,
    Forbidden,
    Gone,
    HostResting,
    NotFound,
    PlatformRefused,
    RateLimited,
    RobotsDisallowed,
    ServerFailed,
    TooManyRedirects,
    Unreachable,
)
from crawlers.fetch import AllowedNetworks, Gate, Page
from tests.crawling import AGENT, a_gate, failure, through_gate
from tests.misbehaving import MisbehavingServer


def get(url: str, gate: Gate | None = None, **options: str | bool) -> Page:
    return through_gate(lambda opened: opened.get(url, **options), gate)  # type: ignore[arg-type]  # each test's own options


def error_at(url: str, gate: Gate | None = None) -> Exception:
    return failure(lambda opened: opened.get(url), gate)


def test_a_document_comes_with_what_the_server_says_of_it(misbehaving: MisbehavingServer) -> None:
    page = get(misbehaving.url("/conditional.xml"))
    assert page.status == 200
    assert page.body.startswith(b"<rss")
    assert page.media_type == "application/rss+xml"
    assert (page.etag, page.last_modified) == ('"v1"', "yesterday")
    assert (page.url, page.requests) == (misbehaving.url("/conditional.xml"), 1)


def test_validators_go_back_as_they_came(misbehaving: MisbehavingServer) -> None:
    page = get(misbehaving.url("/conditional.xml"), etag='"v1"', last_modified="yesterday")
    assert page.not_modified
    assert page.body == b""
    (asked,) = misbehaving.asked_for("/conditional.xml")
    assert asked.headers["if-none-match"] == '"v1"'
    assert asked.headers["if-modified-since"] == "yesterday"


@pytest.mark.parametrize(
    "packed",
    [
        "as=gzip",
        "as=utf-8",
        "as=none",
        "as=Identity",
        "as=x-gzip&by=gzip",
        "as=GZIP,utf-8&by=gzip",
        "as=gzip&by=gzip&then=%00%00%00%00junk",
    ],
)
def test_a_document_is_read_although_its_packing_is_named_wrongly(
    misbehaving: MisbehavingServer, packed: str
) -> None:
    plain = get(misbehaving.url("/packed-oddly?as=identity")).body
    assert plain.startswith(b"<rss")
    assert get(misbehaving.url(f"/packed-oddly?{packed}")).body == plain


@pytest.mark.parametrize("path", ["/huge-etag", "/odd-etag"])
def test_x40_a_validator_that_cannot_go_back_is_dropped(
    misbehaving: MisbehavingServer, path: str
) -> None:
    assert get(misbehaving.url(path)).etag is None


def test_we_say_who_we_are_and_nothing_else(misbehaving: MisbehavingServer) -> None:
    headers = json.loads(get(misbehaving.url("/echo")).body)
    assert headers["user-agent"] == AGENT
    assert set(headers) == {"host", "user-agent", "accept", "accept-encoding"}


def test_cookies_are_not_kept(misbehaving: MisbehavingServer) -> None:
    async def twice(gate: Gate) -> Page:
        await gate.get(misbehaving.url("/cookie"))
        return await gate.get(misbehaving.url("/echo"))

    assert "cookie" not in json.loads(through_gate(twice).body)


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "[::1]", "0.0.0.0"])  # noqa: S104
def test_u01_loopback_is_refused_unless_the_operator_opened_it(
    misbehaving: MisbehavingServer, host: str
) -> None:
    url = f"http://{host}:{misbehaving.port}/feed.xml"
    error = error_at(url, a_gate(allowed=NO_PRIVATE_NETWORKS))
    assert isinstance(error, AddressRefused | Unreachable)
    assert misbehaving.requests == []


def test_u14_a_name_is_judged_by_what_it_resolves_to(misbehaving: MisbehavingServer) -> None:
    url = f"http://localhost:{misbehaving.port}/feed.xml"
    opened = AllowedNetworks.parse(["127.0.0.0/8", "::1/128"])
    assert get(url, a_gate(allowed=opened)).status == 200
    assert isinstance(error_at(url, a_gate(allowed=NO_PRIVATE_NETWORKS)), AddressRefused)


@pytest.mark.parametrize(
    ("to", "kind"),
    [
        ("http://10.0.0.1/", AddressRefused),  # U15, U22: from what is allowed to what isn't
        ("http://169.254.169.254/latest/", AddressRefused),
        ("http://2130706433/", BadUrl),
        ("file:///etc/passwd", BadUrl),
        ("ftp://127.0.0.1/", BadUrl),
        ("data:text/html,x", BadUrl),
        ("http://user@127.0.0.1/", BadUrl),
        ("https://www.linkedin.com/", PlatformRefused),
    ],
)
def test_u15_every_redirect_is_checked_anew(
    misbehaving: MisbehavingServer, to: str, kind: type[Exception]
) -> None:
    assert isinstance(error_at(misbehaving.url(f"/redirect?to={to}")), kind)


def test_redirects_are_followed_five_times_and_permanent_ones_noted(
    misbehaving: MisbehavingServer,
) -> None:
    page = get(misbehaving.url("/chain?left=5"))
    assert page.url == page.moved_to == misbehaving.url("/feed.xml")
    assert page.requests == 6
    assert get(misbehaving.url("/redirect?to=/feed.xml")).moved_to is None


@pytest.mark.parametrize("path", ["/chain?left=6", "/loop"])
def test_x38_redirects_without_end_are_not_followed(
    misbehaving: MisbehavingServer, path: str
) -> None:
    assert isinstance(error_at(misbehaving.url(path)), TooManyRedirects)
    assert len(misbehaving.requests) <= 7


def test_a_redirect_to_nowhere_is_named(misbehaving: MisbehavingServer) -> None:
    assert "does not say where" in str(error_at(misbehaving.url("/redirect-nowhere")))


def test_u16_credentials_stay_with_the_origin_they_were_meant_for() -> None:
    secret = {"Authorization": "Bearer x", "X-Signature": "y", "Cookie": "z", "Accept": "text/a"}
    with MisbehavingServer() as ours, MisbehavingServer() as theirs:
        for target, kept in ((ours, True), (theirs, False)):
            url = ours.url(f"/redirect?to={target.url('/echo')}")
            page = through_gate(lambda gate, url=url: gate.get(url, headers=secret))  # type: ignore[misc]  # a loop's value is bound by a default
            seen = json.loads(page.body)
            assert seen["accept"] == "text/a"
            assert ({"authorization", "x-signature", "cookie"} <= set(seen)) is kept
            assert not kept or seen["authorization"] == "Bearer x"


@pytest.mark.parametrize(
    ("path", "kind"),
    [
        ("/nothing", NotFound),
        ("/gone", Gone),
        ("/status?code=401", Forbidden),
        ("/status?code=403", Forbidden),
        ("/status?code=500", ServerFailed),
    ],
)
def test_an_answer_that_is_no_document_is_named(
    misbehaving: MisbehavingServer, path: str, kind: type[Exception]
) -> None:
    assert isinstance(error_at(misbehaving.url(path)), kind)


@pytest.mark.parametrize("code", [429, 503])
def test_a_host_that_asks_for_rest_is_left_alone_by_everyone(
    misbehaving: MisbehavingServer, code: int
) -> None:
    async def ask(gate: Gate) -> tuple[int | None, int]:
        with pytest.raises((RateLimited, ServerFailed)) as first:
            await gate.get(misbehaving.url(f"/status?code={code}&retry_after=90"))
        with pytest.raises(HostResting) as second:
            await gate.get(misbehaving.url("/feed.xml"))
        return first.value.retry_after_seconds, int(second.value.retry_after_seconds or 0)

    assert through_gate(ask) == (90, 90)
    assert misbehaving.asked_for("/feed.xml") == []


def test_one_host_s_rest_is_not_another_s() -> None:
    async def ask(gate: Gate) -> Page:
        with pytest.raises(RateLimited):
            await gate.get(tired.url("/status?code=429"))
        return await gate.get(fresh.url("/feed.xml"))

    with MisbehavingServer() as tired, MisbehavingServer() as fresh:
        assert through_gate(ask).status == 200


def test_robots_txt_is_asked_once_and_obeyed() -> None:
    async def ask(gate: Gate) -> None:
        urls = [server.url(f"/feed.xml?{n}") for n in range(5)]
        await asyncio.gather(*(gate.get(url) for url in urls))
        with pytest.raises(RobotsDisallowed):
            await gate.get(server.url("/html"))
        assert (await gate.get(server.url("/html"), obey_robots=False)).status == 200

    with MisbehavingServer(robots=b"User-agent: harken\nDisallow: /html") as server:
        through_gate(ask)
        assert len(server.asked_for("/robots.txt")) == 1
        assert len(server.asked_for("/html")) == 1


def test_a_redirect_to_a_page_that_robots_txt_disallows_is_not_followed() -> None:
    with MisbehavingServer(robots=b"User-agent: *\nDisallow: /html") as server:
        assert isinstance(error_at(server.url("/redirect?to=/html")), RobotsDisallowed)
        assert server.asked_for("/html") == []


def test_u25_a_host_whose_robots_txt_fails_is_not_asked_for_more() -> None:
    with MisbehavingServer(robots_status="503 Busy") as server:
        assert isinstance(error_at(server.url("/feed.xml")), RobotsDisallowed)
        assert server.asked_for("/feed.xml") == []


def test_crawl_delay_keeps_requests_apart() -> None:
    async def twice(gate: Gate) -> None:
        for n in range(2):
            await gate.get(server.url(f"/feed.xml?{n}"), min_interval=0)

    with MisbehavingServer(robots=b"User-agent: *\nCrawl-delay: 0.3") as server:
        through_gate(twice)
        first, second = server.asked_for("/feed.xml")
        assert second.at - first.at >= 0.28


def test_a_host_that_is_not_there_is_named() -> None:
    with MisbehavingServer() as server:
        url = server.url("/feed.xml")
    error = error_at(url)
    assert isinstance(error, Unreachable)
    assert "cannot be reached" in error.reason


def test_a_closed_gate_lets_nothing_through() -> None:
    with pytest.raises(RuntimeError, match="closed"):
        asyncio.run(a_gate().get("http://127.0.0.1:8080/", obey_robots=False))

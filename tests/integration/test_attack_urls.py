"""The attack rows U01-U25: addresses that lead where nobody should be led.

Each row is a test or a case that carries its id, so that ``pytest -k u14`` runs it. Whatever an
address looks like, it goes through the gate as the adapters use it; the rows of the page's own
links (U23) go through the page's rule.
"""

import ast
import asyncio
import json
import socket
from collections.abc import Iterator
from pathlib import Path

import pytest

import crawlers
import service
from crawlers.addresses import NO_PRIVATE_NETWORKS, AllowedNetworks
from crawlers.discover import recognise
from crawlers.errors import (
    AddressRefused,
    BadUrl,
    HostResting,
    PlatformRefused,
    RobotsDisallowed,
    SourceError,
)
from crawlers.fetch import Gate, Page
from crawlers.urls import parse_url
from service.links import inward
from tests.attacks import Names, a_gate_that_knows, rows_of
from tests.crawling import NOW, a_gate, failure, through_gate
from tests.misbehaving import Asked, MisbehavingServer, Reply, rss


def refused(url: str, gate: Gate | None = None) -> SourceError:
    """Return how an address fares at a gate that opened no network."""
    return failure(lambda opened: opened.get(url), gate or a_gate(allowed=NO_PRIVATE_NETWORKS))


SPELLINGS = {
    "U01 address": "http://127.0.0.1/",
    "U01 name": "http://localhost/",
    "U01 name with a dot": "http://localhost./",
    "U01 zero": "http://0.0.0.0/",
    "U01 v6 any": "http://[::]/",
    "U01 v6": "http://[::1]/",
    "U02 cloud": "http://169.254.169.254/latest/meta-data/",
    "U02 cloud v6": "http://[fd00:ec2::254]/",
    "U03 ten": "http://10.0.0.1/",
    "U03 172": "http://172.16.0.1:8080/",
    "U03 192": "https://192.168.1.1/",
    "U04 carrier": "http://100.64.0.1/",
    "U05 decimal": "http://2130706433/",
    "U05 hex": "http://0x7f000001/",
    "U05 octal": "http://0177.0.0.1/",
    "U05 short": "http://127.1/",
    "U05 nothing": "http://0/",
    "U05 short hex": "http://0x7f.1/",
    "U05 long octal": "http://017700000001/",
    "U05 leading zero": "http://127.0.0.01/",
    "U06 full width": "http://１２７.0.0.1/",  # noqa: RUF001 - the attack
    "U06 circled": "http://①②⑦.⓪.⓪.①/",
    "U06 ideographic dot": "http://127。0。0。1/",
    "U07 mapped": "http://[::ffff:127.0.0.1]/",
    "U07 mapped carrier": "http://[::ffff:100.64.0.1]/",
    "U07 compatible": "http://[::127.0.0.1]/",
    "U08 nat64": "http://[64:ff9b::7f00:1]/",
    "U08 6to4": "http://[2002:7f00:1::]/",
    "U08 teredo": "http://[2001:0:7f00:1::]/",
    "U09 relay": "http://192.88.99.1/",
    "U09 multicast": "http://224.0.0.1/",
    "U09 v6 multicast": "http://[ff02::1]/",
    "U09 site": "http://[fec0::1]/",
    "U09 documentation": "http://[3fff::1]/",
    "U09 segments": "http://[5f00::1]/",
    "U09 benchmark": "http://198.18.0.1/",
    "U10 backslash": "http://169.254.169.254:8888\\@public.example/",
    "U11 user": "http://public.example@127.0.0.1/",
    "U11 fragment": "http://127.0.0.1#@public.example/",
    "U11 question": "http://127.0.0.1?@public.example/",
    "U12 blank": " http://127.0.0.1",
    "U12 nul": "\x00http://127.0.0.1/",
    "U12 tab": "http://127.0.0.1\t.x.example",
    "U13 brackets": "http://[example.com]/",
    "U13 future": "http://[v1.x]/",
    "U13 zone": "http://[fe80::1%25eth0]/",
    "U18 file": "file:///etc/passwd",
    "U18 ftp": "ftp://public.example/",
    "U18 gopher": "gopher://public.example/",
    "U18 dict": "dict://public.example:11211/",
    "U18 ldap": "ldap://public.example/",
    "U18 jar": "jar:http://public.example!/",
    "U18 s3": "s3://bucket/key",
    "U18 data": "data:text/html,x",
    "U18 javascript": "javascript:alert(1)",
    "U18 prefix": "source:http://127.0.0.1/",
    "U19 ssh": "http://public.example:22/",
    "U19 mail": "http://public.example:25/",
    "U19 redis": "http://127.0.0.1:6379/",
    "U19 postgres": "http://127.0.0.1:5432/",
    "U19 no such": "http://public.example:99999/",
    "U19 negative": "http://public.example:-1/",
    "U20 long": "http://public.example/" + "a" * 10_000,
}


@pytest.mark.parametrize("url", SPELLINGS.values(), ids=SPELLINGS)
def test_an_address_that_leads_inside_is_refused_however_it_is_written(url: str) -> None:
    assert isinstance(refused(url), AddressRefused | BadUrl)


def test_u02_a_cloud_s_own_name_is_judged_by_its_address() -> None:
    names = Names({"metadata.google.internal": [["169.254.169.254"]]})
    gate = a_gate_that_knows(names)
    error = refused("http://metadata.google.internal/computeMetadata/v1/", gate)
    assert isinstance(error, AddressRefused)
    assert "where clouds keep their secrets" in error.reason


@pytest.mark.parametrize(
    ("url", "host"),
    [
        ("http://a.example?@b.example/", "a.example"),
        ("http://a.example#@b.example/", "a.example"),
        ("http://a.example/@b.example", "a.example"),
    ],
)
def test_u11_both_readers_of_an_address_see_one_host(url: str, host: str) -> None:
    assert parse_url(url).host == host


def test_u14_a_name_with_one_private_address_is_refused_altogether() -> None:
    names = Names({"half.example": [["1.1.1.1", "10.0.0.1"]]})
    error = refused("http://half.example/", a_gate_that_knows(names))
    assert isinstance(error, AddressRefused)
    assert (error.host, error.address) == ("half.example", "10.0.0.1")


def test_u14_what_was_checked_is_what_is_connected_to(misbehaving: MisbehavingServer) -> None:
    # A second look-up would be told of a private address; there is none.
    names = Names({"rebind.example": [["127.0.0.1"], ["10.0.0.1"]]})
    page = through_gate(
        lambda gate: gate.get(f"http://rebind.example:{misbehaving.port}/feed.xml"),
        a_gate_that_knows(names),
    )
    assert page.status == 200
    assert names.asked == ["rebind.example"]


def test_u14_a_name_that_turns_private_is_refused_when_it_is_looked_up_again() -> None:
    names = Names({"rebind.example": [["127.0.0.1"], ["10.0.0.1"]]})

    async def look_twice(gate: Gate) -> None:
        port = listener.getsockname()[1]
        (await gate.dial("rebind.example", port, tls=False)).close()
        with pytest.raises(AddressRefused):
            await gate.dial("rebind.example", port, tls=False)

    with socket.create_server(("127.0.0.1", 0)) as listener:
        through_gate(look_twice, a_gate_that_knows(names))


REDIRECTS = {
    "U15 private": ("http://10.0.0.1/", AddressRefused),
    "U15 cloud": ("http://169.254.169.254/latest/", AddressRefused),
    "U15 file": ("file:///etc/passwd", BadUrl),
    "U15 ftp": ("ftp://127.0.0.1/", BadUrl),
    "U15 gopher": ("gopher://127.0.0.1/", BadUrl),
    "U15 data": ("data:text/html,x", BadUrl),
    "U22 out of the allowed network": ("http://192.168.0.1/", AddressRefused),
}


@pytest.mark.parametrize(("to", "kind"), REDIRECTS.values(), ids=REDIRECTS)
@pytest.mark.parametrize("code", [301, 302, 303, 307, 308])
def test_a_redirect_is_checked_as_an_address_is(
    misbehaving: MisbehavingServer, to: str, kind: type[SourceError], code: int
) -> None:
    error = refused(misbehaving.url(f"/redirect?code={code}&to={to}"), a_gate())
    assert isinstance(error, kind)


def test_u15_credentials_are_not_posted_on_by_a_307(misbehaving: MisbehavingServer) -> None:
    def site(asked: Asked) -> Reply:
        to = {"Location": misbehaving.url("/echo")}
        return Reply(status="307 There", headers=to)

    with MisbehavingServer(site) as server:
        error = failure(
            lambda gate: gate.client_credentials(
                server.url("/token"), client_id="id", client_secret="secret"
            )
        )
    assert isinstance(error, BadUrl)
    assert misbehaving.requests == []


def test_u16_a_token_goes_to_its_own_origin_and_no_further() -> None:
    secret = {"Authorization": "Bearer x", "Cookie": "y", "webhook-signature": "v1,z"}
    with MisbehavingServer() as ours, MisbehavingServer() as theirs:
        # there and back again: what was dropped does not come back
        back = ours.url("/echo")
        url = ours.url(f"/redirect?to={theirs.url(f'/redirect?to={back}')}")
        page = through_gate(lambda gate: gate.get(url, headers=secret))
        assert {name.lower() for name in secret}.isdisjoint(json.loads(page.body))
        for asked in theirs.requests:
            assert {name.lower() for name in secret}.isdisjoint(asked.headers)


@pytest.mark.parametrize("domain", ["com", "co.uk", "127.0.0.1", ".example"])
def test_u17_a_cookie_is_kept_for_nobody(domain: str) -> None:
    def site(asked: Asked) -> Reply | None:
        cookie = {"Set-Cookie": f"a=b; Domain={domain}; Path=/"}
        return Reply(body=rss(1), headers=cookie) if asked.path == "/f" else None

    async def twice(gate: Gate) -> Page:
        await gate.get(server.url("/f"))
        return await gate.get(server.url("/echo"))

    with MisbehavingServer(site) as server:
        assert "cookie" not in json.loads(through_gate(twice).body)


@pytest.mark.parametrize(
    ("url", "arrives"),
    [
        pytest.param(
            "/echo?" + "&".join(f"k{n}=1" for n in range(300)), None, id="U20 parameters"
        ),
        pytest.param("/a/../echo", "/echo", id="U20 dots"),
        pytest.param("/%2e%2e/echo", None, id="U20 packed dots"),
        pytest.param("/echo%00", None, id="U20 packed nul"),
    ],
)
def test_odd_paths_stay_on_their_host(
    misbehaving: MisbehavingServer, url: str, arrives: str | None
) -> None:
    through_gate(lambda gate: gate.get(misbehaving.url(url), accept={200, 404}))
    (asked,) = [asked for asked in misbehaving.requests if "robots" not in asked.path]
    assert asked.headers["host"] == f"127.0.0.1:{misbehaving.port}"
    assert arrives is None or asked.path == arrives


def test_u20_scheme_and_host_are_written_in_one_way() -> None:
    assert parse_url("HtTp://A.Example./x").url == "http://a.example/x"
    with pytest.raises(BadUrl):
        parse_url("http://a.example/?" + "&".join(f"k{n}=v" for n in range(100_000)))


# U21: nothing goes around the gate.

OURS = sorted(
    path
    for package in (crawlers, service)
    for path in Path(str(package.__file__)).parent.rglob("*.py")
)
#: Who may open connections, and with what. Those of the service listen, or ask for their name.
OPENERS = {
    "cli/demo.py": {"socket"},
    "demo/communities.py": {"socket", "aiohttp"},  # aiohttp.web: it serves
    "listening/leases.py": {"socket"},
    "service/serve.py": {"socket"},
    "serving/server.py": {"socket"},
    "mail/smtp.py": {"ssl"},  # to the operator's own mail server
    "crawlers/dial.py": {"socket", "ssl", "aiohttp", "loop.sock_connect"},
    "crawlers/wire.py": {"aiohttp"},
    "crawlers/stream.py": {"aiohttp"},
}
LIBRARIES = {
    *("aiohttp", "ftplib", "http.client", "httpx", "httpx2", "nntplib", "poplib", "requests"),
    *("smtplib", "socket", "ssl", "telnetlib", "urllib.request", "urllib3", "websockets"),
}
CALLS = (
    *("create_connection", "open_connection", "create_datagram_endpoint", "open_unix_connection"),
    *("urlopen", "IMAP4", "IMAP4_SSL", "NNTP", "NNTP_SSL", "sock_connect"),
)


def imported(tree: ast.Module) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (name.name for name in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield node.module
            yield from (f"{node.module}.{name.name}" for name in node.names)


def short(path: Path) -> str:
    return f"{path.parent.name}/{path.name}"


@pytest.mark.parametrize("path", OURS, ids=["U21 " + "/".join(p.parts[-3:]) for p in OURS])
def test_no_second_way_to_the_network(path: Path) -> None:
    tree = ast.parse(path.read_text())
    names = set(imported(tree))
    used = {
        library for library in LIBRARIES for name in names if f"{name}.".startswith(f"{library}.")
    }
    opened = {
        ast.unparse(node.func)
        for node in ast.walk(tree)
        if isinstance(node, ast.Call) and ast.unparse(node.func).rpartition(".")[2] in CALLS
    }
    assert used | opened <= OPENERS.get(short(path), set())


def test_u21_discovery_goes_through_the_gate() -> None:
    async def find(gate: Gate) -> None:
        for url in ("http://127.0.0.1/", "http://10.0.0.1:8080/", "file:///etc/passwd"):
            with pytest.raises((AddressRefused, BadUrl)):
                await recognise(url, gate, now=NOW)

    through_gate(find, a_gate(allowed=NO_PRIVATE_NETWORKS))


def test_u21_mail_and_news_are_dialled_under_the_same_rules() -> None:
    names = Names({"mail.example": [["1.1.1.1", "10.0.0.5"]]})

    async def dial(gate: Gate) -> None:
        for host, port in (
            *(("127.0.0.1", 993), ("169.254.169.254", 119), ("mail.example", 993)),
            *(("2130706433", 143), ("1.1.1.1", 25), ("1.1.1.1", 6379), ("1.1.1.1", 9000)),
        ):
            with pytest.raises((AddressRefused, BadUrl)):
                await gate.dial(host, port, tls=True)

    through_gate(dial, a_gate_that_knows(names, allowed=NO_PRIVATE_NETWORKS))


def test_u22_an_allowed_network_opens_no_other() -> None:
    allowed = AllowedNetworks.parse(["127.0.0.0/8"])
    names = Names({"inside.example": [["127.0.0.1"]], "beside.example": [["10.1.1.1"]]})

    async def look(gate: Gate) -> None:
        assert (await gate.get(f"http://inside.example:{server.port}/feed.xml")).status == 200
        to = f"http://beside.example:{server.port}/"
        with pytest.raises(AddressRefused):
            await gate.get(f"http://inside.example:{server.port}/redirect?to={to}")

    with MisbehavingServer() as server:
        through_gate(look, a_gate_that_knows(names, allowed=allowed))


AWAY = ("//evil", "////evil", "//@evil", "https:evil", "\\evil", "/\\evil", "javascript:alert(1)")


@pytest.mark.parametrize("path", AWAY, ids=[f"U23 {path}" for path in AWAY])
def test_after_the_log_in_nobody_is_sent_away(path: str) -> None:
    assert inward(path, "/inbox") == "/inbox"


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "harken.example"])
def test_u24_we_do_not_listen_to_ourselves(misbehaving: MisbehavingServer, host: str) -> None:
    port = misbehaving.port
    names = Names({"localhost": [["127.0.0.1"]], "harken.example": [["127.0.0.1"]]})
    ours = [f"http://{name}:{port}/" for name in ("127.0.0.1", "localhost", "harken.example")]
    gate = a_gate_that_knows(names, ourselves=ours)
    error = refused(f"http://{host}:{port}/inbox", gate)
    assert isinstance(error, PlatformRefused)
    assert "listen to itself" in error.reason
    assert misbehaving.requests == []


def test_u24_nor_by_a_redirect() -> None:
    with MisbehavingServer() as ours, MisbehavingServer() as theirs:
        gate = a_gate_that_knows(Names({}), ourselves=[ours.url("/")])
        error = refused(theirs.url(f"/redirect?to={ours.url('/feed.xml')}"), gate)
        assert isinstance(error, PlatformRefused)
        assert ours.requests == []


# U25: robots.txt.

NO = b"User-agent: *\nDisallow: /feed.xml"


@pytest.mark.parametrize(
    "robots",
    [
        pytest.param(NO + b"\n" + b"# more\n" * 90_000, id="U25 600 KiB"),
        pytest.param(NO.decode().encode("utf-16"), id="U25 UTF-16"),
        pytest.param(NO.decode().encode("utf-16-le"), id="U25 UTF-16 without a mark"),
        pytest.param(b"User-Agent: HaRkEn/9.9\nDisallow: /", id="U25 mixed case"),
        pytest.param(b"User-agent: other\nUser-agent: harken\nDisallow: /", id="U25 two names"),
        pytest.param(
            b"user-agent: harken\nDisallow: /a\n\n" + NO.replace(b"*", b"harken"),
            id="U25 two groups",
        ),
    ],
)
def test_a_no_in_robots_txt_is_heard(robots: bytes) -> None:
    with MisbehavingServer(robots=robots) as server:
        error = failure(lambda gate: gate.get(server.url("/feed.xml")))
        assert isinstance(error, RobotsDisallowed)
        assert server.asked_for("/feed.xml") == []


@pytest.mark.parametrize(
    "robots",
    [
        pytest.param(b"User-agent: harkenbot\nDisallow: /", id="U25 a longer name"),
        pytest.param(b"User-agent: hark\nDisallow: /", id="U25 a shorter name"),
        pytest.param(NO + b"\nAllow: /feed.xml", id="U25 allow wins a tie"),
        pytest.param(NO + b"\nUser-agent: harken\nDisallow:", id="U25 ours goes first"),
        pytest.param(b"# x\n" * 150_000 + NO, id="U25 behind 500 KiB"),
    ],
)
def test_a_no_for_somebody_else_is_not_ours(robots: bytes) -> None:
    with MisbehavingServer(robots=robots) as server:
        assert through_gate(lambda gate: gate.get(server.url("/feed.xml"))).status == 200


@pytest.mark.parametrize(("hops", "asked"), [(5, 6), (10, 6)], ids=["U25 five", "U25 ten"])
def test_redirects_of_robots_txt_are_followed_five_times(hops: int, asked: int) -> None:
    def site(request: Asked) -> Reply | None:
        path = request.path
        if path == "/robots.txt" or path.startswith("/robots/"):
            left = hops if path == "/robots.txt" else int(path.rpartition("/")[2])
            if left == 0:
                return Reply(body=NO, kind="text/plain")
            return Reply(status="301 Moved", headers={"Location": f"/robots/{left - 1}"})
        return None

    async def ask(gate: Gate) -> bool:
        return (await gate.may_fetch(server.url("/feed.xml"))).allowed

    with MisbehavingServer(site) as server:
        # more than five: it counts as missing (RFC 9309, 2.3.1.2)
        assert through_gate(ask) is (hops > 5)
        assert len(server.requests) == asked


def test_u25_503_for_days_is_asked_for_less_and_less_and_never_ignored() -> None:
    async def ask(gate: Gate) -> None:
        with pytest.raises(RobotsDisallowed, match="counts as a no"):
            await gate.get(server.url("/feed.xml"))
        with pytest.raises((HostResting, RobotsDisallowed)):
            await gate.get(server.url("/feed.xml"))

    with MisbehavingServer(robots_status="503 Busy") as server:
        through_gate(ask)
        assert [asked.path for asked in server.requests] == ["/robots.txt"]


def test_u25_a_robots_txt_of_names_and_rules_costs_little() -> None:
    names = "".join(f"User-agent: n{n}\n" for n in range(8_000))
    rules = "".join(f"Disallow: /{n}\n" for n in range(25_000))
    with MisbehavingServer(robots=(names + rules).encode()) as server:

        async def ask(gate: Gate) -> float:
            began = asyncio.get_running_loop().time()
            await gate.may_fetch(server.url("/x"))
            return asyncio.get_running_loop().time() - began

        assert through_gate(ask) < 2  # it took minutes, in the loop that everything else runs in


def test_every_row_of_addresses_has_a_test() -> None:
    assert rows_of(globals(), "U") == {f"U{number:02}" for number in range(1, 26)}

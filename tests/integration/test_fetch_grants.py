import ast
import base64
from pathlib import Path
from urllib.parse import parse_qs

import pytest

import crawlers
import service
from crawlers.addresses import NO_PRIVATE_NETWORKS, AllowedNetworks
from crawlers.errors import (
    AddressRefused,
    BadUrl,
    CredentialsRefused,
    HostResting,
    RateLimited,
    TooLarge,
    Unparseable,
)
from crawlers.fetch import Gate, Limits
from tests.attacks import Names, a_gate_that_knows
from tests.crawling import a_gate, failure, through_gate
from tests.misbehaving import Asked, MisbehavingServer, Reply


def token_from(server: MisbehavingServer, gate: Gate | None = None, scope: str = "") -> str:
    return through_gate(
        lambda opened: opened.client_credentials(
            server.url("/token"), client_id="an id", client_secret="s:cret", scope=scope
        ),
        gate,
    )


def answering(body: bytes, *, status: str = "200 OK", **headers: str) -> MisbehavingServer:
    def site(asked: Asked) -> Reply:
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        return Reply(body=body, kind="application/json", status=status, headers=named)

    return MisbehavingServer(site)


def test_a_token_is_asked_for_with_the_client_s_name_and_nothing_else() -> None:
    with answering(b'{"access_token": "abc.DEF-1", "expires_in": 3600}') as server:
        assert token_from(server) == "abc.DEF-1"
        (asked,) = server.requests  # robots.txt is for crawling; this is the operator's log-in
    assert (asked.method, asked.path) == ("POST", "/token")
    basic = asked.headers["authorization"].removeprefix("Basic ")
    assert base64.b64decode(basic) == b"an+id:s%3Acret"  # RFC 6749, 2.3.1
    assert asked.headers["content-type"] == "application/x-www-form-urlencoded"
    assert asked.headers["user-agent"].startswith("harken/")
    assert asked.body == b"grant_type=client_credentials"


def test_a_scope_is_said_when_there_is_one() -> None:
    with answering(b'{"access_token": "abc"}') as server:
        token_from(server, scope="read history")
        (asked,) = server.requests
    said = {"grant_type": ["client_credentials"], "scope": ["read history"]}
    assert parse_qs(asked.body.decode()) == said


@pytest.mark.parametrize("status", ["400 Bad", "401 No", "403 No"])
def test_a_client_that_is_not_known_is_said_so(status: str) -> None:
    unknown = answering(b'{"error": "invalid_client"}', status=status)
    with unknown as server, pytest.raises(CredentialsRefused, match="id and secret"):
        token_from(server)


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"[]",
        b"{}",
        b'{"access_token": ""}',
        b'{"access_token": 1}',
        b"<html>",
        b'{"access_token": "a\\r\\nX: y"}',
        b'{"access_token": "' + b"x" * 9_000 + b'"}',
    ],
)
def test_an_answer_without_a_token_is_named(body: bytes) -> None:
    with answering(body) as server, pytest.raises(Unparseable, match="no token"):
        token_from(server)


@pytest.mark.parametrize("code", [301, 302, 303, 307, 308])
def test_credentials_are_not_carried_along_by_a_redirect(code: int) -> None:
    with MisbehavingServer() as other:
        away = answering(b"", status=f"{code} There", Location=other.url("/token"))
        with away as server, pytest.raises(BadUrl, match="not carried along"):
            token_from(server)
        assert other.requests == []


def test_a_log_in_is_paced_and_rests_as_a_page_is() -> None:
    async def ask(gate: Gate) -> None:
        for kind in (RateLimited, HostResting):
            with pytest.raises(kind):
                await gate.client_credentials(
                    server.url("/token"), client_id="a", client_secret="b"
                )

    with answering(b"", status="429 Slow", Retry_After="90") as server:
        through_gate(ask)
        assert len(server.requests) == 1


def test_an_endless_answer_to_a_log_in_is_cut_off() -> None:
    with answering(b"x" * 2_000_000) as server, pytest.raises(TooLarge):
        token_from(server, a_gate(limits=Limits(body_bytes=2**20)))


def test_a_password_goes_without_encryption_to_allowed_networks_only() -> None:
    names = Names({"api.example": [["1.1.1.1"]], "inside.example": [["127.0.0.1"]]})
    with answering(b'{"access_token": "abc"}') as server:
        for host, allowed in (
            (f"127.0.0.1:{server.port}", NO_PRIVATE_NETWORKS),
            ("api.example", AllowedNetworks.parse(["127.0.0.0/8"])),
            ("1.1.1.1", AllowedNetworks.parse(["127.0.0.0/8"])),
        ):
            url = f"http://{host}/token"
            error = failure(
                lambda gate, url=url: gate.client_credentials(  # type: ignore[misc]  # a loop's value is bound by a default
                    url, client_id="a", client_secret="b"
                ),
                a_gate_that_knows(names, allowed=allowed),
            )
            assert isinstance(error, AddressRefused)
        assert server.requests == []
        url = f"http://inside.example:{server.port}/token"
        token = through_gate(
            lambda gate: gate.client_credentials(url, client_id="a", client_secret="b"),
            a_gate_that_knows(names),
        )
        assert token == "abc"


# Harken only reads.

#: How aiohttp's session sends; a cache and a queue have a ``put`` of their own.
SENDING = {"post", "patch", "delete", "request", "ws_connect"}
#: How its WebSockets say something.
SAYING = {"send_str", "send_bytes", "send_json", "send_frame"}


def test_nothing_but_log_ins_and_deliveries_is_ever_posted() -> None:
    sending: dict[str, set[str]] = {}
    methods: set[str] = set()
    grants: set[str] = set()
    deliveries: set[str] = set()
    said: set[str] = set()
    for path in Path(str(crawlers.__file__)).parent.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Constant) and node.value in ("POST", "PUT", "PATCH", "DELETE"):
                methods.add(f"{path.name}: {node.value}")
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
                if node.func.attr in SAYING:
                    said.add(path.name)
                if node.func.attr in SENDING:
                    sending.setdefault(path.name, set()).add(ast.unparse(node.func))
                if node.func.attr == "grant":
                    grants.add(path.name)
                if node.func.attr == "deliver":
                    deliveries.add(path.name)
    assert methods == {"wire.py: POST"}
    assert sending == {
        "wire.py": {"self._session.request"},
        "stream.py": {"session.ws_connect"},  # to listen: what would send there is in SAYING
    }
    assert not said
    assert grants == {"fetch.py"}
    assert deliveries == {"fetch.py"}


def test_the_gate_has_no_word_for_writing() -> None:
    words = {name for name in vars(Gate) if not name.startswith("_")}
    assert words == {
        "get",
        "stream",
        "may_fetch",
        "rest",
        "dial",
        "client_credentials",
        "deliver",
    }


def test_only_one_module_of_the_service_delivers_and_only_one_gate_may() -> None:
    found: dict[str, set[str]] = {"deliver": set(), "endpoints": set()}
    for path in Path(str(service.__file__)).parent.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text())):
            if not isinstance(node, ast.Call):
                continue
            if isinstance(node.func, ast.Attribute) and node.func.attr == "deliver":
                found["deliver"].add(f"{path.name}: {ast.unparse(node.func)}")
            if ast.unparse(node.func) == "Gate" and any(
                k.arg == "endpoints" for k in node.keywords
            ):
                found["endpoints"].add(path.name)
    assert found == {"deliver": {"sending.py: self.gate.deliver"}, "endpoints": {"house.py"}}


def test_a_gate_delivers_to_the_endpoints_that_it_was_given_and_nowhere_else() -> None:
    with MisbehavingServer() as server:
        for gate in (a_gate(), a_gate(endpoints=[server.url("/hook")])):
            url = server.url("/another")
            error = failure(
                lambda opened, url=url: opened.deliver(url, body=b"{}", headers={}),  # type: ignore[misc]  # a loop's value is bound by a default
                gate,
            )
            assert isinstance(error, BadUrl)
        assert server.requests == []

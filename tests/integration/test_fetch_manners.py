import asyncio
import logging

import pytest

from crawlers.errors import Challenged, Forbidden, HostResting, ServerFailed, SourceError
from crawlers.fetch import Gate, Page
from tests.crawling import failure, through_gate
from tests.misbehaving import Asked, MisbehavingServer, Reply


class KeptOpen:
    """A server that answers many requests on a connection, and counts connections."""

    def __init__(self) -> None:
        self.connections = 0
        self.requests: list[bytes] = []

    async def connected(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        try:
            while True:
                self.requests.append(await reader.readuntil(b"\r\n\r\n"))
                writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok")
                await writer.drain()
        except (asyncio.IncompleteReadError, ConnectionError):
            pass
        finally:
            writer.close()


def test_a_host_s_requests_share_a_connection() -> None:
    kept = KeptOpen()

    async def ask(gate: Gate) -> None:
        server = await asyncio.start_server(kept.connected, "127.0.0.1", 0)
        async with server:
            port = server.sockets[0].getsockname()[1]
            for n in range(10):
                await gate.get(f"http://127.0.0.1:{port}/{n}", obey_robots=False)
            await asyncio.gather(
                *(gate.get(f"http://127.0.0.1:{port}/{n}", obey_robots=False) for n in range(10))
            )

    through_gate(ask)
    assert len(kept.requests) == 20
    assert kept.connections == 2  # one in turn, a second when ten came at once
    assert all(b" HTTP/1.1\r\n" in request for request in kept.requests)
    assert not any(b"connection: close" in request.lower() for request in kept.requests)


def errors_in_turn(server: MisbehavingServer, *paths: str) -> list[SourceError]:
    """Return how requests end that follow each other at one gate."""

    async def ask(gate: Gate) -> list[SourceError]:
        found = []
        for path in paths:
            with pytest.raises(SourceError) as caught:
                await gate.get(server.url(path), obey_robots=False)
            found.append(caught.value)
        return found

    return through_gate(ask)


def test_a_challenge_is_said_in_words_and_the_host_is_left_alone() -> None:
    def site(asked: Asked) -> Reply:
        return Reply(status="403 Forbidden", headers={"cf-mitigated": "challenge"})

    with MisbehavingServer(site) as server:
        first, second = errors_in_turn(server, "/a", "/b")
        assert isinstance(first, Challenged)
        assert "proof that a person is asking" in first.reason
        assert isinstance(second, HostResting)
        assert len(server.requests) == 1


def test_a_closed_page_does_not_close_its_host_and_three_in_a_row_do(
    misbehaving: MisbehavingServer,
) -> None:
    closed = "/status?code=403"
    *three, last = errors_in_turn(misbehaving, closed, closed, closed, closed)
    assert [type(error) for error in three] == [Forbidden] * 3
    assert isinstance(last, HostResting)


def test_a_page_between_them_makes_them_forgotten(misbehaving: MisbehavingServer) -> None:
    async def ask(gate: Gate) -> Page:
        for _ in range(3):
            for code in ("403", "403", "500"):
                with pytest.raises((Forbidden, ServerFailed)):
                    await gate.get(misbehaving.url(f"/status?code={code}"))
                await gate.get(misbehaving.url("/feed.xml"))
        return await gate.get(misbehaving.url("/feed.xml"))

    assert through_gate(ask).status == 200


def test_a_host_that_is_busy_is_left_alone_at_once(misbehaving: MisbehavingServer) -> None:
    first, second = errors_in_turn(misbehaving, "/status?code=503", "/feed.xml")
    assert isinstance(first, ServerFailed)
    assert 60 <= (first.retry_after_seconds or 0) <= 90
    assert isinstance(second, HostResting)


def test_what_robots_txt_decided_is_in_the_log_for_debugging(
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level(logging.DEBUG, logger="crawlers.permission")
    with MisbehavingServer(robots=b"User-agent: *\nDisallow: /html") as server:
        through_gate(lambda gate: gate.get(server.url("/feed.xml")))
        failure(lambda gate: gate.get(server.url("/html")))
    decided = [vars(record) for record in caplog.records if record.name == "crawlers.permission"]
    assert [(seen["url"][-9:], seen["allowed"]) for seen in decided] == [
        ("/feed.xml", True),
        (server.url("/html")[-9:], False),
    ]

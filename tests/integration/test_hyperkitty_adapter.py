"""Against an imitation of HyperKitty's API that misbehaves on request."""

import base64
import hashlib
import json
from dataclasses import dataclass, field
from urllib.parse import parse_qs, urlsplit

import pytest
from pydantic import JsonValue

from crawlers.errors import BadUrl, RateLimited, SourceError, Unparseable
from crawlers.fetch import Gate
from crawlers.found import Batch, Cursor, SourceToPoll
from models.words import SourceKind
from tests.crawling import a_source, batches, failure, polled, posts_of, stored
from tests.misbehaving import Asked, MisbehavingServer, Reply

LIST = "users@lists.example"
API = f"/archives/api/list/{LIST}"


def hash_of(number: int) -> str:
    return base64.b32encode(hashlib.sha1(b"%d" % number, usedforsecurity=False).digest()).decode()


@dataclass
class Archive:
    """Mails by number, newest first in the list, as HyperKitty gives them."""

    mails: dict[int, str] = field(default_factory=dict)
    parents: dict[int, int] = field(default_factory=dict)
    gone: set[int] = field(default_factory=set)
    repeats: bool = False
    rubbish: list[JsonValue] = field(default_factory=list)
    fail_at: int = 0
    body: bytes | None = None
    requests: int = 0

    def __call__(self, asked: Asked) -> Reply | None:
        url = urlsplit(asked.path)
        if not url.path.startswith(API):
            return None
        self.requests += 1
        if self.requests == self.fail_at:
            return Reply(status="429 Slow Down", headers={"Retry-After": "60"})
        if self.body is not None:
            return Reply(body=self.body)
        query = {key: values[-1] for key, values in parse_qs(url.query).items()}
        if url.path == f"{API}/emails/":
            return Reply(body=json.dumps(self._page(query)).encode())
        number = next((n for n in self.mails if hash_of(n) in url.path), None)
        if number is None or number in self.gone:
            return Reply(status="404 Not Found")
        return Reply(
            body=json.dumps(self._mail(number) | {"content": self.mails[number]}).encode()
        )

    def _page(self, query: dict[str, str]) -> dict[str, JsonValue]:
        start, size = int(query["offset"]), int(query["limit"])
        newest_first = sorted(self.mails, reverse=True)
        if self.repeats:
            start = 0
        shown: list[JsonValue] = [self._mail(n) for n in newest_first[start : start + size]]
        more = self.repeats or start + size < len(newest_first)
        return {"results": [*shown, *self.rubbish], "next": "yes" if more else None, "count": 1}

    def _mail(self, number: int) -> dict[str, JsonValue]:
        root = self.parents.get(number, number)
        parent = self.parents.get(number)
        return {
            "message_id_hash": hash_of(number),
            "thread": f"https://x.example{API}/thread/{hash_of(root)}/",
            "parent": f"https://x.example{API}/email/{hash_of(parent)}/" if parent else None,
            "sender": {"address": "ann (a) people.example", "mailman_id": "1"},
            "sender_name": "Ann Lee" if number % 2 else None,
            "subject": "[Users] Re: Which CRM?" if parent else "[Users] Which CRM?",
            "date": "2026-06-29T10:00:00+02:00",
        }


def source(server: MisbehavingServer, cursor: Cursor | None = None) -> SourceToPoll:
    url = server.url(f"/archives/list/{LIST}/")
    return a_source(url, kind=SourceKind.HYPERKITTY, cursor=cursor)


def refused(at: SourceToPoll) -> SourceError:
    async def poll(gate: Gate) -> list[Batch]:
        return await batches(gate, at)

    return failure(poll)


def words(count: int) -> dict[int, str]:
    return {number: f"Words {number}.\n> older words" for number in range(1, count + 1)}


def test_an_archive_is_read_oldest_first() -> None:
    with MisbehavingServer(Archive(words(12), parents={2: 1})) as server:
        found = polled(source(server))
        first, second, *_ = posts_of(found)
        assert first.url == server.url(f"/archives/list/{LIST}/message/{hash_of(1)}/")
    assert [post.text for post in posts_of(found)] == [f"Words {n}." for n in range(1, 13)]
    assert (first.title, first.quoted, first.author) == ("Which CRM?", "> older words", "Ann Lee")
    assert (second.title, second.thread_title, second.is_opening) == ("", "Which CRM?", False)
    assert second.thread_key == first.thread_key == hash_of(1)
    assert second.parent_external_id == hash_of(1)


def test_an_address_is_not_an_authors_name() -> None:
    with MisbehavingServer(Archive(words(2))) as server:
        _, second = posts_of(polled(source(server)))
    assert second.author is not None
    assert second.author.startswith("an…")
    assert "people.example" not in repr(second)


def test_the_next_poll_takes_what_came_since() -> None:
    archive = Archive(words(3))
    with MisbehavingServer(archive) as server:
        first = polled(source(server))
        archive.mails |= {4: "Four.", 5: "Five."}
        second = polled(source(server, stored(first[-1])))
        asked = archive.requests
        (third,) = polled(source(server, stored(second[-1])))
    assert [post.text for post in posts_of(second)] == ["Four.", "Five."]
    assert third.not_modified
    assert archive.requests == asked + 1


def test_a_first_poll_takes_no_more_than_its_share() -> None:
    with MisbehavingServer(Archive(words(130))) as server:
        found = polled(source(server))
    assert [post.text for post in posts_of(found)] == [f"Words {n}." for n in range(31, 131)]


def test_a_poll_that_is_cut_off_goes_on_where_it_was() -> None:
    archive = Archive(words(30))
    with MisbehavingServer(archive) as server:
        first = polled(source(server))
        archive.mails |= dict.fromkeys(range(31, 61), "More.")
        second = polled(source(server, stored(first[-1])))[:1]  # killed after a batch
        third = polled(source(server, stored(second[-1])))
    ids = [post.external_id for post in posts_of([*second, *third])]
    assert ids == [hash_of(number) for number in range(31, 61)]


def test_a_mail_that_was_deleted_is_left_out() -> None:
    with MisbehavingServer(Archive(words(3), gone={2})) as server:
        found = polled(source(server))
    assert [post.text for post in posts_of(found)] == ["Words 1.", "Words 3."]


def test_a_known_mail_that_was_deleted_does_not_lose_the_place() -> None:
    archive = Archive(words(5))
    with MisbehavingServer(archive) as server:
        first = polled(source(server))
        del archive.mails[5]
        archive.mails[6] = "Six."
        second = polled(source(server, stored(first[-1])))
    assert [post.text for post in posts_of(second)] == ["Six."]


def test_a_page_that_is_repeated_for_ever_is_read_once() -> None:
    archive = Archive(words(60), repeats=True)
    with MisbehavingServer(archive) as server:
        found = polled(source(server))
    assert len(posts_of(found)) == 50


def test_mails_of_an_unknown_shape_are_left_out_and_counted() -> None:
    with MisbehavingServer(Archive(words(1), rubbish=[{"id": 7}, {}])) as server:
        (batch,) = polled(source(server))
    assert len(batch.posts) == 1
    assert "2 of 3 results" in str(batch.problem)


@pytest.mark.parametrize("body", [b"<html>", b'{"results": 7}', b"[" * 50_000])
def test_another_shape_is_an_error(body: bytes) -> None:
    with MisbehavingServer(Archive(body=body)) as server:
        assert isinstance(refused(source(server)), Unparseable)


def test_a_host_that_wants_rest_is_left_alone() -> None:
    with MisbehavingServer(Archive(words(20), fail_at=4)) as server:
        assert isinstance(refused(source(server)), RateLimited)


def test_an_address_without_a_list_is_refused() -> None:
    at = a_source("https://lists.example/archives/", kind=SourceKind.HYPERKITTY)
    assert isinstance(refused(at), BadUrl)

"""Against an imitation of Algolia's search that misbehaves on request."""

import json
import re
from dataclasses import dataclass, field
from urllib.parse import parse_qs, urlsplit

import pytest
from pydantic import JsonValue

from crawlers.errors import RateLimited, Unparseable
from crawlers.fetch import Gate
from crawlers.found import Batch, Cursor, SourceToPoll
from crawlers.registry import adapter_for
from models.words import SourceKind
from tests.crawling import NOW, a_source, polled, posts_of, stored, through_gate
from tests.misbehaving import Asked, MisbehavingServer, Reply

PRESENT = int(NOW.timestamp())
HOUR = 3_600


@dataclass
class Algolia:
    """Stories by time of creation, searched as Algolia does: newest first, at most 1,000."""

    created: list[int] = field(default_factory=list)
    repeats_last_page: bool = False
    rubbish: list[JsonValue] = field(default_factory=list)
    fail_at_request: int = 0
    requests: int = 0

    def __call__(self, asked: Asked) -> Reply | None:
        url = urlsplit(asked.path)
        if url.path != "/api/v1/search_by_date":
            return None
        self.requests += 1
        if self.requests == self.fail_at_request:
            return Reply(body=b"<html>slow down</html>", status="429 Slow Down")
        query = {key: values[-1] for key, values in parse_qs(url.query).items()}
        return Reply(body=json.dumps(self._answer(query)).encode(), kind="application/json")

    def _answer(self, query: dict[str, str]) -> dict[str, JsonValue]:
        found = [(n, at) for n, at in enumerate(self.created, 1) if self._within(at, query)]
        found.sort(key=lambda pair: -pair[1])
        size, page = int(query["hitsPerPage"]), int(query["page"])
        reachable = found[:1_000]
        pages = -(-len(reachable) // size)
        if self.repeats_last_page:
            page, pages = min(page, pages - 1), 1_000
        hits: list[JsonValue] = [
            {
                "objectID": str(number),
                "created_at_i": at,
                "author": "ann",
                "title": f"Story {number}",
                "story_text": "<p>Words",
                "_tags": ["story"],
            }
            for number, at in reachable[page * size : (page + 1) * size]
        ]
        return {"hits": [*hits, *self.rubbish], "nbHits": len(found), "nbPages": pages}

    @staticmethod
    def _within(at: int, query: dict[str, str]) -> bool:
        filters = query.get("numericFilters", "")
        after = re.search(r"created_at_i>(\d+)", filters)
        until = re.search(r"created_at_i<=(\d+)", filters)
        return (not after or at > int(after[1])) and (not until or at <= int(until[1]))


def source(server: MisbehavingServer, cursor: Cursor | None = None) -> SourceToPoll:
    return a_source(server.url("/api/v1"), kind=SourceKind.HACKER_NEWS, cursor=cursor)


def ids(found: list[Batch]) -> list[str]:
    return [post.external_id for post in posts_of(found)]


def test_the_first_poll_takes_what_is_there_oldest_first() -> None:
    algolia = Algolia([PRESENT - hours * HOUR for hours in range(250, 0, -1)])
    with MisbehavingServer(algolia) as server:
        (batch,) = found = polled(source(server))
        assert batch.posts[0].url == server.url("/item?id=1")
    assert ids(found) == [str(number) for number in range(1, 251)]
    assert batch.cursor["created_at_i"] == PRESENT - HOUR
    assert batch.fetched == 3


def test_the_next_poll_takes_what_came_since_late_items_among_it() -> None:
    algolia = Algolia([PRESENT - 10 * HOUR, PRESENT - 2 * HOUR])
    with MisbehavingServer(algolia) as server:
        (first,) = polled(source(server))
        # indexed after the poll, dated before its newest item
        algolia.created += [PRESENT - 2 * HOUR - 600, PRESENT - 60]
        (second,) = polled(source(server, stored(first)))
    assert {"3", "4"} <= set(ids([second]))
    assert "1" not in ids([second])
    assert second.cursor["created_at_i"] == PRESENT - 60


def test_a_poll_without_news_stays_where_it_was() -> None:
    with MisbehavingServer(Algolia()) as server:
        (batch,) = polled(source(server, {"created_at_i": PRESENT - HOUR}))
    assert batch.posts == ()
    assert batch.cursor["created_at_i"] == PRESENT - HOUR


def test_more_than_a_query_can_give_is_cut_into_windows_of_time() -> None:
    algolia = Algolia([PRESENT - 5 * HOUR + second for second in range(0, 3 * HOUR, 9)])
    with MisbehavingServer(algolia) as server:
        found = polled(source(server, {"created_at_i": PRESENT - 5 * HOUR}))
    assert len(found) >= 2
    assert set(ids(found)) == {str(number) for number in range(1, 1_201)}
    reached = [int(str(batch.cursor["created_at_i"])) for batch in found]
    assert reached == sorted(reached)
    assert not any(batch.problem for batch in found)


def test_a_crawl_killed_between_windows_loses_nothing() -> None:
    algolia = Algolia([PRESENT - 5 * HOUR + second for second in range(0, 3 * HOUR, 9)])

    async def one_batch(gate: Gate, polled_source: SourceToPoll) -> Batch | None:
        async for batch in adapter_for(SourceKind.HACKER_NEWS).poll(polled_source, gate, now=NOW):
            return batch
        return None

    async def killed_after_each_batch(gate: Gate) -> set[str]:
        cursor: Cursor = {"created_at_i": PRESENT - 5 * HOUR}
        seen: set[str] = set()
        for _ in range(40):
            batch = await one_batch(gate, source(server, cursor))
            assert batch is not None
            seen.update(post.external_id for post in batch.posts)
            if batch.cursor == cursor:
                break
            cursor = stored(batch)
        return seen

    with MisbehavingServer(algolia) as server:
        assert len(through_gate(killed_after_each_batch)) == 1_200


def test_a_crawl_that_fails_in_a_window_goes_on_at_its_beginning() -> None:
    algolia = Algolia([PRESENT - 5 * HOUR + 7 * n for n in range(150)], fail_at_request=2)
    with MisbehavingServer(algolia) as server:
        with pytest.raises(RateLimited):
            polled(source(server))
        assert len(ids(polled(source(server)))) == 150


def test_a_last_page_that_repeats_for_ever_ends_the_window() -> None:
    algolia = Algolia([PRESENT - n for n in range(150)], repeats_last_page=True)
    with MisbehavingServer(algolia) as server:
        found = polled(source(server))
    assert len(ids(found)) == 150
    assert algolia.requests <= 4


def test_results_of_an_unknown_shape_are_left_out_and_said() -> None:
    algolia = Algolia([PRESENT - HOUR], rubbish=[{"id": 3}, {"objectID": [], "created_at_i": 1}])
    with MisbehavingServer(algolia) as server:
        (batch,) = polled(source(server))
    assert ids([batch]) == ["1"]
    assert batch.problem == "2 of 3 results have an unknown shape and were left out"


def test_the_source_s_own_search_is_used() -> None:
    with MisbehavingServer(Algolia([PRESENT - HOUR])) as server:
        url = server.url("/api/v1/search?query=help+desk&tags=comment&page=7")
        polled(a_source(url, kind=SourceKind.HACKER_NEWS, options={"query": "crm tool"}))
        (asked,) = server.asked_for("/api/v1/search_by_date")
    query = parse_qs(urlsplit(asked.path).query)
    assert (query["query"], query["tags"], query["page"]) == (["crm tool"], ["comment"], ["0"])


def test_a_page_instead_of_an_answer_is_named(misbehaving: MisbehavingServer) -> None:
    def site(asked: Asked) -> Reply:
        return Reply(body=b"<html>Log in</html>")

    with MisbehavingServer(site) as server, pytest.raises(Unparseable):
        polled(a_source(server.url("/api/v1"), kind=SourceKind.HACKER_NEWS, obey_robots=False))


def test_a_time_in_the_future_does_not_move_the_cursor_there() -> None:
    with MisbehavingServer(Algolia([PRESENT - HOUR, PRESENT + 90 * HOUR])) as server:
        (batch,) = polled(source(server))
    assert batch.cursor["created_at_i"] == PRESENT
    assert batch.posts[-1].published is None

"""Against an imitation of GitHub's issue search that misbehaves on request."""

import re
from dataclasses import dataclass, field
from datetime import UTC, datetime

import pytest
from pydantic import JsonValue
from typing_extensions import override

from crawlers.apis.metered import MissingOption, RefusedByApi
from crawlers.errors import BadUrl, Forbidden, Gone, HostResting, RateLimited, Unparseable
from crawlers.found import Cursor, SourceToPoll
from models.words import SourceKind
from tests.crawling import NOW, a_source, polled, posts_of, read_again, stored
from tests.metered_apis import (
    PAGE,
    TOO_OFTEN,
    Imitation,
    Request,
    ids,
    killed_after_each_batch,
    told,
)
from tests.misbehaving import MisbehavingServer, Reply

PRESENT = int(NOW.timestamp())
DAY = 86_400


@dataclass
class GitHub(Imitation):
    """Issues by time of creation, of which a query shows at most 1,000."""

    issues: list[int] = field(default_factory=list)  # times; the first is number 1
    pulls: set[int] = field(default_factory=set)
    extra: list[JsonValue] = field(default_factory=list)
    incomplete: bool = False
    comments: int = 0  # under each issue
    headers: dict[str, str] = field(default_factory=dict)

    @override
    def answer(self, request: Request) -> Reply | None:
        if request.path.startswith("/repos/an/app/issues/"):
            return self.one(request)
        if request.path != "/search/issues":
            return None
        query = request.query
        since = re.search(r"created:>=(\S+)Z", query["q"])
        after = datetime.fromisoformat(since[1] + "+00:00").timestamp() if since else 0
        found = [(at, self.issue(n, at)) for n, at in enumerate(self.issues, 1) if at >= after]
        found.sort(key=lambda pair: pair[0], reverse=query["order"] == "desc")
        size, page = int(query["per_page"]), int(query["page"])
        reachable = found[:1_000]
        return told(
            {
                "total_count": len(found),
                "incomplete_results": self.incomplete,
                "items": [
                    *(item for _, item in reachable[(page - 1) * size : page * size]),
                    *self.extra,
                ],
            },
            headers=self.headers,
        )

    def one(self, request: Request) -> Reply:
        number, _, under = request.path.removeprefix("/repos/an/app/issues/").partition("/")
        if int(number) > len(self.issues):
            return told({"message": "This issue was deleted"}, status="410 Gone")
        if not under:
            issue = self.issue(int(number), self.issues[int(number) - 1])
            assert isinstance(issue, dict)
            return told({**issue, "comments": self.comments})
        size, page = int(request.query["per_page"]), int(request.query["page"])
        shown = range(1, self.comments + 1)[(page - 1) * size : page * size]
        return told([{**comment(n), "x": 1} for n in shown])

    def issue(self, number: int, at: int) -> JsonValue:
        return {
            "id": number,
            "created_at": datetime.fromtimestamp(at, UTC).isoformat().replace("+00:00", "Z"),
            "title": f"Alternative to the old tool, no. {number}",
            "body": "<!-- Search first! -->\r\n> Which one?\r\n\r\nWe look for **another** one.",
            "html_url": f"https://github.com/an/app/issues/{number}",
            "repository_url": "https://api.github.com/repos/an/app",
            "user": {"login": "ann", "html_url": "https://github.com/ann"},
            "labels": [{"name": "question"}],
            **({"pull_request": {"url": "x"}} if number in self.pulls else {}),
        }


def comment(number: int) -> dict[str, JsonValue]:
    return {
        "id": number,
        "created_at": "2026-06-29T10:00:00Z",
        "body": "> Which one?\n\nPaper.",
        "html_url": f"https://github.com/an/app/issues/1#issuecomment-{number}",
        "user": {"login": "bob", "html_url": "https://github.com/bob"},
    }


def source(
    server: MisbehavingServer,
    cursor: Cursor | None = None,
    *,
    secrets: dict[str, str] | None = None,
) -> SourceToPoll:
    return a_source(
        server.url("/"),
        kind=SourceKind.GITHUB,
        cursor=cursor,
        options={"query": '"alternative to"'},
        secrets=secrets,
    )


def reached(at: int) -> Cursor:
    return {"issues": {"created": at, "complete": True}}


def test_the_first_poll_takes_the_newest_issues_oldest_first() -> None:
    api = GitHub(issues=[PRESENT - DAY + n for n in range(130)], pulls={130})
    with MisbehavingServer(api) as server:
        (batch,) = found = polled(source(server, secrets={"token": "t0p"}))
    assert ids(found) == [str(number) for number in range(31, 130)]
    assert batch.cursor["issues"] == {"created": api.issues[-1], "complete": True}
    (asked,) = api.requests
    assert asked.query["q"] == '"alternative to" is:issue'
    assert asked.headers["authorization"] == "Bearer t0p"


def test_an_issue_keeps_its_author_its_project_and_its_quotes() -> None:
    with MisbehavingServer(GitHub(issues=[PRESENT - DAY])) as server:
        (post,) = posts_of(polled(source(server)))
    assert (post.text, post.quoted) == ("We look for **another** one.", "> Which one?")
    assert (post.author, post.author_url) == ("ann", "https://github.com/ann")
    assert post.url == "https://github.com/an/app/issues/1"
    assert post.tags == ("an/app", "question")
    assert post.published == datetime.fromtimestamp(PRESENT - DAY, UTC)


def test_more_than_a_query_shows_is_read_on_from_where_it_ended() -> None:
    api = GitHub(issues=[PRESENT - DAY + 9 * n for n in range(1_300)])
    with MisbehavingServer(api) as server:
        found = polled(source(server, reached(PRESENT - DAY)))
    assert ids(found) == [str(number) for number in range(1, 1_301)]
    assert not any(batch.problem for batch in found)


def test_a_crawl_killed_after_each_page_loses_nothing() -> None:
    api = GitHub(issues=[PRESENT - DAY + 9 * n for n in range(450)])
    with MisbehavingServer(api) as server:
        seen, _ = killed_after_each_batch(source(server, reached(PRESENT - DAY)))
    assert set(seen) == {str(number) for number in range(1, 451)}


def test_the_next_poll_looks_back_for_what_the_index_took_late() -> None:
    api = GitHub(issues=[PRESENT - DAY, PRESENT - 7_200])
    with MisbehavingServer(api) as server:
        (first,) = polled(source(server))
        api.issues += [PRESENT - 7_800, PRESENT - 60]
        (second,) = polled(source(server, stored(first)))
    assert ids([second]) == ["3", "2", "4"]


def test_a_search_that_was_broken_off_is_asked_again_once() -> None:
    api = GitHub(issues=[PRESENT - 60], incomplete=True)
    with MisbehavingServer(api) as server:
        (first,) = polled(source(server, reached(PRESENT - DAY)))
        (second,) = polled(source(server, stored(first)))
    assert first.cursor["issues"] == {
        "created": PRESENT - DAY,
        "complete": True,
        "incomplete": True,
    }
    assert second.cursor["issues"] == {"created": PRESENT - 60, "complete": True}
    assert first.problem == second.problem
    assert first.problem is not None
    assert "broken off" in first.problem


def test_when_no_search_is_left_the_host_rests_until_the_limit_is_renewed() -> None:
    headers = {"X-RateLimit-Remaining": "0", "X-RateLimit-Reset": str(PRESENT + 40)}
    api = GitHub(issues=[PRESENT - DAY + n for n in range(150)], headers=headers)
    with MisbehavingServer(api) as server, pytest.raises(HostResting) as resting:
        polled(source(server, reached(PRESENT - DAY)))
    assert resting.value.retry_after_seconds in range(35, 41)
    assert len(api.requests) == 1


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({"Retry-After": "90"}, 90),
        ({"X-RateLimit-Remaining": "0", "X-RateLimit-Reset": str(PRESENT + 600)}, 600),
        ({}, 60),
    ],
)
def test_a_secondary_limit_rests_for_as_long_as_it_says(
    headers: dict[str, str], seconds: int
) -> None:
    refusal = told(
        {"message": "You have exceeded a secondary rate limit."},
        status="403 Forbidden",
        headers=headers,
    )
    with (
        MisbehavingServer(GitHub(instead={1: refusal})) as server,
        pytest.raises(RateLimited) as limited,
    ):
        polled(source(server))
    assert limited.value.retry_after_seconds == seconds


def test_a_refusal_is_told_in_the_api_s_words() -> None:
    refusal = told(
        {"message": "Validation Failed", "errors": [{"message": "The search is too long."}]},
        status="422 Unprocessable Entity",
    )
    with (
        MisbehavingServer(GitHub(instead={1: refusal})) as server,
        pytest.raises(RefusedByApi, match="Validation Failed: The search is too long"),
    ):
        polled(source(server))


@pytest.mark.parametrize(
    ("reply", "error"),
    [
        (TOO_OFTEN, RateLimited),
        (PAGE, Unparseable),
        (Reply(body=b"<html>no</html>", status="403 Forbidden"), Forbidden),
    ],
)
def test_429_and_pages_for_people_are_named(reply: Reply, error: type[Exception]) -> None:
    with MisbehavingServer(GitHub(instead={1: reply})) as server, pytest.raises(error):
        polled(source(server))


def test_an_empty_page_leaves_the_cursor_where_it_was() -> None:
    with MisbehavingServer(GitHub()) as server:
        (batch,) = polled(source(server, reached(PRESENT - DAY)))
    assert batch.posts == ()
    assert batch.cursor == reached(PRESENT - DAY)


def test_results_of_an_unknown_shape_are_left_out_and_said() -> None:
    api = GitHub(issues=[PRESENT - DAY], extra=[{"id": 9}, {"id": 10, "created_at": "soon"}])
    with MisbehavingServer(api) as server:
        (batch,) = polled(source(server))
    assert ids([batch]) == ["1"]
    assert batch.problem == "2 of 3 results have an unknown shape and were left out"


def test_a_source_without_a_query_says_what_is_missing() -> None:
    with MisbehavingServer(GitHub()) as server, pytest.raises(MissingOption, match="query"):
        polled(a_source(server.url("/"), kind=SourceKind.GITHUB))


# Conversations.


def test_an_issue_that_is_read_again_is_the_post_that_it_was_and_has_its_comments() -> None:
    api = GitHub(issues=[PRESENT - DAY], comments=2)
    with MisbehavingServer(api) as server:
        (found,) = posts_of(polled(source(server)))
        api.requests.clear()
        (batch,) = read_again(source(server), "1", url=found.thread_url)
    issue, first, second = batch.posts
    assert issue == found
    assert (first.external_id, first.text, first.quoted) == ("comment-1", "Paper.", "> Which one?")
    assert (second.thread_key, second.parent_external_id) == ("1", "1")
    assert (first.author, first.is_opening) == ("bob", False)
    assert batch.whole
    assert batch.fetched == len(api.requests) == 2


def test_an_issue_without_comments_costs_one_request() -> None:
    api = GitHub(issues=[PRESENT - DAY])
    with MisbehavingServer(api) as server:
        (batch,) = read_again(source(server), "1", url="https://github.com/an/app/issues/1")
    assert len(api.requests) == 1
    assert batch.whole


def test_an_issue_that_was_moved_stays_the_conversation_that_it_was() -> None:
    with MisbehavingServer(GitHub(issues=[PRESENT - DAY], comments=1)) as server:
        (batch,) = read_again(source(server), "77", url="https://github.com/an/app/issues/1")
    assert ids([batch]) == ["77", "comment-1"]
    assert {post.thread_key for post in batch.posts} == {"77"}


def test_of_very_many_comments_a_part_is_read() -> None:
    api = GitHub(issues=[PRESENT - DAY], comments=1_000)
    with MisbehavingServer(api) as server:
        (batch,) = read_again(source(server), "1", url="https://github.com/an/app/issues/1")
    assert len(batch.posts) == 901
    assert not batch.whole


def test_a_deleted_issue_is_gone() -> None:
    with MisbehavingServer(GitHub()) as server, pytest.raises(Gone):
        read_again(source(server), "1", url="https://github.com/an/app/issues/1")


@pytest.mark.parametrize("url", [None, "https://github.com/an/app", "https://github.com/a/../b"])
def test_what_is_no_page_of_an_issue_is_not_asked_for(url: str | None) -> None:
    api = GitHub()
    with MisbehavingServer(api) as server, pytest.raises(BadUrl):
        read_again(source(server), "1", url=url)
    assert api.requests == []

"""Against an imitation of Stack Exchange's API that misbehaves on request."""

from dataclasses import dataclass, field

import pytest
from pydantic import JsonValue
from typing_extensions import override

from crawlers.apis.metered import MissingOption, RefusedByApi
from crawlers.apis.onward import OVERLAP_SECONDS
from crawlers.errors import HostResting, NotFound, RateLimited, Unparseable
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
class StackExchange(Imitation):
    """Questions by time of creation, and what was answered to them."""

    questions: list[int] = field(default_factory=list)  # times; the first is number 1
    deleted: set[int] = field(default_factory=set)
    answers: dict[int, int] = field(default_factory=dict)  # question by time
    comments: list[tuple[int, JsonValue]] = field(default_factory=list)
    repeats_for_ever: bool = False
    extra: list[JsonValue] = field(default_factory=list)
    wrapping: dict[str, JsonValue] = field(default_factory=dict)

    @override
    def answer(self, request: Request) -> Reply | None:
        if request.path in ("/2.3/questions", "/2.3/search/advanced"):
            found = [
                (at, question(number, at))
                for number, at in enumerate(self.questions, 1)
                if number not in self.deleted
            ]
        elif len(request.path.split("/")) == 4:
            number = int(request.path.rpartition("/")[2])
            found = []
            if number <= len(self.questions) and number not in self.deleted:
                found = [(0, question(number, self.questions[number - 1]))]
        elif request.path.endswith("/comments"):
            found = list(self.comments)
        else:
            wanted = set(request.path.split("/")[3].split(";"))
            found = [(at, reply(q, at)) for at, q in self.answers.items() if str(q) in wanted]
        query = request.query
        since = 0 if self.repeats_for_ever else int(query.get("fromdate", "0"))
        found = [pair for pair in found if pair[0] >= since]
        found.sort(key=lambda pair: pair[0], reverse=query.get("order") == "desc")
        size, page = int(query.get("pagesize", 30)), int(query.get("page", 1))
        start = 0 if self.repeats_for_ever else (page - 1) * size
        return told(
            {
                "items": [*(item for _, item in found[start : start + size]), *self.extra],
                "has_more": self.repeats_for_ever or len(found) > start + size,
                "quota_max": 300,
                "quota_remaining": 200,
                **self.wrapping,
            }
        )


def question(number: int, at: int) -> JsonValue:
    return {
        "question_id": number,
        "creation_date": at,
        "title": f"Which CRM for R&amp;D, no. {number}?",
        "body": "<p>We're <b>two</b>.</p><blockquote>Use paper</blockquote>",
        "link": f"https://softwarerecs.stackexchange.com/questions/{number}/which",
        "tags": ["crm"],
        "owner": {"display_name": "Ann &amp; Bob", "link": "https://example.org/users/7"},
        "content_license": "CC BY-SA 4.0",
        "unheard_of": {},
    }


def reply(to: int, at: int) -> JsonValue:
    return {"answer_id": 1_000 + to, "question_id": to, "creation_date": at, "body": "Paper."}


def source(
    server: MisbehavingServer,
    cursor: Cursor | None = None,
    *,
    secrets: dict[str, str] | None = None,
    **options: str,
) -> SourceToPoll:
    return a_source(
        server.url("/2.3"),
        kind=SourceKind.STACK_EXCHANGE,
        cursor=cursor,
        options={"site": "softwarerecs", **options},
        secrets=secrets,
    )


def reached(at: int) -> Cursor:
    return {"questions": {"created": at, "complete": True}}


def test_the_first_poll_takes_the_newest_hundred_oldest_first() -> None:
    api = StackExchange(questions=[PRESENT - DAY + minute * 60 for minute in range(150)])
    with MisbehavingServer(api) as server:
        (batch,) = found = polled(source(server, tagged="crm"))
    assert ids(found) == [str(number) for number in range(51, 151)]
    assert batch.cursor["questions"] == {"created": api.questions[-1], "complete": True}
    (asked,) = api.requests
    assert asked.query["tagged"] == "crm"
    assert asked.query["filter"] == "withbody"


def test_a_question_keeps_its_author_its_licence_and_its_place() -> None:
    with MisbehavingServer(StackExchange(questions=[PRESENT - DAY])) as server:
        (post,) = posts_of(polled(source(server)))
    assert post.title == "Which CRM for R&D, no. 1?"
    assert (post.text, post.quoted) == ("We're two.", "Use paper")
    assert (post.author, post.author_url) == ("Ann & Bob", "https://example.org/users/7")
    assert post.url == "https://softwarerecs.stackexchange.com/questions/1/which"
    assert post.tags == ("crm", "licence:cc-by-sa-4.0")
    assert post.published is not None
    assert post.published.tzinfo is not None
    assert post.is_opening


def test_the_next_poll_takes_what_came_since_late_questions_among_it() -> None:
    api = StackExchange(questions=[PRESENT - DAY, PRESENT - 7_200])
    with MisbehavingServer(api) as server:
        (first,) = polled(source(server))
        api.questions += [PRESENT - 7_200 - OVERLAP_SECONDS // 2, PRESENT - 60]
        (second,) = polled(source(server, stored(first)))
    assert {"3", "4"} <= set(ids([second]))
    assert "1" not in ids([second])


def test_many_pages_are_read_each_from_where_the_last_one_ended() -> None:
    api = StackExchange(questions=[PRESENT - DAY + 9 * n for n in range(450)])
    with MisbehavingServer(api) as server:
        found = polled(source(server, reached(PRESENT - DAY)))
    assert ids(found) == [str(number) for number in range(1, 451)]
    assert {request.query["page"] for request in api.requests} == {"1"}


def test_more_than_a_page_of_one_second_is_read_whole() -> None:
    api = StackExchange(questions=[PRESENT - DAY] * 250)
    with MisbehavingServer(api) as server:
        assert len(ids(polled(source(server, reached(PRESENT - DAY))))) == 250


def test_a_question_deleted_between_two_pages_hides_no_other() -> None:
    api = StackExchange(questions=[PRESENT - DAY + n for n in range(300)])
    with MisbehavingServer(api) as server:
        (batch, *_) = polled(source(server, reached(PRESENT - DAY)))
        api.deleted = set(range(1, 60))
        later = polled(source(server, stored(batch)))
    assert set(ids([batch, *later])) >= {str(number) for number in range(60, 301)}


def test_a_crawl_killed_after_each_page_loses_nothing() -> None:
    api = StackExchange(questions=[PRESENT - DAY + 9 * n for n in range(450)])
    with MisbehavingServer(api) as server:
        seen, _ = killed_after_each_batch(source(server, reached(PRESENT - DAY)))
    assert set(seen) == {str(number) for number in range(1, 451)}


def test_answers_to_the_questions_of_the_source_come_when_they_are_wanted() -> None:
    api = StackExchange(questions=[PRESENT - DAY, PRESENT - 3_000], answers={PRESENT - 60: 2})
    with MisbehavingServer(api) as server:
        found = polled(source(server, answers="yes"))
    answer = posts_of(found)[-1]
    assert answer.external_id == "1002"
    assert answer.url == "https://softwarerecs.stackexchange.com/a/1002"
    assert (answer.thread_key, answer.parent_external_id, answer.is_opening) == ("2", "2", False)
    assert api.requests[-1].path == "/2.3/questions/1;2/answers"
    assert found[-1].cursor["answers"] == {"created": PRESENT - 60, "complete": True}


def test_backoff_rests_the_host_and_what_was_read_stands() -> None:
    api = StackExchange(
        questions=[PRESENT - DAY + n for n in range(150)], wrapping={"backoff": 30}
    )
    with MisbehavingServer(api) as server:
        polling = source(server, reached(PRESENT - DAY))
        with pytest.raises(HostResting) as resting:
            polled(polling)
        seen, _ = killed_after_each_batch(polling, most=1)
    assert resting.value.retry_after_seconds in range(25, 31)
    assert len(api.requests) == 2  # one a poll
    assert len(seen) == 100


def test_a_quota_that_is_nearly_used_up_ends_the_poll_and_is_said() -> None:
    api = StackExchange(
        questions=[PRESENT - DAY + n for n in range(300)], wrapping={"quota_remaining": 3}
    )
    with MisbehavingServer(api) as server:
        (batch,) = polled(source(server, reached(PRESENT - DAY)))
    assert batch.problem is not None
    assert batch.problem.startswith("only 3 of 300 requests are left of today's quota")
    assert batch.cursor["questions"] == {"created": api.questions[99], "complete": False}


def test_a_page_that_repeats_for_ever_ends_the_poll() -> None:
    api = StackExchange(questions=[PRESENT - DAY + n for n in range(50)], repeats_for_ever=True)
    with MisbehavingServer(api) as server:
        assert len(ids(polled(source(server, reached(PRESENT - DAY))))) == 50
    assert len(api.requests) == 3


def test_an_empty_page_leaves_the_cursor_where_it_was() -> None:
    api = StackExchange(wrapping={"has_more": True})
    with MisbehavingServer(api) as server:
        found = polled(source(server, reached(PRESENT - DAY)))
    assert ids(found) == []
    assert len(api.requests) == 2
    assert found[-1].cursor["questions"] == {"created": PRESENT - DAY, "complete": True}


def test_results_of_an_unknown_shape_are_left_out_and_said() -> None:
    api = StackExchange(questions=[PRESENT - DAY], extra=[{"question_id": []}, 7, "x"])
    with MisbehavingServer(api) as server:
        (batch,) = polled(source(server))
    assert ids([batch]) == ["1"]
    assert batch.problem == "3 of 4 results have an unknown shape and were left out"


def test_too_many_requests_rest_for_as_long_as_the_api_says() -> None:
    refusal: JsonValue = {
        "error_id": 502,
        "error_name": "throttle_violation",
        "error_message": "too many requests from this IP, more requests available in 4711 seconds",
    }
    api = StackExchange(instead={1: told(refusal, status="400 Bad Request")})
    with MisbehavingServer(api) as server, pytest.raises(RateLimited) as limited:
        polled(source(server))
    assert limited.value.retry_after_seconds == 4_711


def test_a_refusal_is_told_in_the_api_s_words() -> None:
    refusal: JsonValue = {
        "error_id": 400,
        "error_name": "bad_parameter",
        "error_message": "No site found for name `nowhere`",
    }
    api = StackExchange(instead={1: told(refusal, status="400 Bad Request")})
    with (
        MisbehavingServer(api) as server,
        pytest.raises(RefusedByApi, match="bad parameter, No site found"),
    ):
        polled(source(server))


def test_429_and_a_page_for_people_are_named() -> None:
    with MisbehavingServer(StackExchange(instead={1: TOO_OFTEN})) as server:
        with pytest.raises(RateLimited) as limited:
            polled(source(server))
        assert limited.value.retry_after_seconds == 120
    with MisbehavingServer(StackExchange(instead={1: PAGE})) as server, pytest.raises(Unparseable):
        polled(source(server))


def test_a_source_without_a_site_says_what_is_missing() -> None:
    with MisbehavingServer(StackExchange()) as server, pytest.raises(MissingOption, match="site"):
        polled(a_source(server.url("/2.3"), kind=SourceKind.STACK_EXCHANGE))


def test_a_key_goes_with_every_request_and_words_are_searched_for() -> None:
    api = StackExchange(questions=[PRESENT - DAY])
    with MisbehavingServer(api) as server:
        polled(source(server, query="help desk", secrets={"key": "k3y"}))
    (asked,) = api.requests
    assert asked.path == "/2.3/search/advanced"
    assert (asked.query["q"], asked.query["key"]) == ("help desk", "k3y")


# Conversations.


def a_talk() -> StackExchange:
    asked, answered = PRESENT - DAY, PRESENT - DAY + 60
    said: JsonValue = {"comment_id": 5, "post_id": 1, "creation_date": answered, "body": "Why?"}
    return StackExchange(questions=[asked], answers={answered: 1}, comments=[(answered, said)])


def test_a_question_that_is_read_again_has_the_posts_that_polls_gave() -> None:
    api = a_talk()
    with MisbehavingServer(api) as server:
        at = source(server, answers="yes", comments="yes")
        found = posts_of(polled(at))
        (batch,) = read_again(at, "1")
    assert set(batch.posts) == set(found)
    assert len(found) == 3
    assert batch.whole


def test_comments_are_not_asked_for_where_the_source_does_not_take_them() -> None:
    api = a_talk()
    with MisbehavingServer(api) as server:
        (batch,) = read_again(source(server), "1")
    assert ids([batch]) == ["1", "1001"]
    assert (len(api.requests), batch.fetched, batch.whole) == (2, 2, True)


def test_comments_that_the_source_once_took_are_not_missed() -> None:
    with MisbehavingServer(a_talk()) as server:
        cursor: Cursor = {"comments": {"created": PRESENT - DAY, "complete": True}}
        (batch,) = read_again(source(server, cursor), "1")
    assert "comment-5" in ids([batch])


def test_a_deleted_question_is_not_found() -> None:
    api = a_talk()
    api.deleted = {1}
    with MisbehavingServer(api) as server, pytest.raises(NotFound):
        read_again(source(server), "1")


@pytest.mark.parametrize("wish", [{"quota_remaining": 3}, {"backoff": 30}])
def test_what_was_answered_is_kept_when_the_api_wants_to_be_left_alone(
    wish: dict[str, JsonValue],
) -> None:
    api = a_talk()
    api.wrapping = wish
    with MisbehavingServer(api) as server:
        (batch,) = read_again(source(server), "1")
    assert ids([batch]) == ["1"]
    assert len(api.requests) == 1
    assert batch.problem
    assert not batch.whole

"""Answers of Stack Exchange, GitHub, Forem, Reddit and YouTube, read without a network."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import JsonValue

from crawlers.apis.asking import readable
from crawlers.apis.forem_answer import MOST_COMMENTS, comments_of
from crawlers.apis.github_answer import Issue
from crawlers.apis.github_answer import post as issue_post
from crawlers.apis.reddit_answer import Entry, fullname
from crawlers.apis.stackexchange_answer import Comment, Question, posts, site_origin
from crawlers.apis.youtube_answer import seconds_to_new_quota
from crawlers.plaintext import from_html

NOW = datetime(2026, 6, 30, 12, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("site", "origin"),
    [
        ("stackoverflow", "https://stackoverflow.com"),
        ("softwarerecs", "https://softwarerecs.stackexchange.com"),
        ("mathoverflow.net", "https://mathoverflow.net"),
    ],
)
def test_a_site_has_its_pages_where_its_name_says(site: str, origin: str) -> None:
    assert site_origin(site) == origin


def test_a_comment_on_a_question_links_to_itself() -> None:
    comment = Comment.model_validate(
        {"comment_id": 5, "post_id": 7, "creation_date": 1_780_000_000, "body": "Which one?"}
    )
    (post,) = posts([comment], [from_html("Which one?")], origin="https://s.example", now=NOW)
    assert post.external_id == "comment-5"
    assert post.url == "https://s.example/q/7#comment5_7"
    assert (post.thread_key, post.parent_external_id) == ("7", "7")


def test_a_link_that_is_none_is_not_shown() -> None:
    asked = Question.model_validate(
        {
            "question_id": 7,
            "creation_date": 1_780_000_000,
            "title": "Which?",
            "link": "javascript:alert(1)",
            "owner": {"display_name": "Ann", "link": "ftp://example.org"},
        }
    )
    (post,) = posts([asked], [from_html("")], origin="https://s.example", now=NOW)
    assert post.url == "https://s.example/q/7"
    assert post.author_url is None


@pytest.mark.parametrize(
    "change",
    [
        {"question_id": "../x"},
        {"question_id": None},
        {"creation_date": "soon"},
        {"creation_date": 10**40},
        {"owner": "ann"},
        {"tags": "crm"},
        {"title": {"en": "x"}},
    ],
)
def test_a_question_of_another_shape_is_left_out(change: dict[str, JsonValue]) -> None:
    good: dict[str, JsonValue] = {"question_id": 1, "creation_date": 1_780_000_000}
    read, unreadable = readable([{**good, **change}, good], Question)
    assert (len(read), unreadable) == (1, 1)


def test_what_a_template_tells_the_author_is_not_the_author_s() -> None:
    issue = Issue.model_validate(
        {
            "id": 1,
            "created_at": "2026-06-01T10:00:00Z",
            "title": "T",
            "body": "<!-- Do you need\nan alternative? -->\nIt breaks.\n<!-- never closed",
            "user": None,
        }
    )
    post = issue_post(issue, now=NOW)
    assert post.text == "It breaks."
    assert (post.author, post.url) == (None, None)


@given(st.integers(0, 36**12))
def test_a_fullname_holds_its_number(number: int) -> None:
    entry = Entry.model_validate({"name": fullname("t3", number), "created_utc": 1.5})
    assert entry.number == number
    assert entry.created == 1


def test_comments_are_capped_however_deep_they_answer_each_other() -> None:
    tree: list[JsonValue] = []
    for number in range(100):
        tree = [{"id_code": f"c{number}", "children": tree}]
    placed, unreadable = comments_of(tree, "1")
    assert (len(placed), unreadable) == (100, 0)
    assert placed[0].parent == "1"
    assert placed[1].parent == "comment-c99"
    wide: list[JsonValue] = [{"id_code": str(number)} for number in range(2 * MOST_COMMENTS)]
    assert len(comments_of(wide, "1")[0]) == MOST_COMMENTS


@pytest.mark.parametrize(
    ("now", "hours"),
    [
        (datetime(2026, 6, 30, 12, tzinfo=UTC), 19),
        (datetime(2026, 1, 15, 12, tzinfo=UTC), 20),
        (datetime(2026, 3, 8, 9, tzinfo=UTC), 22),  # the clocks go forward at 10
    ],
)
def test_a_quota_is_renewed_at_midnight_in_california(now: datetime, hours: int) -> None:
    assert seconds_to_new_quota(now) == hours * 3_600 + 1

from datetime import UTC, datetime

import pytest
from pydantic import JsonValue

from crawlers.apis.hackernews_answer import RawAnswer, posts, read_answer
from crawlers.plaintext import from_html

NOW = datetime(2026, 6, 30, 12, 0, tzinfo=UTC)
STORY: dict[str, JsonValue] = {
    "objectID": "100",
    "created_at_i": 1_780_000_000,
    "author": "ann",
    "title": "Ask HN: a CRM for two people?",
    "story_text": "<p>We&#x27;re two.",
    "_tags": ["story", "author_ann", "ask_hn"],
    "points": 3,
}
COMMENT: dict[str, JsonValue] = {
    "objectID": "101",
    "created_at_i": 1_780_000_100,
    "author": "bob",
    "comment_text": "<p>&gt; two\n<p>Try paper.",
    "story_id": 100,
    "story_title": "Ask HN: a CRM for two people?",
    "parent_id": 100,
    "_tags": ["comment", "author_bob", "story_100"],
}


def answer(*hits: JsonValue) -> RawAnswer:
    return RawAnswer.model_validate({"hits": hits, "nbHits": len(hits), "nbPages": 1})


def test_stories_and_comments_are_read_oldest_first() -> None:
    found = read_answer(answer(COMMENT, STORY))
    texts = [from_html(hit.markup) for hit in found.hits]
    story, comment = posts(found.hits, texts, site="https://news.example", now=NOW)
    assert (story.external_id, story.thread_key, story.is_opening) == ("100", "100", True)
    assert (story.title, story.text) == ("Ask HN: a CRM for two people?", "We're two.")
    assert story.url == "https://news.example/item?id=100"
    assert story.tags == ("ask_hn",)
    assert (comment.external_id, comment.parent_external_id) == ("101", "100")
    assert (comment.title, comment.thread_title) == ("", "Ask HN: a CRM for two people?")
    assert (comment.text, comment.quoted) == ("Try paper.", "> two")
    assert not comment.is_opening


@pytest.mark.parametrize(
    "change",
    [
        {"objectID": None},
        {"objectID": "../../etc"},
        {"created_at_i": "soon"},
        {"created_at_i": 10**40},
        {"created_at_i": None},
        {"title": ["a", "list"]},
        {"_tags": "story"},
        {"author": {"name": "ann"}},
    ],
)
def test_a_hit_of_an_unknown_shape_is_left_out_and_counted(change: dict[str, JsonValue]) -> None:
    found = read_answer(answer({**STORY, **change}, COMMENT))
    assert [hit.id for hit in found.hits] == ["101"]
    assert found.unreadable == 1


def test_new_fields_and_missing_ones_do_no_harm() -> None:
    bare: JsonValue = {"objectID": 7, "created_at_i": 1_780_000_000, "title": "x", "new": {}}
    assert read_answer(answer(bare)).hits[0].id == "7"


def test_what_is_left_of_deleted_items_is_no_post() -> None:
    gone: JsonValue = {"objectID": "8", "created_at_i": 1_780_000_000, "_tags": ["comment"]}
    hits = read_answer(answer(gone)).hits
    assert posts(hits, [from_html("")], site="https://news.example", now=NOW) == ()

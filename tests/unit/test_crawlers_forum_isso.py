import json

import pytest

from crawlers.forums.isso import isso_list
from crawlers.forums.page import read_forum_page
from crawlers.forums.values import ForumPage

HERE = "https://talk.example/isso/latest?limit=1000"
FIRST: dict[str, object] = {
    "id": 7,
    "parent": None,
    "created": 1767629460.25,
    "modified": None,
    "author": "Ann",
}
ANSWER: dict[str, object] = {
    "id": 8,
    "parent": 7,
    "created": 1767629960.5,
    "modified": None,
    "author": None,
}


def read(document: object, url: str) -> ForumPage:
    return read_forum_page(json.dumps(document).encode(), url=url)


def latest(**changed: object) -> list[dict[str, object]]:
    first = {**FIRST, "text": "<p>Which?</p>", "uri": "/blog/which-hob/"}
    return [first, {**ANSWER, "text": "<p>Gas.</p>", "uri": "/blog/which-hob/", **changed}]


def test_the_latest_comments_list_the_pages_that_have_any() -> None:
    page = read(latest(), HERE)
    (thread,) = page.threads
    assert page.platform == "Isso"
    assert thread.url == "https://talk.example/isso/?uri=/blog/which-hob/"
    assert (thread.title, thread.active) == ("Which hob", 1767629960)


@pytest.mark.parametrize("change", [{"id": 9}, {"modified": 1767639960.5}])
def test_a_new_or_edited_comment_changes_the_state_of_its_page(change: dict[str, object]) -> None:
    assert read(latest(**change), HERE).threads[0].state != read(latest(), HERE).threads[0].state


def test_comments_of_a_page_are_posts_with_their_answers() -> None:
    answers = [{**ANSWER, "text": "<blockquote>Which?</blockquote><p>Gas.</p>"}]
    said = {
        "total_replies": 1,
        "hidden_replies": 0,
        "replies": [{**FIRST, "text": "<p>Which &lt;hob&gt;?</p>", "replies": answers}],
    }
    page = read(said, "https://talk.example/isso/?uri=/blog/which-hob/")
    first, second = page.posts
    assert page.title == "Which hob"
    assert (first.id, first.author, first.published) == ("isso-7", "Ann", 1767629460)
    assert (first.text, first.opens, second.opens) == ("Which <hob>?", True, False)
    assert (second.author, second.text, second.quoted) == (None, "Gas.", "Which?")
    assert second.url == "https://talk.example/blog/which-hob/#isso-8"


@pytest.mark.parametrize(
    "body",
    [b"[]", b"{}", b"[1]", b'[{"id": "x"}]', b"[" * 100_000, b'{"hidden_replies": 1}', b"{"],
)
def test_other_json_is_nothing(body: bytes) -> None:
    page = read_forum_page(body, url=HERE)
    assert (page.posts, page.threads, page.boards) == ((), (), ())


@pytest.mark.parametrize("url", ["https://t.example/", "https://t.example/?uri=/x/"])
def test_the_list_is_asked_for_at_the_base(url: str) -> None:
    assert isso_list(url) == "https://t.example/latest?limit=1000"

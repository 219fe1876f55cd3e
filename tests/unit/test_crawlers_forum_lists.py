"""Lists of threads of software without selectors of its own."""

import pytest

from crawlers.forums.page import read_forum_page
from crawlers.forums.values import ForumPage
from tests.forum_lists import LISTS, THREADS, numbers
from tests.forum_pages import document

NOW = 1767900000


def read(body: str) -> ForumPage:
    page = f"<body><nav><a href='/'>Home</a> <a href='/rules'>Rules</a></nav>{body}</body>"
    return read_forum_page(document(page).encode(), url="https://desks.example/forum/", now=NOW)


@pytest.mark.parametrize("name", LISTS)
def test_each_list_names_its_threads_once_and_no_posts(name: str) -> None:
    page = read(LISTS[name])
    assert numbers(page.threads) == list(THREADS)
    assert [thread.title for thread in page.threads] == [f"Which hob, {n}?" for n in THREADS]
    assert page.posts == ()


@pytest.mark.parametrize("name", LISTS)
def test_an_answer_more_changes_the_state_of_its_thread_alone(name: str) -> None:
    html = LISTS[name]
    answered = html.replace(">4<", ">6<").replace("4 comments", "6 comments")
    answered = answered.replace("4 days, 2", "1 days, 2")
    before, after = read(html).threads, read(answered).threads
    changed = [one.state != other.state for one, other in zip(before, after, strict=True)]
    assert changed == [False, True, False]
    assert all(thread.state for thread in before)

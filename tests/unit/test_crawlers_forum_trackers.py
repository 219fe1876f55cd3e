"""Pages that list what is newest first, rows that tell little, and notes below edited posts."""

from dataclasses import replace

import pytest

from crawlers.forums.links import to_board, to_thread
from crawlers.forums.page import UNKNOWN, read_forum_page
from crawlers.forums.values import ForumPage
from crawlers.forums.words import said
from crawlers.plaintext import from_text
from tests.forum_pages import POSTS, Said, document, us

NOW = 1767800000  # two days after the posts


def read(body: str, *, url: str = "https://desks.example/desk/issue7") -> ForumPage:
    return read_forum_page(document(f"<body>{body}</body>").encode(), url=url, now=NOW)


def row(post: Said) -> str:
    """The head of a message in one row of a table, its words in the next."""
    quote = f"ann wrote:\n&gt; {post.quotes}\n\n" if post.quotes else ""
    return (
        f'<tr><th><a href="msg{post.number}">msg{post.number} (view)</a></th><th>Author:'
        f" {post.author}</th><th>Date: {us(post, '%Y-%m-%d.%H:%M:%S')}</th><th> </th></tr>"
        f'<tr><td colspan="4" class="content"><pre>{quote}{post.words}</pre></td></tr>'
    )


def tracker(*posts: Said, below: str = "") -> ForumPage:
    rows = "".join(map(row, posts))
    head = '<tr><th colspan="4" class="header">Messages</th></tr>'
    return read(f'<h1>Which hob?</h1><table class="messages">{head}{rows}</table>{below}')


def test_heads_and_words_in_rows_of_their_own_are_one_post() -> None:
    page = tracker(*POSTS)
    assert page.platform == UNKNOWN
    assert [post.author for post in page.posts] == [post.author for post in POSTS]
    assert [post.text for post in page.posts] == [post.words for post in POSTS]
    assert [post.published for post in page.posts] == [int(p.at.timestamp()) for p in POSTS]
    assert [post.url for post in page.posts] == [
        f"https://desks.example/desk/msg{post.number}" for post in POSTS
    ]
    assert page.posts[1].quoted == f"> {POSTS[1].quotes}"


def test_what_is_listed_newest_first_is_read_as_it_was_said() -> None:
    assert tracker(*reversed(POSTS)).posts == tracker(*POSTS).posts


def test_the_newest_of_several_pages_opens_nothing() -> None:
    page = tracker(*reversed(POSTS), below='<a rel="next" href="issue7?page=2">older</a>')
    assert [post.opens for post in page.posts] == [False] * len(POSTS)


def test_an_opening_above_its_newest_answers_stays_first() -> None:
    page = tracker(POSTS[0], POSTS[2], POSTS[1])
    assert [post.author for post in page.posts] == ["ann", "Guest_Cem", "bob.b"]


def issues(*ages: str) -> str:
    rows = "".join(
        f'<tr><td>{n}</td><td class="date">{age}</td><td><a href="issue{n}">Which hob, {n}?</a>'
        "</td><td>chatting</td><td>admin</td></tr>"
        for n, age in enumerate(ages, start=7)
    )
    return (
        f"<table><tr><th>ID</th><th>Activity</th><th>Title</th><th>Status</th></tr>{rows}</table>"
    )


def test_a_list_that_tells_only_how_long_ago_shows_which_thread_has_news() -> None:
    url = "https://desks.example/desk/"
    before = read(issues("3 weeks ago", "2 days ago", "5 hours ago"), url=url).threads
    after = read(issues("3 weeks ago", "1 minute ago", "5 hours ago"), url=url).threads
    assert [thread.title for thread in before] == [f"Which hob, {n}?" for n in (7, 8, 9)]
    assert [one.state == other.state for one, other in zip(before, after, strict=True)] == [
        True,
        False,
        True,
    ]
    assert all(thread.state for thread in before)


def themed_list(answers: int, *, views: int = 900) -> str:
    """A known software's breadcrumb and rows, with the numbers elsewhere than it has them."""
    rows = "".join(
        f'<tr class="topic-row"><td class="topic-name"><a href="/topic/{n}-hob">Which hob, {n}?'
        f'</a></td><td class="topic-post-count">{answers}</td><td class="topic-view-count">'
        f"{views}</td></tr>"
        for n in (7, 8, 9)
    )
    return (
        '<ol class="flaskbb-breadcrumb"><li>Hobs</li></ol><table><tr><th>Topic</th><th>Posts</th>'
        f"<th>Views</th></tr>{rows}</table>"
    )


def test_rows_of_known_software_that_a_theme_changed_still_tell_of_answers() -> None:
    page, later = read(themed_list(3)), read(themed_list(4))
    assert page.platform == "FlaskBB"
    assert read(themed_list(3, views=950)).threads == page.threads
    assert all(thread.state for thread in page.threads)
    assert not {thread.state for thread in page.threads} & {one.state for one in later.threads}


def test_rows_named_as_another_software_names_them_are_read_for_what_they_are() -> None:
    plain = themed_list(3).replace("flaskbb-breadcrumb", "breadcrumb")
    page = read(plain.replace("<tr class", '<tr class="forum-row"></tr><tr class', 1))
    assert page.platform == UNKNOWN
    told = [replace(thread, active=None) for thread in read(themed_list(3)).threads]
    assert list(page.threads) == told


@pytest.mark.parametrize(
    "note",
    [
        "Edited 22 Oct, 2026 04:09",
        "Last edited by ann on Jan 5, 2026 at 4:11 pm.",
        "(Last modified: Oct 30, 2026, 1:16:00 AM UTC by ann)",
        "[ Edited by ann, 22 Oct 2026 04:09 ]",
        "Edited 5 minutes ago",
        "Zuletzt bearbeitet: 22.10.2026 04:09",
        "This post was edited 3 times, last at 2026-10-22 04:09",
    ],
)
def test_a_note_of_when_a_post_was_edited_is_no_part_of_it(note: str) -> None:
    assert said(f"<p>Which hob?</p><div class='note'>{note}</div>").text == "Which hob?"


@pytest.mark.parametrize(
    "words",
    [
        "Edited: we need a hob by 5 Jan 2026 for five people",
        "Edit: twelve of them now",
        "Updated to the big plan on 5 Jan 2026",
        "Updated 2 days ago our list, still unsure",
        "Updated 3 vans",
    ],
)
def test_what_somebody_adds_to_a_post_stays_in_it(words: str) -> None:
    assert said(f"<p>Which hob?</p><p>{words}</p>").text.endswith(words)


@pytest.mark.parametrize(
    ("text", "own"),
    [
        ("On Monday, ann wrote:\n> Which hob?\n\nThe big one.", "The big one."),
        (
            "On Mon, 5 Jan 2026 at 16:11 +0000,\nAnn Day <a@b.example> wrote:\n\n> Hob?\n\nYes.",
            "Yes.",
        ),
        ("I like gas.\nann said:\n> Which hob?\nThat one.", "I like gas.\nThat one."),
        ("On reflection I like gas.\nann said:\n> Hob?\nOh.", "On reflection I like gas.\nOh."),
        ("As I said:\n> Which hob?\nWell?", "As I said:\nWell?"),
        ("Two of them:\n> Which hob?\nWell?", "Two of them:\nWell?"),
    ],
)
def test_who_said_what_is_quoted_is_no_part_of_a_post(text: str, own: str) -> None:
    assert from_text(text).text == own


@pytest.mark.parametrize(
    ("url", "thread", "board"),
    [
        ("https://desks.example/desk/issue12", True, False),
        ("https://desks.example/desk/bug12?sort=1", False, False),
        ("https://desks.example/topic12.html", True, False),
        ("https://desks.example/desk/issues", False, False),
        ("https://desks.example/forum/subscription/forum/2/", False, False),
        ("https://desks.example/forum/forum/2/", False, True),
    ],
)
def test_an_address_tells_what_it_leads_to(url: str, thread: bool, board: bool) -> None:
    assert (to_thread(url), to_board(url)) == (thread, board)

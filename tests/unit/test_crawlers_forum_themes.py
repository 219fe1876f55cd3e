"""Software without selectors of its own: read by what repeats on its pages, or by its data."""

import pytest

from crawlers.forums.page import read_forum_page
from crawlers.forums.values import ForumPage
from crawlers.forums.words import said
from tests.forum_pages import NOISE, POSTS, TITLE, phpbb
from tests.forum_themes import THEMES

HERE = "https://desks.example/forum/topic/12/help-desk"
NOW = 1767900000  # three days after the posts

#: These give their posts no numbers, or only count them.
UNNUMBERED = {"static_comments", "without_classes", "anonymous_board"}
#: Their openings are the page itself.
PAGE_IS_OPENING = {"nodebb", "drupal", "redmine", "trac", "link_site"}
WITHOUT_QUOTES = {"news_table", *UNNUMBERED}


def read(name: str) -> ForumPage:
    return read_forum_page(THEMES[name](POSTS).encode(), url=HERE, now=NOW, in_thread=True)


@pytest.mark.parametrize("name", THEMES)
def test_each_theme_is_read_post_by_post(name: str) -> None:
    posts = read(name).posts
    assert [post.author for post in posts] == [said.author for said in POSTS]
    assert [post.text for post in posts] == [said.words for said in POSTS]
    assert [post.published for post in posts] == [int(said.at.timestamp()) for said in POSTS]


def test_a_thread_is_called_by_its_own_heading_not_by_the_site_s() -> None:
    below = THEMES["redmine"](POSTS).replace("<body>", "<body><h1>Desk talk</h1>")
    behind = THEMES["drupal"](POSTS).replace(f"{TITLE} - Desk talk", f"Comments - {TITLE}")
    for html in (below, behind.replace("<h2>", "<h2>No ")):
        page = read_forum_page(html.encode(), url=HERE, now=NOW, in_thread=True)
        assert page.title == TITLE


@pytest.mark.parametrize("name", sorted(set(THEMES) - WITHOUT_QUOTES))
def test_what_a_theme_quotes_is_kept_apart(name: str) -> None:
    assert POSTS[1].quotes in read(name).posts[1].quoted


@pytest.mark.parametrize("name", THEMES)
def test_what_stands_around_words_is_no_part_of_them(name: str) -> None:
    said = " ".join(f"{post.text} {post.quoted}" for post in read(name).posts)
    assert [noise for noise in (*NOISE, "Last Edit", "Reply") if noise in said] == []


@pytest.mark.parametrize("name", sorted(set(THEMES) - UNNUMBERED))
def test_each_post_has_its_number_and_its_address(name: str) -> None:
    posts, numbers = list(read(name).posts), [str(said.number) for said in POSTS]
    if name in PAGE_IS_OPENING:
        del posts[0], numbers[0]
    for post, number in zip(posts, numbers, strict=True):
        assert number in f"{post.id} {post.url}"
        assert post.id
        assert post.url
        assert post.url != HERE
    assert len({post.id for post in posts}) == len(posts)


@pytest.mark.parametrize(
    ("markup", "text"),
    [
        (
            "Take the small one.<div class='post-signature'><hr>Fond of tea</div>",
            "Take the small one.",
        ),
        ("Take the small one.<br>__________________<br>Fond of tea", "Take the small one."),
        ("<b>ann wrote:</b><blockquote>Which?</blockquote>The small one.", "The small one."),
        ("The sales rep wrote: take both.", "The sales rep wrote: take both."),
        ("One\n<br>____________________<br>" + "Two " * 200, None),
    ],
)
def test_a_post_ends_before_its_signature(markup: str, text: str | None) -> None:
    read = said(markup)
    assert read.text == text if text else "Two Two" in read.text


@pytest.mark.parametrize("moved", ["post", "author"])
def test_a_theme_that_moved_what_its_software_is_known_by_is_read_all_the_same(moved: str) -> None:
    html = phpbb(POSTS)
    if moved == "post":
        html = html.replace('class="post has-profile bg2"', 'class="bubble"').replace(
            'class="content"', 'class="bubble-text"'
        )
        html = html.replace('<div id="p', '<div id="b')
    else:
        html = html.replace('class="author"', 'class="by"').replace("postprofile", "card")
    page = read_forum_page(html.encode(), url=HERE, now=NOW, in_thread=True)
    assert [post.author for post in page.posts] == [said.author for said in POSTS]
    assert [post.text for post in page.posts] == [said.words for said in POSTS]
    assert [post.published for post in page.posts] == [int(said.at.timestamp()) for said in POSTS]

import pytest
from selectolax.lexbor import LexborHTMLParser

from crawlers.forums.paging import following, place


@pytest.mark.parametrize(
    ("url", "at"),
    [
        ("https://f.example/viewtopic.php?f=2&t=12", 0),
        ("https://f.example/viewtopic.php?f=2&t=12&start=40", 40),
        ("https://f.example/threads/x.12/page-3", 3),
        ("https://f.example/topic/12/page/3/", 3),
        ("https://f.example/questions/scope:all/page:2/", 2),
        ("https://f.example/index.php?topic=12.40", 40),
        ("https://f.example/index.php/topic,12.40.html", 40),
        ("https://f.example/thread-12-page-2.html", 2),
        ("https://f.example/t/12?page=2", 2),
        ("https://f.example/2026/05/hobs/comment-page-2/", 2),
        ("https://f.example/t/2026", 0),
    ],
)
def test_an_address_tells_which_page_it_is(url: str, at: int) -> None:
    assert place(url).at == at


@pytest.mark.parametrize(
    "link",
    [
        "<link rel=next href='?page=2'>",
        "<a rel='next nofollow' href='?page=2'>x</a>",
        "<ul class=pagination><li class=next><a href='?page=2'>x</a></li></ul>",
        "<a class='next-page' href='?page=2'>x</a>",
        "<a href='?page=3'>3</a> <a href='?page=9'>Last</a> <a href='?page=2'>2</a>",
        "<a href='/t/12?sid=0a1b&page=2'>more</a>",
    ],
)
def test_the_next_page_is_found_by_its_name_or_its_number(link: str) -> None:
    tree = LexborHTMLParser(f"<body><a href='/t/13?page=2'>other</a>{link}</body>")
    found = following(tree, url="https://f.example/t/12")
    assert found in {"https://f.example/t/12?page=2", "https://f.example/t/12?sid=0a1b&page=2"}


def test_pages_of_comments_are_pages_of_their_article() -> None:
    article = "https://f.example/2026/05/hobs/"
    assert place(f"{article}comment-page-2/").of == place(article).of
    tree = LexborHTMLParser("<a href='comment-page-2/#comments'>2</a>")
    assert following(tree, url=article) == f"{article}comment-page-2/"


@pytest.mark.parametrize(
    "link",
    ["", "<a href='?page=1'>1</a>", "<a class=next href='#'>x</a>", "<a href='/t/13'>x</a>"],
)
def test_the_last_page_leads_nowhere(link: str) -> None:
    tree = LexborHTMLParser(f"<body>{link}</body>")
    assert following(tree, url="https://f.example/t/12?page=2") is None

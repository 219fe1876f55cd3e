import time
from urllib.parse import urljoin

import pytest
from selectolax.lexbor import LexborHTMLParser

from crawlers.forums.onward_links import Link, onward
from crawlers.forums.paging import following, place
from crawlers.forums.selectors_php import SMF


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


@pytest.mark.parametrize(
    ("here", "link", "there"),
    [
        ("/t/12-desk", "<a href='/t/12-desk?p=2'>nächste Seite &raquo;</a>", "/t/12-desk?p=2"),
        ("/t/12-desk?p=2", "<a href='?p=3'>weiter</a> <a href='?p=1'>zurück</a>", "?p=3"),
        ("/show?id=7", "<a href='?id=7&seite=2'>2</a>", "?id=7&seite=2"),
        ("/show?id=7", "<a href='?id=7&pagina=2'>siguiente</a>", "?id=7&pagina=2"),
        (
            "/show?id=7",
            "<a href='?id=7&blatt=2'>2</a><a href='?id=7&blatt=3'>3</a>",
            "?id=7&blatt=2",
        ),
        ("/show?id=7&ab=20", "<a href='?id=7&ab=30'>4</a>", "?id=7&ab=30"),
        ("/desks", "<a href='/desks/2'>&rsaquo;</a> <a href='/desks/9'>»</a>", "/desks/2"),
        ("/desks/2.html", "<a href='/desks/3.html'>Suivant</a>", "/desks/3.html"),
        ("/", "<a href='/gb.php?blatt=2'>&raquo;</a>", "/gb.php?blatt=2"),
        ("/", "<a rel=next href='/gb.php?page=2'>x</a>", "/gb.php?page=2"),
    ],
)
def test_the_next_page_of_unknown_software_is_told_by_words_or_one_number(
    here: str, link: str, there: str
) -> None:
    url = f"https://f.example{here}"
    assert following(LexborHTMLParser(f"<body>{link}</body>"), url=url) == urljoin(url, there)


@pytest.mark.parametrize(
    ("here", "link"),
    [
        ("/t/12?p=3", "<a href='?p=2'>2</a> <a href='?p=1'>&laquo;</a>"),
        ("/t/12?p=2", "<a href='?p=9'>a post that I mean</a>"),
        ("/t/12", "<a href='/t/12?reply=345'>7</a>"),
        ("/t/12", "<a href='https://other.example/t/12?p=2'>next</a>"),
        ("/t/12", "<a href='/shop/basket?step=2'>next</a>"),
        ("/t/12?p=2", "<a href='?p=3&mode=edit'>next</a>"),
    ],
)
def test_other_links_lead_to_no_next_page(here: str, link: str) -> None:
    tree = LexborHTMLParser(f"<body>{link}</body>")
    assert following(tree, url=f"https://f.example{here}") is None


@pytest.mark.parametrize("last", [10, 15])
def test_the_last_page_of_simple_machines_leads_nowhere(last: int) -> None:
    pages = "".join(
        f"<a class=nav_page href='/index.php?topic=12.{start}'>x</a>"
        for start in range(0, last, 5)
    )
    tree = LexborHTMLParser(f"<div class=pagelinks>{pages}<span class=current_page>x</span></div>")
    url = f"https://f.example/index.php?topic=12.{last}"
    assert following(tree, url=url, selector=SMF.following) is None


def test_many_long_addresses_are_told_apart_in_time() -> None:
    long = "https://f.example/t?" + "1=1&" * 1_000
    began = time.process_time()
    assert onward([Link(f"{long}p={n}", "next") for n in range(3_000)], url=long) is None
    assert time.process_time() - began < 1


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

import pytest

from crawlers.discover import Recognised, recognise
from crawlers.errors import NotFound, NothingToRead, SourceError, Unparseable
from models.words import SourceKind
from tests.crawling import failure, through_gate
from tests.misbehaving import Asked, MisbehavingServer, Reply

PAGES = {
    "/blog": """<html><head><title>A blog</title>
        <link rel="alternate" type="application/rss+xml" title="Comments" href="/html">
        <link rel="alternate" type="application/rss+xml" href="/broken">
        <link rel="alternate" type="application/atom+xml" href="feed.xml">
        <link rel="alternate" type="text/html" href="/de"></head></html>""",
    "/shop": "<html><head><title>A shop</title></head><body>Buy!</body></html>",
    "/forum/": """<html><head><title>Hearth - Board index</title>
        <link rel="alternate" type="application/atom+xml" href="/feed.xml"></head>
        <body id="phpbb"><a class="forumtitle" href="./viewforum.php?f=1">x</a></body></html>""",
    "/api/v1/search_by_date": '{"hits": [{"objectID": "1"}], "nbHits": 1}',
    "/truncated-at-once": "<rss><channel><title>A feed</title><item><tit",
    "/other.json": '{"items": []}',
}


def site(asked: Asked) -> Reply | None:
    page = PAGES.get(asked.path.partition("?")[0])
    return None if page is None else Reply(body=page.encode())


def found(path: str) -> tuple[Recognised, str]:
    with MisbehavingServer(site) as server:
        return through_gate(lambda gate: recognise(server.url(path), gate)), server.url("")


def error_at(path: str) -> SourceError:
    with MisbehavingServer(site) as server:
        return failure(lambda gate: recognise(server.url(path), gate))


def test_a_feed_is_a_feed() -> None:
    source, base = found("/redirect?to=/feed.xml")
    assert source == Recognised(kind=SourceKind.FEED, url=f"{base}/feed.xml", name="A feed")


def test_a_page_is_read_by_the_feed_that_it_names_and_that_works() -> None:
    source, base = found("/blog")
    assert source == Recognised(kind=SourceKind.FEED, url=f"{base}/feed.xml", name="A feed")


def test_a_forum_is_read_by_its_pages_even_where_it_has_a_feed() -> None:
    source, base = found("/forum/")
    assert (source.kind, source.url) == (SourceKind.FORUM, f"{base}/forum/")
    assert source.name == "Hearth - Board index"


@pytest.mark.parametrize("path", ["/api/v1", "/api/v1/", "/", "/api/v1/search_by_date?page=3"])
def test_a_search_api_is_found_by_its_base_or_its_search(path: str) -> None:
    source, base = found(path)
    assert source.kind is SourceKind.HACKER_NEWS
    assert source.url in {f"{base}/api/v1", f"{base}/api/v1/search_by_date"}


def test_hacker_news_needs_no_request() -> None:
    for url in ("https://news.ycombinator.com/newest", "https://hn.algolia.com/"):
        source = through_gate(lambda gate, url=url: recognise(url, gate))  # type: ignore[misc]  # a loop's value is bound by a default
        assert (source.kind, source.url) == (
            SourceKind.HACKER_NEWS,
            "https://hn.algolia.com/api/v1",
        )


@pytest.mark.parametrize(
    ("path", "kind"),
    [
        ("/shop", NothingToRead),
        ("/other.json", NothingToRead),
        ("/nowhere", NotFound),
        ("/truncated-at-once", Unparseable),
    ],
)
def test_where_there_is_nothing_to_listen_to_we_say_so(path: str, kind: type[Exception]) -> None:
    assert isinstance(error_at(path), kind)

import json
from collections.abc import Callable, Mapping

import pytest
from pydantic import JsonValue
from typing_extensions import override

from crawlers.discover import Recognised, recognise
from crawlers.errors import NotFound, NothingToRead, RateLimited, SourceError, Unparseable
from models.words import SourceKind
from tests.crawling import NOW, failure, through_gate
from tests.imitations import Community, Discourse, Lemmy, Mastodon, NodeBB
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
        return through_gate(lambda gate: recognise(server.url(path), gate, now=NOW)), server.url(
            ""
        )


def recognised(community: Community, page: str, path: str = "/") -> tuple[Recognised, str]:
    """Return what is found at a community whose every page, but for its API, is ``page``."""

    def answer(asked: Asked) -> Reply | None:
        reply = None if asked.path == "/robots.txt" else community(asked)
        is_page = reply is not None and reply.status.startswith("404")
        there = is_page and page and asked.path == path
        return Reply(body=page.encode()) if there else reply

    with MisbehavingServer(answer) as server:
        return through_gate(lambda gate: recognise(server.url(path), gate, now=NOW)), server.url(
            ""
        )


def error_at(path: str) -> SourceError:
    def without_a_usual_feed(asked: Asked) -> Reply | None:
        return Reply(status="404 No") if asked.path == "/feed.xml" else site(asked)

    with MisbehavingServer(without_a_usual_feed) as server:
        return failure(lambda gate: recognise(server.url(path), gate, now=NOW))


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
        source = through_gate(lambda gate, url=url: recognise(url, gate, now=NOW))  # type: ignore[misc]  # a loop's value is bound by a default
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


GENERATOR = "<title>Vans</title><meta name='generator' content='{} 3.2 - https://its.example'>"
FEED = "<rss><channel><title>Hidden feed</title></channel></rss>"


@pytest.mark.parametrize(
    ("community", "page", "path", "url", "options"),
    [
        (Discourse(), GENERATOR.format("Discourse"), "/c/help/5", "/", {}),
        (Discourse(), "<meta name=discourse_theme_id content=3>", "/sub/latest", None, {}),
        (NodeBB(), GENERATOR.format("NodeBB"), "/category/2/x", "/", {}),
        (NodeBB(lists_posts=False), "<script src='/assets/nodebb.min.js'></script>", "/", "/", {}),
        (Lemmy(), "<script>window.isoData = {}</script>", "/", "/", {}),
        (Lemmy(), "<meta name=Description content=Lemmy>", "/c/vans", None, {"community": "vans"}),
        (Mastodon(), "<div id=mastodon></div>", "/tags/crm", "/tags/crm", {"tags": "crm"}),
    ],
)
def test_a_community_with_an_api_is_read_by_it(
    community: Community, page: str, path: str, url: str | None, options: dict[str, str]
) -> None:
    if path.startswith("/sub/"):
        community = BelowSub(kind=SourceKind.DISCOURSE)
    source, base = recognised(community, page, path)
    assert source.kind is community.kind
    assert source.url == base + (url or path.removesuffix("latest"))
    assert source.options == options
    assert source.name == "Vans" or "generator" not in page


class BelowSub(Discourse):
    @override
    def answer(self, path: str, query: dict[str, list[str]]) -> JsonValue:
        below = path.startswith("/sub/")
        return super().answer(path.removeprefix("/sub"), query) if below else None


@pytest.mark.parametrize("community", [Discourse(), Lemmy(), NodeBB()], ids=lambda one: one.kind)
def test_an_api_without_pages_is_found_by_asking(community: Community) -> None:
    source, base = recognised(community, "")
    assert (source.kind, source.url) == (community.kind, f"{base}/")
    assert community.requests <= 6


def test_marks_of_a_forum_whose_api_is_closed_do_not_hide_its_feed() -> None:
    pages = {
        "/": GENERATOR.format("Discourse")
        + "<link rel=alternate type=application/rss+xml href=/latest.rss>",
        "/latest.rss": FEED,
    }

    def closed(asked: Asked) -> Reply | None:
        page = pages.get(asked.path)
        return Reply(status="403 Members only") if page is None else Reply(body=page.encode())

    with MisbehavingServer(closed) as server:
        source = through_gate(lambda gate: recognise(server.url("/"), gate, now=NOW))
    assert (source.kind, source.name) == (SourceKind.FEED, "Hidden feed")


def test_a_mastodon_without_a_hashtag_is_told_what_to_give() -> None:
    with pytest.raises(NothingToRead, match="/tags/helpdesk"):
        recognised(Mastodon(), "<div id=mastodon></div>")


@pytest.mark.parametrize("place", ["/feed", "/atom.xml", "/blog/index.xml"])
def test_a_feed_that_no_page_names_is_found_where_feeds_stand(place: str) -> None:
    pages = {"/blog": "<title>A blog</title>", place: FEED}

    def blog(asked: Asked) -> Reply:
        page = pages.get(asked.path)
        return Reply(status="404 No") if page is None else Reply(body=page.encode())

    with MisbehavingServer(blog) as server:
        source = through_gate(lambda gate: recognise(server.url("/blog"), gate, now=NOW))
        assert source.url == server.url(place)
        assert len(server.requests) <= 13
    assert (source.kind, source.name) == (SourceKind.FEED, "Hidden feed")


def test_a_json_feed_that_a_page_names_is_found() -> None:
    pages = {
        "/": "<link rel=alternate type=application/json href=/wp-json/oembed/1.0?x=1>"
        "<link rel=alternate type=application/feed+json href=/feed.json>",
        "/feed.json": '{"version": "https://jsonfeed.org/version/1.1", "title": "J", "items": []}',
    }

    def blog(asked: Asked) -> Reply | None:
        page = pages.get(asked.path)
        return None if page is None else Reply(body=page.encode())

    with MisbehavingServer(blog) as server:
        source = through_gate(lambda gate: recognise(server.url("/"), gate, now=NOW))
        assert not server.asked_for("/wp-json/oembed/1.0")
    assert (source.kind, source.name) == (SourceKind.FEED, "J")


def test_a_host_that_asks_for_rest_is_not_searched_any_further() -> None:
    def busy(asked: Asked) -> Reply | None:
        if asked.path == "/":
            return Reply(body=b"<title>A page</title>")
        return None if asked.path == "/robots.txt" else Reply(status="429 Slow Down")

    with MisbehavingServer(busy) as server:
        error = failure(lambda gate: recognise(server.url("/"), gate, now=NOW))
        assert len(server.requests) == 3
    assert isinstance(error, RateLimited)


def pages_of(pages: Mapping[str, str]) -> Callable[[Asked], Reply]:
    """Return a site that has these pages, by path and query, and no others."""

    def answer(asked: Asked) -> Reply:
        page = pages.get(asked.path)
        return Reply(status="404 No") if page is None else Reply(body=page.encode())

    return answer


TOPIC = (
    '<li class="t"><a href="/d/{0}-crm">Which CRM for {0} people?</a> <a href="/u/ann">ann</a> '
    "<time datetime=2026-06-2{0}T10:00:00Z>June 2{0}</time> <span>{0} replies</span></li>"
)


def test_threads_of_unknown_software_are_read_by_their_pages_even_where_there_is_a_feed() -> None:
    board = (
        "<title>Talk</title><link rel=alternate type=application/rss+xml href=/feed>"
        f"<ul>{''.join(map(TOPIC.format, range(1, 7)))}</ul>"
    )
    with MisbehavingServer(pages_of({"/": board, "/feed": FEED})) as server:
        source = through_gate(lambda gate: recognise(server.url("/"), gate, now=NOW))
    assert (source.kind, source.name) == (SourceKind.FORUM, "Talk")


@pytest.mark.parametrize("place", ["/forum/", "/community/"])
def test_a_forum_is_found_below_a_root_that_has_no_page(place: str) -> None:
    with MisbehavingServer(pages_of({place: PAGES["/forum/"]})) as server:
        source = through_gate(lambda gate: recognise(server.url("/"), gate, now=NOW))
        assert source.url == server.url(place)
    assert source.kind is SourceKind.FORUM


def test_comments_of_isso_are_found_at_its_base() -> None:
    said = {
        "id": 1,
        "text": "<p>Hi</p>",
        "created": 1_780_000_000.0,
        "uri": "/post/",
        "parent": None,
    }
    latest = json.dumps([said])
    with MisbehavingServer(pages_of({"/latest?limit=1000": latest})) as server:
        source = through_gate(lambda gate: recognise(server.url("/"), gate, now=NOW))
        assert source.url == server.url("/latest?limit=1000")
    assert source.kind is SourceKind.FORUM

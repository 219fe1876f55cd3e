"""The sample communities over real HTTP: what a crawler and a person with a browser meet."""

import json
import re
from calendar import timegm
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from email.message import Message
from email.utils import format_datetime, parsedate_to_datetime
from http.client import HTTPConnection
from io import BytesIO
from typing import Any, NamedTuple
from urllib.parse import quote, urlencode, urljoin, urlsplit

import feedparser
import pytest
from protego import Protego
from selectolax.lexbor import LexborHTMLParser, LexborNode

from service.demo.communities import Communities, CommunitiesError
from service.demo.samples import SamplePost, Site, load_posts

ANCHOR = datetime(2026, 3, 4, 9, 30, tzinfo=UTC)
POSTS = load_posts()


class Answer(NamedTuple):
    status: int
    headers: Message
    body: bytes

    @property
    def text(self) -> str:
        return self.body.decode()

    @property
    def html(self) -> LexborHTMLParser:
        return LexborHTMLParser(self.body)


def fetch(url: str, headers: Mapping[str, str] | None = None, *, method: str = "GET") -> Answer:
    parts = urlsplit(url)
    connection = HTTPConnection(parts.netloc, timeout=5)
    try:
        target = parts.path + (f"?{parts.query}" if parts.query else "")
        connection.request(method, target, headers=dict(headers or {}))
        answer = connection.getresponse()
        return Answer(answer.status, answer.headers, answer.read())
    finally:
        connection.close()


@pytest.fixture(scope="module")
def communities() -> Iterator[Communities]:
    with Communities(ANCHOR) as running:
        yield running


def posts_of(site: Site) -> list[SamplePost]:
    return [post for post in POSTS if post.place.site is site]


def words_of(text: str) -> str:
    """Return the words of a text, whatever markup, quotes and breaks stood around them."""
    return " ".join(re.findall(r"\w+", text))


def searched(communities: Communities, **asked: object) -> dict[str, Any]:
    answer = fetch(f"{communities.api_url}/search_by_date?{urlencode(asked)}")
    assert answer.status == 200
    found: dict[str, Any] = json.loads(answer.body)
    return found


@pytest.mark.parametrize("site", list(Site))
def test_every_permalink_opens_a_page_that_holds_the_post(
    communities: Communities, site: Site
) -> None:
    for post in posts_of(site):
        url = communities.url_of(post)
        answer = fetch(url)
        assert answer.status == 200, url
        fragment = urlsplit(url).fragment
        place = answer.html.css_first(f"[id='{fragment}']" if fragment else "body")
        assert place is not None, url
        assert words_of(post.text) in words_of(place.text(separator=" ")), url


def test_what_is_not_there_is_404(communities: Communities) -> None:
    forum, api = communities.forum_url, communities.api_url
    addresses = [
        f"{forum}viewtopic.php?t=1",
        f"{forum}viewtopic.php?p=x",
        f"{forum}viewforum.php?f=99",
        f"{forum}feed",
        f"{api}/items/1",
        f"{api}/search",
        urljoin(api, "/item?id=1"),
        urljoin(communities.feed_urls["counter-talk"], "no-such-thread"),
    ]
    assert [fetch(address).status for address in addresses] == [404] * len(addresses)


@pytest.mark.parametrize("site", list(Site))
def test_robots_txt_lets_everybody_read(communities: Communities, site: Site) -> None:
    root = communities.url_of(posts_of(site)[0])
    rules = Protego.parse(fetch(urljoin(root, "/robots.txt")).text)
    assert rules.can_fetch(root, "Harken")


@pytest.mark.parametrize("name", ["counter-talk", "slow-renovation", "ridge-and-gutter"])
class TestFeed:
    def test_feedparser_reads_every_post_of_it(self, communities: Communities, name: str) -> None:
        feed = feedparser.parse(BytesIO(fetch(communities.feed_urls[name]).body))
        written = {
            communities.url_of(post): post for post in posts_of(Site.FEED) if post.place.id == name
        }
        assert not feed.bozo
        assert {entry.link for entry in feed.entries} == set(written)
        for entry in feed.entries:
            post = written[entry.link]
            assert words_of(post.text) == words_of(
                LexborHTMLParser(entry.content[0].value).text(separator=" ")
            )
            assert entry.author == post.author
            assert datetime.fromtimestamp(timegm(entry.published_parsed), UTC) == post.published(
                ANCHOR
            )
            assert re.fullmatch(rf"tag:millrace\.example,2019:{name}:\d+", entry.id)

    def test_it_stands_newest_first(self, communities: Communities, name: str) -> None:
        feed = feedparser.parse(BytesIO(fetch(communities.feed_urls[name]).body))
        times = [entry.published_parsed for entry in feed.entries]
        assert times == sorted(times, reverse=True)

    def test_a_reader_who_has_it_gets_304(self, communities: Communities, name: str) -> None:
        url = communities.feed_urls[name]
        first = fetch(url)
        tag, changed = first.headers["ETag"], first.headers["Last-Modified"]
        older = format_datetime(parsedate_to_datetime(changed) - timedelta(days=1), usegmt=True)
        for headers, status in [
            ({"If-None-Match": tag}, 304),
            ({"If-None-Match": f'"x", W/{tag}'}, 304),
            ({"If-Modified-Since": changed}, 304),
            ({"If-Modified-Since": older}, 200),
            ({"If-None-Match": '"x"', "If-Modified-Since": changed}, 200),
        ]:
            again = fetch(url, headers)
            assert again.status == status, headers
            assert again.headers["ETag"] == tag
            assert bool(again.body) is (status == 200)

    def test_the_home_page_and_its_own_lead_to_it(
        self, communities: Communities, name: str
    ) -> None:
        url = communities.feed_urls[name]
        for address in (urljoin(url, "/"), urljoin(url, ".")):
            links = fetch(address).html.css("link[rel=alternate]")
            assert url in {urljoin(url, link.attributes["href"] or "") for link in links}


def test_a_person_can_walk_the_forum_and_meets_every_post_once(communities: Communities) -> None:
    met: list[str] = []
    for board in links(communities.forum_url, "a.forumtitle"):
        for listing in pages(board):
            for row in fetch(listing).html.css("ul.topiclist.topics li.row"):
                met += walk_topic(listing, row)
    assert len(met) == len(set(met))
    assert set(met) == {f"p{post.id}" for post in posts_of(Site.FORUM)}


def walk_topic(listing: str, row: LexborNode) -> list[str]:
    """Return the ids of the posts of a topic, after holding its row against them."""
    topic = urljoin(listing, attribute(row, "a.topictitle", "href"))
    posts = [post for page in pages(topic) for post in fetch(page).html.css("div.post[id^=p]")]
    replies = re.match(r"\d+", text_of(row, "dd.posts"))
    assert replies is not None
    assert int(replies[0]) == len(posts) - 1
    last = attribute(row, "dd.lastpost time", "datetime")
    assert last == attribute(posts[-1], "p.author time[datetime]", "datetime")
    times = [attribute(post, "p.author time[datetime]", "datetime") for post in posts]
    assert times == sorted(times)
    return [post.attributes["id"] or "" for post in posts]


def pages(first: str) -> Iterator[str]:
    """Yield the address of every page of a listing or topic, following "next"."""
    address: str | None = first
    while address is not None:
        yield address
        following = fetch(address).html.css_first("li.next a[rel=next]")
        href = following.attributes["href"] if following else None
        address = urljoin(address, href) if href else None


def links(address: str, selector: str) -> list[str]:
    found = fetch(address).html.css(selector)
    return [urljoin(address, link.attributes["href"] or "") for link in found]


def attribute(node: LexborNode, selector: str, name: str) -> str:
    found = node.css_first(selector)
    assert found is not None, selector
    value = found.attributes[name]
    assert value is not None
    return value


def text_of(node: LexborNode, selector: str) -> str:
    found = node.css_first(selector)
    assert found is not None, selector
    return found.text(strip=True)


def test_two_topics_and_a_board_need_more_than_one_page(communities: Communities) -> None:
    boards = links(communities.forum_url, "a.forumtitle")
    listings = [list(pages(board)) for board in boards]
    topics = [
        topic for board in listings for page in board for topic in links(page, "a.topictitle")
    ]
    long_topics = [topic for topic in topics if len(list(pages(topic))) > 1]
    assert any(len(board) > 1 for board in listings)
    assert len(long_topics) >= 2
    for topic in long_topics:
        assert len(fetch(topic).html.css("div.post")) == 10
        assert fetch(f"{topic}&start=10").html.css("div.post")


def test_a_forum_post_is_marked_up_as_prosilver_does(communities: Communities) -> None:
    quoting = next(post for post in posts_of(Site.FORUM) if post.text.startswith(">"))
    page = fetch(communities.url_of(quoting)).html
    post = page.css_first(f"div.post#p{quoting.id}")
    assert post is not None
    assert text_of(post, ".postprofile .username") == quoting.author
    assert attribute(post, "p.author time", "datetime") == quoting.published(ANCHOR).isoformat()
    assert text_of(post, ".postbody .content blockquote cite").endswith("wrote:")
    assert page.css("div.signature")
    assert not page.css(".content .signature")


def test_the_api_gives_everything_newest_first(communities: Communities) -> None:
    found = searched(communities, tags="(story,comment)", hitsPerPage=1000)
    written = posts_of(Site.API)
    assert found["nbHits"] == len(written)
    assert {hit["objectID"] for hit in found["hits"]} == {str(post.id) for post in written}
    times = [hit["created_at_i"] for hit in found["hits"]]
    assert times == sorted(times, reverse=True)


def test_a_hit_says_where_it_belongs(communities: Communities) -> None:
    hits = searched(communities, hitsPerPage=1000)["hits"]
    by_id = {hit["objectID"]: hit for hit in hits}
    for post in posts_of(Site.API):
        hit = by_id[str(post.id)]
        assert hit["created_at_i"] == post.published(ANCHOR).timestamp()
        assert datetime.fromisoformat(hit["created_at"]) == post.published(ANCHOR)
        assert (hit["author"], hit["parent_id"]) == (post.author, post.parent)
        assert str(hit["story_id"]) == post.thread
        assert (hit["title"], hit["story_title"]) == (
            (post.thread_title, None) if post.is_opening else (None, post.thread_title)
        )
        markup = hit["story_text" if post.is_opening else "comment_text"] or ""
        assert words_of(LexborHTMLParser(markup).text(separator=" ")) == words_of(post.text)
        assert f"story_{post.thread}" in hit["_tags"]


def test_tags_words_and_times_narrow_the_search(communities: Communities) -> None:
    everything = searched(communities, hitsPerPage=1000)
    stories = searched(communities, tags="story", hitsPerPage=1000)
    comments = searched(communities, tags="comment", hitsPerPage=1000)
    assert stories["nbHits"] + comments["nbHits"] == everything["nbHits"]
    asked = searched(communities, tags="ask_hn")["hits"]
    assert asked
    assert all(hit["title"].startswith("Ask HN:") for hit in asked)
    pumps = searched(communities, query="heat pump", tags="comment")["hits"]
    assert pumps
    assert all("heat pump" in json.dumps(hit).casefold() for hit in pumps)
    day_ago = int((ANCHOR - timedelta(days=1)).timestamp())
    young = searched(communities, numericFilters=f"created_at_i>{day_ago}", hitsPerPage=1000)
    old = searched(communities, numericFilters=f"created_at_i<={day_ago}", hitsPerPage=1000)
    assert young["nbHits"] + old["nbHits"] == everything["nbHits"]
    assert all(hit["created_at_i"] > day_ago for hit in young["hits"])
    window = f"created_at_i>{day_ago - 86_400},created_at_i<{day_ago}"
    between = searched(communities, numericFilters=window)["hits"]
    assert between
    assert all(day_ago - 86_400 < hit["created_at_i"] < day_ago for hit in between)


def test_a_search_that_cannot_be_read_is_400(communities: Communities) -> None:
    answer = fetch(f"{communities.api_url}/search_by_date?numericFilters={quote('age>3')}")
    assert answer.status == 400
    assert "age>3" in json.loads(answer.body)["message"]


def test_an_item_carries_the_whole_conversation(communities: Communities) -> None:
    def below(item: Mapping[str, Any]) -> int:
        return sum(1 + below(child) for child in item["children"])

    for story in searched(communities, tags="story", hitsPerPage=1000)["hits"]:
        item = json.loads(fetch(f"{communities.api_url}/items/{story['objectID']}").body)
        assert below(item) == story["num_comments"]


def test_other_ports_change_links_and_nothing_else(communities: Communities) -> None:
    with Communities(ANCHOR) as others:
        assert others.api_url != communities.api_url
        pairs = [(communities.url_of(post), others.url_of(post)) for post in POSTS[::20]]
        pairs += zip(communities.feed_urls.values(), others.feed_urls.values(), strict=True)
        search = "/search_by_date?hitsPerPage=1000"
        pairs.append((communities.api_url + search, others.api_url + search))
        for ours, theirs in pairs:
            same = fetch(theirs).text.replace(urlsplit(theirs).netloc, urlsplit(ours).netloc)
            assert same == fetch(ours).text


def test_head_gives_the_headers_only(communities: Communities) -> None:
    answer = fetch(communities.forum_url, method="HEAD")
    assert (answer.status, answer.body) == (200, b"")


def test_a_taken_port_is_reported_and_nothing_stays_open(communities: Communities) -> None:
    taken = urlsplit(communities.forum_url).port
    assert taken is not None
    others = Communities(ANCHOR)
    with pytest.raises(CommunitiesError, match=f"127.0.0.1:{taken}"):
        others.start((0, taken, 0))
    with pytest.raises(CommunitiesError, match="not been started"):
        _ = others.forum_url
    others.stop()


def test_they_can_be_stopped_twice_and_started_again_on_the_same_ports() -> None:
    communities = Communities(ANCHOR)
    communities.start()
    first = communities.api_url
    with pytest.raises(CommunitiesError, match="running already"):
        communities.start()
    communities.stop()
    communities.stop()
    with pytest.raises(ConnectionRefusedError):
        fetch(first)
    port = urlsplit(first).port
    assert port is not None
    communities.start((0, 0, port))
    assert fetch(f"{communities.api_url}/search_by_date").status == 200
    communities.stop()

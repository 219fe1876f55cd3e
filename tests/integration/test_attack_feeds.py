"""The attack rows X01-X44: documents and answers that are made to hurt.

Each row is a test or a case that carries its id, so that ``pytest -k x17`` runs it. They go
through the real adapter, gate and parsing child against a server on loopback. What is expected
of all: no crash, bounded time, nothing opened, an error in words, the next source unaffected.
"""

import gzip
import json
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path

import pytest
from pydantic import JsonValue
from sqlalchemy import Engine
from sqlmodel import select

from crawlers.errors import (
    BadDocument,
    BrokenAnswer,
    EmptyDocument,
    NotAFeed,
    PoisonDocument,
    RateLimited,
    SourceError,
    TimedOut,
    TooLarge,
    TooManyRedirects,
    Truncated,
)
from crawlers.fetch import Gate, Limits
from crawlers.forums.spider import SETTINGS
from crawlers.found import FoundPost
from models.post import Post
from nlp.text import read
from service.store.engine import reading
from service.web.wording.names import may_pretend
from tests.attacks import rows_of
from tests.builders import a_place, a_post
from tests.crawling import (
    a_gate,
    a_source,
    batches,
    failure,
    polled,
    posts_of,
    stored,
    through_gate,
)
from tests.misbehaving import Asked, MisbehavingServer, Reply, rss

#: Seconds that a document may take, with all that is done to it; the machine may be busy.
PATIENCE = 30


def a_feed(item: str, *, head: str = "", prolog: str = "") -> bytes:
    """Return an RSS feed of one item."""
    channel = f"<title>A feed</title>{head}<item>{item}</item>"
    return f"{prolog}<rss version='2.0'><channel>{channel}</channel></rss>".encode()


@contextmanager
def serving(
    body: bytes | Callable[[int], bytes], *, kind: str = "application/rss+xml", **headers: str
) -> Iterator[MisbehavingServer]:
    """Serve ``body`` as /f; a function is told how often it was asked for before."""

    def site(asked: Asked) -> Reply | None:
        if asked.path != "/f":
            return None
        before = len(server.asked_for("/f")) - 1
        return Reply(
            body=body(before) if callable(body) else body,
            kind=kind,
            headers={name.replace("_", "-"): value for name, value in headers.items()},
        )

    with MisbehavingServer(site) as server:
        yield server


def outcome(body: bytes, **how: str) -> tuple[list[FoundPost], SourceError | None]:
    """Return the posts of a feed with this body, or what is wrong with it; in bounded time."""
    began = time.monotonic()
    with serving(body, **how) as server:
        try:
            found, error = posts_of(polled(a_source(server.url("/f")))), None
        except SourceError as caught:
            found, error = [], caught
    assert time.monotonic() - began < PATIENCE
    assert error is None or error.reason
    for post in found:
        assert len(post.title) <= 300
        assert len(post.text.encode()) <= 64 * 1024
        assert len(post.external_id) <= 512
        assert "\x1b" not in post.text + post.title
    return found, error


def the_post(body: bytes, **how: str) -> FoundPost:
    found, error = outcome(body, **how)
    assert error is None
    (post,) = found
    return post


@pytest.fixture
def sentinel(tmp_path: Path) -> Path:
    """A feed on our own disk, which nobody may read."""
    path = tmp_path / "sentinel.xml"
    path.write_bytes(rss(1, prefix="SENTINEL"))
    return path


def test_x01_a_body_that_is_a_path_is_not_opened(sentinel: Path) -> None:
    for body in (str(sentinel).encode(), b"/etc/passwd"):
        found, error = outcome(body)
        assert (found, type(error)) == ([], NotAFeed)


def test_x02_nor_is_a_device() -> None:
    found, error = outcome(b"/dev/zero")
    assert (found, type(error)) == ([], NotAFeed)


def test_x03_nor_is_an_address(misbehaving: MisbehavingServer) -> None:
    found, error = outcome(misbehaving.url("/feed.xml").encode())
    assert (found, type(error)) == ([], NotAFeed)
    assert misbehaving.requests == []


def test_x04_nor_is_a_file_s_address(sentinel: Path) -> None:
    found, error = outcome(sentinel.as_uri().encode())
    assert (found, type(error)) == ([], NotAFeed)


def laughs() -> str:
    levels = "".join(f"<!ENTITY l{n} '{f'&l{n - 1};' * 10}'>" for n in range(1, 10))
    return f"<!DOCTYPE rss [<!ENTITY l0 'ha'>{levels}]>"


POISON = {
    "X05 billion laughs": a_feed("<title>&l9;</title>", prolog=laughs()),
    "X06 quadratic blow-up": a_feed(
        f"<title>{'&a;' * 20_000}</title>",
        prolog=f"<!DOCTYPE rss [<!ENTITY a '{'x' * 100_000}'>]>",
    ),
    "X11 attributes": a_feed("<x " + " ".join(f"a{n}=''" for n in range(64_000)) + "/>"),
    "X16 nested elements": a_feed("<b>" * 100_000 + "</b>" * 100_000),
    "X37 entities in UTF-16": a_feed("<title>&l9;</title>", prolog=laughs())
    .decode()
    .encode("utf-16"),
}


@pytest.mark.parametrize("body", POISON.values(), ids=POISON)
def test_a_document_built_to_be_expensive_is_marked(body: bytes) -> None:
    found, error = outcome(body)
    assert (found, type(error)) == ([], PoisonDocument)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16", "utf-32"])
def test_x07_x37_a_file_that_an_entity_names_is_not_read(sentinel: Path, encoding: str) -> None:
    doctype = f"<!DOCTYPE rss [<!ENTITY x SYSTEM '{sentinel.as_uri()}'>]>"
    body = a_feed("<title>before &x; after</title>", prolog=doctype).decode().encode(encoding)
    found, _ = outcome(body)
    assert all("SENTINEL" not in post.title + post.text for post in found)


@pytest.mark.parametrize(
    "doctype",
    [
        pytest.param("<!DOCTYPE rss [<!ENTITY % x SYSTEM '{}'> %x;]>", id="X08 parameter entity"),
        pytest.param("<!DOCTYPE rss [<!ENTITY x SYSTEM '{}'>]>", id="X08 entity"),
        pytest.param("<!DOCTYPE rss SYSTEM '{}'>", id="X09 system"),
        pytest.param("<!DOCTYPE rss PUBLIC '-//N//DTD RSS 0.91//EN' '{}'>", id="X09 public"),
    ],
)
def test_nothing_that_a_doctype_names_is_fetched(
    misbehaving: MisbehavingServer, doctype: str
) -> None:
    prolog = doctype.format(misbehaving.url("/evil.dtd"))
    assert the_post(a_feed("<title>a</title>", prolog=prolog)).title == "a"
    assert misbehaving.requests == []


def test_x09_a_doctype_on_our_own_disk_is_not_read(sentinel: Path) -> None:
    prolog = f"<!DOCTYPE rss SYSTEM '{sentinel.as_uri()}'>"
    assert the_post(a_feed("<title>a</title>", prolog=prolog)).title == "a"


MARKUP = {
    "X10 comments": "&lt;!--" * 64_000,
    "X12 deep div": "&lt;div&gt;" * 64_000,
    "X13 attributes": "&lt;p " + "a='' " * 64_000 + "&gt;",
    "X14 open links": "&lt;a href=&quot;" * 16_000,
    "X15 less-than": "&lt;" * 300_000,
    "X15 ampersands": "&amp;" * 300_000,
    "X15 open tags": "&lt;a " * 200_000,
    "X16 nested b in a post": "&lt;b&gt;" * 100_000,
    "X42 one word": "a" * 300_000,
    "X42 zalgo": "a" + "\u0301" * 10_000,
    "X42 families": "👨\u200d👩\u200d👧\u200d👦" * 10_000,
}


@pytest.mark.parametrize("markup", MARKUP.values(), ids=MARKUP)
def test_hostile_markup_in_a_post_costs_little(markup: str) -> None:
    post = the_post(a_feed(f"<title>t</title><description>{markup}</description>"))
    assert post.title == "t"


def test_x17_of_a_hundred_thousand_items_the_newest_are_read() -> None:
    items = "".join(f"<item><guid>{n}</guid></item>" for n in range(100_000))
    body = f"<rss version='2.0'><channel><title>A</title>{items}</channel></rss>".encode()
    found, error = outcome(body)
    assert len(found) <= 2_000
    assert found or isinstance(error, BadDocument)


def test_x18_a_title_of_seven_megabytes_is_cut_and_one_of_ten_not_fetched() -> None:
    assert len(the_post(a_feed(f"<title>{'x' * 7_000_000}</title>")).title) == 300
    _, error = outcome(a_feed(f"<title>{'x' * 10_000_000}</title>"))
    assert isinstance(error, TooLarge)


@pytest.mark.parametrize("coding", ["gzip", "deflate", "br", "zstd"])
def test_x19_x20_a_bomb_is_stopped_while_it_unfolds(
    misbehaving: MisbehavingServer, coding: str
) -> None:
    gate = a_gate(limits=Limits(body_bytes=2**20))
    error = failure(lambda opened: opened.get(misbehaving.url(f"/bomb?coding={coding}")), gate)
    assert isinstance(error, TooLarge)


@pytest.mark.parametrize("coding", ["gzip, gzip", ", ".join(["gzip"] * 10), "gzip, br", "rot13"])
def test_x21_more_than_one_wrapping_is_refused(coding: str) -> None:
    body = rss(1)
    for _ in coding.split(","):
        body = gzip.compress(body)
    _, error = outcome(body, Content_Encoding=coding)
    assert isinstance(error, BrokenAnswer)
    assert "nobody asked for" in error.reason


def test_x21_nor_may_two_headers_say_it() -> None:
    body = gzip.compress(gzip.compress(rss(1)))
    _, error = outcome(body, Content_Encoding="gzip\r\nContent-Encoding: gzip")
    assert isinstance(error, BrokenAnswer)


@pytest.mark.parametrize(
    ("path", "kind"),
    [
        pytest.param("/drip", TimedOut, id="X22 drip"),
        pytest.param("/stall-in-body", TimedOut, id="X22 stall"),
        pytest.param("/endless", TooLarge, id="X23 chunks"),
        pytest.param("/length-boast", TooLarge, id="X23 boast"),
        pytest.param("/length-lie", Truncated, id="X23 lie"),
        pytest.param("/many-headers", BrokenAnswer, id="X40 many headers"),
        pytest.param("/huge-etag?size=1000000", BrokenAnswer, id="X40 huge header"),
        pytest.param("/loop", TooManyRedirects, id="X38 loop"),
        pytest.param("/chain?left=6", TooManyRedirects, id="X38 chain"),
        pytest.param("/html", NotAFeed, id="X39 log-in page"),
        pytest.param("/empty", EmptyDocument, id="X39 empty"),
    ],
)
def test_an_answer_that_is_made_to_hold_us_up_is_given_up_on(
    misbehaving: MisbehavingServer, path: str, kind: type[SourceError]
) -> None:
    gate = a_gate(limits=Limits(stall_seconds=0.4, total_seconds=0.8, body_bytes=2**20))
    source = a_source(misbehaving.url(path))
    error = failure(lambda opened: batches(opened, source), gate)
    assert isinstance(error, kind)


@pytest.mark.parametrize("kind", ["image/png", "text/html", "application/octet-stream", "x"])
def test_x24_a_feed_is_a_feed_whatever_the_server_calls_it(kind: str) -> None:
    assert the_post(a_feed("<title>x</title>"), kind=kind).title == "x"


def test_x25_utf_7_does_not_smuggle_markup() -> None:
    hidden = "<description>+ADw-script+AD4-alert(1)+ADw-/script+AD4-</description>"
    prolog = "<?xml version='1.0' encoding='utf-7'?>"
    for kind in ("text/xml", "text/xml; charset=utf-7"):
        assert "<script" not in the_post(a_feed(hidden, prolog=prolog), kind=kind).text


CODECS = ("idna", "punycode", "unicode_escape", "zlib", "rot13", "base64", "no-such-codec")


@pytest.mark.parametrize("codec", CODECS, ids=[f"X26 {codec}" for codec in CODECS])
def test_a_codec_that_is_none_of_text_is_not_used(codec: str) -> None:
    prolog = f"<?xml version='1.0' encoding='{codec}'?>"
    body = a_feed("<title>\\u0041 a-b</title>", prolog=prolog)
    assert the_post(body, kind=f"text/xml; charset={codec}").title == "\\u0041 a-b"


@pytest.mark.parametrize(
    "body",
    [
        pytest.param(
            b"\x00".join(bytes([b]) for b in a_feed("<title>Size</title>")) + b"\x00",
            id="X27 UTF-16 without a mark",
        ),
        pytest.param(
            a_feed("<title>Gr\udc80</title>".encode("utf-8", "replace").decode()),
            id="X27 surrogate",
        ),
        pytest.param(a_feed("<title>S</title>").replace(b"S", b"\xff\xfeS\xc3"), id="X27 mixed"),
        pytest.param(a_feed("<title>a\x00b\x1b[2Jc</title>"), id="X27 NUL and ANSI"),
        pytest.param(a_feed("<title>&#x1b;[2J&#0;&#xd800;x</title>"), id="X27 references"),
    ],
)
def test_odd_characters_are_cleaned(body: bytes) -> None:
    found, error = outcome(body)
    assert found or isinstance(error, BadDocument)
    for post in found:
        (post.title + post.text).encode()  # no lone surrogate
        assert not any(ord(letter) < 32 for letter in post.title)


DATES = {
    "X28 year 0": "0000-01-01T00:00:00Z",
    "X28 year 9999": "9999-12-31T23:59:59-12:00",
    "X28 year 9999 in words": "Fri, 31 Dec 9999 23:59:59 -1200",
    "X28 digits": "9" * 100_000,
    "X28 future": "Mon, 02 Feb 2099 10:00:00 GMT",
    "X28 30 February": "Mon, 30 Feb 2026 10:00:00 GMT",
    "X28 month 13": "2026-13-45T99:99:99Z",
}


@pytest.mark.parametrize("date", DATES.values(), ids=DATES)
def test_a_date_that_cannot_be_does_not_cost_the_post(date: str) -> None:
    post = the_post(a_feed(f"<title>x</title><pubDate>{date}</pubDate>"))
    assert post.published is None or post.published.year == 2026


def ids_at_polls(body: Callable[[int], bytes], polls: int = 2) -> list[list[str]]:
    """Return the ids that each of some polls brings, each going on where the last stopped."""
    cursor: dict[str, JsonValue] = {}
    found = []
    with serving(body) as server:
        for _ in range(polls):
            (batch,) = polled(a_source(server.url("/f"), cursor=cursor))
            found.append([post.external_id for post in batch.posts])
            cursor = dict(stored(batch))
    return found


def an_item(guid: str | None, n: int) -> str:
    named = "" if guid is None else f"<guid isPermaLink='false'>{guid}</guid>"
    return f"<item>{named}<title>Item {n}</title><description>Says {n}.</description></item>"


def in_channel(items: str, note: int) -> bytes:
    return (
        f"<rss version='2.0'><channel><title>A</title><ttl>{60 + note}</ttl>{items}"
        "</channel></rss>"
    ).encode()


GUIDS: dict[str, Callable[[int, int], str | None]] = {
    "X29 none": lambda n, poll: None,
    "X29 all the same": lambda n, poll: "same",
    "X29 huge": lambda n, poll: f"{n}" + "x" * 1_000_000,
    "X29 changing": lambda n, poll: f"{n}-{poll}",
}


@pytest.mark.parametrize("guid", GUIDS.values(), ids=GUIDS)
def test_items_are_told_apart_and_known_again(guid: Callable[[int, int], str | None]) -> None:
    first, second = ids_at_polls(
        lambda poll: in_channel("".join(an_item(guid(n, poll), n) for n in range(3)), poll)
    )
    assert len(set(first)) == 3
    assert set(second) <= set(first)
    assert all(len(identifier) <= 512 for identifier in first)


def test_x30_a_post_that_is_edited_over_and_over_is_one_row(sqlite_engine: Engine) -> None:
    place = a_place(sqlite_engine)
    for n in range(60):  # a thousand would differ in the time that they take
        place.take_in(a_post("t/1", text=f"words {n}", edited=None))
    with reading(sqlite_engine) as db:
        (row,) = db.exec(select(Post)).all()
    assert row.text == "words 59"


LINKS = {
    "X31 javascript": "javascript:alert(1)",
    "X31 mixed case": "JaVaScRiPt:alert(1)",
    "X31 tab": "java&#9;script:alert(1)",
    "X31 data": "data:text/html,x",
    "X31 vbscript": "vbscript:x",
    "X31 file": "file:///etc/passwd",
    "X32 javascript with a host": "javascript://youtube.com/%0Aalert(1)",
}


@pytest.mark.parametrize("link", LINKS.values(), ids=LINKS)
def test_a_link_that_a_person_must_not_click_is_dropped(link: str) -> None:
    item = (
        f"<title>x</title><link>{link}</link><guid isPermaLink='true'>{link}</guid>"
        f"<description>&lt;iframe src='{link}'&gt;&lt;/iframe&gt;y</description>"
    )
    post = the_post(a_feed(item))
    assert post.url is None or post.url.startswith("http://127.0.0.1:")
    assert "script:" not in post.text


@pytest.mark.parametrize(
    "base", ["javascript:alert(1)//", "//evil.example/", "data:,"], ids=lambda base: f"X33 {base}"
)
def test_a_base_that_leads_away_makes_no_dangerous_link(base: str) -> None:
    entry = (
        "<id>tag:a,1</id><title>x</title><link href='p/1'/><updated>2026-06-01T00:00:00Z</updated>"
    )
    body = (
        f"<feed xmlns='http://www.w3.org/2005/Atom' xml:base='{base}'><title>A</title>"
        f"<entry>{entry}</entry></feed>"
    ).encode()
    post = the_post(body, kind="application/atom+xml")
    assert post.url is None or post.url.startswith(("http://", "https://"))


@pytest.mark.parametrize("length", ["-1", "1" + "0" * 30, "NaN", ""], ids=lambda n: f"X34 {n}")
def test_an_enclosure_is_nothing_to_us(length: str) -> None:
    enclosure = f"<enclosure url='http://a.example/x.mp3' length='{length}' type='audio/mpeg'/>"
    assert the_post(a_feed(f"<title>x</title>{enclosure}")).title == "x"


JSON_FEED = '{"version": "https://jsonfeed.org/version/1.1", "title": "A", "items": [%s]}'
JSON = {
    "X35 nested": JSON_FEED % ("[" * 100_000 + "]" * 100_000),
    "X35 open": '{"version": "https://jsonfeed.org/version/1.1", "items": ' + "[" * 100_000,
    "X35 twice": JSON_FEED % '{"id": "1", "id": "2", "content_text": "x"}',
    "X35 digits": JSON_FEED % ('{"id": ' + "9" * 100_000 + ', "content_text": "x"}'),
    "X35 NaN": JSON_FEED % '{"id": NaN, "content_text": "x", "date_published": Infinity}',
    "X35 proto": JSON_FEED % '{"id": "1", "__proto__": {"url": "javascript:x"}}',
}


@pytest.mark.parametrize("body", JSON.values(), ids=JSON)
def test_a_hostile_json_feed_is_bounded(body: str) -> None:
    found, error = outcome(body.encode(), kind="application/feed+json")
    assert len(found) <= 1
    assert found or error is None or isinstance(error, BadDocument)
    assert all(post.url is None for post in found)


COMMENTS = (
    "<!--[if IE]><script>alert(1)</script><![endif]-->",
    "<!-- --!><script>alert(1)</script>",
)


@pytest.mark.parametrize("markup", COMMENTS, ids=["X36 conditional", "X36 odd end"])
def test_a_malformed_comment_is_inert(markup: str) -> None:
    escaped = markup.replace("<", "&lt;").replace(">", "&gt;")
    post = the_post(a_feed(f"<title>x</title><description>{escaped} words</description>"))
    assert "<script" not in post.text


def test_x38_a_feed_that_moved_is_read_and_nobody_is_moved(misbehaving: MisbehavingServer) -> None:
    url = misbehaving.url("/redirect?code=301&to=/feed.xml")
    page = through_gate(lambda gate: gate.get(url))
    assert page.moved_to == misbehaving.url("/feed.xml")
    once, twice = polled(a_source(url)), polled(a_source(url))
    assert [post.external_id for post in posts_of(once)] == [
        post.external_id for post in posts_of(twice)
    ]
    assert len(misbehaving.asked_for("/redirect")) == 3  # it is still asked where it was


@pytest.mark.parametrize("size", [1_200, 15_000])
def test_x40_a_validator_that_is_too_long_is_dropped(
    misbehaving: MisbehavingServer, size: int
) -> None:
    (batch,) = polled(a_source(misbehaving.url(f"/huge-etag?size={size}")))
    assert len(batch.posts) == 3
    assert len(json.dumps(dict(batch.cursor))) < 5_000


def test_x40_a_validator_from_an_old_cursor_cannot_write_headers() -> None:
    with MisbehavingServer() as server:
        etag = '"a"\r\nX-Evil: 1'
        through_gate(lambda gate: gate.get(server.url("/echo"), etag=etag))
        (asked,) = server.asked_for("/echo")
    assert not {"x-evil", "if-none-match"} & set(asked.headers)


@pytest.mark.parametrize(
    ("value", "low", "high"),
    [
        pytest.param("999999999999", 86_400, 86_400, id="X41 for ever"),
        pytest.param("-5", 60, 86_400, id="X41 negative"),
        pytest.param("0", 60, 60, id="X41 nothing"),
        pytest.param("Thu, 01 Jan 1970 00:00:00 GMT", 60, 60, id="X41 1970"),
        pytest.param("soon", 60, 86_400, id="X41 words"),
    ],
)
@pytest.mark.parametrize("code", [429, 503])
def test_retry_after_is_held_between_a_minute_and_a_day(
    misbehaving: MisbehavingServer, value: str, low: int, high: int, code: int
) -> None:
    url = misbehaving.url(f"/status?code={code}&retry_after={value.replace(' ', '%20')}")
    error = failure(lambda gate: gate.get(url))
    assert low <= (error.retry_after_seconds or 0) <= high


@pytest.mark.parametrize(
    "words", ["a" * 300_000, "a" + "\u0301" * 300_000, "👨\u200d👩" * 60_000, "x\u200b" * 150_000]
)
def test_x42_what_is_read_of_a_post_s_words_is_bounded(words: str) -> None:
    began = time.process_time()
    read("title", words)
    assert time.process_time() - began < 2


ODD_NAMES = {
    "X43 homoglyph": "p\u0430ypal",  # a Cyrillic a
    "X43 all Cyrillic": "\u0440\u0430\u0443\u0440\u0430",
    "X43 Greek o": "micr\u03bfsoft",
    "X43 override": "user\u202egnp.exe",
    "X43 invisible": "ad\u200bmin",
}


@pytest.mark.parametrize("name", ODD_NAMES.values(), ids=ODD_NAMES)
def test_a_name_that_may_pretend_is_told_of(name: str) -> None:
    assert may_pretend(name)


@pytest.mark.parametrize(
    "name",
    ["paypal", "Анна_Б", "Δημήτρης", "田中 さん", "Kim 민수", "José", "x_42", "", "мама"],
)
def test_x43_an_honest_name_is_not(name: str) -> None:
    assert not may_pretend(name)


def test_x43_a_name_is_shown_set_apart_from_the_text_around_it() -> None:
    templates = Path(__file__).parents[2] / "service" / "web" / "templates"
    shown = [
        (path.name, line)
        for path in templates.rglob("*.html")
        for line in path.read_text().splitlines()
        if "post.author }}" in line or "quote.author }}" in line
    ]
    assert len(shown) >= 2
    assert all("<bdi>" in line for _, line in shown)
    assert any("may_pretend" in line for name, line in shown if name == "talk.html")


def test_x44_a_header_s_value_is_never_looked_up_as_code() -> None:
    with serving(rss(1), Referrer_Policy="os.system") as server:

        async def twice(gate: Gate) -> None:
            await gate.get(server.url("/f"))
            await gate.get(server.url("/echo"))

        through_gate(twice)
        assert all("referer" not in asked.headers for asked in server.requests)
    # what executed it in Scrapy is not there
    assert SETTINGS["SPIDER_MIDDLEWARES_BASE"] == {}


def test_a_host_that_says_too_often_is_named_before_it_is_left_alone(
    misbehaving: MisbehavingServer,
) -> None:
    error = failure(lambda gate: gate.get(misbehaving.url("/status?code=429")))
    assert isinstance(error, RateLimited)
    assert timedelta(minutes=5).seconds <= (error.retry_after_seconds or 0) <= 450


def test_every_row_of_documents_has_a_test() -> None:
    assert rows_of(globals(), "X") == {f"X{number:02}" for number in range(1, 45)}

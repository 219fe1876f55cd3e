import json
import time

import pytest

from crawlers.errors import BadDocument, NotAFeed, PoisonDocument, Unparseable
from crawlers.feeds.document import read_feed
from crawlers.feeds.entry import FeedDocument, FeedEntry

URL = "https://a.example/feed.json"
VERSION = "https://jsonfeed.org/version/1.1"


def read(body: str | bytes, *, most: int = 2_000) -> FeedDocument:
    data = body.encode() if isinstance(body, str) else body
    return read_feed(data, url=URL, content_type="application/feed+json", most=most)


def a_feed(*items: object, **more: object) -> str:
    return json.dumps({"version": VERSION, "title": "F", "items": items, **more})


def the_entry(item: object, **more: object) -> FeedEntry:
    (entry,) = read(a_feed(item, **more)).entries
    return entry


def test_an_item_of_version_1_1_is_read() -> None:
    entry = the_entry(
        {
            "id": "77",
            "url": "/posts/1",
            "external_url": "https://b.example/",
            "title": "Which\n desk? ",
            "content_html": "<p>Long &amp; full.</p><blockquote>theirs</blockquote>",
            "content_text": "Not this.",
            "date_published": "2026-06-01T12:00:00+02:00",
            "date_modified": "2026-06-02T10:00:00Z",
            "authors": [{"name": "Ann <ann@a.example>", "url": "https://a.example/~ann"}],
            "tags": ["crm", "crm", 5, "small shop"],
            "language": "de",
        }
    )
    assert (entry.id, entry.link, entry.title) == (
        "77",
        "https://a.example/posts/1",
        "Which desk?",
    )
    assert (entry.text, entry.quoted) == ("Long & full.", "theirs")
    assert (entry.published, entry.updated) == (1780308000, 1780394400)
    assert (entry.author, entry.author_url) == ("Ann", "https://a.example/~ann")
    assert (entry.tags, entry.language) == (("crm", "small shop"), "de")


def test_what_an_item_does_not_say_the_feed_says_for_it() -> None:
    entry = the_entry(
        {"id": 7, "content_text": "a <b>\n> b"}, author={"name": "Bo"}, language="fr"
    )
    assert (entry.id, entry.author, entry.language) == ("7", "Bo", "fr")
    assert (entry.text, entry.quoted) == ("a <b>", "> b")


def test_an_item_of_version_1_0_has_one_author_and_perhaps_only_another_site_s_link() -> None:
    item = {"id": "1", "external_url": "https://b.example/x", "author": {"name": "Cy"}}
    body = json.dumps({"version": "https://jsonfeed.org/version/1", "items": [item]})
    (entry,) = read(body).entries
    assert (entry.link, entry.author) == ("https://b.example/x", "Cy")


def test_an_item_of_a_strange_shape_costs_itself_only() -> None:
    feed = read(a_feed("x", None, {}, {"id": "1", "title": ["no"], "authors": 5, "tags": "x"}))
    assert [entry.id for entry in feed.entries] == ["1"]
    assert feed.problem == "the document has 4 entries; 1 were read"


def test_items_that_are_known_are_not_given_again() -> None:
    one, two = {"id": "1"}, {"id": "2"}
    first = read(a_feed(one))
    then = read_feed(
        a_feed(two, one).encode(), url=URL, content_type="", known=[e.item for e in first.entries]
    )
    assert [entry.id for entry in then.entries] == ["2"]
    assert set(first.items) < set(then.items)


@pytest.mark.parametrize("newest_first", [True, False])
def test_x17_of_a_huge_json_feed_the_newest_items_are_read(newest_first: bool) -> None:
    items = [{"id": str(n), "date_published": f"2026-06-{n:02}T10:00:00Z"} for n in range(1, 29)]
    feed = read(a_feed(*(items[::-1] if newest_first else items)), most=20)
    assert {entry.id for entry in feed.entries} == {str(n) for n in range(9, 29)}
    assert feed.problem == "the document has 28 entries; 20 were read"


def test_a_byte_order_mark_before_it_does_no_harm() -> None:
    assert read(b"\xef\xbb\xbf" + a_feed({"id": "1"}).encode()).entries


def test_a_bad_byte_and_a_raw_line_break_cost_no_more_than_themselves() -> None:
    body = a_feed({"id": "1", "title": "caf-"}, {"id": "2", "content_text": "one- two"}).encode()
    feed = read(body.replace(b"caf-", b"caf\xe9").replace(b"one- two", b"one\n\ttwo"))
    assert [(entry.title, entry.text) for entry in feed.entries] == [
        ("caf\ufffd", ""),
        ("", "one\ntwo"),
    ]


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        (a_feed().replace('"items": [', '"items": [' + "[" * 100_000), PoisonDocument),
        (a_feed({"x": 10**30}), PoisonDocument),
        (a_feed().replace('"F"', "9" * 100_000), PoisonDocument),
        (a_feed({"x": float("nan")}), Unparseable),
        (a_feed().replace('"F"', "-Infinity"), Unparseable),
        (a_feed().replace('"F"', '"F", "items": [{}]'), Unparseable),
        (a_feed()[:-2], Unparseable),
        ('{"version": "1", "items": []}', NotAFeed),
        (a_feed().replace("[]", "{}"), NotAFeed),
        ('{"hits": []}', NotAFeed),
    ],
    ids=[
        "X35 nested lists",
        "X35 huge integer",
        "X35 integer of 100,000 digits",
        "X35 NaN",
        "X35 Infinity",
        "X35 duplicate keys",
        "broken off",
        "no version",
        "no list",
        "another JSON",
    ],
)
def test_json_that_no_feed_needs_is_refused_at_once(
    body: str | bytes, kind: type[BadDocument]
) -> None:
    began = time.process_time()
    with pytest.raises(kind):
        read(body)
    assert time.process_time() - began < 0.5


def test_x35_names_that_mean_something_elsewhere_mean_nothing_here() -> None:
    entry = the_entry({"id": "1", "__proto__": {"title": "x"}, "constructor": 1, "__class__": "y"})
    assert (entry.id, entry.title) == ("1", "")


@pytest.mark.parametrize("date", ["yesterday", "0000-00-00", "9" * 400, 5, None, "2026-02-30"])
def test_x28_impossible_dates_do_not_cost_the_item(date: object) -> None:
    assert the_entry({"id": "1", "date_published": date}).published in {None, 1772409600}


def test_x18_and_x29_long_fields_are_cut() -> None:
    item = {"id": "x" * 10_000, "title": "y" * 10_000, "url": "https://a.example/" + "z" * 10_000}
    entry = the_entry({**item, "tags": ["t" * 999] * 5, "language": "l" * 99})
    assert (len(str(entry.id)), len(entry.title), entry.link) == (64, 300, None)
    assert len(entry.tags[0]) == 60
    assert len(str(entry.language)) == 35


def test_an_item_with_two_values_for_one_name_costs_itself() -> None:
    twice = '{"id": "1", "id": "2", "content_text": "a"}'
    alike = '{"id": "3", "id": "3", "content_text": "b"}'
    by_two = '{"id": "4", "content_text": "c", "authors": [{"name": "Ann", "name": "Bo"}]}'
    feed = read(f'{{"version": "{VERSION}", "items": [{twice}, {alike}, {by_two}]}}')
    assert [entry.id for entry in feed.entries] == ["3"]
    assert feed.problem == "the document has 3 entries; 1 were read"


def test_a_feed_with_two_lists_of_items_is_refused() -> None:
    with pytest.raises(Unparseable, match="twice"):
        read(f'{{"version": "{VERSION}", "items": [], "items": [{{"id": "1"}}]}}')


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le", "utf-16-be", "utf-32", "utf-8-sig"])
def test_a_feed_in_another_unicode_is_read(encoding: str) -> None:
    feed = json.dumps(json.loads(a_feed({"id": "1", "content_text": "Grüße"})), ensure_ascii=False)
    (entry,) = read(feed.encode(encoding)).entries
    assert entry.text == "Grüße"

import json
from dataclasses import dataclass, field, replace
from hashlib import sha256

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crawlers.feeds.document import read_feed
from crawlers.feeds.entry import FeedEntry, digest_of
from crawlers.feeds.identity import MAX_EXTERNAL_ID, Face, Ledger, identify

HOST = "a.example"
URL = f"https://{HOST}/feed.xml"
LINK = f"https://{HOST}/posts/1"


def an_entry(
    identifier: str | None = "1",
    *,
    link: str | None = LINK,
    title: str = "",
    words: str = "words",
    published: int | None = None,
    item: str = "",
) -> FeedEntry:
    return FeedEntry(
        id=identifier,
        link=link,
        title=title,
        text=words,
        quoted="",
        author=None,
        author_url=None,
        published=published,
        updated=None,
        language=None,
        tags=(),
        in_reply_to=None,
        digest=digest_of(title, words),
        item=item or f"{identifier} {link} {title} {words} {published}",
    )


@dataclass
class Feed:
    """A feed whose documents are read one after the other."""

    ledger: Ledger = field(default_factory=Ledger)

    def shows(self, *entries: FeedEntry) -> list[str]:
        """Return the names of those entries that were not seen yet."""
        items = [entry.item for entry in entries]
        new = [entry for entry in entries if entry.item not in self.ledger.items]
        faces = [Face.of(entry, own_host=HOST) for entry in new]
        named = identify(faces, self.ledger, items=items)
        self.ledger = Ledger.of(json.loads(json.dumps(named.ledger.as_json())))
        return list(named.names)


def words_of(name: str) -> str:
    return digest_of("", name)[:16]


def test_an_id_is_the_entry_s_own_without_scheme_host_and_port() -> None:
    assert Feed().shows(an_entry("tag:a,1")) == ["tag:a,1"]
    assert Feed().shows(an_entry("http://a.example:8080/x?y=1#z")) == ["/x?y=1#z"]
    assert Feed().shows(an_entry("https://b.example/x")) == ["//b.example/x"]


def test_an_entry_without_id_goes_by_its_link_and_without_link_by_its_words() -> None:
    assert Feed().shows(an_entry(None)) == ["/posts/1"]
    assert Feed().shows(an_entry(None, link=None)) == [f"~{digest_of('', 'words')}"]


def test_an_edited_entry_keeps_its_name() -> None:
    feed = Feed()
    feed.shows(an_entry("1"), an_entry("2", link=None))
    edited = an_entry("1", words="other", link="https://a.example/moved")
    assert feed.shows(edited, an_entry("2", link=None)) == ["1"]
    assert feed.shows(an_entry("2", link=None, words="new")) == ["2"]


def test_x29_entries_with_the_same_id_are_told_apart_by_their_words() -> None:
    same = [an_entry("same", words="a"), an_entry("same", words="b"), an_entry("other")]
    names = [f"same~{words_of('a')}", f"same~{words_of('b')}", "other"]
    assert Feed().shows(*same) == names
    assert Feed().shows(*reversed(same)) == names[::-1]


def test_x29_entries_with_the_same_id_are_told_apart_by_their_links_where_these_differ() -> None:
    feed = Feed()
    one, other = an_entry("same", link=LINK), an_entry("same", link=LINK + "2", words="other")
    names = feed.shows(one, other)
    assert len(set(names)) == 2
    assert feed.shows(replace(one, digest="d", item="edited"), other) == names[:1]


def test_an_id_that_comes_to_be_shared_stays_with_the_entry_that_had_it() -> None:
    feed = Feed()
    first, second = an_entry("same", words="a"), an_entry("same", words="b")
    assert feed.shows(first) == ["same"]
    assert feed.shows(second, first) == [f"same~{words_of('b')}"]
    third = an_entry("same", words="c")
    assert feed.shows(third, second) == [f"same~{words_of('c')}"]
    assert feed.shows(replace(first, item="same words, other bytes"), third) == ["same"]


def test_an_entry_that_is_there_twice_has_one_name() -> None:
    twice = [an_entry("1"), an_entry("1", published=9), an_entry("1")]
    assert Feed().shows(*twice) == ["1", "1", "1"]


def test_x29_entries_keep_their_names_when_the_feed_changes_all_ids_at_each_fetch() -> None:
    feed = Feed()
    names = feed.shows(an_entry("r1"), an_entry("r2", link=LINK + "2"))
    assert feed.shows(an_entry("r3"), an_entry("r4", link=LINK + "2")) == names
    edited = an_entry("r5", words="edited")
    assert feed.shows(edited, an_entry("r6", link=LINK + "2")) == names
    assert feed.shows(an_entry("r7", link=LINK + "3"), an_entry("r8", words="edited")) == [
        "r7",
        names[0],
    ]


def test_what_is_said_again_on_another_day_is_another_post() -> None:
    feed = Feed()
    monday, tuesday = (
        an_entry(f"day-{day}", link=None, words="Who is looking?", published=day) for day in (1, 2)
    )
    assert feed.shows(monday) == ["day-1"]
    assert feed.shows(tuesday) == ["day-2"]


def test_a_feed_of_one_entry_that_is_replaced_under_the_same_link_has_two_posts() -> None:
    feed = Feed()
    assert feed.shows(an_entry("1", words="a")) == ["1"]
    assert feed.shows(an_entry("2", words="b")) == ["2"]


def linked(*links: str, words: str = "words") -> list[FeedEntry]:
    return [an_entry(None, link=link, words=f"{words} {n}") for n, link in enumerate(links)]


@pytest.mark.parametrize(
    "query",
    [
        "t={post}&sid={fetch}",
        "t={post}&utm_source=rss&UTM_campaign=day-{fetch}",
        "fbclid={fetch}&t={post}&gclid={fetch}",
        "t={post}&mc_cid={fetch}&mc_eid={fetch}#new",
    ],
)
def test_an_entry_without_id_is_known_whatever_its_link_says_of_who_reads_it(query: str) -> None:
    feed = Feed()
    fetches = [
        linked(*(f"https://a.example/t?{query.format(post=n, fetch=fetch)}" for n in (1, 2)))
        for fetch in ("b6f1", "77aa", "0c3d")
    ]
    names = feed.shows(*fetches[0])
    assert len(set(names)) == 2
    assert feed.shows(*fetches[1]) == names
    again = [replace(entry, digest="d", item="edited") for entry in fetches[2][:1]]
    assert feed.shows(*again, *fetches[2][1:]) == names


def test_entries_whose_ids_change_are_known_by_links_without_their_sessions() -> None:
    feed = Feed()
    names = feed.shows(*(an_entry(f"a{n}", link=f"{LINK}?p={n}&sid=1") for n in (1, 2)))
    assert feed.shows(*(an_entry(f"b{n}", link=f"{LINK}?p={n}&sid=2") for n in (1, 2))) == names


def before_tracking_was_left_out(*entries: FeedEntry) -> Ledger:
    """Return the ledger of a version that took all of a link for the name."""
    faces = [face.before or face for face in (Face.of(e, own_host=HOST) for e in entries)]
    return identify(faces, Ledger(), items=[entry.item for entry in entries]).ledger


def test_an_entry_known_by_all_of_its_link_keeps_that_name() -> None:
    old = linked(f"{LINK}?utm_source=rss", f"{LINK}?p=2&sid=1")
    feed = Feed(before_tracking_was_left_out(*old))
    names = ["/posts/1?utm_source=rss", "/posts/1?p=2&sid=1"]
    assert [known.name for known in feed.ledger.known] == names
    later = linked(f"{LINK}?utm_source=rss", f"{LINK}?p=2&sid=2", words="edited")
    assert feed.shows(*later) == names
    new = linked(f"{LINK}?utm_source=rss", f"{LINK}?p=2&sid=3", f"{LINK}3?utm_source=rss")
    assert feed.shows(*new) == [*names, "/posts/13"]


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("https://b.example/{}", "https://www.b.example/{}"),
        ("https://www.b.example/{}", "http://b.example/{}/"),
        ("https://a.example/{}", "https://www.a.example/{}"),
        ("https://www.a.example/{}", "https://a.example/{}"),
        ("https://a.example/{}?x=1", "https://a.example/{}/?x=1"),
        ("https://a.example/{}/", "https://a.example/{}"),
    ],
)
def test_an_entry_without_id_is_known_when_all_links_come_to_be_written_otherwise(
    before: str, after: str
) -> None:
    feed = Feed()
    names = feed.shows(*linked(*(before.format(n) for n in (1, 2))))
    moved = linked(*(after.format(n) for n in (1, 2)))
    assert feed.shows(an_entry(None, link=after.format(3), words="new"), *moved)[1:] == names
    assert feed.shows(*linked(*(after.format(n) for n in (1, 2)), words="edited")) == names


def test_links_that_differ_by_a_slash_within_one_document_are_two_posts() -> None:
    feed = Feed()
    names = feed.shows(*linked(LINK, f"{LINK}/"))
    assert names == ["/posts/1", "/posts/1/"]
    assert feed.shows(*linked(LINK, f"{LINK}/", words="edited")) == names


def test_entries_without_id_and_link_are_told_apart_by_their_dates() -> None:
    feed = Feed()
    days = [an_entry(None, link=None, published=day) for day in range(1, 5)]
    names = feed.shows(*days[:2])
    names += feed.shows(*days[2::-1])
    names += feed.shows(*days[::-1])
    assert len(set(names)) == 4


def test_what_stands_under_the_one_id_of_a_feed_of_one_entry_is_another_post_each_day() -> None:
    feed = Feed()
    monday, tuesday, wednesday = (
        an_entry("latest", link=f"{LINK}{day}", title=day, words=f"About {day}")
        for day in ("mon", "tue", "wed")
    )
    names = feed.shows(monday) + feed.shows(tuesday) + feed.shows(wednesday)
    assert len(set(names)) == 3
    edited = replace(wednesday, text="more", digest="more", item="more")
    assert feed.shows(edited) == names[2:]


def test_the_one_entry_of_a_feed_is_edited_where_more_than_its_id_is_the_same() -> None:
    for link, title in ((f"{LINK}b", "One"), (f"{LINK}a", "Two")):
        feed = Feed()
        feed.shows(an_entry("latest", link=f"{LINK}a", title="One", words="a"))
        assert feed.shows(an_entry("latest", link=link, title=title, words="b")) == ["latest"]


def test_x29_where_ids_and_words_change_at_each_fetch_links_tell_what_is_known() -> None:
    feed = Feed()
    shown = [
        [
            an_entry(f"{fetch}-{n}", link=f"{LINK}{n}", words=f"{fetch * n} comments")
            for n in numbers
        ]
        for fetch, numbers in enumerate(((3, 2, 1), (4, 3, 2, 1), (5, 4, 3, 2)), start=1)
    ]
    first, second, third = (feed.shows(*entries) for entries in shown)
    assert second == ["2-4", *first]
    assert third == ["3-5", "2-4", *first[:2]]


def test_two_entries_that_are_replaced_at_their_places_are_new() -> None:
    feed = Feed()
    places = (LINK, f"{LINK}2")
    feed.shows(*(an_entry(f"a{n}", link=at, words=f"a{n}") for n, at in enumerate(places)))
    assert feed.shows(
        *(an_entry(f"b{n}", link=at, words=f"b{n}") for n, at in enumerate(places))
    ) == ["b0", "b1"]


def test_the_ledger_holds_no_more_than_the_documents_of_late() -> None:
    feed = Feed()
    for start in range(0, 1_000, 10):
        feed.shows(*(an_entry(str(n), link=None, words=str(n)) for n in range(start, start + 10)))
    assert len(feed.ledger.known) == 40


def test_a_ledger_that_cannot_be_read_is_empty() -> None:
    assert Ledger.of({"posts": [1, ["a"], {"b": 2}, ["a", "b", "c", 4]]}) == Ledger()
    assert Ledger.of({"posts": "x"}) == Ledger()


@given(st.lists(st.tuples(st.text(max_size=700), st.text(max_size=3)), max_size=8))
def test_names_are_short_and_one_for_each_wording(pairs: list[tuple[str, str]]) -> None:
    entries = [an_entry(identifier, words=words) for identifier, words in pairs]
    names = Feed().shows(*entries)
    assert len(set(names)) == len({(e.id or e.link, e.digest) for e in entries})
    assert all(len(name) <= MAX_EXTERNAL_ID for name in names)


@dataclass(frozen=True)
class Style:
    """What a feed's publisher does to ids."""

    id: str = ""  # with {post} and {fetch}
    link: str = ""
    edits: bool = True  # what can be recognised after an edit


STYLES = {
    "ids": Style("urn:{post}"),
    "ids and links": Style("urn:{post}", f"https://{HOST}/{{post}}"),
    "ids and links that change": Style("urn:{post}", f"https://{HOST}/{{post}}?v={{fetch}}"),
    "links": Style("", f"https://{HOST}/{{post}}"),
    "ids that are links": Style(f"https://{HOST}/{{post}}", f"https://{HOST}/{{post}}"),
    "neither": Style(edits=False),
    "equal ids": Style("urn:all", edits=False),
    "equal ids and links": Style("urn:all", f"https://{HOST}/", edits=False),
    "equal ids, own links": Style("urn:all", f"https://{HOST}/{{post}}"),
    "equal links": Style("", f"https://{HOST}/", edits=False),
    "changing ids": Style("urn:{post}-{fetch}", f"https://{HOST}/{{post}}"),
    "changing ids, no links": Style("urn:{post}-{fetch}", edits=False),
}


@dataclass(frozen=True)
class Post:
    """A post in one of its wordings."""

    number: int
    wording: int = 0

    def written(self, style: Style, *, fetch: int) -> str:
        said = f"<description>Post {self.number}, wording {self.wording}.</description>"
        guid = style.id.format(post=self.number, fetch=fetch)
        link = style.link.format(post=self.number, fetch=fetch)
        date = f"<pubDate>{1 + self.number % 3} Jun 2026 10:00 GMT</pubDate>"  # not in order
        identified = f"<guid isPermaLink='false'>{guid}</guid>" if guid else ""
        return f"<item>{identified}{f'<link>{link}</link>' if link else ''}{date}{said}</item>"


@st.composite
def histories(draw: st.DrawFn, style: Style) -> list[list[Post]]:
    """Give the posts of a feed's documents, one document after the other.

    Two posts stay in all of them and as they are: a feed of which nothing stays the same is told
    from another feed by nothing but its ids.
    """
    latest: dict[int, int] = {}
    history = []
    for _ in range(draw(st.integers(1, 5))):
        shown = draw(st.lists(st.integers(2, 7), max_size=6))  # late, repeated, in any order
        if style.edits:
            for number in draw(st.sets(st.sampled_from(sorted(latest)))) if latest else ():
                latest[number] += 1
        posts = [Post(number, latest.setdefault(number, 0)) for number in shown]
        history.append(draw(st.permutations([Post(0), Post(1), *posts])))
    return history


@settings(max_examples=60)
@given(st.data())
def test_every_post_is_taken_in_exactly_once_and_an_edit_under_the_same_name(
    data: st.DataObject,
) -> None:
    style = STYLES[data.draw(st.sampled_from(sorted(STYLES)))]
    history = data.draw(histories(style))
    ledger, store = Ledger(), dict[str, str]()
    names: dict[int, set[str]] = {}
    for fetch, shown in enumerate(history):
        items = "".join(post.written(style, fetch=fetch) for post in shown)
        if data.draw(st.booleans()):  # not XML, or not to be split: all of it is parsed
            items += data.draw(st.sampled_from(["&nbsp;", "<!-- end -->", " - "]))
        body = f"<rss version='2.0'><channel><title>F</title>{items}</channel></rss>".encode()
        feed = read_feed(body, url=URL, content_type="text/xml", known=sorted(ledger.items))
        faces = [Face.of(entry, own_host=HOST) for entry in feed.entries]
        named = identify(faces, ledger, items=feed.items)
        ledger = Ledger.of(json.loads(json.dumps(named.ledger.as_json())))
        for entry, name in zip(feed.entries, named.names, strict=True):
            store[name] = entry.text
            names.setdefault(int(entry.text.split()[1].rstrip(",")), set()).add(name)
        for post in shown:  # the source's last word is ours
            (name,) = names[post.number]
            assert store[name] == f"Post {post.number}, wording {post.wording}."
    assert len(store) == len({post.number for shown in history for post in shown})


def test_x29_a_huge_id_has_a_short_name() -> None:
    name = sha256(b"x" * 600).hexdigest()
    assert Feed().shows(an_entry("x" * 600)) == [f"~{name}"]

"""Holds delta parsing to feedparser's word on the same bytes and headers."""

import io
import time
from dataclasses import replace

import feedparser
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crawlers.errors import PoisonDocument
from crawlers.feeds.delta import LARGEST_AT_ONCE, Part, leaves_traces, sight, unseen_part
from crawlers.feeds.document import read_feed
from crawlers.feeds.entry import FeedEntry
from crawlers.feeds.fields import entry_of
from crawlers.feeds.pieces import split

URL = "https://a.example/feeds/all.xml"
RSS = "<rss version='2.0'{}><channel><title>F</title><language>de</language>%s</channel></rss>"
DC = " xmlns:dc='http://purl.org/dc/elements/1.1/'"
CONTENT = " xmlns:content='http://purl.org/rss/1.0/modules/content/'"
XHTML = " xmlns='http://www.w3.org/1999/xhtml'"
MEDIA = " xmlns:media='http://search.yahoo.com/mrss/'"
RDF = "<rdf:RDF xmlns:rdf='http://www.w3.org/1999/02/22-rdf-syntax-ns#'{} xmlns='{}'>"
CHANNEL = "<channel><title>F</title></channel>%s</rdf:RDF>"
ATOM_TITLE = "<title>F</title><updated>2026-06-01T10:00:00Z</updated>%s</feed>"
RSS_10, RSS_090 = "http://purl.org/rss/1.0/", "http://my.netscape.com/rdf/simple/0.9/"

FORMATS = {
    "RSS 2.0": ("item", RSS.format(DC + CONTENT + MEDIA)),
    "RSS 2.0 with base": ("item", RSS.format(DC + CONTENT + MEDIA + " xml:base='/deep/er/'")),
    "RSS 0.92": ("item", RSS.replace("2.0", "0.92").format(DC + CONTENT + MEDIA)),
    "RSS 0.91": ("item", RSS.replace("2.0", "0.91").format(DC + CONTENT + MEDIA)),
    "RSS 0.91 by Netscape": (
        "item",
        "<!DOCTYPE rss PUBLIC '-//Netscape Communications//DTD RSS 0.91//EN' 'http://b.example'>"
        + RSS.replace("2.0", "0.91").format(DC + CONTENT + MEDIA),
    ),
    "RSS 1.0": ("item", RDF.format(DC + CONTENT + MEDIA, RSS_10) + CHANNEL),
    "RSS 1.0 prefixed": (
        "r:item",
        RDF.format(f" xmlns:r='{RSS_10}'" + DC + CONTENT + MEDIA, RSS_10) + CHANNEL,
    ),
    "RSS 0.90": ("item", RDF.format(DC + CONTENT + MEDIA, RSS_090) + CHANNEL),
    "Atom 1.0": (
        "entry",
        f"<feed xmlns='http://www.w3.org/2005/Atom' xml:lang='en'{DC}{CONTENT}{MEDIA}>"
        + ATOM_TITLE,
    ),
    "Atom 1.0 prefixed": (
        "a:entry",
        f"<a:feed xmlns:a='http://www.w3.org/2005/Atom'{DC}{CONTENT}{MEDIA}>%s</a:feed>",
    ),
    "Atom 0.3": (
        "entry",
        f"<feed version='0.3' xmlns='http://purl.org/atom/ns#'{DC}{CONTENT}{MEDIA}>" + ATOM_TITLE,
    ),
    "CDF": ("item", f"<channel href='/'{DC}{CONTENT}{MEDIA}><title>F</title>%s</channel>"),
    "an unknown root": ("item", f"<feast{DC}{CONTENT}{MEDIA}>%s</feast>"),
}

PARTS = (
    "<title>A question</title>",
    "<title><![CDATA[<b>Which</b> CRM & why?]]></title>",
    "<title type='html'>R&amp;amp;D &lt;i&gt;x&lt;/i&gt; Größe ñandú</title>",
    "<link>posts/1?a=1&amp;b=2</link>",
    "<link href='../posts/2' rel='alternate'/>",
    "<link href='/self' rel='self'/>",
    "<guid>https://a.example/3</guid>",
    "<guid isPermaLink='false'>urn:4</guid>",
    "<id>tag:a.example,2026:5</id>",
    "<description>&lt;p&gt;Short &amp;amp; good&lt;/p&gt;</description>",
    "<description><![CDATA[<p>More</p></item><item><title>trap</title>]]></description>",
    "<content:encoded><![CDATA[<p>Much more <img src='x.png'/></p>]]></content:encoded>",
    "<summary>Teaser</summary>",
    "<content type='text'>plain &lt;words&gt;</content>",
    f"<content type='xhtml'><div{XHTML}><p>x <b>y</b></p></div></content>",
    f"<content type='xhtml'><div{XHTML}><details><summary>s</summary>d</details></div></content>",
    "<description>loose <p>markup</p> <title>within</title></description>",
    "<dc:creator>Ann Lee</dc:creator>",
    "<author>ann@a.example (Ann)</author>",
    "<author><name>Bea</name><uri>/~bea</uri></author>",
    "<category>crm</category><category term='shop'/>",
    "<dc:subject>desk</dc:subject>",
    "<dc:language>fr</dc:language>",
    "<pubDate>Mon, 01 Jun 2026 12:00:00 +0200</pubDate>",
    "<dc:date>2026-06-02T08:00:00Z</dc:date>",
    "<published>2026-06-03T08:00:00Z</published><updated>2026-06-04T08:00:00Z</updated>",
    "<media:content url='v.mp4'><media:title>Video</media:title></media:content>",
    "<source url='https://b.example/f'>B</source>",
    "<!-- <item> is no item here --> ",
    "<x:note xmlns:x='urn:one'>n</x:note>",
    "<x:note xmlns:x='urn:two'>n</x:note>",
    "<y:in-reply-to xmlns:y='http://purl.org/syndication/thread/1.0' ref='urn:4'/>",
    "<svg xmlns='http://www.w3.org/2000/svg'><title>t</title></svg>",
    "<image><url>i.png</url><title>picture</title></image>",
    "text between",
    "<unclosed>",
    "&nbsp;",
    "<q:undeclared/>",
)
ATTRIBUTES = ("", "", "", " rdf:about='about/1'", " xml:base='/else/'", " xml:lang='pt-BR'")

#: What the bytes are in, and what prolog and header say.
ENCODINGS = (
    ("utf-8", "utf-8", "application/xml; charset=utf-8"),
    ("utf-8", "", "text/xml"),
    ("utf-8", "utf-8", "text/xml"),
    ("utf-8", "iso-8859-1", "application/rss+xml; charset=utf-8"),
    ("utf-8-sig", "", "application/rss+xml"),
    ("utf-8-sig", "windows-1252", "text/html"),
    ("iso-8859-1", "iso-8859-1", "application/xml"),
    ("iso-8859-1", "utf-8", "application/xml"),
    ("windows-1252", "", "text/xml; charset=windows-1252"),
    ("utf-16", "utf-16", "application/xml"),
    ("utf-16-le", "", "application/xml; charset=utf-16"),
    ("utf-32", "utf-8", ""),
    ("shift_jis", "shift_jis", "application/xml"),
    ("gb2312", "gb2312", "text/xml; charset=gb2312"),
)


@st.composite
def feeds(draw: st.DrawFn) -> tuple[bytes, str]:
    """Give a feed of two to five items, one of them longer ago, and its content type."""
    name, envelope = FORMATS[draw(st.sampled_from(sorted(FORMATS)))]
    parts = st.lists(st.sampled_from(PARTS), max_size=6, unique=True)
    items = [
        f"<{name}{draw(st.sampled_from(ATTRIBUTES))}><n>{n}</n>{''.join(draw(parts))}</{name}>"
        for n in range(draw(st.integers(2, 5)))
    ]
    gap = draw(st.sampled_from(["", "\n", "\n", "<!-- ad -->", "<ttl>5</ttl>"]))
    encoding, said, content_type = draw(st.sampled_from(ENCODINGS))
    prolog = f"<?xml version='1.0' encoding='{said}'?>\n" if said else ""
    body = (prolog + envelope % gap.join(items)).encode(encoding, errors="replace")
    if draw(st.integers(0, 9)) == 0:
        body = body.replace(b"A question", b"A \xff question")
    return body, content_type


def oracle(body: bytes, content_type: str) -> list[FeedEntry]:
    """Return what feedparser says of the whole document, through our cleaner.

    In one thing the cleaner says more: whom entries of Atom without an author inherit it from.
    """
    said = {"content-type": content_type, "content-location": URL}
    parsed = feedparser.parse(
        io.BytesIO(body),
        response_headers={name: value for name, value in said.items() if value},
        sanitize_html=False,
        resolve_relative_uris=False,
    )
    is_atom = parsed["version"].startswith("atom")
    return [entry_of(entry, parsed["feed"], is_atom=is_atom) for entry in parsed["entries"]]


@settings(max_examples=60)
@given(feeds(), st.sets(st.integers(0, 4)))
def test_what_is_new_is_read_as_feedparser_reads_it_amid_the_whole_document(
    feed: tuple[bytes, str], seen: set[int]
) -> None:
    body, content_type = feed
    whole = oracle(body, content_type)
    if not whole:
        return
    first = read_feed(body, url=URL, content_type=content_type)
    assert [replace(entry, item="") for entry in first.entries] == whole
    known = [key for place, key in enumerate(first.items) if place in seen]
    then = read_feed(body, url=URL, content_type=content_type, known=known)
    assert then.items == first.items
    wanted = [
        entry for entry, key in zip(whole, first.items, strict=True) if key not in set(known)
    ]
    assert [replace(entry, item="") for entry in then.entries] == wanted


def part_of(body: str, *, new: int) -> Part | None:
    """Return what feedparser would be shown if only one item were new."""
    data = body.encode()
    seen = sight(data, url=URL, content_type="text/xml", language="")
    assert seen is not None
    known = {key for place, key in enumerate(seen.keys) if place != new}
    return unseen_part(data, seen, known=known, encoding="utf-8")


def in_rss(*items: str) -> str:
    return RSS.format(DC) % "".join(f"<item>{item}</item>" for item in items)


def test_feedparser_is_shown_the_new_item_only() -> None:
    part = part_of(in_rss("<title>1</title>", "<title>2</title>", "<title>3</title>"), new=1)
    assert part == Part(in_rss("<title>2</title>").encode(), (1,))


def test_an_item_that_leaves_traces_stays_before_those_that_follow_it() -> None:
    traces = "<description>a <title>b</title></description>"
    assert part_of(in_rss(traces, "<title>2</title>", "3"), new=2) == Part(
        in_rss(traces, "3").encode(), (0, 2)
    )
    assert part_of(in_rss("<title>1</title>", traces), new=0) is not None


@pytest.mark.parametrize("prolog", ["", "\ufeff", "<?xml version='1.0' encoding='utf-8'?>\n"])
def test_items_are_found_again_where_decoding_changes_the_prolog_only(prolog: str) -> None:
    raw = (prolog + in_rss("<title>Größe</title>", "<title>2</title>")).encode()
    seen = sight(raw, url=URL, content_type="text/xml", language="")
    assert seen is not None
    decoded = (
        b"<?xml version='1.0' encoding='utf-8'?>\n"
        + in_rss("<title>Größe</title>", "<title>2</title>").encode()
    )
    part = unseen_part(decoded, seen, known=seen.keys[1:], encoding="UTF-8")
    assert part is not None
    assert part.body == decoded.replace(b"<item><title>2</title></item>", b"")


def test_a_new_item_that_is_poison_is_found_among_known_ones() -> None:
    known = read_feed(in_rss("<guid>1</guid>").encode(), url=URL, content_type="text/xml").items
    deep = "<b>" * 300 + "</b>" * 300
    body = in_rss(f"<guid>2</guid>{deep}", "<guid>1</guid>").encode()
    with pytest.raises(PoisonDocument, match="nested"):
        read_feed(body, url=URL, content_type="text/xml", known=known)


@pytest.mark.parametrize(
    ("item", "traces"),
    [
        ("<title>a</title><summary>b</summary>", False),
        ("<description><![CDATA[<div><title>x</title></div>]]></description>", False),
        ("<!-- <div> --><title/>", False),
        ("<content><b>x</b><summary>y</summary></content>", True),
        ("<content><div>x</div></content>", True),
    ],
)
def test_traces_are_left_by_markup_that_is_called_like_a_text(item: str, traces: bool) -> None:
    assert leaves_traces(item.encode()) == traces


@pytest.mark.parametrize(
    "body",
    [
        in_rss("1", "2", "&nbsp;"),
        in_rss("1", "2", "<p:x/>"),
        in_rss("<x:a xmlns:x='urn:1'/>", "<x:a xmlns:x='urn:2'/>"),
        in_rss("<x:a xmlns:x='urn:1'/>", "<y:a xmlns:y='urn:1'/>"),
        "<channel><item>1</item><item>2</item></channel>",
        RDF.format("", "urn:x") + "<item>1</item><item>2</item></rdf:RDF>",
    ],
    ids=["entity", "prefix", "one prefix", "one namespace", "CDF", "RDF of no version"],
)
def test_where_leaving_out_could_matter_all_is_parsed(body: str) -> None:
    assert part_of(body, new=0) is None


@pytest.mark.parametrize(
    "body",
    [
        b"<rss><channel/></rss>",
        b"<feed><entry>1</entry>words<entry>2</entry></feed>",
        b"<feed><entry><item/></entry></feed>",
        b"<feed><entry>1</feed>",
        b"<feed><entry>1</entry></entry></feed>",
        b"<feed><![CDATA[ <entry>1</entry></feed>",
        b"<!DOCTYPE feed><feed><entry>1</entry></feed>",
        b"<feed><ENTRY>1</entry></feed>",
    ],
)
def test_a_feed_that_could_be_cut_in_a_wrong_place_is_not(body: bytes) -> None:
    assert split(body) is None


def test_tags_in_comments_cdata_and_attributes_are_no_tags() -> None:
    items = (
        b"<item a='</item>'>1</item>",
        b"<item><!-- </item> --><![CDATA[</item>]]></item>",
        b'<item a="/>"/>',
    )
    pieces = split(b"<rss>" + b" ".join(items[1:]) + b"</rss>")
    assert pieces is not None
    assert pieces.items == items[1:]
    assert split(b"<rss>" + items[0] + b"</rss>") is None  # no XML has that in an attribute


@pytest.mark.parametrize("body", ["a".encode("utf-16-be"), b"\x1b$B", b"~{<:Ky~}"])
def test_encodings_in_which_a_character_may_look_like_a_tag_are_left_to_feedparser(
    body: bytes,
) -> None:
    feed = b"<feed><entry>" + body + b"</entry></feed>"
    assert sight(feed, url=URL, content_type="", language="") is None


def test_an_item_s_key_changes_with_all_that_its_meaning_hangs_on() -> None:
    def keys(body: str, *, url: str = URL, content_type: str = "", language: str = "") -> str:
        seen = sight(body.encode(), url=url, content_type=content_type, language=language)
        assert seen is not None
        (key,) = seen.keys
        return key

    body = in_rss("1")
    assert keys(body.replace("<title>F<", "<title>G<")) == keys(body)
    others = [
        keys(in_rss("2")),
        keys(body, url=URL + "?2"),
        keys(body, content_type="text/xml; charset=ascii"),
        keys(body, language="de"),
        keys(body.replace("<language>de", "<language>en")),
        keys(body.replace("<rss ", "<rss xml:base='/x' ")),
        keys("<?xml version='1.0' encoding='latin-1'?>" + body),
    ]
    assert len({keys(body), *others}) == 1 + len(others)


@pytest.mark.parametrize(
    "unit",
    ["<", "<!---->", "<![CDATA[]]>", "<?x?>", "<item ", "<item a='", "<item></item>", "lang='"],
)
def test_looking_for_items_never_holds_up_the_others(unit: str) -> None:
    body = unit.encode() * (LARGEST_AT_ONCE // len(unit)) + b"<item/>"
    began = time.process_time()
    sight(body, url=URL, content_type="", language="")
    assert time.process_time() - began < 0.2  # 0.05 on a machine that has nothing else to do

"""OPML in and out, what is typed of sources, their rhythm, and the coverage map."""

from datetime import UTC, datetime, timedelta

import pytest

from models.source import Source
from models.words import SourceKind
from service.errors import RefusedError
from service.listening.coverage import Called, Heard, cover
from service.listening.opml import MOST_FEEDS, read_opml, write_opml
from service.listening.tending import duration_text, parse_options
from service.web.views.coverage import coverage_map
from service.web.views.sources import span_words, spark_of

NOON = datetime(2025, 11, 19, 12, tzinfo=UTC)


def opml(body: str) -> bytes:
    return f'<?xml version="1.0"?><opml version="2.0"><head/><body>{body}</body></opml>'.encode()


def a_source(name: str, url: str, kind: SourceKind = SourceKind.FEED) -> Source:
    return Source(
        slug="x",
        kind=kind,
        name=name,
        url=url,
        policy_name="feed",
        from_files=True,
        every_seconds=900,
        next_poll_at=NOON,
        created_at=NOON,
    )


def test_a_list_that_was_written_is_read_again() -> None:
    names = ('Tea & "trade" <b>', "x")
    sources = [
        a_source(names[0], "https://a.example/?a=1&b=2"),
        a_source("x", "https://b.example"),
    ]
    api = a_source("API", "https://api.example/", SourceKind.HACKER_NEWS)
    found = read_opml(write_opml([*sources, api], title="<&>", now=NOON))
    assert [(feed.name, feed.url) for feed in found.feeds] == [
        (names[0], "https://a.example/?a=1&b=2"),
        ("x", "https://b.example"),
    ]


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"no xml",
        b"<html/>",
        b'<!DOCTYPE opml [<!ENTITY a "aaaa">]><opml><body>&a;</body></opml>',
        b'<!DOCTYPE opml SYSTEM "file:///etc/passwd"><opml/>',
        b'<?xml version="1.0" encoding="zlib"?><opml/>',
        b'<?xml version="1.0" encoding="nonsense"?><opml/>',
        b"\xff\xfe\x00\x00",
        b"x" * 60_001,
    ],
    ids=["none", "X24", "html", "X05", "X09", "X26", "X26b", "X27", "F04"],
)
def test_f11_what_is_no_plain_list_is_refused(content: bytes) -> None:
    with pytest.raises(RefusedError):
        read_opml(content)


def test_f11_many_and_deep_outlines_are_bounded() -> None:
    deep = "<outline>" * 1_000 + '<outline xmlUrl="https://deep.example/"/>' + "</outline>" * 1_000
    many = "".join(f'<outline xmlUrl="http://a{n}.b/"/>' for n in range(MOST_FEEDS + 5))
    assert read_opml(opml(deep)).feeds == ()
    found = read_opml(opml(many))
    assert (len(found.feeds), found.is_cut) == (MOST_FEEDS, True)


def test_addresses_that_may_not_be_read_are_told_apart() -> None:
    urls = ("javascript:alert(1)", "https://www.linkedin.com/feed", "http://a@b.example/", "/etc")
    found = read_opml(opml("".join(f'<outline text="x" xmlUrl="{url}"/>' for url in urls)))
    assert found.feeds == ()
    assert [url for url, _ in found.refused] == list(urls)


@pytest.mark.parametrize(
    ("span", "text", "words"),
    [
        (timedelta(seconds=90), "90s", "1.5 min"),
        (timedelta(minutes=15), "15m", "15 min"),
        (timedelta(hours=36), "36h", "1.5 d"),
        (timedelta(days=2), "2d", "2 d"),
    ],
)
def test_spans_are_written_and_said(span: timedelta, text: str, words: str) -> None:
    assert (duration_text(span), span_words(span)) == (text, words)


def test_options_are_a_name_and_a_value_a_line() -> None:
    assert parse_options("a = 1\n\n b=x=y ") == {"a": "1", "b": "x=y"}
    for wrong in ("a", "= b", "a ="):
        with pytest.raises(RefusedError, match="line 1"):
            parse_options(wrong)


def test_a_rhythm_is_told_by_days() -> None:
    now = int(NOON.timestamp())
    found = spark_of([now - 40 * 86_400, now - 86_400, now, now], now=NOON)
    assert found.days[-2:] == (1, 2)
    assert sum(found.days) == 3
    assert found.words == "posts on 2 of the last 30 days"
    assert found.bars == ((112, 9), (116, 18))
    assert spark_of([], now=NOON).bars == ()


def test_gaps_are_told_in_the_words_and_names_of_the_page() -> None:
    heard = [
        Heard(slug="hn", kind="hackernews", state="never", posts_7d=0, signals={"crm": 1}),
    ]
    called = Called(
        kinds={"hackernews": "Hacker News search"},
        topics={"crm": "Customer lists", "help-desk": "Help desks"},
        sources={"hn": "Ask HN"},
    )
    found = coverage_map(cover(heard, ["crm", "help-desk"], called), {})

    assert found.gaps == (
        "Nothing is heard from 1 source (Hacker News search)",
        "Topic Customer lists is heard in 1 source, none of them active this week",
        "Topic Help desks was heard in no source in 30 days",
    )


def test_the_map_has_a_cell_for_each_topic_and_kind() -> None:
    heard = [
        Heard(slug="a", kind="feed", state="ok", posts_7d=1, signals={"crm": 8}),
        Heard(slug="b", kind="forum", state="ok", posts_7d=1, signals={"crm": 1}),
    ]
    found = coverage_map(cover(heard, ["crm", "erp"]), {"crm": "CRM"})
    crm, erp = found.rows
    assert [(cell.kind, cell.signals, cell.depth) for cell in crm.cells] == [
        ("feed", 8, 4),
        ("forum", 1, 1),
    ]
    assert (crm.name, erp.name) == ("CRM", "erp")
    assert all(cell.depth == 0 for cell in erp.cells)

import time

from hypothesis import given
from hypothesis import strategies as st

from crawlers.feeds.pieces import breaks_off, cut, whole_part

RSS = b"<?xml version='1.0'?><rss><channel><title>t</title>%s</channel></rss>"
ITEM = b"<item><title>%d</title></item>\n"


def rss(count: int) -> bytes:
    return RSS % b"".join(ITEM % n for n in range(count))


def test_a_feed_is_cut_into_head_items_and_tail() -> None:
    pieces = cut(rss(3))
    assert pieces.head.endswith(b"</title>")
    assert len(pieces.items) == 3
    assert pieces.tail.endswith(b"</channel></rss>")
    assert pieces.document(pieces.items) == rss(3)
    assert pieces.document(pieces.items[1:2]).count(b"<item>") == 1


def test_prefixed_and_upper_case_items_are_found() -> None:
    assert len(cut(b"<a:feed><a:entry>x</a:entry><a:entry a='b'>y</a:entry></a:feed>").items) == 2
    assert len(cut(b"<CHANNEL><ITEM >x</ITEM></CHANNEL>").items) == 1


def test_an_itemised_list_is_no_item() -> None:
    assert cut(b"<feed><items>x</items><entryway>y</entryway></feed>").items == ()


@given(st.lists(st.sampled_from([b"<item>", b"</item>", b"<entry x='1'>", b"</entry>", b"a<b"])))
def test_pieces_put_together_are_the_document(parts: list[bytes]) -> None:
    body = b"".join(parts)
    pieces = cut(body)
    assert pieces.document(pieces.items) == body


def test_a_document_breaks_off_when_its_root_is_never_closed() -> None:
    whole = rss(5)
    assert not breaks_off(whole)
    assert not breaks_off(whole + b"\n<!-- served by a.example -->")
    assert breaks_off(whole[:-20])
    assert not breaks_off(b"<html><body>no feed at all")


def test_what_is_whole_of_a_broken_document_is_a_document() -> None:
    broken = rss(5)[: rss(5).index(b"<title>3")]
    assert whole_part(cut(broken)) == (
        b"<?xml version='1.0'?><rss><channel><title>t</title>"
        + b"".join(ITEM % n for n in range(3)).rstrip(b"\n")
        + b"</channel></rss>"
    )


def test_items_without_end_cost_no_more_than_reading_them() -> None:
    began = time.process_time()
    assert cut(b"<item>" * 500_000).items == ()
    assert len(cut(b"<item></item>" * 100_000).items) == 100_000
    assert time.process_time() - began < 2

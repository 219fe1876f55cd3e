from urllib.parse import urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st
from yarl import URL

from crawlers.errors import BadUrl, NotAllowed, PlatformRefused
from crawlers.urls import (
    parse_url,
    resolve,
    safe_link,
    strip_origin,
    strip_session,
    strip_tracking,
)


def test_an_address_is_written_in_one_way() -> None:
    for spelling in ("HTTP://Example.COM", "http://example.com:80/", "http://example.com./#top"):
        assert parse_url(spelling).url == "http://example.com/"
    assert parse_url("https://bücher.example/ü?q=ä").url == (
        "https://xn--bcher-kva.example/%C3%BC?q=%C3%A4"
    )


def test_a_host_s_budget_is_kept_with_its_port_unless_it_is_the_usual_one() -> None:
    assert parse_url("https://a.example/x").authority == "a.example"
    assert parse_url("http://a.example:8080/x").authority == "a.example:8080"
    assert parse_url("http://[::1]:8080/x").origin == "http://[::1]:8080"


@pytest.mark.parametrize(
    "text",
    [
        # U05, numbers that the resolver takes for 127.0.0.1
        "http://2130706433/",
        "http://0x7f000001/",
        "http://0177.0.0.1/",
        "http://127.1/",
        "http://0/",
        "http://0x7f.1/",
        "http://017700000001/",
        "http://127.0.0.01/",
        # U10 and U11, two readings of the host
        "http://169.254.169.254:8888\\@public.example/",
        "http://public.example@127.0.0.1/",
        "http://@public.example/",
        # U12, blanks and control characters
        " http://a.example",
        "\x00http://a.example",
        "http://127.0.0.1\t.x.example",
        "http://a.example/\r\nHost:b",
        # U13, odd brackets
        "http://[example.com]/",
        "http://[v1.x]/",
        "http://[fe80::1%25eth0]/",
        "http://[::1/",
        # U18, other schemes
        "file:///etc/passwd",
        "ftp://a.example/",
        "gopher://a.example/",
        "javascript:alert(1)",
        "data:text/html,x",
        "//a.example/",
        "source:http://a.example",
        # U19, other ports
        "http://a.example:22/",
        "http://a.example:25/",
        "http://a.example:99999/",
        "http://a.example:-1/",
        "http://a.example:0/",
        # U20
        "http://a.example/" + "x" * 10_000,
        "http://a..example/",
        "http:///path",
        "http://",
        "",
    ],
)
def test_what_is_no_plain_web_address_is_refused(text: str) -> None:
    with pytest.raises(BadUrl):
        parse_url(text)


@pytest.mark.parametrize("host", ["１２７.0.0.1", "①②⑦.⓪.⓪.①", "127。0。0。1"])  # noqa: RUF001
def test_digits_in_other_clothes_are_read_before_they_are_judged(host: str) -> None:  # U06
    assert parse_url(f"http://{host}/").host == "127.0.0.1"


def test_a_question_mark_ends_the_host_for_everyone() -> None:  # U11
    assert parse_url("http://a.example?@b.example").host == "a.example"
    assert parse_url("http://127.0.0.1#@b.example").host == "127.0.0.1"


@pytest.mark.parametrize(
    "text", ["https://www.linkedin.com/feed", "http://LINKEDIN.com", "https://lnkd.in/x"]
)
def test_linkedin_is_refused_with_the_reason(text: str) -> None:
    with pytest.raises(PlatformRefused, match=r"terms forbid.*kind imap"):
        parse_url(text)


def test_a_host_that_only_sounds_like_linkedin_is_not_refused() -> None:
    assert parse_url("https://notlinkedin.com/").host == "notlinkedin.com"


@given(st.text(max_size=60))
def test_any_text_is_an_address_or_refused(text: str) -> None:
    for candidate in (text, f"http://{text}", f"https://a.example/{text}"):
        try:
            target = parse_url(candidate)
        except NotAllowed:
            continue
        assert parse_url(target.url) == target
        assert urlsplit(target.url).hostname == URL(target.url).raw_host == target.host


def test_a_reference_is_resolved_and_checked() -> None:
    base = "https://a.example/forum/index.php"
    assert resolve("./t.php?t=1#p2", base=base).url == "https://a.example/forum/t.php?t=1"
    assert resolve("//b.example/", base=base).host == "b.example"
    for bad in ("file:///x", "http://[", "/x y"):
        with pytest.raises(BadUrl):
            resolve(bad, base=base)


@pytest.mark.parametrize(
    "text",
    [
        "javascript:alert(1)",  # X31
        "JaVaScRiPt:alert(1)",
        "java\tscript:alert(1)",
        "data:text/html,x",
        "vbscript:x",
        "file:///etc/passwd",
        "javascript://youtube.com/%0Aalert(1)",  # X32
        "http://user:secret@a.example/",
        "https://a.example/" + "x" * 3_000,
        "mailto:a@b.example",
        "",
        None,
    ],
)
def test_a_link_that_a_person_must_not_click_is_dropped(text: str | None) -> None:
    assert safe_link(text) is None


def test_a_link_keeps_its_place_in_the_page() -> None:
    assert safe_link(" http://a.example/t?x=1#p2\n") == "http://a.example/t?x=1#p2"
    assert safe_link("http://a.example/a b") == "http://a.example/a%20b"


def test_an_id_loses_what_changes_when_a_site_moves() -> None:
    assert strip_origin("http://a.example:8080/x?y#z", own_host="a.example") == "/x?y#z"
    assert strip_origin("https://a.example/x", own_host="a.example") == "/x"
    assert strip_origin("https://b.example/x", own_host="a.example") == "//b.example/x"
    assert strip_origin("tag:a.example,2026:1", own_host="a.example") == "tag:a.example,2026:1"


def test_session_ids_are_taken_out_of_links_and_searches_are_not() -> None:
    with_session = "http://a.example/t.php?f=1&sid=0123abc&t=2#p3"
    assert strip_session(with_session) == "http://a.example/t.php?f=1&t=2"
    assert strip_session("http://a.example/?s=crm") == "http://a.example/?s=crm"
    assert strip_session(f"http://a.example/?s={'0a' * 16}") == "http://a.example/"


@pytest.mark.parametrize(
    ("link", "plain"),
    [
        ("//a.example/t?t=1&sid=ab#p2", "//a.example/t?t=1#p2"),
        ("/t?utm_source=x&UTM_medium=y", "/t"),
        ("/t?fbclid=1&a=%20+b&gclid=2&mc_eid=3&mc_cid=4&c", "/t?a=%20+b&c"),
        ("/t?s=crm&utmost=1", "/t?s=crm&utmost=1"),
        ("/t?&&a=1&", "/t?&&a=1&"),
        ("/t#?sid=1", "/t#?sid=1"),
        ("no link at all", "no link at all"),
    ],
)
def test_what_counts_readers_is_stripped_and_all_else_stays(link: str, plain: str) -> None:
    assert strip_tracking(link) == plain

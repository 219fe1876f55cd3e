import json
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawlers.plaintext import (
    MAX_TEXT,
    PlainText,
    cap,
    clean,
    from_html,
    from_text,
    many_from_html,
    one_line,
    title_from_html,
)


@pytest.mark.parametrize(
    ("markup", "text"),
    [
        ("<p>One</p><p>Two</p>", "One\n\nTwo"),
        ("<div><div>One</div></div><div>Two</div>", "One\nTwo"),
        ("One<br>Two<br/><br />Three", "One\nTwo\n\nThree"),
        ("<ul><li>a<li>b</ul>", "a\nb"),
        ("<table><tr><td>a</td><td>b</td></tr><tr><td>c</td></tr></table>", "a b\nc"),
        ("a\n   b\t c", "a b c"),
        ("<pre>a\n\tb</pre>c", "a\nb\n\nc"),
        ("Fish &amp; chips &#8364;5 &lt;b&gt;", "Fish & chips €5 <b>"),
        ("5 < 6 and <3 and a<b", "5 < 6 and <3 and a"),
        ("<a href=\"x>y\" title='>'>link</a>", "link"),
        ("<![CDATA[plain]]>", "plain]]>"),
        ("<!-- hidden -->shown<!---->too<!-->three", "shown too three".replace(" ", "")),
        ("before<!-- never closed", "before"),
        ("<?php echo 1 ?>x", "x"),
        ("x<a href=", "x"),
        ("&#99999999999999999999999; &#xFFFFFFFFFF;", "\ufffd \ufffd"),
    ],
)
def test_html_becomes_text(markup: str, text: str) -> None:
    assert from_html(markup).text == text


@pytest.mark.parametrize(
    "markup",
    [
        "<script>alert(1)</script>",  # H01
        "<SCRIPT >alert(1)</Script >",
        "<script>var a = '<p>alert(1)</p>'</script>",
        "<style>alert(1)</style>",
        "<svg><script>alert(1)</script></svg>",  # H03
        "<svg onload=alert(1)><text>alert(1)</text></svg>",
        '<noscript><p title="</noscript><img src=x onerror=alert(1)>"></noscript>',  # H04
        '<iframe srcdoc="<script>alert(1)</script>">alert(1)</iframe>',  # H05
        "<object>alert(1)</object><template>alert(1)</template>",
        "<img src=x onerror=alert(1)>",  # H02
        "<!--[if IE]>alert(1)<![endif]-->",  # X36
        "<script>alert(1)",
    ],
)
def test_what_is_not_text_is_left_out(markup: str) -> None:
    assert from_html(f"before {markup}").text == "before"


def test_script_that_was_escaped_is_just_words() -> None:
    assert from_html("&lt;script&gt;alert(1)&lt;/script&gt;").text == "<script>alert(1)</script>"


@pytest.mark.parametrize(
    "markup",
    [
        "<blockquote><cite>ann wrote:</cite>theirs</blockquote>mine",
        "<blockquote><blockquote>older</blockquote>ann wrote:\n theirs</blockquote>mine",
        '<div class="bbCodeBlock bbCodeBlock--quote"><div>ann wrote: theirs</div></div>mine',
        '<aside class="quote"><aside>ann wrote: theirs</aside></aside>mine',
        "<p>&gt; ann wrote: theirs</p><p>mine</p>",
        "<p>&gt;&gt; ann wrote: theirs</p>mine",
    ],
)
def test_what_others_said_is_kept_apart(markup: str) -> None:
    found = from_html(markup)
    assert found.text == "mine"
    assert "ann wrote:" in found.quoted
    assert "theirs" in found.quoted


@pytest.mark.parametrize(
    "label",
    [
        '<p><a href="/uid/6">@ann-b</a> said in <a href="/topic/3">Which desk: for 5?</a>:</p>',
        "<p>@ann a dit dans Quel bureau :</p>",
        "<p>Ann Bee wrote:</p>",
        "ann schrieb am 3. Mai:<br>",
    ],
)
def test_the_line_over_a_quote_that_says_whose_it_is_goes_with_it(label: str) -> None:
    found = from_html(f"<p>first</p>{label}\n<blockquote>theirs</blockquote><p>mine</p>")
    assert (found.text, found.quoted) == ("first\n\nmine", "theirs")


@pytest.mark.parametrize(
    "line", ["We like this one:", "I wrote to them and asked:", "@ann see below:<br>it is small."]
)
def test_own_words_over_a_quote_stay(line: str) -> None:
    own = line.replace("<br>", "\n")
    assert from_html(f"<p>{line}</p><blockquote>theirs</blockquote>").text == own


def test_a_number_after_a_greater_than_sign_is_no_quote() -> None:
    assert from_html("<p>&gt; 50 seats</p><p>a -> b</p>") == PlainText("> 50 seats\n\na -> b")


def test_a_post_in_plain_text_keeps_its_angle_brackets() -> None:
    found = from_text("a < b\r\n> theirs\r\nc <d>")
    assert found == PlainText(text="a < b\nc <d>", quoted="> theirs")


def test_terminal_commands_control_characters_and_surrogates_are_cleaned() -> None:  # X27
    assert clean("a\x00b\x1b[2Jc\x1b]0;d\ud800e\x9bf\tg\n") == "ab" + "c0;de" + "f\tg\n"
    assert from_html("a\x00\x1b[31mb&#0;&#27;&#xD800;").text.startswith("ab")


def test_titles_are_one_short_clean_line() -> None:  # X18
    assert one_line(" a\n b\t c ", most=300) == "a b c"
    assert len(one_line("x" * 10_000_000, most=300)) == 300
    assert title_from_html("<b>What &amp;</b> why<script>x</script>", most=300) == "What & why"


def test_text_is_capped_in_bytes_between_characters() -> None:
    assert cap("äöü", most=5) == "äö"
    assert cap("abc") == "abc"
    assert len(from_text("ü" * MAX_TEXT).text.encode()) == MAX_TEXT


def test_many_pieces_take_one_trip() -> None:
    assert many_from_html(json.dumps(["<p>a", "b<br>c"]).encode()) == (
        PlainText("a"),
        PlainText("b\nc"),
    )


N = MAX_TEXT
HOSTILE = {
    "X10 comments": "<!--" * (N // 4),
    "X12 deep div": "<div>" * (N // 5),
    "X13 attributes": "<p " + " ".join(f"a{n}=1" for n in range(N // 8)),
    "X14 open links": '<a href="' * (N // 9),
    "X14 mixed quotes": "<a b='<a c=\"" * (N // 12),
    "X15 less-than": "<" * N,
    "X15 ampersands": "&" * N,
    "X15 open tags": "<a " * (N // 3),
    "X16 nested b": "<b>" * (N // 3),
    "formatting elements": "".join(f"<b id={n}><p>" for n in range(N // 14)),
    "scripts": "<script>" * (N // 8),
    "one number": "&#" + "1" * N,
    "escapes": "\x1b[" * (N // 2),
    "quotes in quotes": "<blockquote>" * (N // 12),
    "quotes in a line": "@a wrote<blockquote></blockquote>" * (N // 33),
    "quoted lines": "> " * (N // 2),
    "blank lines": " \n" * (N // 2),
    "X42 one word": "a" * N,
    "X42 zalgo": "a" + "\u0301" * N,
}


@pytest.mark.parametrize("markup", HOSTILE.values(), ids=HOSTILE)
def test_no_input_makes_it_slow(markup: str) -> None:
    began = time.process_time()
    from_html(markup)
    from_text(markup)
    # measured: at most 0.1 s; each cleaner that builds a tree has one that takes 5 s and more
    assert time.process_time() - began < 1


@given(st.text(alphabet=st.sampled_from("<>/!-&;#x1'\"= abp\n\x00\x1b[\ud800"), max_size=400))
def test_any_markup_becomes_clean_bounded_text(markup: str) -> None:
    found = from_html(markup)
    for part in (found.text, found.quoted):
        assert clean(part) == part
        assert len(part.encode()) <= MAX_TEXT


@given(st.text(max_size=200))
def test_escaped_text_comes_back(text: str) -> None:
    escaped = text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    whole = from_html(escaped)
    plain = from_text(" ".join(text.split()))
    assert (whole.text + whole.quoted).split() == (plain.text + plain.quoted).split()

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nlp.text import BODY_READ, NEW_LINE, TITLE_READ, Folding, Tokens, fold, read, tokenise

ANY_TEXT = st.text(st.characters(exclude_categories=()), max_size=300)


def norms(text: str) -> list[str]:
    return tokenise(fold(text)).norms


@given(ANY_TEXT)
def test_folding_never_changes_the_length(text: str) -> None:
    assert len(fold(text)) == len(text)


@given(ANY_TEXT)
def test_tokens_are_in_order_and_within_the_text(text: str) -> None:
    tokens = tokenise(fold(text))

    assert len(tokens) == len(tokens.starts) == len(tokens.ends)
    assert all(s < e for s, e in zip(tokens.starts, tokens.ends, strict=True))
    assert all(e <= s for e, s in zip(tokens.ends, tokens.starts[1:], strict=False))
    assert not tokens.ends or tokens.ends[-1] <= len(text)


@given(ANY_TEXT)
def test_sentences_cover_every_token_once(text: str) -> None:
    body = read("", text).body

    covered = [position for first, last in body.sentences for position in range(first, last)]
    assert covered == list(range(len(body.tokens)))


@pytest.mark.parametrize(
    ("written", "read_as"),
    [
        ("Don\u2019t", "don't"),
        ("\uff23\uff32\uff2d", "crm"),
        ("\u201cBest\u201d", '"best"'),
        ("a\u00a0b", "a b"),
        ("what\u061f", "what?"),
        ("\u0130x", "\u0130x"),  # two characters in lower case: left as it is
        ("\ud800", "\ufffd"),
        ("line\u2028line", "line\nline"),
    ],
)
def test_what_looks_the_same_reads_the_same(written: str, read_as: str) -> None:
    assert fold(written) == read_as


def test_a_folding_forgets_rather_than_grow_without_end() -> None:
    folding = Folding()

    text = "".join(map(chr, range(0x20000, 0x20000 + 25_000)))

    assert len(folding.fold(text)) == 25_000
    assert len(folding) <= 20_000


def test_a_folding_can_read_further_characters_alike() -> None:
    assert Folding({"-": " "}).fold("Help-Desk é") == "help desk é"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Best CRM?", ["best", "crm", "?"]),
        ("under $1,500.50, say", ["under", "<money>", ",", "say"]),
        ("30 € or £5k", ["<money>", "or", "<money>"]),
        ("We are 12.", ["we", "are", "<number>", "."]),
        ("RTX3080 vs 5950x", ["<model>", "vs", "<model>"]),
        ("see https://example.org/a?b=c now", ["see", "<url>", "now"]),
        ("www.example.org", ["<url>"]),
        ("really?!! Yes!", ["really", "?", "yes", "!"]),
        ("one\n\ntwo", ["one", NEW_LINE, "two"]),
        ("mine vs. yours", ["mine", "vs", "yours"]),
        ("Node.js isn't bad...", ["node", "js", "isn't", "bad", "."]),
        ("x" * 60, ["<long>"]),
        ("", []),
    ],
)
def test_texts_are_cut_into_tokens(text: str, expected: list[str]) -> None:
    assert norms(text) == expected


def test_only_so_much_of_a_post_is_read() -> None:
    text = read("t" * 5_000, "word " * 100_000)

    assert len(text.title.folded) == TITLE_READ
    assert len(text.body.folded) == BODY_READ
    assert [part.name for part in text.fields] == ["title", "body"]


@pytest.mark.parametrize(
    "body",
    ["a" * 250_000, "a'" * 500_000, "1,2." * 250_000, "$1" * 400_000, "e\u0301" * 100_000,
     "http://" * 100_000, "\ud800\0" * 100_000, ">" * 1_000_000, "-- \n" * 200_000],
)  # fmt: skip
def test_a_hostile_text_is_read_in_bounded_time(body: str) -> None:
    began = time.perf_counter()

    read(body, body).body.sentences  # noqa: B018 - the work is in the property

    assert time.perf_counter() - began < 1


def test_quotes_and_the_signature_are_not_what_the_author_says() -> None:
    body = "> Which CRM?\nWe use none.\n-- \nLooking for a van"

    part = read("", body).body

    assert part.tokens.norms == [NEW_LINE, "we", "use", "none", ".", NEW_LINE]
    assert len(part.folded) == len(body)


@pytest.mark.parametrize(
    ("body", "said"),
    [
        ("We use none.\n--\nLooking for a van", "we use none."),
        ("[quote=ann]Which CRM?[/quote] We use none.", "we use none."),
        ("[quote]a[/quote] We use none. [quote]b[/quote]", "we use none."),
        ("We use none. [quote] is never closed", "we use none. [quote] is never closed"),
        ("Red\n--\n" + "blue " * 200, ("red\n--\n" + "blue " * 200).strip()),
    ],
)
def test_only_what_is_meant_as_a_quote_or_signature_is_left_out(body: str, said: str) -> None:
    assert read("", body).body.folded.strip() == said


def test_a_post_of_quotes_that_never_end_is_read_in_bounded_time() -> None:
    began = time.perf_counter()

    read("", "[quote]" * 3_000 + "[/quote" * 3_000 + "[/quote]")

    assert time.perf_counter() - began < 1


def test_a_long_sentence_is_cut() -> None:
    part = read("", "word " * 200).body

    assert max(last - first for first, last in part.sentences) == 60


@pytest.mark.parametrize(
    ("body", "names"),
    [
        ("We moved from Asana to ClickUp. It works", ["asana", "clickup"]),
        ("Then I said no to the RTX3080 offer", ["<model>"]),
        ("Why Every Word Has A Capital Here", []),
        ("so I'm told about I and https://example.org/", []),
    ],
)
def test_names_have_a_capital_where_none_has_to_be(body: str, names: list[str]) -> None:
    part = read("", body).body

    assert [part.tokens.norms[at] for at in sorted(part.named)] == names


def test_no_tokens_are_no_tokens() -> None:
    assert len(Tokens()) == 0

"""Signatures of posts: what is near, what is not, and how posts that are near are found."""

import hashlib
import random
from collections.abc import Callable
from itertools import combinations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nlp.near import (
    BANDS,
    NEAR,
    SHORT,
    SIGNATURE_SIZE,
    Signature,
    band_keys,
    is_near,
    resemblance,
    sign,
    words_key,
)

ANY_TEXT = st.text(st.characters(exclude_categories=()), max_size=300)

TITLE = "Which invoicing tool for a joinery of six?"
BODY = (
    "We still write our invoices in a spreadsheet and forget to send every tenth of them. "
    "I looked at two or three programs and could not tell which of them fits a small workshop. "
    "Does anybody here use one that reminds customers by itself and gets on with our accountant?"
)


def said(words: str) -> Signature:
    return sign("", words)


# What a signature is.


@given(ANY_TEXT, ANY_TEXT)
def test_any_text_has_a_signature_of_one_size_and_is_near_itself(title: str, body: str) -> None:
    signature = sign(title, body)

    assert len(signature) == SIGNATURE_SIZE
    assert signature == sign(title, body)
    assert resemblance(signature, signature) == 1


@pytest.mark.parametrize(
    "text",
    [
        "",
        "?!",
        "\0",
        "x" * 250_000,
        "a " * 500_000,
        "e" + "\u0301" * 5000,
        "\ud800",
        "\u202e" * 99,
    ],
)
def test_hostile_texts_have_one_too(text: str) -> None:
    assert len(said(text)) == SIGNATURE_SIZE


def test_a_signature_is_the_same_on_every_machine_and_in_every_version() -> None:
    # Signatures are stored. If this fails, they all have to be made anew by a migration.
    long, short = sign(TITLE, BODY), said("Is it any good?")

    assert hashlib.sha256(long + short).hexdigest()[:16] == "83b378ee22f47d41"
    assert band_keys(long, "anna")[0] == 3528225998907549064


@given(ANY_TEXT, ANY_TEXT)
def test_resemblance_is_a_share_and_the_same_both_ways(one: str, other: str) -> None:
    a, b = said(one), said(other)

    assert 0 <= resemblance(a, b) <= 1
    assert resemblance(a, b) == resemblance(b, a)


# What makes no difference.


WORDS = st.lists(
    st.text("abcdefghijklmnopqrstuvwxyz", min_size=1, max_size=8), min_size=1, max_size=60
)


@given(WORDS, st.data())
def test_case_marks_breaks_and_addresses_make_no_difference(
    words: list[str], data: st.DataObject
) -> None:
    dressed = []
    for word in words:
        dressed.append(data.draw(st.sampled_from([word, word.upper(), word.title()])))
        between = [" ", ", ", "\n", " ... ", " (", ") ", "! ", " https://talk.example/t/1 "]
        dressed.append(data.draw(st.sampled_from(between)))

    assert said("".join(dressed)) == said(" ".join(words))


@given(WORDS, st.integers(0, 60))
def test_it_makes_no_difference_where_the_title_ends(words: list[str], cut: int) -> None:
    assert sign(" ".join(words[:cut]), " ".join(words[cut:])) == said(" ".join(words))


def test_quotes_and_what_stands_under_a_signature_s_mark_make_no_difference() -> None:
    dressed = f"> They said this and that\n{BODY}\n-- \nAnna Example, Joinery Example, Exampletown"

    assert sign(TITLE, dressed) == sign(TITLE, BODY)


def test_words_have_a_key_that_other_words_other_numbers_and_another_order_change() -> None:
    key = words_key(TITLE, BODY)

    assert len(key) == 16
    assert words_key(TITLE.upper(), f"*{BODY}*  https://a.example/b") == key
    assert words_key("", f"{TITLE}\n{BODY}") == key
    assert key not in {
        words_key(TITLE, f"{BODY} {BODY}"),
        words_key(BODY, TITLE),
        words_key(TITLE.replace("six", "ten"), BODY),
    }
    assert words_key(TITLE, f"{BODY} 12 of us") != words_key(TITLE, f"{BODY} 13 of us")
    assert words_key("...", "\U0001f600 https://a.example/") == b""


@given(ANY_TEXT, ANY_TEXT)
def test_any_text_has_a_key_or_no_words(title: str, body: str) -> None:
    assert len(words_key(title, body)) in (0, 16)


def test_another_number_makes_no_difference_in_a_long_post_but_does_in_a_short_one() -> None:
    assert said(f"{BODY} We are 6.") == said(f"{BODY} We are 12.")
    assert not is_near(said("Is the Lathe 6 any good?"), said("Is the Lathe 7 any good?"))
    assert not is_near(said("Is the k6 any good?"), said("Is the k7 any good?"))


# What is near.


@pytest.mark.parametrize(
    ("title", "body"),
    [
        ("Invoices keep getting lost, what do you use?", BODY),  # another title
        ("", BODY),  # none
        ("", f"{TITLE}\n\n{BODY}"),  # in a place that knows no titles
        (TITLE, f"{BODY} Thanks in advance, and greetings from the coast, Anna"),
        (TITLE, f"Hello joiners, first post here, hope this is the right place. {BODY}"),
        (TITLE, BODY.replace("two or three", "several").replace("could not", "can't")),
        (TITLE, BODY.replace("still ", "").replace("anybody here", "anyone in this group")),
    ],
)
def test_a_post_is_near_to_what_people_make_of_it_elsewhere(title: str, body: str) -> None:
    there, here = sign(title, body), sign(TITLE, BODY)

    assert is_near(there, here)
    assert set(band_keys(there, "anna")) & set(band_keys(here, "anna"))


@pytest.mark.parametrize(
    "body",
    [
        "An update: I have tried the second of them and it does not print delivery notes.",
        "Does anybody here use a booking calendar that reminds customers by itself?",
        BODY[: len(BODY) // 3],  # its beginning
        " ".join(reversed(BODY.split())),
        "",
    ],
)
def test_what_else_the_same_person_says_is_not_near(body: str) -> None:
    assert not is_near(sign("", body), sign(TITLE, BODY))


@given(st.lists(st.sampled_from("abcde"), min_size=SHORT - 1, max_size=SHORT - 1), st.data())
def test_a_short_text_is_near_to_its_equal_only(words: list[str], data: st.DataObject) -> None:
    changed = list(words)
    changed[data.draw(st.integers(0, len(words) - 1))] = "z"

    assert is_near(said(" ".join(words)), said("! ".join(words)))
    assert not is_near(said(" ".join(words)), said(" ".join(changed)))
    assert not is_near(said(" ".join(words)), said(" ".join([*words, "z"])))


# How well it is estimated, and found.

VOCABULARY = [a + b + c for a in ("ba", "ko", "mi", "tu") for b in ("ra", "li", "so") for c in
              ("n", "st", "ve", "dor", "p", "qua", "x", "hem", "gi", "f", "l", "z")]  # fmt: skip


def made_up(dice: random.Random, many: int) -> list[str]:
    return [dice.choice(VOCABULARY) for _ in range(many)]


def reworded(dice: random.Random, words: list[str], share: float) -> list[str]:
    return [dice.choice(VOCABULARY) if dice.random() < share else word for word in words]


def in_common(one: list[str], other: list[str]) -> float:
    a, b = (set(zip(words, words[1:], words[2:], strict=False)) for words in (one, other))
    return len(a & b) / len(a | b)


def test_the_estimate_is_the_share_of_runs_in_common_give_or_take() -> None:
    dice = random.Random(7)
    off = []
    for _ in range(300):
        words = made_up(dice, dice.randrange(20, 120))
        other = reworded(dice, words, dice.random() * 0.4)
        estimate = resemblance(said(" ".join(words)), said(" ".join(other)))
        off.append(estimate - in_common(words, other))

    assert abs(sum(off) / len(off)) < 0.01
    assert sum(o * o for o in off) / len(off) < 0.045**2


@pytest.mark.parametrize(
    ("edit", "found"),
    [
        (lambda dice, words: reworded(dice, words, 0.03), 0.98),
        (lambda dice, words: reworded(dice, words, 0.05), 0.95),
        (lambda dice, words: words + made_up(dice, 12), 0.98),  # signed
        (lambda dice, words: made_up(dice, 8) + words[8:], 0.98),  # re-titled
        (lambda dice, words: made_up(dice, 8) + words[8:] + made_up(dice, 6), 0.9),
    ],
    ids=["one word in 33", "one word in 20", "signed", "re-titled", "re-titled and signed"],
)
def test_edited_posts_are_found_again(
    edit: Callable[[random.Random, list[str]], list[str]], found: float
) -> None:
    dice = random.Random(11)
    hits = 0
    for _ in range(300):
        words = made_up(dice, dice.randrange(40, 120))
        one, other = said(" ".join(words)), said(" ".join(edit(dice, words)))
        share_a_key = set(band_keys(one, "anna")) & set(band_keys(other, "anna"))
        hits += is_near(one, other) and bool(share_a_key)

    assert hits / 300 >= found


def test_posts_of_their_own_are_never_near() -> None:
    dice = random.Random(13)
    signatures = [said(" ".join(made_up(dice, dice.randrange(8, 80)))) for _ in range(200)]

    assert max(resemblance(a, b) for a, b in combinations(signatures, 2)) < NEAR / 2


# Keys.


@given(ANY_TEXT, ANY_TEXT, ANY_TEXT)
def test_posts_of_two_writers_share_no_key(text: str, one: str, other: str) -> None:
    keys = band_keys(said(text), one)

    assert len(keys) == BANDS
    assert all(-(2**63) <= key < 2**63 for key in keys)
    assert keys == band_keys(said(text), one)
    assert one == other or not set(keys) & set(band_keys(said(text), other))

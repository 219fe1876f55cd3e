"""Manners of an answer: each finding names its place."""

from datetime import UTC, datetime
from time import process_time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.rules.etiquette import (
    LONG,
    Earlier,
    Finding,
    House,
    Manner,
    Own,
    Weight,
    asks_for_link,
    check,
    proper_names,
    read_rules,
)

OWN = Own(names=("Tidepool",), hosts=("www.acme.example",))
OPEN_HOUSE = House()
FORUM = (
    "Read the forum's own rules before you answer. Say who you work for. Answer the question "
    "before you mention a product; one link at most, none in your first post."
)
HELPFUL = (
    "In a shop like yours I would first write down who promises what, and only then look at "
    "tools; half of the trouble goes away with that list on the wall."
)


def found(text: str, rules: str = "", *, own: Own = OWN, is_asked: bool = False) -> list[Finding]:
    return list(check(text, read_rules(rules), own, is_asked=is_asked))


def told(text: str, rules: str = "", *, is_asked: bool = False) -> set[tuple[Manner, str]]:
    return {
        (one.manner, text[one.start : one.end]) for one in found(text, rules, is_asked=is_asked)
    }


def test_a_helpful_answer_is_fine() -> None:
    assert found(HELPFUL) == []


def test_nothing_is_said_of_no_answer() -> None:
    assert found("  \n") == []


@pytest.mark.parametrize(
    ("words", "manner"),
    [
        ("bit.ly/2x", Manner.LINKS),
        ("https://blog.example/a?utm_source=forum", Manner.LINKS),
        ("Check out our", Manner.PROMOTION),
        ("the best tool on the market", Manner.PROMOTION),
        ("Book a demo", Manner.PROMOTION),
        ("Buy now", Manner.PROMOTION),
        ("50% off", Manner.PROMOTION),
        ("jetzt bestellen", Manner.PROMOTION),
        ("jetzt testen", Manner.PROMOTION),
        ("DM me", Manner.PROMOTION),
        ("sales@acme.example", Manner.PROMOTION),
        ("+49 30 1234567", Manner.PROMOTION),
        ("BUY IT NOW", Manner.PROMOTION),
    ],
)
def test_what_moderators_remove_is_found_where_it_stands(words: str, manner: Manner) -> None:
    text = f"{HELPFUL} {words}."

    assert (manner, words) in told(text)


def test_a_third_link_is_one_too_many_where_nothing_is_said() -> None:
    text = f"{HELPFUL} a.example.com b.example.com c.example.com"

    (one,) = found(text)

    assert (text[one.start : one.end], one.weight) == ("c.example.com", Weight.CARE)


def test_a_second_link_breaks_the_rule_of_one() -> None:
    text = f"I work for Acme. {HELPFUL} https://a.example/x and https://b.example/y."

    (one,) = found(text, FORUM)

    assert (one.manner, one.weight) == (Manner.COMMUNITY, Weight.BREAKS)
    assert text[one.start : one.end] == "https://b.example/y"
    assert "one link at most" in one.words


def test_where_no_links_are_wanted_one_is_fine_for_who_asked() -> None:
    rules = "No links unless somebody asks for one."
    text = f"{HELPFUL} https://a.example/x"

    assert told(text, rules) == {(Manner.COMMUNITY, "https://a.example/x")}
    assert told(text, rules, is_asked=True) == set()


def test_ours_is_to_be_called_ours() -> None:
    text = f"{HELPFUL} Tidepool does that."

    (one,) = found(text)

    assert (one.manner, one.weight) == (Manner.DISCLOSURE, Weight.BREAKS)
    assert text[one.start : one.end] == "Tidepool"


@pytest.mark.parametrize(
    "words",
    [
        "Disclosure: that is ours.",
        "I work for the makers.",
        "I'm one of the developers.",
        "We make it.",
        "Our own tool, so I am biased.",
        "Ich arbeite bei Tidepool.",
    ],
)
def test_who_says_so_has_said_it(words: str) -> None:
    assert found(f"{HELPFUL} Tidepool does that. {words}") == []


@pytest.mark.parametrize("words", ["I am with you on that.", "My brother works there."])
def test_who_says_something_else_has_not(words: str) -> None:
    assert Manner.DISCLOSURE in {one.manner for one in found(f"{HELPFUL} Try Tidepool. {words}")}


def test_a_community_that_asks_who_speaks_is_told() -> None:
    (one,) = found(HELPFUL, "Say who you work for.")

    assert (one.manner, one.weight, one.start, one.end) == (Manner.COMMUNITY, Weight.CARE, 0, 0)


def test_promotion_breaks_a_rule_where_there_is_one() -> None:
    (one,) = found(f"{HELPFUL} Free trial.", "No promotion.")

    assert (one.manner, one.weight) == (Manner.COMMUNITY, Weight.BREAKS)
    assert "No promotion." in one.words


def test_the_answer_comes_before_the_product() -> None:
    text = f"Tidepool, which is our own, does it. {HELPFUL}"

    (one,) = found(text, "Help first.")

    assert text[one.start : one.end] == "Tidepool"
    assert "Help first." in one.words


def test_short_and_long_answers_are_named() -> None:
    assert told("Yes.") == {(Manner.LENGTH, "Yes.")}
    (one,) = found("a word " * 300)
    assert (one.manner, one.start) == (Manner.LENGTH, LONG)


def test_the_same_text_is_seen_with_the_passage_and_for_how_many() -> None:
    earlier = Earlier(
        text=f"Hi Anna! {HELPFUL}",
        lead_id="l1",
        by="Ben",
        at=datetime(2025, 11, 1, tzinfo=UTC),
        is_posted=True,
    )
    text = f"Hello Bert, {HELPFUL}"

    (one,) = check(text, OPEN_HOUSE, OWN, [earlier, earlier])

    assert (one.manner, one.lead_id) == (Manner.SAME_TEXT, "l1")
    assert text[one.start : one.end] == HELPFUL.rstrip(".")
    assert "posted for 2 other people, last by Ben" in one.words


def test_kinds_of_product_are_no_names() -> None:
    assert proper_names(["crm", "CRM software", "Tidepool", "Larkdesk CRM"]) == (
        "Tidepool",
        "Larkdesk CRM",
    )


@pytest.mark.parametrize(
    ("text", "asks"),
    [
        ("Have you got a link?", True),
        ("Could somebody post a link please", True),
        ("Where can I find it?", True),
        ("I saw the link. Which one is best?", False),
        ("The link between sales and support is broken.", False),
    ],
)
def test_who_asks_for_a_link_is_known(text: str, asks: bool) -> None:
    assert asks_for_link(text) is asks


def test_rules_in_words_are_read() -> None:
    house = read_rules(FORUM)

    assert house.most_links == 1
    assert house.disclosure is not None
    assert house.disclosure.words == "Say who you work for."
    assert house.answer_first is not None
    assert house.promotion is None
    assert read_rules("") == House()


@pytest.mark.parametrize("shape", ["a.", "1 ", "a a ", "A ", "www.", "i'm a ", "(", "best "])
def test_an_answer_that_is_made_to_be_slow_is_not(shape: str) -> None:
    text = (shape * 10_000)[:10_000]
    earlier = Earlier(
        text=text, lead_id="l", by="Ben", at=datetime(2025, 11, 1, tzinfo=UTC), is_posted=False
    )
    began = process_time()

    check(text, read_rules(FORUM), OWN, [earlier])

    assert process_time() - began < 2


@given(st.text(max_size=300), st.text(max_size=200))
def test_every_place_lies_in_the_text_and_they_come_in_order(text: str, rules: str) -> None:
    places = [(one.start, one.end) for one in check(text, read_rules(rules), OWN)]

    assert all(0 <= start <= end <= len(text) for start, end in places)
    assert places == sorted(places)


@given(st.text(max_size=300))
def test_a_stricter_house_never_says_less(text: str) -> None:
    strict = read_rules(FORUM + " No promotion.")

    assert len(check(text, strict, OWN)) >= len(check(text, OPEN_HOUSE, OWN))


def test_a_link_to_our_own_site_wants_care_and_one_that_is_broken_breaks_nothing() -> None:
    ours = [
        one for one in found(f"{HELPFUL} https://www.acme.example/guide") if "our own" in one.words
    ]
    assert [(one.manner, one.weight) for one in ours] == [(Manner.LINKS, Weight.CARE)]
    assert found(f"{HELPFUL} https://[half/an/address") == []

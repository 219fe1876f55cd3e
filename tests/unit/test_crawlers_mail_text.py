"""What of a mail its author wrote."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawlers.mail.text import bare_subject, masked, masked_name, own_words, unflowed


def test_quotes_signature_and_footer_are_not_the_authors_words() -> None:
    words = own_words(
        "We switched last year.\n\n"
        "On Mon, Jun 29, 2026 at 10:00 AM Ann Lee <ann@people.example>\n"
        "wrote:\n"
        "> Which CRM do you use?\n"
        "> We are ten people.\n\n"
        "It took a week.\n"
        "-- \nBob\n+1 555 0100\n"
        "_______________________________________________\n"
        "Users mailing list -- users@lists.example\n"
    )

    assert words.text == "We switched last year.\n\nIt took a week."
    assert words.quoted == "> Which CRM do you use?\n> We are ten people."


@pytest.mark.parametrize(
    "below",
    [
        "-----Original Message-----\nFrom: Ann\nWhich CRM do you use?",
        "----- Forwarded Message -----\nWhich CRM do you use?",
        "From: Ann Lee\nSent: Monday, 29 June 2026\nWhich CRM do you use?",
        "Von: Ann Lee\nGesendet: Montag\nWhich CRM do you use?",
    ],
)
def test_a_mail_that_hangs_below_is_quoted(below: str) -> None:
    words = own_words(f"None at all.\n\n{below}")

    assert words.text == "None at all."
    assert "Which CRM do you use?" in words.quoted


@pytest.mark.parametrize(
    "attribution",
    [
        "Am 29.06.2026 um 10:00 schrieb Ann Lee:",
        "Le lun. 29 juin 2026 à 10:00, Ann Lee a écrit :",
        "Ann Lee writes:",
        "On 29/06/2026 10:00, Ann Lee via Users wrote:",
    ],
)
def test_who_is_quoted_is_not_said_by_the_author(attribution: str) -> None:
    assert own_words(f"{attribution}\n> Which CRM?\n\nNone.").text == "None."


def test_a_list_with_a_rule_in_it_is_no_footer() -> None:
    text = "Prices:\n--------------------\nsmall 10\nlarge 20"
    assert own_words(text).text == text


def test_a_footer_without_a_signature_is_cut() -> None:
    text = "Which one?\n" + "_" * 47 + "\nTo unsubscribe send an email to x@lists.example"
    assert own_words(text).text == "Which one?"


def test_no_address_is_left_in_a_text() -> None:
    assert own_words("Ask ann.lee+crm@people.example or git@host.example:x").text == (
        "Ask a…@people.example or g…@host.example:x"
    )
    assert masked("see https://fedi.example/@ann and 5 @ 10") == (
        "see https://fedi.example/@ann and 5 @ 10"
    )


def test_a_masked_name_is_the_same_for_the_same_address_only() -> None:
    assert masked_name("Ann@people.example") != masked_name("and@people.example")
    assert masked_name("ann@people.example") == masked_name("ann@people.example")
    assert "nn@" not in masked_name("ann@people.example")


@pytest.mark.parametrize(
    ("subject", "bare"),
    [
        ("Re: [Users] Re: Which CRM?", "Which CRM?"),
        ("AW: WG: Which CRM?", "Which CRM?"),
        ("Re[2]: Which CRM?", "Which CRM?"),
        ("Re:", "Re:"),
        ("[Users]", "[Users]"),
        ("Recommend: a CRM", "Recommend: a CRM"),
    ],
)
def test_a_thread_has_its_subject_without_what_mail_programs_add(subject: str, bare: str) -> None:
    assert bare_subject(subject) == bare


def test_flowed_lines_are_joined() -> None:
    assert unflowed("We are \nten people.\n> quoted \nand more\n-- \nBob") == (
        "We are ten people.\n> quoted \nand more\n-- \nBob"
    )


@given(st.text(alphabet="a>@:-_ \nFromOnwrote.,<", max_size=400))
def test_what_is_left_is_never_longer_than_what_came(text: str) -> None:
    words = own_words(text)
    assert len(words.text) <= len(text) + text.count("@")


@pytest.mark.parametrize(
    "hostile",
    [
        "a" * 300_000 + "@",
        "On " * 100_000,
        "On x" + " wrote" * 40_000,
        ">" * 300_000,
        "_" * 300_000,
        ("_" * 30 + "\n") * 10_000,
        "From: " * 50_000,
        "From: a\n" * 40_000,
        "a@" * 100_000,
    ],
)
def test_a_hostile_text_takes_no_long_time(hostile: str) -> None:
    began = time.process_time()
    own_words(hostile)
    assert time.process_time() - began < 2

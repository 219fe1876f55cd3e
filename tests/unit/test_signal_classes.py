"""What a signal counts as where its kind does not say it all."""

import pytest

from models.words import Kind, SignalClass
from service.rules.classes import finer_class


def the_class(
    text: str, kind: Kind = Kind.EXPERIENCE, *, is_opening: bool = False
) -> SignalClass | None:
    return finer_class(kind, text=text, evidence=(), is_opening=is_opening)


@pytest.mark.parametrize(
    "text",
    [
        "I saw you run the new Acme scanner. Do you mind telling me what it costs to keep?",
        "How long have you had yours, and would you buy it again?",
        "Nice write-up! Which plan are you on?",
        "Curious how you got the calendar to sync.",
    ],
)
def test_a_reply_that_asks_another_user_contacts_a_peer(text: str) -> None:
    assert the_class(text) is SignalClass.PEER_CONTACT


@pytest.mark.parametrize(
    ("text", "kind", "is_opening"),
    [
        ("Do you mind telling me what it costs?", Kind.EXPERIENCE, True),  # opens a conversation
        ("Does anybody here use it, and would you buy it again?", Kind.EXPERIENCE, False),
        ("What do you all use?", Kind.RECOMMENDATION, False),
        ("I use it and like it.", Kind.EXPERIENCE, False),
        ("Are you selling it?", Kind.PURCHASE, False),
    ],
)
def test_asking_around_and_telling_contact_nobody(text: str, kind: Kind, is_opening: bool) -> None:
    assert the_class(text, kind, is_opening=is_opening) is None


@pytest.mark.parametrize(
    "text",
    [
        "We are fed up with Acme, what else is there?",
        "Alternatives to Acme? They doubled their prices.",
        "Acme crashes every morning. What do others use?",
        "Wir sind genervt von Acme, was gibt es sonst?",
    ],
)
def test_an_alternative_with_a_complaint_is_about_to_switch(text: str) -> None:
    assert the_class(text, Kind.ALTERNATIVE, is_opening=True) is SignalClass.COMPLAINT_SWITCH
    assert the_class(text, Kind.COMPARISON, is_opening=True) is None


def test_a_plain_question_for_alternatives_is_no_complaint() -> None:
    assert the_class("What are good alternatives to Acme?", Kind.ALTERNATIVE) is None


def test_a_complaint_in_the_evidence_counts_where_the_text_is_not_kept() -> None:
    found = finer_class(Kind.ALTERNATIVE, text="", evidence=["tired of Acme"], is_opening=True)

    assert found is SignalClass.COMPLAINT_SWITCH

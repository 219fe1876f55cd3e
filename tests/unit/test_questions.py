"""What to ask for what a buyer has not said."""

from service.rules.questions import QUESTIONS, question_for


def test_every_field_of_bant_has_an_open_question() -> None:
    assert set(QUESTIONS) == {"need", "budget", "authority", "timeline"}
    for fact in QUESTIONS:
        asked = question_for(fact)
        assert asked is not None
        assert asked[0].endswith("?")


def test_nothing_is_asked_of_any_other_fact() -> None:
    assert question_for("location") is None

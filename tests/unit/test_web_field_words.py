from typing import Annotated, Any

import pytest
from pydantic import BaseModel, Field, ValidationError

from models.words import TaskKind
from service.typed import Line, Prose
from service.web.wording.field_words import faults_of


class Sheet(BaseModel):
    note: Annotated[Prose, Field(max_length=4000)] = ""
    words: Annotated[Prose, Field(min_length=1)] = "x"
    reason: Annotated[Prose, Field(min_length=3)] = "xxx"
    at: Annotated[Line, Field(max_length=16, pattern=r"^\d{4}$")] = "2025"
    kind: TaskKind = TaskKind.REMINDER
    least: Annotated[int, Field(ge=0, le=100)] = 0
    quality: float = 0.0
    day: Annotated[list[int], Field(max_length=2)] = []
    rev: int = 1


def errors(**sent: object) -> list[dict[str, Any]]:  # Any: as pydantic tells them
    with pytest.raises(ValidationError) as refused:
        Sheet.model_validate(sent)
    return [{**one, "loc": ("body", *one["loc"])} for one in refused.value.errors()]


@pytest.mark.parametrize(
    ("sent", "path", "told"),
    [
        ({"note": "x" * 4001}, "/", "Note: at most 4,000 characters."),
        ({"words": " \u200b "}, "/", "Note: missing."),
        ({"reason": "xx"}, "/", "Reason: at least 3 characters."),
        ({"at": "foo"}, "/leads/{lead_id}/tasks", "When: no date and time."),
        ({"at": "foo"}, "/digest/settings", "At: not written as it should be."),
        ({"kind": "page_view"}, "/", "Kind: none of the choices."),
        ({"least": "x"}, "/", "Score from: no whole number."),
        ({"least": -1}, "/", "Score from: at least 0."),
        ({"least": 1000}, "/", "Score from: at most 100."),
        ({"quality": "good"}, "/", "Quality: no number."),
        ({"day": [1, 2, 3]}, "/", "Days: at most 2 choices."),
        ({"rev": "evil"}, "/", "That page was out of date or incomplete: load it again."),
        (
            {"note": "x" * 4001, "rev": "x", "least": 101},
            "/",
            "Note: at most 4,000 characters; Score from: at most 100.",
        ),
    ],
)
def test_each_field_says_what_is_wrong_under_its_label(
    sent: dict[str, object], path: str, told: str
) -> None:
    assert faults_of(errors(**sent), path) == told


def test_a_body_that_is_no_form_names_no_field() -> None:
    error = {"type": "missing", "loc": ("body",), "input": None}

    assert faults_of([error], "/") == "That page was out of date or incomplete: load it again."
    assert faults_of([], "/") is None

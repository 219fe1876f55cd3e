"""APIs that count what is asked of them: what their headers and refusals mean."""

from datetime import UTC, datetime

import pytest

from crawlers.apis.metered import (
    MissingOption,
    QuotaUsedUp,
    RefusedByApi,
    asked_rest,
    is_on,
    option,
)
from crawlers.errors import AnswerRefused, SourceError
from tests.crawling import a_source

NOW = datetime(2026, 6, 30, 12, 0, tzinfo=UTC)
PRESENT = int(NOW.timestamp())


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({}, None),
        ({"retry-after": "90"}, 90),
        ({"x-ratelimit-remaining": "5", "x-ratelimit-reset": "30"}, None),
        ({"x-ratelimit-remaining": "0", "x-ratelimit-reset": str(PRESENT + 30)}, 30),
        ({"x-ratelimit-remaining": "0.0", "x-ratelimit-reset": "417"}, 417),
        ({"x-ratelimit-remaining": "0", "x-ratelimit-reset": str(PRESENT - 30)}, 1),
        ({"x-ratelimit-remaining": "0", "x-ratelimit-reset": str(PRESENT + 10**7)}, 86_400),
        ({"x-ratelimit-remaining": "0"}, None),
        ({"x-ratelimit-remaining": "none", "x-ratelimit-reset": "soon"}, None),
        ({"x-ratelimit-remaining": "nan", "x-ratelimit-reset": "inf"}, None),
    ],
)
def test_headers_say_for_how_long_not_to_ask(headers: dict[str, str], seconds: int | None) -> None:
    assert asked_rest(headers, now=NOW) == seconds


@pytest.mark.parametrize(
    "error",
    [
        RefusedByApi(400, said="No {site} of \x1b[31mthat\x1b[0m name!\n"),
        RefusedByApi(403, said=""),
        QuotaUsedUp(403, said="10,000 units", retry_after_seconds=3_700),
        MissingOption("site", meaning="the name of a site"),
    ],
    ids=["refused", "refused without words", "quota", "option"],
)
def test_refusals_explain_themselves_to_a_person(error: SourceError) -> None:
    assert error.reason.endswith(".")
    assert error.reason[0].isupper()
    assert "\n" not in error.reason
    assert "\x1b" not in error.reason


def test_what_a_stranger_wrote_is_kept_short_and_its_braces_stay() -> None:
    error = RefusedByApi(400, said="{0.__class__} " * 1_000)
    assert "{0.__class__}" in error.reason
    assert len(error.reason) < 400
    assert isinstance(error, AnswerRefused)


def test_an_option_that_is_needed_is_asked_for() -> None:
    source = a_source("https://api.example/", options={"query": " crm ", "answers": "Yes"})
    assert option(source, "query", meaning="words") == "crm"
    assert is_on(source, "answers")
    assert not is_on(source, "comments")
    with pytest.raises(MissingOption, match="site, a name"):
        option(source, "site", meaning="a name")

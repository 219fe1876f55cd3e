from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawlers.answers import MAX_RETRY, MIN_RETRY, flat, refusal, retry_after, validator
from crawlers.errors import Forbidden, Gone, NotFound, RateLimited, ServerFailed, UnexpectedStatus

NOW = datetime(2026, 6, 30, 12, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("value", "seconds"),
    [
        ("120", 120),
        ("0", MIN_RETRY),
        ("999999999999999999999", MAX_RETRY),  # X41
        ("Tue, 30 Jun 2026 12:10:00 GMT", 600),
        ("Tue, 30 Jun 2026 12:10:00", 600),
        ("Thu, 01 Jan 1970 00:00:00 GMT", MIN_RETRY),
        ("Fri, 31 Dec 9999 23:59:59 -1200", MAX_RETRY),
        ("-5", None),
        ("soon", None),
        ("", None),
        ("²", None),
        (None, None),
    ],
)
def test_retry_after_is_between_a_minute_and_a_day(value: str | None, seconds: int | None) -> None:
    assert retry_after(value, now=NOW) == seconds


@given(st.text())
def test_any_retry_after_is_bounded_or_ignored(value: str) -> None:
    seconds = retry_after(value, now=NOW)
    assert seconds is None or MIN_RETRY <= seconds <= MAX_RETRY


def test_a_refusal_is_named_for_what_it_means() -> None:
    assert isinstance(refusal(404, {}, now=NOW), NotFound)
    assert isinstance(refusal(410, {}, now=NOW), Gone)
    assert isinstance(refusal(403, {}, now=NOW), Forbidden)
    assert isinstance(refusal(418, {}, now=NOW), UnexpectedStatus)
    limited = refusal(429, {"retry-after": "90"}, now=NOW)
    assert isinstance(limited, RateLimited)
    assert limited.retry_after_seconds == 90
    failed = refusal(503, {}, now=NOW)
    assert isinstance(failed, ServerFailed)
    assert failed.retry_after_seconds is None


def test_validators_are_kept_verbatim_or_not_at_all() -> None:  # X40
    assert validator('W/"a b"') == 'W/"a b"'
    assert validator("not a date") == "not a date"
    for bad in ('"' + "x" * 2_000 + '"', '"a\r\nSet-Cookie: x"', '"\udce9"', "ü", None):
        assert validator(bad) is None


def test_repeated_headers_are_joined() -> None:
    assert flat([("X-A", "1"), ("x-a", "2"), ("B", "3")]) == {"x-a": "1, 2", "b": "3"}

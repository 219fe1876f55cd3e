"""How long a document says that it holds."""

from datetime import UTC, datetime

import pytest

from crawlers.freshness import LONGEST, declared_seconds, fresh_seconds, longest

NOW = datetime(2026, 6, 30, 12, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({}, None),
        ({"cache-control": "public, max-age=600"}, 600),
        ({"cache-control": 'MAX-AGE="600"', "age": "100"}, 500),
        ({"cache-control": "max-age=600", "age": "900"}, None),
        ({"cache-control": "max-age=99999999999999999999"}, LONGEST),
        ({"cache-control": "max-age=0"}, None),
        ({"cache-control": "max-age=-5"}, None),
        ({"cache-control": "s-maxage=600"}, None),
        ({"cache-control": "no-cache, max-age=600"}, None),
        ({"cache-control": "no-store"}, None),
        ({"expires": "Tue, 30 Jun 2026 13:00:00 GMT"}, 3600),
        (
            {
                "expires": "Tue, 30 Jun 2026 13:00:00 GMT",
                "date": "Tue, 30 Jun 2026 12:59:00 GMT",
            },
            60,
        ),
        ({"expires": "Tue, 30 Jun 2026 13:00:00 -0000"}, 3600),
        ({"expires": "Thu, 01 Jan 1970 00:00:00 GMT"}, None),
        ({"expires": "0"}, None),
        ({"expires": "Mon, 99 Foo 9999 99:99:99 GMT"}, None),
        (
            {"cache-control": "max-age=60", "expires": "Tue, 30 Jun 2026 13:00:00 GMT"},
            60,
        ),
    ],
)
def test_an_answer_is_fresh_as_its_headers_say(
    headers: dict[str, str], seconds: int | None
) -> None:
    assert fresh_seconds(headers, now=NOW) == seconds


@pytest.mark.parametrize(
    ("said", "seconds"),
    [
        ({}, None),
        ({"ttl": "60"}, 3600),
        ({"ttl": " 15 "}, 900),
        ({"ttl": "soon"}, None),
        ({"ttl": "-1"}, None),
        ({"ttl": "99999999999999"}, LONGEST),
        ({"period": "hourly", "frequency": "2"}, 1800),
        ({"period": "Daily"}, LONGEST),
        ({"period": "hourly", "frequency": "0"}, 3600),
        ({"period": "fortnightly"}, None),
        ({"period": "hourly", "ttl": "120"}, 7200),
    ],
)
def test_a_feed_holds_as_it_declares(said: dict[str, str], seconds: int | None) -> None:
    assert declared_seconds(**said) == seconds


def test_the_longest_that_is_said_counts() -> None:
    assert longest(None, 60, 900) == 900
    assert longest(None, None) is None

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawlers.times import epoch, epoch_from, readings, stated

NOW = datetime(2026, 6, 30, 12, 0, tzinfo=UTC)
MOMENT = int(datetime(2026, 1, 5, 16, 11, tzinfo=UTC).timestamp())


@pytest.mark.parametrize(
    "text",
    [
        "2026-01-05T16:11:00+00:00",
        "2026-01-05T16:11:00Z",
        "2026-01-05T17:11:00+0100",
        "2026-01-05T16:11",
        "Mon Jan 05, 2026 4:11 pm",
        "Jan 5, 2026 at 4:11 PM",
        "05 Jan 2026, 16:11",
        "Jan. 5, 2026, 4:11 p.m.",
        "by ann on Jan. 5, 2026, 4:11 p.m.",
        "January 05, 2026, 04:11:00 PM",
        "5th January 2026, 16:11",
        "Posted 5 January 2026 - 04:11 PM",
        "5. Januar 2026, 16:11 Uhr",
        "le 5 janvier 2026 16:11",
        "5 de enero de 2026 16:11",
        "05.01.2026, 16:11",
        "01-05-2026, 04:11 PM",
        "5/1/2026 16:11",
        "2026/01/05 16:11",
        "2026-01-05 16:11:00+00:00 +0000",
        "2026-01-05 17:11 +0100",
        "16:11, 5 Jan 2026",
        "Mon, 01/05/2026 - 16:11",
        "Lun 05/01/2026 - 16:11",
        "\u200e01-05-2026 04:11 PM",
        "1/5/26, 4:11\u202fPM",
        "05.01.26, 16:11",
        "5. 1. 2026 16:11",
        "2026. 1. 5. 16:11",
        "2026. január 5. 16:11",
        "2026年1月5日 16:11",
        "2026/01/05(月) 16:11:00.12 ID:abc",
        "5 января 2026, 16:11",
        "5 stycznia 2026 16:11",
        "5 de janeiro de 2026 às 16:11",
        "5 ledna 2026 v 16:11",
        "5 tammikuuta 2026 16:11",
        "5 Ocak 2026 16:11",
        "le 5 janvier 2026 à 16h11",
        "Mon Jan  5 17:11:00 CET 2026",
        "Mon Jan 5 16:11:00 2026",
        "Jan 5, 2026 11:11 AM EST",
        "Jan 5, 2026 5:11 PM UTC+1",
        f"{MOMENT}000",
        str(MOMENT),
        f" {MOMENT}.75 ",
    ],
)
def test_the_forms_that_forums_write_are_read(text: str) -> None:
    assert epoch(text) == MOMENT


@pytest.mark.parametrize(
    "text",
    ["", "yesterday", "Invalid Date", "2026-02-30", "0000-00-00T00:00:00", "9" * 100_000, "12"],
)
def test_what_is_no_time_is_none(text: str) -> None:
    assert epoch(text) is None


@pytest.mark.parametrize(
    ("text", "hours"),
    [
        ("Jan 5, 2026", 0),
        ("Jan. 5, 2026, noon", 12),
        ("Jan. 5, 2026, midnight", 0),
        ("Jan. 5, 2026, 3 a.m.", 3),
        ("Jan 5, 2026 12:30 am", 0.5),
        ("5/1/2026 25:00", 0),
    ],
)
def test_dates_without_minutes_are_read(text: str, hours: float) -> None:
    midnight = int(datetime(2026, 1, 5, tzinfo=UTC).timestamp())
    assert epoch(text) == midnight + int(hours * 3_600)


@pytest.mark.parametrize(
    ("text", "seconds_ago"),
    [
        ("2 hours ago", 7_200),
        ("hace 5 minutos", 300),
        ("5 minuti fa", 300),
        ("3 dagen geleden", 3 * 86_400),
        ("5 минут назад", 300),
        ("2 godziny temu", 7_200),
        ("för 2 timmar sedan", 7_200),
        ("2 saat önce", 7_200),
        ("3天前", 3 * 86_400),
        ("5分钟前", 300),
        ("5分前", 300),
        ("an hour ago", 3_600),
        ("8 hours, 24 minutes ago", 8 * 3_600 + 24 * 60),
        ("vor 3 Tagen", 3 * 86_400),
        ("5m ago", 300),
        ("2 weeks ago", 14 * 86_400),
        ("a month ago", 30 * 86_400),
        ("just now", 0),
        ("Today, 04:11 AM", 7 * 3_600 + 49 * 60),
        ("Yesterday at 12:00", 86_400),
        ("30 Jun at 11:00", 3_600),
        ("Jun 30, 11:00", 3_600),
        ("Jul 3, 12:00", 362 * 86_400),
        ("Monday at 12:00 PM", 86_400),
        ("Вчера, 12:00", 86_400),
        ("gestern, 12:00 Uhr", 86_400),
    ],
)
def test_times_in_relation_to_now_are_read_where_now_is_told(text: str, seconds_ago: int) -> None:
    now = int(NOW.timestamp())
    assert epoch_from(text, now=now) == now - seconds_ago
    assert epoch(text) is None


def test_what_is_no_time_is_none_also_in_relation_to_now() -> None:
    for text in ("in a while", "3 apples", "12", "page 3 of 4", "may 5"):
        assert epoch_from(text, now=int(NOW.timestamp())) is None


@given(st.text(max_size=80), st.integers(0, 2_000_000_000))
def test_any_text_is_a_time_or_none_in_relation_to_now(text: str, now: int) -> None:
    seconds = epoch_from(text, now=now)
    assert seconds is None or isinstance(seconds, int)


@given(st.text(max_size=80))
def test_any_text_is_a_time_or_none(text: str) -> None:
    seconds = epoch(text)
    assert seconds is None or isinstance(seconds, int)


def test_x28_times_that_cannot_be_are_none() -> None:
    for impossible in (0, -1, 10**12, 10**30, -(10**30), 4_102_444_800, None):
        assert stated(impossible, now=NOW) is None
    assert stated(MOMENT, now=NOW) == datetime(2026, 1, 5, 16, 11, tzinfo=UTC)


def test_a_clock_that_is_a_little_ahead_is_forgiven() -> None:
    ahead = NOW + timedelta(minutes=5)
    assert stated(int(ahead.timestamp()), now=NOW) == ahead
    assert stated(int((NOW + timedelta(hours=2)).timestamp()), now=NOW) is None


@pytest.mark.parametrize(
    ("text", "orders"),
    [
        ("03/04/2026", ("day", "month")),
        ("03.04.2026", ("day", "month")),
        ("03/04/2026 4:11 PM", ("month", "day")),
        ("13/04/2026", ("day",)),
        ("04-13-2026", ("month",)),
        ("Mon 01/05/2026", ("month",)),
        ("Mon 05/01/2026", ("day",)),
        ("04/04/2026", ()),
        ("2026-03-04", ()),
        ("3 April 2026", ()),
        ("1767629460", ()),
        ("31/31/2026", ()),
        ("soon", ()),
        ("", ()),
    ],
)
def test_it_is_told_which_of_two_numbers_may_be_the_day(
    text: str, orders: tuple[str, ...]
) -> None:
    assert readings(text) == orders


@given(st.dates(min_value=datetime(1991, 1, 1, tzinfo=UTC).date()), st.sampled_from("/.-"))
def test_a_date_in_numbers_is_read_in_the_order_that_is_named(day: date, mark: str) -> None:
    meant = int(datetime(day.year, day.month, day.day, tzinfo=UTC).timestamp())
    year = f"{day.year:04}"
    assert epoch(f"{day.day}{mark}{day.month}{mark}{year}", order="day") == meant
    assert epoch(f"{day.month}{mark}{day.day}{mark}{year}", order="month") == meant

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.times import Urgency, age, due, moment, on_clock

NOW = datetime(2025, 11, 19, 12, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("passed", "words"),
    [
        (timedelta(seconds=-30), "just now"),  # a clock elsewhere is ahead of ours
        (timedelta(seconds=59), "just now"),
        (timedelta(minutes=6), "6 min ago"),
        (timedelta(minutes=119), "119 min ago"),
        (timedelta(hours=5), "5 h ago"),
        (timedelta(days=3), "3 d ago"),
        (timedelta(days=30), "4 weeks ago"),
    ],
)
def test_an_age_is_told_in_the_unit_that_says_enough(passed: timedelta, words: str) -> None:
    assert age(NOW - passed, NOW) == words


@pytest.mark.parametrize(
    ("left", "words", "urgency"),
    [
        (timedelta(minutes=54), "due in 54 min", Urgency.SOON),
        (timedelta(hours=3), "due in 3 h", Urgency.LATER),
        (timedelta(0), "overdue 0 min", Urgency.LATE),
        (timedelta(minutes=-12), "overdue 12 min", Urgency.LATE),
    ],
)
def test_a_due_time_says_how_it_stands(left: timedelta, words: str, urgency: Urgency) -> None:
    found = due(NOW + left, NOW)

    assert (found.words, found.urgency) == (words, urgency)


@given(st.timedeltas(min_value=timedelta(days=-900), max_value=timedelta(days=900)))
def test_what_is_past_is_late_and_what_is_to_come_is_not(left: timedelta) -> None:
    assert (due(NOW + left, NOW).urgency is Urgency.LATE) == (left <= timedelta(0))


def test_a_moment_is_told_in_the_readers_zone() -> None:
    assert moment(NOW, "Europe/Berlin") == "Wed 19 Nov 2025, 13:00 CET"
    assert moment(NOW, "America/New_York") == "Wed 19 Nov 2025, 07:00 EST"


@pytest.mark.parametrize("zone", ["../../etc/passwd", "", "Nowhere/Land", "/etc/localtime"])
def test_a_zone_that_is_none_is_read_as_utc(zone: str) -> None:
    assert moment(NOW, zone) == "Wed 19 Nov 2025, 12:00 UTC"


LAST = datetime.max.replace(tzinfo=UTC)
FIRST = datetime.min.replace(tzinfo=UTC)


@pytest.mark.parametrize(
    ("at", "zone", "told"),
    [
        (LAST, "Pacific/Kiritimati", "31 Dec 9999, 23:59 UTC"),
        (FIRST, "America/Los_Angeles", "1 Jan 1, 00:00 UTC"),
    ],
)
def test_a_moment_that_a_zone_has_no_day_for_is_told_in_utc(
    at: datetime, zone: str, told: str
) -> None:
    assert moment(at, zone).endswith(told)


@pytest.mark.parametrize(("at", "zone"), [(LAST, "Pacific/Pago_Pago"), (FIRST, "Asia/Tokyo")])
def test_what_a_clock_shows_at_the_edge_of_the_calendar_is_a_moment_of_utc(
    at: datetime, zone: str
) -> None:
    assert on_clock(at.replace(tzinfo=None), ZoneInfo(zone)) == at


@given(
    st.datetimes(datetime(1970, 1, 1), datetime(2199, 12, 31)),  # noqa: DTZ001 - as typed
    st.sampled_from(["Pacific/Kiritimati", "Pacific/Pago_Pago", "Europe/Berlin", "UTC"]),
)
def test_what_a_clock_shows_is_the_moment_at_which_it_does(local: datetime, name: str) -> None:
    zone = ZoneInfo(name)
    assert on_clock(local, zone) == local.replace(tzinfo=zone)

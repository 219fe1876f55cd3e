"""A timetable gives what going through the days gives."""

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.rules.hours import (
    NoWorkingTimeError,
    add_working_time,
    elapsed_working_time,
    office_of,
)
from service.rules.worked import timetable, years_around

#: In Berlin the clocks skip an hour on 30 March and repeat one on 26 October.
OFFICES = (
    office_of("mon-fri 09:00-12:00 13:00-17:30", "Europe/Berlin", ("2025-05-01",)),
    office_of("sun 01:30-03:30; wed 00:00-24:00", "Europe/Berlin"),
    office_of("always", "Australia/Lord_Howe"),
)
FIRST, LAST = datetime(2025, 1, 2, tzinfo=UTC), datetime(2026, 6, 1, tzinfo=UTC)

moments = st.timedeltas(timedelta(0), LAST - FIRST).map(lambda span: FIRST + span)
spans = st.timedeltas(timedelta(0), timedelta(days=20))


@given(moments, moments)
def test_as_much_is_worked_as_by_the_days(start: datetime, end: datetime) -> None:
    days = years_around(FIRST, LAST)

    for one in OFFICES:
        assert timetable(one, *days).elapsed(start, end) == elapsed_working_time(start, end, one)


@given(moments, spans)
def test_as_much_working_time_ends_when_it_does_by_the_days(
    start: datetime, amount: timedelta
) -> None:
    days = years_around(FIRST, LAST)

    for office in OFFICES:
        assert timetable(office, *days).add(start, amount) == add_working_time(
            start, amount, office
        )


def test_what_is_not_in_the_timetable_is_worked_out_by_the_days() -> None:
    office = OFFICES[0]
    table = timetable(office, date(2025, 3, 3), date(2025, 3, 8))  # a week
    friday, later = datetime(2025, 3, 7, 12, tzinfo=UTC), datetime(2025, 3, 18, tzinfo=UTC)
    before = datetime(2025, 2, 28, 12, tzinfo=UTC)

    assert table.elapsed(friday, later) == elapsed_working_time(friday, later, office)
    for start in (before, friday):
        ends = table.add(start, timedelta(hours=30))
        assert ends == add_working_time(start, timedelta(hours=30), office)
    with pytest.raises(NoWorkingTimeError):
        table.add(friday, timedelta(days=9_000))


def test_before_the_first_opening_nothing_is_worked() -> None:
    office = OFFICES[0]
    table = timetable(office, date(2025, 3, 8), date(2025, 3, 15))  # begins with a Saturday
    saturday, tuesday = datetime(2025, 3, 8, 12, tzinfo=UTC), datetime(2025, 3, 11, 12, tzinfo=UTC)
    assert table.elapsed(saturday, tuesday) == elapsed_working_time(saturday, tuesday, office)

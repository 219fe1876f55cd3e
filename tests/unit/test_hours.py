"""Working time: what the arithmetic says is what counting quarters of an hour says."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from config.hours import WorkingHours, parse_working_hours
from service.rules.hours import NoWorkingTimeError, add_working_time, is_working_time

QUARTER = timedelta(minutes=15)
BERLIN = ZoneInfo("Europe/Berlin")
OFFICE = parse_working_hours("mon-fri 09:00-17:30")

ZONES = [
    ZoneInfo(name)
    for name in ("Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "Asia/Kathmandu")
]
WEEKS = [
    parse_working_hours(text)
    for text in (
        "always",
        "mon-fri 09:00-17:30",
        "mon-thu 08:00-12:00 13:00-17:00; fri 08:00-14:00",
        "sat-mon 00:00-01:45 02:15-02:45 03:00-06:00",  # where clocks are changed
        "sun 01:00-02:30 03:00-04:00; sat 22:00-24:00",
    )
]
#: A day before each change of the clocks of 2025 in these zones; Lord Howe moves half an hour.
CHANGES = [
    datetime(2025, month, day, tzinfo=UTC)
    for month, day in ((3, 8), (3, 29), (4, 4), (10, 3), (10, 25), (11, 1))
]

STARTS = st.builds(lambda day, n: day + n * QUARTER, st.sampled_from(CHANGES), st.integers(0, 300))
AMOUNTS = st.integers(0, 60).map(lambda n: n * QUARTER)


def counted(start: datetime, amount: timedelta, hours: WorkingHours, tz: ZoneInfo) -> datetime:
    """Return when ``amount`` has passed, by looking at every quarter of an hour."""
    moment, left = start, amount
    while left or not is_working_time(moment, hours, tz):
        if is_working_time(moment, hours, tz):
            left -= QUARTER
            if not left:
                return moment + QUARTER
        moment += QUARTER
    return moment


@given(STARTS, AMOUNTS, st.sampled_from(WEEKS), st.sampled_from(ZONES))
def test_adding_agrees_with_counting_quarters_across_changes_of_the_clocks(
    start: datetime, amount: timedelta, hours: WorkingHours, tz: ZoneInfo
) -> None:
    assert add_working_time(start, amount, hours, tz) == counted(start, amount, hours, tz)


@given(STARTS, AMOUNTS, AMOUNTS, st.sampled_from(WEEKS), st.sampled_from(ZONES))
def test_waiting_twice_is_waiting_for_the_sum(
    start: datetime, one: timedelta, two: timedelta, hours: WorkingHours, tz: ZoneInfo
) -> None:
    at_once = add_working_time(start, one + two, hours, tz)
    between = add_working_time(start, one, hours, tz)

    if two:
        assert add_working_time(between, two, hours, tz) == at_once
    assert at_once >= between >= start


def test_an_afternoon_goes_on_on_monday_morning_also_when_the_clocks_changed() -> None:
    friday = datetime(2025, 3, 28, 16, tzinfo=BERLIN)

    due = add_working_time(friday, timedelta(hours=2), OFFICE, BERLIN)

    assert due == datetime(2025, 3, 31, 9, 30, tzinfo=BERLIN)
    assert due.tzinfo is UTC


def test_who_always_works_works_on_the_wall_clock() -> None:
    always = parse_working_hours("always")
    start = datetime(2025, 10, 25, 20, tzinfo=UTC)

    for amount in (timedelta(minutes=1), timedelta(days=9)):
        assert add_working_time(start, amount, always, BERLIN) == start + amount


def test_no_time_at_all_ends_at_the_next_opening() -> None:
    night = datetime(2025, 11, 19, 2, tzinfo=BERLIN)

    assert add_working_time(night, timedelta(0), OFFICE, BERLIN) == datetime(
        2025, 11, 19, 9, tzinfo=BERLIN
    )


def test_shifts_that_the_skipped_hour_pushes_together_are_not_counted_twice() -> None:
    hours = parse_working_hours("sun 01:00-02:30 03:00-04:00")
    night = datetime(2025, 3, 30, 1, tzinfo=BERLIN)  # at two it is three

    assert add_working_time(night, timedelta(hours=2), hours, BERLIN) == datetime(
        2025, 3, 30, 4, tzinfo=BERLIN
    )


@pytest.mark.parametrize(
    ("amount", "hours"),
    [
        (timedelta(hours=1), WorkingHours((), "")),
        (timedelta(hours=15), parse_working_hours("mon 09:00-09:15")),
    ],
)
def test_hours_that_leave_no_time_are_an_error_and_no_endless_loop(
    amount: timedelta, hours: WorkingHours
) -> None:
    with pytest.raises(NoWorkingTimeError):
        add_working_time(datetime(2025, 11, 19, tzinfo=UTC), amount, hours, BERLIN)


@pytest.mark.parametrize(
    ("local", "is_open"),
    [
        ("2025-11-19 08:59", False),
        ("2025-11-19 09:00", True),
        ("2025-11-19 17:29", True),
        ("2025-11-19 17:30", False),
        ("2025-11-22 12:00", False),
    ],
)
def test_working_time_includes_its_first_minute_and_not_the_one_after(
    local: str, is_open: bool
) -> None:
    moment = datetime.fromisoformat(local).replace(tzinfo=BERLIN)

    assert is_working_time(moment, OFFICE, BERLIN) is is_open

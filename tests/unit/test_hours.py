"""Working time: what the arithmetic says is what counting quarters of an hour says."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from config.hours import WorkingHours, parse_working_hours
from service.rules.hours import (
    NoWorkingTimeError,
    Office,
    add_working_time,
    elapsed_working_time,
    is_working_time,
    office_of,
)

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
    while left or not is_working_time(moment, Office(hours=hours, tz=tz)):
        if is_working_time(moment, Office(hours=hours, tz=tz)):
            left -= QUARTER
            if not left:
                return moment + QUARTER
        moment += QUARTER
    return moment


@given(STARTS, AMOUNTS, st.sampled_from(WEEKS), st.sampled_from(ZONES))
def test_adding_agrees_with_counting_quarters_across_changes_of_the_clocks(
    start: datetime, amount: timedelta, hours: WorkingHours, tz: ZoneInfo
) -> None:
    assert add_working_time(start, amount, Office(hours=hours, tz=tz)) == counted(
        start, amount, hours, tz
    )


@given(STARTS, AMOUNTS, AMOUNTS, st.sampled_from(WEEKS), st.sampled_from(ZONES))
def test_waiting_twice_is_waiting_for_the_sum(
    start: datetime, one: timedelta, two: timedelta, hours: WorkingHours, tz: ZoneInfo
) -> None:
    at_once = add_working_time(start, one + two, Office(hours=hours, tz=tz))
    between = add_working_time(start, one, Office(hours=hours, tz=tz))

    if two:
        assert add_working_time(between, two, Office(hours=hours, tz=tz)) == at_once
    assert at_once >= between >= start


def test_an_afternoon_goes_on_on_monday_morning_also_when_the_clocks_changed() -> None:
    friday = datetime(2025, 3, 28, 16, tzinfo=BERLIN)

    due = add_working_time(friday, timedelta(hours=2), Office(hours=OFFICE, tz=BERLIN))

    assert due == datetime(2025, 3, 31, 9, 30, tzinfo=BERLIN)
    assert due.tzinfo is UTC


def test_who_always_works_works_on_the_wall_clock() -> None:
    always = parse_working_hours("always")
    start = datetime(2025, 10, 25, 20, tzinfo=UTC)

    for amount in (timedelta(minutes=1), timedelta(days=9)):
        assert add_working_time(start, amount, Office(hours=always, tz=BERLIN)) == start + amount


def test_no_time_at_all_ends_at_the_next_opening() -> None:
    night = datetime(2025, 11, 19, 2, tzinfo=BERLIN)

    assert add_working_time(night, timedelta(0), Office(hours=OFFICE, tz=BERLIN)) == datetime(
        2025, 11, 19, 9, tzinfo=BERLIN
    )


def test_shifts_that_the_skipped_hour_pushes_together_are_not_counted_twice() -> None:
    hours = parse_working_hours("sun 01:00-02:30 03:00-04:00")
    night = datetime(2025, 3, 30, 1, tzinfo=BERLIN)  # at two it is three

    assert add_working_time(night, timedelta(hours=2), Office(hours=hours, tz=BERLIN)) == datetime(
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
        add_working_time(
            datetime(2025, 11, 19, tzinfo=UTC), amount, Office(hours=hours, tz=BERLIN)
        )


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

    assert is_working_time(moment, Office(hours=OFFICE, tz=BERLIN)) is is_open


# Both ways, with days off.

FAR = [
    ZoneInfo(name)
    for name in (
        "Europe/Berlin",
        "America/New_York",
        "Africa/Cairo",  # changes its clocks at midnight
        "Australia/Lord_Howe",  # by half an hour
        "Asia/Kathmandu",  # is a quarter of an hour off everybody else
    )
]
#: Days of 2025 about which clocks are changed in these zones, and days off near them.
TURNS = [date(2025, 3, 9), date(2025, 3, 30), date(2025, 4, 6), date(2025, 4, 25)]
TURNS += [date(2025, 10, 5), date(2025, 10, 26), date(2025, 10, 31), date(2025, 11, 2)]

OFFICES = st.builds(
    lambda hours, tz, turn, offsets: Office(
        hours=hours, tz=tz, days_off=frozenset(turn + timedelta(days=n) for n in offsets)
    ),
    st.sampled_from(WEEKS),
    st.sampled_from(FAR),
    st.sampled_from(TURNS),
    st.sets(st.integers(-5, 5), max_size=4),
)
MOMENTS = st.builds(
    lambda turn, seconds: datetime.combine(turn, time(), UTC) + timedelta(seconds=seconds),
    st.sampled_from(TURNS),
    st.integers(-5 * 86_400, 5 * 86_400),
)
SPANS = st.integers(0, 40 * 3600).map(lambda seconds: timedelta(seconds=seconds))


@settings(max_examples=400)
@given(MOMENTS, SPANS, OFFICES)
def test_what_has_elapsed_until_a_due_time_is_what_was_allowed(
    start: datetime, amount: timedelta, office: Office
) -> None:
    assert elapsed_working_time(start, add_working_time(start, amount, office), office) == amount


@given(MOMENTS, SPANS, SPANS, OFFICES)
def test_working_time_adds_up_and_never_exceeds_the_wall_clock(
    start: datetime, one: timedelta, two: timedelta, office: Office
) -> None:
    middle, end = start + one, start + one + two
    whole = elapsed_working_time(start, end, office)

    parts = elapsed_working_time(start, middle, office)
    parts += elapsed_working_time(middle, end, office)
    assert whole == parts
    assert timedelta(0) <= whole <= end - start


def test_nothing_elapses_backwards() -> None:
    office = Office(hours=OFFICE, tz=BERLIN)
    noon = datetime(2025, 11, 19, 12, tzinfo=BERLIN)

    assert elapsed_working_time(noon, noon - timedelta(days=3), office) == timedelta(0)


def test_nobody_works_on_a_day_off() -> None:
    office = Office(hours=OFFICE, tz=BERLIN, days_off=frozenset({date(2025, 12, 25)}))
    eve = datetime(2025, 12, 24, 16, 30, tzinfo=BERLIN)

    assert not is_working_time(datetime(2025, 12, 25, 12, tzinfo=BERLIN), office)
    assert add_working_time(eve, timedelta(hours=2), office) == datetime(
        2025, 12, 26, 10, tzinfo=BERLIN
    )


def test_an_office_is_read_from_what_is_stored_of_it() -> None:
    office = office_of("mon-fri 09:00-17:30", "Europe/Berlin", ("2025-12-25",))

    assert office == Office(hours=OFFICE, tz=BERLIN, days_off=frozenset({date(2025, 12, 25)}))

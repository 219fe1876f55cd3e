"""When digests are due: on every local date once, whatever clocks and processes do."""

import random
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.rules.digest_times import (
    OF_THE_DAY,
    Occurrence,
    Plan,
    is_quiet,
    latest,
    moment_of,
    next_after,
    quiet_until,
)

LONG_AGO = datetime(2000, 1, 1, tzinfo=UTC)
MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
PLACES = (
    ("Europe/Berlin", 150),  # 02:30 is skipped in March and comes twice in October
    ("Europe/Berlin", 0),
    ("America/New_York", 30),
    ("America/New_York", 90),  # 01:30 comes twice in November
    ("Africa/Cairo", 0),  # midnight itself is skipped in April
    ("Africa/Cairo", 24 * 60),
    ("Australia/Lord_Howe", 135),  # the clocks change by half an hour
    ("Asia/Kathmandu", 8 * 60),
)


def a_plan(
    zone: str = "Europe/Berlin",
    at: int = 8 * 60,
    *,
    every: int | None = None,
    days: frozenset[int] = frozenset(range(7)),
    quiet: tuple[int, int] | None = None,
    since: datetime = LONG_AGO,
) -> Plan:
    return Plan(tz=ZoneInfo(zone), since=since, at=at, every=every, weekdays=days, quiet=quiet)


def utc(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


class Year:
    """A year of ticks: the worker dies and comes back, and the machine's clock is set wrong."""

    def __init__(self, plan: Plan, seed: int) -> None:
        self.plan = plan
        self.dice = random.Random(seed)
        self.sent: list[Occurrence] = []
        self.done: set[tuple[date, int]] = set()

    def pass_by(self, start: datetime, end: datetime) -> None:
        real, wrong = start, timedelta(0)
        while real < end:
            real += timedelta(minutes=self.dice.randint(1, 60))
            if self.dice.random() < 0.01:  # down for a while, which is no day
                real += timedelta(minutes=self.dice.randint(0, 10 * 60))
            if self.dice.random() < 0.02:  # set wrong, or right again
                wrong = self.dice.choice((timedelta(0), HOUR, -HOUR, 6 * HOUR, -3 * HOUR))
            if self.dice.random() < 0.005:  # days off for a moment
                self.tick(real + self.dice.choice((2 * DAY, -2 * DAY, 5 * DAY)))
            self.tick(real + wrong)

    def tick(self, now: datetime) -> None:
        found = latest(self.plan, now)
        if found is not None and (found.local_date, found.slot) not in self.done:
            self.done.add((found.local_date, found.slot))
            self.sent.append(found)


@pytest.mark.parametrize(("zone", "at"), PLACES)
def test_a_year_has_one_digest_on_every_local_date(zone: str, at: int) -> None:
    year = Year(a_plan(zone, at), seed=at)

    year.pass_by(utc("2025-01-01 00:00"), utc("2026-01-03 00:00"))

    dates = sorted(found.local_date for found in year.sent)
    assert len(dates) == len(set(dates))
    missed = {date(2025, 1, 2) + n * DAY for n in range(364)} - set(dates)
    assert missed == set()


@pytest.mark.parametrize(
    ("zone", "day", "minutes", "expected"),
    [
        ("Europe/Berlin", "2025-03-30", 150, "2025-03-30 01:00"),  # 02:30 is none: at 03:00
        ("Europe/Berlin", "2025-10-26", 150, "2025-10-26 00:30"),  # the first of two
        ("America/New_York", "2025-11-02", 90, "2025-11-02 05:30"),
        ("Africa/Cairo", "2025-04-25", 0, "2025-04-24 22:00"),  # there is no midnight
        ("Africa/Cairo", "2025-04-24", 24 * 60, "2025-04-24 22:00"),
        ("Australia/Lord_Howe", "2025-10-05", 135, "2025-10-04 15:30"),  # 02:15 is none
        ("Australia/Lord_Howe", "2025-04-06", 105, "2025-04-05 14:45"),
        ("Asia/Kathmandu", "2025-06-01", 480, "2025-06-01 02:15"),
    ],
)
def test_a_time_on_the_wall_is_a_moment(zone: str, day: str, minutes: int, expected: str) -> None:
    assert moment_of(date.fromisoformat(day), minutes, ZoneInfo(zone)) == utc(expected)


def test_a_date_that_the_calendar_skips_has_no_digest() -> None:
    plan = a_plan("Pacific/Apia", 480)  # it went from 29 to 31 December 2011

    found = {
        occurrence.local_date
        for hours in range(96)
        if (occurrence := latest(plan, utc("2011-12-29 00:00") + hours * HOUR))
    }

    assert date(2011, 12, 30) not in found
    assert {date(2011, 12, 29), date(2011, 12, 31)} <= found


def test_what_is_late_by_days_is_one_digest() -> None:
    plan = a_plan(days=frozenset({0, 1, 2, 3, 4}))

    found = latest(plan, utc("2025-11-23 20:00"))  # a Sunday, after a week's sleep

    assert found == Occurrence(date(2025, 11, 21), OF_THE_DAY, utc("2025-11-21 07:00"))


def test_nothing_is_made_up_for_from_before_somebody_subscribed() -> None:
    plan = a_plan(since=utc("2025-11-19 12:00"))

    assert latest(plan, utc("2025-11-19 13:00")) is None
    assert latest(plan, utc("2025-11-20 07:00")) is not None


def test_without_a_day_in_sight_there_is_none() -> None:
    assert latest(a_plan(days=frozenset()), utc("2025-11-19 12:00")) is None


def test_a_weekly_digest_comes_on_its_day_and_waits_for_it() -> None:
    plan = a_plan(days=frozenset({0}))

    assert next_after(plan, utc("2025-11-19 12:00")) == utc("2025-11-24 07:00")
    found = latest(plan, utc("2025-11-19 12:00"))
    assert found is not None
    assert found.local_date == date(2025, 11, 17)


def test_an_hourly_digest_has_25_slots_when_an_hour_comes_twice() -> None:
    plan = a_plan(every=60)
    start = moment_of(date(2025, 10, 26), 0, plan.tz)

    found = {latest(plan, start + minutes * MINUTE) for minutes in range(25 * 60)}

    assert len(found) == 25
    assert {one.local_date for one in found if one} == {date(2025, 10, 26)}


def test_one_at_once_comes_every_five_minutes_at_the_most_and_not_on_other_days() -> None:
    plan = a_plan(every=5, days=frozenset({2}))

    within = {latest(plan, utc("2025-11-19 12:00") + n * timedelta(seconds=7)) for n in range(42)}

    assert len(within) == 1
    assert latest(plan, utc("2025-11-20 12:00")) is None
    assert next_after(plan, utc("2025-11-19 12:00")) == utc("2025-11-19 12:05")


@pytest.mark.parametrize(
    ("quiet", "local", "expected"),
    [
        ((22 * 60, 7 * 60), "23:00", True),
        ((22 * 60, 7 * 60), "06:59", True),
        ((22 * 60, 7 * 60), "07:00", False),
        ((12 * 60, 13 * 60), "12:30", True),
        ((12 * 60, 13 * 60), "13:00", False),
        (None, "03:00", False),
    ],
)
def test_quiet_hours_may_go_over_midnight(
    quiet: tuple[int, int] | None, local: str, expected: bool
) -> None:
    now = datetime.fromisoformat(f"2025-11-19 {local}").replace(tzinfo=ZoneInfo("Europe/Berlin"))

    assert is_quiet(a_plan(quiet=quiet), now) is expected


def test_a_digest_that_is_due_in_quiet_hours_comes_when_they_end() -> None:
    plan = a_plan(at=6 * 60, quiet=(22 * 60, 7 * 60))

    assert latest(plan, utc("2025-11-19 05:30")) is None
    found = latest(plan, utc("2025-11-19 06:00"))
    assert found is not None
    assert found.local_date == date(2025, 11, 19)


def test_somebody_who_moves_in_the_middle_of_the_day_gets_one_for_each_date() -> None:
    berlin, new_york = a_plan(), a_plan("America/New_York")
    year = Year(berlin, seed=1)
    year.tick(utc("2025-11-18 07:00"))
    year.tick(utc("2025-11-19 07:00"))

    year.plan = new_york  # 08:00 there comes six hours later, on the same date
    for hours in range(48):
        year.tick(utc("2025-11-19 08:00") + hours * HOUR)

    dates = [found.local_date for found in year.sent]
    assert dates == [date(2025, 11, 18), date(2025, 11, 19), date(2025, 11, 20)]


@given(
    zone=st.sampled_from([zone for zone, _ in PLACES]),
    at=st.integers(0, 24 * 60),
    now=st.datetimes(datetime(2020, 1, 1), datetime(2030, 1, 1)),  # noqa: DTZ001 - made aware below
)
def test_what_is_due_was_due_and_nothing_came_after_it(zone: str, at: int, now: datetime) -> None:
    plan, moment = a_plan(zone, at), now.replace(tzinfo=UTC)

    found = latest(plan, moment)

    assert found is not None
    assert found.due_at <= moment < moment_of(found.local_date + DAY, at, plan.tz)
    assert next_after(plan, moment) > moment


def test_what_comes_in_quiet_hours_waits_for_their_end() -> None:
    plan = a_plan(quiet=(22 * 60, 6 * 60 + 30))  # Berlin: two hours before UTC in summer

    assert quiet_until(plan, utc("2026-07-01T21:00")) == utc("2026-07-02T04:30")
    assert quiet_until(plan, utc("2026-07-02T03:00")) == utc("2026-07-02T04:30")
    assert quiet_until(plan, utc("2026-07-02T12:00")) == utc("2026-07-02T12:00")
    assert quiet_until(a_plan(), utc("2026-07-02T03:00")) == utc("2026-07-02T03:00")

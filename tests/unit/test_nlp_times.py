from datetime import UTC, date, datetime, time, timedelta

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from nlp.feasts import easter, next_of
from nlp.times import day_of, normalised_time

SAID_AT = datetime(2026, 2, 11, 9, 30, tzinfo=UTC)  # a Wednesday


@pytest.mark.parametrize(
    ("text", "dated", "undated"),
    [
        ("asap", "now", "now"),
        ("tonight", "now", "now"),
        ("tomorrow", "P1D", "P1D"),
        ("in two weeks", "P2W", "P2W"),
        ("within the next 36 hours", "PT36H", "PT36H"),
        ("in a couple of months", "P2M", "P2M"),
        ("next few weeks", "P3W", "P3W"),
        ("in a fortnight", "P2W", "P2W"),
        ("next quarter", "P3M", "P3M"),
        ("next month", "P1M", "P1M"),
        ("by March", "2026-03-01", "--03"),
        ("in March", "2026-03-31", "--03"),
        ("by the end of March", "2026-03-31", "--03-31"),
        ("early March", "2026-03-10", "--03-10"),
        ("mid March", "2026-03-15", "--03-15"),
        ("March 2027", "2027-03-31", "2027-03-31"),
        ("before June 3rd", "2026-06-03", "--06-03"),
        ("by the 3rd of June", "2026-06-03", "--06-03"),
        ("by 25th of October", "2026-10-25", "--10-25"),
        ("by Oct. 25", "2026-10-25", "--10-25"),
        ("this quarter", "2026-03-31", "P3M"),
        ("by next Friday", "2026-02-13", "P1W"),
        ("by month end", "2026-02-28", "P1M"),
        ("by EOQ", "2026-03-31", "P3M"),
        ("by January", "2027-01-01", "--01"),
        ("by February", "2026-02-01", "--02"),
        ("by February 30", None, None),
        ("by February 29", None, "--02-29"),
        ("by May", "2026-05-01", "--05"),
        ("it may be late", None, None),
        ("before Christmas", "2026-12-25", "--12-25"),
        ("for Valentines day", "2026-02-14", "--02-14"),
        ("on New Year's Eve", "2026-12-31", "--12-31"),
        ("for x-mas", "2026-12-25", "--12-25"),
        ("before Easter", "2026-04-05", None),
        ("until Thanksgiving", "2026-11-26", "--11"),
        ("on Black Friday", "2026-11-27", "--11"),
        ("Cyber Monday", "2026-11-30", None),
        ("by the 15th", "2026-02-15", "P1M"),
        ("until the 11th", "2026-02-11", "P1M"),
        ("due on the 10th", "2026-03-10", "P1M"),
        ("closes on the 30th", "2026-03-30", "P1M"),
        ("for the 58th", None, None),
        ("ends 30.06.", "2026-06-30", "--06-30"),
        ("by 5.1.", "2027-01-05", "--01-05"),
        ("by 6/30", "2026-06-30", "--06-30"),
        ("by 30/6/27", "2027-06-30", "2027-06-30"),
        ("until 7/13/2026", "2026-07-13", "2026-07-13"),
        ("by 3/4", None, None),
        ("by 14/13", None, None),
        ("by 1.13.", None, None),
        ("by thurs", "2026-02-12", "P1W"),
        ("tues", "2026-02-17", "P1W"),
        ("closes tmrw", "P1D", "P1D"),
        ("in the morning", "P1D", "P1D"),
        ("by noon", "now", "now"),
        ("by noon on Friday", "2026-02-13", "P1W"),
        ("by EOD", "now", "now"),
        ("by EOW", "2026-02-15", "P1W"),
        ("by eom", "2026-02-28", "P1M"),
        ("eoy", "2026-12-31", "--12-31"),
        ("about to sign", "now", "now"),
        ("ready to order", "now", "now"),
        ("the next 5 business days", "P7D", "P7D"),
        ("in eight working days", "P12D", "P12D"),
        ("in two more weeks", "P2W", "P2W"),
        ("in 3ish weeks", "P3W", "P3W"),
        ("over the upcoming months", "P1M", "P1M"),
        ("for May", "2026-05-31", "--05"),
        ("by Friday", "2026-02-13", "P1W"),
        ("by Wednesday", "2026-02-18", "P1W"),
        ("this week", "2026-02-15", "P1W"),
        ("end of next week", "2026-02-22", "P2W"),
        ("by the end of the month", "2026-02-28", "P1M"),
        ("end of next month", "2026-03-31", "P2M"),
        ("end of the quarter", "2026-03-31", "P3M"),
        ("by the end of the year", "2026-12-31", "--12-31"),
        ("end of next year", "2027-12-31", "P2Y"),
        ("by Q3", "2026-07-01", "--07-01"),
        ("in Q3 2027", "2027-09-30", "2027-09-30"),
        ("by 2027", "2027-01-01", "2027-01-01"),
        ("in 2027", "2027-12-31", "2027-12-31"),
        ("2026-05-01", "2026-05-01", "2026-05-01"),
        ("2026-13-01", None, None),
        ("soon", None, None),
        ("this summer", None, None),
        ("", None, None),
    ],
)
def test_a_time_has_one_form(text: str, dated: str | None, undated: str | None) -> None:
    assert normalised_time(text, SAID_AT) == dated
    assert normalised_time(text) == undated


@pytest.mark.parametrize(
    "text",
    [
        "on 03/04/2027",
        "by Friday 3/4",
        "by noon on 3/4",
        "on 31 February 2027",
        "by 31 February 2027",
        "by February 30, 2027",
        "on Monday, 31.02.2027",
        "by 32.13.2027",
        "on 2027-02-31, a Monday",
        "by 03-04-2027",
        "by 2027/04/03",
        "by the 45th of 2027",
    ],
)
def test_a_day_that_cannot_be_told_is_no_other_day(text: str) -> None:
    assert normalised_time(text, SAID_AT) is None
    assert normalised_time(text) is None


@given(st.integers(1, 12), st.integers(1, 12), st.integers(2026, 2099))
def test_a_day_in_figures_is_told_where_its_order_makes_no_difference(
    first: int, second: int, year: int
) -> None:
    expected = f"{year}-{first:02}-{first:02}" if first == second else None

    assert normalised_time(f"by {first}/{second}/{year}", SAID_AT) == expected


@pytest.mark.parametrize(
    "day", ["1954-04-18", "1981-04-19", "2024-03-31", "2025-04-20", "2038-04-25", "2049-04-18"]
)
def test_easter_is_when_it_is(day: str) -> None:
    assert easter(int(day[:4])).isoformat() == day


def test_a_feast_that_is_over_is_next_years() -> None:
    assert next_of("easter", date(2026, 4, 5)) == date(2026, 4, 5)
    assert next_of("easter", date(2026, 4, 6)) == date(2027, 3, 28)


_MONTHS = "January February March April May June July August September October November December"


@given(
    st.integers(1, 365),
    st.dates(date(2000, 1, 1), date(2090, 1, 1)),
)
def test_a_day_that_is_named_comes_next_within_a_year(days: int, today: date) -> None:
    day = today + timedelta(days=days)
    assume(day < today.replace(year=today.year + 1, day=min(today.day, 28)))
    text = f"by {_MONTHS.split()[day.month - 1]} {day.day}"

    found = normalised_time(text, datetime.combine(today, time(9), UTC))

    assert found == day.isoformat() or (day.month, day.day) == (2, 29)


@pytest.mark.parametrize(
    ("normalised", "day"),
    [
        ("now", date(2026, 2, 11)),
        ("P2W", date(2026, 2, 25)),
        ("P1M", date(2026, 3, 13)),
        ("PT36H", date(2026, 2, 12)),
        ("2026-03-31", date(2026, 3, 31)),
        ("--03-31", None),
        ("--03", None),
    ],
)
def test_the_last_day_of_a_time_is_known_if_it_is_dated(normalised: str, day: date | None) -> None:
    assert day_of(normalised, SAID_AT) == day


@given(st.text(st.sampled_from("0123456789 -qbyinmarchendofxtw"), max_size=40) | st.text())
def test_any_words_are_read(text: str) -> None:
    found = normalised_time(text, SAID_AT)
    assert found is None or day_of(found, SAID_AT) is not None
    normalised_time(text)

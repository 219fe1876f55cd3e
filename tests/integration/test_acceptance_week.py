"""A small week of the acceptance simulation; the whole one is in tests/soak."""

from sqlalchemy import Engine

from tests.house_week import MINUTE, START, a_week, check_moment, check_week, steps, the_week

#: From nine in the morning in Berlin; two leads in three minutes for an hour.
FIRST, LAST = 8 * 60, 9 * 60


def test_a_morning_of_the_house_loses_no_lead_and_treats_everybody_alike(
    sqlite_engine: Engine,
) -> None:
    week = the_week(sqlite_engine, 960, [FIRST + 15, FIRST + 25], a_week(max_open=3))
    week.begin()

    for minute, phase in steps(week, LAST, after=(FIRST - 1, "acts")):
        week.live(minute, phase)
        if phase == "tick" and minute % 15 == 0:
            check_moment(week, START + minute * MINUTE)

    measured = check_week(week, START + (LAST - 1) * MINUTE)
    assert measured["leads"] == 40
    assert measured["offers"] > 40
    assert measured["expired"] > 0
    assert measured["share"] <= 1.0

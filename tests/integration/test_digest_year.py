"""Weeks in which clocks change, in five zones, on a database: a digest on each date, never two."""

import random
from collections import Counter, defaultdict
from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import Engine
from sqlmodel import col, select

from models.digest import DigestRun, DigestSubscription
from models.digest_words import RunState
from models.people import User
from service.digests.sending import _take
from service.store.engine import reading, writing
from service.times import zone_of
from tests.digesting import SAYS_SO, a_desk, a_digest_config

DAY, HOUR, MINUTE = timedelta(days=1), timedelta(hours=1), timedelta(minutes=1)
#: Each at a time of day that its clocks skip, or show twice.
PEOPLE = {
    "berlin": ("Europe/Berlin", 150),
    "york": ("America/New_York", 90),
    "cairo": ("Africa/Cairo", 0),
    "howe": ("Australia/Lord_Howe", 105),
    "kathmandu": ("Asia/Kathmandu", 480),
}


@pytest.mark.parametrize(
    ("start", "days"),
    [
        ("2025-10-25", 10),  # the folds of Berlin, Cairo and New York
        ("2026-03-28", 10),  # Berlin's gap, Lord Howe's fold
        pytest.param("2025-01-01", 366, marks=pytest.mark.soak),
    ],
)
def test_on_each_local_date_there_is_one_digest_whatever_clocks_do(
    sqlite_engine: Engine, start: str, days: int
) -> None:
    desk = a_desk(sqlite_engine, a_digest_config(when_empty=SAYS_SO.value))
    dice, begin = random.Random(days), datetime.fromisoformat(start).replace(tzinfo=UTC)
    for handle, (zone, _) in PEOPLE.items():
        desk.marketer(handle, tz=zone)
    with writing(desk.engine) as db:
        for row, user in db.exec(
            select(DigestSubscription, User).join(User, col(User.id) == DigestSubscription.user_id)
        ):
            row.at_minutes, row.created_at = PEOPLE[user.handle][1], begin - DAY
            db.add(row)

    real, wrong = begin, timedelta(0)
    while real < begin + days * DAY:
        real += dice.randint(20, 14 * 60) * MINUTE  # with a clock nine hours off still no day
        if dice.random() < 0.06:  # set wrong, or right again
            wrong = dice.choice((timedelta(0), HOUR, -HOUR, 6 * HOUR, -3 * HOUR))
        desk.house.clock.at = real + wrong
        desk.plan()
        if dice.random() < 0.2:
            _take(desk.mailroom)  # a sender that is killed

    with reading(desk.engine) as db:
        found = db.exec(
            select(DigestRun, User)
            .join(DigestSubscription, col(DigestSubscription.id) == DigestRun.subscription_id)
            .join(User, col(User.id) == DigestSubscription.user_id)
        ).all()
    dates: defaultdict[str, Counter[date]] = defaultdict(Counter)
    for run, user in found:
        dates[user.handle][run.local_date] += 1
        assert run.state in {RunState.WAITING, RunState.COLLAPSED}
    for handle, (zone, _) in PEOPLE.items():
        first = begin.astimezone(zone_of(zone)).date()
        due = {first + n * DAY for n in range(1, days - 1)}
        assert due - set(dates[handle]) == set(), f"missed by {handle}"
        assert max(dates[handle].values()) == 1, f"doubled for {handle}"
    ids = [run.message_id for run, _ in found]
    assert len(ids) == len(set(ids)), "each has an id of its own"

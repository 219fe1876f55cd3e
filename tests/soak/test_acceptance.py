"""The acceptance simulation of lead management: five days, and fifty kills."""

import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from sqlalchemy import Engine

from service.store.engine import open_engine, sqlite_url
from service.store.migrate import upgrade
from tests.command import environment
from tests.house_week import (
    MINUTE,
    START,
    a_week,
    check_moment,
    check_week,
    ending,
    steps,
    the_week,
)

pytestmark = [pytest.mark.soak, pytest.mark.timeout(3 * 3600)]

DAY = 24 * 60
A_DAY = 1_200
#: In the afternoons of Saturday and Sunday.
LEAVERS = (2 * DAY + 15 * 60, 3 * DAY + 16 * 60)


def test_five_days_with_twelve_reps_lose_no_lead(sqlite_engine: Engine) -> None:
    week = the_week(sqlite_engine, A_DAY, LEAVERS, a_week())
    week.begin()

    for minute, phase in steps(week, 5 * DAY, after=None):
        week.live(minute, phase)
        if phase == "tick" and minute % 60 == 0:
            check_moment(week, START + minute * MINUTE)

    measured = check_week(week, START + (5 * DAY - 1) * MINUTE)
    print(measured)  # noqa: T201 - shown by pytest -s
    assert measured["leads"] == 5 * A_DAY
    assert measured["notices"] > 0
    assert measured["reclaimed"] > 0
    assert measured["share"] <= 1.0


@pytest.mark.parametrize("kills", [50])
def test_fifty_kills_change_nothing(tmp_path: Path, kills: int) -> None:
    minutes, leaver = 6 * 60, 3 * 60
    whole = open_engine(sqlite_url(tmp_path / "whole.db"))
    upgrade(whole)
    week = the_week(whole, A_DAY, [leaver], a_week())
    week.begin()
    for minute, phase in steps(week, minutes, after=None):
        week.live(minute, phase)

    url = sqlite_url(tmp_path / "killed.db")
    killed = open_engine(url)
    upgrade(killed)
    the_week(killed, A_DAY, [leaver], a_week()).begin()
    mark = tmp_path / "mark"
    mark.write_text("0 leads")
    dice = random.Random(7)
    for kill in range(kills):
        _run_and_kill(
            url, mark, minutes, leaver, until=(kill + 1) * minutes // (kills + 1), dice=dice
        )
    _start(url, mark, minutes, leaver).wait()

    assert ending(killed) == ending(whole)
    week.engine = killed
    check_week(week, START + (minutes - 1) * MINUTE)
    whole.dispose()
    killed.dispose()


def _start(url: str, mark: Path, minutes: int, leaver: int) -> subprocess.Popen[bytes]:
    words = ["-m", "tests.house_week", url, str(mark), str(minutes), str(A_DAY), str(leaver)]
    return subprocess.Popen(
        [sys.executable, *words], env=environment(), cwd=Path(__file__).parents[2]
    )


def _run_and_kill(
    url: str, mark: Path, minutes: int, leaver: int, *, until: int, dice: random.Random
) -> None:
    """Kill a house a moment after it has reached a minute."""
    running = _start(url, mark, minutes, leaver)
    while int(mark.read_text().split()[0]) < until and running.poll() is None:
        time.sleep(0.01)
    time.sleep(dice.uniform(0, 0.2))
    running.send_signal(signal.SIGKILL)
    running.wait()

"""Reports in processes of their own: the same reports, and processes that come, end and fail."""

import multiprocessing
import os
import signal
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import replace

import pytest
from sqlalchemy import Engine

from config import ConfigError
from models.tables import METADATA
from service.editing.live import LiveConfig
from service.errors import ForbiddenError, NotFoundError, StoreError
from service.reports.apart import MakesApart
from service.reports.document import Report
from service.reports.making import Wanted, make_here
from service.reports.shelf import REPORTS
from service.store.engine import open_engine
from tests.reporting import a_house, a_reported_house, ask

SOON = 20.0  # seconds: to start a process on a machine that does other work beside
ALL = (*(Wanted(name=name, asked=ask(a_house(), viewer="max")) for name in REPORTS),)


def live_house() -> LiveConfig:
    """Open the configuration of the house, in another process."""
    return LiveConfig(None, a_house())


def processes() -> list[int]:
    """Return the ids of the processes that make reports for this one."""
    alive = multiprocessing.active_children()
    return [one.pid for one in alive if one.name == "harken-reports" and one.pid is not None]


def nobody_leaves() -> bool:
    return False


def at_least(seconds: float, holds: Callable[[], bool]) -> None:
    """Wait until something holds."""
    until = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < until, "it did not come about in time"
        time.sleep(0.05)


@pytest.fixture(scope="module")
def reported(_sqlite_engine: Engine) -> Iterator[Engine]:
    a_reported_house(_sqlite_engine)
    yield _sqlite_engine
    with _sqlite_engine.begin() as connection:
        for table in reversed(METADATA.sorted_tables):
            connection.execute(table.delete())


@pytest.fixture
def apart(reported: Engine) -> Iterator[MakesApart]:
    """Give a maker to whom every report is long, with one process that is ready."""
    maker = MakesApart(live_house, long_seconds=0)
    maker.make(reported, ALL[0], nobody_leaves)
    at_least(SOON, lambda: maker.ready() == 1)
    yield maker
    maker.close()


def test_every_report_is_the_same_wherever_it_is_made(apart: MakesApart, reported: Engine) -> None:
    for wanted in ALL:
        assert apart.make(reported, wanted, nobody_leaves) == as_tuples(
            make_here(reported, wanted, None)
        )
    assert apart.ready() == 1


def as_tuples(report: Report) -> Report:
    """Return a report whose rows are in lists, as they come out of a frame."""
    tables = tuple(replace(table, rows=list(table.rows)) for table in report.tables)
    return replace(report, tables=tables)


def test_a_house_of_quick_reports_has_no_second_process(reported: Engine) -> None:
    maker = MakesApart(live_house, long_seconds=60)

    maker.make(reported, ALL[0], nobody_leaves)

    assert maker.ready() == 0
    assert not processes()
    maker.close()


def test_a_database_in_memory_is_read_by_its_own_process_alone() -> None:
    maker = MakesApart(live_house, long_seconds=0)
    engine = open_engine("sqlite://")
    METADATA.create_all(engine)
    a_reported_house(engine)

    maker.make(engine, ALL[0], nobody_leaves)

    assert not processes()
    engine.dispose()


def no_configuration() -> LiveConfig:
    """Fail, as files do that somebody is just changing."""
    raise ConfigError([])


def test_a_process_that_could_not_begin_keeps_nobody_from_a_report(reported: Engine) -> None:
    maker = MakesApart(no_configuration, long_seconds=0, most=1)

    for _ in range(2):
        assert maker.make(reported, ALL[0], nobody_leaves).name == ALL[0].name
        assert processes()
        at_least(SOON, lambda: not processes())

    maker.close()


def test_what_a_report_refuses_is_refused_in_the_same_words(
    apart: MakesApart, reported: Engine
) -> None:
    unknown = Wanted(campaign="sprnig", asked=ask(a_house()))
    of_others = Wanted(name="adherence", asked=ask(a_house(), viewer="mia"))

    for wanted, error in ((unknown, NotFoundError), (of_others, ForbiddenError)):
        with pytest.raises(error) as here:
            make_here(reported, wanted, None)
        with pytest.raises(error) as there:
            apart.make(reported, wanted, nobody_leaves)
        assert str(there.value) == str(here.value)

    assert apart.ready() == 1


def test_a_report_that_fails_says_so_and_its_process_goes_on(
    apart: MakesApart, reported: Engine
) -> None:
    with pytest.raises(RuntimeError, match="KeyError"):
        apart.make(reported, Wanted(name="horoscope", asked=ask(a_house())), nobody_leaves)

    assert apart.make(reported, ALL[0], nobody_leaves).name == ALL[0].name


def test_a_report_that_nobody_waits_for_is_broken_off_with_its_process(
    apart: MakesApart, reported: Engine
) -> None:
    (child,) = processes()
    os.kill(child, signal.SIGSTOP)  # it will never answer

    with pytest.raises(StoreError, match="broken off"):
        apart.make(reported, ALL[0], lambda: True)

    assert not processes()
    assert apart.make(reported, ALL[0], nobody_leaves).name == ALL[0].name  # made here


def test_a_process_that_is_killed_over_a_report_is_told_of(
    apart: MakesApart, reported: Engine
) -> None:
    (child,) = processes()
    os.kill(child, signal.SIGSTOP)
    killer = threading.Timer(0.5, os.kill, (child, signal.SIGKILL))
    killer.start()

    with pytest.raises(StoreError, match="is there memory enough"):
        apart.make(reported, ALL[0], nobody_leaves)

    assert apart.make(reported, ALL[0], nobody_leaves).name == ALL[0].name


def test_closing_ends_the_processes_and_starts_no_more(
    apart: MakesApart, reported: Engine
) -> None:
    apart.close()

    assert not processes()
    assert apart.make(reported, ALL[0], nobody_leaves).name == ALL[0].name
    assert not processes()

"""Frames: a report and a wish come out of them as they went in."""

from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.reports.asked import Asked, Only
from service.reports.document import Cell, Column, Report, Table
from service.reports.frames import (
    report_in_frame,
    report_of_frame,
    wanted_in_frame,
    wanted_of,
)
from service.reports.making import Wanted
from service.rules.money import Money
from service.rules.period import Period
from tests.builders import a_config

_MOMENTS = st.datetimes(timezones=st.sampled_from([UTC, timezone(timedelta(hours=2))]))
_CELLS: st.SearchStrategy[Cell] = st.one_of(
    st.none(),
    st.text(),
    st.integers(),
    st.floats(allow_nan=False),
    st.builds(Money, st.sampled_from(["EUR", "JPY"]), st.integers()),
    st.timedeltas(),
    st.dates(),
    _MOMENTS,
)
PERIOD = Period(first=date(2025, 9, 1), until=date(2025, 11, 24), zone=ZoneInfo("Europe/Berlin"))


@given(rows=st.lists(st.tuples(_CELLS, _CELLS)), notes=st.lists(st.text()).map(tuple))
def test_a_report_comes_out_of_its_frame_as_it_went_in(
    rows: list[tuple[Cell, Cell]], notes: tuple[str, ...]
) -> None:
    table = Table(
        name="leads",
        title="Leads",
        columns=(Column(name="a", heading="A"), Column(name="b", heading="B %", is_share=True)),
        rows=rows,
    )
    report = Report(name="wins", period=PERIOD, tables=(table,), notes=notes)

    came = report_of_frame(report_in_frame(report))

    assert came == report
    kinds = [[type(cell) for cell in row] for row in rows]
    assert [[type(cell) for cell in row] for row in came.tables[0].rows] == kinds


def test_a_report_of_the_present_moment_has_no_period() -> None:
    now = Report(name="adherence", period=None, tables=())

    assert report_of_frame(report_in_frame(now)) == now


def test_a_wish_comes_out_of_its_frame_as_it_went_in() -> None:
    config = a_config()
    asked = Asked(
        period=PERIOD,
        now=datetime(2025, 11, 24, 9, tzinfo=UTC),
        config=config,
        viewer="ann",
        standard=0.1,
        idle=timedelta(days=3),
        buy=Decimal("0.45"),
        price=Money("EUR", 120_000),
        most=20,
        unread=5_000,
        only=Only(topic="t", rep="r"),
    )
    wanted = Wanted(name="value", asked=asked)
    of_a_campaign = Wanted(campaign="spring", asked=asked)

    assert wanted_of(wanted_in_frame(wanted), config) == wanted
    assert wanted_of(wanted_in_frame(of_a_campaign), config) == of_a_campaign


def test_what_is_no_cell_is_refused() -> None:
    told = report_in_frame(
        Report(
            name="n", period=None, tables=(Table(name="t", title="T", columns=(), rows=[(1,)]),)
        )
    )

    with pytest.raises(ValueError, match="no cell of a report"):
        report_of_frame(told.replace(b"[[1]]", b"[[[1]]]"))

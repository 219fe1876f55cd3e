"""A report as its page shows it: figures in large, charts, tables, and what to ask it next."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from sqlmodel import Session

from service.access.viewer import Viewer
from service.errors import ForbiddenError
from service.reports.adherence import reps_for
from service.reports.asked import Asked, Only, price_of
from service.reports.document import Cell, Column, Report, Table, in_words
from service.reports.kept import Made
from service.rules.money import Money
from service.rules.period import Period, latest
from service.rules.value import BUY
from service.serving.reporting import MOST_UNREAD, is_of_own
from service.serving.site import Site
from service.store.engine import reading
from service.web.views.report_asked import ReportAsked, before, period_of, zone_of
from service.web.views.report_charts import Drawn, drawn, weekly
from service.web.views.report_names import Names
from service.web.views.reports import About, Better, Filter, Headline
from service.web.wording.words import stages

#: Where the page of what a cell names is, by its column.
_PAGES = {"lead": "/leads", "campaign": "/reports/campaigns"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """Something to narrow a report down to."""

    value: str
    label: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Tile:
    """A figure in large."""

    label: str
    shown: str
    trend: str = ""  # against the period before, in words; empty: not compared
    is_: str = ""  # better, worse, or neither
    basis: str = ""  # of how many it tells


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownCell:
    """A cell as people read it."""

    text: str
    is_number: bool = False
    href: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Sheet:
    """A table of the page, with its chart if it has one."""

    name: str
    title: str
    columns: tuple[Column, ...]
    rows: list[list[ShownCell]]
    numbers: list[bool]  # by column: whether it is one of numbers
    chart: Drawn | None
    weekly: Drawn | None  # the same by week, where that is drawn too


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportPage:
    """All that the page of a report shows."""

    about: About
    asked: ReportAsked
    usual: Period
    period: Period
    then: Period | None  # the period before, if it is compared with
    choices: Mapping[Filter, tuple[Choice, ...]]
    tiles: list[Tile]
    sheets: list[Sheet]
    notes: tuple[str, ...]
    is_own: bool  # the viewer's own leads only
    is_empty: bool
    kept_since: datetime | None  # when it was made; None: just now, and again for the next
    typed: Mapping[str, str]  # what stands in the fields, by their names in the address
    faults: Mapping[str, str] = field(default_factory=dict)  # by the same


def ask_report(site: Site, viewer: Viewer, about: About, asked: ReportAsked) -> Asked:
    """Return the question that an address asks for ``viewer``.

    Raises:
        ForbiddenError: the viewer may not see these figures.
    """
    only = Only(
        topic=asked.topic if Filter.TOPIC in about.filters else None,
        source=asked.source if Filter.SOURCE in about.filters else None,
        team=asked.team if Filter.TEAM in about.filters else None,
        rep=_rep(site, viewer, about, asked),
    )
    return Asked(
        period=period_of(asked, _usual(site)),
        now=site.clock.now(),
        config=site.config,
        viewer=viewer.handle,
        standard=None if asked.standard is None else asked.standard / 100,
        idle=timedelta(days=asked.days) if asked.days else None,
        unread=MOST_UNREAD,
        only=only,
        buy=BUY if asked.buy is None else asked.buy / 100,
        price=price_of(asked.price) if asked.price else None,
    )


def ask_before(about: About, asked: ReportAsked, question: Asked) -> Asked | None:
    """Return the question of the period before, if the address compares with it."""
    if not asked.compare or not about.headlines:
        return None
    return replace(question, period=before(question.period))


def show_answer(
    site: Site,
    viewer: Viewer,
    about: About,
    asked: ReportAsked,
    question: Asked,
    made: Made,
    earlier: Made | None,
) -> ReportPage:
    """Return the page for what was asked."""
    report = made.report
    names, choices = _names_and_choices(site, viewer, about)
    return ReportPage(
        about=about,
        asked=asked,
        usual=_usual(site),
        period=question.period,
        then=before(question.period) if earlier else None,
        choices=choices,
        tiles=[
            _tile(head, report, earlier.report if earlier else None)
            for head in about.headlines
            if head.of(report) is not None
        ],
        sheets=[sheet_of(about, table, names) for table in report.tables],
        notes=tuple(map(_note, report.notes)),
        is_own=is_of_own(about.name, viewer),
        is_empty=is_empty(about, report),
        kept_since=made.at if made.is_kept else None,
        typed=_typed(asked, question),
    )


def _note(note: str) -> str:
    """Return a note without the option that a terminal's reader is told of."""
    return note.partition("; see --")[0]


def show_faults(
    site: Site,
    viewer: Viewer,
    about: About,
    asked: ReportAsked,
    typed: Mapping[str, str],
    faults: Mapping[str, str],
) -> ReportPage:
    """Return the page that asks again: what was typed, what is wrong with it, and no figures."""
    question = ask_report(site, viewer, about, asked)
    _, choices = _names_and_choices(site, viewer, about)
    return ReportPage(
        about=about,
        asked=asked,
        usual=_usual(site),
        period=question.period,
        then=None,
        choices=choices,
        tiles=[],
        sheets=[],
        notes=(),
        is_own=is_of_own(about.name, viewer),
        is_empty=False,
        kept_since=None,
        typed=_typed(asked, question) | dict(typed),
        faults=faults,
    )


def _typed(asked: ReportAsked, question: Asked) -> dict[str, str]:
    """Return what stands in the fields of a question: the period as it turned out to be."""
    return {
        "from": question.period.first.isoformat(),
        "to": question.period.until.isoformat(),
        "days": str(question.idle.days) if question.idle else "",
        "standard": "" if asked.standard is None else f"{asked.standard:g}",
        "buy": "" if asked.buy is None else str(asked.buy),
        "price": asked.price or "",
    }


def _names_and_choices(
    site: Site, viewer: Viewer, about: About
) -> tuple[Names, dict[Filter, tuple[Choice, ...]]]:
    with reading(site.engine) as db:
        names = Names.read(db, stages(site.config.process))
        reps = _reps(db, viewer) if Filter.REP in about.filters else {}
    return names, _choices(about, names, reps)


def is_empty(about: About, report: Report) -> bool:
    """Return whether a report has nothing to say: noughts at its head, or no rows."""
    heads = [head.of(report) for head in about.headlines]
    if heads:
        return not any(map(_number, heads))
    return not any(table.rows for table in report.tables)


def _usual(site: Site) -> Period:
    return latest(site.clock.now(), zone_of(site.config))


def _rep(site: Site, viewer: Viewer, about: About, asked: ReportAsked) -> str | None:
    """Return the id of the rep that a report is narrowed down to."""
    if is_of_own(about.name, viewer):
        return viewer.id
    if not asked.rep or Filter.REP not in about.filters:
        return None
    with reading(site.engine) as db:
        reps = _reps(db, viewer)
    if asked.rep not in reps:
        raise ForbiddenError("Figures of one rep are for that rep, and for the rep's manager.")
    return reps[asked.rep]


def _reps(db: Session, viewer: Viewer) -> dict[str, str]:
    return {rep.handle: rep.user_id for rep in reps_for(db, viewer.handle)}


def _choices(
    about: About, names: Names, reps: Mapping[str, str]
) -> dict[Filter, tuple[Choice, ...]]:
    every = {
        Filter.TOPIC: names.topics,
        Filter.SOURCE: names.sources,
        Filter.TEAM: names.teams,
        Filter.REP: {handle: name for handle, name in names.people.items() if handle in reps},
    }
    return {
        one: tuple(Choice(value=value, label=label) for value, label in every[one].items())
        for one in Filter
        if one in about.filters and len(every[one]) > 1
    }


# --- figures in large -------------------------------------------------------------------------


def _tile(head: Headline, report: Report, earlier: Report | None) -> Tile:
    cell, was = head.of(report), head.of(earlier) if earlier else None
    column = _column(head, report)
    trend, is_ = ("", "") if earlier is None else _trend(cell, was, column, head.better)
    return Tile(
        label=head.label,
        shown=in_words(cell, column) or "none",
        trend=trend,
        is_=is_,
        basis=head.basis_in(report),
    )


def _column(head: Headline, report: Report) -> Column:
    table = next(one for one in report.tables if one.name == head.table)
    return next(one for one in table.columns if one.name == head.column)


def _trend(cell: Cell, was: Cell, column: Column, better: Better) -> tuple[str, str]:
    now_, then = _number(cell), _number(was)
    if now_ is None or then is None:
        return "nothing to compare with", "neither"
    before_ = f"was {in_words(was, column)}"
    if now_ == then:
        return f"unchanged, {before_}", "neither"
    went = "up" if now_ > then else "down"
    is_ = "neither" if better is Better.NEITHER else "better" if went == better else "worse"
    said = {"better": f"{went}, better", "worse": f"{went}, worse", "neither": went}[is_]
    return f"{said}: {before_}", is_


def _number(cell: Cell) -> float | None:
    match cell:
        case Money():
            return cell.minor
        case timedelta():
            return cell.total_seconds()
        case int() | float():
            return cell
        case _:
            return None


# --- tables -------------------------------------------------------------------------------------


def sheet_of(about: About, table: Table, names: Names) -> Sheet:
    """Return a table as the page shows it."""
    numbers = [_is_of_numbers(table, place) for place in range(len(table.columns))]
    return Sheet(
        name=table.name,
        title=table.title,
        columns=table.columns,
        rows=[
            [
                _cell(cell, column, names, is_of_numbers=is_of_numbers)
                for cell, column, is_of_numbers in zip(row, table.columns, numbers, strict=True)
            ]
            for row in table.rows
        ],
        numbers=numbers,
        chart=drawn(about.name, table, names.of),
        weekly=weekly(table, names.of)
        if about.name == "funnel" and table.columns[0].name == "week"
        else None,
    )


def _is_of_numbers(table: Table, place: int) -> bool:
    """Return whether a column is one of numbers, also where it is empty."""
    cells = [row[place] for row in table.rows if row[place] is not None]
    if not cells:
        return table.columns[place].is_share or place > 0
    return isinstance(cells[0], int | float | Money | timedelta)


def _cell(cell: Cell, column: Column, names: Names, *, is_of_numbers: bool) -> ShownCell:
    return ShownCell(
        text=names.of(cell, column),
        is_number=is_of_numbers
        and (cell is None or isinstance(cell, int | float | Money | timedelta)),
        href=f"{_PAGES[column.name]}/{cell}" if column.name in _PAGES else None,
    )

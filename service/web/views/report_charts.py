"""Which table of which report is drawn, and how."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from markupsafe import Markup

from service.reports.document import Cell, Column, Table, in_words
from service.rules.money import Money
from service.web.wording.charts import Bar, Line, Sampled, bars, funnel, lines, p_chart

_MOST_BARS = 12
Naming = Callable[[Cell, Column], str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Drawn:
    """A chart, and what its lines and colours stand for."""

    svg: Markup
    key: tuple[tuple[str, str], ...] = ()  # (class, words)


def drawn(report: str, table: Table, name: Naming) -> Drawn | None:
    """Return the chart of a table; None where the table says it better."""
    draw = _CHARTS.get((report, table.name))
    return draw(table, name) if draw and table.rows else None


def _cells(table: Table, column: str) -> list[Cell]:
    place = [one.name for one in table.columns].index(column)
    return [row[place] for row in table.rows]


def _column(table: Table, column: str) -> Column:
    return next(one for one in table.columns if one.name == column)


def _size(cell: Cell) -> float:
    match cell:
        case Money():
            return max(float(cell.minor), 0.0)
        case timedelta():
            return max(cell.total_seconds(), 0.0)
        case int() | float():
            return max(float(cell), 0.0)
        case _:
            return 0.0


def _as_bars(
    label: str, value: str, *, part: str | None = None, key: tuple[tuple[str, str], ...] = ()
) -> Callable[[Table, Naming], Drawn | None]:
    """Return how to draw a column as bars; in one currency only, the first."""

    def draw(table: Table, name: Naming) -> Drawn | None:
        names, values = _cells(table, label), _cells(table, value)
        parts = _cells(table, part) if part else [None] * len(values)
        currency = next((one.currency for one in values if isinstance(one, Money)), None)
        rows = [
            Bar(
                label=name(who, _column(table, label)),
                value=_size(cell),
                shown=_told(cell, _column(table, value), some, key),
                part=_size(some),
            )
            for who, cell, some in zip(names, values, parts, strict=True)
            if cell is not None and (not isinstance(cell, Money) or cell.currency == currency)
        ]
        rows = [row for row in rows if row.value or row.part][:_MOST_BARS]
        if not rows:
            return None
        whole = 1.0 if _column(table, value).is_share else None
        return Drawn(svg=bars(f"{table.name}-{value}", table.title, rows, whole=whole), key=key)

    return draw


def _told(cell: Cell, column: Column, part: Cell, key: tuple[tuple[str, str], ...]) -> str:
    said = in_words(cell, column)
    return f"{said}, {in_words(part, column)} {key[-1][1]}" if key and part is not None else said


def _chances(table: Table, name: Naming) -> Drawn:
    """Return how likely a lead of each stage is won, of the whole; what is assumed says so."""
    stage, chance, basis = (_column(table, one) for one in ("stage", "chance", "basis"))
    rows = [
        Bar(
            label=name(status, stage),
            value=_size(p),
            shown=f"{in_words(p, chance)}, {in_words(how, basis)}",
        )
        for status, p, how in zip(
            _cells(table, "stage"), _cells(table, "chance"), _cells(table, "basis"), strict=True
        )
    ]
    return Drawn(svg=bars("chances-chance", table.title, rows, whole=1.0))


def _funnel(table: Table, name: Naming) -> Drawn:
    whole = [row for row in table.rows if row[0] == "all"]
    first = max((_size(row[2]) for row in whole), default=0.0)
    steps = [
        Bar(
            label=name(stage, table.columns[1]),
            value=_size(reached),
            shown=f"{_size(reached):,.0f}" + (f" · {_size(reached) / first:.0%}" if first else ""),
        )
        for _, stage, reached, *_ in whole
    ]
    return Drawn(svg=funnel(table.name, table.title, steps))


def _steps(value: str, *, as_funnel: bool) -> Callable[[Table, Naming], Drawn | None]:
    """Return how to draw a column of the six steps of the journey: all of them, also empty."""

    def draw(table: Table, _: Naming) -> Drawn | None:
        places = {column.name: number for number, column in enumerate(table.columns)}
        whole = [row for row in table.rows if row[0] != "all"]
        first = max((_size(row[places[value]]) for row in whole), default=0.0)
        if not first:
            return None
        rows = [
            Bar(
                label=str(row[places["buyer"]]).capitalize(),
                value=_size(cell := row[places[value]]),
                shown=f"{_size(cell):,.0f}"
                + (f" · {_size(cell) / first:.0%}" if as_funnel else ""),
            )
            for row in whole
        ]
        return Drawn(svg=(funnel if as_funnel else bars)(f"step-{value}", table.title, rows))

    return draw


def _day(cell: Cell) -> str:
    return f"{cell.day} {cell:%b}" if isinstance(cell, date) else str(cell)


def _p_chart(table: Table, _: Naming) -> Drawn | None:
    samples = [
        Sampled(
            label=_day(week),
            rate=_share(rate),
            low=_share(low),
            high=_share(high),
            shown=f"{bad} of {handed_off}" + (f", {alert}" if alert else ""),
            is_out=alert is not None,
        )
        for week, handed_off, bad, rate, low, high, alert in table.rows
    ]
    handed_off = sum(_size(cell) for cell in _cells(table, "handed_off"))
    if not handed_off:
        return None
    key = [("line first", "defective hand-offs"), ("limit", "limits of chance")]
    if any(one.is_out for one in samples):
        key.append(("dot out", "beyond them"))
    return Drawn(svg=p_chart(table.name, table.title, samples, centre=None), key=tuple(key))


def _share(cell: Cell) -> float | None:
    return cell if isinstance(cell, float) else float(cell) if isinstance(cell, int) else None


def weekly(table: Table, name: Naming) -> Drawn | None:
    """Return a funnel's table as curves: how many leads of each week reached its stages."""
    weeks: list[Cell] = []
    curves: dict[str, list[float | None]] = {}
    for week, stage, reached, *_ in table.rows:
        if week == "all":
            continue
        if week not in weeks:
            weeks.append(week)
        curves.setdefault(str(stage), []).append(_size(reached))
    chosen = _three(list(curves))
    if len(weeks) < 2 or not any(any(curves[stage]) for stage in chosen):
        return None
    drawn_lines = [
        Line(label=name(stage, table.columns[1]), values=curves[stage], kind=kind)
        for stage, kind in zip(chosen, ("first", "second", "third"), strict=False)
    ]
    return Drawn(
        svg=lines(
            f"{table.name}-weeks", f"{table.title}, by week", [_day(w) for w in weeks], drawn_lines
        ),
        key=tuple((f"line {one.kind}", one.label) for one in drawn_lines),
    )


def _three(stages: Sequence[str]) -> list[str]:
    """Return the first stage, the one in the middle and the last."""
    return [stages[0], stages[len(stages) // 2], stages[-1]] if len(stages) > 3 else list(stages)


def _phases(table: Table, _: Naming) -> Drawn | None:
    """Return the curve of a campaign's mentions, each of its phases in a line of its own."""
    if not any(_size(mentions) for *_rest, mentions in table.rows):
        return None
    curves = [
        Line(
            label=phase,
            values=[_size(many) if one == phase else None for _first, one, many in table.rows],
            kind=kind,
        )
        for phase, kind in (("before", "second"), ("during", "first"), ("after", "third"))
    ]
    labels = [_day(first) for first, *_rest in table.rows]
    return Drawn(
        svg=lines(f"campaign-{table.name}", table.title, labels, curves),
        key=tuple((f"line {one.kind}", one.label) for one in curves),
    )


_WON = (("bar", "leads"), ("part", "won"))
_CONFIRMED = (("bar", "signals"), ("part", "confirmed"))
_PAID = (("bar", "revenue"), ("part", "cost"))

_CHARTS: dict[tuple[str, str], Callable[[Table, Naming], Drawn | None]] = {
    ("funnel", "marketing"): _funnel,
    ("funnel", "sales"): _funnel,
    ("funnel", "declines"): _as_bars("reason", "offers"),
    ("journey", "signals"): _steps("signals", as_funnel=False),
    ("journey", "leads"): _steps("reached", as_funnel=True),
    ("speed", "speed"): _as_bars("team", "clock_p50_seconds"),
    ("sources", "sources"): _as_bars("name", "leads", part="won", key=_WON),
    ("topics", "topics"): _as_bars("name", "leads", part="won", key=_WON),
    ("phrases", "phrases"): _as_bars("name", "signals", part="confirmed", key=_CONFIRMED),
    ("defects", "weeks"): _p_chart,
    ("defects", "reasons"): _as_bars("reason", "leads"),
    ("value", "value"): _as_bars("step", "leads"),
    ("roi", "sources"): _as_bars("name", "revenue", part="cost", key=_PAID),
    ("roi", "topics"): _as_bars("name", "revenue", part="cost", key=_PAID),
    ("roi", "campaigns"): _as_bars("name", "revenue", part="cost", key=_PAID),
    ("campaigns", "money"): _as_bars("campaign", "revenue", part="cost", key=_PAID),
    ("campaign", "timeline"): _phases,
    ("campaign", "funnel"): _as_bars("step", "reached"),
    ("wins", "handed_over"): _as_bars(
        "handed_by", "handed_off", part="won", key=(("bar", "handed over"), ("part", "won"))
    ),
    ("attribution", "attribution"): _as_bars("source", "linear"),
    ("recycle", "recycle"): _as_bars(
        "reason", "handed_back", part="won", key=(("bar", "handed back"), ("part", "won"))
    ),
    ("forecast", "forecast"): _as_bars(
        "stage", "amount", part="expected", key=(("bar", "amount"), ("part", "expected"))
    ),
    ("judging", "bands"): _as_bars(
        "probability", "judged", part="right", key=(("bar", "judged"), ("part", "right"))
    ),
    ("judging", "kinds"): _as_bars(
        "kind", "judged", part="right", key=(("bar", "judged"), ("part", "right"))
    ),
    ("forecast", "chances"): _chances,
    ("early", "early"): _as_bars("topic", "early_detection_hours_p50"),
}

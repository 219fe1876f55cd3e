"""Charts as SVG, drawn here: bars, lines, funnels and p-charts.

A chart is as wide as its place and its words stay as large as those around it: what is across is
in percent, and curves are drawn in a box of their own that is stretched. Colours are classes,
whose values are the page's tokens (static/reports.css), so that charts follow the theme. Nothing
is said by colour alone, and the table with the figures stands beside every chart.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from markupsafe import Markup

_ROW = 42  # px for a bar with its words above it
_HIGH = 190  # px of a curve's box
_HEAD, _FOOT = 20, 24  # px above it and below it, for words
_LEAST = 0.4  # percent: a bar of little is still to be seen; one of nothing is none


@dataclass(frozen=True, slots=True, kw_only=True)
class Bar:
    """A bar with its words."""

    label: str
    value: float  # 0 or more
    shown: str  # the value as a person reads it
    part: float = 0.0  # of the value, drawn darker


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """A curve; None is a gap."""

    label: str
    values: Sequence[float | None]
    kind: str = "first"  # the class that colours and dashes it: first, second, third


@dataclass(frozen=True, slots=True, kw_only=True)
class Sampled:
    """A sample of a p-chart."""

    label: str
    rate: float | None  # 0..1
    low: float | None
    high: float | None
    shown: str
    is_out: bool  # beyond its limits


def bars(name: str, title: str, rows: Sequence[Bar], *, whole: float | None = None) -> Markup:
    """Return bars that lie, each with its words above it; ``whole`` is as wide as can be.

    Without it the longest of them is.
    """
    most = whole or max((row.value for row in rows), default=0.0)
    drawn = (_bar(row, place, most) for place, row in enumerate(rows))
    return _chart(name, title, _ROW * len(rows), drawn)


def _bar(row: Bar, place: int, most: float) -> Markup:
    top = place * _ROW
    wide, part = _seen(row.value, most), _percent(row.part, most)
    return Markup(
        '<g><title>{label}: {shown}</title><text x="0" y="{text}">{label}</text>'
        '<text class="value" x="100%" y="{text}">{shown}</text>'
        '<rect class="track" y="{bar}" width="100%" height="8" rx="4"/>'
        '<rect class="bar" y="{bar}" width="{wide}%" height="8" rx="4"/>'
        '<rect class="part" y="{bar}" width="{part}%" height="8" rx="4"/></g>'
    ).format(
        label=row.label,
        shown=row.shown,
        text=top + 15,
        bar=top + 23,
        wide=f"{wide:.2f}",
        part=f"{part:.2f}",
    )


def funnel(name: str, title: str, steps: Sequence[Bar]) -> Markup:
    """Return bars that stand in the middle, one under the other, each a part of the first."""
    most = max((step.value for step in steps), default=0.0)
    drawn = (_step(step, place, most) for place, step in enumerate(steps))
    return _chart(name, title, _ROW * len(steps), drawn)


def _step(step: Bar, place: int, most: float) -> Markup:
    wide = _seen(step.value, most)
    top = place * _ROW
    return Markup(
        '<g><title>{label}: {shown}</title><text x="0" y="{text}">{label}</text>'
        '<text class="value" x="100%" y="{text}">{shown}</text>'
        '<rect class="bar" x="{left}%" y="{bar}" width="{wide}%" height="14" rx="3"/></g>'
    ).format(
        label=step.label,
        shown=step.shown,
        text=top + 15,
        bar=top + 22,
        left=f"{50 - wide / 2:.2f}",
        wide=f"{wide:.2f}",
    )


def lines(name: str, title: str, labels: Sequence[str], curves: Sequence[Line]) -> Markup:
    """Return curves over the same places; ``labels`` name the places."""
    most = max((v for curve in curves for v in curve.values if v is not None), default=0.0)
    top = _ceiling(most)
    drawn = [
        _path(f"line {curve.kind}", _points(curve.values, top), curve.label) for curve in curves
    ]
    dots = [
        dot
        for curve in curves
        for (x, y), label, value in zip(
            _places(curve.values, top), labels, curve.values, strict=True
        )
        if value is not None
        for dot in (_dot(f"dot {curve.kind}", x, y, f"{label}, {curve.label}: {value:,.10g}"),)
    ]
    return _plot(name, title, labels, f"{top:,.10g}", [*drawn, *dots])


def p_chart(name: str, title: str, samples: Sequence[Sampled], *, centre: float | None) -> Markup:
    """Return the rates of samples between their limits."""
    seen = [v for one in samples for v in (one.rate, one.high) if v is not None]
    top = min(_ceiling(max(seen, default=0.0) * 100) / 100, 1.0) or 1.0
    wide = 100 / max(len(samples), 1)
    limits = [
        _path(f"limit {kind}", _stairs(values, top, wide), f"{kind} limit")
        for kind, values in (
            ("upper", [one.high for one in samples]),
            ("lower", [one.low for one in samples]),
        )
    ]
    middle = (
        [_path("line centre", [f"M0 {_down(centre, top)} H100"], f"centre: {centre:.1%}")]
        if centre is not None
        else []
    )
    rates = [one.rate for one in samples]
    curve = _path("line first", _points(rates, top), "rate")
    dots = [
        _dot("dot out" if one.is_out else "dot first", x, y, f"{one.label}: {one.shown}")
        for (x, y), one in zip(_places(rates, top), samples, strict=True)
        if one.rate is not None
    ]
    labels = [one.label for one in samples]
    return _plot(name, title, labels, f"{top:.0%}", [*limits, *middle, curve, *dots])


def _chart(name: str, title: str, height: int, drawn: Iterable[Markup]) -> Markup:
    return Markup(
        '<svg class="chart" width="100%" height="{height}" role="img" '
        'aria-labelledby="chart-{name}"><title id="chart-{name}">{title}</title>{drawn}</svg>'
    ).format(name=name, title=title, height=height, drawn=Markup().join(drawn))


def _plot(
    name: str, title: str, labels: Sequence[str], top: str, drawn: Iterable[Markup]
) -> Markup:
    """Frame what was drawn in a box of 100 by 100, with the words around it."""
    grid = Markup().join(
        Markup('<line class="grid" x1="0" x2="100%" y1="{y}" y2="{y}"/>').format(
            y=_HEAD + _HIGH * quarter // 4
        )
        for quarter in range(5)
    )
    box = Markup(
        '<svg x="0" y="{y}" width="100%" height="{high}" viewBox="0 0 100 100" '
        'preserveAspectRatio="none">{drawn}</svg>'
    ).format(y=_HEAD, high=_HIGH, drawn=Markup().join(drawn))
    words = Markup('<text class="axis" x="0" y="13">{top}</text>').format(top=top)
    ends = [("0", "start", labels[0]), ("100%", "end", labels[-1])] if labels else []
    for x, anchor, label in ends[: len(labels)]:
        words += Markup('<text class="axis {anchor}" x="{x}" y="{y}">{label}</text>').format(
            anchor=anchor, x=x, y=_HEAD + _HIGH + 17, label=label
        )
    return _chart(name, title, _HEAD + _HIGH + _FOOT, [grid, box, words])


def _path(kind: str, steps: Sequence[str], title: str) -> Markup:
    return Markup('<path class="{kind}" d="{d}"><title>{title}</title></path>').format(
        kind=kind, d=" ".join(steps), title=title
    )


def _dot(kind: str, x: float, y: float, title: str) -> Markup:
    """Return a dot: a stroke without length and with round ends stays round when stretched."""
    return _path(kind, [f"M{x:.2f} {y:.2f}h0"], title)


def _places(values: Sequence[float | None], top: float) -> list[tuple[float, float]]:
    wide = 100 / max(len(values), 1)
    return [((place + 0.5) * wide, _down(value or 0.0, top)) for place, value in enumerate(values)]


def _points(values: Sequence[float | None], top: float) -> list[str]:
    """Return the steps of a curve; it is lifted over gaps."""
    steps, is_down = [], False
    for (x, y), value in zip(_places(values, top), values, strict=True):
        if value is not None:
            steps.append(f"{'L' if is_down else 'M'}{x:.2f} {y:.2f}")
        is_down = value is not None
    return steps


def _stairs(values: Sequence[float | None], top: float, wide: float) -> list[str]:
    steps, is_down = [], False
    for place, value in enumerate(values):
        if value is not None:
            steps.append(f"{'L' if is_down else 'M'}{place * wide:.2f} {_down(value, top):.2f}")
            steps.append(f"H{(place + 1) * wide:.2f}")
        is_down = value is not None
    return steps


def _down(value: float, top: float) -> float:
    """Return how far below the box's upper edge a value lies."""
    return round(100 - _percent(value, top), 2)


def _percent(value: float, most: float) -> float:
    return min(max(100 * value / most, 0.0), 100.0) if most > 0 else 0.0


def _seen(value: float, most: float) -> float:
    """Return the width of a bar in percent."""
    return max(_percent(value, most), _LEAST) if value > 0 else 0.0


def _ceiling(value: float) -> float:
    """Return a round number that is not below ``value``: 1, 2 or 5 by a power of ten."""
    if value <= 0:
        return 1.0
    size = 1.0
    while size * 10 < value:
        size *= 10
    while size > value:
        size /= 10
    return next(size * step for step in (1, 2, 2.5, 5, 10) if size * step >= value)

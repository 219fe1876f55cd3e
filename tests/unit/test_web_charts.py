"""Charts: what is drawn, and that nothing of it can break out of the page."""

import re
from xml.etree import ElementTree as ET

import pytest
from markupsafe import Markup

from service.web.wording.charts import Bar, Line, Sampled, bars, funnel, lines, p_chart

ROWS = (
    Bar(label="talk", value=36, shown="36", part=13),
    Bar(label='<script>alert("x")</script>', value=0, shown="0"),
)
CHARTS = (
    bars("bars", "What sources brought", ROWS),
    funnel("funnel", "How far leads get", ROWS),
    lines("lines", "By week", ["1 Sep", "8 Sep"], [Line(label="opened", values=[5, None])]),
    p_chart(
        "chart",
        "Defects by week",
        [
            Sampled(label="1 Sep", rate=0.2, low=0.0, high=0.8, shown="1 of 5", is_out=False),
            Sampled(label="8 Sep", rate=None, low=None, high=None, shown="0 of 0", is_out=False),
            Sampled(label="15 Sep", rate=0.9, low=0.0, high=0.8, shown="9 of 10", is_out=True),
        ],
        centre=0.3,
    ),
)


def read(chart: Markup) -> ET.Element:
    return ET.fromstring(str(chart))  # noqa: S314 - our own


@pytest.mark.parametrize("chart", CHARTS)
def test_a_chart_is_well_formed_named_and_free_of_styles(chart: Markup) -> None:
    drawn = read(chart)

    assert drawn.attrib["role"] == "img"
    assert drawn[0].tag == "title"
    assert drawn[0].attrib["id"] == drawn.attrib["aria-labelledby"]
    assert not re.search(r"style=|script>", str(chart))


def test_bars_are_as_wide_as_their_values() -> None:
    drawn = read(bars("x", "x", ROWS))
    talk, other = (group.findall("rect") for group in drawn.findall("g"))

    assert [one.attrib["width"] for one in talk] == ["100%", "100.00%", "36.11%"]
    assert other[1].attrib["width"] == "0.00%"  # nothing is no bar


def test_a_little_is_still_to_be_seen_and_a_share_is_one_of_the_whole() -> None:
    little = [Bar(label="a", value=1, shown="1"), Bar(label="b", value=10_000, shown="10,000")]
    first, _ = (group.findall("rect") for group in read(bars("x", "x", little)).findall("g"))
    share = read(bars("x", "x", [Bar(label="a", value=0.01, shown="1%")], whole=1.0))
    steps = read(funnel("x", "x", [little[1], Bar(label="c", value=0, shown="0")]))

    assert first[1].attrib["width"] == "0.40%"
    assert share.findall("g")[0].findall("rect")[1].attrib["width"] == "1.00%"
    assert steps.findall("g")[1].findall("rect")[0].attrib["width"] == "0.00%"


def test_a_gap_lifts_the_curve() -> None:
    drawn = str(lines("x", "x", ["a", "b", "c", "d"], [Line(label="x", values=[1, 2, None, 4])]))

    assert 'd="M12.50 80.00 L37.50 60.00 M87.50 20.00"' in drawn
    assert '<text class="axis" x="0" y="13">5</text>' in drawn  # a round number


def test_a_sample_beyond_its_limits_is_marked_and_said() -> None:
    chart = str(CHARTS[3])

    assert chart.count('class="dot out"') == 1
    assert "<title>15 Sep: 9 of 10</title>" in chart
    assert '<text class="axis" x="0" y="13">100%</text>' in chart


@pytest.mark.parametrize(
    "chart", [bars("x", "x", []), lines("x", "x", [], []), p_chart("x", "x", [], centre=None)]
)
def test_nothing_can_be_drawn_too(chart: Markup) -> None:
    read(chart)

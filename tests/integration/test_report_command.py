"""`harken report` and `harken value` as somebody types them."""

import csv
import io
import json
from pathlib import Path

import pytest
from sqlmodel import select
from typer.testing import CliRunner, Result

from models.cost import CostEntry
from service.cli import app
from service.house import open_house
from service.store.engine import writing
from tests.reporting import a_house, a_reported_house

PERIOD = ("--from", "2025-09-01", "--to", "2025-11-24", "--zone", "Europe/Berlin")
NAMES = (
    "funnel", "speed", "sources", "topics", "phrases", "defects", "value", "roi", "attribution",
    "recycle", "forecast", "neglected", "early", "campaigns", "wins", "journey",
    "judging",
)  # fmt: skip


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("reports") / "house"
    with open_house(folder, config=a_house()) as house:
        a_reported_house(house.engine)
        with writing(house.engine) as db:  # as if they had come by other means than the files
            for entry in db.exec(select(CostEntry)):
                entry.from_files = False
                db.add(entry)
    return folder


def run(folder: Path, *words: str) -> Result:
    return CliRunner().invoke(app, ["report", *words, "--data", str(folder)])


@pytest.mark.parametrize("name", NAMES)
def test_every_report_is_told_in_words_in_json_and_in_csv(folder: Path, name: str) -> None:
    words = run(folder, name, *PERIOD)
    document = json.loads(run(folder, name, *PERIOD, "--json").stdout)
    sheet = list(csv.DictReader(io.StringIO(run(folder, name, *PERIOD, "--csv").stdout)))

    assert words.exit_code == 0
    assert document["report"] == name
    main = next(iter(document["tables"].values()))
    assert len(main) == len(sheet)
    assert list(main[0]) == list(sheet[0])


def test_a_report_reads_well(folder: Path) -> None:
    lines = run(folder, "attribution", *PERIOD).stdout.splitlines()

    assert lines[:5] == [
        "2025-09-01 up to 2025-11-24 (Europe/Berlin)",
        "",
        "Revenue by the source that gets the credit",
        "source  currency  first touch    last touch     linear",
        "news    EUR       0.00 EUR       11,000.11 EUR  6,333.41 EUR",
    ]
    assert lines[-1].startswith("- a lead's touches are its signals")


def test_a_table_that_is_not_the_first_can_be_written_as_csv(folder: Path) -> None:
    told = run(folder, "sources", *PERIOD, "--csv", "--table", "money").stdout

    assert told.splitlines()[1] == "talk,EUR,11200.11,84.00,2.33,6.00,6.46,"


def test_a_list_without_rows_says_so(folder: Path) -> None:
    told = run(folder, "recycle", "--from", "2024-01-01", "--to", "2024-02-01")

    assert "What they brought after that\n  nothing\n" in told.stdout


def test_adherence_takes_the_name_of_who_wants_to_see_it(folder: Path) -> None:
    document = json.loads(run(folder, "adherence", *PERIOD, "--for", "ben", "--json").stdout)

    assert [row["rep"] for row in document["tables"]["adherence"]] == ["ben"]


def test_the_value_takes_a_price(folder: Path) -> None:
    told = run(folder, "value", *PERIOD, "--asp", "1000.00 EUR", "--buy", ".5", "--json")
    steps = {row["step"]: row for row in json.loads(told.stdout)["tables"]["value"]}

    assert steps["would buy"]["leads"] == steps["never followed up"]["leads"] / 2
    assert steps["one buyer spends"]["money"]["amount"] == "1000.00"


@pytest.mark.parametrize(
    "words",
    [
        ("funnel", "--json", "--csv"),
        ("funnel", "--from", "yesterday"),
        ("funnel", "--from", "2025-02-01", "--to", "2025-02-01"),
        ("funnel", "--zone", "Mars/Olympus"),
        ("value", "--asp", "1,000 EUR"),
        ("value", "--asp", "10.005 EUR"),
        ("value", "--buy", "45"),
        ("value", "--buy", "half"),
        ("gossip",),
    ],
)
def test_what_can_not_be_asked_is_bad_usage(folder: Path, words: tuple[str, ...]) -> None:
    assert run(folder, *words).exit_code == 2


def test_the_usual_period_is_the_last_twelve_weeks(folder: Path) -> None:
    document = json.loads(run(folder, "funnel", "--json").stdout)

    # A Monday, and at most twelve weeks of rows beside those of the whole.
    assert len(document["tables"]["marketing"]) == 3 * 13
    assert document["zone"] == "UTC"


UNREALISED = ("--leads", "3510", "--qualified", ".20", "--unfollowed", ".70", "--asp", "100000")


def test_the_unrealised_value_of_the_source_document() -> None:
    told = CliRunner().invoke(app, ["value", "unrealised", *UNREALISED, "--buy", ".45"])

    assert [line.split()[-1] for line in told.stdout.splitlines()] == [
        "3,510", "702", "491", "221", "22,100,000", "22,113,000",
    ]  # fmt: skip


def test_the_unrealised_value_in_json() -> None:
    told = CliRunner().invoke(app, ["value", "unrealised", *UNREALISED, "--json"])

    assert json.loads(told.stdout) == {
        "leads": 3510,
        "qualified": 702,
        "unfollowed": 491,
        "buyers": 221,
        "value": 22_100_000,
        "exact": 22_113_000,
    }


def test_an_exact_value_may_have_a_fraction() -> None:
    words = ["--leads", "1", "--qualified", ".5", "--unfollowed", ".5", "--asp", "1"]
    told = CliRunner().invoke(app, ["value", "unrealised", *words])

    assert told.stdout.splitlines()[-1].split()[-1] == "0.11"

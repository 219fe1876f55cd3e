"""``harken topics import`` and ``preview``, as somebody types them."""

import json
from datetime import timedelta
from pathlib import Path

import pytest
from sqlmodel import select
from typer.testing import CliRunner, Result

from config import load_config
from models.source import Source
from service.cli import topics
from service.house import open_house
from service.posts.intake import Intake
from service.store.engine import writing
from service.sync import sync
from tests.builders import SECRET, a_config, a_post
from tests.fakes import NOON, Ears


def harken(*words: str | Path, stdin: str = "") -> Result:
    return CliRunner().invoke(topics.app, [str(word) for word in words], input=stdin)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "topics").mkdir()
    (tmp_path / "topics" / "erp.toml").write_text('id = "erp"\nname = "ERP"\nkeywords = ["erp"]\n')
    (tmp_path / "harken.toml").write_text("")
    return tmp_path


# --- import ---


def test_a_list_becomes_a_topic_that_can_be_used(folder: Path) -> None:
    (folder / "mine.txt").write_text('crm tool\n-hiring\n(crm OR "help desk") recommend*\n')

    result = harken("import", folder / "mine.txt", "--topic", "my-crm", "--data", folder)

    assert result.exit_code == 0, result.stderr
    assert result.stdout.splitlines() == [
        f"Wrote {folder}/topics/my-crm.toml (keywords 1, queries 1, exclusions 1).",
        "What it finds:  harken topics preview --topic my-crm",
    ]
    topic = load_config(folder).topics["my-crm"]
    assert topic.name == "My crm"
    assert topic.keywords == ("crm tool",)
    assert topic.exclusions == ("hiring",)
    assert topic.query == ('(crm OR "help desk") recommend*',)


def test_lines_that_can_not_be_used_are_told_and_the_rest_is_taken(folder: Path) -> None:
    text = "crm, whole-word\ncrm NEAR/3 job\nticket\n"

    result = harken(
        "import", "-", "--topic", "t", "--name", "Mine", "--data", folder, "--json", stdin=text
    )

    assert result.exit_code == 1
    told = json.loads(result.stdout)
    assert (told["topic"], told["keywords"], told["queries"]) == ("t", 2, 0)
    assert told["left_out"] == ["-:1: only 'crm' is kept, not what follows the comma: whole-word"]
    assert told["problems"][0].startswith("-:2:5: Harken looks for whole phrases")
    assert told["warnings"][0]["key"] == "keywords[2]"
    assert len(result.stderr.splitlines()) == 3
    assert load_config(folder).topics["t"].name == "Mine"


@pytest.mark.parametrize(
    ("text", "topic", "message"),
    [
        ("# nothing\n", "t", "-: there is no phrase to look for in it; nothing was written"),
        ("crm", "erp", "there is a topic 'erp' already; nothing was written"),
        ("crm", "My Topic", "'My Topic' is no id"),
        ("\n".join(f"word {n}" for n in range(2_001)), "t", "has 2,001 phrases"),
        ("x" * (2**20 + 1), "t", "-: is larger than 1 MiB"),
    ],
)
def test_what_makes_no_topic_writes_nothing(
    folder: Path, text: str, topic: str, message: str
) -> None:
    result = harken("import", "-", "--topic", topic, "--data", folder, stdin=text)

    assert result.exit_code == 2
    assert message in result.stderr
    assert [path.name for path in (folder / "topics").iterdir()] == ["erp.toml"]


def test_operators_that_harken_has_not_are_left_out_with_their_character(folder: Path) -> None:
    text = "crm | erp\n\ncrm tool\ncr?m\nhelp desk OR\n"

    result = harken("import", "-", "--topic", "t", "--data", folder, stdin=text)

    assert result.exit_code == 1
    topic = load_config(folder).topics["t"]
    assert (topic.keywords, topic.query) == (("crm tool",), ("crm | erp",))
    assert [line.split(" ")[0] for line in result.stderr.splitlines()] == ["-:4:3:", "-:5:13:"]
    assert "Left out, as named above: 2." in result.stdout


def test_a_csv_is_read_by_its_column_of_keywords(folder: Path) -> None:
    text = 'keyword,volume,kd\n"help desk, cheap",50,2\ncrm tool,20,1\n'

    result = harken("import", "-", "--topic", "t", "--data", folder, stdin=text)

    assert result.exit_code == 0
    assert load_config(folder).topics["t"].keywords == ("help desk, cheap", "crm tool")
    heading = "the first row is a heading: the column 'keyword' is read, not 'volume', 'kd'"
    assert result.stderr == f"-:1: {heading}\n"


def test_a_file_that_can_not_be_read_is_one_line(folder: Path) -> None:
    (folder / "latin.txt").write_bytes("caf\u00e9".encode("latin-1"))

    for file, message in (("none.txt", "No such file"), ("latin.txt", "is not UTF-8 text")):
        result = harken("import", folder / file, "--topic", "t", "--data", folder)
        assert result.exit_code == 2
        assert message in result.stderr


def test_nothing_is_ever_overwritten(folder: Path) -> None:
    other = folder / "topics" / "t.toml"
    other.write_text('id = "other"\nname = "O"\nkeywords = ["scm"]\n')

    result = harken("import", "-", "--topic", "t", "--data", folder, stdin="crm")

    assert result.exit_code == 2
    assert "is there already; nothing was overwritten" in result.stderr
    assert "scm" in other.read_text()


def test_the_first_topic_of_one_s_own_takes_the_place_of_the_starters(tmp_path: Path) -> None:
    (tmp_path / "harken.toml").write_text("")

    result = harken("import", "-", "--topic", "crm", "--data", tmp_path, stdin="crm tool")

    assert result.exit_code == 0, result.stderr
    assert list(load_config(tmp_path).topics) == ["crm"]


def test_a_configuration_that_is_wrong_already_is_put_right_first(folder: Path) -> None:
    (folder / "topics" / "erp.toml").write_text('id = "erp"\nname = "E"\nquery = "erp ("\n')

    result = harken("import", "-", "--topic", "t", "--data", folder, stdin="crm")

    assert result.exit_code == 2
    place = "topics/erp.toml:3: query: column 6: a closing parenthesis is missing"
    assert result.stderr.startswith(place)
    assert not (folder / "topics" / "t.toml").exists()


# --- preview ---


@pytest.fixture
def stored(folder: Path) -> Path:
    """Return a folder with four stored posts."""
    posts = [
        a_post("1", "Any CRM you recommend?", author="ada"),
        a_post("2", "A crm job", author="bob"),
        a_post("3", "Same here", thread="x", thread_title="Which erp?", is_opening=False),
        a_post("4", "Recommended: a crm, an erp", title="Done", author="ada"),
    ]
    config = a_config()
    with open_house(folder) as house, writing(house.engine) as db:
        sync(db, config, now=NOON)
        source = db.exec(select(Source).where(Source.slug == "talk")).one()
        Intake(config=config, listener=Ears(), secret=SECRET).take_in(
            db, source, posts, now=NOON + timedelta(hours=1)
        )
    return folder


def lines(result: Result) -> list[dict[str, object]]:
    return [json.loads(line) for line in result.stdout.splitlines()]


def test_a_query_is_tried_on_what_is_stored(stored: Path) -> None:
    result = harken("preview", "crm recommend* -job", "--data", stored)

    assert result.exit_code == 0, result.stderr
    shown = result.stdout.splitlines()
    assert len(shown) == 6
    assert {line.split(": ", 1)[1] for line in (shown[0], shown[2])} == {
        "Any CRM you recommend?",
        "Done",
    }
    assert {shown[1], shown[3]} == {
        "    CRM (query), recommend (query)",
        "    Recommended (query), crm (query)",
    }
    assert shown[4:] == [
        "2 of 4 stored posts match.",
        'The query was read as:  "crm" AND "recommend*" AND NOT "job"',
    ]


def test_a_preview_says_what_is_risky_about_its_query(stored: Path) -> None:
    result = harken("preview", "crm or erp", "--data", stored)

    assert result.exit_code == 0
    assert result.stderr == "column 5: 'or' is looked for as a word; write OR\n"
    assert "0 of 4 stored posts match." in result.stdout


def test_a_preview_is_cut_but_counts_on(stored: Path) -> None:
    result = harken("preview", "crm", "--limit", "1", "--data", stored)

    assert "3 of 4 stored posts match; the newest 1 are shown." in result.stdout


def test_a_preview_in_json_is_a_line_for_each_post(stored: Path) -> None:
    told = lines(harken("preview", "crm author:ada site:talk.example", "--json", "--data", stored))

    assert [post["author"] for post in told] == ["ada", "ada"]
    first = next(post for post in told if post["title"] == "")
    assert first["url"] == "https://talk.example/t/1"
    assert first["source"] == "talk"
    assert first["matched"] == [
        {"text": "CRM", "reason": "query", "field": "body", "start": 4, "end": 7}
    ]


def test_a_topic_is_previewed_with_the_threads_that_it_hears(stored: Path) -> None:
    result = harken("preview", "--topic", "erp", "--data", stored)

    assert result.exit_code == 0, result.stderr
    assert "    erp (keyword)" in result.stdout
    assert "    by the title of its thread" in result.stdout
    assert "2 of 4 stored posts match." in result.stdout


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["crm ("], "the query can't be understood: column 6: a closing parenthesis is missing"),
        (["-lang:en"], "column 1: nothing is looked for here"),
        ([], "give either a QUERY or --topic ID"),
    ],
)
def test_a_preview_of_nothing_is_bad_usage(folder: Path, words: list[str], message: str) -> None:
    result = harken("preview", "--data", folder, "--", *words)

    assert result.exit_code == 2
    assert message in result.stderr


def test_a_query_and_a_topic_are_not_previewed_together(folder: Path) -> None:
    result = harken("preview", "crm", "--topic", "erp", "--data", folder)

    assert result.exit_code == 2
    assert "give either a QUERY or --topic ID" in result.stderr


@pytest.mark.parametrize("command", ["import", "preview"])
def test_every_help_has_an_example(command: str) -> None:
    assert f"Example: harken topics {command}" in harken(command, "--help").stdout

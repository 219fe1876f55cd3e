"""``harken config``, ``harken topics`` and ``harken init``, as somebody types them."""

import json
import os
import resource
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
import typer
from typer.testing import CliRunner, Result

from config import load_config
from config.folder import SHIPPED
from service.cli import config as config_command
from service.cli import topics as topics_command
from service.cli.init import init
from service.cli.output import complain, print_json, progress, say, table

app = typer.Typer(pretty_exceptions_enable=False, rich_markup_mode=None)
app.add_typer(config_command.app, name="config")
app.add_typer(topics_command.app, name="topics")
app.command()(init)


@pytest.fixture(autouse=True)
def _clean_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in [name for name in os.environ if name.upper().startswith("HARKEN_")]:
        monkeypatch.delenv(name)


def harken(*words: str | Path) -> Result:
    return CliRunner().invoke(app, [str(word) for word in words])


def break_topic(folder: Path) -> None:
    path = folder / "topics" / "crm.toml"
    path.write_text(path.read_text("utf-8").replace("threshold", "thresold", 1), "utf-8")


# --- init ---


def test_init_writes_the_shipped_files_and_they_are_right(tmp_path: Path) -> None:
    folder = tmp_path / "new" / "acme"
    result = harken("init", folder)
    assert result.exit_code == 0
    assert result.stderr == ""
    assert "harken up --data" in result.stdout
    names = {path.relative_to(SHIPPED) for path in SHIPPED.rglob("*.toml")}
    assert {path.relative_to(folder) for path in folder.rglob("*") if path.is_file()} == names
    for name in names:
        assert (folder / name).read_bytes() == (SHIPPED / name).read_bytes()
    assert load_config(folder) == load_config(None)
    assert harken("config", "check", "--data", folder).exit_code == 0
    assert harken("topics", "check", "--data", folder).exit_code == 0


def test_a_folder_that_init_makes_is_for_its_owners_eyes(tmp_path: Path) -> None:
    assert harken("init", tmp_path / "acme").exit_code == 0
    assert (tmp_path / "acme").stat().st_mode & 0o077 == 0


def test_settings_are_for_their_owners_eyes(tmp_path: Path) -> None:
    assert harken("init", tmp_path).exit_code == 0
    assert (tmp_path / "harken.toml").stat().st_mode & 0o077 == 0


def test_init_tells_what_it_wrote_in_json(tmp_path: Path) -> None:
    told = json.loads(harken("init", tmp_path / "a", "--json").stdout)
    assert len(told["written"]) == len(list(SHIPPED.rglob("*.toml")))
    assert told["in_the_way"] == []


def test_init_never_overwrites(tmp_path: Path) -> None:
    (tmp_path / "sla.toml").write_text("mine")
    (tmp_path / "topics").mkdir()
    (tmp_path / "topics" / "mine.toml").symlink_to("nowhere")
    before = sorted(tmp_path.rglob("*"))
    result = harken("init", tmp_path)
    assert result.exit_code == 2
    assert result.stdout == ""
    assert [line.split(":")[0] for line in result.stderr.splitlines()] == [
        str(tmp_path / "sla.toml"),
        str(tmp_path / "topics" / "mine.toml"),
    ]
    assert sorted(tmp_path.rglob("*")) == before
    told = json.loads(harken("init", tmp_path, "--json").stdout)
    assert told["written"] == []
    assert len(told["in_the_way"]) == 2


def test_init_twice_is_refused_the_second_time(tmp_path: Path) -> None:
    assert harken("init", tmp_path).exit_code == 0
    assert harken("init", tmp_path).exit_code == 2


def test_init_leaves_a_database_alone(tmp_path: Path) -> None:
    (tmp_path / "harken.db").write_bytes(b"x")
    assert harken("init", tmp_path).exit_code == 0
    assert (tmp_path / "harken.db").read_bytes() == b"x"


def test_a_file_where_the_folder_should_be_is_in_the_way(tmp_path: Path) -> None:
    (tmp_path / "here").write_text("x")
    result = harken("init", tmp_path / "here")
    assert result.exit_code == 2
    assert str(tmp_path / "here") in result.stderr


def test_a_folder_that_cannot_be_made_is_one_clear_line(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x")
    result = harken("init", tmp_path / "file" / "below")
    assert result.exit_code == 1
    assert result.stderr.count("\n") == 1
    assert "Not a directory; nothing was written" in result.stderr


def test_the_next_steps_can_be_pasted_into_a_shell(tmp_path: Path) -> None:
    folder = tmp_path / "my leads"
    assert f"harken up --data '{folder}'" in harken("init", folder).stdout


def test_a_full_disk_is_one_clear_line_and_leaves_nothing_behind(tmp_path: Path) -> None:
    folder = tmp_path / "a" / "b"
    program = (
        "import sys, typer; from service.cli.init import init; sys.argv[0] = 'harken';"
        "app = typer.Typer(pretty_exceptions_enable=False); app.command()(init); app()"
    )

    def no_space() -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (3_000, 3_000))

    result = subprocess.run(
        [sys.executable, "-c", program, str(folder)],
        preexec_fn=no_space,
        capture_output=True,
        text=True,
        check=False,
        env={
            **os.environ,
            "PYTHONPATH": os.pathsep.join(sys.path),
            "PYTHONDONTWRITEBYTECODE": "1",
        },
    )
    assert result.returncode == 1, result.stderr
    assert result.stdout == ""
    assert result.stderr.count("\n") == 1
    assert ".toml: File too large; nothing was written" in result.stderr
    assert list(tmp_path.iterdir()) == []


# --- config check ---


def test_check_counts_what_is_right(tmp_path: Path) -> None:
    harken("init", tmp_path)
    result = harken("config", "check", "--data", tmp_path)
    assert result.exit_code == 0
    assert result.stderr == ""
    assert result.stdout.startswith("No problems: 3 topics, ")
    counted, hint = result.stdout.splitlines()
    assert counted.endswith(" switched on.")
    assert hint.startswith("Hint: harken.toml:")
    assert "contact: is not set" in hint
    told = json.loads(harken("config", "check", "--json", "--data", tmp_path).stdout)
    assert told["ok"] is True
    assert told["problems"] == []
    assert (told["topics"], told["sources"], told["users"]) == (3, 1, 1)


def test_check_lists_problems_on_stderr_and_sums_up_on_stdout(tmp_path: Path) -> None:
    harken("init", tmp_path)
    break_topic(tmp_path)
    (tmp_path / "souces.toml").write_text("")
    result = harken("config", "check", "--data", tmp_path)
    assert result.exit_code == 2
    lines = result.stderr.splitlines()
    assert lines[0].startswith("souces.toml: is no file that Harken reads; did you mean")
    assert lines[1].startswith("topics/crm.toml:")
    assert lines[1].endswith(": thresold: unknown key; did you mean 'threshold'?")
    assert result.stdout == "2 problems; nothing runs until all are fixed.\n"


def test_check_in_json_is_one_document(tmp_path: Path) -> None:
    harken("init", tmp_path)
    break_topic(tmp_path)
    result = harken("config", "check", "--json", "--data", tmp_path)
    assert result.exit_code == 2
    told = json.loads(result.stdout)
    assert told["ok"] is False
    (problem,) = told["problems"]
    assert problem["file"] == "topics/crm.toml"
    assert problem["key"] == "thresold"
    assert problem["line"] > 1
    assert problem["column"] is None


def test_the_folder_may_come_from_the_environment(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    harken("init", tmp_path)
    break_topic(tmp_path)
    monkeypatch.setenv("HARKEN_DATA", str(tmp_path))
    assert harken("config", "check").exit_code == 2
    monkeypatch.delenv("HARKEN_DATA")
    monkeypatch.chdir(tmp_path)
    assert harken("config", "check").exit_code == 2


@pytest.mark.parametrize("command", ["config", "topics"])
def test_a_folder_that_is_not_there_is_no_good_configuration(tmp_path: Path, command: str) -> None:
    result = harken(command, "check", "--data", tmp_path / "acne")
    assert result.exit_code == 2
    assert "acne: there is no Harken here; `harken init" in result.stderr


def test_a_strange_name_cannot_reach_the_terminal(tmp_path: Path) -> None:
    (tmp_path / "topics").mkdir()
    (tmp_path / "topics" / "\x1b[2J\nx.toml").write_text("= 1")
    result = harken("config", "check", "--data", tmp_path)
    assert result.stderr.startswith("topics/\\x1b[2J\\nx.toml:1:1: is not valid TOML")
    assert result.stderr.count("\n") == 1


# --- topics ---


def test_topics_are_listed(tmp_path: Path) -> None:
    harken("init", tmp_path)
    result = harken("topics", "list", "--data", tmp_path)
    assert result.exit_code == 0
    heading, first, *_ = result.stdout.splitlines()
    assert heading.split() == ["id", "name", "phrases", "threshold", "owner", "active"]
    assert first.split()[:2] == ["crm", "CRM"]


def test_topics_are_listed_in_json_a_line_each(tmp_path: Path) -> None:
    harken("init", tmp_path)
    result = harken("topics", "list", "--json", "--data", tmp_path)
    topics = [json.loads(line) for line in result.stdout.splitlines()]
    assert [topic["id"] for topic in topics] == ["crm", "help-desk", "home-improvement"]
    assert topics[0]["phrases"]["keywords"] > 25
    assert topics[0]["threshold"] == 0.35
    assert topics[0]["owner"] is None


def test_topics_that_cannot_be_read_are_not_listed(tmp_path: Path) -> None:
    harken("init", tmp_path)
    break_topic(tmp_path)
    for options in ([], ["--json"]):
        result = harken("topics", "list", "--data", tmp_path, *options)
        assert result.exit_code == 2
        assert result.stdout == ""
        assert "thresold" in result.stderr


def test_risky_phrases_are_warned_of_with_their_places(tmp_path: Path) -> None:
    (tmp_path / "topics").mkdir()
    (tmp_path / "topics" / "a.toml").write_text(
        'id = "a"\nname = "A"\nkeywords = ["ticket", "crm", "free crm"]\nexclusions = ["free"]\n'
    )
    result = harken("topics", "check", "--data", tmp_path)
    assert result.exit_code == 1
    everyday = "alone is an everyday word; add what makes it yours"
    excluded = "finds nothing: every post with it is excluded by 'free'"
    assert result.stderr.splitlines() == [
        f"topics/a.toml:3: keywords[1]: 'ticket' {everyday}",
        f"topics/a.toml:3: keywords[3]: 'free crm' {excluded}",
    ]
    assert result.stdout == "Risky phrases: 2.\n"
    told = json.loads(harken("topics", "check", "--json", "--data", tmp_path).stdout)
    assert told["ok"] is False
    assert [warning["key"] for warning in told["warnings"]] == ["keywords[1]", "keywords[3]"]


def test_topics_that_cannot_be_used_are_worse_than_risky(tmp_path: Path) -> None:
    harken("init", tmp_path)
    break_topic(tmp_path)
    result = harken("topics", "check", "--json", "--data", tmp_path)
    assert result.exit_code == 2
    assert json.loads(result.stdout)["ok"] is False


# --- all of them ---


@pytest.mark.parametrize(
    "command", [["init"], ["config", "check"], ["topics", "list"], ["topics", "check"]]
)
def test_every_help_has_an_example(command: list[str]) -> None:
    result = harken(*command, "--help")
    assert result.exit_code == 0
    assert f"Example: harken {' '.join(command)}" in result.stdout


# --- output ---


def test_what_a_stranger_wrote_cannot_steer_the_terminal(
    capsys: pytest.CaptureFixture[str],
) -> None:
    say("one\ttab\nnext \x1b[31mred\u202egnp.exe \x07")
    complain("two\nlines", "three\x00")
    out, err = capsys.readouterr()
    assert out == "one\ttab\nnext \\x1b[31mred\\u202egnp.exe \\x07\n"
    assert err == "two\\nlines\nthree\\x00\n"


def test_json_is_utf_8_and_complete(capsysbinary: pytest.CaptureFixture[bytes]) -> None:
    print_json({"text": "café \ud800", "path": Path("a")})
    assert capsysbinary.readouterr().out == b'{"text": "caf\xc3\xa9 \\ud800", "path": "a"}\n'
    with pytest.raises(TypeError, match="set has no form in JSON"):
        print_json({"a": {1}})


def test_a_table_off_the_terminal_is_aligned_and_never_cut(
    capsys: pytest.CaptureFixture[str],
) -> None:
    table(("id", "title"), [("1", "x" * 200), ("22", "日本\nx")])
    assert capsys.readouterr().out == f"id  title\n1   {'x' * 200}\n22  日本\\nx\n"


def test_progress_off_the_terminal_says_nothing(capsys: pytest.CaptureFixture[str]) -> None:
    with progress("Crawling", total=2) as advance:
        advance("one")
        advance("two")
    assert capsys.readouterr() == ("", "")


@pytest.mark.skipif(not shutil.which("script"), reason="needs script(1) for a terminal")
def test_on_a_terminal_a_table_fits_and_progress_is_drawn(tmp_path: Path) -> None:
    program = tmp_path / "show.py"
    program.write_text(
        "from service.cli.output import progress, table\n"
        "table(('id', 'title'), [('1', 'x' * 200)])\n"
        "with progress('Crawling', total=1) as advance:\n"
        "    advance('[red]one')\n"
    )
    kept = {name: value for name, value in os.environ.items() if name not in {"COLUMNS", "LINES"}}
    result = subprocess.run(
        ["script", "-qec", f"stty cols 40; {sys.executable} {program}", "/dev/null"],
        capture_output=True,
        text=True,
        check=True,
        timeout=30,
        env={**kept, "PYTHONPATH": os.pathsep.join(sys.path), "TERM": "xterm"},
    )
    assert f"1   {'x' * 36}\n" in result.stdout
    assert "Crawling: [red]one" in result.stdout

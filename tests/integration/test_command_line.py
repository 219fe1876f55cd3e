"""What every command has in common: usage errors, unknown names, folders without a Harken."""

import json
import os
import socket
import sys
from collections.abc import Callable, Iterator
from importlib.metadata import version
from pathlib import Path

import pytest

from service.cli import main
from tests.command import Ran

Harken = Callable[..., Ran]


@pytest.fixture
def harken(monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]) -> Harken:
    """Run the command line in this process, as `harken` would: it takes seconds to start."""
    for name in [name for name in os.environ if name.startswith("HARKEN_")]:
        monkeypatch.delenv(name)

    def run(*words: str, data: Path | None = None) -> Ran:
        chosen = ["--data", str(data)] if data is not None else []
        monkeypatch.setattr(sys, "argv", ["harken", *words, *chosen])
        code = main()
        return Ran(code, *capfd.readouterr())

    return run


@pytest.fixture
def taken() -> Iterator[int]:
    """Give a port on which somebody else listens."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        yield int(listener.getsockname()[1])


@pytest.fixture
def house(harken: Harken, fresh_house: Path) -> Path:
    """Return an installation in which nothing has happened yet."""
    assert harken("init", str(fresh_house)).code == 0
    return fresh_house


def test_the_version_is_told(harken: Harken) -> None:
    assert harken("--version") == Ran(0, f"harken {version('harken')}\n", "")


@pytest.mark.parametrize(
    ("command", "said"),
    [
        (("crawl", "--evrything"), "No such option: --evrything"),
        (("lead",), "No such command 'lead'. Did you mean 'leads'?"),
        (("leads", "show"), "Missing argument 'lead'"),
        (("leads", "list", "--status", "new"), "'new' is not one of 'detected', "),
        (("leads", "list", "--most", "0"), "must be greater than or equal to 1"),
        (("posts", "list", "--since", "yesterday"), "'yesterday' is no time; write it like 2026-"),
        (("posts", "list", "--since", "9999-12-31"), "'9999-12-31' is too far away: from 1970-"),
        (("report", "funnel", "--from", "0001-01-01"), "0001-01-01 is too far away: from 1970-"),
        (("leads", "score", "x", "--at", "0001-01-01T00:00+05:00"), "is too far away: from 1970-"),
        (("up", "--host", "0.0.0.0"), "or say --insecure"),  # noqa: S104 - it is refused
    ],
)
def test_bad_usage_is_one_line_of_our_own_words(
    harken: Harken, tmp_path: Path, command: tuple[str, ...], said: str
) -> None:
    ran = harken(*command, data=tmp_path)
    assert (ran.code, ran.out) == (2, "")
    assert said in ran.err
    assert ran.err.count("\n") == 1
    assert "Value error" not in ran.err
    assert "Input" not in ran.err


READING = [
    "leads list", "leads show x", "users list", "users link ada", "digest --for ada",
    "posts list", "topics list", "topics check", "config check", "doctor",
    "sources list", "sources check", "sources pause x", "sources resume x", "sources remove x",
]  # fmt: skip


@pytest.mark.parametrize("command", READING)
@pytest.mark.parametrize("there", [True, False])
def test_looking_where_no_harken_is_makes_none(
    harken: Harken, tmp_path: Path, command: str, there: bool
) -> None:
    folder = tmp_path / "house"
    if there:
        folder.mkdir()
    ran = harken(*command.split(), data=folder)
    assert ran.code == 2
    assert ran.err == (
        f"{folder}: there is no Harken here; `harken init {folder}` makes one, and so does "
        "`harken up`\n"
    )
    assert list(tmp_path.rglob("*")) == ([folder] if there else [])


@pytest.mark.parametrize(
    ("command", "said"),
    [
        ("digest --for zzz", "there is no user 'zzz'; there are: admin"),
        ("users link admn", "there is no user 'admn'; did you mean 'admin'?"),
        ("leads list --owner admn", "there is no user 'admn'; did you mean 'admin'?"),
        ("leads list --topic crn", "there is no topic 'crn'; did you mean 'crm'?"),
        ("leads list --topic crm --topic x", "there is no topic 'x'; there are: crm, "),
        ("posts list --source hn-aks", "there is no source 'hn-aks'; did you mean 'hn-ask'?"),
        ("leads show 0198c2aa", "no lead is called '0198c2aa'; see `harken leads list`"),
    ],
)
def test_a_name_that_is_not_there_is_an_error_with_the_nearest_that_is(
    harken: Harken, house: Path, command: str, said: str
) -> None:
    ran = harken(*command.split(), data=house)
    assert (ran.code, ran.out) == (1, "")
    assert ran.err.startswith(said)
    assert ran.err.count("\n") == 1


def test_users_are_listed_in_words(harken: Harken, house: Path) -> None:
    heading, admin = harken("users", "list", data=house).out.splitlines()
    assert heading.split() == ["handle", "name", "role", "team", "active", "has_password"]
    assert admin.split()[-2:] == ["yes", "no"]
    assert not {"None", "True", "False"} & set(admin.split())


@pytest.mark.parametrize("since", ["2026-11-01", "2026-11-01T09:30+01:00", "20261101T0930Z"])
def test_since_takes_a_day_and_a_time_with_its_zone(
    harken: Harken, house: Path, since: str
) -> None:
    assert harken("posts", "list", "--since", since, data=house) == Ran(0, "", "")


def test_a_file_that_is_not_there_is_said_to_be_that(
    harken: Harken, house: Path, tmp_path: Path
) -> None:
    missing = tmp_path / "nofile.zip"
    ran = harken("import", str(missing), "--source", "x", data=house)
    told = f"{missing} can't be read: No such file or directory\n"
    assert (ran.code, ran.err.removeprefix("harken: ")) == (1, told)
    folder = harken("import", str(tmp_path), "--source", "x", data=house)
    assert (folder.code, folder.err.removeprefix("harken: ")) == (1, f"{tmp_path} is no file\n")


def test_a_post_is_one_line_of_the_list(harken: Harken, house: Path, tmp_path: Path) -> None:
    brought = tmp_path / "posts.jsonl"
    post = {"text": "Which till\nfor a tea shop?\r\n\tThree of us.", "author": "a\nb", "id": "1"}
    brought.write_text(json.dumps(post) + "\n")
    assert harken("import", str(brought), "--source", "brought", data=house).code == 0

    (line,) = harken("posts", "list", data=house).out.splitlines()

    assert line.endswith("brought  a b: Which till for a tea shop? Three of us.")


def test_a_link_of_a_house_that_is_asleep_says_so(harken: Harken, house: Path) -> None:
    ran = harken("users", "link", "admin", data=house)
    assert ran.code == 0
    assert ran.out.startswith("http://127.0.0.1:8484/login/first/")
    assert ran.err.count("\n") == 1
    assert "does not run here now" in ran.err


@pytest.mark.parametrize("command", ["doctor", "leads list", "users list"])
@pytest.mark.parametrize("kept", [100, 5_000, 50_000])
def test_a_database_that_breaks_off_is_one_line(
    harken: Harken, house: Path, tmp_path: Path, command: str, kept: int
) -> None:
    harken("leads", "list", data=house)
    (tmp_path / "harken.db").write_bytes((house / "harken.db").read_bytes()[:kept])
    ran = harken(*command.split(), data=tmp_path)
    assert ran.code == 1
    assert "Traceback" not in ran.err
    assert sum("restore a backup" in line for line in ran.err.splitlines()) == 1


@pytest.mark.parametrize("below", [".", "below"])
def test_a_demo_on_a_file_is_one_line(harken: Harken, tmp_path: Path, below: str) -> None:
    (tmp_path / "file").touch()
    folder = tmp_path / "file" / below
    ran = harken("demo", "--once", data=folder)
    assert ran == Ran(1, "", f"{folder} can't be used: Not a directory\n")


@pytest.mark.parametrize("command", ["up", "demo"])
def test_a_port_that_was_named_and_is_taken_is_refused_in_one_line(
    harken: Harken, tmp_path: Path, taken: int, command: str
) -> None:
    ran = harken(command, "--port", str(taken), data=tmp_path / "house")
    said = f"127.0.0.1:{taken} is in use by another program: stop it, or choose another --port\n"
    assert (ran.code, ran.out, ran.err) == (1, "", said)


def test_an_address_that_is_not_this_machine_s_is_one_line(harken: Harken, tmp_path: Path) -> None:
    ran = harken("up", "--host", "192.0.2.1", "--insecure", data=tmp_path)
    assert ran.code == 1
    assert ran.err.endswith("can't listen at 192.0.2.1:8484: Cannot assign requested address\n")
    assert ran.out == ""

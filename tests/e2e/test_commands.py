"""What users and scripts rely on in every command: help, exit status, one place for output."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from typer.core import TyperGroup as Group
from typer.main import get_command
from typer.testing import CliRunner

from service.cli import app
from tests.command import Ran, harken, harken_here


def every_command(group: Group, *above: str) -> Iterator[str]:
    """Yield the words of all commands, those of groups with their group's."""
    for name, command in group.commands.items():
        if isinstance(command, Group):
            yield from every_command(command, *above, name)
        else:
            yield " ".join((*above, name))


WHOLE = get_command(app)
assert isinstance(WHOLE, Group)
COMMANDS = tuple(every_command(WHOLE))


@pytest.mark.parametrize("command", COMMANDS)
def test_every_help_has_an_example(command: str) -> None:
    ran = CliRunner().invoke(app, [*command.split(), "--help"])
    assert ran.exit_code == 0
    assert f"harken {command}" in ran.output
    assert "Example" in ran.output


def test_a_fresh_process_helps() -> None:
    ran = harken("--help")
    assert (ran.code, ran.err) == (0, "")
    assert {command.split()[0] for command in COMMANDS} <= set(ran.out.split())


def test_an_unknown_option_is_bad_usage() -> None:
    assert harken_here("crawl", "--evrything") == Ran(
        2, "", "No such option: --evrything; see `harken crawl --help`\n"
    )


def test_all_problems_of_the_configuration_are_told_at_once(tmp_path: Path) -> None:
    assert harken_here("init", str(tmp_path / "house")).code == 0
    house = tmp_path / "house"
    crm = (house / "topics" / "crm.toml").read_text()
    (house / "topics" / "crm.toml").write_text("thresold = 0.5\n" + crm)
    (house / "topics" / "again.toml").write_text('id = "crm"\nname = "x"\nkeywords = ["crm"]\n')
    (house / "topics" / "lost.toml").write_text(
        'id = "lost"\nname = "x"\nkeywords = ["y y"]\nsources = ["hn-aks"]\n'
    )
    (house / "sla.toml").write_text("review = 7\n")
    (house / "routing.toml").write_text("fallback_team = \n")
    ran = harken_here("config", "check", data=house)
    said = ran.err.splitlines()
    assert ran.code == 2
    assert ran.out == f"{len(said)} problems; nothing runs until all are fixed.\n"
    for part in (
        "did you mean 'threshold'",
        "again.toml",
        "did you mean 'hn-ask'",
        "sla.toml",
        "routing.toml:1",
    ):
        assert any(part in line for line in said), (part, said)
    for command in (["crawl"], ["leads", "list"], ["digest", "--for", "admin"]):
        refused = harken_here(*command, data=house)
        assert (refused.code, refused.out) == (2, "")
        assert refused.err == ran.err


def test_a_fresh_folder_gives_a_working_house(tmp_path: Path) -> None:
    house = tmp_path / "house"
    assert harken_here("init", str(house)).code == 0
    assert harken_here("config", "check", data=house).code == 0
    assert harken_here("leads", "list", "--json", data=house).out == ""
    ran = harken("doctor", "--json", data=house)
    assert ran.code == 0, ran
    found = {line["what"]: line["verdict"] for line in ran.lines}
    assert {found["configuration"], found["database"], found["model"]} == {"ok"}


def test_the_doctor_says_what_is_wrong(tmp_path: Path) -> None:
    (tmp_path / "harken.db").write_bytes(b"this is no database at all" * 100)
    ran = harken_here("doctor", data=tmp_path)
    assert ran.code == 1
    assert "restore a backup" in ran.err


def test_json_is_all_that_goes_to_standard_output(tmp_path: Path) -> None:
    assert harken_here("init", str(tmp_path)).code == 0
    ran = harken_here("sources", "list", "--json", data=tmp_path)
    assert ran.code == 0
    assert all(json.loads(line)["id"] for line in ran.out.splitlines())

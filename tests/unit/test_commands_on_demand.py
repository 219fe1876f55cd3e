"""Commands and what they need are imported when they are asked for, and all are there."""

import subprocess
import sys
from collections.abc import Iterator

import pytest
from rich.text import Text
from typer.core import TyperGroup

from service.cli.commands import COMMANDS, GROUPS, OnDemand


def test_each_command_has_the_name_that_it_is_asked_for_by() -> None:
    commands = OnDemand()

    assert len(commands) == len(list(commands)) == len(set(commands))
    assert [commands[name].name for name in COMMANDS] == list(COMMANDS)
    assert all(isinstance(commands[name], TyperGroup) for name in GROUPS)


def test_what_is_no_command_is_not_found() -> None:
    with pytest.raises(KeyError):
        OnDemand()["commands"]


def test_a_command_loads_no_other() -> None:
    asked = (
        "import sys; from service.cli.commands import OnDemand; OnDemand()['classify'];"
        "print(sorted({'service.cli.leads', 'sqlalchemy', 'numpy', 'rich'} & set(sys.modules)))"
    )

    ran = subprocess.run([sys.executable, "-c", asked], capture_output=True, text=True, check=True)

    assert ran.stdout == "[]\n"


def helps(command: object) -> Iterator[str]:
    """Yield what a command says of itself, its options and its commands."""
    yield getattr(command, "help", None) or ""
    for one in getattr(command, "params", ()):
        yield getattr(one, "help", None) or ""
    for one in getattr(command, "commands", {}).values():
        yield from helps(one)


@pytest.mark.parametrize("name", [*COMMANDS, *GROUPS])
def test_no_help_loses_what_it_has_in_brackets(name: str) -> None:
    for text in helps(OnDemand()[name]):
        assert Text.from_markup(text).plain == text.replace("\\[", "[")


def test_whoever_polls_what_brings_nothing_loads_no_model() -> None:
    asked = (
        "import sys, service.worker, crawlers.registry, service.posts.rereading;"
        "from service.posts.judging import ModelWhenAsked, TopicListener;"
        "TopicListener((), ModelWhenAsked());"
        "print(sorted({'nlp.artefact', 'numpy', 'spacy', 'scrapy'} & set(sys.modules)))"
    )

    ran = subprocess.run([sys.executable, "-c", asked], capture_output=True, text=True, check=True)

    assert ran.stdout == "[]\n"

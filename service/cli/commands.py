"""Which commands there are, and where: the file of one is imported when somebody asks for it.

To import them all takes longer than `harken classify` takes for a post.
"""

from collections.abc import Iterator, Mapping
from importlib import import_module
from typing import TYPE_CHECKING, Any, cast

import typer
from typer.core import TyperGroup
from typer.main import get_group
from typing_extensions import override

if TYPE_CHECKING:
    from typer._click import Command

#: The commands in the order of the help, and the files of `service.cli` that they are in.
COMMANDS: Mapping[str, str] = {
    "demo": "demo", "up": "up", "init": "init", "crawl": "crawl", "import": "importing",
    "digest": "digest", "doctor": "doctor", "backup": "backup", "restore": "restore",
    "report": "report", "classify": "classify", "eval": "evaluate", "train": "train",
}  # fmt: skip

#: The same for groups of commands.
GROUPS = (
    "sources", "robots", "topics", "leads", "inquiries", "experiment", "content", "posts", "users",
    "tokens", "deliveries", "mail", "feeds", "route", "process", "framework", "audit", "privacy",
    "config", "value", "campaign",
)  # fmt: skip

#: Functions that can't have the name of their command, which Python keeps for itself.
_FUNCTIONS = {"import": "import_", "eval": "evaluate"}


class OnDemand(Mapping[str, "Command"]):
    """All commands by their names, each made when it is looked up."""

    @override
    def __getitem__(self, name: str) -> "Command":
        one = typer.Typer(rich_markup_mode="rich")
        if name in COMMANDS:
            module = import_module(f"service.cli.{COMMANDS[name]}")
            one.command(name=name)(getattr(module, _FUNCTIONS.get(name, name)))
        elif name in GROUPS:
            one.add_typer(import_module(f"service.cli.{name}").app, name=name)
        else:
            raise KeyError(name)
        return get_group(one).commands[name]

    @override
    def __iter__(self) -> Iterator[str]:
        yield from COMMANDS
        yield from GROUPS

    @override
    def __len__(self) -> int:
        return len(COMMANDS) + len(GROUPS)


class Harken(TyperGroup):
    """The command that all others belong to."""

    def __init__(self, **given: Any) -> None:
        given["commands"] = cast("dict[str, Command]", OnDemand())
        super().__init__(**given)

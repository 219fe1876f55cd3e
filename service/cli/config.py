"""``harken config``: is the configuration right?"""

import dataclasses
from collections.abc import Sequence
from itertools import starmap
from typing import TYPE_CHECKING

import typer

from config.problem import ConfigError, Problem
from service.cli.options import AsJson, DataDir, data_dir
from service.cli.output import complain, print_json, say

if TYPE_CHECKING:
    from config import Config

app = typer.Typer(help="Look at the configuration.", no_args_is_help=True)


@app.callback()
def _group() -> None:
    """Keep ``check`` a sub-command although it is the only one so far."""


@app.command()
def check(data: DataDir = None, as_json: AsJson = False) -> None:
    """List all that is wrong with the configuration, in every file, at once.

    The status is 0 if it can be used and 2 if not.

    Example: harken config check --data /srv/harken
    """
    from config import load_config
    from config.load import find_hints
    from service.folder import existing

    folder = data_dir(data)
    try:
        config = load_config(folder)
        existing(folder)
    except ConfigError as error:
        refuse(error, as_json=as_json)
        raise typer.Exit(2) from error
    found, hints = counts(config), find_hints(folder)
    if as_json:
        print_json({"ok": True, "problems": [], "hints": as_objects(hints), **found})
        return
    say(f"No problems: {', '.join(starmap(_counted, found.items()))} switched on.")
    for hint in hints:
        say(f"Hint: {hint}")


def counts(config: "Config") -> dict[str, int]:
    """Return how much there is of everything that is switched on, under plural names."""
    topics = [topic for topic in config.topics.values() if topic.active]
    return {
        "topics": len(topics),
        "phrases": sum(1 for topic in topics for _ in topic.phrases()),
        "sources": sum(source.active for source in config.sources.values()),
        "teams": len(config.teams),
        "users": sum(user.active for user in config.users.values()),
    }


def refuse(error: ConfigError, *, as_json: bool) -> None:
    """Say why the configuration can't be used, as every command does that needs it."""
    complain(*map(str, error.problems))
    if as_json:
        print_json({"ok": False, "problems": as_objects(error.problems)})
    else:
        say(f"{_counted('problems', len(error.problems))}; nothing runs until all are fixed.")


def as_objects(problems: Sequence[Problem]) -> list[dict[str, object]]:
    """Return problems as JSON shows them: file, key, message, line, column."""
    return [dataclasses.asdict(problem) for problem in problems]


def _counted(plural: str, number: int) -> str:
    return f"{number:,} {plural.removesuffix('s') if number == 1 else plural}"

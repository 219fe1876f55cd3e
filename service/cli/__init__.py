"""The command line. Each command is a file of its own, imported when it is asked for."""

from collections.abc import Iterator
from typing import Annotated

import typer

from config import ConfigError
from nlp.errors import NlpError
from service.cli.commands import Harken
from service.cli.output import complain, say
from service.errors import HarkenError

DONE, WITH_PROBLEMS, UNUSABLE = 0, 1, 2

app = typer.Typer(
    cls=Harken,
    name="harken",
    help="Find the people who ask for what you sell, and hand them to a person.",
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode="rich",
    pretty_exceptions_enable=False,
)


def _tell_version(wanted: bool) -> None:
    if wanted:
        from importlib.metadata import version  # takes longer than all of the rest

        say(f"harken {version('harken')}")
        raise typer.Exit


@app.callback()
def _root(
    _version: Annotated[
        bool,
        typer.Option(
            "--version", callback=_tell_version, is_eager=True, help="Say which Harken this is."
        ),
    ] = False,
) -> None:
    """Hold the options of the command itself."""


def main() -> int:
    """Run the command line and return its exit status: 0 done, 1 with problems, 2 unusable."""
    try:
        status = app(standalone_mode=False)
    except SystemExit as ended:  # a reader of our output that went away
        return ended.code if isinstance(ended.code, int) else WITH_PROBLEMS
    except typer.TyperException as error:
        complain(*_usage(error))
        return error.exit_code
    except typer.Abort:
        return WITH_PROBLEMS
    except ConfigError as error:
        complain(*(str(problem) for problem in error.problems))
        return UNUSABLE
    except (HarkenError, NlpError) as error:
        complain(str(error))
        return WITH_PROBLEMS
    except OSError as error:  # no space, no rights, too many open files: the machine's, not ours
        complain(
            ": ".join(str(part) for part in (error.filename, error.strerror or error) if part)
        )
        return WITH_PROBLEMS
    return status if isinstance(status, int) else DONE


def _usage(error: typer.TyperException) -> Iterator[str]:
    """Yield the one line of a usage error; none if the help that was asked for is out already."""
    words = " ".join(error.format_message().split())
    for theirs, ours in (("Value error, ", ""), ("Input should be", "must be")):  # pydantic's
        words = words.replace(theirs, ours)
    if not words:
        return
    context: typer.Context | None = getattr(error, "ctx", None)
    hint = f"; see `{context.command_path} --help`" if context is not None else ""
    yield f"{words.rstrip('.')}{hint}"

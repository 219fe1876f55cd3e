"""Options that every command shares."""

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

DataDir = Annotated[
    Path | None,
    typer.Option(
        "--data",
        metavar="DIR",
        envvar="HARKEN_DATA",
        show_default=False,
        help="Folder with the configuration and the database; else the working directory.",
    ),
]

AsJson = Annotated[
    bool,
    typer.Option("--json", help="Write JSON to standard output, and nothing else."),
]


class PaperForm(StrEnum):
    """How a document for people is written."""

    MD = "md"
    HTML = "html"


AsPaper = Annotated[PaperForm, typer.Option("--format", help="Markdown or a page.")]


def data_dir(value: Path | None) -> Path:
    """Return the folder that ``--data`` or HARKEN_DATA names, else the working directory.

    A restore that was cut short there is ended first.

    Raises:
        RefusedError: it can't be ended.
    """
    from service.store.swapping import settle  # loads the settings: not every command wants them

    folder = value if value is not None else Path.cwd()
    settle(folder)
    return folder

"""Options that every command shares."""

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


def data_dir(value: Path | None) -> Path:
    """Return the folder that ``--data`` or HARKEN_DATA names, else the working directory."""
    return value if value is not None else Path.cwd()

"""The folder of an installation: whether there is one in it, and making it."""

import os
import shlex
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from config import ConfigError
from config.folder import FILES, TOPICS
from config.problem import Problem
from config.settings import variable
from service.errors import RefusedError

DATABASE = "harken.db"
SECRET = "secret.key"  # noqa: S105 - a file's name

#: Keyed hashes of who is left alone: see service.privacy.left_alone.
LEFT_ALONE = "left-alone.list"

_OWNER_ONLY = 0o700


def existing(folder: Path) -> Path:
    """Return ``folder`` if there is an installation in it, so that looking never makes one.

    One that is configured by the environment alone names its database there.

    Raises:
        ConfigError: there is none; most likely the folder is misspelt.
    """
    by_environment = any(
        os.environ.get(variable(("database",)) + suffix) for suffix in ("", "_FILE")
    )
    if by_environment or _holds_harken(folder):
        return folder
    init = f"harken init {shlex.quote(str(folder))}"
    message = f"there is no Harken here; `{init}` makes one, and so does `harken up`"
    raise ConfigError([Problem(file=str(folder), key="", message=message)])


def make(folder: Path) -> None:
    """Make ``folder`` if it is missing, for its owner's eyes only."""
    folder.mkdir(mode=_OWNER_ONLY, parents=True, exist_ok=True)


def can_only_be_read(folder: Path) -> bool:
    """Return whether there is a database in ``folder``, and nothing can be written to it there."""
    file = folder / DATABASE
    return file.is_file() and not all(
        os.access(path, os.W_OK, effective_ids=os.access in os.supports_effective_ids)
        for path in (folder, file)
    )


@contextmanager
def usable(folder: Path) -> Iterator[None]:
    """Turn what the machine refuses inside (no rights, no space, no folder) into one line.

    Raises:
        RefusedError: the folder can't be used.
    """
    try:
        yield
    except OSError as error:
        raise RefusedError(f"{folder} can't be used: {error.strerror or error}") from error


def _holds_harken(folder: Path) -> bool:
    # os.path's functions never raise, unlike Path's in a folder that is not ours
    if any(os.path.lexists(folder / name) for name in (*FILES, DATABASE, SECRET)):
        return True
    return any((folder / TOPICS).glob("*.toml"))

"""``harken init``: a folder to start from, whose comments teach."""

import contextlib
import errno
import os
import shlex
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated

import typer

from config.folder import SHIPPED, TOPICS
from service.cli.options import AsJson
from service.cli.output import complain, print_json, say

#: What a file system says that has no hard links.
_NO_LINKS = frozenset({errno.EPERM, errno.ENOTSUP, errno.EOPNOTSUPP, errno.ENOSYS})


class InTheWayError(Exception):
    """There are files already; nothing was written."""

    def __init__(self, paths: tuple[Path, ...]) -> None:
        super().__init__(self.__doc__)
        self.paths = paths


def init(
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="Made if it is missing.")],
    as_json: AsJson = False,
) -> None:
    """Write a configuration to start from into DIR, with comments that explain it.

    It never overwrites: if any of its files is there, it lists them, writes nothing, and the
    status is 2.

    Example: harken init ./acme
    """
    try:
        written = write_starter(folder)
    except InTheWayError as error:
        if as_json:
            print_json({"folder": folder, "written": [], "in_the_way": error.paths})
        complain(*(f"{path}: is there already; nothing was overwritten" for path in error.paths))
        raise typer.Exit(2) from error
    except OSError as error:
        complain(f"{error.filename or folder}: {error.strerror}; nothing was written")
        raise typer.Exit(1) from error
    if as_json:
        print_json({"folder": folder, "written": written, "in_the_way": []})
        return
    say(f"Wrote {len(written)} files to {folder}. Next:")
    say(f"  1. say who you are     {folder / 'harken.toml'}, {folder / 'teams.toml'}")
    say(f"  2. say what you sell   {folder / TOPICS}")
    say(f"  3. see if it is right  harken config check --data {shlex.quote(str(folder))}")
    say(f"  4. start listening     harken up --data {shlex.quote(str(folder))}")


def write_starter(folder: Path) -> tuple[Path, ...]:
    """Copy the shipped configuration into ``folder`` and return the files, all new.

    Each file appears whole or not at all; if one can't be written, all are taken back.

    Raises:
        InTheWayError: some are there already; none was written.
        OSError: the folder or a file can't be written, say for want of space.
    """
    shipped = sorted(SHIPPED.rglob("*.toml"))
    targets = tuple(folder / path.relative_to(SHIPPED) for path in shipped)
    own_topics = (folder / TOPICS).glob("*.toml")
    in_the_way = {path for path in (*targets, *own_topics) if os.path.lexists(path)}
    if folder.exists() and not folder.is_dir():
        in_the_way.add(folder)
    if in_the_way:
        raise InTheWayError(tuple(sorted(in_the_way)))
    with contextlib.ExitStack() as undo:
        for made in _missing_folders(folder / TOPICS):
            made.mkdir(mode=0o700 if made == folder else 0o777)  # the umask is taken off
            undo.callback(_remove_folder, made)
        for source, target in zip(shipped, targets, strict=True):
            _write_new(target, source.read_bytes())
            undo.callback(target.unlink, missing_ok=True)
        undo.pop_all()
    return targets


def _missing_folders(folder: Path) -> Iterator[Path]:
    """Yield the folders to make, the outermost first."""
    chain = (folder, *folder.parents)
    yield from reversed([path for path in chain if not path.exists()])


def _remove_folder(folder: Path) -> None:
    with contextlib.suppress(OSError):  # somebody put something into it meanwhile: leave it
        folder.rmdir()


def _write_new(target: Path, content: bytes) -> None:
    """Write a file that others see only when it is whole; fail if it exists by then.

    harken.toml is for its owner's eyes, since a secret may be put there.
    """
    mode = 0o600 if target.name == "harken.toml" else 0o666  # less the umask
    draft = target.with_name(f".{target.name}.{os.getpid()}")
    try:
        with open(draft, "xb", opener=lambda path, flags: os.open(path, flags, mode)) as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        _publish(draft, target)
    except OSError as error:
        raise OSError(error.errno, error.strerror, str(target)) from error
    finally:
        draft.unlink(missing_ok=True)


def _publish(draft: Path, target: Path) -> None:
    try:
        os.link(draft, target)  # unlike a rename, it never replaces what is there
    except OSError as error:
        if error.errno not in _NO_LINKS:
            raise
        draft.rename(target)

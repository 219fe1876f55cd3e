"""The files of a folder that may be edited: which they are, and what stands in them now."""

import hashlib
import re
from dataclasses import dataclass
from pathlib import Path

from config.folder import FILES, SHIPPED, TOPICS
from service.errors import RefusedError

_TOPIC = re.compile(rf"{TOPICS}/[a-z0-9][a-z0-9-]{{0,62}}\.toml")
#: They hold addresses and passwords of the operator, who edits them where the page doesn't reach.
_OPERATORS = frozenset({"harken.toml", "channels.toml"})
EDITABLE = tuple(name for name in FILES if name not in _OPERATORS)


@dataclass(frozen=True, slots=True, kw_only=True)
class FileText:
    """A file of the configuration as it stands."""

    file: str  # its label: "teams.toml", "topics/crm.toml"
    text: str
    is_own: bool  # else it is the shipped one, which has not been changed here

    @property
    def digest(self) -> str:
        """What names this state of the file; an edit says which one it started from."""
        return digest_of(self.text)


def digest_of(text: str) -> str:
    """Return the SHA-256 of ``text`` in hex."""
    return hashlib.sha256(text.encode()).hexdigest()


def check_label(file: str) -> None:
    """Refuse a file that is not edited this way, and every path out of the folder.

    Raises:
        RefusedError: in words for the person.
    """
    if file in EDITABLE or _TOPIC.fullmatch(file):
        return
    if file in _OPERATORS:
        message = f"{file} holds addresses and secrets; it is edited on the machine itself."
        raise RefusedError(message)
    raise RefusedError(f"“{file}” is no file that can be edited here.")


def read_file(folder: Path, file: str) -> FileText | None:
    """Return what stands in ``file`` now, None when there is none.

    A folder without topics of its own listens for the shipped ones.

    Raises:
        RefusedError: it is not edited this way, or it can't be read.
    """
    check_label(file)
    own = folder / file
    is_own = own.exists() or (file.startswith(TOPICS) and has_own_topics(folder))
    path = own if is_own else SHIPPED / file
    try:
        with path.open(encoding="utf-8-sig", newline="") as file_there:
            text = file_there.read()  # with the line ends that it has
    except FileNotFoundError:
        return None
    except (OSError, UnicodeDecodeError) as error:
        raise RefusedError(f"{file} can't be read: {error}") from error
    return FileText(file=file, text=text, is_own=is_own)


def has_own_topics(folder: Path) -> bool:
    """Return whether the shipped topics have given way to the folder's own."""
    return any((folder / TOPICS).glob("[!.]*.toml"))


def stamp_of(folder: Path) -> tuple[tuple[str, int, int], ...]:
    """Return what changes whenever a file of the configuration does: names, times, sizes."""
    paths = [*(folder / name for name in FILES), *sorted((folder / TOPICS).glob("[!.]*.toml"))]
    found = []
    for path in paths:
        try:
            there = path.stat()
        except OSError:
            continue
        found.append((path.name, there.st_mtime_ns, there.st_size))
    return tuple(found)

"""Which files make up a configuration: the folder's own, and the shipped ones for the rest."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import chain
from pathlib import Path

from config.document import Document, read_document
from config.problem import Problem, closest

#: The defaults, which are also the starter files that ``harken init`` copies.
SHIPPED = Path(__file__).parent / "defaults"

TOPICS = "topics"
FILES = (
    "harken.toml",
    "sources.toml",
    "policies.toml",
    "routing.toml",
    "teams.toml",
    "sla.toml",
    "offerings.toml",
    "scoring.toml",
    "process.toml",
    "nurture.toml",
    "content.toml",
    "costs.toml",
    "channels.toml",
    "privacy.toml",
)

#: Other tools' files that lie about in working directories.
_FOREIGN = frozenset({"pyproject.toml"})


@dataclass(frozen=True, slots=True)
class Reading:
    """What a folder gave."""

    documents: Mapping[str, tuple[Document, ...]]  # by file; "topics" for all of that folder
    unread: frozenset[str]  # keys of ``documents`` of which something could not be read
    problems: tuple[Problem, ...]


def read_folder(folder: Path | None) -> Reading:
    """Return the documents of a configuration.

    None and a folder that is missing stand for the shipped configuration.
    """
    try:
        return _read_folder(folder)
    except OSError as error:  # of the folder itself; those of its files are caught file by file
        message = f"can't be read: {error.strerror}"
        return Reading({}, frozenset(), (Problem(file=str(folder), key="", message=message),))


def _read_folder(folder: Path | None) -> Reading:
    if folder is not None and folder.exists() and not folder.is_dir():
        problem = Problem(file=str(folder), key="", message="is a file; it must be a folder")
        return Reading({}, frozenset(), (problem,))
    found = {name: [_read(folder, name)] for name in FILES}
    found[TOPICS] = [read_document(path, label) for path, label in _topic_files(folder)]
    documents = {
        name: tuple(read for read in reads if isinstance(read, Document))
        for name, reads in found.items()
    }
    failed = {
        name: [read for read in reads if isinstance(read, Problem)]
        for name, reads in found.items()
    }
    return Reading(
        documents,
        frozenset(name for name, problems in failed.items() if problems),
        (*chain(*failed.values()), *_strays(folder)),
    )


def _read(folder: Path | None, name: str) -> Document | Problem:
    """Read the folder's own file; a broken link counts as its own and is a problem."""
    own = folder / name if folder is not None else None
    if own is not None and (own.exists() or own.is_symlink()):
        return read_document(own, name)
    return read_document(SHIPPED / name, f"{name} (shipped)")


def _topic_files(folder: Path | None) -> Iterator[tuple[Path, str]]:
    """Yield the folder's own topics if it has any, else the shipped ones."""
    own = sorted((folder / TOPICS).glob("[!.]*.toml")) if folder is not None else []
    for path in own or sorted((SHIPPED / TOPICS).glob("*.toml")):
        suffix = "" if own else " (shipped)"
        yield path, f"{TOPICS}/{path.name}{suffix}"


def _strays(folder: Path | None) -> Iterator[Problem]:
    """Yield a problem for each file that looks like a part of the configuration and is none.

    In a folder without any file of ours, say a working directory, only misspelt names count.
    """
    if folder is None:
        return
    topics = folder / TOPICS
    if topics.exists() and not topics.is_dir():
        yield Problem(file=TOPICS, key="", message="is a file; it must be a folder of topics")
    is_ours = topics.is_dir() or any((folder / name).exists() for name in FILES)
    for path in sorted(folder.glob("[!.]*.toml")):
        if path.name in FILES or path.name in _FOREIGN:
            continue
        meant = closest(path.stem, [name.removesuffix(".toml") for name in FILES])
        if meant or is_ours:
            hint = f"did you mean '{meant}.toml'?" if meant else "topics belong into topics/"
            yield Problem(file=path.name, key="", message=f"is no file that Harken reads; {hint}")

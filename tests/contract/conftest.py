"""What the contract tests look at: the files of the repository themselves."""

import ast
import os
from collections.abc import Iterator
from fnmatch import fnmatch
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]


def walk() -> Iterator[Path]:
    """Yield each file that git would take; .gitignore anchors its patterns, so this is easy."""
    lines = (ROOT / ".gitignore").read_text(encoding="utf-8").splitlines()
    ignored = [".git", *(line.strip("/") for line in lines if line.startswith("/"))]
    for place, folders, names in os.walk(ROOT):
        if Path(place) == ROOT:
            folders[:] = [name for name in folders if not matches(name, ignored)]
            names = [name for name in names if not matches(name, ignored)]
        folders[:] = sorted(set(folders) - {"__pycache__"})
        yield from (Path(place, name) for name in names)


def matches(name: str, patterns: list[str]) -> bool:
    return any(fnmatch(name, pattern) for pattern in patterns)


@pytest.fixture(scope="session")
def root() -> Path:
    return ROOT


@pytest.fixture(scope="session")
def our_files() -> tuple[Path, ...]:
    """Every file of ours: no caches, no builds, nothing that a run left."""
    return tuple(sorted(walk()))


@pytest.fixture(scope="session")
def syntax_trees(our_files: tuple[Path, ...]) -> dict[Path, ast.Module]:
    """Each Python file, parsed; paths count from the root."""
    return {
        path.relative_to(ROOT): ast.parse(path.read_text(encoding="utf-8"), filename=str(path))
        for path in our_files
        if path.suffix == ".py"
    }

"""A data folder in which nothing can be written: what only reads works all the same."""

import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.command import harken_here

_NOBODY = 65_534


@contextmanager
def as_nobody() -> Iterator[None]:
    """Have the rights of an ordinary user: root may write everywhere."""
    was = os.geteuid()
    os.seteuid(_NOBODY if was == 0 else was)
    try:
        yield
    finally:
        os.seteuid(was)


@pytest.fixture
def folder() -> Iterator[Path]:
    """Give an installation that everybody may read and nobody may write."""
    above = Path(tempfile.mkdtemp(prefix="harken-"))  # tmp_path is its owner's alone
    above.chmod(0o755)
    house = above / "house"
    assert harken_here("init", str(house)).code == 0
    for words in (("posts", "list"), ("leads", "list"), ("users", "link", "admin")):
        assert harken_here(*words, data=house).code == 0  # with all that it imports
    for path in (house, *house.rglob("*")):
        path.chmod(0o555 if path.is_dir() else 0o444)
    yield house
    for path in (house, *house.rglob("*")):
        path.chmod(0o700)
    shutil.rmtree(above)


def test_what_only_reads_needs_no_right_to_write(folder: Path) -> None:
    with as_nobody():
        listed = [
            harken_here(*words, data=folder) for words in (("posts", "list"), ("leads", "list"))
        ]
        users = harken_here("users", "list", "--json", data=folder)
        wrote = harken_here("users", "link", "admin", data=folder)

    assert [(ran.code, ran.err) for ran in listed] == [(0, ""), (0, "")]
    assert (users.code, users.lines[0]["handle"]) == (0, "admin")
    assert (wrote.code, wrote.out) == (1, "")
    assert "the database file can't be written: check its owner and rights" in wrote.err

"""A crawl that is killed at any moment loses nothing and takes nothing twice."""

import random
import signal
import sqlite3
import subprocess
import time
from datetime import UTC, datetime
from pathlib import Path

import pytest

from service.demo.communities import Communities
from service.demo.install import furnish
from tests.command import HARKEN, environment, harken_here

Posts = list[tuple[str, str]]


def stored(folder: Path) -> Posts:
    """Return every stored post's source and external id; duplicates would show."""
    file = folder / "harken.db"
    if not file.exists():
        return []
    connection = sqlite3.connect(f"file:{file}?mode=ro", uri=True)
    try:
        rows = connection.execute(
            "SELECT source.slug, post.external_id FROM post JOIN source ON source.id = source_id"
        ).fetchall()
    except sqlite3.OperationalError:  # the schema is being made
        return []
    finally:
        connection.close()
    return sorted(rows)


def leads(folder: Path) -> list[str]:
    return sorted(
        str(lead["title"]) for lead in harken_here("leads", "list", "--json", data=folder).lines
    )


def furnished(folder: Path, communities: Communities) -> Path:
    folder.mkdir()
    furnish(folder, communities)
    return folder


def crawl_and_kill(folder: Path, *, after_posts: int, pause: float) -> None:
    """Start a crawl and kill it ``pause`` seconds after it stored ``after_posts`` posts."""
    running = subprocess.Popen(
        [HARKEN, "crawl", "--all", "--data", str(folder)],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        env=environment(),
        start_new_session=True,
    )
    while len(stored(folder)) < after_posts and running.poll() is None:
        time.sleep(0.005)
    time.sleep(pause)
    running.send_signal(signal.SIGKILL)
    running.wait()


def try_kills(tmp_path: Path, kills: int, seed: int) -> None:
    dice = random.Random(seed)
    with Communities(datetime.now(UTC)) as communities:
        whole = furnished(tmp_path / "whole", communities)
        assert harken_here("crawl", "--all", data=whole).code == 0
        expected = stored(whole)
        killed = furnished(tmp_path / "killed", communities)
        for kill in range(kills):
            already = len(expected) * (kill + 1) // (kills + 1)
            crawl_and_kill(killed, after_posts=already, pause=dice.uniform(0, 0.15))
        assert harken_here("crawl", "--all", data=killed).code == 0
        assert stored(killed) == expected
        assert leads(killed) == leads(whole)
    assert len(set(expected)) == len(expected) >= 150


def test_a_killed_crawl_goes_on_where_it_stopped(tmp_path: Path) -> None:
    try_kills(tmp_path, kills=1, seed=1)


@pytest.mark.soak
@pytest.mark.timeout(1800)
def test_thirty_kills_change_nothing(tmp_path: Path) -> None:
    try_kills(tmp_path, kills=30, seed=2)

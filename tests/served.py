"""A demo that is served, as a user starts it."""

import os
import re
import signal
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.command import HARKEN, environment


@dataclass(frozen=True, slots=True, kw_only=True)
class Demo:
    """A demo that is served."""

    folder: Path
    address: str  # "http://127.0.0.1:8485"
    link: str  # the way in
    taken: int  # the port that it was to take, had nobody listened there


@contextmanager
def served_demo(folder: Path) -> Iterator[Demo]:
    """Give a demo whose usual port is taken; at the end it has to stop without a word."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        taken = int(listener.getsockname()[1])
        running = subprocess.Popen(
            [HARKEN, "demo", "--data", str(folder)],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            env=environment(PYTHONUNBUFFERED="1", HARKEN_PORT=str(taken)),
            start_new_session=True,
        )
        try:
            yield _told(running, folder, taken)
        finally:
            running.send_signal(signal.SIGINT)
            _, said = running.communicate(timeout=30)
    assert "Traceback" not in said, said
    assert "ERROR" not in said, said
    deadline = time.monotonic() + 10
    while _is_alive(running.pid) and time.monotonic() < deadline:
        time.sleep(0.1)
    assert not _is_alive(running.pid), "the worker outlives the demo"


def _told(running: subprocess.Popen[str], folder: Path, taken: int) -> Demo:
    assert running.stdout is not None
    for line in running.stdout:
        if found := re.search(r"Log in with\s+((http://[^/]+)/\S+)", line):
            return Demo(folder=folder, address=found[2], link=found[1], taken=taken)
    raise AssertionError("the demo ended without a login link")


def _is_alive(group: int) -> bool:
    """Tell whether a process of the group is there; one that ended may wait to be reaped."""
    try:
        os.killpg(group, 0)
    except ProcessLookupError:
        return False
    return True

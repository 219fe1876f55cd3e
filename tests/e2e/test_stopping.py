"""`harken demo` ends when it is told to, quietly, with the worker that it started."""

import os
import re
import signal
import subprocess
import time
from pathlib import Path

from tests.command import HARKEN, environment


def test_the_demo_stops_without_an_error_and_takes_its_worker_along(tmp_path: Path) -> None:
    running = subprocess.Popen(
        [HARKEN, "demo", "--port", "0", "--data", str(tmp_path / "house")],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env=environment(PYTHONUNBUFFERED="1"),
        start_new_session=True,
    )
    assert running.stdout is not None
    assert any(re.search(r"Stop with Ctrl-C", line) for line in running.stdout)
    time.sleep(8)  # the worker is up and in the middle of its first ticks
    running.send_signal(signal.SIGINT)
    _, said = running.communicate(timeout=20)
    assert "Traceback" not in said, said
    assert "ERROR" not in said, said
    deadline = time.monotonic() + 10
    while is_alive(running.pid) and time.monotonic() < deadline:
        time.sleep(0.1)
    assert not is_alive(running.pid)


def is_alive(group: int) -> bool:
    """Tell whether a process of the group is there; one that ended may wait to be reaped."""
    try:
        os.killpg(group, 0)
    except ProcessLookupError:
        return False
    return True

"""`harken up` and `harken demo` take a port, tell where they are, and are found by the others."""

import re
import signal
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.command import HARKEN, Ran, environment, harken_here


@contextmanager
def running(*words: str, data: Path, **variables: str) -> Iterator[str]:
    """Run a command that serves; give the address that it tells."""
    with subprocess.Popen(
        [HARKEN, *words, "--data", str(data)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env=environment(PYTHONUNBUFFERED="1", **variables),
    ) as server:
        try:
            assert server.stdout is not None
            told = (re.search(r" (http://\S+?)(/|$)", line) for line in server.stdout)
            yield next(found[1] for found in told if found)
        finally:
            server.send_signal(signal.SIGINT)
            server.communicate(timeout=30)


def test_links_lead_to_the_server_that_runs(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port = str(probe.getsockname()[1])
    assert harken_here("init", str(tmp_path)).code == 0
    with running("up", "--port", port, data=tmp_path) as address:
        assert address == f"http://127.0.0.1:{port}"
        link = wait_for_link(tmp_path, address)
        assert link.err == ""
        own = harken_here(
            "users", "link", "admin", data=tmp_path, HARKEN_BASE_URL="https://harken.example.com"
        )
        assert own.out.startswith("https://harken.example.com/login/first/")
    assert harken_here("users", "link", "admin", data=tmp_path).out.startswith(
        "http://127.0.0.1:8484/"
    )


def wait_for_link(folder: Path, address: str, *, name: str = "admin") -> Ran:
    """Ask for a link until the server, which tells where it is before it serves, is there."""
    deadline = time.monotonic() + 20
    while True:
        ran = harken_here("users", "link", name, data=folder)
        if ran.out.startswith(f"{address}/login/first/"):
            return ran
        assert time.monotonic() < deadline, ran

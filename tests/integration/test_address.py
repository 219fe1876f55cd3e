"""Where the page is reached, as other commands learn it from a running server."""

import signal
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from config.settings import Settings
from service.address import address_of, announced, reached_at, running_at

URL = "http://127.0.0.1:9999"


def test_a_running_server_is_known_and_a_stopped_one_is_not(tmp_path: Path) -> None:
    assert running_at(tmp_path) is None
    with announced(tmp_path, URL):
        assert running_at(tmp_path) == URL
    assert running_at(tmp_path) is None


def test_a_server_that_was_killed_is_not_believed(tmp_path: Path) -> None:
    program = (
        "import sys, time, pathlib; from service.address import announced\n"
        f"with announced(pathlib.Path(sys.argv[1]), {URL!r}): print('up', flush=True); input()"
    )
    with subprocess.Popen(
        [sys.executable, "-c", program, str(tmp_path)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as server:
        assert server.stdout is not None
        assert server.stdout.readline() == "up\n"
        assert running_at(tmp_path) == URL
        server.send_signal(signal.SIGKILL)
    assert (tmp_path / "server.url").read_text() == URL  # it could not clear up after itself
    assert running_at(tmp_path) is None


def test_the_first_of_two_servers_is_known(tmp_path: Path) -> None:
    with announced(tmp_path, URL), announced(tmp_path, "http://127.0.0.1:1111"):
        assert running_at(tmp_path) == URL


def test_a_server_gets_known_however_many_look(tmp_path: Path) -> None:
    done = threading.Event()

    def look() -> None:
        while not done.is_set():
            running_at(tmp_path)

    with announced(tmp_path, URL):  # so that there is something to look at
        pass
    looking = threading.Thread(target=look)
    looking.start()
    try:
        with announced(tmp_path, "http://127.0.0.1:1111"):
            assert running_at(tmp_path) == "http://127.0.0.1:1111"
    finally:
        done.set()
        looking.join()


def test_a_folder_that_cant_be_written_stops_no_server(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    with announced(tmp_path / "gone", URL):
        pass
    assert "links won't follow this server" in caplog.text


def test_what_is_configured_wins_over_what_runs(tmp_path: Path) -> None:
    ours = Settings(base_url="https://harken.example.com", port=8500)
    with announced(tmp_path, URL):
        assert reached_at(ours, tmp_path) == "https://harken.example.com"
        assert reached_at(Settings(port=8500), tmp_path) == URL
    assert reached_at(Settings(port=8500), tmp_path) == "http://127.0.0.1:8500"


def test_an_address_of_ipv6_is_in_brackets() -> None:
    assert address_of("::1", 8484) == "http://[::1]:8484"

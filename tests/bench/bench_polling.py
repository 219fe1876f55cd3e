"""What polling a thousand and ten thousand feeds costs, beside `reader` in the same run.

The feeds are on loopback, on ports of one server process that stand for hosts; nobody asks for a
pause between requests. Everything else is as in service: robots.txt, conditional requests, turns
and state in SQLite, parsing in children, topics looked for in every new post.
"""

import json
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.command import environment
from tests.measuring import peer, show

HOSTS = 250
_ROOT = Path(__file__).parents[2]
_TARGETS: Mapping[str, str] = {"unchanged": "0.35 ms", "one new item": "5 ms"}

Phases = list[dict[str, float]]


@contextmanager
def serving(hosts: int) -> Iterator[list[str]]:
    """Serve feeds from a process of its own; give its ports."""
    server = subprocess.Popen(
        [sys.executable, "-m", "tests.bench.feed_server", str(hosts)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        cwd=_ROOT,
    )
    assert server.stdin is not None
    assert server.stdout is not None
    try:
        yield [str(port) for port in json.loads(server.stdout.readline())]
    finally:
        server.stdin.close()
        server.wait(timeout=30)
        server.stdout.close()


def phases(engine: str, feeds: int) -> Phases:
    """Return what each phase took an engine, from feeds that nobody has polled before."""
    with serving(HOSTS) as ports:
        ran = subprocess.run(
            [sys.executable, "-m", "tests.bench.poll_phases", engine, str(feeds), *ports],
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            cwd=_ROOT,
            env=environment(),
            check=True,
        )
    found: Phases = json.loads(ran.stdout)
    return found


@pytest.mark.timeout(3_600)
@pytest.mark.parametrize("feeds", [1_000, 10_000])
def test_what_polling_costs(feeds: int) -> None:
    ours = phases("harken", feeds)
    theirs = phases("reader", feeds) if feeds <= 1_000 and peer("reader") else []
    theirs_by_name = {str(phase["name"]): phase for phase in theirs}
    rows = []
    for phase in ours:
        name = str(phase["name"])
        many = 5 if name == "hazards" else feeds
        ms = 1000 * phase["processor"] / many
        their = theirs_by_name.get(name)
        rows.append(
            (
                name,
                f"{ms:.2f}",
                _TARGETS.get(name, ""),
                f"{1000 * their['processor'] / many / ms:.1f} x" if their else "-",
                f"{many / phase['wall']:,.0f}",
                f"{many / their['wall']:,.0f}" if their else "-",
                f"{phase['peak_mib']:.0f}",
                f"{their['peak_mib']:.0f}" if their else "-",
                f"{1000 * phase['longest_stall']:.0f}",
                f"{phase['failed']:.0f}",
            )
        )
    show(
        f"{feeds:,} feeds of 20 items on {HOSTS} hosts (targets: {feeds:,} unchanged under 120 "
        "MiB, no stall over 100 ms)",
        (
            "phase",
            "CPU ms a feed",
            "target",
            "reader's",
            "feeds/s",
            "reader's",
            "peak MiB",
            "reader's",
            "stall ms",
            "failed",
        ),
        rows,
    )

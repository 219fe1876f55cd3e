"""What polling a thousand and ten thousand feeds costs, beside `reader` in the same run.

The feeds are on loopback, on ports of one server process that stand for hosts; nobody asks for a
pause between requests. Everything else is as in service: robots.txt, conditional requests, turns
and state in SQLite, parsing in children, topics looked for in every new post.
"""

import json
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

from tests.command import environment
from tests.measuring import peer, show

HOSTS = 250
_ROOT = Path(__file__).parents[2]
_TARGETS: Mapping[str, str] = {
    "unchanged": "0.35 ms",
    "same bytes again": "0.35 ms",
    "one new item": "5 ms",
}
_MB_A_MIB = 2**20 / 10**6

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


def test_what_polling_costs() -> None:
    """From feeds that nobody has polled before on; `reader` in the same run."""
    ours = phases("harken", 1_000)
    theirs = phases("reader", 1_000) if peer("reader") else []
    _show(f"1,000 feeds of 20 items on {HOSTS} hosts", ours, theirs)


def test_what_ten_thousand_feeds_with_nothing_new_cost() -> None:
    """They were polled before; sources as a command adds them."""
    ours = phases("known", 10_000)
    _show(f"10,000 feeds on {HOSTS} hosts (target: in 5 s, under 120 MB)", ours, [])


def _show(what: str, ours: Phases, theirs: Phases) -> None:
    theirs_by_name = {str(phase["name"]): phase for phase in theirs}
    rows = [_row(phase, theirs_by_name.get(str(phase["name"]))) for phase in ours]
    show(
        f"{what} (target: no stall over 100 ms)",
        (
            "phase",
            "CPU ms a feed",
            "target",
            "reader's",
            "s",
            "feeds/s",
            "reader's",
            "peak MB",
            "reader's",
            "stall ms",
            "late ms",
            "failed",
        ),
        rows,
    )


def _row(ours: Mapping[str, float], theirs: Mapping[str, float] | None) -> Sequence[str]:
    name, feeds = str(ours["name"]), ours["feeds"]
    ms = 1000 * ours["processor"] / feeds
    return (
        name,
        f"{ms:.2f}",
        _TARGETS.get(name, ""),
        f"{1000 * theirs['processor'] / feeds / ms:.1f} x" if theirs else "-",
        f"{ours['wall']:.1f}",
        f"{feeds / ours['wall']:,.0f}",
        f"{feeds / theirs['wall']:,.0f}" if theirs else "-",
        f"{ours['peak_mib'] * _MB_A_MIB:.0f}",
        f"{theirs['peak_mib'] * _MB_A_MIB:.0f}" if theirs else "-",
        f"{1000 * ours['stall']:.0f}",
        f"{1000 * ours['late']:.0f}",
        f"{ours['failed']:.0f}",
    )

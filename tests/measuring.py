"""What benches share: the clock they read, their posts and the table that they print.

Nothing here fails for being slow. A bench prints what it measured, as ratios within one run where
it can, with the target in words beside it: only the ratios mean something on another machine.
"""

import json
import resource
import subprocess
import sys
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import cache
from importlib import import_module
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, TypeVar

from rich.console import Console
from rich.table import Table

from nlp.primer import made_up_posts
from service.demo.samples import load_posts
from tests.command import HARKEN, environment

T = TypeVar("T")

#: A post: title and body.
Post = tuple[str, str]

#: Words in a typical post, to which bodies are brought.
WORDS = 100


def processor_seconds() -> float:
    """Return what this process has used of processors; others on the machine don't disturb it."""
    return time.process_time()


def microseconds(act: Callable[[T], object], things: Sequence[T], *, runs: int = 5) -> float:
    """Return the least of ``runs`` means of the processor time that ``act`` takes for a thing."""

    def once() -> float:
        began = processor_seconds()
        for thing in things:
            act(thing)
        return (processor_seconds() - began) / len(things) * 1e6

    once()
    return min(once() for _ in range(runs))


@cache
def some_posts(most: int = 300) -> tuple[Post, ...]:
    """Return posts of about `WORDS` words: of the sample communities, and our made-up ones."""
    samples = [(post.thread_title, post.text) for post in load_posts()]
    made_up = [(post.title, post.body) for post in made_up_posts(seed=3) if post.body]
    both = [post for pair in zip(samples, made_up, strict=False) for post in pair]
    return tuple((title, _brought_to_length(body)) for title, body in both[:most])


def _brought_to_length(body: str) -> str:
    words = body.split(" ")
    return " ".join((words * (1 + WORDS // len(words)))[:WORDS])


@dataclass(frozen=True, slots=True)
class Run:
    """What a child process took."""

    code: int
    wall: float  # seconds
    processor: float  # seconds, of user and system
    peak_mib: float
    out: bytes


# In between because a child's peak begins at that of whoever started it, here hundreds of MiB.
_LAUNCHER = """
import json, os, subprocess, sys, time
began = time.perf_counter()
process = subprocess.Popen(sys.argv[2:])
_, status, used = os.wait4(process.pid, 0)
took = {"code": os.waitstatus_to_exitcode(status), "wall": time.perf_counter() - began,
        "processor": used.ru_utime + used.ru_stime, "maxrss": used.ru_maxrss}
with open(sys.argv[1], "w") as told:
    json.dump(took, told)
"""


def run_harken(*words: str, stdin: bytes = b"") -> Run:
    """Run the command in a process of its own and measure it from outside."""
    with TemporaryDirectory(prefix="harken-bench-") as folder:
        given, out, told = (Path(folder) / name for name in ("in", "out", "told"))
        given.write_bytes(stdin)
        with given.open("rb") as source, out.open("wb") as target:  # files never fill as pipes do
            subprocess.run(
                [sys.executable, "-S", "-c", _LAUNCHER, str(told), HARKEN, *words],
                stdin=source,
                stdout=target,
                stderr=subprocess.DEVNULL,
                env=environment(),
                check=True,
            )
        took = json.loads(told.read_text())
        return Run(
            code=took["code"],
            wall=took["wall"],
            processor=took["processor"],
            peak_mib=_mib(took["maxrss"]),
            out=out.read_bytes(),
        )


def peak_mib() -> float:
    """Return the most memory that this process ever had, in MiB."""
    return _mib(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)


def _mib(maxrss: int) -> float:
    return maxrss / (2**20 if sys.platform == "darwin" else 2**10)


def peer(name: str) -> Any:
    """Return a peer's module, or None with a line that says so: peers are no dependency."""
    try:
        return import_module(name)
    except ImportError as error:
        Console().print(f"[yellow]{name} is left out:[/] {error}; `pip install --group bench`")
        return None


def show(title: str, columns: Iterable[str], rows: Iterable[Sequence[object]]) -> None:
    """Print a table on the terminal, whether pytest captures or not."""
    table = Table(title=title, title_justify="left", title_style="bold")
    for number, column in enumerate(columns):
        table.add_column(column, justify="right" if number else "left")
    for row in rows:
        table.add_row(*(one if isinstance(one, str) else f"{one:,.4g}" for one in row))
    console = Console(width=max(130, Console().width))
    console.print()
    console.print(table)

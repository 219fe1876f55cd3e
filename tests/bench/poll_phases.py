"""Polls many feeds with one engine and prints what each phase took. Not for pytest to collect.

``python -m tests.bench.poll_phases harken|known|reader FEEDS PORT...`` is a process of its own, so
that its memory is an engine's and nobody else's. ``known`` is Harken with feeds that were polled
before, by a process that has ended. Processor time includes the children that parse. What is
measured is what the worker does: the model is loaded, what is due is leased in portions, polled
and settled.
"""

import asyncio
import json
import resource
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass
from functools import partial
from http.client import HTTPConnection
from pathlib import Path
from tempfile import TemporaryDirectory

import uvloop
from sqlalchemy import update

from models.source import Source
from service.house import House, open_house
from service.listening.crawling import PORTION, Crawl, Polled
from service.listening.leases import Leased, lease_due
from service.store.engine import writing
from tests.bench.feed_server import HAZARDS
from tests.bench.known_feeds import listening_to

#: Name and what the server is told before it; without a word it goes on as it was.
PHASES = (
    ("cold", "round/0"),
    ("unchanged", "round/0"),
    ("same bytes again", "repeat/0"),
    ("one new item", "round/1"),
    ("hazards", "round/1"),
)
_TICK_SECONDS = 0.005
_ROOT = Path(__file__).parents[2]


@dataclass(frozen=True, slots=True, kw_only=True)
class Phase:
    """What polling all feeds once took."""

    name: str
    feeds: int
    processor: float  # seconds
    wall: float  # seconds
    peak_mib: float  # of the engine's own process, since the phase before
    stall: float = 0.0  # see ``Ticker``
    late: float = 0.0
    posts: int = 0  # that were taken in
    failed: int = 0  # feeds, with those that an earlier phase couldn't settle


class Ticker:
    """Notes how late it is woken, at the worst: that long the event loop was with somebody else.

    On a busy machine somebody else is mostly another process. A stall is ours as far as this
    process used a processor meanwhile.
    """

    def __init__(self) -> None:
        self.late = 0.0  # seconds
        self.stall = 0.0  # seconds, of those in which we worked
        self._task = asyncio.create_task(self._tick())

    def stop(self) -> None:
        """Note nothing any more."""
        self._task.cancel()

    async def _tick(self) -> None:
        while True:
            before, used = time.perf_counter(), time.process_time()
            await asyncio.sleep(_TICK_SECONDS)
            late = time.perf_counter() - before - _TICK_SECONDS
            self.late = max(self.late, late)
            self.stall = max(self.stall, min(late, time.process_time() - used))


def _processor() -> float:
    own, children = (
        resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)
    )
    return own.ru_utime + own.ru_stime + children.ru_utime + children.ru_stime


def _forget_peak() -> None:
    with suppress(OSError):  # only Linux can; elsewhere the peak is that of all phases so far
        Path("/proc/self/clear_refs").write_text("5")


def _peak_mib() -> float:
    with suppress(OSError):
        for line in Path("/proc/self/status").read_text().splitlines():
            if line.startswith("VmHWM:"):
                return int(line.split()[1]) / 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def _tell(port: int, what: str) -> None:
    connection = HTTPConnection("127.0.0.1", port)
    connection.request("GET", f"/{what}")
    connection.getresponse().read()
    connection.close()


def _lease(house: House, most: int) -> tuple[Leased, ...]:
    with writing(house.engine) as db:
        return lease_due(db, now=house.clock.now(), most=most)


async def _poll_due(house: House, crawl: Crawl) -> Counter[str]:
    """Poll what is due, as the worker does; count the posts, and the polls that went well."""
    done = Counter[str]()

    def note(polled: Polled) -> None:
        done["posts"] += polled.counts.new
        done["went well"] += polled.status != "failed"

    while leased := await asyncio.to_thread(_lease, house, PORTION):
        await crawl.keep_on(leased, more=partial(_lease, house), on_done=note)
    await crawl.gate.parsing.aclose()  # what its children used is known when they ended
    return done


async def _phase(name: str, house: House, feeds: int) -> Phase:
    with writing(house.engine) as db:
        db.connection().execute(update(Source).values(next_poll_at=house.clock.now()))
    async with house.crawl() as crawl:
        ticker = Ticker()
        _forget_peak()
        began, used = time.perf_counter(), _processor()
        done = await _poll_due(house, crawl)
        wall, processor = time.perf_counter() - began, _processor() - used
        ticker.stop()
    return Phase(
        name=name,
        feeds=feeds,
        processor=processor,
        wall=wall,
        peak_mib=_peak_mib(),
        stall=ticker.stall,
        late=ticker.late,
        posts=done["posts"],
        failed=feeds - done["went well"],
    )


async def _with_harken(folder: Path, urls: Sequence[str], ports: Sequence[int]) -> list[Phase]:
    hazards = [f"http://127.0.0.1:{ports[0]}/hazard/{name}" for name in HAZARDS]
    phases: list[Phase] = []
    for name, told in PHASES:
        some = hazards if name == "hazards" else urls
        _tell(ports[0], told)
        with open_house(folder, config=listening_to(some)) as house:
            phases.append(await _phase(name, house, len(some)))
    return phases


async def _with_known(folder: Path, urls: Sequence[str], ports: Sequence[int]) -> list[Phase]:
    """Poll feeds that were added by a command, so that no file and no configuration names them."""
    module = [sys.executable, "-m", "tests.bench.known_feeds", str(folder)]
    subprocess.run([*module, *urls], cwd=_ROOT, check=True)
    phases: list[Phase] = []
    with open_house(folder, config=listening_to([])) as house:
        for name, told in PHASES[1:3]:
            _tell(ports[0], told)
            phases.append(await _phase(name, house, len(urls)))
    return phases


def _with_reader(folder: Path, urls: Sequence[str], ports: Sequence[int]) -> list[Phase]:
    from reader import make_reader

    engine = make_reader(str(folder / "reader.sqlite"))
    for url in urls:
        engine.add_feed(url)
    phases: list[Phase] = []
    for name, told in PHASES[:4]:
        _tell(ports[0], told)
        _forget_peak()
        began, used = time.perf_counter(), _processor()
        before = engine.get_entry_counts().total or 0
        engine.update_feeds(workers=10, scheduled=False)
        phases.append(
            Phase(
                name=name,
                feeds=len(urls),
                processor=_processor() - used,
                wall=time.perf_counter() - began,
                peak_mib=_peak_mib(),
                posts=(engine.get_entry_counts().total or 0) - before,
            )
        )
    return phases


def main(engine: str, feeds: int, ports: Sequence[int]) -> None:
    """Poll the feeds phase by phase and print the phases as JSON."""
    urls = [f"http://127.0.0.1:{ports[n % len(ports)]}/{n}.xml" for n in range(feeds)]
    run: Callable[[Path], list[Phase]] = {
        "harken": lambda folder: uvloop.run(_with_harken(folder, urls, ports)),
        "known": lambda folder: uvloop.run(_with_known(folder, urls, ports)),
        "reader": lambda folder: _with_reader(folder, urls, ports),
    }[engine]
    with TemporaryDirectory(prefix="harken-bench-") as name:
        print(json.dumps([asdict(phase) for phase in run(Path(name))]))  # noqa: T201


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]), [int(port) for port in sys.argv[3:]])

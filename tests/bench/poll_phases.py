"""Polls many feeds with one engine and prints what each phase took. Not for pytest to collect.

``python -m tests.bench.poll_phases harken|reader FEEDS PORT...`` is a process of its own, so that
its memory is an engine's and nobody else's. Processor time includes the children that parse.
"""

import asyncio
import json
import resource
import sys
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import asdict, dataclass, replace
from datetime import timedelta
from http.client import HTTPConnection
from pathlib import Path
from tempfile import TemporaryDirectory

from config import Config
from config.source import PolicySpec, SourceSpec
from crawlers.registry import ADAPTERS
from models.words import Licence, SourceKind, StorageMode
from service.house import open_house
from service.listening.crawling import Crawl
from service.listening.polling import lease
from tests.bench.feed_server import HAZARDS
from tests.builders import a_config

PHASES = (("cold", 0), ("unchanged", 0), ("one new item", 1))
_TICK_SECONDS = 0.005


@dataclass(frozen=True, slots=True, kw_only=True)
class Phase:
    """What polling all feeds once took."""

    name: str
    processor: float  # seconds
    wall: float  # seconds
    peak_mib: float  # of the engine's own process, since the phase before
    longest_stall: float = 0.0  # seconds that the event loop did nothing else
    posts: int = 0  # that were taken in
    failed: int = 0  # feeds, with those that an earlier phase couldn't settle


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


def _begin_round(port: int, number: int) -> None:
    connection = HTTPConnection("127.0.0.1", port)
    connection.request("GET", f"/round/{number}")
    connection.getresponse().read()
    connection.close()


def _config(urls: list[str]) -> Config:
    policy = PolicySpec(
        name="bench",
        min_interval=timedelta(0),
        allow_storage=StorageMode.FULL,
        licence=Licence.UNKNOWN,
    )
    sources = [
        SourceSpec(id=f"s{n}", kind=SourceKind.FEED, name=f"S {n}", url=url, policy="bench")
        for n, url in enumerate(urls)
    ]
    config = a_config(sources=sources, policies=[policy])
    allowed = {"allow_networks": ("127.0.0.0/8",)}
    return replace(config, settings=config.settings.model_copy(update=allowed))


async def _ticking(gaps: list[float]) -> None:
    """Note how late this task is woken: that long the loop was with somebody else."""
    while True:
        before = time.perf_counter()
        await asyncio.sleep(_TICK_SECONDS)
        gaps.append(time.perf_counter() - before - _TICK_SECONDS)


async def _with_harken(folder: Path, urls: list[str], ports: list[int]) -> list[Phase]:
    hazards = [f"http://127.0.0.1:{ports[0]}/hazard/{name}" for name in HAZARDS]
    phases: list[Phase] = []
    for name, number, some in [*((*phase, urls) for phase in PHASES), ("hazards", 0, hazards)]:
        _begin_round(ports[0], number)
        with open_house(folder, config=_config(some)) as house:
            intake = house.intake()
            async with house.gate() as gate:
                crawl = Crawl(
                    engine=house.engine,
                    intake=intake,
                    gate=gate,
                    adapters=ADAPTERS,
                    clock=house.clock,
                )
                gaps: list[float] = []
                ticker = asyncio.create_task(_ticking(gaps))
                _forget_peak()
                began, used = time.perf_counter(), _processor()
                leased = await asyncio.to_thread(lease, house, everything=True)
                polled = await crawl.run(leased)
                await gate.parsing.aclose()  # what its children used is known when they ended
                wall, processor = time.perf_counter() - began, _processor() - used
                ticker.cancel()
            phases.append(
                Phase(
                    name=name,
                    processor=processor,
                    wall=wall,
                    peak_mib=_peak_mib(),
                    longest_stall=max(gaps, default=0.0),
                    posts=sum(one.counts.new for one in polled),
                    failed=len(some) - sum(one.status != "failed" for one in polled),
                )
            )
    return phases


def _with_reader(folder: Path, urls: list[str], ports: list[int]) -> list[Phase]:
    from reader import make_reader

    engine = make_reader(str(folder / "reader.sqlite"))
    for url in urls:
        engine.add_feed(url)
    phases: list[Phase] = []
    for name, number in PHASES:
        _begin_round(ports[0], number)
        _forget_peak()
        began, used = time.perf_counter(), _processor()
        before = engine.get_entry_counts().total or 0
        engine.update_feeds(workers=10, scheduled=False)
        phases.append(
            Phase(
                name=name,
                processor=_processor() - used,
                wall=time.perf_counter() - began,
                peak_mib=_peak_mib(),
                posts=(engine.get_entry_counts().total or 0) - before,
            )
        )
    return phases


def main(engine: str, feeds: int, ports: list[int]) -> None:
    """Poll the feeds phase by phase and print the phases as JSON."""
    urls = [f"http://127.0.0.1:{ports[n % len(ports)]}/{n}.xml" for n in range(feeds)]
    with TemporaryDirectory(prefix="harken-bench-") as name:
        run: Callable[[], list[Phase]] = (
            (lambda: asyncio.run(_with_harken(Path(name), urls, ports)))
            if engine == "harken"
            else (lambda: _with_reader(Path(name), urls, ports))
        )
        print(json.dumps([asdict(phase) for phase in run()]))  # noqa: T201


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]), [int(port) for port in sys.argv[3:]])

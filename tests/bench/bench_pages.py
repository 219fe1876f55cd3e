"""What the pages cost in a house of a million posts, with twenty people at work.

The server is a process of its own; the people wait a second between two pages, as people do. The
house is written once and takes some minutes: HARKEN_BENCH_HOUSE names a file to keep it in, and
HARKEN_BENCH_POSTS makes it smaller.
"""

import asyncio
import gzip
import os
import random
import re
import resource
import socket
import subprocess
import sys
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx2
import pytest
from rich.console import Console
from sqlalchemy import Engine
from sqlmodel import col, select

from models.lead import Lead
from models.people import User
from models.words import UserRole
from service.store.engine import open_engine, reading, sqlite_url, writing
from service.store.migrate import upgrade
from service.web.entry.auth import open_session
from service.web.views.reports import ABOUT
from tests.big_house import NOW, Size, write_big_house
from tests.measuring import show

PEOPLE = 20
THINK_SECONDS = 1.0
SECONDS = float(os.environ.get("HARKEN_BENCH_SECONDS", "120"))
POSTS = int(os.environ.get("HARKEN_BENCH_POSTS", "1000000"))
TARGETS = {"reports": 300.0, "a year's": 900.0}  # ms; others 100
_ROLES = [UserRole.REP] * 12 + [UserRole.MANAGER] * 4 + [UserRole.MARKETER] * 4
_REPORTS = sorted(ABOUT.keys() - {"adherence"})


@dataclass(frozen=True, slots=True, kw_only=True)
class At:
    """A place in the house where somebody is logged in."""

    token: str
    role: UserRole
    leads: Sequence[str]


@pytest.fixture(scope="module")
def file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the database of the house, written if it isn't there."""
    kept = os.environ.get("HARKEN_BENCH_HOUSE")
    file = Path(kept) if kept else tmp_path_factory.mktemp("pages") / "harken.db"
    if not file.exists():
        engine = open_engine(sqlite_url(file))
        upgrade(engine)
        write_big_house(engine, Size(posts=POSTS), say=Console().print)
        engine.dispose()
    return file


@pytest.fixture(scope="module")
def people(file: Path) -> list[At]:
    """Return who is at work, with the leads that each sees."""
    engine = open_engine(sqlite_url(file))
    with reading(engine) as db:
        users = db.exec(select(User).order_by(User.handle)).all()
    by_role: dict[UserRole, list[User]] = defaultdict(list)
    for user in users:
        by_role[user.role].append(user)
    found = []
    for number, role in enumerate(_ROLES):
        user = by_role[role][number % len(by_role[role])]
        with writing(engine) as db:
            token = open_session(db, user.id, NOW)
        found.append(At(token=token, role=role, leads=_leads_of(engine, user)))
    engine.dispose()
    return found


def _leads_of(engine: Engine, user: User) -> list[str]:
    wanted = select(Lead.id).order_by(col(Lead.created_at).desc()).limit(200)
    if user.role is UserRole.REP:
        wanted = wanted.where(Lead.owner_id == user.id)
    with reading(engine) as db:
        return list(db.exec(wanted))


@contextmanager
def served(file: Path) -> Iterator[str]:
    """Serve the house; give its address."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    words = [sys.executable, "-m", "tests.bench.page_server", sqlite_url(file), str(port)]
    server = subprocess.Popen(words, cwd=Path(__file__).parents[2])
    try:
        _wait_for(port)
        yield f"http://127.0.0.1:{port}"
    finally:
        server.terminate()
        server.wait(10)


def _wait_for(port: int) -> None:
    for _ in range(600):
        try:
            with socket.create_connection(("127.0.0.1", port), timeout=0.1):
                return
        except OSError:
            asyncio.run(asyncio.sleep(0.1))
    pytest.fail("the page did not come up within a minute")


def a_page(luck: random.Random, who: At) -> tuple[str, str]:
    """Return what somebody looks at next: what it is called, and its address."""
    chance = luck.random()
    if chance < 0.35:
        view = luck.choice(["mine"] if who.role is UserRole.REP else ["queue", "all", "mine"])
        return f"inbox, {view}", f"/inbox?view={view}"
    if chance < 0.65:
        return "lead", f"/leads/{luck.choice(who.leads)}"
    if chance < 0.75:
        words = luck.choice(("spreadsheet", "help desk", "cellar signal"))
        if who.role is UserRole.REP:  # who looks among the leads that are theirs
            return "search, own leads", f"/inbox?view=mine&q={words}"
        return "search", f"/search?q={words}"
    if chance < 0.8:
        return "digest", "/digest"
    if chance < 0.85:
        return "the shelf", "/reports"
    name = luck.choice(_REPORTS)
    if luck.random() < 0.15:
        return "reports: a year's", f"/reports/{name}?from=2024-11-20&to=2025-11-20"
    return f"reports: {name}", f"/reports/{name}"


async def work(base: str, who: At, seed: int, took: dict[str, list[float]]) -> None:
    """Be at work: look at a page, think, look at the next."""
    luck = random.Random(seed)
    cookies = {"harken": who.token}
    async with httpx2.AsyncClient(base_url=base, cookies=cookies, timeout=60) as browser:
        until = asyncio.get_running_loop().time() + SECONDS
        await asyncio.sleep(luck.random() * THINK_SECONDS)
        while asyncio.get_running_loop().time() < until:
            name, address = a_page(luck, who)
            answer = await browser.get(address)
            if answer.status_code != 200:  # told below, and by the row that is missing
                took[f"{name}: {answer.status_code}"].append(0.0)
            else:
                took[name].append(_milliseconds(answer.headers))
            await asyncio.sleep(THINK_SECONDS)


def _milliseconds(headers: Mapping[str, str], of: str = "app") -> float:
    found = re.search(rf"{of};dur=([\d.]+)", headers.get("server-timing", ""))
    return float(found[1]) if found else 0.0


def test_twenty_people_at_work(file: Path, people: list[At]) -> None:
    took: dict[str, list[float]] = defaultdict(list)

    async def all_of_them(base: str) -> None:
        await asyncio.gather(*(work(base, who, n, took) for n, who in enumerate(people)))

    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    with served(file) as base:
        alone = _alone(base, people)
        asyncio.run(all_of_them(base))
        weights = _weights(base, people[0])
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    cpu = used.ru_utime + used.ru_stime - before.ru_utime - before.ru_stime
    for name in [one for one in took if one.startswith("reports: ") and "year" not in one]:
        took["reports, all"] += took[name]
    rows = [
        (name, f"{len(times)}", alone.get(name, "-"), *_quantiles(times), _target(name))
        for name, times in sorted(took.items())
    ]
    show(
        f"Server time in ms: {POSTS:,} posts, {PEOPLE} people, {SECONDS:.0f} s; "
        f"the server used {cpu:.0f} s of processors; load {os.getloadavg()[0]:.1f}",
        ("page", "times", "alone (processor)", "p50", "p95", "most", "target"),
        rows,
    )
    show("What the inbox weighs, in KiB by gzip", ("part", "KiB"), weights)


def _alone(base: str, people: Sequence[At]) -> dict[str, str]:
    """Return what each page takes a second time, before anybody else is there."""
    manager = next(one for one in people if one.role is UserRole.MANAGER)
    pages = {
        **{f"inbox, {view}": f"/inbox?view={view}" for view in ("mine", "queue", "all")},
        "lead": f"/leads/{manager.leads[0]}",
        "search": "/search?q=spreadsheet",
        "digest": "/digest",
        "the shelf": "/reports",
        **{f"reports: {name}": f"/reports/{name}" for name in _REPORTS},
    }
    with httpx2.Client(base_url=base, cookies={"harken": manager.token}, timeout=120) as browser:
        for address in pages.values():  # the first of all compile templates and statements
            other = "?from=2025-11-01" if address.startswith("/reports/") else ""
            browser.get(f"{address}{other}")
        answers = {name: browser.get(address) for name, address in pages.items()}
    return {
        name: f"{_milliseconds(answer.headers):.0f} ({_milliseconds(answer.headers, 'cpu'):.0f})"
        if answer.status_code == 200
        else f"HTTP {answer.status_code}"
        for name, answer in answers.items()
    }


def _quantiles(times: Sequence[float]) -> tuple[str, str, str]:
    ranked = sorted(times)
    p50, p95 = (ranked[min(int(q * len(ranked)), len(ranked) - 1)] for q in (0.5, 0.95))
    return f"{p50:.0f}", f"{p95:.0f}", f"{ranked[-1]:.0f}"


def _target(name: str) -> str:
    return f"{next((ms for word, ms in TARGETS.items() if word in name), 100.0):.0f}"


def _weights(base: str, who: At) -> list[tuple[str, str]]:
    with httpx2.Client(base_url=base, cookies={"harken": who.token}, timeout=60) as browser:
        page = browser.get("/inbox?view=mine")
        parts = re.findall(r'(?:href|src)="(/static/[^"]+)"', page.text)
        sizes = {"the page": len(gzip.compress(page.content))}
        for part in dict.fromkeys(parts):
            body = browser.get(part).content
            name = part.partition("?")[0].rpartition("/")[2]
            sizes[name] = len(body) if name.endswith("woff2") else len(gzip.compress(body))
    whole = sum(size for name, size in sizes.items() if not name.endswith("woff2"))
    rows = [(name, f"{size / 1024:.1f}") for name, size in sizes.items()]
    return [*rows, ("all but the font, target 60", f"{whole / 1024:.1f}")]

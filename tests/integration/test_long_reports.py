"""Long reports: no other page waits for them, who leaves is not worked for, they end in time.

What is long here counts to more than it will ever reach.
"""

import asyncio
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx2
import pytest
from sqlalchemy import text
from sqlmodel import select
from starlette.requests import Request
from starlette.types import Message

from models.people import Team
from models.words import UserRole
from service.errors import StoreError
from service.reports.document import Report
from service.reports.kept import AT_ONCE
from service.serve import listen, port_of
from service.serving.leaving import while_there
from service.serving.server import Server, server_of
from service.serving.site import Site
from service.store.engine import open_engine, reading, sqlite_url, stop_reading, writing
from service.web.entry.auth import open_session
from tests.web_house import House, a_house

COUNTS_FOREVER = text(
    "WITH RECURSIVE n(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM n) SELECT count(*) FROM n"
)
COUNTS = text(
    "WITH RECURSIVE n(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM n LIMIT 200000) "
    "SELECT count(*) FROM n"
)
SOON = 15.0  # seconds: of a machine that does other work beside


@dataclass
class Served:
    """A house whose pages are served by the server of `harken up`."""

    house: House
    server: Server
    site: Site
    address: str
    token: str

    def get(self, path: str, *, patience: float = SOON) -> httpx2.Response:
        with httpx2.Client(base_url=self.address, cookies={"harken": self.token}) as browser:
            return browser.get(path, timeout=patience)

    def post(self, path: str) -> httpx2.Response:
        same = {"Sec-Fetch-Site": "same-origin"}
        with httpx2.Client(base_url=self.address, cookies={"harken": self.token}) as browser:
            return browser.post(path, headers=same)

    @contextmanager
    def busy(self, work: Callable[[], object]) -> Iterator[list[object]]:
        """Keep the lane of reports busy with ``work``; give what these ended with."""
        ends: list[object] = []
        begun = threading.Semaphore(0)

        def make(_: Callable[[], bool]) -> Report:
            begun.release()
            work()
            raise StoreError("it came to an end")

        def ask(number: int) -> None:
            try:
                asyncio.run(self.site.reports.report(number, make, now=self.house.clock.now()))
            except StoreError as error:
                ends.append(str(error))

        with ThreadPoolExecutor(AT_ONCE) as pool:
            for number in range(AT_ONCE):
                pool.submit(ask, number)
            for _ in range(AT_ONCE):
                assert begun.acquire(timeout=SOON)
            yield ends


@pytest.fixture
def served(tmp_path: Path) -> Iterator[Served]:
    house = a_house(sqlite_url(tmp_path / "harken.db"))
    user = house.user("max", role=UserRole.MANAGER)
    with writing(house.engine) as db:
        token = open_session(db, user.id, house.clock.now())
    app = house.app()
    listener = listen("127.0.0.1", 0)
    server = server_of(app)
    running = threading.Thread(target=server.run, kwargs={"sockets": [listener]})
    running.start()
    address = f"http://127.0.0.1:{port_of(listener)}"
    yield Served(house, server, app.state.site, address, token)
    server.should_exit = True
    running.join(2 * SOON)
    house.engine.dispose()
    assert not running.is_alive()


def test_pages_do_not_wait_for_reports_and_reports_wait_for_each_other(served: Served) -> None:
    go_on = threading.Event()
    with served.busy(lambda: go_on.wait(4 * SOON)):
        try:
            shelf = served.get("/reports")
            with pytest.raises(httpx2.ReadTimeout):
                served.get("/reports/funnel", patience=0.5)
        finally:
            go_on.set()

    assert shelf.status_code == 200


def test_the_server_stops_within_seconds_whatever_is_counted(served: Served) -> None:
    def count() -> None:
        with reading(served.house.engine) as db:
            db.execute(COUNTS_FOREVER)

    with served.busy(count) as ends:
        served.server.should_exit = True

    assert (
        ends == ["it was broken off: nobody waited for it, or Harken is being stopped"] * AT_ONCE
    )


def test_a_report_is_counted_anew_when_somebody_says_so(served: Served) -> None:
    answer = served.post("/reports/funnel/anew?from=2025-09-01&to=2025-11-24&team=")
    campaign = served.post("/reports/campaigns/spring/anew")

    assert answer.status_code == 303
    assert answer.headers["location"] == "/reports/funnel?from=2025-09-01&to=2025-11-24"
    assert campaign.headers["location"] == "/reports/campaigns/spring"


def test_what_nobody_waits_for_is_broken_off_and_what_writes_is_not(tmp_path: Path) -> None:
    engine = open_engine(sqlite_url(tmp_path / "harken.db"))
    with writing(engine) as db:
        db.execute(text("CREATE TABLE team (id TEXT)"))
    with (
        pytest.raises(StoreError, match="broken off"),
        reading(engine, given_up=lambda: True) as db,
    ):
        db.execute(COUNTS_FOREVER)
    with reading(engine) as db:  # the same connection, for somebody who waits
        assert db.execute(COUNTS).scalar() == 200_000
    stop_reading(engine)
    with writing(engine) as db:
        db.execute(text("INSERT INTO team VALUES ('sales')"))
        assert db.execute(COUNTS).scalar() == 200_000
    with pytest.raises(StoreError, match="being stopped"), reading(engine) as db:
        db.execute(COUNTS_FOREVER)
    with reading(engine) as db:
        assert db.exec(select(Team.id)).all() == ["sales"]
    engine.dispose()


def test_who_has_left_is_not_worked_for() -> None:
    worked: list[str] = []

    async def work() -> str:
        try:
            await asyncio.sleep(SOON)
        except asyncio.CancelledError:
            worked.append("cancelled")
            raise
        return "done"

    async def leave() -> Message:
        await asyncio.sleep(0.01)
        return {"type": "http.disconnect"}

    async def ask() -> str | None:
        found = await while_there(Request({"type": "http"}, leave), work())
        await asyncio.sleep(0)
        return found

    assert asyncio.run(ask()) is None
    assert worked == ["cancelled"]


def test_who_stays_is_answered() -> None:
    async def stay() -> Message:
        await asyncio.sleep(SOON)
        return {"type": "http.disconnect"}

    async def work() -> str:
        return "done"

    async def ask() -> str | None:
        return await while_there(Request({"type": "http"}, stay), work())

    assert asyncio.run(ask()) == "done"

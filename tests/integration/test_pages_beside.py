"""Pages made in processes beside the server: the same pages, and processes that come and fail."""

import asyncio
import multiprocessing
import os
import signal
from collections.abc import Awaitable, Callable, Iterator
from contextlib import closing
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

import pytest
from fastapi import FastAPI
from fastapi.responses import PlainTextResponse
from fastapi.routing import APIRoute
from starlette.types import Scope

from config import ConfigError, load_config
from models.words import UserRole
from service.editing.live import LiveConfig
from service.serving.beside import PagesBeside, PagesDesk, may_be_beside, prepare_pages
from service.serving.carried import (
    Request,
    Response,
    request_in_frame,
    response_of_frame,
    response_to,
)
from service.store.engine import open_engine, sqlite_url, writing
from service.web.app import create_app
from service.web.entry.auth import open_session
from service.web.pages import ROUTERS
from tests.fakes import StandingClock
from tests.web_house import BASE_URL, SECRET, a_house, shipped

SOON = 20.0  # seconds: to start a process on a machine that does other work beside


def pages_on(url: str) -> FastAPI:
    """Put the pages of a house together, here or in another process."""
    return create_app(
        engine=open_engine(url),
        clock=StandingClock(),
        config=shipped(),
        secret=SECRET,
        base_url=BASE_URL,
        secure_cookies=False,
        demo=False,
    )


def no_pages() -> FastAPI:
    """Fail, as files do that somebody is just changing."""
    raise ConfigError([])


@dataclass(frozen=True, slots=True)
class Someone:
    """A rep at their browser."""

    token: str
    lead: str

    def asks(self, path: str) -> Scope:
        path, _, query = path.partition("?")
        return {
            "type": "http",
            "asgi": {"version": "3.0", "spec_version": "2.3"},
            "http_version": "1.1",
            "method": "GET",
            "scheme": "http",
            "root_path": "",
            "path": path,
            "raw_path": path.encode(),
            "query_string": query.encode(),
            "headers": [
                (b"host", b"harken.test"),
                (b"accept-encoding", b"gzip"),
                (b"cookie", f"harken={self.token}".encode()),
            ],
            "client": ("127.0.0.1", 50_000),
            "server": ("127.0.0.1", 8484),
            "state": {},
        }


@pytest.fixture(scope="module")
def url(tmp_path_factory: pytest.TempPathFactory) -> str:
    return sqlite_url(tmp_path_factory.mktemp("beside") / "harken.db")


@pytest.fixture(scope="module")
def someone(url: str) -> Iterator[Someone]:
    house = a_house(url)
    user = house.user("max", role=UserRole.MANAGER)
    lead = house.lead(source=house.source("Forum"), topic=house.topic("crm", "CRM"))
    with writing(house.engine) as db:
        token = open_session(db, user.id, house.clock.now())
    yield Someone(token, lead.id)
    house.engine.dispose()


@pytest.fixture(scope="module")
def pages(url: str, someone: Someone) -> Iterator[FastAPI]:
    app = pages_on(url)
    yield app
    app.state.site.engine.dispose()


def processes() -> list[int]:
    """Return the ids of the processes that make pages for this one."""
    alive = multiprocessing.active_children()
    return [one.pid for one in alive if one.name == "harken-pages" and one.pid is not None]


async def a_desk(beside: PagesBeside) -> None:
    """Have somebody wait until a process has been started and is ready."""
    beside.start_another()
    async with asyncio.timeout(SOON):
        while not beside.desks():
            await asyncio.sleep(0.05)


def with_a_desk(
    pages: FastAPI, url: str, work: Callable[[PagesBeside], Awaitable[None]], *, most: int = 1
) -> None:
    """Do ``work`` with pages that have a process beside them."""

    async def working() -> None:
        beside = PagesBeside(pages, partial(pages_on, url), most=most)
        try:
            await a_desk(beside)
            await work(beside)
        finally:
            beside.close()
        assert not processes()

    asyncio.run(working())


def test_a_page_is_the_same_wherever_it_is_made(
    pages: FastAPI, url: str, someone: Someone
) -> None:
    paths = ("/inbox", "/inbox?view=all", f"/leads/{someone.lead}", "/digest", "/leads/none")

    async def compare(beside: PagesBeside) -> None:
        (child,) = processes()
        for path in paths:
            here = await response_to(pages, someone.asks(path))
            at_desk = await response_to(beside, someone.asks(path))
            assert at_desk == here, path
        os.kill(child, 0)  # it is there yet

    with_a_desk(pages, url, compare)


def test_who_waits_has_a_process_started_and_who_does_not_has_none(
    pages: FastAPI, url: str, someone: Someone
) -> None:
    async def visit() -> None:
        beside = PagesBeside(pages, partial(pages_on, url), most=1, waited_seconds=0.001)
        try:
            for _ in range(3):
                await response_to(beside, someone.asks("/inbox"))
            assert not processes()  # one after the other

            together = [response_to(beside, someone.asks("/inbox")) for _ in range(5)]
            answers = await asyncio.gather(*together)
            assert {answer.status for answer in answers} == {200}
            async with asyncio.timeout(SOON):
                while not beside.desks():
                    await asyncio.sleep(0.05)
            assert len(processes()) == 1
        finally:
            beside.close()

    asyncio.run(visit())


def test_a_process_that_is_killed_over_a_page_costs_nobody_the_page(
    pages: FastAPI, url: str, someone: Someone
) -> None:
    async def kill(beside: PagesBeside) -> None:
        (child,) = processes()
        os.kill(child, signal.SIGSTOP)
        asyncio.get_running_loop().call_later(0.5, os.kill, child, signal.SIGKILL)

        answers = await asyncio.gather(
            *(response_to(beside, someone.asks("/inbox")) for _ in range(4))
        )

        assert {answer.status for answer in answers} == {200}
        assert beside.desks() == 0

    with_a_desk(pages, url, kill)


def asked_at(desk: PagesDesk, scope: Scope, *, config: str = "") -> Response:
    """Return what a desk answers."""
    asked = Request(scope=scope, config=config)
    return response_of_frame(desk(request_in_frame(asked)))


def failing_pages(url: str) -> FastAPI:
    """Put together a house whose inbox fails."""

    def fail() -> None:
        raise RuntimeError("nobody foresaw this")

    app = pages_on(url)
    app.router.routes.insert(0, APIRoute("/inbox", fail))
    return app


def test_a_page_that_fails_says_so_wherever_it_is_made_and_its_process_goes_on(
    url: str, someone: Someone, caplog: pytest.LogCaptureFixture
) -> None:
    with closing(prepare_pages(partial(failing_pages, url))) as desk:
        failed = asked_at(desk, someone.asks("/inbox"))

        assert failed.status == 500
        assert b"nobody foresaw" not in failed.body
        assert "nobody foresaw this" in caplog.text
        assert asked_at(desk, someone.asks("/digest")).status == 200


def test_a_request_that_is_broken_off_leaves_its_answer_to_nobody_else(
    pages: FastAPI, url: str, someone: Someone
) -> None:
    async def leave(beside: PagesBeside) -> None:
        (child,) = processes()
        os.kill(child, signal.SIGSTOP)
        visit = asyncio.create_task(response_to(beside, someone.asks("/digest")))
        await asyncio.sleep(0.2)
        visit.cancel()
        with pytest.raises(asyncio.CancelledError):
            await visit

        answer = await response_to(beside, someone.asks("/inbox"))

        assert answer.status == 200
        assert beside.desks() == 0

    with_a_desk(pages, url, leave)


def test_a_process_that_can_not_begin_is_not_tried_again_at_once(
    pages: FastAPI, someone: Someone
) -> None:
    async def visit() -> None:
        beside = PagesBeside(pages, no_pages, most=1)
        beside.start_another()
        async with asyncio.timeout(SOON):
            while not processes():
                await asyncio.sleep(0.05)
            while processes():
                await asyncio.sleep(0.05)

        beside.start_another()
        await asyncio.sleep(0.2)

        assert not processes()
        assert (await response_to(beside, someone.asks("/inbox"))).status == 200
        beside.close()

    asyncio.run(visit())


def pages_of_files(folder: Path, url: str) -> FastAPI:
    """Put together a page that tells what the files say, in place of the inbox."""
    app = pages_on(url)
    live = LiveConfig(folder, load_config(folder))
    app.state.site = replace(app.state.site, live=live)

    def name() -> PlainTextResponse:
        return PlainTextResponse(live.current().settings.name)

    app.router.routes.insert(0, APIRoute("/inbox", name))
    return app


def test_what_somebody_has_just_changed_is_seen_wherever_the_page_is_made(
    tmp_path: Path, url: str
) -> None:
    live = LiveConfig(tmp_path, load_config(tmp_path))
    visit = Someone("", "").asks("/inbox")

    with closing(prepare_pages(partial(pages_of_files, tmp_path, url))) as desk:
        for name in ("Alder", "Birch", "Cedar"):
            (tmp_path / "harken.toml").write_text(f'name = "{name}"\n')
            live.current(at_once=True)
            assert asked_at(desk, visit, config=live.state).body.decode() == name


def test_only_pages_that_read_may_be_made_beside() -> None:
    reads = {
        route.path
        for router in ROUTERS
        for route in router.routes
        if isinstance(route, APIRoute)
        for method in route.methods or ()
        if may_be_beside({"type": "http", "method": method, "path": route.path})
    }

    assert reads == {
        "/digest",
        "/inbox",
        "/inbox/filters",
        "/inbox/news",
        "/leads/{lead_id}",
        "/search",
    }

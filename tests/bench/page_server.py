"""Serve a big house's page in a process of its own, and say of each answer how long it took.

Run as ``python -m tests.bench.page_server DATABASE PORT``. The clock stands where the house's year
ends, so that what was due keeps being due. ``Server-Timing`` counts from the request's arrival to
its last byte, waiting for a thread included; ``cpu`` is what the process used meanwhile, which is
the page's own only while nobody else is there.
"""

import sys
import time
from functools import partial

from fastapi import FastAPI
from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from service.editing.live import LiveConfig
from service.reports.apart import MakesApart
from service.reports.making import Maker
from service.serving.beside import PagesBeside
from service.serving.server import server_of
from service.store.engine import open_engine
from service.web.app import create_app
from tests.big_house import NOW, a_big_config
from tests.fakes import StandingClock
from tests.web_house import SECRET


class Timed:
    """Tells how long an answer took; it is held back until it is whole."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on and add what it took to the answer's headers."""
        began, used, held = time.perf_counter(), time.process_time(), list[Message]()

        async def hold(message: Message) -> None:
            held.append(message)

        await self.app(scope, receive, hold)
        took, cpu = time.perf_counter() - began, time.process_time() - used
        told = f"app;dur={took * 1000:.2f}, cpu;dur={cpu * 1000:.2f}"
        for message in held:
            if message["type"] == "http.response.start":
                MutableHeaders(scope=message)["Server-Timing"] = told
            await send(message)


def _big_config() -> LiveConfig:
    return LiveConfig(None, a_big_config())


def pages(database: str, port: str, maker: Maker | None = None) -> FastAPI:
    """Put the pages together, in this process or at a desk."""
    return create_app(
        engine=open_engine(database),
        clock=StandingClock(NOW),
        config=a_big_config(),
        folder=None,
        secret=SECRET,
        base_url=f"http://127.0.0.1:{port}",
        secure_cookies=False,
        demo=False,
        maker=maker,
    )


def main(database: str, port: str) -> None:
    """Serve until the process is ended."""
    app = pages(database, port, MakesApart(_big_config))
    beside = PagesBeside(app, partial(pages, database, port))
    server = server_of(app, beside=beside, port=int(port))
    server.config.app = Timed(beside)
    server.run()


if __name__ == "__main__":
    main(*sys.argv[1:])

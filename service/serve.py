"""Serve the page, with the worker as a child process that is started again when it dies."""

import contextlib
import errno
import logging
import multiprocessing
import os
import signal
import socket
import sys
import threading
from collections.abc import Iterator
from functools import partial
from multiprocessing.process import BaseProcess
from pathlib import Path

from fastapi import FastAPI
from sqlalchemy import Engine

from config import Config, load_config
from models.clock import Clock
from service.address import address_of, announced
from service.editing.live import live_config
from service.errors import RefusedError
from service.house import House
from service.reports.apart import MakesApart
from service.reports.making import Maker
from service.serving.beside import PagesBeside
from service.serving.server import server_of
from service.store.engine import open_engine
from service.web.app import create_app
from service.worker import run_worker

logger = logging.getLogger(__name__)

_RESTART_AFTER_SECONDS = 5.0
_STOP_WITHIN_SECONDS = 10.0
#: Ctrl+C and a service's stop reach the worker as well as us, and it may be first.
_ASKED_TO_STOP = (-signal.SIGTERM, -signal.SIGINT)
_WE_TOO_WITHIN_SECONDS = 2.0


def listen(host: str, port: int) -> socket.socket:
    """Return a socket that listens already, so that nobody is told of a page that can't be.

    Args:
        host: an address of this machine, or its name, which is taken as that of IPv4.
        port: 0 takes a free one.

    Raises:
        RefusedError: somebody else listens there, or nobody can.
    """
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        return socket.create_server((host, port), family=family)
    except OSError as error:
        where = address_of(host, port).removeprefix("http://")
        if error.errno == errno.EADDRINUSE:
            words = f"{where} is in use by another program: stop it, or choose another --port"
        else:
            why = str(error.strerror).partition(" (while")[0]  # which names the address again
            words = f"can't listen at {where}: {why}"
        raise RefusedError(words) from error


def port_of(listener: socket.socket) -> int:
    """Return the port that ``listener`` listens on."""
    return int(listener.getsockname()[1])


def serve(house: House, listener: socket.socket, *, base_url: str, demo: bool = False) -> None:
    """Serve until SIGINT or SIGTERM; the worker works beside it and stops with it."""
    open_pages = partial(
        _pages,
        engine_url=house.engine.url.render_as_string(hide_password=False),
        folder=house.folder,
        clock=house.clock,
        secret=house.secret,
        base_url=base_url,
        demo=demo,
    )
    maker = MakesApart(partial(live_config, house.folder))
    app = open_pages(engine=house.engine, config=house.config, maker=maker)
    server = server_of(app, beside=PagesBeside(app, open_pages))
    with _leaving_in_order(), announced(house.folder, base_url), _worker(house.folder):
        server.run(sockets=[listener])


def _pages(
    *,
    engine_url: str,
    folder: Path,
    clock: Clock,
    secret: bytes,
    base_url: str,
    demo: bool,
    engine: Engine | None = None,
    config: Config | None = None,
    maker: Maker | None = None,
) -> FastAPI:
    """Put the pages together, in this process or in one beside it."""
    return create_app(
        engine=engine or open_engine(engine_url),
        config=config or load_config(folder),
        folder=folder,
        clock=clock,
        secret=secret,
        base_url=base_url,
        secure_cookies=base_url.startswith("https://"),
        demo=demo,
        maker=maker,
    )


@contextlib.contextmanager
def _leaving_in_order() -> Iterator[None]:
    """End by way of every ``finally`` on SIGTERM, as on SIGINT: the server raises it again."""
    before = signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)


@contextlib.contextmanager
def _worker(folder: Path) -> Iterator[None]:
    stopping = threading.Event()
    keeper = threading.Thread(target=_keep_working, args=(folder, stopping), name="worker-keeper")
    keeper.start()
    try:
        yield
    finally:
        stopping.set()
        keeper.join()


def _keep_working(folder: Path, stopping: threading.Event) -> None:
    """Run the worker until told to stop; one that dies is started again after a pause."""
    while not stopping.is_set():
        worker = _start(folder)
        while worker.is_alive() and not stopping.is_set():
            stopping.wait(0.2)
        if stopping.is_set():
            worker.terminate()
            worker.join(_STOP_WITHIN_SECONDS)
            if worker.is_alive():
                worker.kill()
                worker.join()
            return
        if worker.exitcode == 0:  # it found the configuration changed
            continue
        if worker.exitcode in _ASKED_TO_STOP and stopping.wait(_WE_TOO_WITHIN_SECONDS):
            return
        logger.error("the worker died and is started again", extra={"code": worker.exitcode})
        stopping.wait(_RESTART_AFTER_SECONDS)


def _start(folder: Path) -> BaseProcess:
    # spawn, not fork: the web server's threads and the database's connections stay behind
    context = multiprocessing.get_context("spawn")
    worker = context.Process(target=run_worker, args=(folder, os.getpid()), name="harken-worker")
    worker.start()
    return worker

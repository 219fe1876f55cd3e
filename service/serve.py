"""Serve the page, with the worker as a child process that is started again when it dies."""

import contextlib
import logging
import multiprocessing
import os
import socket
import threading
from collections.abc import Iterator
from multiprocessing.process import BaseProcess
from pathlib import Path

import uvicorn

from service.errors import RefusedError
from service.house import House
from service.web.app import create_app
from service.worker import run_worker

logger = logging.getLogger(__name__)

_RESTART_AFTER_SECONDS = 5.0
_STOP_WITHIN_SECONDS = 10.0


def free_port(host: str, wanted: int) -> int:
    """Return ``wanted`` if it can be listened on, else a port that can."""
    for port in (wanted, 0):
        with contextlib.suppress(OSError), socket.create_server((host, port)) as probe:
            return int(probe.getsockname()[1])
    raise RefusedError(f"no port of {host} is free")


def serve(house: House, *, host: str, port: int, base_url: str, demo: bool = False) -> None:
    """Serve until SIGINT or SIGTERM; the worker works beside it and stops with it."""
    app = create_app(
        engine=house.engine,
        config=house.config,
        clock=house.clock,
        secret=house.secret,
        base_url=base_url,
        secure_cookies=base_url.startswith("https://"),
        demo=demo,
    )
    server = uvicorn.Server(
        uvicorn.Config(
            app,
            host=host,
            port=port,
            log_config=None,
            server_header=False,
            access_log=False,
            lifespan="off",  # nothing to start or stop; cut short it would log a traceback
        )
    )
    with _worker(house.folder):
        server.run()


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
        logger.error("the worker died and is started again", extra={"code": worker.exitcode})
        stopping.wait(_RESTART_AFTER_SECONDS)


def _start(folder: Path) -> BaseProcess:
    # spawn, not fork: the web server's threads and the database's connections stay behind
    context = multiprocessing.get_context("spawn")
    worker = context.Process(target=run_worker, args=(folder, os.getpid()), name="harken-worker")
    worker.start()
    return worker

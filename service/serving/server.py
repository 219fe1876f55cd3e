"""The server of the pages and the API, which ends when it is told to."""

import os
import socket

import uvicorn
from anyio.to_thread import current_default_thread_limiter
from fastapi import FastAPI
from typing_extensions import override

from service.collecting import spare_what_stays
from service.serving.beside import PagesBeside
from service.serving.site import Site, site_in
from service.store.engine import stop_reading

#: Who is still being answered then is cut off. A write takes a moment, a long read is broken off.
_LEAVES_WITHIN_SECONDS = 5
#: Pages that are made at once. Python makes one at a time anyway: with dozens begun at once each
#: is as late as the last. One more than there are cores, as some wait for the disk or for their
#: turn to write.
_PAGES_AT_ONCE = (os.cpu_count() or 1) + 1


class Server(uvicorn.Server):
    """uvicorn, whose long requests are broken off when it is told to stop.

    uvicorn waits for every answer, and Python for every thread: a report of ten years would hold
    both up for as long as it takes.
    """

    def __init__(self, config: uvicorn.Config, site: Site, beside: PagesBeside | None) -> None:
        super().__init__(config)
        self._site, self._beside = site, beside

    @override
    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Begin to listen."""
        current_default_thread_limiter().total_tokens = _PAGES_AT_ONCE
        spare_what_stays()
        await super().startup(sockets)

    @override
    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Break off what takes long, then wait for the rest."""
        self._site.reports.close()
        self._site.maker.close()
        if self._beside is not None:
            self._beside.close()
        stop_reading(self._site.engine)
        await super().shutdown(sockets)


def server_of(
    app: FastAPI, *, beside: PagesBeside | None = None, host: str = "127.0.0.1", port: int = 0
) -> Server:
    """Return a server for an app of `service.web.app`; it stops within seconds.

    Args:
        app: what is served; its state has the site.
        beside: has pages of the app made in processes of their own; None: all are made here.
        host: where it listens, unless it is run with a socket that listens already.
        port: the same.
    """
    config = uvicorn.Config(
        beside or app,
        host=host,
        port=port,
        loop="uvloop",
        http="httptools",
        log_config=None,
        server_header=False,
        access_log=False,
        lifespan="off",  # nothing to start or stop; cut short it would log a traceback
        timeout_graceful_shutdown=_LEAVES_WITHIN_SECONDS,
    )
    return Server(config, site_in(app), beside)

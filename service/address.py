"""Where the page of an installation is reached.

A server notes its address in the data folder and holds a lock on the note while it runs. The
lock goes with the process, however that ends, so the note of a dead server is never believed.
"""

import fcntl
import logging
import os
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from config.settings import Settings

logger = logging.getLogger(__name__)

_NOTE = "server.url"
_TRIES = 10
_PAUSE_SECONDS = 0.05


def address_of(host: str, port: int) -> str:
    """Return the address of a page without https, as a browser wants it."""
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"


@contextmanager
def announced(folder: Path, address: str) -> Iterator[None]:
    """Let the commands that write links know ``address`` while this is entered.

    Whatever hinders that is logged and hinders nothing else. Of two servers on one folder the
    first is the one that is known.
    """
    with ExitStack() as held:
        try:
            note = os.open(folder / _NOTE, os.O_WRONLY | os.O_CREAT, 0o600)
            held.callback(os.close, note)
            _lock(note)
            os.ftruncate(note, 0)
            os.write(note, address.encode())
        except OSError as error:
            logger.warning("links won't follow this server", extra={"why": error.strerror})
        yield


def running_at(folder: Path) -> str | None:
    """Return the address of the server that runs on ``folder``, None when there is none."""
    file = folder / _NOTE
    try:
        with file.open() as note:
            fcntl.flock(note, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return file.read_text("utf-8") or None
    except OSError:
        return None
    return None


def reached_at(settings: Settings, folder: Path) -> str:
    """Return what links begin with: base_url, else the running server, else what is configured."""
    return settings.base_url or running_at(folder) or address_of(settings.host, settings.port)


def _lock(note: int) -> None:
    """Take the lock; whoever is just looking at it lets go at once.

    Raises:
        BlockingIOError: another server holds it.
    """
    for _ in range(_TRIES - 1):
        try:
            fcntl.flock(note, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            time.sleep(_PAUSE_SECONDS)
        else:
            return
    fcntl.flock(note, fcntl.LOCK_EX | fcntl.LOCK_NB)

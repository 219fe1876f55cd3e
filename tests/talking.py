"""A server on loopback that talks in lines, for tests of mail and news.

Each connection is a thread that runs the test's own script with what was asked and a way to
answer; a script that returns hangs up.
"""

import socket
import threading
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from types import TracebackType
from typing import BinaryIO, Self


@dataclass
class Talk:
    """One connection, from the server's side."""

    connection: socket.socket
    heard: BinaryIO
    said: list[bytes] = field(default_factory=list)  # commands, as they came

    def say(self, *lines: bytes) -> None:
        """Send lines, each with its end."""
        self.connection.sendall(b"".join(line + b"\r\n" for line in lines))

    def hear(self) -> bytes:
        """Return the next command without its end; empty when the client is gone."""
        line = self.heard.readline()
        self.said.append(line.rstrip(b"\r\n"))
        return line.rstrip(b"\r\n")


Script = Callable[[Talk], None]


class TalkingServer:
    """Runs a script for each connection, until its ``with`` ends."""

    def __init__(self, script: Script) -> None:
        self._script = script
        self._listener = socket.create_server(("127.0.0.1", 0))
        self._thread = threading.Thread(target=self._serve, name="talking", daemon=True)
        self._talks: list[threading.Thread] = []
        self._open: list[socket.socket] = []
        self.port: int = self._listener.getsockname()[1]
        self.commands: list[bytes] = []

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        with suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        for connection in self._open:
            with suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)
        for thread in (self._thread, *self._talks):
            thread.join(timeout=5)

    def _serve(self) -> None:
        while True:
            try:
                connection, _ = self._listener.accept()
            except OSError:
                return
            self._open.append(connection)
            thread = threading.Thread(target=self._talk, args=(connection,), daemon=True)
            self._talks.append(thread)
            thread.start()

    def _talk(self, connection: socket.socket) -> None:
        with connection, connection.makefile("rb") as heard:
            talk = Talk(connection, heard, self.commands)
            with suppress(OSError):
                self._script(talk)

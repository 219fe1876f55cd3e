"""Whom Harken answers at all: requests for our own names, with addresses in plain characters."""

import re
from collections.abc import Callable

from starlette.datastructures import Headers
from starlette.responses import PlainTextResponse, Response
from starlette.types import ASGIApp, Receive, Scope, Send

from service.delivery.loops import LOOP_HEADER
from service.serving.hosts import OwnHosts, host_of

_CONTROL = re.compile(r"[\0-\x1f\x7f-\x9f\ud800-\udfff]")
_CONTROL_SENT = re.compile(rb"%(?:[01][0-9a-f]|7f)|[\0-\x1f\x7f]", re.IGNORECASE)

_NO_HOST = 'A request names one host, as in "Host: harken.example.com".\n'
_LOOP = "This Harken sent that itself: an endpoint of channels.toml leads back here.\n"
_BAD_ADDRESS = "There are control characters in that address.\n"
_FOREIGN = (
    "This Harken does not go by that name: set base_url to the address that people use, "
    "or have the proxy pass the Host header on.\n"
)


class FrontDoor:
    """Turns away what was not addressed to us, before anything else looks at it.

    It says so in one plain line, or as ``refuse`` makes of that line and its status.
    """

    def __init__(
        self,
        app: ASGIApp,
        *,
        hosts: OwnHosts,
        loop_mark: str,
        refuse: Callable[[str, int], Response] = PlainTextResponse,
    ) -> None:
        self.app = app
        self.hosts = hosts
        self.loop_mark = loop_mark
        self.refuse = refuse

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on, or answer 400, 421 or 508."""
        refusal = self._refusal(scope) if scope["type"] == "http" else None
        await (self.refuse(*refusal) if refusal else self.app)(scope, receive, send)

    def _refusal(self, scope: Scope) -> tuple[str, int] | None:
        host = host_of(Headers(scope=scope).getlist("host"))
        if host is None:
            return _NO_HOST, 400
        server = scope.get("server")
        if not self.hosts.include(host, server=server[0] if server else None):
            return _FOREIGN, 421
        if Headers(scope=scope).get(LOOP_HEADER) == self.loop_mark:
            return _LOOP, 508
        if _CONTROL.search(scope["path"]) or _CONTROL_SENT.search(scope["query_string"]):
            return _BAD_ADDRESS, 400  # PostgreSQL would fail on a NUL
        return None

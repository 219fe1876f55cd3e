"""The way in: what asks for `/api` gets the API, everything else the pages.

Nothing here imports the API itself: that is put together when it is first asked for, so that
starting, and every command that never serves, stay as fast as without it.
"""

from threading import Lock

from starlette.concurrency import run_in_threadpool
from starlette.types import ASGIApp, Receive, Scope, Send

from service.serving.site import Site

ROOT = "/api"


class WithApi:
    """Pages, and beside them the API of the same installation."""

    def __init__(self, pages: ASGIApp, *, site: Site) -> None:
        self.pages = pages
        self.site = site
        self._api: ASGIApp | None = None
        self._turn = Lock()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on to where it belongs."""
        for_api = scope["type"] == "http" and is_of_api(scope["path"])
        if not for_api:
            await self.pages(scope, receive, send)
            return
        # In a thread, so that pages need not wait for what is imported.
        if (api := self._api) is None:
            api = await run_in_threadpool(self._put_together)
        await api(scope, receive, send)

    def _put_together(self) -> ASGIApp:
        from service.api.app import create_api

        with self._turn:
            if self._api is None:
                self._api = create_api(self.site)
            return self._api


def is_of_api(path: str) -> bool:
    """Return whether an address is the API's to answer, be it with a 404."""
    return path == ROOT or path.startswith(f"{ROOT}/")

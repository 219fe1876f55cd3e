"""The web page put together."""

from pathlib import Path

from fastapi import FastAPI, Request
from sqlalchemy import Engine
from starlette.concurrency import run_in_threadpool
from starlette.middleware.gzip import GZipMiddleware
from starlette.types import ASGIApp, Receive, Scope, Send
from typing_extensions import override

from config import Config
from models.clock import Clock
from service.api.inside import WithApi
from service.delivery.loops import loop_mark
from service.editing.live import LiveConfig
from service.reports.making import Maker, MakesHere
from service.serving.declared import check_declared
from service.serving.front_door import FrontDoor
from service.serving.hosts import OwnHosts
from service.web import problems
from service.web.csrf import is_foreign
from service.web.headers import HardenedResponses
from service.web.pages import ROUTERS
from service.web.site import PageSite, page_site_of

#: The longest form is a note of 4,000 characters; nothing is uploaded.
_MOST_BYTES = 64 * 1024
#: Pages are packed from here on, and no harder: an inbox of 80 KiB takes 1 ms and comes to 10.
_PACKED_FROM, _PACKED_AT = 1_000, 5


class HarkenWeb(FastAPI):
    """FastAPI that answers to its own names only, and whose every answer is hardened."""

    @override
    def build_middleware_stack(self) -> ASGIApp:
        # Middleware that is added the usual way sits inside the handler of unforeseen errors, and
        # inside the limit of bodies, which puts its own line in place of whatever is answered.
        site: PageSite = self.state.site
        hosts = OwnHosts.of(site.base_url, site.config.settings.host)
        inside = FrontDoor(
            TooMuchIsTold(super().build_middleware_stack()),
            hosts=hosts,
            loop_mark=loop_mark(site.secret),
        )
        return HardenedResponses(WithApi(inside, site=site), https=site.secure_cookies)


def create_app(
    *,
    engine: Engine,
    clock: Clock,
    config: Config,
    folder: Path | None = None,
    secret: bytes,
    base_url: str,
    secure_cookies: bool,
    demo: bool,
    maker: Maker | None = None,
) -> FastAPI:
    """Return the web page of one installation.

    Args:
        engine: its database, at the newest revision.
        clock: tells the time.
        config: as it was read at start-up.
        folder: where its files are, which are read again when they change; None keeps ``config``
            as it is, and nothing of it can be changed on the page.
        secret: signs the flash cookie; at least 32 bytes.
        base_url: where browsers reach it, without a slash at the end; requests for another host
            are refused, but for the names and addresses of this machine itself.
        secure_cookies: cookies only over https, and HSTS.
        maker: makes the reports; None has them made in this process.
        demo: first-login links let in at once, without a password, until they expire.

    Raises:
        UndeclaredRouteError: a route does not say what permission it needs.
    """
    # What is served is pages: no schema, no docs, no redirects between /x and /x/.
    app = HarkenWeb(
        title="Harken",
        docs_url=None,
        redoc_url=None,
        openapi_url=None,
        redirect_slashes=False,
        max_body_size=_MOST_BYTES,
    )
    app.state.site = PageSite(
        engine=engine,
        clock=clock,
        live=LiveConfig(folder, config),
        secret=secret,
        base_url=base_url.rstrip("/"),
        secure_cookies=secure_cookies,
        demo=demo,
        maker=maker or MakesHere(),
    )
    for router in ROUTERS:
        check_declared(router.routes)
        app.include_router(router)
    app.add_middleware(OwnWritesOnly)
    # No page holds a secret that the length of a packed one could tell (BREACH): writes are
    # checked by where they come from, and another site's requests bring no cookie.
    app.add_middleware(GZipMiddleware, minimum_size=_PACKED_FROM, compresslevel=_PACKED_AT)
    problems.install(app)
    return app


class TooMuchIsTold:
    """Tells a browser on a page what the limit of bodies would refuse in a plain line.

    A body that does not say how long it is, as that of no browser's form, still gets the line.
    """

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on, or answer 413."""
        if scope["type"] == "http":
            request = Request(scope, receive)
            said = request.headers.get("content-length", "")
            wants_page = "text/html" in request.headers.get("accept", "")
            if wants_page and said.isdecimal() and int(said) > _MOST_BYTES:
                detail = (
                    f"A form may have {_MOST_BYTES // 1024} KiB at the most, with all its text."
                )
                refusal = await run_in_threadpool(problems.show, request, 413, detail=detail)
                await refusal(scope, receive, send)
                return
        await self.app(scope, receive, send)


class OwnWritesOnly:
    """Refuses writes that another site's page may have caused."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on, or answer 403."""
        if scope["type"] == "http":
            request = Request(scope, receive)
            base_url = page_site_of(request).base_url
            if is_foreign(request.method, request.headers, base_url=base_url):
                refusal = problems.show(
                    request,
                    403,
                    detail="This did not come from a page of this Harken; load the page again. "
                    "A script must send an Origin header with this site's address.",
                )
                await refusal(scope, receive, send)
                return
        await self.app(scope, receive, send)

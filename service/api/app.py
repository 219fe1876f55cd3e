"""The API put together."""

import copy
from collections.abc import Iterator
from importlib.metadata import version
from typing import Any

from fastapi import FastAPI
from fastapi.routing import APIRoute
from starlette.types import ASGIApp
from typing_extensions import override

from service.api import problems
from service.api.bodies import PlainJson
from service.api.callers import Tokens
from service.api.limits import Throttle
from service.api.routes import ROUTERS
from service.api.routes.about import DOCUMENT
from service.api.scopes import scope_for
from service.api.ways import ways_at
from service.delivery.loops import loop_mark
from service.serving.declared import check_declared, declared
from service.serving.front_door import FrontDoor
from service.serving.hosts import OwnHosts
from service.serving.site import Site

PREFIX = "/api/v1"
_ABOUT = """
Leads, and everything around them, for programs that you write. What they may do is what the owner
of their token may do, as far as its scope goes; `harken tokens add` makes one. Send it as
`Authorization: Bearer hk_...`.

Lists come in pages: send `next` as `cursor`. Writes to a lead want the `ETag` that you saw as
`If-Match`, and every POST takes an `Idempotency-Key`, so that it can be sent again. Whatever goes
wrong is a problem document (RFC 9457).
"""


class HarkenApi(FastAPI):
    """FastAPI that answers to its own names only, and says in its document who may do what."""

    @override
    def build_middleware_stack(self) -> ASGIApp:
        # Outside of everything, as around the pages: the handlers of errors are inside.
        site: Site = self.state.site
        return FrontDoor(
            super().build_middleware_stack(),
            hosts=OwnHosts.of(site.base_url, site.config.settings.host),
            loop_mark=loop_mark(site.secret),
            refuse=problems.refuse,
        )

    @override
    def openapi(self) -> dict[str, Any]:
        if self.openapi_schema is None:
            self.openapi_schema = _tidied(super().openapi())
        return self.openapi_schema


def create_api(site: Site, *, throttle: Throttle | None = None) -> FastAPI:
    """Return the API of an installation.

    Args:
        site: the installation, as its pages see it.
        throttle: how much each token may ask; None: the usual.

    Raises:
        UndeclaredRouteError: a route does not say what permission it needs.
    """
    app = HarkenApi(
        title="Harken",
        version=version("harken"),
        description=_ABOUT.strip(),
        docs_url=None,
        redoc_url=None,
        openapi_url=None,
        redirect_slashes=False,
        generate_unique_id_function=lambda route: route.name,
    )
    app.state.site = site
    for router in ROUTERS:
        check_declared(router.routes)
        app.include_router(router, prefix=PREFIX)
    app.add_middleware(PlainJson)
    app.add_middleware(
        Tokens,
        throttle=throttle or Throttle(),
        open_paths=frozenset({PREFIX + DOCUMENT}),
    )
    problems.install(app, ways=ways_at, methods_at=methods_at)
    return app


def routes() -> Iterator[APIRoute]:
    """Yield every route of the API, without its prefix."""
    for router in ROUTERS:
        yield from (route for route in router.routes if isinstance(route, APIRoute))


def methods_at(path: str) -> set[str]:
    """Return the methods that an address takes."""
    under = path.removeprefix(PREFIX)
    return {
        method
        for route in routes()
        if route.path_regex.fullmatch(under)
        for method in route.methods or ()
    }


def _tidied(document: dict[str, Any]) -> dict[str, Any]:
    """Return FastAPI's document with what it can't know: problems' type, tokens, permissions."""
    told = copy.deepcopy(document)
    told["servers"] = [{"url": "/"}]
    told["components"]["securitySchemes"] = {
        "token": {
            "type": "http",
            "scheme": "bearer",
            "description": "a token of `harken tokens add`",
        }
    }
    needed = {(route.path, m): declared(route) for route in routes() for m in route.methods or ()}
    for path, operations in told["paths"].items():
        for method, operation in operations.items():
            permission = needed[path.removeprefix(PREFIX), method.upper()]
            if permission is not None:
                operation["security"] = [{"token": [scope_for(permission).value]}]
                operation["x-permission"] = permission.value
            for status, answer in operation["responses"].items():
                if status >= "400":
                    answer.get("content", {}).pop("application/json", None)
    return told

"""Who asks: the owner of a token. There are no cookies here, so no other site's page can ask."""

from dataclasses import dataclass
from typing import Annotated, cast

from fastapi import Depends, Request
from starlette.concurrency import run_in_threadpool
from starlette.datastructures import Headers
from starlette.types import ASGIApp, Receive, Scope, Send

from models.words import TokenScope
from service.access.permissions import Permission, may
from service.access.viewer import Viewer
from service.api.errors import ApiError, ScopeError, TooFastError, UnknownTokenError
from service.api.limits import Throttle
from service.api.problems import answer_error
from service.api.scopes import SCOPES, scope_for
from service.errors import ForbiddenError, StoreError
from service.serving.declared import Declared
from service.serving.site import Site, site_of
from service.store.engine import reading, writing
from service.tokens import bearer_of, hashed, note_use

_LONGEST = 200  # characters; our tokens have 46


@dataclass(frozen=True, slots=True, kw_only=True)
class Caller:
    """A program, and whom it acts for."""

    token_id: str
    scope: TokenScope
    viewer: Viewer


@dataclass(frozen=True, slots=True)
class RequireToken(Declared):
    """A dependency that lets a program through if its token and its owner's role allow that."""

    def __call__(self, request: Request) -> Viewer:
        """Return for whom the program asks.

        Raises:
            ForbiddenError: the scope of its token, or its owner's role, does not include that.
        """
        caller = caller_of(request)
        if self.permission not in SCOPES[caller.scope]:
            raise ScopeError(scope_for(self.permission), caller.scope)
        if not may(caller.viewer, self.permission):
            raise ForbiddenError(
                f"The role of {caller.viewer.handle}, {caller.viewer.role}, does not include "
                f"“{self.permission}”."
            )
        return caller.viewer


def allow(permission: Permission) -> RequireToken:
    """Return the dependency by which a route declares what it needs."""
    return RequireToken(permission)


@dataclass(frozen=True, slots=True)
class Open(Declared):
    """A dependency that lets every program through, with or without a token."""

    permission: Permission = Permission.ANYONE

    def __call__(self) -> None:
        """Let it through."""


def caller_of(request: Request) -> Caller:
    """Return who asks; behind `Tokens` there always is somebody."""
    return cast("Caller", request.state.caller)


CallerHere = Annotated[Caller, Depends(caller_of)]


class Tokens:
    """Lets nobody in without a token that opens something, nor oftener than the pace."""

    def __init__(self, app: ASGIApp, *, throttle: Throttle, open_paths: frozenset[str]) -> None:
        self.app = app
        self.throttle = throttle
        self.open_paths = open_paths

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on, or answer 401 or 429."""
        try:
            await self._check(scope)
        except (ApiError, StoreError) as error:
            await answer_error(Request(scope, receive), error)(scope, receive, send)
            return
        await self.app(scope, receive, send)

    async def _check(self, scope: Scope) -> None:
        token = _token_of(Headers(scope=scope))
        client = scope.get("client")
        address = f"at {client[0] if client else '?'}"
        name = hashed(token) if token else address
        # A token has turns of its own once it has opened something: who makes up one after the
        # other asks as the one place that they come from, and crowds nobody out of memory.
        if seconds := self.throttle.wait(name if self.throttle.knows(name) else address):
            raise TooFastError(seconds)
        if scope["path"] in self.open_paths:
            return
        if token is None:
            raise UnknownTokenError(was_sent=False)
        request = Request(scope)
        request.state.caller = await run_in_threadpool(_caller, site_of(request), token)
        if not self.throttle.knows(name):
            self.throttle.wait(name)


def _caller(site: Site, token: str) -> Caller:
    now = site.clock.now()
    with reading(site.engine) as db:
        found = bearer_of(db, token, now)
    if found is None:
        raise UnknownTokenError(was_sent=True)
    bearer, is_unseen = found
    if is_unseen:
        with writing(site.engine) as db:
            note_use(db, bearer.token_id, now)
    return Caller(token_id=bearer.token_id, scope=bearer.scope, viewer=Viewer.of(bearer.user))


def _token_of(headers: Headers) -> str | None:
    """Return what `Authorization: Bearer` brings (RFC 6750); None if there is no such header.

    A token in the query is not looked at: addresses end up in logs.
    """
    scheme, _, token = headers.get("authorization", "").strip().partition(" ")
    return token.strip()[:_LONGEST] or None if scheme.lower() == "bearer" else None

"""/settings/tokens: by which my programs work with the API; made, shown once, revoked."""

from datetime import timedelta
from typing import Annotated

from fastapi import APIRouter, Depends, Form, Request, Response

from models.people import User
from models.words import TokenScope
from service import tokens
from service.access.permissions import Permission
from service.access.viewer import Viewer
from service.errors import RefusedError
from service.serving.site import Site, SiteHere
from service.store.engine import reading, writing
from service.typed import Line
from service.web import flash
from service.web.access.guard import require
from service.web.render import page, see_other

router = APIRouter()

Me = Annotated[Viewer, Depends(require(Permission.EDIT_OWN))]


@router.get("/settings/tokens")
def show_tokens(request: Request, site: SiteHere, viewer: Me) -> Response:
    """List the viewer's tokens by how they begin."""
    return _page(request, site, viewer)


@router.post("/settings/tokens")
def make_token(
    request: Request,
    site: SiteHere,
    viewer: Me,
    name: Annotated[Line, Form(max_length=80)],
    scope: Annotated[TokenScope, Form()] = TokenScope.READ,
    days: Annotated[int, Form(ge=0, le=3650)] = 365,
) -> Response:
    """Make one and show it, this once."""
    try:
        with writing(site.engine) as db:
            made = tokens.issue(
                db,
                user_id=viewer.id,
                name=name,
                scope=scope,
                lasts=timedelta(days=days) if days else None,
                by=viewer.id,
                now=site.clock.now(),
            )
    except RefusedError as error:
        return _page(request, site, viewer, problem=str(error))
    return _page(request, site, viewer, made=made.token)


@router.post("/settings/tokens/revoke")
def revoke_token(
    site: SiteHere, viewer: Me, token: Annotated[Line, Form(max_length=36)]
) -> Response:
    """Have a token of the viewer's open nothing any more."""
    with writing(site.engine) as db:
        user = db.get_one(User, viewer.id)
        tokens.revoke(db, token, by=user, now=site.clock.now())
    response = see_other("/settings/tokens")
    flash.leave(response, site, "token_revoked")
    return response


def _page(
    request: Request,
    site: Site,
    viewer: Viewer,
    *,
    made: str | None = None,
    problem: str | None = None,
) -> Response:
    now = site.clock.now()
    with reading(site.engine) as db:
        live = [t for t in tokens.tokens_of(db, viewer.id) if tokens.is_live(t, now)]
    return page(
        request,
        "settings_tokens.html",
        viewer=viewer,
        status=422 if problem else 200,
        tokens=live,
        scopes=TokenScope,
        made=made,
        problem=problem,
    )

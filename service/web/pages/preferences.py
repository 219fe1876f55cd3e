"""POST /preferences: light or dark, single keys on or off."""

from typing import Annotated

from fastapi import APIRouter, Depends, Form, Response

from service.access.permissions import Permission
from service.links import inward
from service.serving.site import SiteHere
from service.web.access.guard import require
from service.web.preferences import Keys, Theme, remember
from service.web.render import see_other

router = APIRouter()


@router.post("/preferences", dependencies=[Depends(require(Permission.ANYONE))])
def set_preferences(
    site: SiteHere,
    theme: Annotated[Theme | None, Form()] = None,
    keys: Annotated[Keys | None, Form()] = None,
    back: Annotated[str, Form(max_length=2000)] = "/",
) -> Response:
    """Remember what was chosen in this browser."""
    response = see_other(inward(back))
    remember(response, site, theme=theme, keys=keys)
    return response

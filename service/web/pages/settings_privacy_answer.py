"""POST /settings/privacy/answer: who asked on the page for those who are heard is told."""

from typing import Annotated

from fastapi import APIRouter, Depends, Form, Response

from models.privacy_words import RequestEnd
from service.access.permissions import Permission
from service.access.viewer import Viewer
from service.privacy.asking import close
from service.serving.site import SiteHere
from service.store.engine import fold_in, writing
from service.typed import Line
from service.web import flash
from service.web.access.guard import require
from service.web.render import see_other

router = APIRouter()


@router.post("/settings/privacy/answer")
def answer(
    site: SiteHere,
    viewer: Annotated[Viewer, Depends(require(Permission.ERASE_PERSONS))],
    request_id: Annotated[Line, Form(max_length=36)],
    ended: Annotated[RequestEnd, Form()],
) -> Response:
    """Note what came of it; who asked is forgotten."""
    with writing(site.engine) as db:
        close(db, request_id, ended=ended, by=viewer.id, now=site.clock.now())
    fold_in(site.engine)
    response = see_other("/settings/privacy#asked")
    flash.leave(response, site, "privacy_answered")
    return response

"""POST /digest/posts/ID: whether a post was rightly thrown away."""

from typing import Annotated

from fastapi import APIRouter, Depends, Form, Response

from models.people import User
from service.access.permissions import Permission
from service.access.viewer import Viewer
from service.digests.acts import label as note_label
from service.digests.reading import shown_to
from service.errors import NotFoundError
from service.serving.site import SiteHere
from service.store.engine import writing
from service.web import flash
from service.web.access.guard import require
from service.web.forms.digest_acts import LABELLED, Next
from service.web.render import see_other

router = APIRouter()


@router.post("/digest/posts/{post_id}")
def label(
    site: SiteHere,
    viewer: Annotated[Viewer, Depends(require(Permission.DISMISS_LEADS))],
    post_id: str,
    is_signal: Annotated[bool, Form()],
    then: Next = "",
) -> Response:
    """Note it, of a post that the viewer was asked about."""
    with writing(site.engine) as db:
        if not shown_to(db, viewer.id, post_id):
            raise NotFoundError("That post is not in a digest of yours.")
        user = db.get_one(User, viewer.id)
        note_label(db, user, post_id, is_signal=is_signal, now=site.clock.now())
    response = see_other(f"/digest#post-{then}" if then else "/digest")
    flash.leave(response, site, LABELLED[is_signal])
    return response

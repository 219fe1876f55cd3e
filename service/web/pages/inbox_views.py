"""POST /inbox/views and /inbox/views/ID/forget: views of the inbox that have a name."""

from typing import Annotated
from urllib.parse import parse_qs

from fastapi import APIRouter, Depends, Form, Response
from pydantic import ValidationError

from service.access.permissions import Permission
from service.access.viewer import Viewer
from service.errors import RefusedError
from service.leads.saved_views import LONGEST_NAME, forget_view, keep_view
from service.serving.site import SiteHere
from service.store.engine import writing
from service.typed import Line
from service.web import flash
from service.web.access.guard import require
from service.web.render import see_other
from service.web.views.inbox_asked import InboxAsked

router = APIRouter()


@router.post("/inbox/views")
def keep(
    site: SiteHere,
    viewer: Annotated[Viewer, Depends(require(Permission.READ_LEADS))],
    name: Annotated[Line, Form(min_length=1, max_length=LONGEST_NAME)],
    query: Annotated[Line, Form(max_length=2000)],
) -> Response:
    """Keep the view under a name, and show it."""
    asked = read_query(query)
    with writing(site.engine) as db:
        keep_view(
            db, user_id=viewer.id, name=name, query=asked.query(page=None), now=site.clock.now()
        )
    response = see_other(asked.url(page=None))
    flash.leave(response, site, "view_kept")
    return response


@router.post("/inbox/views/{view_id}/forget")
def forget(
    site: SiteHere,
    viewer: Annotated[Viewer, Depends(require(Permission.READ_LEADS))],
    view_id: str,
) -> Response:
    """Forget a view; its leads stay where they are."""
    with writing(site.engine) as db:
        forget_view(db, user_id=viewer.id, view_id=view_id)
    response = see_other("/inbox")
    flash.leave(response, site, "view_forgotten")
    return response


def read_query(query: str) -> InboxAsked:
    """Return what an address's query asks for, as the page would read it."""
    try:
        given = parse_qs(query, max_num_fields=200)
        several = {"topic", "source", "status", "owner", "kind", "lang"}
        read = {name: v if name in several else v[-1] for name, v in given.items()}
        return InboxAsked.model_validate(read)
    except (ValueError, ValidationError) as error:
        raise RefusedError(
            "That is no view of the inbox; begin again from its filters."
        ) from error

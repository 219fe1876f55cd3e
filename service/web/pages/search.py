"""GET /search: among all posts that are stored, with the language of topics."""

from typing import Annotated

from fastapi import APIRouter, Depends, Query, Request, Response

from service.access.permissions import Permission
from service.access.viewer import Viewer
from service.serving.site import SiteHere
from service.store.engine import reading
from service.typed import Line
from service.web.access.guard import require
from service.web.render import page, see_other
from service.web.views.inbox_asked import LONGEST_SEARCH, InboxAsked, View
from service.web.views.search import search_posts, sees_all_posts

router = APIRouter()


@router.get("/search")
def search(
    request: Request,
    site: SiteHere,
    viewer: Annotated[Viewer, Depends(require(Permission.READ_LEADS))],
    q: Annotated[Line, Query(max_length=LONGEST_SEARCH)] = "",
    before: Annotated[int | None, Query(ge=1, le=2**62)] = None,
) -> Response:
    """Show the posts that came last; who sees only some leads is shown those instead."""
    if not sees_all_posts(viewer):
        return see_other(InboxAsked(view=View.ALL, q=q).url())
    with reading(site.engine) as db:
        found = search_posts(db, viewer, q, before=before)
    leads = InboxAsked(view=View.ALL, q=q).url()
    return page(request, "search.html", viewer=viewer, found=found, q=q, leads=leads)

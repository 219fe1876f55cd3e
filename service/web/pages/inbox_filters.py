"""GET /inbox/filters: what a view can be narrowed down by, and how to keep it by a name."""

from typing import Annotated

from fastapi import APIRouter, Depends, Query, Request, Response

from service.access.permissions import Permission
from service.access.viewer import Viewer
from service.leads.saved_views import views_of
from service.serving.site import SiteHere
from service.store.engine import reading
from service.web.access.guard import require
from service.web.render import page, wants_fragment
from service.web.views.inbox import home_view
from service.web.views.inbox_asked import InboxAsked
from service.web.views.inbox_facets import read_facets
from service.web.wording.words import stages

router = APIRouter()


@router.get("/inbox/filters")
def filters(
    request: Request,
    site: SiteHere,
    viewer: Annotated[Viewer, Depends(require(Permission.READ_LEADS))],
    asked: Annotated[InboxAsked, Query()],
) -> Response:
    """Show the choices; htmx gets them for the place beside the list."""
    now = site.clock.now()
    with reading(site.engine) as db:
        view = asked.view or home_view(db, viewer, now=now)
        facets = read_facets(db, viewer, asked, view, now=now, stages=stages(site.config.process))
        kept = views_of(db, viewer.id)
    template = "parts/filters.html" if wants_fragment(request) else "inbox_filters.html"
    return page(request, template, viewer=viewer, facets=facets, asked=facets.asked, kept=kept)

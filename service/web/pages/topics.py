"""GET /topics: what is listened for, and how well."""

from typing import Annotated

from fastapi import APIRouter, Depends, Request, Response

from service.access.permissions import Permission, may
from service.access.viewer import Viewer
from service.serving.site import SiteHere
from service.store.engine import reading
from service.web.access.guard import require
from service.web.render import page
from service.web.views.topics import topics_health

router = APIRouter()


@router.get("/topics")
def topics(
    request: Request,
    site: SiteHere,
    viewer: Annotated[Viewer, Depends(require(Permission.READ_TOPICS))],
) -> Response:
    """Show every topic with its health."""
    with reading(site.engine) as db:
        found = topics_health(db, site.config, now=site.clock.now())
    return page(
        request,
        "topics.html",
        viewer=viewer,
        topics=found,
        may_edit=may(viewer, Permission.EDIT_TOPICS),
        may_try=may(viewer, Permission.TRY_POSTS),
        file_problems=site.live.problems,
        import_refused=(),
        import_left_out=(),
        imported=None,
    )

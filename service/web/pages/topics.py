"""GET /topics: what is listened for, and how well."""

from collections.abc import Sequence
from http import HTTPStatus
from typing import Annotated

from fastapi import APIRouter, Depends, Request, Response

from service.access.permissions import Permission, may
from service.access.viewer import Viewer
from service.serving.site import Site, SiteHere
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
    return show_topics(request, site, viewer)


def show_topics(
    request: Request,
    site: Site,
    viewer: Viewer,
    *,
    refused: Sequence[str] = (),
    left_out: Sequence[str] = (),
    topic_id: str | None = None,
) -> Response:
    """Return the page of the topics.

    Args:
        request: what is answered.
        site: of the house.
        viewer: who looks.
        refused: why a file was not taken in.
        left_out: what of a file was not.
        topic_id: of the topic that such a file became.
    """
    with reading(site.engine) as db:
        found = topics_health(db, site.config, now=site.clock.now())
    return page(
        request,
        "topics.html",
        viewer=viewer,
        status=HTTPStatus.UNPROCESSABLE_ENTITY if refused else HTTPStatus.OK,
        topics=found,
        may_edit=may(viewer, Permission.EDIT_TOPICS),
        may_try=may(viewer, Permission.TRY_POSTS),
        file_problems=site.live.problems,
        import_refused=refused,
        import_left_out=left_out,
        imported=topic_id,
    )

"""GET /topics/{topic_id}/map: who talks where about a topic, of what and with whom."""

from datetime import timedelta
from typing import Annotated

from fastapi import APIRouter, Depends, Query, Request, Response

from service.access.permissions import Permission
from service.access.viewer import Viewer
from service.listening.social_map import topic_map
from service.serving.site import SiteHere
from service.store.engine import reading
from service.web.access.guard import require
from service.web.pages.topic import topic_named
from service.web.render import page
from service.web.views.social_map import MOST, SPANS, shown_map

router = APIRouter()


@router.get("/topics/{topic_id}/map")
def topic_social_map(
    request: Request,
    site: SiteHere,
    viewer: Annotated[Viewer, Depends(require(Permission.READ_TOPICS))],
    topic_id: str,
    days: Annotated[int, Query(ge=1, le=365)] = SPANS[1],
) -> Response:
    """Show the map in tables, of as much as the viewer sees."""
    topic = topic_named(site, topic_id)
    since = site.clock.now() - timedelta(days=days)
    with reading(site.engine) as db:
        found = topic_map(db, viewer, topic.id, secret=site.secret, since=since, most=MOST)
    return page(
        request,
        "topic_map.html",
        viewer=viewer,
        topic=topic,
        map=shown_map(found),
        days=days,
        spans=SPANS,
    )

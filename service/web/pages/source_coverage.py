"""GET /coverage: what is heard by topic and by kind of source, and where nothing is."""

from typing import Annotated

from fastapi import APIRouter, Depends, Request, Response

from models.words import SourceKind
from service.access.permissions import Permission
from service.access.viewer import Viewer
from service.listening.coverage import coverage as coverage_of
from service.serving.site import SiteHere
from service.store.engine import reading
from service.web.access.guard import require
from service.web.render import page
from service.web.views.coverage import coverage_map

router = APIRouter()


@router.get("/coverage")
def coverage(
    request: Request,
    site: SiteHere,
    viewer: Annotated[Viewer, Depends(require(Permission.READ_SOURCES))],
) -> Response:
    """Show the map of the last thirty days."""
    with reading(site.engine) as db:
        found = coverage_of(db, now=site.clock.now())
    names = {topic.id: topic.name for topic in site.config.topics.values()}
    return page(
        request,
        "source_coverage.html",
        viewer=viewer,
        map=coverage_map(found, names),
        kinds={kind.value: kind for kind in SourceKind},
    )

"""GET /coverage: what is heard by topic and by kind of source, and where nothing is."""

from typing import Annotated

from fastapi import APIRouter, Depends, Request, Response
from sqlmodel import select

from models.source import Source
from models.words import SourceKind
from service.access.permissions import Permission
from service.access.viewer import Viewer
from service.listening.coverage import Called
from service.listening.coverage import coverage as coverage_of
from service.serving.site import SiteHere
from service.store.engine import reading
from service.web.access.guard import require
from service.web.render import page
from service.web.views.coverage import coverage_map
from service.web.wording.words import SOURCES

router = APIRouter()


@router.get("/coverage")
def coverage(
    request: Request,
    site: SiteHere,
    viewer: Annotated[Viewer, Depends(require(Permission.READ_SOURCES))],
) -> Response:
    """Show the map of the last thirty days."""
    names = {topic.id: topic.name for topic in site.config.topics.values()}
    kinds = {kind.value: name for kind, name in SOURCES.items()}
    with reading(site.engine) as db:
        sources = dict(db.exec(select(Source.slug, Source.name)).all())
        called = Called(kinds=kinds, topics=names, sources=sources)
        found = coverage_of(db, now=site.clock.now(), called=called)
    return page(
        request,
        "source_coverage.html",
        viewer=viewer,
        map=coverage_map(found, names),
        kinds={kind.value: kind for kind in SourceKind},
    )

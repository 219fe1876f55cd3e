"""GET /sources.opml: all sources as a list; POST /sources/import: the feeds of one, to choose."""

from datetime import timedelta
from typing import Annotated

from fastapi import APIRouter, Depends, File, Form, Request, Response, UploadFile
from sqlmodel import col, select

from config import ConfigError
from models.source import Source
from models.words import SourceKind
from service.access.permissions import Permission
from service.access.viewer import Viewer
from service.errors import RefusedError
from service.listening.opml import MOST_BYTES, MOST_FEEDS, FeedList, read_opml, write_opml
from service.listening.sourcing import free_slug
from service.listening.tending import Wanted, put_sources
from service.serving.site import Site, SiteHere
from service.store.engine import reading
from service.typed import Line
from service.web import flash
from service.web.access.guard import require
from service.web.forms.editing import change, folder_of
from service.web.pages.source_new import RESERVED, slugs_of
from service.web.render import page, see_other

router = APIRouter()

_EVERY = timedelta(minutes=30)  # many at once begin gently; each can be changed later

_Edits = Annotated[Viewer, Depends(require(Permission.EDIT_SOURCES))]


@router.get("/sources.opml")
def opml(
    site: SiteHere, _viewer: Annotated[Viewer, Depends(require(Permission.READ_SOURCES))]
) -> Response:
    """Give the active sources as OPML 2.0, for feed readers and other Harkens."""
    with reading(site.engine) as db:
        rows = db.exec(select(Source).where(col(Source.active)).order_by(Source.slug)).all()
    content = write_opml(rows, title="Sources of Harken", now=site.clock.now())
    return Response(
        content,
        media_type="text/x-opml; charset=utf-8",
        headers={"Content-Disposition": 'attachment; filename="harken.opml"'},
    )


@router.get("/sources/import")
def form(request: Request, viewer: _Edits) -> Response:
    """Show where to put the file."""
    return _show(request, viewer)


@router.post("/sources/import")
def read(
    request: Request, site: SiteHere, viewer: _Edits, file: Annotated[UploadFile, File()]
) -> Response:
    """Show the feeds of a list, with those ticked that are new; nothing is fetched or saved."""
    folder_of(site)
    try:
        found = read_opml(file.file.read(MOST_BYTES + 1))
    except RefusedError as error:
        return _show(request, viewer, problem=str(error), status=422)
    return _show(request, viewer, found=found, known=_known(site))


@router.post("/sources/import/add")
def add(
    request: Request,
    site: SiteHere,
    viewer: _Edits,
    feed: Annotated[list[Line], Form(max_length=MOST_FEEDS)],
) -> Response:
    """Write the ticked feeds into sources.toml, each as "address name"."""
    known, taken = _known(site), {*site.config.sources, *RESERVED, *slugs_of(site)}
    wanted: dict[str, Wanted] = {}
    for one in feed:
        url, _, name = one.partition(" ")
        if url in known or url in wanted:
            continue
        slug = free_slug(name or url, taken)
        taken.add(slug)
        wanted[url] = Wanted(
            id=slug,
            kind=SourceKind.FEED,
            name=name[:200] or slug,
            url=url,
            every=_EVERY,
            options={},
        )
    try:
        if not wanted:
            raise RefusedError("All of them are sources already.")  # noqa: TRY301 - shown as others
        note = f"{len(wanted)} feeds from a list"
        change(site, viewer, [put_sources(folder_of(site), [*wanted.values()])], note=note)
    except ConfigError as error:
        problem = "; ".join(problem.message for problem in error.problems[:5])
        return _show(request, viewer, problem=problem, status=422)
    except RefusedError as error:
        return _show(request, viewer, problem=str(error), status=422)
    response = see_other("/sources")
    flash.leave(response, site, "sources_added")
    return response


def _known(site: Site) -> frozenset[str]:
    with reading(site.engine) as db:
        return frozenset(db.exec(select(Source.url).where(col(Source.active))))


def _show(
    request: Request,
    viewer: Viewer,
    *,
    found: FeedList | None = None,
    known: frozenset[str] = frozenset(),
    problem: str | None = None,
    status: int = 200,
) -> Response:
    return page(
        request,
        "source_import.html",
        viewer=viewer,
        status=status,
        found=found,
        known=known,
        problem=problem,
    )

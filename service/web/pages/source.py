"""GET and POST /sources/{slug}: a source with all that is known of it, and its options."""

from datetime import timedelta
from typing import Annotated

from fastapi import APIRouter, Depends, Form, Request, Response
from sqlmodel import select

from config import ConfigError
from config.source import parse_poll
from models.source import Source
from service.access.permissions import Permission, may
from service.access.viewer import Viewer
from service.errors import NotFoundError, RefusedError
from service.listening.tending import (
    Wanted,
    duration_text,
    parse_options,
    put_sources,
    wanted_of,
)
from service.serving.site import Site, SiteHere
from service.store.engine import reading
from service.typed import Line, Prose
from service.web import flash
from service.web.access.guard import require
from service.web.forms.editing import change, folder_of
from service.web.render import page, see_other
from service.web.views.sources import read_source, span_words

router = APIRouter()


def source_at(site: Site, slug: str) -> Source:
    """Return the source of that id.

    Raises:
        NotFoundError: there is none.
    """
    with reading(site.engine) as db:
        row = db.exec(select(Source).where(Source.slug == slug)).first()
    if row is None:
        raise NotFoundError
    return row


@router.get("/sources/{slug}")
def source(
    request: Request,
    site: SiteHere,
    viewer: Annotated[Viewer, Depends(require(Permission.READ_SOURCES))],
    slug: str,
) -> Response:
    """Show it."""
    return _show(request, site, viewer, source_at(site, slug))


@router.post("/sources/{slug}")
def save(
    request: Request,
    site: SiteHere,
    viewer: Annotated[Viewer, Depends(require(Permission.EDIT_SOURCES))],
    slug: str,
    name: Annotated[Line, Form(max_length=200)] = "",
    every: Annotated[Line, Form(max_length=10)] = "15m",
    quality: Annotated[Line, Form(max_length=10)] = "1",
    policy: Annotated[Line, Form(max_length=64)] = "",
    options: Annotated[Prose, Form(max_length=4_000)] = "",
) -> Response:
    """Write its options into sources.toml."""
    row = source_at(site, slug)
    typed = {"every": every, "quality": quality, "options": options, "name": name}
    try:
        was = wanted_of(row, policy=policy or None)
        wanted = Wanted(
            id=was.id,
            kind=was.kind,
            name=name,
            url=was.url,
            every=every_of(every),
            options=parse_options(options),
            quality=_quality(quality),
            policy=policy or None,
            active=was.active,
        )
        change(site, viewer, [put_sources(folder_of(site), [wanted])], note=f"{slug} changed")
    except ConfigError as error:
        problems = [f"{problem.key}: {problem.message}" for problem in error.problems]
        return _show(request, site, viewer, row, problems=problems, typed=typed, status=422)
    except RefusedError as error:
        return _show(request, site, viewer, row, problems=[str(error)], typed=typed, status=422)
    response = see_other(f"/sources/{slug}")
    flash.leave(response, site, "saved")
    return response


def every_of(text: str) -> timedelta:
    """Return how often a source is to be read.

    Raises:
        RefusedError: that can't be understood.
    """
    try:
        return parse_poll(text)
    except ValueError as error:
        raise RefusedError(f"How often: {error}") from error


def _quality(text: str) -> float:
    try:
        return float(text.replace(",", "."))
    except ValueError as error:
        raise RefusedError(f"Quality: “{text}” is no number from 0 to 1") from error


def _show(
    request: Request,
    site: Site,
    viewer: Viewer,
    row: Source,
    *,
    problems: list[str] | None = None,
    typed: dict[str, str] | None = None,
    status: int = 200,
) -> Response:
    with reading(site.engine) as db:
        sheet = read_source(db, row, now=site.clock.now())
    spec = site.config.sources.get(row.slug)
    shown = typed or {
        "name": row.name,
        "every": duration_text(timedelta(seconds=row.every_seconds)),
        "quality": f"{row.quality:g}",
        "options": "\n".join(f"{key} = {value}" for key, value in row.options.items()),
    }
    return page(
        request,
        "source.html",
        viewer=viewer,
        status=status,
        sheet=sheet,
        source=row,
        typed=shown,
        asked_interval=timedelta(seconds=row.every_seconds),
        policy_named=(spec.policy if spec is not None else None) or "",
        policies=sorted(site.config.policies),
        problems=problems or [],
        span_words=span_words,
        may_edit=may(viewer, Permission.EDIT_SOURCES),
        is_changeable=site.live.folder is not None,
    )

"""GET and POST /sources/new: paste an address; /sources/new/{lookup}: what is behind it."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Annotated, Literal

from fastapi import APIRouter, Depends, Form, Query, Request, Response
from pydantic import Field
from sqlmodel import col, select

from config import ConfigError
from crawlers.errors import SourceError
from crawlers.named_places import named_place
from models.source import Source
from models.words import SourceKind
from service.access.permissions import Permission
from service.access.viewer import Viewer
from service.errors import RefusedError
from service.house import open_gate
from service.listening.lookups import Lookup
from service.listening.sourcing import Looked, free_slug, look
from service.listening.tending import Wanted, parse_options, put_sources
from service.serving.site import Site, SiteHere
from service.store.engine import reading
from service.typed import Line, Prose
from service.web import flash
from service.web.access.guard import require
from service.web.forms.editing import change, folder_of
from service.web.pages.source import every_of
from service.web.render import page, see_other, wants_fragment
from service.web.wording.source_words import in_words, way_out

router = APIRouter()

#: Paths of their own under /sources.
RESERVED = frozenset({"new", "import", "hosts"})
_RHYTHMS = ("5m", "15m", "30m", "1h", "6h", "1d")

_Edits = Annotated[Viewer, Depends(require(Permission.EDIT_SOURCES))]


@router.get("/sources/new")
def new(
    request: Request,
    viewer: _Edits,
    url: Annotated[str, Query(max_length=2_000)] = "",
    kind: SourceKind | None = None,
    option: Annotated[list[Annotated[Line, Field(max_length=500)]], Query(max_length=20)] = [],  # noqa: B006 - FastAPI copies it
    *,
    first: bool = False,
) -> Response:
    """Show the form, filled in as far as a link to it says."""
    return _form(request, viewer, url=url, kind=kind, options="\n".join(option), first=first)


@router.post("/sources/new")
def ask(
    request: Request,
    site: SiteHere,
    viewer: _Edits,
    url: Annotated[Line, Form(max_length=2_000)] = "",
    kind: Annotated[SourceKind | None, Form()] = None,
    options: Annotated[Prose, Form(max_length=4_000)] = "",
    first: Annotated[bool, Form()] = False,
) -> Response:
    """Begin to look at the address, behind the page, and lead to where the answer comes."""
    folder_of(site)
    address = address_of(url)
    try:
        given = parse_options(options)
        if kind is None:
            named_place(address)  # or it is no address, which needs no looking at
        name = begin_lookup(site, viewer, address, kind=kind, options=given)
    except (RefusedError, SourceError) as error:
        problem = error.reason if isinstance(error, SourceError) else str(error)
        return _form(
            request,
            viewer,
            url=url,
            kind=kind,
            options=options,
            first=first,
            problem=in_words(problem),
            status=422,
        )
    return see_other(f"/sources/new/{name}" + ("?first=true" if first else ""))


def address_of(typed: str) -> str:
    """Return what somebody typed as an address; most leave its beginning out."""
    return typed if "://" in typed or not typed else f"https://{typed}"


def begin_lookup(
    site: Site,
    viewer: Viewer,
    url: str,
    *,
    kind: SourceKind | None = None,
    options: Mapping[str, str] = MappingProxyType({}),
) -> str:
    """Begin to look at an address, behind the page; return the lookup's name."""
    config = site.config

    async def look_there() -> Looked:
        async with open_gate(config.settings, site.engine, site.clock) as gate:
            now = site.clock.now()
            return await look(gate, config, url, kind=kind, options=dict(options), now=now)

    now = site.clock.now()
    return site.lookups.ask(look_there, url=url, by=viewer.id, now=now, kind=kind, options=options)


@router.get("/sources/new/{lookup}")
def found(
    request: Request, site: SiteHere, viewer: _Edits, lookup: str, *, first: bool = False
) -> Response:
    """Show how far it got; a browser asks again by itself until there is an answer."""
    asked = site.lookups.get(lookup, by=viewer.id)
    return _answer(request, site, viewer, asked, first=first)


@router.post("/sources/new/{lookup}")
def add(
    request: Request,
    site: SiteHere,
    viewer: _Edits,
    lookup: str,
    name: Annotated[Line, Form(max_length=200)] = "",
    every: Annotated[Line, Form(max_length=10)] = "15m",
    backfill: Annotated[int, Form(ge=0, le=3_650)] = 0,
    comments: Annotated[Literal["yes"] | None, Form()] = None,
    first: Annotated[bool, Form()] = False,
) -> Response:
    """Write what was found into sources.toml; on a first run, go back to how far that is."""
    asked = site.lookups.get(lookup, by=viewer.id)
    if asked.looked is None:
        return see_other(f"/sources/new/{lookup}")
    found = asked.looked.found
    options = dict(found.options)
    if backfill and found.kind is SourceKind.FORUM:
        options["backfill_days"] = str(backfill)
    if comments and asked.looked.has_comments:
        options["comments"] = comments
    config = site.config
    slug = free_slug(name or found.url, {*config.sources, *RESERVED, *slugs_of(site)})
    try:
        wanted = Wanted(
            id=slug,
            kind=found.kind,
            name=name or found.name[:200] or slug,
            url=found.url,
            every=every_of(every),
            options=options,
        )
        _refuse_known(site, wanted)
        change(site, viewer, [put_sources(folder_of(site), [wanted])], note=f"{slug} added")
    except ConfigError as error:
        problem = "; ".join(problem.message for problem in error.problems)
        return _answer(request, site, viewer, asked, first=first, problem=problem, status=422)
    except RefusedError as error:
        return _answer(request, site, viewer, asked, first=first, problem=str(error), status=422)
    response = see_other("/welcome/progress" if first else f"/sources/{slug}")
    flash.leave(response, site, "source_added")
    return response


def slugs_of(site: Site) -> set[str]:
    """Return the ids of all sources, also of those that are off."""
    with reading(site.engine) as db:
        return set(db.exec(select(Source.slug)))


def _refuse_known(site: Site, wanted: Wanted) -> None:
    if same := _known(site, wanted.url, wanted.options):
        raise RefusedError(f"That is a source already: {same.name} ({same.slug}).")


def _known(site: Site, url: str, options: Mapping[str, str]) -> Source | None:
    """Return what is listened to already: the same address, asked for the same things.

    How far back it was read at first, and whether with comments, makes no other source of it.
    """
    with reading(site.engine) as db:
        there = db.exec(select(Source).where(Source.url == url, col(Source.active))).all()
    asked = _lasting(options)
    return next((row for row in there if _lasting(row.options) == asked), None)


def _lasting(options: Mapping[str, str]) -> dict[str, str]:
    passing = {"backfill_days", "comments"}
    return {name: value for name, value in options.items() if name not in passing}


def _form(
    request: Request,
    viewer: Viewer,
    *,
    url: str = "",
    kind: SourceKind | None = None,
    options: str = "",
    first: bool = False,
    problem: str | None = None,
    status: int = 200,
) -> Response:
    return page(
        request,
        "source_new.html",
        viewer=viewer,
        status=status,
        url=url,
        kind=kind,
        kinds=[each for each in SourceKind if each.is_polled],
        options=options,
        first=first,
        problem=problem,
    )


def _answer(
    request: Request,
    site: Site,
    viewer: Viewer,
    lookup: Lookup,
    *,
    first: bool,
    problem: str | None = None,
    status: int = 200,
) -> Response:
    policy, known = None, None
    if lookup.looked is not None:
        policy = site.config.policies[lookup.looked.policy]
        known = _known(site, lookup.looked.found.url, lookup.looked.found.options)
    fragment = wants_fragment(request)
    return page(
        request,
        "parts/source_lookup.html" if fragment else "source_found.html",
        viewer=viewer,
        status=status,
        lookup=lookup,
        policy=policy,
        known=known,
        way_out=way_out(lookup.url, lookup.kind, lookup.options) if lookup.problem else None,
        in_words=in_words,
        rhythms=_RHYTHMS,
        first=first,
        problem=problem,
    )

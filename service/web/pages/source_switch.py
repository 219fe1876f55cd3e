"""POST /sources/{slug}/switch, /poll and /move: on or off, read next, at its new address."""

from dataclasses import replace
from typing import Annotated

from fastapi import APIRouter, Depends, Form, Response
from sqlmodel import Session

from models.words import SourceHealth
from service.access.permissions import Permission
from service.access.viewer import Viewer
from service.listening.settling import accept_move
from service.listening.sourcing import set_paused, source_named
from service.listening.tending import put_sources, read_next, wanted_of
from service.serving.site import SiteHere
from service.store.engine import writing
from service.web import flash
from service.web.access.guard import require
from service.web.forms.editing import change, folder_of
from service.web.pages.source import source_at
from service.web.render import see_other

router = APIRouter()

_Edits = Annotated[Viewer, Depends(require(Permission.EDIT_SOURCES))]


@router.post("/sources/{slug}/switch")
def switch(site: SiteHere, viewer: _Edits, slug: str, on: Annotated[bool, Form()]) -> Response:
    """Listen there, or no more; what it brought stays.

    A source of sources.toml is switched there; another one in the database alone.
    """
    row = source_at(site, slug)
    if row.from_files and row.active != on:
        policy = site.config.sources[slug].policy if slug in site.config.sources else None
        wanted = replace(wanted_of(row, policy=policy), active=on)
        note = f"{slug} switched {'on' if on else 'off'}"
        change(site, viewer, [put_sources(folder_of(site), [wanted])], note=note)
    with writing(site.engine) as db:
        there = source_named(db, slug)
        if not there.from_files:
            there.active = on
        if on:
            there.next_poll_at = site.clock.now()
        db.add(there)
        if on and there.health is SourceHealth.PAUSED:
            set_paused(db, slug, paused=False)
    return _back(site, slug, "source_on" if on else "source_off")


@router.post("/sources/{slug}/poll")
def poll(site: SiteHere, _viewer: _Edits, slug: str) -> Response:
    """Have it read at the next tick."""
    source_at(site, slug)
    with writing(site.engine) as db:
        read_next(db, source_named(db, slug), now=site.clock.now())
    return _back(site, slug, "source_due")


@router.post("/sources/{slug}/move")
def move(site: SiteHere, viewer: _Edits, slug: str) -> Response:
    """Give it the address that it has been redirecting to for good."""
    row = source_at(site, slug)

    def moved(db: Session) -> None:
        accept_move(db, source_named(db, slug), now=site.clock.now(), by=viewer.handle)

    if row.from_files:
        policy = site.config.sources[slug].policy if slug in site.config.sources else None
        wanted = replace(wanted_of(row, policy=policy), url=row.moved_to or row.url)
        note = f"{slug} moved to its new address"
        change(site, viewer, [put_sources(folder_of(site), [wanted])], note=note, along=moved)
    else:
        with writing(site.engine) as db:
            moved(db)
    return _back(site, slug, "source_moved")


def _back(site: SiteHere, slug: str, said: str) -> Response:
    response = see_other(f"/sources/{slug}")
    flash.leave(response, site, said)
    return response

"""POST /sources/{slug}/switch, /poll and /move: on or off, read next, at its new address."""

from dataclasses import replace
from typing import Annotated

from fastapi import APIRouter, Depends, Form, Response

from models.words import SourceHealth
from service.listening.settling import accept_move
from service.listening.sourcing import set_paused, source_named
from service.listening.tending import put_sources, read_next, wanted_of
from service.store.engine import writing
from service.web import flash
from service.web.access.permissions import Permission, require
from service.web.entry.auth import Viewer
from service.web.forms.editing import change, folder_of
from service.web.pages.source import source_at
from service.web.render import see_other
from service.web.site import SiteHere

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
    if row.from_files:
        folder_of(site)
    with writing(site.engine) as db:
        there = source_named(db, slug)
        accept_move(db, there, now=site.clock.now(), by=viewer.handle)
    if row.from_files:
        policy = site.config.sources[slug].policy if slug in site.config.sources else None
        wanted = wanted_of(source_at(site, slug), policy=policy)
        note = f"{slug} moved to its new address"
        change(site, viewer, [put_sources(folder_of(site), [wanted])], note=note)
    return _back(site, slug, "source_moved")


def _back(site: SiteHere, slug: str, said: str) -> Response:
    response = see_other(f"/sources/{slug}")
    flash.leave(response, site, said)
    return response

"""GET and POST /capture: a post that a person brings; GET /capture/bookmarklet: how, in one click.

The bookmarklet is shown as text to copy. No page of ours has a javascript: link, not even this
one: that rule is worth more than a drag of the mouse.
"""

import json
from datetime import UTC, date, datetime, time
from typing import Annotated

from fastapi import APIRouter, Depends, Form, Request, Response

from config.days import OLDEST
from service.access.permissions import Permission
from service.access.viewer import Viewer
from service.access.visible import find_lead
from service.errors import NotFoundError, RefusedError
from service.posts.capturing import Captured, Clipping, capture, clean_link, intake_of
from service.serving.site import Site, SiteHere
from service.store.engine import reading
from service.times import zone_of
from service.typed import Line, Prose, one_line, prose
from service.web import flash
from service.web.access.guard import require
from service.web.render import page, see_other

router = APIRouter()

MOST_TEXT = 20_000
#: What a bookmarklet clips; written out in a URL it may be nine times as long.
_CLIPPED = 1_500

_Captures = Annotated[Viewer, Depends(require(Permission.CAPTURE_POSTS))]


@router.get("/capture")
def form(
    request: Request,
    viewer: _Captures,
    url: str = "",
    title: str = "",
    text: str = "",
) -> Response:
    """Show the form, filled in with what the bookmarklet brought; nothing is stored yet."""
    typed = Clipping(
        url=clean_link(url[:4_096]) or "",
        title=one_line(title[:1_200])[:300],
        text=prose(text[: 2 * MOST_TEXT])[:MOST_TEXT],
    )
    return page(request, "capture.html", viewer=viewer, typed=typed, problem=None)


@router.post("/capture")
def save(
    request: Request,
    site: SiteHere,
    viewer: _Captures,
    url: Annotated[Line, Form(max_length=4096)] = "",
    title: Annotated[Line, Form(max_length=300)] = "",
    text: Annotated[Prose, Form(max_length=MOST_TEXT)] = "",
    author: Annotated[Line, Form(max_length=100)] = "",
    published: Annotated[date | None, Form()] = None,
) -> Response:
    """Store the post, and say what became of it."""
    now = site.clock.now()
    clipping = Clipping(
        url=url,
        title=title,
        text=text,
        author=author,
        published=datetime.combine(published, time(12), UTC) if published else None,
    )
    try:
        if published is not None:
            _check_day(published, now.astimezone(zone_of(viewer.tz)).date())
        captured = capture(
            site.engine,
            site.config,
            intake_of(site.config, site.secret),
            clipping,
            user_id=viewer.id,
            now=now,
        )
    except RefusedError as error:
        return page(
            request, "capture.html", viewer=viewer, status=422, typed=clipping, problem=str(error)
        )
    response = see_other("/capture")
    lead_id = _lead_to_show(site, viewer, captured)
    flash.leave(response, site, f"captured_{captured.outcome}", lead_id)
    return response


@router.get("/capture/bookmarklet")
def bookmarklet(request: Request, site: SiteHere, viewer: _Captures) -> Response:
    """Show the bookmarklet as text, and what to do with it."""
    return page(request, "bookmarklet.html", viewer=viewer, code=bookmarklet_code(site.base_url))


def bookmarklet_code(base_url: str) -> str:
    """Return what a bookmark holds that opens the form with the page and its selection.

    A line end comes as U+2028, which the form makes a line end again: no address may hold a
    control character (``service.serving.front_door``).
    """
    target = json.dumps(f"{base_url}/capture?")
    return (
        r"javascript:(()=>{const c=s=>s.replace(/\t/g,' ').replace(/[\0-\x1f\x7f]+/g,'\u2028'),"
        "q=new URLSearchParams({url:location.href,"
        "title:c(document.title).slice(0,300),"
        f"text:c(String(getSelection())).slice(0,{_CLIPPED})}});"
        f"open({target}+q,'_blank','noopener')}})()"
    )


def _check_day(published: date, today: date) -> None:
    if published < OLDEST:
        raise RefusedError(f"A post of before {OLDEST.year} is none of the web: correct its day.")
    if published > today:
        raise RefusedError("That day is still to come: say when the post was written.")


def _lead_to_show(site: Site, viewer: Viewer, captured: Captured) -> str | None:
    """Return the lead that came of it, if the viewer may see it."""
    if captured.lead_id is None:
        return None
    try:
        with reading(site.engine) as db:
            return find_lead(db, viewer, captured.lead_id).id
    except NotFoundError:
        return None

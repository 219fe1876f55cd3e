"""GET /privacy, POST /privacy/ask: for people whose posts are kept. Anybody may read and ask.

Nothing is looked up here, so that the answer tells nobody whether somebody is known.
"""

from datetime import timedelta
from math import ceil
from typing import Annotated

from fastapi import APIRouter, Depends, Form, Request, Response

from models.privacy_words import AskedFor
from service.access.permissions import Permission
from service.privacy.asking import Asking, TooManyError, ask
from service.privacy.notices import PAGE
from service.store.engine import reading, writing
from service.typed import Line, Prose
from service.web import flash
from service.web.access.guard import require
from service.web.entry.auth import viewer_of_request
from service.web.render import page, see_other
from service.web.site import PageSite, PageSiteHere
from service.web.views.privacy import read_privacy
from service.web.wording.lead_words import ASKED_FOR

router = APIRouter(dependencies=[Depends(require(Permission.ANYONE))])

#: As the throttle knows them: no login can have this name.
_ASKING = "/privacy"


@router.get(PAGE)
def show_privacy_page(request: Request, site: PageSiteHere) -> Response:
    """Tell who keeps what, why, where from, for how long, and what may be asked."""
    return _page(request, site)


@router.post(f"{PAGE}/ask")
def ask_us(
    request: Request,
    site: PageSiteHere,
    asked_for: Annotated[AskedFor, Form()],
    handle: Annotated[Line, Form(min_length=1, max_length=200)],
    place: Annotated[Line, Form(min_length=1, max_length=500)],
    contact: Annotated[Line, Form(max_length=320)] = "",
    message: Annotated[Prose, Form(max_length=2000)] = "",
) -> Response:
    """Keep what they ask, for a person to answer."""
    now = site.clock.now()
    asking = Asking(
        asked_for=asked_for, handle=handle, place=place, contact=contact, message=message
    )
    address = request.client.host if request.client else ""
    if left := site.throttle.begin(_ASKING, address, now):
        return _too_many(request, site, asking, left)
    try:
        with writing(site.engine) as db:
            ask(db, asking, now=now)
    except TooManyError as error:
        return _page(request, site, status=429, typed=asking, problem=str(error))
    response = see_other(f"{PAGE}#main")
    flash.leave(response, site, "privacy_asked")
    return response


def _too_many(request: Request, site: PageSite, asking: Asking, left: timedelta) -> Response:
    seconds = ceil(left.total_seconds())
    problem = f"That is a lot at once. Wait {seconds} s, then send it again."
    refusal = _page(request, site, status=429, typed=asking, problem=problem)
    refusal.headers["Retry-After"] = str(seconds)
    return refusal


def _page(
    request: Request,
    site: PageSite,
    *,
    status: int = 200,
    typed: Asking | None = None,
    problem: str = "",
) -> Response:
    with reading(site.engine) as db:
        told = read_privacy(db, site.config)
    return page(
        request,
        "privacy.html",
        viewer=viewer_of_request(request),
        status=status,
        told=told,
        typed=typed,
        problem=problem,
        kinds=ASKED_FOR,
    )

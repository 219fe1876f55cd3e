"""/settings/deliveries: what went to endpoints, what did not, and sending it again."""

import asyncio
from typing import Annotated

from fastapi import APIRouter, Depends, Form, Query, Request, Response

from models.words import DeliveryState
from service.access.permissions import Permission, may
from service.access.viewer import Viewer
from service.delivery.log import retry_dead, retry_one
from service.delivery.sending import Attempt
from service.delivery.trial import try_endpoint
from service.errors import HarkenError
from service.house import House
from service.leads.ledger import audit
from service.serving.site import Site, SiteHere
from service.store.engine import reading, writing
from service.typed import Line
from service.web import flash
from service.web.access.guard import require
from service.web.forms.editing import folder_of
from service.web.render import page, see_other
from service.web.views.deliveries import read_log

router = APIRouter()

Reader = Annotated[Viewer, Depends(require(Permission.READ_DELIVERIES))]
Editor = Annotated[Viewer, Depends(require(Permission.EDIT_DELIVERIES))]
_PATH = "/settings/deliveries"


@router.get(_PATH)
def show_deliveries(
    request: Request,
    site: SiteHere,
    viewer: Reader,
    endpoint: Annotated[str, Query(max_length=64)] = "",
    state: DeliveryState | None = None,
    number: Annotated[int, Query(alias="page", ge=1, le=100_000)] = 1,
) -> Response:
    """Show the endpoints and a page of the log."""
    return _page(request, site, viewer, endpoint=endpoint, state=state, number=number)


@router.post(f"{_PATH}/retry")
def send_again(
    site: SiteHere, viewer: Editor, delivery: Annotated[Line, Form(max_length=36)]
) -> Response:
    """Have one delivery sent again; it keeps its id, by which receivers know it."""
    now = site.clock.now()
    with writing(site.engine) as db:
        retry_one(db, delivery, now=now)
        subject = f"delivery:{delivery}"
        audit(db, actor=viewer.id, action="delivery.retried", subject=subject, at=now)
    return _done(site)


@router.post(f"{_PATH}/revive")
def revive(
    site: SiteHere, viewer: Editor, endpoint: Annotated[Line, Form(max_length=64)]
) -> Response:
    """Give an endpoint a new chance, and all that it was not told."""
    now = site.clock.now()
    with writing(site.engine) as db:
        retry_dead(db, endpoint, specs=site.config.endpoints, now=now)
        subject = f"endpoint:{endpoint}"
        audit(db, actor=viewer.id, action="endpoint.revived", subject=subject, at=now)
    return _done(site)


@router.post(f"{_PATH}/test")
def test(
    request: Request,
    site: SiteHere,
    viewer: Editor,
    endpoint: Annotated[Line, Form(max_length=64)],
) -> Response:
    """Send a trial message now, through the gate that everything goes through, and say the end."""
    house = House(
        folder=folder_of(site),
        config=site.config,
        engine=site.engine,
        secret=site.secret,
        clock=site.clock,
    )
    try:
        tried = _in_words(asyncio.run(try_endpoint(house, endpoint)))
    except HarkenError as error:
        tried = str(error)
    return _page(request, site, viewer, tried=f"{endpoint}: {tried}")


def _in_words(attempt: Attempt) -> str:
    if attempt.problem is None:
        return f"it took the message (HTTP {attempt.status})."
    return f"it did not take the message: {attempt.problem}."


def _done(site: Site) -> Response:
    response = see_other(_PATH)
    flash.leave(response, site, "sent_again")
    return response


def _page(
    request: Request,
    site: Site,
    viewer: Viewer,
    *,
    endpoint: str = "",
    state: DeliveryState | None = None,
    number: int = 1,
    tried: str | None = None,
) -> Response:
    with reading(site.engine) as db:
        log = read_log(db, endpoint=endpoint or None, state=state, page=number)
    return page(
        request,
        "settings_deliveries.html",
        viewer=viewer,
        log=log,
        endpoint=endpoint,
        state=state,
        states=DeliveryState,
        tried=tried,
        specs=site.config.endpoints,
        may_edit=may(viewer, Permission.EDIT_DELIVERIES),
    )

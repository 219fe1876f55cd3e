"""/settings/privacy: how long things are kept, who is left alone, and erasing somebody.

Names that are typed here never stand in an address: addresses end up in logs.
"""

from datetime import timedelta
from typing import Annotated

from fastapi import APIRouter, Depends, Form, Request, Response

from models.ledger import Suppression
from models.words import SuppressionReason
from service.access.permissions import Permission
from service.access.viewer import Viewer
from service.errors import NotFoundError, RefusedError
from service.leads.ledger import audit
from service.leads.objecting import leave_alone
from service.posts.erasing import erase
from service.posts.subject import Subject, find_subject
from service.posts.suppression import ANYWHERE, normalise_handle
from service.privacy.asking import open_requests
from service.privacy.left_alone import note_left_alone
from service.privacy.notices import untold
from service.serving.site import Site, SiteHere
from service.store.engine import fold_in, reading, writing
from service.typed import Line
from service.web import flash
from service.web.access.guard import require
from service.web.render import page, see_other
from service.web.views.settings import read_clock, read_retention, read_suppressed
from service.web.wording.lead_words import ASKED_FOR, REQUEST_ENDS

router = APIRouter()

Officer = Annotated[Viewer, Depends(require(Permission.ERASE_PERSONS))]
Handle = Annotated[Line, Form(min_length=1, max_length=200)]
Host = Annotated[Line, Form(max_length=253)]
_PATH = "/settings/privacy"


@router.get(_PATH)
def show_privacy(request: Request, site: SiteHere, viewer: Officer) -> Response:
    """Show what is kept and who is left alone."""
    return _page(request, site, viewer)


@router.post(f"{_PATH}/look")
def look(
    request: Request, site: SiteHere, viewer: Officer, handle: Handle, host: Host = ""
) -> Response:
    """Show what there is of somebody, and what would go."""
    with reading(site.engine) as db:
        found = find_subject(db, handle, secret=site.secret, host=host.lower() or None)
    return _page(request, site, viewer, looked_for=(handle, host.lower()), found=found)


@router.post(f"{_PATH}/erase")
def erase_person(
    site: SiteHere,
    viewer: Officer,
    handle: Handle,
    host: Host = "",
    sure: Annotated[bool, Form()] = False,
) -> Response:
    """Erase them, and keep them out from now on."""
    if not sure:
        raise RefusedError("Tick that you are sure: there is no way back.")
    with writing(site.engine) as db:
        erase(
            db,
            handle,
            host=host.lower() or None,
            secret=site.secret,
            by=viewer.id,
            config=site.config,
            now=site.clock.now(),
        )
    fold_in(site.engine)
    note_left_alone(site.engine, site.live.folder, secret=site.secret)
    response = see_other(_PATH)
    flash.leave(response, site, "erased")
    return response


@router.post(f"{_PATH}/suppress")
def suppress(
    site: SiteHere,
    viewer: Officer,
    handle: Handle,
    reason: Annotated[SuppressionReason, Form()],
    host: Host = "",
) -> Response:
    """Leave somebody alone from now on; their live leads go."""
    if not normalise_handle(handle):
        raise RefusedError("Say who: the handle is empty.")
    now = site.clock.now()
    with writing(site.engine) as db:
        leave_alone(
            db,
            secret=site.secret,
            host=host.lower() or ANYWHERE,
            handle=handle,
            reason=reason,
            by=viewer.id,
            now=now,
        )
    note_left_alone(site.engine, site.live.folder, secret=site.secret)
    response = see_other(_PATH)
    flash.leave(response, site, "suppressed")
    return response


@router.post(f"{_PATH}/lift")
def lift(site: SiteHere, viewer: Officer, key: Annotated[Line, Form(max_length=64)]) -> Response:
    """Take somebody off the list; who was erased stays on it."""
    now = site.clock.now()
    with writing(site.engine) as db:
        row = db.get(Suppression, key)
        if row is None:
            raise NotFoundError("That is not on the list.")
        if row.reason is SuppressionReason.ERASURE:
            raise RefusedError("Who was erased stays on the list, or a crawl would bring it back.")
        db.delete(row)
        detail = {"reason": row.reason.value}
        audit(
            db,
            actor=viewer.id,
            action="privacy.lifted",
            subject=f"suppression:{key[:12]}",
            at=now,
            detail=detail,
        )
    note_left_alone(site.engine, site.live.folder, secret=site.secret)
    response = see_other(_PATH)
    flash.leave(response, site, "lifted")
    return response


def _page(
    request: Request,
    site: Site,
    viewer: Viewer,
    *,
    looked_for: tuple[str, str] | None = None,
    found: Subject | None = None,
) -> Response:
    now, settings = site.clock.now(), site.config.settings
    with reading(site.engine) as db:
        clock = read_clock(db, settings, now=now)
        retention = read_retention(db, settings.retention, now=now)
        asked = open_requests(db)
        warn = timedelta(days=settings.privacy.warn_days)
        due = untold(db, settings, now=now, until=now + warn)
        count, listed = read_suppressed(db)
    return page(
        request,
        "settings_privacy.html",
        viewer=viewer,
        retention=(*clock, *retention),
        asked=asked,
        asked_for=ASKED_FOR,
        ends=REQUEST_ENDS,
        untold=due,
        settings=settings,
        count=count,
        listed=listed,
        reasons=SuppressionReason,
        looked_for=looked_for,
        found=found,
    )

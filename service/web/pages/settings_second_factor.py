"""/settings/second-factor: one-time codes, from the picture to the recovery codes."""

from typing import Annotated

from fastapi import APIRouter, Depends, Form, Request, Response
from sqlmodel import Session

from models.people import User
from service.access.permissions import Permission
from service.access.viewer import Viewer
from service.errors import NotFoundError, RefusedError
from service.leads.ledger import audit
from service.store.engine import reading, writing
from service.typed import Line
from service.web import flash
from service.web.access.guard import require
from service.web.entry import second_factor
from service.web.entry.auth import browser_in_words, close_all_sessions, open_session
from service.web.entry.confirming import WrongPasswordError, confirm_password
from service.web.entry.passwords import LONGEST
from service.web.entry.session_cookie import set_session
from service.web.pages.settings_login import login_settings
from service.web.render import page, see_other
from service.web.site import PageSite, PageSiteHere

router = APIRouter()

#: Also for who gets no further without: here is where they set it up.
Me = Annotated[Viewer, Depends(require(Permission.EDIT_OWN, to_get_in=True))]
Password = Annotated[str, Form(max_length=LONGEST * 4)]
_PATH = "/settings/second-factor"


@router.get(_PATH)
def show_second_factor(request: Request, site: PageSiteHere, viewer: Me) -> Response:
    """Show the picture if a seed waits for its first code, else ask whether to begin."""
    return _page(request, site, viewer)


@router.post(f"{_PATH}/begin")
def begin(request: Request, site: PageSiteHere, viewer: Me, password: Password = "") -> Response:
    """Make a seed, for who knows the password."""
    with reading(site.engine) as db:
        user = db.get_one(User, viewer.id)
    try:
        confirm_password(request, site, user, password)
    except WrongPasswordError as error:
        return _page(request, site, viewer, problem=str(error))
    with writing(site.engine) as db:
        second_factor.begin(db, viewer.id, secret=site.secret, now=site.clock.now())
    return see_other(_PATH)


@router.get(f"{_PATH}/picture.svg")
def picture(site: PageSiteHere, viewer: Me) -> Response:
    """Give the QR code of a seed that waits; no other page or site ever gets it."""
    with reading(site.engine) as db:
        user = db.get_one(User, viewer.id)
        seed = second_factor.seed_of(db, viewer.id, secret=site.secret)
    if seed is None:
        raise NotFoundError
    name = site.config.settings.name
    address = second_factor.address_of(seed, user, issuer=name)
    return Response(second_factor.picture_of(address), media_type="image/svg+xml")


@router.post(f"{_PATH}/confirm")
def confirm(
    request: Request,
    site: PageSiteHere,
    viewer: Me,
    code: Annotated[Line, Form(max_length=40)] = "",
) -> Response:
    """Ask for codes from now on, and show the recovery codes this once."""
    now = site.clock.now()
    guessed = f"code of {viewer.id}"
    if site.throttle.begin(guessed, "", now):
        return _page(request, site, viewer, problem="Too many tries. Wait a moment.")
    try:
        with writing(site.engine) as db:
            codes = second_factor.confirm(db, viewer.id, code, secret=site.secret, now=now)
            _note(db, viewer, "on", site)
            close_all_sessions(db, viewer.id)
            browser = browser_in_words(request.headers.get("user-agent"))
            token = open_session(db, viewer.id, now, browser=browser)
    except RefusedError as error:
        return _page(request, site, viewer, problem=str(error))
    site.throttle.succeeded(guessed, "")
    response = page(request, "settings_recovery.html", viewer=viewer, codes=codes, is_new=True)
    set_session(response, site, token)
    return response


@router.post(f"{_PATH}/recovery")
def new_codes(
    request: Request, site: PageSiteHere, viewer: Me, password: Password = ""
) -> Response:
    """Show new recovery codes, this once; the old ones are worth nothing now."""
    with reading(site.engine) as db:
        user = db.get_one(User, viewer.id)
    try:
        confirm_password(request, site, user, password)
    except WrongPasswordError as error:
        return login_settings(request, site, viewer, problem=str(error))
    with writing(site.engine) as db:
        if not second_factor.is_on(db, viewer.id):
            raise RefusedError("Switch one-time codes on first.")
        codes = second_factor.new_recovery_codes(db, viewer.id)
        _note(db, viewer, "recovery_codes", site)
    return page(request, "settings_recovery.html", viewer=viewer, codes=codes, is_new=False)


@router.post(f"{_PATH}/off")
def switch_off(
    request: Request, site: PageSiteHere, viewer: Me, password: Password = ""
) -> Response:
    """Ask for no codes any more; where the house asks for them, they are set up anew."""
    with reading(site.engine) as db:
        user = db.get_one(User, viewer.id)
    try:
        confirm_password(request, site, user, password)
    except WrongPasswordError as error:
        return login_settings(request, site, viewer, problem=str(error))
    with writing(site.engine) as db:
        second_factor.switch_off(db, viewer.id)
        _note(db, viewer, "off", site)
    response = see_other("/settings/login")
    flash.leave(response, site, "codes_off")
    return response


def _page(
    request: Request, site: PageSite, viewer: Viewer, *, problem: str | None = None
) -> Response:
    with reading(site.engine) as db:
        seed = second_factor.seed_of(db, viewer.id, secret=site.secret)
        is_on = second_factor.is_on(db, viewer.id)
        has_password = db.get_one(User, viewer.id).password_hash is not None
    if is_on:
        return see_other("/settings/login")
    return page(
        request,
        "settings_second_factor.html",
        viewer=viewer,
        status=422 if problem else 200,
        problem=problem,
        seed=" ".join(seed[at : at + 4] for at in range(0, len(seed), 4)) if seed else None,
        must=viewer.owes_second_factor,
        has_password=has_password,
    )


def _note(db: Session, viewer: Viewer, what: str, site: PageSite) -> None:
    audit(
        db,
        actor=viewer.id,
        action=f"user.second_factor_{what}",
        subject=f"user:{viewer.id}",
        at=site.clock.now(),
    )

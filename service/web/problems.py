"""Pages for when it does not work: what happened, and what to do now."""

from collections.abc import Mapping
from dataclasses import dataclass
from http import HTTPStatus
from urllib.parse import quote

from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from sqlalchemy.exc import DBAPIError
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException

from models.moves import MoveRefusedError
from service.access.viewer import Viewer
from service.access.visible import find_lead
from service.errors import (
    ConflictError,
    ForbiddenError,
    HarkenError,
    NotFoundError,
    RefusedError,
    StoreError,
)
from service.serving.site import site_of
from service.store.engine import reading
from service.web.access.guard import LoginNeededError, SecondFactorNeededError
from service.web.entry.auth import viewer_of_request
from service.web.render import page, see_other
from service.web.sheet import sheet_page
from service.web.wording.field_words import faults_of


@dataclass(frozen=True, slots=True)
class Problem:
    """What a person reads."""

    title: str
    advice: str


_PROBLEMS: Mapping[int, Problem] = {
    400: Problem("That request made no sense", "Go back, load the page again and retry."),
    403: Problem("That is not yours to do", "Ask a manager or an admin if it should be."),
    404: Problem("There is nothing here", "It is gone, or it is not yours to see."),
    405: Problem("This address can't be used like that", "Go back and use the page's own links."),
    409: Problem(
        "Somebody changed it meanwhile", "Nothing of yours was written. Load the page again."
    ),
    413: Problem("That is too much text", "Shorten it and try again."),
    422: Problem("Something is missing or wrong in that form", "Go back, correct it, try again."),
    429: Problem("Too many tries", "Wait a moment, then try again."),
    500: Problem(
        "That went wrong on our side",
        "Nothing was changed. Try again; if it stays, whoever runs this Harken finds the "
        "reason in its log.",
    ),
    503: Problem("Harken can't reach its database", "Whoever runs it should run `harken doctor`."),
}
_REFUSED = Problem("That can't be done", "Nothing was changed. Go back and try it otherwise.")
#: The same where a lead is what it is about.
_OF_LEAD: Mapping[int, Problem] = {
    404: Problem(
        "There is nothing here",
        "A lead that was offered to you leaves your inbox when its time is up, when somebody "
        "else gets it, or when it is erased.",
    ),
    409: Problem(
        "This lead has moved on",
        "Nothing of yours was written. Look at the lead as it is now, then decide again.",
    ),
}
_REFUSED_OF_LEAD = Problem(
    "That can't be done now",
    "Nothing of yours was written. Look at the lead as it is now to see what can be done.",
)
#: Tells htmx to poll no more.
_STOP_ASKING = 286
_STATUS: tuple[tuple[type[Exception], int], ...] = (
    (NotFoundError, 404),
    (ForbiddenError, 403),
    (ConflictError, 409),
    (RefusedError, 409),
    (StoreError, 503),
)


def install(app: FastAPI) -> None:
    """Have ``app`` answer every failure with a page that helps."""
    app.add_exception_handler(LoginNeededError, _log_in_first)
    app.add_exception_handler(SecondFactorNeededError, _second_factor_first)
    app.add_exception_handler(HarkenError, _harken_error)
    app.add_exception_handler(MoveRefusedError, _move_refused)
    app.add_exception_handler(RequestValidationError, _bad_form)
    app.add_exception_handler(HTTPException, _http_error)
    app.add_exception_handler(Exception, _our_fault)


def show(
    request: Request,
    status: int,
    *,
    detail: str | None = None,
    problem: Problem | None = None,
    typed: Mapping[str, str] | None = None,
) -> Response:
    """Return the page of a problem; a request of htmx is told to load it as a whole page.

    Args:
        request: what went wrong.
        status: what the answer says of it.
        detail: what is special about this one.
        problem: what a person reads, where the status does not say it all.
        typed: the form that was sent, where it is to be shown again: who is too late for a lead,
            or sent something wrong, gets to see it as it is now, and keeps what he wrote.
    """
    known = problem or (_OF_LEAD.get(status) if _is_of_lead(request) else None)
    known = known or _PROBLEMS.get(status)
    known = known or Problem(HTTPStatus(status).phrase, "Go back and use the page's own links.")
    viewer = _viewer(request) if status < HTTPStatus.INTERNAL_SERVER_ERROR else None
    lead_id = None
    if status == HTTPStatus.CONFLICT or (status == HTTPStatus.UNPROCESSABLE_ENTITY and typed):
        lead_id = _lead_to_look_at(request, viewer)
    if viewer and lead_id and typed is not None and "hx-request" not in request.headers:
        refused = (known.title, detail or known.advice)
        return sheet_page(request, viewer, lead_id, status=status, refused=refused, typed=typed)
    response = page(
        request,
        "problem.html",
        viewer=viewer,
        status=status,
        problem=known,
        code=status,
        detail=detail,
        lead_id=lead_id,
    )
    if request.headers.get("hx-trigger") == "news":
        return _quietly()
    if request.headers.get("hx-request") == "true":
        query = f"?{request.url.query}" if request.url.query else ""
        response.headers["HX-Redirect"] = request.url.path + query
    return response


def _is_of_lead(request: Request) -> bool:
    return "lead_id" in request.path_params or "lead" in request.query_params


def _refused(request: Request) -> Problem:
    return _REFUSED_OF_LEAD if _is_of_lead(request) else _REFUSED


def _quietly() -> Response:
    """Return what stops a page from asking for news, and leaves it as it is to its reader."""
    return Response(status_code=_STOP_ASKING)


def _viewer(request: Request) -> Viewer | None:
    try:
        return viewer_of_request(request)
    except (DBAPIError, StoreError):
        return None  # the page of a problem must not have problems of its own


def _lead_to_look_at(request: Request, viewer: Viewer | None) -> str | None:
    """Return the lead that a person was too late for, if it is still theirs to see."""
    lead_id = request.path_params.get("lead_id")
    if viewer is None or not isinstance(lead_id, str):
        return None
    try:
        with reading(site_of(request).engine) as db:
            return find_lead(db, viewer, lead_id).id
    except NotFoundError:
        return None


def _log_in_first(request: Request, _error: Exception) -> Response:
    there = request.url.path + (f"?{request.url.query}" if request.url.query else "")
    login = f"/login?next={quote(there, safe='')}" if request.method == "GET" else "/login"
    if request.headers.get("hx-trigger") == "news":
        return _quietly()
    if request.headers.get("hx-request") == "true":
        return Response(status_code=401, headers={"HX-Redirect": login})
    return see_other(login)


def _second_factor_first(request: Request, _error: Exception) -> Response:
    if request.headers.get("hx-request") == "true":
        return Response(status_code=401, headers={"HX-Redirect": "/settings/second-factor"})
    return see_other("/settings/second-factor")


async def _harken_error(request: Request, error: Exception) -> Response:
    typed = await _typed(request)
    return await run_in_threadpool(_tell, request, error, typed)


async def _typed(request: Request) -> dict[str, str]:
    """Return the texts of the form that was sent; FastAPI has read it, so it is at hand."""
    form = await request.form() if request.method == "POST" else {}
    return {name: text for name, text in form.items() if isinstance(text, str)}


def _tell(request: Request, error: Exception, typed: Mapping[str, str]) -> Response:
    status = next((code for kind, code in _STATUS if isinstance(error, kind)), 422)
    problem = _refused(request) if isinstance(error, RefusedError) else None
    return show(request, status, detail=str(error), problem=problem, typed=typed)


async def _move_refused(request: Request, error: Exception) -> Response:
    why, typed = getattr(error, "why", ""), await _typed(request)
    detail = f"Because {why}." if why else None
    return await run_in_threadpool(
        show, request, 409, detail=detail, problem=_refused(request), typed=typed
    )


async def _bad_form(request: Request, error: Exception) -> Response:
    errors = error.errors() if isinstance(error, RequestValidationError) else ()
    route = request.scope.get("route")
    detail = faults_of(errors, getattr(route, "path", ""))
    typed = await _typed(request)
    return await run_in_threadpool(show, request, 422, detail=detail, typed=typed)


def _http_error(request: Request, error: Exception) -> Response:
    return show(request, error.status_code if isinstance(error, HTTPException) else 400)


def _our_fault(request: Request, _error: Exception) -> Response:
    return show(request, 500)

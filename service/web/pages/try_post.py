"""GET and POST /try: what Harken would make of a post; nothing of it is stored."""

from typing import Annotated

from fastapi import APIRouter, Depends, Form, Request, Response

from service.access.permissions import Permission
from service.access.viewer import Viewer
from service.errors import RefusedError
from service.serving.site import SiteHere
from service.store.engine import reading
from service.trying import Pasted, StillWakingError, try_post
from service.typed import Line, Prose
from service.web.access.guard import require
from service.web.render import page
from service.web.views.trying import ShownTry, shown_tries

router = APIRouter()

MOST_TEXT = 20_000

_Tries = Annotated[Viewer, Depends(require(Permission.TRY_POSTS))]


@router.get("/try")
def form(request: Request, site: SiteHere, viewer: _Tries) -> Response:
    """Show the form, and begin to load the classifier while it is filled in."""
    site.judge.wake()
    return _show(request, viewer, Pasted(text=""))


@router.post("/try")
def judge(
    request: Request,
    site: SiteHere,
    viewer: _Tries,
    text: Annotated[Prose, Form(max_length=MOST_TEXT)] = "",
    title: Annotated[Line, Form(max_length=300)] = "",
    thread_title: Annotated[Line, Form(max_length=300)] = "",
    author: Annotated[Line, Form(max_length=100)] = "",
    url: Annotated[Line, Form(max_length=2_000)] = "",
) -> Response:
    """Judge what was pasted and answer with the form and all that follows from it."""
    pasted = Pasted(
        text=text, title=title, thread_title=thread_title, author=author or None, url=url or None
    )
    if not text and not title:
        return _show(request, viewer, pasted, problem="Paste a post first.", status=422)
    try:
        config = site.config
        listener = site.judge.listener(config)
        with reading(site.engine) as db:
            tried = try_post(
                db, pasted, listener, site.judge.ready(), config, now=site.clock.now()
            )
    except StillWakingError as error:
        return _show(request, viewer, pasted, problem=str(error), status=503)
    except RefusedError as error:
        return _show(request, viewer, pasted, problem=str(error), status=409)
    return _show(request, viewer, pasted, tries=shown_tries(tried, pasted, config))


def _show(
    request: Request,
    viewer: Viewer,
    pasted: Pasted,
    *,
    tries: tuple[ShownTry, ...] = (),
    problem: str | None = None,
    status: int = 200,
) -> Response:
    return page(
        request,
        "try.html",
        viewer=viewer,
        status=status,
        pasted=pasted,
        tries=tries,
        problem=problem,
    )

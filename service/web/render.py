"""Templates into answers: escaped always, strict about what is missing."""

from functools import cache
from pathlib import Path

from fastapi import Request, Response
from fastapi.responses import HTMLResponse, RedirectResponse
from jinja2 import Environment, FileSystemLoader, StrictUndefined

from service import times
from service.access.viewer import Viewer
from service.links import inward
from service.web import flash
from service.web.access.areas import areas_for
from service.web.access.settings_areas import settings_for
from service.web.assets import asset_url
from service.web.preferences import preferences_of
from service.web.site import page_site_of
from service.web.wording import lead_words, words

TEMPLATES = Path(__file__).parent / "templates"
_FRAGMENTS = "parts/"


def page(
    request: Request,
    template: str,
    /,
    *,
    viewer: Viewer | None = None,
    status: int = 200,
    **shown: object,
) -> Response:
    """Return the template ``template`` as an answer; a whole page also says what was just done."""
    site = page_site_of(request)
    whole = not template.startswith(_FRAGMENTS)
    tz = viewer.tz if viewer else "UTC"
    said = flash.pick_up(request, tz) if whole else None
    body = (
        _environment()
        .get_template(template)
        .render(
            viewer=viewer,
            tz=tz,
            now=site.clock.now(),
            preferences=preferences_of(request),
            asset=lambda path: asset_url(site.assets, path),
            here=_here(request),
            said=said,
            thresholds_of=site.config.thresholds_of,
            process=site.config.process,
            stages=words.stages(site.config.process),
            **shown,
        )
    )
    response = HTMLResponse(body, status, headers={"Vary": "Cookie, HX-Request"})
    if said:
        flash.forget(response)
    return response


def see_other(path: str) -> Response:
    """Return a redirect after a write: the browser asks for ``path`` with GET."""
    return RedirectResponse(path, 303)


def wants_fragment(request: Request) -> bool:
    """Return whether htmx asks for a part of the page that is on the screen."""
    return (
        request.headers.get("hx-request") == "true"
        and request.headers.get("hx-history-restore-request") != "true"
    )


def _here(request: Request) -> str:
    query = f"?{request.url.query}" if request.url.query else ""
    return inward(request.url.path + query) if request.method == "GET" else "/"


@cache
def _environment() -> Environment:
    environment = Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters |= {
        "age": times.age,
        "due": times.due,
        "moment": times.moment,
        "iso": times.iso,
    }
    environment.globals |= {
        "words": words,
        "terms": lead_words,
        "areas_for": areas_for,
        "settings_for": settings_for,
    }
    return environment

"""GET /inbox/news: how many leads came into a view since it was drawn; asked every minute."""

from typing import Annotated

from fastapi import APIRouter, Depends, Query, Request, Response
from pydantic import AwareDatetime

from service.access.permissions import Permission
from service.access.viewer import Viewer
from service.serving.site import SiteHere
from service.store.engine import reading
from service.web.access.guard import require
from service.web.render import page
from service.web.views.inbox import news_since
from service.web.views.inbox_asked import InboxAsked

router = APIRouter()

_NOTHING = 204  # htmx leaves the page as it is


class NewsAsked(InboxAsked):
    """A view, and since when."""

    since: AwareDatetime


@router.get("/inbox/news")
def news(
    request: Request,
    site: SiteHere,
    viewer: Annotated[Viewer, Depends(require(Permission.READ_LEADS))],
    asked: Annotated[NewsAsked, Query()],
) -> Response:
    """Say so in a line with a link; the list stays as it is under its reader's hands."""
    with reading(site.engine) as db:
        came = news_since(db, viewer, asked, since=asked.since, now=site.clock.now())
    if not came:
        return Response(status_code=_NOTHING)
    url = InboxAsked.model_validate(asked.model_dump(exclude={"since", "page", "lead"})).url()
    return page(request, "parts/news.html", viewer=viewer, came=came, url=url)

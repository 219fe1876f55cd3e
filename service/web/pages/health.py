"""GET /healthz and /readyz: is the process there, and can it work."""

from fastapi import APIRouter, Depends, Response
from fastapi.responses import PlainTextResponse
from sqlalchemy.exc import DBAPIError

from service.access.permissions import Permission
from service.errors import StoreError
from service.serving.site import SiteHere
from service.store.revisions import current, newest
from service.web.access.guard import require

router = APIRouter(dependencies=[Depends(require(Permission.ANYONE))])


@router.api_route("/healthz", methods=["GET", "HEAD"])
def healthz() -> Response:
    """Say that the process answers."""
    return PlainTextResponse("ok\n")


@router.api_route("/readyz", methods=["GET", "HEAD"])
def readyz(site: SiteHere) -> Response:
    """Say whether the database is there, at the revision that this version wants."""
    try:
        at = current(site.engine)
    except (DBAPIError, StoreError):
        return PlainTextResponse("the database can't be reached\n", 503)
    if at != newest():
        return PlainTextResponse("the database is at another revision\n", 503)
    return PlainTextResponse("ready\n")

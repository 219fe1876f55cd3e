"""GET /static/...: our own and vendored files; a versioned address may be kept for ever."""

from fastapi import APIRouter, Depends, Request, Response

from service.errors import NotFoundError
from service.web.access.permissions import Permission, require
from service.web.assets import is_vendored
from service.web.site import SiteHere

router = APIRouter()

_FOR_EVER = "public, max-age=31536000, immutable"
_ASK_AGAIN = "no-cache"


@router.get("/static/{path:path}", dependencies=[Depends(require(Permission.ANYONE))])
def static(path: str, request: Request, site: SiteHere, v: str = "") -> Response:
    """Give a file."""
    asset = site.assets.get(path)
    if asset is None:
        raise NotFoundError("There is no such file.")
    tag = f'"{asset.version}"'
    headers = {
        "ETag": tag,
        "Cache-Control": _FOR_EVER if v == asset.version or is_vendored(path) else _ASK_AGAIN,
    }
    if request.headers.get("if-none-match") == tag:
        return Response(status_code=304, headers=headers)
    return Response(asset.body, media_type=asset.media_type, headers=headers)

"""GET /static/...: our own and vendored files; a versioned address may be kept for ever.

They were packed when they were read: a browser that takes gzip gets a third of the bytes.
"""

from fastapi import APIRouter, Depends, Request, Response

from service.access.permissions import Permission
from service.errors import NotFoundError
from service.web.access.guard import require
from service.web.assets import is_vendored
from service.web.site import PageSiteHere

router = APIRouter()

_FOR_EVER = "public, max-age=31536000, immutable"
_ASK_AGAIN = "no-cache"


@router.get("/static/{path:path}", dependencies=[Depends(require(Permission.ANYONE))])
def static(path: str, request: Request, site: PageSiteHere, v: str = "") -> Response:
    """Give a file."""
    asset = site.assets.get(path)
    if asset is None:
        raise NotFoundError("There is no such file.")
    packed = asset.packed if "gzip" in request.headers.get("accept-encoding", "") else None
    tag = f'"{asset.version}-gzip"' if packed else f'"{asset.version}"'
    headers = {
        "ETag": tag,
        "Cache-Control": _FOR_EVER if v == asset.version or is_vendored(path) else _ASK_AGAIN,
    }
    if packed:
        headers["Vary"] = "Accept-Encoding"  # an unpacked answer gets it on its way out
    if request.headers.get("if-none-match") == tag:
        return Response(status_code=304, headers=headers)
    if packed:
        headers["Content-Encoding"] = "gzip"
    return Response(packed or asset.body, media_type=asset.media_type, headers=headers)

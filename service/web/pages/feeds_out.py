"""GET /feeds/{token}.{form}: a feed of leads for a reader that cannot log in.

The address is the key: 256 random bits, of which only a hash is kept, revocable by
`harken feeds revoke`. The answer says nothing else than what its owner sees.
"""

import hashlib
from email.utils import format_datetime

from fastapi import APIRouter, Depends, Request, Response

from service.access.permissions import Permission
from service.delivery.feeds_out import FORMS, NoSuchFeedError, read_feed
from service.serving.site import SiteHere
from service.store.engine import reading
from service.web.access.guard import require

router = APIRouter(dependencies=[Depends(require(Permission.ANYONE))])

#: Readers may keep it so long, proxies not at all.
_CACHING = "private, max-age=300"


@router.api_route("/feeds/{token}.{form}", methods=["GET", "HEAD"])
def feed(request: Request, site: SiteHere, token: str, form: str) -> Response:
    """Give the feed, or 304 to a reader that has it."""
    if form not in FORMS:
        raise NoSuchFeedError
    make, media_type = FORMS[form]
    with reading(site.engine) as db:
        found = read_feed(
            db,
            token,
            base_url=site.base_url,
            name=site.config.settings.name,
            secret=site.secret,
        )
    body = make(found)
    etag = f'"{hashlib.sha256(body).hexdigest()[:32]}"'
    headers = {
        "ETag": etag,
        "Last-Modified": format_datetime(found.changed_at, usegmt=True),
        "Cache-Control": _CACHING,
        "X-Robots-Tag": "noindex",
    }
    if _has(request, etag):
        return Response(status_code=304, headers=headers)
    return Response(body, media_type=f"{media_type}; charset=utf-8", headers=headers)


def _has(request: Request, etag: str) -> bool:
    """Say whether the reader names the present ETag, also as a weak one (RFC 9110, 13.1.2)."""
    named = request.headers.get("if-none-match", "").split(",")
    return any(one.strip().removeprefix("W/") in {etag, "*"} for one in named)

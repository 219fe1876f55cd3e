"""The cookie that carries a session's token."""

from fastapi import Response

from service.web.entry.auth import SESSION_LONGEST
from service.web.site import PageSite


def set_session(response: Response, site: PageSite, token: str) -> None:
    """Have the browser keep the session."""
    response.set_cookie(
        site.cookie_name,
        token,
        max_age=int(SESSION_LONGEST.total_seconds()),
        path="/",  # what __Host- asks for
        httponly=True,
        samesite="lax",
        secure=site.secure_cookies,
    )


def drop_session(response: Response, site: PageSite) -> None:
    """Have the browser forget the session."""
    response.delete_cookie(
        site.cookie_name, path="/", httponly=True, samesite="lax", secure=site.secure_cookies
    )

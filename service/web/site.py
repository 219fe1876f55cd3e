"""What the pages of one installation share, beside what the API does too."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Annotated, cast

from fastapi import Depends, Request

from service.serving.site import Site
from service.web.assets import Asset, read_assets
from service.web.entry.throttle import LoginThrottle


@dataclass(frozen=True, slots=True, kw_only=True)
class PageSite(Site):
    """One installation, as its pages see it."""

    assets: Mapping[str, Asset] = field(default_factory=read_assets)
    throttle: LoginThrottle = field(default_factory=LoginThrottle)

    @property
    def cookie_name(self) -> str:
        """The session cookie; ``__Host-`` binds it to this host and to https."""
        return "__Host-harken" if self.secure_cookies else "harken"


def page_site_of(request: Request) -> PageSite:
    """Return the installation that a request for a page came to."""
    return cast("PageSite", request.app.state.site)


PageSiteHere = Annotated[PageSite, Depends(page_site_of)]

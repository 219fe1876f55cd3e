"""What the pages of one installation share."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Annotated, cast

from fastapi import Depends, Request
from sqlalchemy import Engine

from config import Config
from models.clock import Clock
from service.editing.live import LiveConfig
from service.listening.lookups import Lookups
from service.reports.kept import Kept
from service.trying import JudgeHere
from service.web.assets import Asset, read_assets
from service.web.entry.throttle import LoginThrottle


@dataclass(frozen=True, slots=True, kw_only=True)
class Site:
    """One installation, as its pages see it."""

    engine: Engine
    clock: Clock
    live: LiveConfig
    secret: bytes
    base_url: str
    secure_cookies: bool
    demo: bool
    assets: Mapping[str, Asset] = field(default_factory=read_assets)
    throttle: LoginThrottle = field(default_factory=LoginThrottle)
    lookups: Lookups = field(default_factory=Lookups)
    judge: JudgeHere = field(default_factory=JudgeHere)
    reports: Kept = field(default_factory=Kept)

    @property
    def config(self) -> Config:
        """What the people of the installation have decided, as it is now."""
        return self.live.current()

    @property
    def cookie_name(self) -> str:
        """The session cookie; ``__Host-`` binds it to this host and to https."""
        return "__Host-harken" if self.secure_cookies else "harken"


def site_of(request: Request) -> Site:
    """Return the installation that a request came to."""
    return cast("Site", request.app.state.site)


SiteHere = Annotated[Site, Depends(site_of)]

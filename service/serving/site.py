"""What the pages and the API of one installation share."""

from dataclasses import dataclass, field
from typing import Annotated, cast

from fastapi import Depends, FastAPI, Request
from sqlalchemy import Engine

from config import Config
from models.clock import Clock
from service.editing.live import LiveConfig
from service.listening.lookups import Lookups
from service.reports.kept import Kept
from service.reports.making import Maker, MakesHere
from service.trying import JudgeHere


@dataclass(frozen=True, slots=True, kw_only=True)
class Site:
    """One installation, as it is served."""

    engine: Engine
    clock: Clock
    live: LiveConfig
    secret: bytes
    base_url: str
    secure_cookies: bool
    demo: bool
    lookups: Lookups = field(default_factory=Lookups)
    judge: JudgeHere = field(default_factory=JudgeHere)
    reports: Kept = field(default_factory=Kept)
    maker: Maker = field(default_factory=MakesHere)

    @property
    def config(self) -> Config:
        """What the people of the installation have decided, as it is now."""
        return self.live.current()


def site_in(app: FastAPI) -> Site:
    """Return the installation that an app serves."""
    return cast("Site", app.state.site)


def site_of(request: Request) -> Site:
    """Return the installation that a request came to."""
    return site_in(request.app)


SiteHere = Annotated[Site, Depends(site_of)]

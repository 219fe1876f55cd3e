"""An installation, put together: its folder, configuration, database, secret and clock."""

from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy import Engine

from config import Config, load_config
from config.settings import Settings
from models.clock import Clock, SystemClock
from service.address import reached_at
from service.collecting import spare_what_stays
from service.delivery.endpoints import addresses, sync_endpoints
from service.errors import RefusedError
from service.folder import DATABASE, SECRET, can_only_be_read, existing, make, usable
from service.privacy.left_alone import leave_alone_again
from service.secret import load_secret, read_secret
from service.store import migrate, revisions
from service.store.engine import database_url, open_engine, open_to_read, writing
from service.sync import sync

if TYPE_CHECKING:
    from crawlers.fetch import Gate
    from service.delivery.sending import Post
    from service.listening.crawling import Crawl
    from service.posts.intake import Intake


@dataclass(frozen=True, slots=True, kw_only=True)
class House:
    """Everything that the commands and the page work with.

    What crawls, judges and sends is imported when it is asked for: most commands only look, and
    would wait two seconds for it.
    """

    folder: Path
    config: Config
    engine: Engine
    secret: bytes
    clock: Clock

    def intake(self) -> "Intake":
        """Return an intake that judges by the configured topics."""
        from service.posts.intake import Intake
        from service.posts.judging import ModelWhenAsked, TopicListener

        listener = TopicListener(self.config.topics.values(), ModelWhenAsked())
        spare_what_stays()
        return Intake(config=self.config, listener=listener, secret=self.secret)

    @asynccontextmanager
    async def gate(self) -> AsyncIterator["Gate"]:
        """Give an open gate to the network under this installation's name and limits."""
        async with open_gate(self.config.settings, self.engine, self.clock) as gate:
            yield gate

    @asynccontextmanager
    async def post_office(self) -> AsyncIterator["Post"]:
        """Give what sending to the configured endpoints needs, with a gate that leads there only.

        It is another gate than that of the crawl, which can send nothing at all.
        """
        from crawlers.fetch import AllowedNetworks, Gate
        from service.delivery.sending import DELIVERY_LIMITS, Post

        settings = self.config.settings
        own_urls = own_addresses(settings)
        async with Gate(
            user_agent=f"harken/{version('harken')}",
            allowed=AllowedNetworks.parse(str(network) for network in settings.allow_networks),
            limits=DELIVERY_LIMITS,
            clock=self.clock,
            ourselves=own_urls,
            endpoints=addresses(self.config.endpoints),
        ) as gate:
            yield Post(
                engine=self.engine,
                gate=gate,
                endpoints=self.config.endpoints,
                own_urls=own_urls,
                base_url=reached_at(settings, self.folder),
                secret=self.secret,
                clock=self.clock,
            )

    @asynccontextmanager
    async def crawl(self) -> AsyncIterator["Crawl"]:
        """Give a crawl that is ready to run, with an open gate."""
        from crawlers.registry import ADAPTERS
        from service.listening.crawling import Crawl

        intake = self.intake()
        async with self.gate() as gate:
            yield Crawl(
                engine=self.engine,
                intake=intake,
                gate=gate,
                adapters=ADAPTERS,
                clock=self.clock,
            )


@asynccontextmanager
async def open_gate(settings: Settings, engine: Engine, clock: Clock) -> AsyncIterator["Gate"]:
    """Give an open gate to the network, with the budgets that all processes share."""
    from crawlers.fetch import AllowedNetworks, Gate
    from service.listening.hosts import SharedBudget, SharedRobots

    contact = settings.contact or settings.base_url or "operator did not say"
    async with Gate(
        user_agent=f"harken/{version('harken')} (+{contact})",
        allowed=AllowedNetworks.parse(str(network) for network in settings.allow_networks),
        clock=clock,
        ourselves=own_addresses(settings),
        budget=SharedBudget(engine, clock),
        robots=SharedRobots(engine, clock),
    ) as gate:
        yield gate


def own_addresses(settings: Settings) -> tuple[str, ...]:
    """Return where this installation's own page is: it must not listen to itself."""
    names = ("127.0.0.1", "[::1]", "localhost")
    public = (settings.base_url,) if settings.base_url else ()
    return (*public, *(f"http://{name}:{settings.port}/" for name in names))


@contextmanager
def open_house(
    folder: Path, *, config: Config | None = None, clock: Clock | None = None
) -> Iterator[House]:
    """Open the installation in ``folder``, made and brought up to date as needed.

    It is for what writes on purpose; what only looks takes ``existing_house``.

    Raises:
        config.ConfigError: with every problem of every file.
        HarkenError: the folder or the database can't be used.
    """
    config = config or load_config(folder)
    clock = clock or SystemClock()
    with usable(folder):
        make(folder)
        key = config.settings.secret_key
        secret = key.get_secret_value().encode() if key else load_secret(folder)
    engine = open_engine(database_url(config.settings, folder))
    try:
        migrate.upgrade(engine)
        with writing(engine) as db:
            sync(db, config, now=clock.now())
            own_urls = own_addresses(config.settings)
            sync_endpoints(db, config.endpoints, own_urls=own_urls, now=clock.now())
        with usable(folder):
            leave_alone_again(engine, folder, config, secret=secret, now=clock.now())
        yield House(folder=folder, config=config, engine=engine, secret=secret, clock=clock)
    finally:
        engine.dispose()


@contextmanager
def existing_house(folder: Path) -> Iterator[House]:
    """Open the installation that is in ``folder`` already, brought up to date as needed.

    One that can't be written, as a backup that is mounted, is opened to be read as it is.

    Raises:
        config.ConfigError: there is none, or with every problem of every file.
        HarkenError: the folder or the database can't be used.
    """
    config = load_config(folder)
    to_read = config.settings.database is None and can_only_be_read(existing(folder))
    opened = _house_to_read if to_read else open_house
    with opened(existing(folder), config=config) as house:
        yield house


@contextmanager
def _house_to_read(folder: Path, *, config: Config) -> Iterator[House]:
    """Open an installation of which nothing can be written; what tries to is told so.

    Raises:
        RefusedError: its database is not of this version, or its secret can't be read.
    """
    key = config.settings.secret_key
    with usable(folder):
        secret = key.get_secret_value().encode() if key else read_secret(folder / SECRET)
    engine = open_to_read(folder / DATABASE)
    try:
        if (there := revisions.current(engine)) != revisions.newest():
            raise RefusedError(
                f"{folder} can't be written, so its database stays at revision {there}, which "
                "this version does not read: run a command with the rights to write there once"
            )
        yield House(
            folder=folder, config=config, engine=engine, secret=secret, clock=SystemClock()
        )
    finally:
        engine.dispose()

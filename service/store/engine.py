"""Connections and transactions, the same on SQLite and on PostgreSQL.

SQLite's settings and their reasons: security-and-privacy.md, R4 and fact 7 (WAL with
synchronous=NORMAL lost nothing in 25 kills and commits 22 times as often as FULL; BEGIN IMMEDIATE
took writers from 105,120 BUSY errors to none).
"""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import URL, Connection, Engine, StaticPool, event
from sqlalchemy.exc import DBAPIError
from sqlmodel import Session, create_engine

from config.settings import Settings
from service.errors import StoreError

_WRITES = "harken_writes"
_PRAGMAS = (
    "PRAGMA busy_timeout = 5000",
    "PRAGMA journal_mode = WAL",
    "PRAGMA synchronous = NORMAL",
    "PRAGMA foreign_keys = ON",
    "PRAGMA secure_delete = ON",
    "PRAGMA trusted_schema = OFF",
)


def sqlite_url(file: Path) -> str:
    """Return the URL of a SQLite file."""
    return URL.create("sqlite", database=str(file.resolve())).render_as_string()


def database_url(settings: Settings, folder: Path) -> str:
    """Return the URL of the configured database, or of harken.db in ``folder``."""
    if settings.database is None:
        return sqlite_url(folder / "harken.db")
    return settings.database.get_secret_value()


def open_engine(url: str) -> Engine:
    """Return an engine for ``url`` with Harken's settings; nothing is connected yet."""
    if not url.startswith("sqlite"):
        return create_engine(url, pool_pre_ping=True)
    in_memory = url in {"sqlite://", "sqlite:///:memory:"}
    engine = (
        create_engine(url, poolclass=StaticPool, connect_args={"check_same_thread": False})
        if in_memory
        else create_engine(url)
    )
    event.listen(engine, "connect", _settle)
    event.listen(engine, "begin", _begin)
    return engine


def _settle(connection: sqlite3.Connection, _record: object) -> None:
    connection.isolation_level = None  # _begin says where a transaction begins, not pysqlite
    for pragma in _PRAGMAS:
        connection.execute(pragma)


def _begin(connection: Connection) -> None:
    writes = connection.get_execution_options().get(_WRITES, False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")


@contextmanager
def reading(engine: Engine) -> Iterator[Session]:
    """Give a session that sees one consistent state and writes nothing."""
    with worded(), Session(engine, expire_on_commit=False, autoflush=False) as session:
        yield session


@contextmanager
def writing(engine: Engine) -> Iterator[Session]:
    """Give a session whose work is committed as one at the end, or not at all.

    On SQLite it takes the write lock at once, waiting up to 5 s for another writer.

    Raises:
        StoreError: the disk is full, the file is locked or damaged.
    """
    writer = engine.execution_options(**{_WRITES: True})
    with worded(), Session(writer, expire_on_commit=False) as session, session.begin():
        yield session


@contextmanager
def worded() -> Iterator[None]:
    """Turn what a person can do something about (full disk, no rights, ...) into a StoreError."""
    try:
        yield
    except DBAPIError as error:
        if words := _explain(str(error.orig)):
            raise StoreError(words) from error
        raise


def _explain(message: str) -> str | None:
    known = {
        "disk is full": "the disk is full: free some space; nothing half-written was kept",
        "database is locked": "the database is busy for more than 5 seconds: is a backup running?",
        "readonly database": "the database file can't be written: check its owner and rights",
        "unable to open database": "the database can't be opened: check the folder and its rights",
        "file is not a database": "the database file is damaged or is none: restore a backup",
        "no such table": "the database is not set up yet: run `harken up` once",
        "disk I/O error": "the disk gave an error: check it, then restore a backup if need be",
    }
    return next((words for sign, words in known.items() if sign in message), None)

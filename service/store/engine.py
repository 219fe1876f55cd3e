"""Connections and transactions, the same on SQLite and on PostgreSQL.

SQLite's settings and their reasons: security-and-privacy.md, R4 and fact 7 (WAL with
synchronous=NORMAL lost nothing in 25 kills and commits 22 times as often as FULL; BEGIN IMMEDIATE
took writers from 105,120 BUSY errors to none).
"""

import os
import sqlite3
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from urllib.parse import quote
from weakref import WeakKeyDictionary

from sqlalchemy import URL, Connection, Dialect, Engine, StaticPool, event
from sqlalchemy.exc import DBAPIError
from sqlmodel import Session, create_engine

from config.settings import Settings
from models.search import settle_index
from service.errors import StoreError
from service.folder import DATABASE

_WRITES, _GIVEN_UP = "harken_writes", "harken_given_up"
#: Steps of SQLite's machine between two looks whether a reader is still wanted: some 30 ms of
#: work, so that the looking costs nothing.
_STEPS = 1_000_000
#: Connections that are kept open. There is never one to wait for: threads are what is bounded,
#: and a small page that waits for a long report's connection would not be small. PostgreSQL
#: allows 100 in all, so there are fewer.
_KEPT_OPEN, _MORE = 16, 16
_PATIENCE_SECONDS = 30  # of a thread that waits for the others of its process
_PRAGMAS = (
    "PRAGMA busy_timeout = 5000",
    "PRAGMA journal_mode = WAL",
    "PRAGMA synchronous = NORMAL",
    "PRAGMA foreign_keys = ON",
    "PRAGMA secure_delete = ON",
    "PRAGMA trusted_schema = OFF",
)
_PRAGMAS_TO_READ = ("PRAGMA busy_timeout = 5000", "PRAGMA trusted_schema = OFF")


def sqlite_url(file: Path) -> str:
    """Return the URL of a SQLite file."""
    return URL.create("sqlite", database=str(file.resolve())).render_as_string()


def database_url(settings: Settings, folder: Path) -> str:
    """Return the URL of the configured database, or of harken.db in ``folder``."""
    if settings.database is None:
        return sqlite_url(folder / DATABASE)
    return settings.database.get_secret_value()


def open_engine(url: str) -> Engine:
    """Return an engine for ``url`` with Harken's settings; nothing is connected yet."""
    if not url.startswith("sqlite"):
        return create_engine(url, pool_pre_ping=True, pool_size=_KEPT_OPEN, max_overflow=_MORE)
    in_memory = is_in_memory(url)
    engine = (
        create_engine(url, poolclass=StaticPool, connect_args={"check_same_thread": False})
        if in_memory
        else create_engine(url, pool_size=_KEPT_OPEN, max_overflow=-1)
    )
    if not in_memory and not url.startswith("sqlite:///file:"):
        event.listen(engine, "do_connect", _make_private)
    event.listen(engine, "connect", _settle)
    _begin_as_said(engine)
    return engine


def is_in_memory(url: str) -> bool:
    """Tell whether a database is this process's alone, and ends with it."""
    return url in {"sqlite://", "sqlite:///:memory:"}


def open_to_read(file: Path) -> Engine:
    """Return an engine for a SQLite file that can't be written here, nor what goes beside it.

    Without a -wal there is no writer, and the file alone says it all; SQLite would want to make
    one otherwise.
    """
    asked = {"uri": "true", "mode": "ro"}
    if not file.with_name(f"{file.name}-wal").exists():
        asked["immutable"] = "1"
    engine = create_engine(URL.create("sqlite", database=f"file:{quote(str(file))}", query=asked))
    event.listen(engine, "connect", _settle_to_read)
    _begin_as_said(engine)
    return engine


def _begin_as_said(engine: Engine) -> None:
    _stopped[engine.dialect] = threading.Event()
    event.listen(engine, "begin", _begin)


def _make_private(
    _dialect: object, _record: object, args: Sequence[str], _options: object
) -> None:
    """Make a missing file for its owner's eyes only; SQLite gives -wal and -shm its rights."""
    with suppress(OSError):  # it is there already, or SQLite will say what is wrong
        os.close(os.open(args[0], os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))


def _settle(connection: sqlite3.Connection, _record: object) -> None:
    connection.isolation_level = None  # _begin says where a transaction begins, not pysqlite
    for pragma in _PRAGMAS:
        connection.execute(pragma)


def _settle_to_read(connection: sqlite3.Connection, _record: object) -> None:
    connection.isolation_level = None
    for pragma in _PRAGMAS_TO_READ:
        connection.execute(pragma)


def _begin(connection: Connection) -> None:
    options = connection.get_execution_options()
    writes = options.get(_WRITES, False)
    given_up = options.get(_GIVEN_UP, _never)
    stopped = _stopped[connection.dialect]
    lite = connection.connection.driver_connection
    if isinstance(lite, sqlite3.Connection):
        # Only what reads is broken off: what writes takes no longer than a moment.
        lite.set_progress_handler(
            None if writes else lambda: stopped.is_set() or given_up(), _STEPS
        )
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")


def _never() -> bool:
    return False


_stopped: WeakKeyDictionary[Dialect, threading.Event] = WeakKeyDictionary()


def stop_reading(engine: Engine) -> None:
    """Have what reads for long end at once, for good: nobody waits for it any more.

    It ends with a StoreError. What writes goes on to its end, and what reads for less than some
    30 ms does too. On PostgreSQL nothing is broken off here.
    """
    if engine.dialect in _stopped:
        _stopped[engine.dialect].set()


@contextmanager
def reading(engine: Engine, *, given_up: Callable[[], bool] | None = None) -> Iterator[Session]:
    """Give a session that sees one consistent state and writes nothing.

    Args:
        engine: of the database.
        given_up: asked now and then, in the middle of a statement too, whether nobody waits for
            the answer any more; on SQLite the statement is broken off then.

    Raises:
        StoreError: it was broken off, or the disk gave an error.
    """
    reader = engine.execution_options(**{_GIVEN_UP: given_up}) if given_up else engine
    with worded(), Session(reader, expire_on_commit=False, autoflush=False) as session:
        yield session


@contextmanager
def writing(engine: Engine) -> Iterator[Session]:
    """Give a session whose work is committed as one at the end, or not at all.

    On SQLite it takes the write lock at once, waiting up to 5 s for another process's writer. The
    threads of one process wait for each other in Python: SQLite's own waiting is a poll with
    growing pauses, by which one thread among six can go without for longer than that.

    Raises:
        StoreError: the disk is full, the file is locked or damaged.
    """
    writer = engine.execution_options(**{_WRITES: True})
    with (
        _turn(engine),
        worded(),
        Session(writer, expire_on_commit=False) as session,
        session.begin(),
    ):
        yield session
        session.flush()
        settle_index(session.connection())


_one_writer: WeakKeyDictionary[Engine, threading.Lock] = WeakKeyDictionary()
_first_use = threading.Lock()


@contextmanager
def _turn(engine: Engine) -> Iterator[None]:
    """Hold the turn of this process's writers; on PostgreSQL they need none."""
    if engine.dialect.name != "sqlite":
        yield
        return
    with _first_use:
        turn = _one_writer.setdefault(engine, threading.Lock())
    if not turn.acquire(timeout=_PATIENCE_SECONDS):
        raise StoreError(f"the database was busy for {_PATIENCE_SECONDS} seconds; try again")
    try:
        yield
    finally:
        turn.release()


def refresh_statistics(connection: Connection) -> None:
    """Let SQLite count what its planner guesses at otherwise; PostgreSQL does so by itself.

    A thousand rows of each index are looked at: half a second for a million posts, after which
    the digest of a house of 100,000 leads takes 84 ms instead of 414.
    """
    if connection.dialect.name == "sqlite":
        connection.exec_driver_sql("PRAGMA analysis_limit = 1000")
        connection.exec_driver_sql("ANALYZE")


def fold_in(engine: Engine) -> None:
    """Fold SQLite's write-ahead log into the file and empty it, so that nothing erased is in it.

    Readers who are at it keep it from that; then the next who writes a lot does it.
    """
    if engine.dialect.name == "sqlite":
        with worded(), engine.connect().execution_options(isolation_level="AUTOCOMMIT") as db:
            db.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")


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
        "interrupted": "it was broken off: nobody waited for it, or Harken is being stopped",
        "disk is full": "the disk is full: free some space; nothing half-written was kept",
        "database is locked": "the database is busy for more than 5 seconds: is a backup running?",
        "readonly database": "the database file can't be written: check its owner and rights",
        "unable to open database": "the database can't be opened: check the folder and its rights",
        "file is not a database": "the database file is damaged or is none: restore a backup",
        "image is malformed": "the database file is damaged: restore a backup",
        "no such table": "the database is not set up yet: run `harken up` once",
        "connection failed": "the database server can't be reached: is it running, and is its "
        "address right?",
        "disk I/O error": "the disk gave an error: is it full? Else check it, restore a backup",
    }
    return next((words for sign, words in known.items() if sign in message), None)

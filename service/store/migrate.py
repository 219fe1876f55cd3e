"""Bring a database to the present schema, or back."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, Engine, text

from service.errors import StoreError
from service.store.engine import worded

_SCRIPTS = Path(__file__).parent / "migrations"
_LOCK = 0x4841524D  # "HARM": one process migrates at a time


def upgrade(engine: Engine, to: str = "head") -> None:
    """Run the migrations that ``engine``'s database has not seen, up to revision ``to``.

    Raises:
        StoreError: a newer Harken has been at it.
    """
    there = current(engine)
    if to == "head" and there == newest():
        return
    if there is not None and not is_known(there):
        raise StoreError(
            f"the database is at revision {there}, of a newer Harken: install that, or restore "
            "a backup from before"
        )
    with _changing(engine) as connection:
        if connection.dialect.name == "postgresql":  # SQLite has taken its write lock already
            connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _LOCK})
        command.upgrade(_config(connection), to)


def downgrade(engine: Engine, to: str = "base") -> None:
    """Undo migrations down to revision ``to``; tables that are undone lose their rows."""
    with _changing(engine) as connection:
        command.downgrade(_config(connection), to)


@contextmanager
def _changing(engine: Engine) -> Iterator[Connection]:
    """Give a connection whose work is one transaction; tables may be made anew in it.

    SQLite would take a table that is dropped to be made anew for the deletion of all that refers
    to it, so its keys are checked at the end instead, and can only be switched off from outside.
    """
    writer = engine.execution_options(harken_writes=True)
    with worded(), writer.connect() as connection:
        if connection.dialect.name != "sqlite":
            with connection.begin():
                yield connection
            return
        driver = connection.connection.cursor()
        driver.execute("PRAGMA foreign_keys = OFF")
        try:
            with connection.begin():
                yield connection
                if broken := connection.exec_driver_sql("PRAGMA foreign_key_check").first():
                    raise StoreError(f"a row of table {broken[0]} refers to one that is not there")
        finally:
            driver.execute("PRAGMA foreign_keys = ON")


def current(engine: Engine) -> str | None:
    """Return the revision that the database is at, or None when it is empty."""
    with worded(), engine.connect() as connection:
        return MigrationContext.configure(connection).get_current_revision()


def newest() -> str | None:
    """Return the revision that this version of Harken wants."""
    return ScriptDirectory(str(_SCRIPTS)).get_current_head()


def is_known(revision: str) -> bool:
    """Tell whether this version of Harken has ``revision``; if not, a newer one made it."""
    scripts = ScriptDirectory(str(_SCRIPTS)).walk_revisions()
    return any(script.revision == revision for script in scripts)


def _config(connection: object) -> Config:
    config = Config()
    config.set_main_option("script_location", str(_SCRIPTS))
    config.attributes["connection"] = connection
    return config

"""Bring a database to the present schema, or back."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from sqlalchemy import Connection, Engine, text

from service.errors import StoreError
from service.store.engine import worded
from service.store.revisions import SCRIPTS, current, is_known, newest

if TYPE_CHECKING:
    from alembic.config import Config

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
    from alembic import command

    with _changing(engine) as connection:
        if connection.dialect.name == "postgresql":  # SQLite has taken its write lock already
            connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _LOCK})
        command.upgrade(_config(connection), to)


def downgrade(engine: Engine, to: str = "base") -> None:
    """Undo migrations down to revision ``to``; tables that are undone lose their rows."""
    from alembic import command

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


def _config(connection: object) -> "Config":
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(SCRIPTS))
    config.attributes["connection"] = connection
    return config

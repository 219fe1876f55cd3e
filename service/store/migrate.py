"""Bring a database to the present schema, or back."""

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Engine, text

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
    with worded(), engine.execution_options(harken_writes=True).begin() as connection:
        if connection.dialect.name == "postgresql":  # SQLite has taken its write lock already
            connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _LOCK})
        command.upgrade(_config(connection), to)


def downgrade(engine: Engine, to: str = "base") -> None:
    """Undo migrations down to revision ``to``; tables that are undone lose their rows."""
    with worded(), engine.execution_options(harken_writes=True).begin() as connection:
        command.downgrade(_config(connection), to)


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

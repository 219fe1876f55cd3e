"""At which revision a database is, and at which it should be, without what changes it.

Alembic takes a sixth of a second and 10 MiB to import, and a database is nearly always as it
should be. That its answers are the same is a test (`tests/integration/test_migrations.py`).
"""

from functools import cache
from pathlib import Path

from sqlalchemy import Engine, inspect, text

from service.store.engine import worded

SCRIPTS = Path(__file__).parent / "migrations"
_TABLE = "alembic_version"


def current(engine: Engine) -> str | None:
    """Return the revision that the database is at, or None when it is empty."""
    with worded(), engine.connect() as connection:
        if not inspect(connection).has_table(_TABLE):
            return None
        found: str | None = connection.scalar(text(f"SELECT version_num FROM {_TABLE}"))  # noqa: S608  # a constant
        return found


def newest() -> str:
    """Return the revision that this version of Harken wants."""
    return max(_known())


def is_known(revision: str) -> bool:
    """Tell whether this version of Harken has ``revision``; if not, a newer one made it."""
    return revision in _known()


@cache
def _known() -> frozenset[str]:
    """Return all revisions: each script's name begins with its own, and they are counted up."""
    return frozenset(
        script.name.partition("_")[0] for script in SCRIPTS.glob("versions/[0-9]*_*.py")
    )

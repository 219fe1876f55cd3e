"""Whether a file is a database of Harken's own making, before anything is read from it.

What somebody gives us as a backup may have been made to be opened by us: with triggers and views
that run when a table is read, or made by a newer Harken. So it is looked at by plain SQLite, that
trusts nothing in it, and held against the schema that our own migrations make.
"""

import sqlite3
from collections.abc import Mapping
from contextlib import closing
from functools import cache
from pathlib import Path

from sqlalchemy import Engine

from service.errors import RefusedError
from service.store.engine import open_engine
from service.store.migrate import upgrade
from service.store.revisions import is_known

#: Kind and name, and the SQL that made it.
Schema = Mapping[tuple[str, str], str | None]
_MAGIC = b"SQLite format 3\0"
_SCHEMA = "SELECT type, name, sql FROM sqlite_master WHERE name NOT LIKE 'sqlite_%'"


def inspect_database(file: Path) -> str:
    """Return the revision of the database in ``file``.

    Raises:
        RefusedError: it is none, it is damaged, it is of a newer Harken, or something is in it
            that Harken never put there.
        OSError: it can't be read.
    """
    with file.open("rb") as start:
        if start.read(len(_MAGIC)) != _MAGIC:
            raise RefusedError(f"{file.name} is no SQLite database: this is no backup of Harken.")
    try:
        with closing(sqlite3.connect(file, timeout=5)) as connection:
            for pragma in ("trusted_schema = OFF", "cell_size_check = ON", "query_only = ON"):
                connection.execute(f"PRAGMA {pragma}")
            return _looked_at(connection, file)
    except sqlite3.Error as error:
        raise RefusedError(f"{file.name} is damaged: {error}.") from error


def _looked_at(connection: sqlite3.Connection, file: Path) -> str:
    found = [line for (line,) in connection.execute("PRAGMA integrity_check(3)")]
    if found != ["ok"]:
        raise RefusedError(f"{file.name} is damaged: {'; '.join(found)}.")
    schema = {(kind, name): sql for kind, name, sql in connection.execute(_SCHEMA)}
    if ("table", "alembic_version") not in schema:
        raise RefusedError(f"{file.name} is no database of Harken's.")
    row = connection.execute("SELECT version_num FROM alembic_version").fetchone()
    revision = str(row[0]) if row else ""
    if not is_known(revision):
        raise RefusedError(
            f"{file.name} is at revision {revision or 'none'}, which this Harken does not know: "
            "it is of a newer one; install that first."
        )
    _compare(schema, _schema_of(revision), file)
    if broken := connection.execute("PRAGMA foreign_key_check").fetchone():
        raise RefusedError(f"{file.name} is damaged: rows of {broken[0]} lead nowhere.")
    return revision


def _compare(there: Schema, ours: Schema, file: Path) -> None:
    """Refuse what is missing, and whatever runs by itself and is not ours word for word."""
    tables = {key for key in ours if key[0] == "table"}
    if lacking := sorted(name for _, name in tables - there.keys()):
        raise RefusedError(f"{file.name} lacks the table {lacking[0]}.")
    for (kind, name), sql in there.items():
        is_ours = (kind, name) in ours
        if kind in {"trigger", "view"}:
            is_ours = is_ours and ours[kind, name] == sql
        if kind != "index" and not is_ours:
            raise RefusedError(f"{file.name} has a {kind} {name} that Harken did not make.")


@cache
def _schema_of(revision: str) -> Schema:
    """Return what our migrations make up to ``revision``."""
    engine: Engine = open_engine("sqlite://")
    try:
        upgrade(engine, revision)
        with engine.connect() as connection:
            rows = connection.exec_driver_sql(_SCHEMA).all()
        return {(kind, name): sql for kind, name, sql in rows}
    finally:
        engine.dispose()

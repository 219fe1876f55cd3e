"""A CHECK's new list of words, on both databases.

SQLite can't alter a constraint, and a table that Alembic copies loses the checks that it does not
know of. So the table is made anew from SQLite's own words for it, with that one list replaced.
"""

import re
from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op


def replace_words(table: str, column: str, words: Sequence[str]) -> None:
    """Let ``column`` of ``table`` hold ``words`` and nothing else from now on.

    Rows that hold another word make it fail, and nothing is changed.
    """
    name = f"ck_{table}_{column}"
    listed = ", ".join(f"'{word}'" for word in words)
    if op.get_bind().dialect.name == "sqlite":
        _make_anew(table, name, f"{column} IN ({listed})")
        return
    op.drop_constraint(op.f(name), table, type_="check")
    op.create_check_constraint(op.f(name), table, sa.text(f"{column} IN ({listed})"))


def _make_anew(table: str, name: str, condition: str) -> None:
    bind = op.get_bind()
    kept = bind.execute(
        sa.text("SELECT type, sql FROM sqlite_master WHERE tbl_name = :table AND sql IS NOT NULL"),
        {"table": table},
    ).all()
    made = next(sql for kind, sql in kept if kind == "table")
    check = re.compile(rf"(CONSTRAINT {name} CHECK \()[^)]*\)(\))")
    widened, found = check.subn(rf"\g<1>{condition}\2", made)
    if found != 1:
        raise LookupError(f"{table} has no constraint {name}")
    fresh = f"{table}_anew"
    named = re.sub(rf'^CREATE TABLE "?{table}"?', f"CREATE TABLE {fresh}", widened)
    for statement in (
        named,
        f"INSERT INTO {fresh} SELECT * FROM {table}",  # noqa: S608 - both are our own names
        f"DROP TABLE {table}",
        f"ALTER TABLE {fresh} RENAME TO {table}",
        *(sql for kind, sql in kept if kind != "table"),
    ):
        bind.exec_driver_sql(statement)

"""The time between two moments, measured by the database."""

from typing import Any  # what a compiler hands on, whatever it is

from sqlalchemy import Float
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.functions import FunctionElement


class DaysBetween(FunctionElement[float]):
    """Days from the first of two columns to the second; NULL when there is none.

    SQLite's are those of two Julian days, whose doubles are 40 microseconds apart.
    """

    type = Float()
    inherit_cache = True


@compiles(DaysBetween, "sqlite")
def _in_sqlite(element: DaysBetween, compiler: SQLCompiler, **how: Any) -> str:
    since, until = (compiler.process(clause, **how) for clause in element.clauses)
    return f"(julianday({until}) - julianday({since}))"


@compiles(DaysBetween, "postgresql")
def _in_postgresql(element: DaysBetween, compiler: SQLCompiler, **how: Any) -> str:
    since, until = (compiler.process(clause, **how) for clause in element.clauses)
    return f"(EXTRACT(EPOCH FROM {until} - {since}) / 86400.0)"

"""The phrases that a signal was found by, taken out of its JSON by the database.

Read in Python, the JSON of a hundred thousand signals costs a second, and holds up everybody else
in the process; most of them were found by the same few phrases, so that the database can count.
"""

from typing import Any  # what a compiler hands on, whatever it is

from sqlalchemy import String
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.functions import FunctionElement

#: Stands between two phrases: a unit separator, which no cleaned text has.
BETWEEN = "\x1f"


class PhrasesIn(FunctionElement[str]):
    """The texts in a column like ``Signal.matched``, joined; NULL when there are none."""

    type = String()
    inherit_cache = True


@compiles(PhrasesIn, "sqlite")
def _in_sqlite(element: PhrasesIn, compiler: SQLCompiler, **how: Any) -> str:
    column = compiler.process(element.clauses, **how)
    texts = "group_concat(json_extract(said.value, '$.text'), char(31))"
    return f"(SELECT {texts} FROM json_each({column}) AS said)"  # noqa: S608 - a column, compiled


@compiles(PhrasesIn, "postgresql")
def _in_postgresql(element: PhrasesIn, compiler: SQLCompiler, **how: Any) -> str:
    column = compiler.process(element.clauses, **how)
    texts = "string_agg(said.value ->> 'text', chr(31))"
    said = f"jsonb_array_elements({column}) AS said(value)"
    return f"(SELECT {texts} FROM {said})"  # noqa: S608 - a column, compiled

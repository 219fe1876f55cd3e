"""What pydantic found, in the words of the file's author."""

import re
from collections.abc import Iterable, Iterator, Mapping
from datetime import date, datetime, time
from typing import get_args

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from config.document import Document
from config.places import KeyPath
from config.problem import Problem, closest, did_you_mean, quoted

#: What must stand there, by pydantic's type of error.
_WANTED = {
    "string_type": "text in quotes",
    "int_type": "a whole number",
    "int_parsing": "a whole number",
    "int_from_float": "a whole number",
    "float_type": "a number",
    "float_parsing": "a number",
    "finite_number": "an ordinary number",
    "bool_type": "true or false",
    "tuple_type": "a list in [ ]",
    "dict_type": "a table",
    "mapping_type": "a table",
    "model_type": "a table",
}
_LIMITS = {
    "greater_than_equal": "must be at least {ge:g}",
    "less_than_equal": "must be at most {le:g}",
    "string_too_long": "has more than {max_length} characters",
    "missing": "is missing",
}
_NAMES: tuple[tuple[type | tuple[type, ...], str], ...] = (
    (bool, "true or false"),  # before int: a bool is one
    ((int, float), "a number"),
    (str, "text"),
    ((tuple, list), "a list"),
    (Mapping, "a table"),
    ((datetime, date, time), "a date or time"),
)


def problems_of(
    error: ValidationError, document: Document, model: type[BaseModel]
) -> Iterator[Problem]:
    """Yield a problem for each thing that ``model`` found in ``document``.

    A key that is missing because it is misspelt gives one problem, not two.
    """
    details = [(path_of(detail), detail) for detail in error.errors(include_url=False)]
    misspelt = {
        (*path[:-1], closest(str(path[-1]), known_keys(model, path)))
        for path, detail in details
        if detail["type"] == "extra_forbidden"
    }
    for path, detail in details:
        if detail["type"] != "missing" or path not in misspelt:
            yield document.problem(path, message_of(detail, model))


def path_of(detail: ErrorDetails) -> KeyPath:
    """Return where in the file the error is."""
    path = tuple(part for part in detail["loc"] if part != "[key]")
    if detail["type"] == "at":
        return (*path, detail["ctx"]["key"])
    return path


def message_of(detail: ErrorDetails, model: type[BaseModel]) -> str:
    """Return what is wrong, so that it can be read after the name of the key."""
    kind, context = detail["type"], detail.get("ctx", {})
    if kind == "extra_forbidden":
        known = known_keys(model, path_of(detail))
        return f"unknown key{did_you_mean(str(detail['loc'][-1]), known)}"
    if kind == "value_error":
        return str(context["error"])
    if kind == "enum":
        return _not_one_of(detail["input"], re.findall(r"'([^']*)'", context["expected"]))
    if kind in _WANTED:
        return f"must be {_WANTED[kind]}, not {_name(detail['input'])}"
    if kind in _LIMITS:
        return _LIMITS[kind].format(**context)
    return detail["msg"].removeprefix("Input ")


def known_keys(model: type[BaseModel], path: KeyPath) -> tuple[str, ...]:
    """Return the keys that the table around ``path`` may have."""
    table = model
    for part in path[:-1]:
        if part in table.model_fields:
            inner = _model_in(table.model_fields[str(part)].annotation)
            table = inner or table
    return tuple(table.model_fields)


def _model_in(annotation: object) -> type[BaseModel] | None:
    """Return the model that an annotation is about, as Row in ``tuple[Row, ...]``."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation
    models = (_model_in(part) for part in get_args(annotation))
    return next((model for model in models if model is not None), None)


def _not_one_of(value: object, known: Iterable[str]) -> str:
    words = tuple(known)
    listed = ", ".join(words)
    if not isinstance(value, str):
        return f"must be one of {listed}, not {_name(value)}"
    return f"{quoted(value)} is not one of {listed}{did_you_mean(value, words)}"


def _name(value: object) -> str:
    return next((name for kind, name in _NAMES if isinstance(value, kind)), "this")

"""Entries of a TOML file's lists of tables, changed with every comment around them kept."""

from collections.abc import Mapping
from typing import TypeAlias

import tomlkit
from tomlkit.items import AoT, Table

from service.errors import RefusedError

#: What a value in a file may be; None takes the key away.
Value: TypeAlias = (
    str | int | float | bool | list[str] | dict[str, str | int | float | bool] | None
)


def put_entry(text: str, table: str, key: str, fields: Mapping[str, Value]) -> str:
    """Return ``text`` with the entry of ``[[table]]`` whose ``key`` is ``fields[key]`` as given.

    An entry that is there keeps the keys that ``fields`` doesn't name; a new one comes last.

    Raises:
        RefusedError: ``table`` is no list of tables in this file.
    """
    document = tomlkit.parse(text)
    entries = document.get(table)
    if entries is None:
        entries = tomlkit.aot()
        document.append(table, entries)
    if not isinstance(entries, AoT):
        raise RefusedError(f"[[{table}]] is written in another way here; edit the file itself.")
    entry = _find(entries, key, fields[key])
    if entry is None:
        if len(entries):
            entries[-1].add(tomlkit.nl())
        entries.append(tomlkit.table())
        entry = entries[-1]
    for name, value in fields.items():
        if value is None:
            entry.pop(name, None)
        elif entry.get(name) != value:
            _set(entry, name, value)
    return tomlkit.dumps(document)


def _set(entry: Table, name: str, value: Value) -> None:
    """Set a key; a new one comes behind the others, not behind the next entry's comments."""
    body = entry.value.body
    behind = []
    while name not in entry and body and body[-1][0] is None:
        behind.append(body.pop())
    if isinstance(value, dict):  # in one line: a table of its own would end the entry
        entry[name] = tomlkit.inline_table()
        entry[name].update(value)
    else:
        entry[name] = value
    body.extend(reversed(behind))


def put_keys(text: str, values: Mapping[str, Value], *, table: str | None = None) -> str:
    """Return ``text`` with keys set at the top, or in ``[table]``; None takes a key away."""
    document = tomlkit.parse(text)
    target = document
    if table is not None:
        if table not in document:
            document.append(table, tomlkit.table())
        target = document[table]
    for name, value in values.items():
        if value is None:
            target.pop(name, None)
        elif target.get(name) != value:
            target[name] = value
    return tomlkit.dumps(document)


def _find(entries: AoT, key: str, value: Value) -> Table | None:
    return next((entry for entry in entries if entry.get(key) == value), None)

"""Days off in teams.toml: dates, which the lists of other tables don't hold."""

from collections.abc import Sequence
from datetime import date

import tomlkit
from tomlkit.items import AoT

from service.errors import RefusedError


def put_days(text: str, name: str, days: Sequence[date]) -> str:
    """Return ``text`` of teams.toml with ``days`` for the calendar ``name``, a new one if need be.

    Raises:
        RefusedError: the calendars are written in another way there.
    """
    document = tomlkit.parse(text)
    calendars = document.get("calendar")
    if calendars is None:
        calendars = tomlkit.aot()
        document.append("calendar", calendars)
    if not isinstance(calendars, AoT):
        raise RefusedError("[[calendar]] is written in another way here; edit the file itself.")
    found = next((one for one in calendars if one.get("name") == name), None)
    if found is None:
        found = tomlkit.table()
        found["name"] = name
        found["days"] = _listed(days)
        calendars.append(found)
    else:
        found["days"] = _listed(days)
    return tomlkit.dumps(document)


def _listed(days: Sequence[date]) -> tomlkit.items.Array:
    listed = tomlkit.array()
    listed.extend(days)
    return listed.multiline(multiline=len(days) > 6)

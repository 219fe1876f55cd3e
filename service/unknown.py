"""What to say when somebody names what isn't there."""

from collections.abc import Collection

from config.problem import did_you_mean
from service.errors import NotFoundError

_SHOWN = 10


def unknown(what: str, name: str, known: Collection[str]) -> NotFoundError:
    """Return the error to raise for a ``name`` that is not ``known``: it names the nearest.

    Without a near one it names them all, ten at the most.
    """
    return NotFoundError(f"there is no {what} {name!r}{did_you_mean(name, known) or _all(known)}")


def _all(known: Collection[str]) -> str:
    if not known:
        return "; there is none yet"
    first = sorted(known)[:_SHOWN]
    more = f" and {len(known) - _SHOWN:,} more" if len(known) > _SHOWN else ""
    return f"; there are: {', '.join(first)}{more}"

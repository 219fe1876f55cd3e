"""How far back a new source is read: thirty days, where its platform can be asked for a time."""

from datetime import datetime, timedelta

from pydantic import JsonValue

from models.words import SourceKind

BACKFILL = timedelta(days=30)

#: Streams of sources that are read onward from a time, by what their cursors call them.
_STREAMS = {SourceKind.STACK_EXCHANGE: "questions", SourceKind.GITHUB: "issues"}


def starting_cursor(kind: SourceKind, *, now: datetime) -> dict[str, JsonValue]:
    """Return the cursor from which a new source is read; empty where it begins as usual.

    Others take their newest pages first, which reach back for as far as those do.
    """
    since = int((now - BACKFILL).timestamp())
    if kind is SourceKind.HACKER_NEWS:
        return {"created_at_i": since, "complete": False}
    if kind in _STREAMS:
        return {_STREAMS[kind]: {"created": since, "complete": False}}
    return {}


def starting_options(kind: SourceKind) -> dict[str, str]:
    """Return the options by which an adapter itself goes back that far."""
    return {"backfill_days": str(BACKFILL.days)} if kind is SourceKind.FORUM else {}

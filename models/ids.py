"""Identifiers of rows."""

import uuid_utils


def new_id() -> str:
    """Return a UUIDv7 as text: unique, and sorted by the time it was made."""
    return str(uuid_utils.uuid7())

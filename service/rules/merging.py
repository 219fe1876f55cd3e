"""Which of two leads lives on, and what it takes over from the other.

Source: lead-management.md, Dedupe / merge: furthest status, then the oldest; non-null newest wins,
first times are the earliest; the score is made anew and never copied.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from pydantic import JsonValue

from models.words import LeadStatus

S = LeadStatus
#: From the beginning to the end. Nurtured leads are behind those that are looked at.
FURTHER: Mapping[LeadStatus, int] = {
    status: place
    for place, status in enumerate(
        (
            S.NURTURING,
            S.DETECTED,
            S.MQL,
            S.SALES_READY,
            S.OFFERED,
            S.ACCEPTED,
            S.WORKING,
            S.OPPORTUNITY,
        )
    )
}

#: Which fields are taken over, and how.
NEWEST = (("person_id",), ("account",), ("region",), ("amount_minor", "currency"))
EARLIEST = ("created_at", "sales_ready_at", "first_offer_at", "first_touch_at")
LATEST = ("handed_back_at",)
MOST = ("recycle_count", "snoozes")
EITHER = ("mandatory_follow_up", "existing_customer")


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """What decides which of two leads lives on."""

    lead_id: str
    status: LeadStatus
    created_at: datetime


def survivor(one: Standing, other: Standing) -> Standing:
    """Return the one of two live leads that takes the other in."""
    return min(one, other, key=lambda s: (-FURTHER[s.status], s.created_at, s.lead_id))


#: A row's columns by name. Any: what the columns hold, of which two of one name can be compared.
Fields = Mapping[str, Any]


def taken_over(survivor: Fields, loser: Fields, *, loser_is_newer: bool) -> dict[str, Any]:
    """Return the fields of the survivor that change, with their new values.

    Args:
        survivor: its fields by name.
        loser: the other's.
        loser_is_newer: whether the loser heard the later signal: its values win where it has some.
    """
    found: dict[str, Any] = {}
    for names in NEWEST:  # names that belong together go over together
        newer, older = (loser, survivor) if loser_is_newer else (survivor, loser)
        best = newer if newer[names[0]] is not None else older
        found |= {name: best[name] for name in names}
    for name in (*EARLIEST, *LATEST, *MOST):
        known = sorted(value for value in (survivor[name], loser[name]) if value is not None)
        found[name] = known[0 if name in EARLIEST else -1] if known else None
    found |= {name: bool(survivor[name] or loser[name]) for name in EITHER}
    return {name: value for name, value in found.items() if value != survivor[name]}


def as_stored(value: object) -> JsonValue:
    """Return a field's value as JSON holds it."""
    if isinstance(value, datetime):
        return value.isoformat()
    return value if isinstance(value, str | int | float | bool) else None

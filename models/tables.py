"""Every table in one place: importing this registers them all with the metadata."""

from models import (
    attention,
    contact,
    cost,
    delivery,
    digest,
    host,
    lead,
    ledger,
    merge,
    nurture,
    people,
    post,
    scored,
    signal,
    sla,
    source,
    topic,
)
from models.base import METADATA

__all__ = [
    "METADATA",
    "attention",
    "contact",
    "cost",
    "delivery",
    "digest",
    "host",
    "lead",
    "ledger",
    "merge",
    "nurture",
    "people",
    "post",
    "scored",
    "signal",
    "sla",
    "source",
    "topic",
]

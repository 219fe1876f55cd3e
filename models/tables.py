"""Every table in one place: importing this registers them all with the metadata."""

from models import lead, ledger, people, post, signal, source, topic
from models.base import METADATA

__all__ = ["METADATA", "lead", "ledger", "people", "post", "signal", "source", "topic"]

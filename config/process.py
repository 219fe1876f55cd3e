"""What the house has agreed on: ``process.toml``."""

from collections.abc import Mapping

from pydantic import Field

from config.shape import Line, Prose, Shape, Slug, Word
from models.words import LeadStatus


class Signatures(Shape):
    """Who agreed to this version, one for each half of the house."""

    marketing: Slug | None = None
    sales: Slug | None = None


class Process(Shape):
    """Who owns the process, what both halves call a qualified lead, and how stages are called."""

    version: Line
    owner: Slug
    qualified_lead: Prose
    signed_by: Signatures = Signatures()
    stages: Mapping[Word[LeadStatus], Line] = Field(default_factory=dict)

    @property
    def is_signed(self) -> bool:
        """Tell whether marketing and sales both agreed to this version."""
        return self.signed_by.marketing is not None and self.signed_by.sales is not None

    def label(self, status: LeadStatus) -> str:
        """Return what this house calls a status; the state machine stays the same."""
        return self.stages.get(status, status.value.replace("_", " ").capitalize())

"""What the house has agreed on: ``process.toml``."""

import hashlib
import json
from collections.abc import Mapping
from typing import Annotated

from pydantic import BeforeValidator, Field

from config.shape import Line, Prose, Shape, Slug, Word
from models.words import LeadStatus


def _refuse_signatures(_: object) -> None:
    """Refuse what anybody could type under a text that its signer never saw."""
    raise ValueError(
        "a line in a file signs nothing; take it out, and sign with `harken process sign "
        "--as NAME`"
    )


class Criteria(Shape):
    """When a lead enters a stage and when it leaves it, in the words of the house."""

    entry: Prose = ""
    exit: Prose = ""
    who: Line | None = None  # who answers for leads there


Target = Annotated[int, Field(ge=1, le=10_000_000)]


#: What statuses are called that are no words, or others than on the page.
_PLAIN = {
    LeadStatus.MQL: "To review",
    LeadStatus.SALES_READY: "Ready for sales",
    LeadStatus.DISQUALIFIED: "Dismissed",
}


class Targets(Shape):
    """What both halves mean to reach in a month. What is left out nobody aims at."""

    leads: Target | None = None  # opened
    qualified: Target | None = None  # that became ready for sales
    accepted: Target | None = None  # by a rep
    won: Target | None = None


class Process(Shape):
    """Who owns the process, what both halves call a qualified lead, and how stages are called."""

    version: Line
    owner: Slug
    qualified_lead: Prose
    definitions: Mapping[Line, Prose] = Field(default_factory=dict)  # other words, by the word
    stages: Mapping[Word[LeadStatus], Line] = Field(default_factory=dict)
    criteria: Mapping[Word[LeadStatus], Criteria] = Field(default_factory=dict)
    targets: Targets = Targets()
    #: Files of before signatures were kept elsewhere had this.
    signed_by: Annotated[None, BeforeValidator(_refuse_signatures)] = None

    def label(self, status: LeadStatus) -> str:
        """Return what this house calls a status; the state machine stays the same."""
        plain = _PLAIN.get(status, status.value.capitalize())
        return self.stages.get(status, plain)


def content_of(process: Process) -> dict[str, str]:
    """Return by dotted key all that people agree on when they sign: what the file says.

    Blanks at line ends and around texts are nobody's agreement and left out, and so is what is
    not said.
    """
    said = process.model_dump(mode="json", exclude_none=True)
    flat = dict(_flat(said, ""))
    return {key: flat[key] for key in sorted(flat) if flat[key]}


def digest_of(process: Process) -> str:
    """Return what a signature binds to: SHA-256, in hex, of what the file says."""
    said = json.dumps(content_of(process), ensure_ascii=False, sort_keys=True)
    return hashlib.sha256(said.encode("utf-8", "surrogatepass")).hexdigest()


def _flat(value: object, key: str) -> list[tuple[str, str]]:
    if isinstance(value, Mapping):
        return [pair for name, part in value.items() for pair in _flat(part, f"{key}.{name}")]
    lines = [line.rstrip() for line in str(value).strip().splitlines()]
    return [(key.removeprefix("."), "\n".join(lines))]

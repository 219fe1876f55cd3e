"""What an address of the inbox asks for, and the addresses that ask for something else."""

from collections.abc import Mapping, Sequence
from enum import StrEnum
from typing import Annotated, Any
from urllib.parse import urlencode

from pydantic import BaseModel, ConfigDict, Field, model_validator

from models.words import Kind, LeadStatus
from service.typed import Line

LONGEST_SEARCH = 300  # characters
_MOST_CHOSEN = 40  # of one filter
_LAST_PAGE = 10_000
_MOST_PICKED = 50
#: What is no part of a view: where somebody stands in it, and what they chose there.
_PLACE = frozenset({"lead", "pick", "picked"})

NOBODY = "nobody"  # as an owner


class View(StrEnum):
    """A way to look at the inbox."""

    MINE = "mine"  # offered to me or mine to work on
    QUEUE = "queue"  # waits for somebody: for a marketer's look or for a rep
    WAITING = "waiting"  # with others, or not to be looked at before some day
    SNOOZED = "snoozed"  # put off by a person
    ALL = "all"  # every live lead that I see
    CLOSED = "closed"


class Sort(StrEnum):
    """An order of a view."""

    SCORE = "score"
    DUE = "due"
    NEWEST = "newest"
    OLDEST = "oldest"


_Id = Annotated[str, Field(max_length=64)]


class InboxAsked(BaseModel):
    """A view with its filters, its order and its page."""

    model_config = ConfigDict(frozen=True)

    view: View | None = None
    q: Annotated[Line, Field(max_length=LONGEST_SEARCH)] = ""
    topic: Annotated[list[_Id], Field(max_length=_MOST_CHOSEN)] = []
    source: Annotated[list[_Id], Field(max_length=_MOST_CHOSEN)] = []
    status: Annotated[list[LeadStatus], Field(max_length=_MOST_CHOSEN)] = []
    owner: Annotated[list[_Id], Field(max_length=_MOST_CHOSEN)] = []  # ids, or `NOBODY`
    kind: Annotated[list[Kind], Field(max_length=_MOST_CHOSEN)] = []
    lang: Annotated[list[_Id], Field(max_length=_MOST_CHOSEN)] = []
    customers: bool = False  # only of those who bought from us before
    least: Annotated[int | None, Field(ge=0, le=100)] = None  # score
    most: Annotated[int | None, Field(ge=0, le=100)] = None
    days: Annotated[int | None, Field(ge=1, le=3650)] = None  # heard within them
    sort: Sort | None = None
    page: Annotated[int, Field(ge=1, le=_LAST_PAGE)] = 1
    lead: Annotated[str | None, Field(max_length=36)] = None
    pick: bool = False  # every lead of the page is chosen to begin with
    picked: Annotated[list[_Id], Field(max_length=_MOST_PICKED)] = []  # or these are

    @model_validator(mode="before")
    @classmethod
    def _without_empties(cls, given: Any) -> Any:  # Any: whatever came in
        """Leave out what a form sends of fields that nobody filled in."""
        if not isinstance(given, Mapping):
            return given
        said = {
            name: [one for one in value if one != ""] if isinstance(value, list) else value
            for name, value in given.items()
        }
        return {name: value for name, value in said.items() if value not in ("", [])}

    @property
    def is_narrowed(self) -> bool:
        """Whether it asks for less than a whole view."""
        return bool(self.filters or self.q)

    @property
    def filters(self) -> dict[str, object]:
        """What it asks beside the view, the words, the order and the place in the list."""
        asked = self.model_dump(
            mode="json",
            exclude={"view", "q", "sort", "page", *_PLACE},
            exclude_defaults=True,
            exclude_none=True,
        )
        return {name: value for name, value in asked.items() if value}

    def query(self, **changed: object) -> str:
        """Return it as the query of an address, canonically; ``changed`` goes before it."""
        asked = self.model_dump(
            mode="json", exclude_defaults=True, exclude_none=True, exclude=set(_PLACE)
        )
        if any(name not in {"page", *_PLACE} for name in changed):
            asked.pop("page", None)
        pairs = {**asked, **changed}
        return urlencode([(k, v) for k, v in pairs.items() if _is_said(v)], doseq=True)

    def url(self, **changed: object) -> str:
        """Return its address."""
        return f"/inbox?{self.query(**changed)}"

    def seen(self, view: View) -> "InboxAsked":
        """Return the same of a view."""
        return self.model_copy(update={"view": view})

    def without(self, name: str, value: str | None = None) -> str:
        """Return the address that does not ask for a filter, or for one of its values."""
        chosen = getattr(self, name)
        if value is None or not isinstance(chosen, Sequence) or isinstance(chosen, str):
            return self.url(**{name: None})
        return self.url(**{name: [one for one in chosen if one != value]})


def _is_said(value: object) -> bool:
    return value is not None and value not in ("", [])

"""The form of a topic, as it is sent; no route of its own."""

from typing import Annotated

from fastapi import Form
from pydantic import BaseModel, Field

from service.editing.topics import Understood, understand
from service.typed import Line, Prose

_Text = Annotated[Prose, Field(max_length=60_000)]
_Short = Annotated[Line, Field(max_length=500)]


class TopicForm(BaseModel):
    """What somebody typed; every text is cleaned."""

    id: _Short = ""
    name: _Short = ""
    description: _Text = ""
    problems: _Text = ""
    keywords: _Text = ""
    products: _Text = ""
    competitors: _Text = ""
    query: _Text = ""
    exclusions: _Text = ""
    examples: _Text = ""
    languages: _Short = ""
    similarity: _Short = ""
    threshold: _Short = ""
    owner: _Short = ""
    offering: _Short = ""
    legal_basis: _Text = ""
    source: Annotated[list[_Short], Field(default_factory=list, max_length=1_000)]
    active: bool = False
    seen: _Short = ""
    is_new: bool = False
    was: _Short = ""  # id of the topic to compare with
    note: _Short = ""

    @property
    def typed(self) -> dict[str, str]:
        """The texts by the topic's keys, as they were typed."""
        texts = self.model_dump(exclude={"source", "active", "seen", "is_new", "was", "note"})
        return {**texts, "languages": "\n".join(self.languages.replace(",", " ").split())}

    @property
    def finds_something(self) -> bool:
        """Whether there is anything by which posts could be found."""
        lists = (self.problems, self.keywords, self.products, self.competitors, self.query)
        return any(text.strip() for text in (*lists, self.examples))

    def read(self) -> Understood:
        """Return the topic that was typed, or what is wrong with it."""
        return understand(self.typed, sources=self.source, active=self.active)

    def queries(self) -> tuple[str, ...]:
        """Return the queries that were typed, right or wrong."""
        return tuple(line.strip() for line in self.query.splitlines() if line.strip())


SentTopic = Annotated[TopicForm, Form()]

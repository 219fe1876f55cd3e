"""What there is to give to a buyer, and for whom it is: ``content.toml``."""

from typing import Annotated

from pydantic import Field

from config.shape import Line, Prose, Shape, Slug, Url, Word
from models.words import PersonRole


class ContentItem(Shape):
    """Something worth reading, with what to say about it."""

    id: Slug
    title: Line
    url: Url | None = None
    points: Prose = ""  # talking points: the human words them


class ContentCell(Shape):
    """For whom an item is: a step of the journey, and maybe a topic and a persona."""

    step: Annotated[int, Field(ge=1, le=6)]
    topic: Slug | None = None  # left out: every topic
    persona: Word[PersonRole] | None = None  # left out: everybody
    item: Slug


class Content(Shape):
    """The map of content: journey step, topic and persona to an item."""

    personas: tuple[Word[PersonRole], ...] = ()  # for whom gaps are reported; empty: for anybody
    item: tuple[ContentItem, ...] = ()
    cell: tuple[ContentCell, ...] = ()

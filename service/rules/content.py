"""What to give to a buyer, by the content map, and where the map is empty."""

from collections.abc import Collection
from dataclasses import dataclass

from config.content import Content, ContentCell, ContentItem
from models.words import PersonRole

#: The steps of a buyer's journey.
STEPS = range(1, 7)


@dataclass(frozen=True, slots=True, kw_only=True)
class Gap:
    """A place on the map at which there is nothing."""

    step: int
    topic: str
    persona: PersonRole | None  # None: for anybody


def suggest(
    content: Content, *, step: int, topic: str, persona: PersonRole | None = None
) -> ContentItem | None:
    """Return the item of the cell that says most among those that fit; None: there is none.

    A topic says more than a persona; of two that say as much, the first in the file decides.
    """
    fitting = [cell for cell in content.cell if _fits(cell, step, topic, persona)]
    if not fitting:
        return None
    best = max(fitting, key=lambda cell: (cell.topic is not None, cell.persona is not None))
    return next(item for item in content.item if item.id == best.item)


def gaps(content: Content, topics: Collection[str]) -> tuple[Gap, ...]:
    """Return where nothing would be suggested, by topic, step and persona asked for."""
    personas: tuple[PersonRole | None, ...] = content.personas or (None,)
    return tuple(
        Gap(step=step, topic=topic, persona=persona)
        for topic in sorted(topics)
        for step in STEPS
        for persona in personas
        if suggest(content, step=step, topic=topic, persona=persona) is None
    )


def _fits(cell: ContentCell, step: int, topic: str, persona: PersonRole | None) -> bool:
    return cell.step == step and cell.topic in {None, topic} and cell.persona in {None, persona}

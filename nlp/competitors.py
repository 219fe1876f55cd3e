"""Which of the products that an author names are a topic's competitors.

Slots are read without a topic, because one judgement serves all topics of a post. What a topic's
phrases found marks them afterwards.
"""

from collections.abc import Iterator, Sequence
from dataclasses import replace

from nlp.judgement import Evidence, Slot, TopicMatch

_COMPETITOR = "competitor"


def mark_competitors(slots: Sequence[Slot], match: TopicMatch) -> tuple[Slot, ...]:
    """Return the slots with the competitors of a topic as slots of their own, in order.

    A product that a competitor's phrase touches becomes a competitor; a competitor that was not
    read as a product is added, once for each way it is written.

    Args:
        slots: the facts of a post.
        match: what the post has of the topic, from the same title and body.
    """
    named = [phrase for phrase in match.phrases if phrase.reason == _COMPETITOR]
    marked = tuple(
        replace(slot, name="competitors")
        if slot.name == "products" and any(_touch(slot, phrase) for phrase in named)
        else slot
        for slot in slots
    )
    known = {slot.text.casefold() for slot in marked if slot.name == "competitors"}
    return (*marked, *_added(named, marked, known))


def _added(named: Sequence[Evidence], marked: Sequence[Slot], known: set[str]) -> Iterator[Slot]:
    for phrase in named:
        quoted = any(slot.name == "competitors" and _touch(slot, phrase) for slot in marked)
        if not quoted and phrase.text.casefold() not in known:
            known.add(phrase.text.casefold())
            yield Slot(name="competitors", text=phrase.text, span=phrase.span)


def _touch(slot: Slot, phrase: Evidence) -> bool:
    return (
        slot.span.field == phrase.span.field
        and slot.span.start < phrase.span.end
        and phrase.span.start < slot.span.end
    )

"""The JSON of a signal as typed values, and where in a post it belongs."""

from collections.abc import Iterable, Iterator, Sequence
from typing import Literal

from pydantic import BaseModel, ConfigDict, JsonValue, TypeAdapter

from models.signal import Signal
from service.web.wording.marking import Mark, Marked


class Quoted(BaseModel):
    """Words of a post, with the reason why they count and by how much."""

    model_config = ConfigDict(frozen=True)

    text: str
    reason: str = ""
    weight: float = 0.0  # log-odds
    field: Literal["title", "body"]
    start: int  # code points
    end: int


class QuotedFact(BaseModel):
    """A fact that a post states."""

    model_config = ConfigDict(frozen=True)

    name: str
    text: str
    normalised: str | None = None
    field: Literal["title", "body"]
    start: int
    end: int


#: Log-odds below which a quote hardly matters: 0.3 moves 50 % to 57 %.
_SLIGHT = 0.3

_QUOTED = TypeAdapter(list[Quoted])
_FACTS = TypeAdapter(list[QuotedFact])


def quoted(stored: Sequence[dict[str, JsonValue]]) -> list[Quoted]:
    """Return stored evidence, or stored phrases, in their order."""
    return _QUOTED.validate_python(stored)


def quoted_facts(stored: Sequence[dict[str, JsonValue]]) -> list[QuotedFact]:
    """Return stored slots in their order."""
    return _FACTS.validate_python(stored)


def weighty(evidence: Sequence[Quoted]) -> list[Quoted]:
    """Return the evidence that a person needs to see, weightiest first.

    The judge also lists words that lean a little one way; marked too, they would bury the rest.
    """
    ranked = sorted(evidence, key=lambda quote: -abs(quote.weight))
    bar = max(_SLIGHT, abs(ranked[1].weight) / 6) if len(ranked) > 1 else 0.0
    return ranked[:1] + [quote for quote in ranked[1:] if abs(quote.weight) >= bar]


def places(signals: Iterable[Signal], field: Literal["title", "body"], text: str) -> list[Marked]:
    """Return what to mark in the ``field`` of a post whose text is ``text``."""
    return [
        place
        for signal in signals
        for mark, quote, why in _all(signal)
        if quote.field == field and (place := _place(quote, text, mark, why)) is not None
    ]


def _all(signal: Signal) -> Iterator[tuple[Mark, Quoted | QuotedFact, str]]:
    for evidence in weighty(quoted(signal.evidence)):
        yield Mark.CUE if evidence.weight >= 0 else Mark.AGAINST, evidence, evidence.reason
    for phrase in quoted(signal.matched):
        yield Mark.PHRASE, phrase, f"the topic's {phrase.reason}"
    for fact in quoted_facts(signal.slots):
        yield Mark.FACT, fact, fact.name.replace("_", " ")


def _place(quote: Quoted | QuotedFact, text: str, mark: Mark, why: str) -> Marked | None:
    """Return where ``quote`` stands in ``text``; an edit since may have moved or removed it."""
    start = quote.start
    if text[quote.start : quote.end] != quote.text:
        start = text.find(quote.text) if quote.text else -1
    if start < 0 or not quote.text:
        return None
    return Marked(start=start, end=start + len(quote.text), mark=mark, why=why)

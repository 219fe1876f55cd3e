"""What a lead's buyer shows, in words that a seller understands."""

from collections.abc import Iterable
from dataclasses import dataclass

from models.signal import Signal
from service.posts.facets import facets_of_lead
from service.rules.facets import PLAIN, SHOWN, Facet, Facets
from service.web.wording.facet_words import CLUES, FACETS

_MOST = 3  # reasons of one facet


@dataclass(frozen=True, slots=True, kw_only=True)
class FacetLine:
    """One of the six."""

    label: str  # "Needs something"
    percent: int  # 0..100
    extent: str  # "plain", "some", "not shown"
    because: str  # "states a budget, names several products"; empty: nothing speaks for it


@dataclass(frozen=True, slots=True, kw_only=True)
class FacetSheet:
    """The six, or that there is none of them."""

    lines: tuple[FacetLine, ...]
    is_none: bool


def read_facets(signals: Iterable[Signal], *, surest: str) -> FacetSheet:
    """Return what the signals of a lead show of its buyer.

    Args:
        signals: of the lead.
        surest: what the buyer does, in words: what interest is read from.
    """
    found = facets_of_lead(signals)
    return FacetSheet(
        lines=tuple(_line(found, facet, surest) for facet in Facet), is_none=found.is_none
    )


def _line(found: Facets, facet: Facet, surest: str) -> FacetLine:
    value = found.of(facet)
    clues = [CLUES.get(clue, clue) for clue in found.because.get(facet, ())]
    words = [surest] if facet is Facet.INTEREST else list(dict.fromkeys(clues))
    return FacetLine(
        label=FACETS[facet],
        percent=round(100 * value),
        extent=_extent(value),
        because=", ".join(words[:_MOST]) if value >= SHOWN else "",
    )


def _extent(value: float) -> str:
    if value < SHOWN:
        return "not shown"
    return "plain" if value >= PLAIN else "some"

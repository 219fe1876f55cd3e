"""What the buyer said of budget, authority, need, time and the rest, in their own words."""

from collections.abc import Iterable
from dataclasses import dataclass

from service.web.views.quoted import QuotedFact
from service.web.wording.words import FACTS

#: Asked of every lead, so their absence is shown too.
_BANT = ("need", "budget", "authority", "timeline")


@dataclass(frozen=True, slots=True, kw_only=True)
class Fact:
    """A fact with the words that state it."""

    label: str
    quotes: tuple[str, ...]  # empty: not said
    meaning: str | None  # "50 USD a month per seat", when it was understood


def collect_facts(slots: Iterable[QuotedFact]) -> tuple[Fact, ...]:
    """Return the facts in the order of `words.FACTS`: what is said, then what of BANT is not."""
    said: dict[str, list[QuotedFact]] = {}
    for slot in slots:
        held = said.setdefault(slot.name, [])
        if all(slot.text.lower() != other.text.lower() for other in held):
            held.append(slot)
    told = [_fact(label, said[name]) for name, label in FACTS.items() if name in said]
    unsaid = [_fact(FACTS[name], []) for name in _BANT if name not in said]
    return (*told, *unsaid)


def _fact(label: str, slots: list[QuotedFact]) -> Fact:
    meanings = [s.normalised for s in slots if s.normalised and s.normalised != s.text]
    return Fact(
        label=label,
        quotes=tuple(slot.text for slot in slots),
        meaning=", ".join(meanings) or None,
    )

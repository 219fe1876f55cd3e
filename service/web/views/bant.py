"""Budget, authority, need, timeline: what was said, what a person noted, what to ask."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlmodel import Session

from models.lead import Lead
from models.merge import Bant
from models.signal import Signal
from nlp.bant import bant
from nlp.judgement import Slot, Span
from service.rules.questions import question_for
from service.web.views.quoted import QuotedFact, quoted_facts
from service.web.wording.words import FACTS

#: A lead is qualified from so many of 8 points on (models.moves).
ENOUGH = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One of the four."""

    name: str  # "budget"
    label: str
    quotes: tuple[str, ...]
    suggested: int  # 0..2, from the quotes
    noted: int | None  # 0..2, by a person; None: by nobody yet
    question: str  # to ask when it is not clear
    listen_for: str

    @property
    def points(self) -> int:
        """What it stands at: a person's word before the rule's."""
        return self.suggested if self.noted is None else self.noted

    @property
    def asks(self) -> bool:
        """Whether there is something left to ask."""
        return self.points < 2


@dataclass(frozen=True, slots=True, kw_only=True)
class BantSheet:
    """The four, with their sum."""

    lines: tuple[Line, ...]
    is_noted: bool

    @property
    def total(self) -> int:
        """The sum, 0..8."""
        return sum(line.points for line in self.lines)

    @property
    def is_enough(self) -> bool:
        """Whether it makes an opportunity without a manager."""
        need = next(line.points for line in self.lines if line.name == "need")
        return self.total >= ENOUGH and need > 0


def read_bant(db: Session, lead: Lead, signals: Sequence[Signal]) -> BantSheet:
    """Return what is known of the four for ``lead``."""
    noted = db.get(Bant, lead.id)
    facts = [fact for signal in signals for fact in quoted_facts(signal.slots)]
    said_at = max((signal.happened_at for signal in signals), default=None)
    suggested = bant([_slot(fact) for fact in facts], said_at)
    points = {
        "need": suggested.need,
        "budget": suggested.budget,
        "authority": suggested.authority,
        "timeline": suggested.timeline,
    }
    lines = []
    for name, one in points.items():
        question, listen_for = question_for(name) or ("", "")
        quotes = [fact.text for fact in facts if fact.name == name]
        if one.slot is not None:
            quotes.append(one.slot.text)
        lines.append(
            Line(
                name=name,
                label=FACTS[name],
                quotes=tuple(dict.fromkeys(quotes))[:3],
                suggested=one.points,
                noted=getattr(noted, name) if noted else None,
                question=question,
                listen_for=listen_for,
            )
        )
    return BantSheet(lines=tuple(lines), is_noted=noted is not None)


def _slot(fact: QuotedFact) -> Slot:
    return Slot(
        name=fact.name,
        text=fact.text,
        span=Span(field=fact.field, start=fact.start, end=fact.end),
        normalised=fact.normalised,
    )

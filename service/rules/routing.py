"""Which team a lead goes to: the first rule by position that fits, else the fallback."""

from dataclasses import dataclass

from config.team import Routing, When
from models.words import Kind


@dataclass(frozen=True, slots=True, kw_only=True)
class LeadTraits:
    """What a routing rule may look at."""

    topic: str
    source: str  # slug of where its strongest signal was heard
    kind: Kind
    language: str  # of that signal, ISO 639-1
    score: float  # 0..100


def team_for(routing: Routing, lead: LeadTraits) -> str:
    """Return the id of the team that ``lead`` goes to."""
    return next(
        (rule.team for rule in routing.rules if fits(rule.when, lead)), routing.fallback_team
    )


def fits(when: When, lead: LeadTraits) -> bool:
    """Tell whether every condition holds; an empty one always does."""
    return (
        (not when.topics or lead.topic in when.topics)
        and (not when.sources or lead.source in when.sources)
        and (not when.kinds or lead.kind in when.kinds)
        and (not when.languages or lead.language in when.languages)
        and lead.score >= when.min_score
    )

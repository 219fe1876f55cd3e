"""Routing rules and clocks as a person reads them. Pure."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta

from config import Config
from config.hours import WorkingSpan
from config.team import Rule, Strategy, When
from service.web.wording import words

STRATEGIES = {
    Strategy.ROUND_ROBIN: "in turn, by weight",
    Strategy.LEAST_LOADED: "who has the fewest open leads",
    Strategy.FIT_FIRST: "in turn among those who fit best",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleLine:
    """A rule as a sentence in two halves."""

    position: int
    when: str  # "a lead of Team CRM, in German, with a score from 85"
    team: str
    how: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ChannelLine:
    """What a kind of team owes a lead."""

    channel: str
    teams: str  # names, or empty
    accept: str
    first_touch: str
    update: str


def rule_lines(config: Config) -> tuple[RuleLine, ...]:
    """Return the rules in the order in which they are tried."""
    return tuple(
        RuleLine(
            position=rule.position,
            when=_when(rule.when, config),
            team=config.teams[rule.team].name,
            how=_how(rule, config),
        )
        for rule in config.routing.rules
    )


def channel_lines(config: Config) -> tuple[ChannelLine, ...]:
    """Return what each channel owes, those that a team has first."""
    lines = [
        ChannelLine(
            channel=kind.value,
            teams=", ".join(t.name for t in config.teams.values() if t.channel is kind),
            accept=span_in_words(expected.accept),
            first_touch=span_in_words(expected.first_touch),
            update=span_in_words(expected.update),
        )
        for kind, expected in config.sla.channels.items()
    ]
    return tuple(sorted(lines, key=lambda line: not line.teams))


def span_in_words(span: WorkingSpan | timedelta) -> str:
    """Return "1 day", "4 h", "30 min"."""
    if isinstance(span, WorkingSpan):
        if span.days:
            return "1 working day" if span.days == 1 else f"{span.days} working days"
        span = span.time
    minutes = int(span.total_seconds() // 60)
    if minutes % (24 * 60) == 0:
        return f"{minutes // (24 * 60)} d"
    return f"{minutes // 60} h" if minutes % 60 == 0 else f"{minutes} min"


def _when(when: When, config: Config) -> str:
    return ", ".join(_conditions(when, config)) or "every lead"


def _conditions(when: When, config: Config) -> Iterator[str]:
    if when.topics:
        yield "about " + " or ".join(_topic(topic, config) for topic in when.topics)
    if when.sources:
        yield "heard at " + " or ".join(when.sources)
    if when.kinds:
        yield "whose author " + " or ".join(words.KINDS[kind] for kind in when.kinds)
    if when.languages:
        yield "in " + " or ".join(when.languages)
    if when.regions:
        yield "from " + " or ".join(when.regions)
    if when.accounts:
        yield "of the company " + " or ".join(when.accounts)
    if when.min_score > 0:
        yield f"with a score from {when.min_score:g}"
    if when.max_score < 100:
        yield f"with a score up to {when.max_score:g}"


def _topic(topic: str, config: Config) -> str:
    return config.topics[topic].name if topic in config.topics else topic


def _how(rule: Rule, config: Config) -> str:
    strategy = STRATEGIES[rule.strategy or config.routing.strategy]
    skilled = f", who must know {' and '.join(rule.skills)}" if rule.skills else ""
    return f"{strategy}{skilled}"

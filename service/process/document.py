"""The whole process as a document for people: what was agreed on, and what follows from it."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import timedelta

from config import Config
from config.hours import WorkingSpan
from config.team import Escalation, Rule, When
from models.moves import FUNNELS, LIVE
from models.words import (
    DeclineReason,
    DisqualifyReason,
    Half,
    HandBackReason,
    LeadStatus,
    LostReason,
)
from service.process.gaps import gaps
from service.process.signing import Standing


@dataclass(frozen=True, slots=True, kw_only=True)
class Grid:
    """Rows under headings."""

    headings: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Section:
    """A part of the document; all of it is plain text."""

    title: str
    paragraphs: tuple[str, ...] = ()
    grid: Grid | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Paper:
    """The document."""

    title: str
    intro: str
    sections: tuple[Section, ...] = field(default=())


def document(config: Config, standing: Standing) -> Paper:
    """Return the process as the files have it now, with who agreed to it."""
    process = config.process
    return Paper(
        title=f"How {config.settings.name} handles leads",
        intro=(
            f"Version {process.version} of the process, owned by "
            f"{_name(config, process.owner)}. Fingerprint {standing.digest[:12]}."
        ),
        sections=(
            _agreement(standing),
            _definitions(config),
            _stages(config),
            *_offerings(config),
            _routing(config),
            _speed(config),
            _escalation(config.sla.escalation, config),
            _nurturing(config),
            _reasons(),
            _targets(config),
        ),
    )


def _agreement(standing: Standing) -> Section:
    told = [f"{standing.words()[:1].upper()}{standing.words()[1:]}."]
    for half in Half:
        signed = standing.signed.get(half)
        day = f"{signed.at:%Y-%m-%d}" if signed else ""
        told.append(
            f"For {half.value}: {signed.name}, {day}."
            if signed
            else f"For {half.value}: not signed."
        )
    changed = tuple(
        (change.key, change.was or "was not there", change.now or "is gone")
        for change in standing.changes
    )
    grid = Grid(headings=("Changed since", "Was", "Is"), rows=changed) if changed else None
    return Section(title="Who agreed to this", paragraphs=tuple(told), grid=grid)


def _definitions(config: Config) -> Section:
    rows = tuple((word, text.strip()) for word, text in config.process.definitions.items())
    return Section(
        title="What we call a qualified lead",
        paragraphs=(config.process.qualified_lead.strip() or "Nobody wrote it down yet.",),
        grid=Grid(headings=("Word", "Means"), rows=rows) if rows else None,
    )


def _stages(config: Config) -> Section:
    process, thresholds = config.process, config.scoring.thresholds
    rows = []
    for status in LeadStatus:
        if status not in LIVE:
            continue
        criteria = process.criteria.get(status)
        rows.append(
            (
                process.label(status),
                FUNNELS[status].value,
                (criteria.entry.strip() if criteria else "") or "not said",
                (criteria.exit.strip() if criteria else "") or "not said",
                (criteria.who if criteria else None) or "not said",
            )
        )
    ended = ", ".join(process.label(status) for status in LeadStatus if status not in LIVE)
    scores = (
        f"By score: kept from {thresholds.intake:g}, reviewed from {thresholds.mql:g}, ready for "
        f"sales from {thresholds.sql:g} of 100 (profile {config.scoring.version})."
    )
    return Section(
        title="Stages",
        paragraphs=(scores, f"A lead ends as one of: {ended}. No stage can be skipped."),
        grid=Grid(
            headings=("Stage", "Funnel", "Enters when", "Leaves when", "Who"), rows=tuple(rows)
        ),
    )


def _offerings(config: Config) -> Iterator[Section]:
    """Yield what is sold in a time of its own, where anything is."""
    rows = tuple(
        (
            offering.name,
            _listed([t.name for t in config.topics.values() if t.offering == offering.id])
            or "nothing yet",
            _long(offering.cycle),
            _span(offering.touch_every) if offering.touch_every else "as the channel",
            _long(offering.review_after or config.nurture.review_after),
            f"{offering.follow_up_from or config.scoring.thresholds.sql:g}",
        )
        for offering in config.offerings.values()
    )
    if rows:
        headings = ("Sold", "Heard in", "Cycle", "Touched every", "Looked at again", "Ready from")
        yield Section(
            title="What we sell, and how long that takes",
            paragraphs=("A lead that is late has been with sales for longer than its cycle.",),
            grid=Grid(headings=headings, rows=rows),
        )


def _routing(config: Config) -> Section:
    routing = config.routing
    told = [f"No lead is routed yet: {gap}." for gap in gaps(config)]
    fallback = _team(config, routing.fallback_team)
    told.append(
        f"The first rule that fits decides; without one the team {fallback} gets the lead. Who "
        f"had a buyer before gets them again within {routing.sticky_days} days. After "
        f"{routing.max_declines} declines a manager decides."
    )
    rows = tuple(
        (str(rule.position), _condition(rule.when), _team(config, rule.team), _asks(rule, config))
        for rule in routing.rules
    )
    grid = Grid(headings=("Rule", "When", "Team", "How"), rows=rows) if rows else None
    return Section(title="Who gets a lead", paragraphs=tuple(told), grid=grid)


def _condition(when: When) -> str:
    said = when.model_dump(mode="json", exclude_defaults=True)
    words = [f"{name.replace('_', ' ')} {_listed(value)}" for name, value in said.items()]
    return "; ".join(words) or "always"


def _listed(value: object) -> str:
    return ", ".join(map(str, value)) if isinstance(value, list) else f"{value:g}"


def _asks(rule: Rule, config: Config) -> str:
    how = (rule.strategy or config.routing.strategy).value.replace("_", " ")
    return f"{how}; must have {', '.join(rule.skills)}" if rule.skills else how


def _speed(config: Config) -> Section:
    sla = config.sla
    told = (
        f"Marketing reviews within {_span(sla.review)}. A rep is found within "
        f"{_length(sla.routing)} on the clock. All else counts in the working time of whose turn "
        f"it is; a working day has {_length(sla.working_day)}."
    )
    rows = tuple(
        (
            team.name,
            team.channel.value,
            _span(sla.channels[team.channel].accept),
            _span(sla.channels[team.channel].first_touch),
            _span(sla.channels[team.channel].update),
        )
        for team in config.teams.values()
    )
    return Section(
        title="How fast",
        paragraphs=(told,),
        grid=Grid(
            headings=("Team", "Channel", "Accept", "First contact", "Sign of life"), rows=rows
        ),
    )


def _escalation(steps: Escalation, config: Config) -> Section:
    reminders = " and ".join(f"{share:.0%}" for share in steps.remind)
    rows = (
        *(((f"{reminders} of the time", "whose turn it is", "reminded"),) if reminders else ()),
        ("the time is up", "whose turn it is", "told that it is late"),
        (f"{steps.manager:.0%} over it", "the manager", "told"),
        (f"{steps.reclaim:.0%} over it", "the next rep", "gets the lead instead"),
        (f"{steps.process_owner:.0%} over it", _name(config, config.process.owner), "told"),
    )
    return Section(
        title="When it takes too long",
        paragraphs=("Nobody is told outside their working hours.",),
        grid=Grid(headings=("When", "Who", "What happens"), rows=rows),
    )


def _nurturing(config: Config) -> Section:
    rows = tuple(
        (track.name, f"day {step.day}", step.channel.value, step.title)
        for track in config.nurture.track
        for step in track.step
    )
    return Section(
        title="What leads get that are not ready",
        paragraphs=(
            "Harken drafts each step on its day; a person words and sends it, or skips it.",
        ),
        grid=Grid(headings=("Track", "When", "By", "What"), rows=rows) if rows else None,
    )


def _reasons() -> Section:
    lists = {
        "Decline an offer": DeclineReason,
        "Hand back to marketing": HandBackReason,
        "No lead after all": DisqualifyReason,
        "Lost": LostReason,
    }
    rows = tuple(
        (what, ", ".join(word.value.replace("_", " ") for word in words))
        for what, words in lists.items()
    )
    return Section(
        title="Reasons",
        paragraphs=("Whoever gives a lead back or closes it gives one of these.",),
        grid=Grid(headings=("To", "Because"), rows=rows),
    )


def _targets(config: Config) -> Section:
    aims = config.process.targets.model_dump(exclude_none=True)
    rows = tuple((name, f"{number:,}") for name, number in aims.items())
    return Section(
        title="What we mean to reach in a month",
        paragraphs=() if rows else ("Nobody set a target yet; see [targets] in process.toml.",),
        grid=Grid(headings=("Leads", "A month"), rows=rows) if rows else None,
    )


def _name(config: Config, handle: str) -> str:
    user = config.users.get(handle)
    return user.name if user else handle


def _team(config: Config, team_id: str) -> str:
    team = config.teams.get(team_id)
    return team.name if team else team_id


def _span(span: WorkingSpan) -> str:
    parts = []
    if span.days:
        parts.append("1 working day" if span.days == 1 else f"{span.days} working days")
    if span.time:
        parts.append(_length(span.time))
    return " ".join(parts)


def _length(time: timedelta) -> str:
    return " ".join(_units(time)) or "0 min"


def _long(time: timedelta) -> str:
    """Return it in days where it is whole ones."""
    return _length(time) if time % timedelta(days=1) else f"{time.days} days"


def _units(time: timedelta) -> Iterator[str]:
    hours, rest = divmod(int(time.total_seconds()), 3600)
    minutes, seconds = divmod(rest, 60)
    for number, unit in ((hours, "h"), (minutes, "min"), (seconds, "s")):
        if number:
            yield f"{number} {unit}"

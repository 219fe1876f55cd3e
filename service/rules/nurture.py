"""When the steps of a nurture track are due, and which track a lead belongs on."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from config.nurture import NurtureRule
from models.words import LeadStatus


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """Where a lead stands, as far as a rule asks."""

    status: LeadStatus
    since: datetime
    topic: str
    causes: frozenset[str]  # the event that brought it there, and the reason that was given


def due_times(
    started_at: datetime, days: Sequence[int], *, at: time, zone: ZoneInfo
) -> tuple[datetime, ...]:
    """Return when steps are due, UTC: so many days after the start, at a time of that zone's day.

    Days are counted on the calendar of the zone, so that a change of its clocks moves nothing.
    """
    first = started_at.astimezone(zone).date()
    return tuple(_moment(first + timedelta(days=day), at, zone) for day in days)


def next_day(now: datetime, *, at: time, zone: ZoneInfo) -> datetime:
    """Return the same time tomorrow on the zone's calendar, UTC."""
    return _moment(now.astimezone(zone).date() + timedelta(days=1), at, zone)


def is_same_day(one: datetime, other: datetime, zone: ZoneInfo) -> bool:
    """Tell whether two moments are on one day of the zone's calendar."""
    return one.astimezone(zone).date() == other.astimezone(zone).date()


def track_for(
    rules: Sequence[NurtureRule], lead: Standing, *, now: datetime
) -> NurtureRule | None:
    """Return the first rule that holds for a lead, if it holds by now.

    A rule that fits but has not waited long enough yet still decides: those after it don't.
    """
    for rule in rules:
        if (
            rule.on is lead.status
            and _one_of(rule.topics, {lead.topic})
            and _one_of(rule.because, lead.causes)
        ):
            return rule if now - lead.since >= rule.after else None
    return None


def _one_of(wanted: Collection[str], there: Collection[str]) -> bool:
    return not wanted or any(word in there for word in wanted)


def _moment(day: date, at: time, zone: ZoneInfo) -> datetime:
    return datetime.combine(day, at, zone).astimezone(UTC)

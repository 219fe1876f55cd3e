"""What a campaign is talked about: before it, during it and after it.

Source: lead-management.md, "Report definitions": buzz mentions and reach against the baseline.
Campaigns are measured here and never run.

**Reach** is how many people could have seen it: the audiences of the places where it was
mentioned, each place once. **Chances to see** counts a place's audience again for each mention.
Both words are used as in AMEC's glossary (reach; opportunities to see). Nobody knows how many
people read in two places, so reach is what it can be at most of the places whose audience is
known, and says nothing of the others: an audience that is not known is not an audience of nobody.

Everything here is whole numbers of any size, so nothing overflows and nothing is rounded.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from functools import partial
from typing import TypeVar
from zoneinfo import ZoneInfo

from service.rules.period import Period

_DAY = timedelta(days=1)
#: More days than that are told by the week.
_MOST_DAYS = 120

Named = TypeVar("Named", str, int)


class Phase(StrEnum):
    """A part of the time that a campaign is looked at."""

    BEFORE = "before"  # the baseline
    DURING = "during"
    AFTER = "after"


class Known(StrEnum):
    """How much of a reach is known."""

    WHOLE = "whole"
    AT_LEAST = "at least"  # some places' audiences are not known
    UNKNOWN = "unknown"  # none is


@dataclass(frozen=True, slots=True, kw_only=True)
class Mention:
    """A post that is about a campaign, or several of the same source that are counted as one."""

    at: datetime  # when it was published; of several: when the stretch began that they are of
    source: str  # a slug
    about: frozenset[str] = frozenset()  # of the campaign's topics (ids) and phrases
    posts: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Reach:
    """How many people could have seen some mentions."""

    people: int | None  # None: no place's audience is known
    chances: int | None
    known: Known
    unknown_places: int
    unknown_mentions: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Buzz:
    """What was said in one phase."""

    phase: Phase
    period: Period
    mentions: int
    places: int
    per_day: float | None  # of what has passed of it; None: it has not begun
    change: float | None  # per day against the baseline, 1.0 is twice as much; None: no baseline
    reach: Reach


def phases(
    starts_on: date, ends_on: date, *, baseline_days: int | None, zone: ZoneInfo
) -> Mapping[Phase, Period]:
    """Return when a campaign's phases are, in their order; the time after is as long as it."""
    lasts = ends_on - starts_on
    before = lasts if baseline_days is None else baseline_days * _DAY
    return {
        Phase.BEFORE: Period(first=starts_on - before, until=starts_on, zone=zone),
        Phase.DURING: Period(first=starts_on, until=ends_on, zone=zone),
        Phase.AFTER: Period(first=ends_on, until=ends_on + lasts, zone=zone),
    }


def count(mentions: Iterable[Mention]) -> int:
    """Return how many posts there are in ``mentions``."""
    return sum(one.posts for one in mentions)


def _by(
    mentions: Iterable[Mention], names: Callable[[Mention], Iterable[Named]]
) -> Counter[Named]:
    """Return how many posts there are of each name; a post can be of several."""
    found: Counter[Named] = Counter()
    for one in mentions:
        for name in names(one):
            found[name] += one.posts
    return found


def by_phase(
    when: Mapping[Phase, Period], mentions: Iterable[Mention]
) -> Mapping[Phase, Sequence[Mention]]:
    """Return the mentions of each phase; what lies in none is left out."""
    found: dict[Phase, list[Mention]] = {phase: [] for phase in when}
    bounds = [(phase, period.start, period.end) for phase, period in when.items()]
    for mention in mentions:
        for phase, start, end in bounds:
            if start <= mention.at < end:
                found[phase].append(mention)
    return found


def buzz(
    when: Mapping[Phase, Period],
    mentions: Mapping[Phase, Sequence[Mention]],
    audiences: Mapping[str, int | None],
    *,
    now: datetime,
) -> tuple[Buzz, ...]:
    """Return what was said in each phase.

    Args:
        when: see `phases`.
        mentions: see `by_phase`.
        audiences: how many people read along, by source; None or missing: not known.
        now: aware UTC; a phase that is not over counts per day of what has passed of it.
    """
    return tuple(
        Buzz(
            phase=phase,
            period=period,
            mentions=count(mentions[phase]),
            places=len({one.source for one in mentions[phase]}),
            per_day=per_day(count(mentions[phase]), period, now),
            change=None
            if phase is Phase.BEFORE
            else change(
                count(mentions[Phase.BEFORE]), count(mentions[phase]), when, phase, now=now
            ),
            reach=reach(_by(mentions[phase], lambda one: (one.source,)), audiences),
        )
        for phase, period in when.items()
    )


def per_day(count: int, period: Period, now: datetime) -> float | None:
    """Return how many that is a day of what has passed of a period; None before it begins."""
    passed = min(period.end, now) - period.start
    return count / (passed / _DAY) if passed > timedelta(0) else None


def change(
    before: int, count: int, when: Mapping[Phase, Period], phase: Phase, *, now: datetime
) -> float | None:
    """Return how much more there is a day than before it: 1.0 is twice as much.

    None where nothing was said before, and of a phase that has not begun.
    """
    usual = per_day(before, when[Phase.BEFORE], now)
    rate = per_day(count, when[phase], now)
    return None if rate is None or not usual else rate / usual - 1


def reach(mentions: Mapping[str, int], audiences: Mapping[str, int | None]) -> Reach:
    """Return how many people could have seen some mentions, of which ``mentions`` has the sources.

    Without any mention it is 0, and that is known.
    """
    known = {place: size for place in mentions if (size := audiences.get(place)) is not None}
    unknown = mentions.keys() - known.keys()
    is_told = bool(known) or not mentions
    return Reach(
        people=sum(known.values()) if is_told else None,
        chances=sum(size * mentions[place] for place, size in known.items()) if is_told else None,
        known=Known.UNKNOWN if not is_told else Known.AT_LEAST if unknown else Known.WHOLE,
        unknown_places=len(unknown),
        unknown_mentions=sum(mentions[place] for place in unknown),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """How often one name was mentioned in each phase: a topic, a phrase, or a source."""

    name: str
    mentions: Mapping[Phase, int]
    change: float | None  # a day, during it against before


def said(
    when: Mapping[Phase, Period],
    mentions: Mapping[Phase, Sequence[Mention]],
    names: Iterable[str],
    *,
    of: Callable[[Mention], Iterable[str]],
    now: datetime,
) -> tuple[Said, ...]:
    """Return how often each of ``names`` was mentioned in each phase, the most during it first.

    Args:
        when: see `phases`.
        mentions: see `by_phase`.
        names: all that are told, also those that nobody mentioned.
        of: the names that a mention counts for.
        now: aware UTC.
    """
    counts = {phase: _by(mentions[phase], of) for phase in when}
    found = [
        Said(
            name=name,
            mentions={phase: counts[phase][name] for phase in when},
            change=change(
                counts[Phase.BEFORE][name],
                counts[Phase.DURING][name],
                when,
                Phase.DURING,
                now=now,
            ),
        )
        for name in names
    ]
    return tuple(sorted(found, key=lambda one: (-one.mentions[Phase.DURING], one.name)))


@dataclass(frozen=True, slots=True, kw_only=True)
class Stretch:
    """What was said in some days of a phase: one, or a week where there are many."""

    phase: Phase
    first: date
    mentions: int


def timeline(
    when: Mapping[Phase, Period], mentions: Mapping[Phase, Sequence[Mention]], *, now: datetime
) -> tuple[Stretch, ...]:
    """Return what was said day by day, or week by week where that would be too many rows.

    Weeks are counted from a phase's first day. What is yet to come is left out.
    """
    days = sum((period.until - period.first).days for period in when.values())
    length = 1 if days <= _MOST_DAYS else 7
    found: list[Stretch] = []
    for phase, period in when.items():
        first = period.first
        counts = _by(
            mentions[phase], partial(_stretch, first=first, zone=period.zone, length=length)
        )
        today = now.astimezone(period.zone).date()
        begun = (min(period.until, today + _DAY) - first).days
        found += [
            Stretch(phase=phase, first=first + n * length * _DAY, mentions=counts[n])
            for n in range(-(-begun // length))
        ]
    return tuple(found)


def _stretch(one: Mention, *, first: date, zone: ZoneInfo, length: int) -> tuple[int]:
    """Return how many stretches of ``length`` days lie between a day and a mention."""
    return ((one.at.astimezone(zone).date() - first).days // length,)

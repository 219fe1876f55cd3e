"""Who may get a lead, and in words why each of the others may not."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from service.rules.hours import NoWorkingTimeError, Office, add_working_time

#: Somebody is away from the first moment on, until the second; None: until they are back.
Away = tuple[datetime, datetime | None]

#: Absences that follow each other: more of them are one long absence.
_MOST_ABSENCES = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Rep:
    """Somebody who takes leads, as things stand now."""

    user_id: str
    handle: str
    team_id: str
    active: bool
    available_at: datetime | None  # at work next, see `available_at`; None: nobody knows when
    weight: int  # > 0: share of the team's leads
    credit: int  # what earlier turns left
    open_leads: int  # offered to them, and theirs
    max_open: int
    offered_lately: int  # offers within 24 hours, whatever became of them
    max_per_day: int | None = None
    skills: frozenset[str] = frozenset()
    languages: frozenset[str] = frozenset()  # empty: every one
    regions: frozenset[str] = frozenset()  # empty: everywhere

    @property
    def has_room(self) -> bool:
        """Tell whether any lead at all could go there, if its time had come."""
        return self.active and self.too_many() is None

    def too_many(self) -> str | None:
        """Say which limit is reached, or nothing while none is."""
        if self.open_leads >= self.max_open:
            return f"has {self.open_leads} open leads, of at most {self.max_open}"
        if self.max_per_day is not None and self.offered_lately >= self.max_per_day:
            return f"had {self.offered_lately} offers in 24 hours, of at most {self.max_per_day}"
        return None


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """What a lead asks of who gets it."""

    language: str | None = None  # None: nobody knows
    region: str | None = None
    skills: frozenset[str] = frozenset()
    passed: Mapping[str, str] = field(default_factory=dict)  # user id -> what they did with it
    accept_within: timedelta  # on the wall clock, until the rep has to be at work


def why_not(rep: Rep, wanted: Wanted, *, now: datetime) -> str | None:
    """Return why ``rep`` may not get the lead, in words that follow the name; None: may."""
    if not rep.active:
        return "is not active"
    if rep.user_id in wanted.passed:
        return wanted.passed[rep.user_id]
    return rep.too_many() or _lacks(rep, wanted) or _not_at_work(rep, wanted, now)


def _lacks(rep: Rep, wanted: Wanted) -> str | None:
    if lacking := sorted(wanted.skills - rep.skills):
        return f"lacks {', '.join(lacking)}"
    if wanted.language and rep.languages and wanted.language not in rep.languages:
        return f"does not speak {wanted.language}"
    if wanted.region and rep.regions and wanted.region not in rep.regions:
        return f"does not work in {wanted.region}"
    return None


def _not_at_work(rep: Rep, wanted: Wanted, now: datetime) -> str | None:
    if rep.available_at is None:
        return "is away"
    if rep.available_at > now + wanted.accept_within:
        return f"is not at work before {rep.available_at:%Y-%m-%d %H:%M} UTC"
    return None


def fit(rep: Rep, wanted: Wanted) -> int:
    """Return how much of a specialist ``rep`` is for the lead: 0..3, for fit first."""
    return (
        bool(wanted.skills) + (wanted.language in rep.languages) + (wanted.region in rep.regions)
    )


def available_at(
    office: Office | None, absences: Sequence[Away], *, now: datetime
) -> datetime | None:
    """Return when somebody is at work and not away, ``now`` at the earliest.

    None where that is never, or nobody knows when. Without an office they always work.
    """
    moment = now
    for _ in range(_MOST_ABSENCES):
        if office is not None:
            try:
                moment = add_working_time(moment, timedelta(0), office)
            except (NoWorkingTimeError, OverflowError):  # the calendar ends
                return None
        over = [to for begins, to in absences if begins <= moment and (to is None or to > moment)]
        if not over:
            return moment
        ends = [to for to in over if to is not None]
        if len(ends) < len(over):
            return None
        moment = max(ends)
    return None

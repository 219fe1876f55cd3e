"""The time that a report is about: whole days of somebody's calendar, as moments."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

_WEEK = timedelta(days=7)
#: How many weeks a report looks back when nobody says.
_USUAL_WEEKS = 12


@dataclass(frozen=True, slots=True, kw_only=True)
class Period:
    """From the beginning of one local day up to the beginning of another, which is not in it."""

    first: date
    until: date  # the first day that is no more of it
    zone: ZoneInfo

    def __post_init__(self) -> None:
        if self.until <= self.first:
            raise ValueError(f"the period ends on {self.until}, before it begins ({self.first})")

    @property
    def start(self) -> datetime:
        """The first moment of it, in UTC."""
        return midnight(self.first, self.zone)

    @property
    def end(self) -> datetime:
        """The first moment after it, in UTC."""
        return midnight(self.until, self.zone)

    def __contains__(self, moment: datetime | None) -> bool:
        """Tell whether ``moment`` is in it; None, what never happened, is not."""
        return moment is not None and self.start <= moment < self.end

    def week_of(self, moment: datetime) -> date:
        """Return the Monday of the local week of ``moment``."""
        day = moment.astimezone(self.zone).date()
        return day - timedelta(days=day.weekday())

    def weeks(self) -> tuple[date, ...]:
        """Return the Mondays of all weeks that it touches."""
        monday = self.first - timedelta(days=self.first.weekday())
        count = -((monday - self.until) // _WEEK)
        return tuple(monday + n * _WEEK for n in range(count))


def midnight(day: date, zone: ZoneInfo) -> datetime:
    """Return the moment at which a local day begins, in UTC.

    Where the clocks skip midnight it is the moment at which they do.
    """
    return datetime.combine(day, time(), zone).astimezone(UTC)


def latest(now: datetime, zone: ZoneInfo) -> Period:
    """Return the last twelve weeks, this one with today included."""
    today = now.astimezone(zone).date()
    monday = today - timedelta(days=today.weekday())
    return Period(
        first=monday - (_USUAL_WEEKS - 1) * _WEEK, until=today + timedelta(days=1), zone=zone
    )

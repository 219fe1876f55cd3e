"""When somebody is away, as a form says it: on their own clock."""

from datetime import datetime
from zoneinfo import ZoneInfo

from models.people import User
from service.errors import RefusedError
from service.times import on_clock


def span_of(
    user: User, *, since: datetime | None, until: datetime | None, now: datetime
) -> tuple[datetime, datetime | None]:
    """Return from when until when, in UTC; without a beginning now, without an end for good.

    Raises:
        RefusedError: a time has a zone of its own, which no form of ours sends.
    """
    zone = ZoneInfo(user.tz)
    for at in (since, until):
        if at is not None and at.tzinfo is not None:
            raise RefusedError("Give the time as your own clock shows it, without a zone.")
    begins = on_clock(since, zone) if since else now
    ends = on_clock(until, zone) if until else None
    return begins, ends

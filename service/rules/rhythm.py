"""A source's own rhythm: how often it is worth a look, and when its silence is odd.

Both follow from the times at which its posts were published, kept in ``Source.heard_at``.
"""

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, timedelta
from itertools import pairwise

#: The newest posts are remembered one by one, those before them one a day.
NEWEST = 24
MOST_DAYS = 60

#: The rhythm moves the interval within these multiples of what was configured.
QUICKEST = 1 / 3
SLOWEST = 4.0
#: Posts that make a rhythm, and how long a source is watched for one that has fewer.
_ENOUGH = 4
_WATCHED = timedelta(days=3)
#: A burst of so many posts is a rhythm of its own while it lasts.
_BURST = 8

#: No document is believed to hold for longer; whoever says more means "seldom", not "never".
LONGEST_HOLD = timedelta(hours=24)

#: A silence is odd when it is so many times as long as any but the longest before it ...
_ODD = 2.0
#: ... of so many at the least, and lasts so long.
_ENOUGH_GAPS = 5
_SHORTEST_SILENCE = timedelta(days=2)
#: A source that was added lately is not missed yet.
_SETTLES = timedelta(days=7)


def remembered(
    heard_at: Sequence[int], published: Iterable[datetime], *, now: datetime
) -> list[int]:
    """Return what is remembered of a source's posts: seconds since 1970, oldest first.

    The same posts again change nothing. A time in the future counts as now.
    """
    latest = int(now.timestamp())
    heard = {min(int(at.timestamp()), latest) for at in published}
    if heard <= set(heard_at):
        return list(heard_at)
    times = sorted(heard.union(heard_at))
    older, newest = times[:-NEWEST], times[-NEWEST:]
    a_day = {_day(at): at for at in reversed(older)}  # the first of each day
    return [*sorted(a_day.values())[-MOST_DAYS:], *newest]


def interval(
    heard_at: Sequence[int],
    *,
    every: timedelta,
    since: datetime,
    now: datetime,
    ttl_seconds: int | None = None,
) -> timedelta:
    """Return how long to leave a source alone after a good poll, before jitter.

    Half of its usual time between two posts, within a third and four times of ``every``, and no
    less than its document holds. ``every`` itself until there is a rhythm. A silence slows it
    down, a burst speeds it up at once.

    Args:
        heard_at: as ``remembered`` gives it.
        every: what was configured.
        since: when the source was added.
        now: the present.
        ttl_seconds: how long the source says that what it gave us holds.
    """
    gap = _usual_gap(heard_at, since=since, now=now)
    own = every
    if gap is not None:
        own = min(max(gap / 2, every * QUICKEST), every * SLOWEST)
    holds = min(timedelta(seconds=max(ttl_seconds or 0, 0)), LONGEST_HOLD)
    return max(own, holds)


def _usual_gap(heard_at: Sequence[int], *, since: datetime, now: datetime) -> timedelta | None:
    at = now.timestamp()
    newest = heard_at[-NEWEST:]
    began = min(newest[0], since.timestamp()) if newest else since.timestamp()
    if len(newest) < _ENOUGH:
        watched = timedelta(seconds=at - began)
        return watched / (len(newest) + 1) if watched >= _WATCHED else None
    seconds = (at - newest[0]) / len(newest)
    if len(newest) >= _BURST:
        seconds = min(seconds, (at - newest[-_BURST]) / _BURST)
    return timedelta(seconds=seconds)


def quiet_at(heard_at: Sequence[int], *, since: datetime) -> datetime | None:
    """Return until when silence is usual for a source, or None while nobody can tell.

    Twice the longest silence before, leaving out the one longest, which may have been a holiday
    or a fault of ours. Days are compared, not posts: a board that is busy for an evening a week is
    silent for six days, however many posts the evening brings.
    """
    days = sorted({_day(at) for at in heard_at})
    gaps = sorted(later - earlier for earlier, later in pairwise(days))
    if len(gaps) < _ENOUGH_GAPS:
        return None
    usual = timedelta(days=gaps[-2])
    last = datetime.fromtimestamp(heard_at[-1], UTC)
    return max(last + max(usual * _ODD, _SHORTEST_SILENCE), since + _SETTLES)


def _day(at: int) -> int:
    return at // 86_400

"""When a conversation is read again, and when a post is looked for. Pure.

A conversation that is lively is read often, one that falls silent ever less: an answer that comes
after a week can wait for half a day more. The interval is a share of the silence so far, so that
a conversation of a month costs about seventy readings.
"""

from datetime import datetime, timedelta
from enum import StrEnum

from models.moves import CLOSED, FUNNELS
from models.words import Funnel, LeadStatus

SHORTEST = timedelta(minutes=15)
LONGEST = timedelta(days=1)
#: A conversation in which nobody wrote for so long is over, where no offering says otherwise.
OVER_AFTER = timedelta(days=30)
#: A post that wasn't found is looked for once more after this, before it counts as deleted.
SECOND_LOOK = timedelta(hours=6)


class Stake(StrEnum):
    """What hangs on a conversation."""

    SALES = "sales"  # a rep has the lead, or is about to: he must not answer too late
    MARKETING = "marketing"  # a live lead that nobody has yet
    SIGNAL = "signal"  # a signal that was too weak for a lead
    NOTHING = "nothing"  # its leads are closed


#: Which share of the silence passes until the next reading.
_SHARE = {Stake.SALES: 1 / 16, Stake.MARKETING: 1 / 8, Stake.SIGNAL: 1 / 4}


def stake_of(leads: frozenset[LeadStatus], *, has_signal: bool) -> Stake:
    """Return what hangs on a conversation with leads in these statuses: the most pressing."""
    if any(FUNNELS[status] is Funnel.SALES for status in leads):
        return Stake.SALES
    if leads - CLOSED:
        return Stake.MARKETING
    return Stake.SIGNAL if has_signal and not leads else Stake.NOTHING


def next_reading(
    now: datetime,
    *,
    last_post_at: datetime,
    stake: Stake,
    recheck: timedelta,
    fails: int = 0,
    over_after: timedelta = OVER_AFTER,
) -> datetime | None:
    """Return when a conversation is read again, or None when it need not be.

    As long as a lead lives, it is looked at least every ``recheck`` whether its posts are still
    there, also when the talk is over. Each failure in a row doubles the pause, up to a day.

    Args:
        now: aware UTC.
        last_post_at: when somebody last wrote there.
        stake: what hangs on it.
        recheck: how often the source's policy has evidence looked for.
        fails: readings in a row that failed.
        over_after: for how long nobody writes until it is over; what takes a year to be sold is
            talked of for longer than what is bought in three weeks.
    """
    if stake is Stake.NOTHING:
        return None
    silence = max(now - last_post_at, timedelta(0))
    if silence > over_after:
        pause = None if stake is Stake.SIGNAL else recheck
    else:
        pause = min(max(silence * _SHARE[stake], SHORTEST), LONGEST, recheck)
    if pause is None:
        return None
    return now + min(pause * 2.0 ** min(fails, 10), max(LONGEST, pause))


def first_reading(now: datetime) -> datetime:
    """Return when a conversation is read that something was just heard in."""
    return now + SHORTEST


def next_check(now: datetime, *, recheck: timedelta, is_missing: bool) -> datetime:
    """Return when a permalink is looked at again."""
    return now + (min(SECOND_LOOK, recheck) if is_missing else recheck)


def is_deleted(missing_since: datetime | None, *, now: datetime) -> bool:
    """Say whether a post that isn't found now either was deleted.

    Once is not enough: sites answer 404 while they are being repaired, and an index is late.
    """
    return missing_since is not None and now - missing_since >= SHORTEST

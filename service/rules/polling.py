"""When a source is polled next."""

from datetime import datetime, timedelta

#: However often it fails, a source is tried at least this often: nothing is disabled for good.
LONGEST_BACKOFF = timedelta(hours=24)
#: How often a source is looked at that says it is gone for good (410), the first time apart.
GONE_EVERY = timedelta(days=7)


def next_poll_after_success(now: datetime, every: timedelta, *, jitter: float) -> datetime:
    """Return ``now`` plus the interval, up to a tenth later by ``jitter`` (-1..1).

    The jitter keeps sources that were added together from being polled together for ever. It
    never makes the interval shorter, which may be what the source asked for.
    """
    return now + every * (1.05 + 0.05 * jitter)


def next_poll_after_failure(
    now: datetime,
    every: timedelta,
    *,
    fails: int,
    jitter: float,
    retry_after: timedelta | None = None,
) -> datetime:
    """Return when to try again after ``fails`` failures in a row: the interval, doubled each time.

    What the host asked for is honoured in full.
    """
    backoff = min(every * 2.0 ** min(fails - 1, 20), max(LONGEST_BACKOFF, every))
    pause = backoff * (1 + 0.1 * jitter)
    return now + max(pause, retry_after or timedelta(0))


def next_poll_after_gone(
    now: datetime, every: timedelta, *, fails: int, jitter: float
) -> datetime:
    """Return when to look again for a source that said for the ``fails``-th time that it is gone.

    A day later the first time, which may have been a slip; then once a week, for good.
    """
    pause = LONGEST_BACKOFF if fails == 1 else GONE_EVERY
    return now + max(pause, every) * (1.05 + 0.05 * jitter)


def next_poll_after_rest(now: datetime, rest: timedelta, *, jitter: float) -> datetime:
    """Return when to ask a host again that wants to be left alone for ``rest``: not before.

    Up to a tenth later by ``jitter`` (-1..1), lest all its sources ask at that very moment.
    """
    return now + rest * (1.05 + 0.05 * jitter)

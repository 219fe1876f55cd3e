"""What is sent where, when it is tried again, and what an answer means.

Source of the schedule and the meanings: Standard Webhooks 1.0, "Deliverability and reliability".
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from config.channels import EndpointSpec

#: How long after the attempt before it each attempt is made: three days and three hours in all.
SCHEDULE = (
    timedelta(0),
    timedelta(seconds=5),
    timedelta(minutes=5),
    timedelta(minutes=30),
    timedelta(hours=2),
    timedelta(hours=5),
    timedelta(hours=10),
    timedelta(hours=14),
    timedelta(hours=20),
    timedelta(hours=24),
)
#: What was put off because its endpoint is out of order is given up after as long.
LONGEST = sum(SCHEDULE, timedelta()) * 1.2
#: At most so much of a wait is added to it, so that what failed together isn't retried together.
JITTER = 0.1
#: A later event of a lead waits for an earlier one through so many failed attempts, half an hour.
HELD_BACK = 3

#: No attempt is put off for longer: a day, with its jitter, or what an endpoint asked for.
FARTHEST = max(SCHEDULE) * (1 + JITTER) + timedelta(hours=1)

_PAUSE, _LONGEST_PAUSE = timedelta(seconds=5), timedelta(minutes=5)


class Verdict(StrEnum):
    """What came of an attempt."""

    SENT = "sent"
    FAILED = "failed"  # try again
    GONE = "gone"  # 410: there is nobody any more, stop


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """What is known of an event when it is decided who hears of it."""

    kind: str
    topic: str | None = None  # of its lead; None when it isn't about one
    score: float | None = None


def hears(spec: EndpointSpec, event: Event) -> bool:
    """Say whether an endpoint is told of an event."""
    if not spec.active or not spec.wants(event.kind):
        return False
    if event.topic is None:
        return True  # of sources and digests; topics and scores say nothing about those
    if spec.topics and event.topic not in spec.topics:
        return False
    return (event.score or 0.0) >= spec.min_score


def verdict(status: int | None) -> Verdict:
    """Return what an HTTP status means; None stands for no answer. A redirect is a failure."""
    if status is not None and 200 <= status < 300:
        return Verdict.SENT
    return Verdict.GONE if status == 410 else Verdict.FAILED


def blames_endpoint(status: int | None) -> bool:
    """Say whether a failure is the endpoint's own, so that other messages would fail as well."""
    return status is None or status in {408, 429} or status >= 500 or 300 <= status < 400


def next_attempt(
    attempts: int, *, now: datetime, jitter: float, asked_rest: timedelta | None = None
) -> datetime | None:
    """Return when to try again after ``attempts`` failed ones, or None when it is given up.

    Args:
        attempts: made so far, at least 1.
        now: the present.
        jitter: 0..1, by chance.
        asked_rest: how long the endpoint asked to be left alone (Retry-After).
    """
    if attempts >= len(SCHEDULE):
        return None
    wait = SCHEDULE[attempts] * (1 + JITTER * jitter)
    return now + max(wait, asked_rest or timedelta(0))


def pause(failures: int, *, asked_rest: timedelta | None = None) -> timedelta:
    """Return for how long an endpoint that failed ``failures`` times in a row is left alone.

    Its other messages keep their attempts for later, so that a day's outage costs none of them.
    """
    doublings = max(min(failures - 1, 10), 0)
    grown = min(_PAUSE * int(2**doublings), _LONGEST_PAUSE)
    return max(grown, asked_rest or timedelta(0))


def is_burst(messages: int) -> bool:
    """Say whether so much waits for people that the next message is put off for a while."""
    return messages > 3


def order(kinds: Sequence[str]) -> list[str]:
    """Return events in the order in which people care: what sales has to do comes first."""
    first = ("lead.sales_ready", "lead.offered", "lead.sla_breached", "lead.won")
    rank = {kind: number for number, kind in enumerate(first)}
    return sorted(set(kinds), key=lambda kind: (rank.get(kind, len(first)), kind))

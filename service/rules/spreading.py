"""Who is polled first when more is due than may be asked at once.

After a restart, a night asleep or a host's rest, many sources are overdue together. They are
neither asked all at once nor kept in step: each host gives them turns, oldest first.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

#: Sources of one host that are taken on together; the others of it get a later time.
AT_ONCE = 8


@dataclass(frozen=True, slots=True, kw_only=True)
class Due:
    """A source whose time has come."""

    id: str
    host: str
    due_at: datetime
    gap: timedelta  # between two requests to its host


@dataclass(frozen=True, slots=True)
class Plan:
    """What is polled now, in order, and when the rest is due instead."""

    now: list[str] = field(default_factory=list)
    later: dict[str, datetime] = field(default_factory=dict)


def plan(
    due: Sequence[Due],
    *,
    now: datetime,
    most: int,
    resting: Mapping[str, datetime],
    given: Counter[str] | None = None,
    at_once: int = AT_ONCE,
) -> Plan:
    """Share out turns among sources that are due: longest overdue first, host by host.

    A host's first ``at_once`` sources are polled now (its budget keeps them apart), each further
    one a gap later than the one before. A host that rests gives its turns from then on; one that
    wants no gap takes all at once. What is above ``most`` stays due. The same sources at the same
    time give the same plan.

    Args:
        due: in any order.
        now: the present.
        most: how many are polled now.
        resting: until when hosts want to be left alone.
        given: how many turns hosts have given already; counted on.
        at_once: how many sources of one host are polled now.
    """
    made = Plan()
    given = Counter() if given is None else given
    for one in sorted(due, key=lambda each: (each.due_at, each.id)):
        free_at = max(resting.get(one.host, now), now)
        may_begin = free_at == now and (given[one.host] < at_once or not one.gap)
        if may_begin and len(made.now) == most:
            continue
        if may_begin:
            made.now.append(one.id)
        else:
            made.later[one.id] = free_at + one.gap * given[one.host]
        given[one.host] += 1
    return made

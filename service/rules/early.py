"""How much earlier listening knows of a buyer than the buyer tells us (requirement A9)."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from service.rules.figures import quantile, share


@dataclass(frozen=True, slots=True, kw_only=True)
class Met:
    """A lead that was heard, and then met."""

    topic: str
    first_signal_at: datetime
    met_at: datetime  # the first inquiry or contact


@dataclass(frozen=True, slots=True, kw_only=True)
class Early:
    """How early leads were heard."""

    topic: str | None  # None: all of them
    leads: int
    heard_first: float | None  # the share that was heard before it was met
    hours_p50: float | None  # from first signal to first contact; below 0: met before it was heard
    hours_p90: float | None


def early(leads: Iterable[Met]) -> tuple[Early, ...]:
    """Return how early ``leads`` were heard: all of them, and then by topic."""
    hours: dict[str | None, list[float]] = defaultdict(list)
    for lead in leads:
        ahead = (lead.met_at - lead.first_signal_at) / timedelta(hours=1)
        hours[None].append(ahead)
        hours[lead.topic].append(ahead)
    topics = sorted(topic for topic in hours if topic is not None)
    return tuple(_of(topic, hours.get(topic, ())) for topic in (None, *topics))


def _of(topic: str | None, hours: Sequence[float]) -> Early:
    return Early(
        topic=topic,
        leads=len(hours),
        heard_first=share(sum(ahead > 0 for ahead in hours), len(hours)),
        hours_p50=quantile(hours, 0.5),
        hours_p90=quantile(hours, 0.9),
    )

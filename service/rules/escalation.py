"""Who hears of a clock that runs out, and when the lead is taken back."""

from collections.abc import Mapping, Sequence, Set
from dataclasses import dataclass

from config.team import Escalation
from models.words import ClockKind, EscalationStep

Step = EscalationStep


@dataclass(frozen=True, slots=True)
class Rung:
    """A step of the ladder, and after which share of the allowed time it is taken."""

    step: EscalationStep
    share: float  # 1.0 is when the time is up


#: What a clock that is not in here climbs: everything.
_LEFT_OUT: Mapping[ClockKind, Set[EscalationStep]] = {
    # The lease runs out when its time is up: the next rep is asked, see service.routing.offers.
    ClockKind.ACCEPT: {Step.BREACH, Step.MANAGER, Step.RECLAIM, Step.PROCESS_OWNER},
    # Nobody has it yet who could be reminded; the manager hears at once.
    ClockKind.ROUTE: {Step.REMINDER, Step.MANAGER, Step.RECLAIM},
    ClockKind.REVIEW: {Step.RECLAIM},
    ClockKind.NEXT_STEP: {Step.RECLAIM},
}


def ladder(kind: ClockKind, escalation: Escalation) -> Sequence[Rung]:
    """Return the rungs that a clock climbs, in order."""
    rungs = (
        *(Rung(Step.REMINDER, share) for share in escalation.remind),
        Rung(Step.BREACH, 1.0),
        Rung(Step.MANAGER, 1.0 + escalation.manager),
        Rung(Step.RECLAIM, 1.0 + escalation.reclaim),
        Rung(Step.PROCESS_OWNER, 1.0 + escalation.process_owner),
    )
    return tuple(rung for rung in rungs if rung.step not in _LEFT_OUT.get(kind, ()))

"""The six steps of the buyer's journey, in counts: where people speak, and how far they come.

Source: requirements A1 to A8: searches, reads up, asks around, compares, contacts peers, is ready.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from service.rules.figures import share

STEPS = range(1, 7)


@dataclass(frozen=True, slots=True, kw_only=True)
class Reached:
    """A step of the journey."""

    step: int  # 1..6
    signals: int  # that show this step and no other
    signals_share: float | None  # of all signals; None when there are none
    leads: int  # that came so far and no further
    leads_share: float | None
    reached: int  # leads that came so far or further
    conversion: float | None  # of those that reached the step before; None for the first
    won: int  # of the leads of this step
    won_share: float | None


def journey(
    signals: Mapping[int, int], leads: Mapping[int, int], won: Mapping[int, int]
) -> tuple[Reached, ...]:
    """Return all six steps in order; the counts of each column sum to what was counted.

    Args:
        signals: how many there are by the step that they show.
        leads: how many there are by the furthest step of each.
        won: of these, how many were won.
    """
    said, opened = sum(signals.values()), sum(leads.values())
    beyond = {step: sum(leads.get(s, 0) for s in STEPS if s >= step) for step in STEPS}
    return tuple(
        Reached(
            step=step,
            signals=signals.get(step, 0),
            signals_share=share(signals.get(step, 0), said),
            leads=leads.get(step, 0),
            leads_share=share(leads.get(step, 0), opened),
            reached=beyond[step],
            conversion=share(beyond[step], beyond[step - 1]) if step > 1 else None,
            won=won.get(step, 0),
            won_share=share(won.get(step, 0), leads.get(step, 0)),
        )
        for step in STEPS
    )

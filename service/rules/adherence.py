"""How well a rep keeps to what was agreed: for the rep, and the rep's manager, and nobody else.

Requirement E7: figures of adherence are private to rep and manager. They are there to help one
person; a list for everybody is a pillory, and reps then work for the list.
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from models.words import OfferState, UserRole
from service.rules.figures import share


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """Somebody who asks, or is asked about."""

    user_id: str
    handle: str
    role: UserRole
    team: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Answered:
    """So many offers that were made to a rep and ended alike."""

    user_id: str
    state: OfferState
    offers: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Promised:
    """A lead that a rep accepted, and so owes a first contact."""

    user_id: str
    due_at: datetime
    touched_at: datetime | None  # the rep's first contact after accepting
    won: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Adherence:
    """How one rep kept to what was agreed."""

    handle: str
    offers: int
    accepted: int
    declined: int
    expired: int
    answered_in_time: float | None  # of the offers that were answered or ran out
    promised: int  # first contacts that were due by now or made
    touched_in_time: float | None  # of those
    won: int


def may_see(viewer: Person, rep: Person) -> bool:
    """Tell whether ``viewer`` may see how ``rep`` keeps to what was agreed.

    Reps see themselves. A manager sees the team that the manager is in; one without a team
    manages them all. An admin looks after the software, not after the people.
    """
    if viewer.user_id == rep.user_id:
        return True
    if viewer.role is not UserRole.MANAGER:
        return False
    return viewer.team is None or viewer.team == rep.team


def adherence(
    rep: Person, offers: Iterable[Answered], promises: Iterable[Promised], *, now: datetime
) -> Adherence:
    """Return how ``rep`` kept to what was agreed; of the others' rows none counts."""
    states: Counter[OfferState] = Counter()
    for offer in offers:
        if offer.user_id == rep.user_id:
            states[offer.state] += offer.offers
    own = [promise for promise in promises if promise.user_id == rep.user_id]
    accepted, declined = states[OfferState.ACCEPTED], states[OfferState.DECLINED]
    expired = states[OfferState.EXPIRED]
    owed = [one for one in own if one.touched_at is not None or one.due_at <= now]
    return Adherence(
        handle=rep.handle,
        offers=states.total(),
        accepted=accepted,
        declined=declined,
        expired=expired,
        answered_in_time=share(accepted + declined, accepted + declined + expired),
        promised=len(owed),
        touched_in_time=share(_in_time(owed), len(owed)),
        won=sum(one.won for one in own),
    )


def _in_time(owed: Sequence[Promised]) -> int:
    return sum(one.touched_at is not None and one.touched_at <= one.due_at for one in owed)

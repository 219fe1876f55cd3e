"""Which buttons a lead has for somebody. The services decide again; this only spares dead ends."""

from dataclasses import dataclass

from models.lead import Lead, Offer
from models.moves import LIVE, OWNED, LeadEvent, allowed
from models.words import LeadStatus
from service.access.permissions import Permission, may
from service.access.viewer import Viewer
from service.leads.whose import works_on


@dataclass(frozen=True, slots=True, kw_only=True)
class Actions:
    """What may be done with a lead."""

    answer: bool  # accept or decline
    promote: bool
    dismiss: bool
    touch: bool
    fencing: int  # of the open offer; 0 without one
    rev: int
    work: bool = False  # tasks, drafts of answers, outcomes
    hand_back: bool = False
    qualify: bool = False
    win: bool = False
    lose: bool = False
    reopen: bool = False
    nurture: bool = False  # to marketing
    track: bool = False  # put on a nurture track
    merge: bool = False  # with a related lead
    mute: bool = False  # its author or community

    @property
    def moves(self) -> bool:
        """Whether there is a further move than those of the inbox."""
        return any(
            (self.hand_back, self.win, self.lose, self.reopen, self.nurture, self.track, self.mute)
        )


def actions_for(viewer: Viewer, lead: Lead, offer: Offer | None) -> Actions:
    """Return what ``viewer`` may do with ``lead``, whose open offer is ``offer``."""
    is_owner = lead.owner_id == viewer.id
    decides = may(viewer, Permission.PROMOTE_LEADS)
    return Actions(
        answer=offer is not None
        and offer.to_user_id == viewer.id
        and may(viewer, Permission.ANSWER_OFFERS),
        promote=decides and bool(allowed(lead.status, LeadEvent.PROMOTED)),
        dismiss=may(viewer, Permission.DISMISS_LEADS)
        and works_on(viewer.role, viewer.id, lead)
        and bool(allowed(lead.status, LeadEvent.DISQUALIFIED)),
        touch=is_owner and lead.status in OWNED and may(viewer, Permission.LOG_TOUCHES),
        fencing=offer.fencing if offer else 0,
        rev=lead.rev,
        **_moves(viewer, lead, decides=decides),
    )


def _moves(viewer: Viewer, lead: Lead, *, decides: bool) -> dict[str, bool]:
    """Return which further moves ``viewer`` may make, by their names in `Actions`."""
    if not may(viewer, Permission.WORK_LEADS):
        return {}
    works = works_on(viewer.role, viewer.id, lead)

    def can(event: LeadEvent) -> bool:
        return works and bool(allowed(lead.status, event))

    live = lead.status in LIVE
    return {
        "work": works and live,
        "hand_back": can(LeadEvent.HANDED_BACK),
        "qualify": can(LeadEvent.QUALIFIED),
        "win": can(LeadEvent.WON),
        "lose": can(LeadEvent.LOST),
        "reopen": decides and can(LeadEvent.REOPENED),
        "nurture": decides and can(LeadEvent.PARKED),
        "track": works and lead.status in OWNED | {LeadStatus.NURTURING},
        "merge": decides and live,
        "mute": decides,
    }

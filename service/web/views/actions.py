"""Which buttons a lead has for somebody. The services decide again; this only spares dead ends."""

from dataclasses import dataclass

from models.lead import Lead, Offer
from models.moves import OWNED, LeadEvent, allowed
from service.web.auth import Viewer
from service.web.permissions import Permission, may


@dataclass(frozen=True, slots=True, kw_only=True)
class Actions:
    """What may be done with a lead."""

    answer: bool  # accept or decline
    promote: bool
    dismiss: bool
    touch: bool
    fencing: int  # of the open offer; 0 without one
    rev: int

    @property
    def any(self) -> bool:
        """Whether there is anything to do."""
        return self.answer or self.promote or self.dismiss or self.touch


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
        and (decides or is_owner)
        and bool(allowed(lead.status, LeadEvent.DISQUALIFIED)),
        touch=is_owner and lead.status in OWNED and may(viewer, Permission.LOG_TOUCHES),
        fencing=offer.fencing if offer else 0,
        rev=lead.rev,
    )

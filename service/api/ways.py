"""What may be done with a lead, by whom. The services decide again; this spares dead ends."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from fastapi import Request

from models.lead import Lead, Offer
from models.moves import OWNED, LeadEvent, allowed
from models.words import LeadStatus
from service.access.permissions import Permission, may
from service.access.visible import find_lead
from service.api.callers import Caller
from service.api.problems import Way
from service.api.scopes import SCOPES
from service.errors import NotFoundError
from service.leads.whose import DECIDERS
from service.routing.route import open_offer
from service.serving.site import site_of
from service.store.engine import reading

P = Permission
E = LeadEvent


@dataclass(frozen=True, slots=True)
class Standing:
    """A lead, and what who asks is to it."""

    lead: Lead
    is_owner: bool
    is_offeree: bool
    decides: bool

    @property
    def is_theirs(self) -> bool:
        """Whether it is theirs to close."""
        return self.decides or (self.is_owner and self.lead.status in OWNED)

    def moves_by(self, *events: LeadEvent) -> bool:
        """Return whether one of ``events`` would move it."""
        return any(allowed(self.lead.status, event) for event in events)


@dataclass(frozen=True, slots=True)
class _Act:
    name: str
    permission: Permission
    fits: Callable[[Standing], bool]


_ACTS = (
    _Act("accept", P.ANSWER_OFFERS, lambda it: it.is_offeree),
    _Act("decline", P.ANSWER_OFFERS, lambda it: it.is_offeree),
    _Act("touch", P.LOG_TOUCHES, lambda it: it.is_owner and it.lead.status in OWNED),
    _Act("promote", P.PROMOTE_LEADS, lambda it: it.decides and it.moves_by(E.PROMOTED)),
    _Act("assign", P.ASSIGN_LEADS, lambda it: it.moves_by(E.REASSIGNED) or _waits(it)),
    _Act("hand-back", P.WORK_LEADS, lambda it: it.is_theirs and it.moves_by(E.HANDED_BACK)),
    _Act("qualify", P.WORK_LEADS, lambda it: it.is_theirs and it.moves_by(E.QUALIFIED)),
    _Act("won", P.WORK_LEADS, lambda it: it.is_theirs and it.moves_by(E.WON)),
    _Act("lost", P.WORK_LEADS, lambda it: it.is_theirs and it.moves_by(E.LOST)),
    _Act("disqualify", P.DISMISS_LEADS, lambda it: it.is_theirs and it.moves_by(E.DISQUALIFIED)),
    _Act("reopen", P.WORK_LEADS, lambda it: it.decides and it.moves_by(E.REOPENED)),
    _Act("snooze", P.WORK_LEADS, lambda it: it.lead.snoozed_until is None and _may_sleep(it)),
    _Act("wake", P.WORK_LEADS, lambda it: it.lead.snoozed_until is not None and _may_sleep(it)),
)
_RESTING = OWNED | {LeadStatus.DETECTED, LeadStatus.MQL, LeadStatus.NURTURING}


def _waits(it: Standing) -> bool:
    return it.lead.status is LeadStatus.SALES_READY


def _may_sleep(it: Standing) -> bool:
    return (it.decides or it.is_owner) and it.lead.status in _RESTING


def ways_of(caller: Caller, lead: Lead, offer: Offer | None) -> tuple[Way, ...]:
    """Return what ``caller`` may do with ``lead`` now, whose open offer is ``offer``."""
    viewer = caller.viewer
    standing = Standing(
        lead=lead,
        is_owner=lead.owner_id == viewer.id,
        is_offeree=offer is not None and offer.to_user_id == viewer.id,
        decides=viewer.role in DECIDERS,
    )
    return tuple(
        Way(action=act.name, method="POST", href=f"/api/v1/leads/{lead.id}/{act.name}")
        for act in _ACTS
        if may(viewer, act.permission)
        and act.permission in SCOPES[caller.scope]
        and act.fits(standing)
    )


def ways_at(request: Request) -> Sequence[Way] | None:
    """Return what may be done with the lead of a refused request; None: it is not theirs."""
    lead_id = request.path_params.get("lead_id")
    caller: Caller | None = getattr(request.state, "caller", None)
    if caller is None or not isinstance(lead_id, str):
        return None
    try:
        with reading(site_of(request).engine) as db:
            lead = find_lead(db, caller.viewer, lead_id)
            return ways_of(caller, lead, open_offer(db, lead_id))
    except NotFoundError:
        return None

"""Which acts can be taken back at all, and why others can't. Pure."""

from collections.abc import Callable, Mapping
from datetime import datetime
from enum import StrEnum

from models.inbox import TriageAct
from models.lead import Lead
from models.people import User
from models.words import LeadStatus
from service.leads.whose import DECIDERS

TOO_LATE = "The time to answer that offer is over."


class ActKind(StrEnum):
    """What can be done with a lead at one press."""

    ACCEPT = "accept"
    DECLINE = "decline"
    SNOOZE = "snooze"
    ASSIGN = "assign"
    NOTE = "note"
    DISMISS = "dismiss"
    PROMOTE = "promote"


def objection(act: TriageAct, lead: Lead, user: User, now: datetime) -> str | None:
    """Return why an act can't be taken back though nobody was at the lead since."""
    objects = _OBJECTIONS.get(ActKind(act.kind))
    return objects(act, lead, user, now) if objects else None


def _closed_for_good(_: TriageAct, _lead: Lead, user: User, _now: datetime) -> str | None:
    if user.role in DECIDERS:
        return None
    return "A closed lead is opened again by a marketer or a manager: ask one of them."


def _offer_is_over(act: TriageAct, _: Lead, _user: User, now: datetime) -> str | None:
    accept_by = act.before.get("accept_by")
    is_open = isinstance(accept_by, str) and datetime.fromisoformat(accept_by) > now
    return None if is_open else TOO_LATE


def _went_on(act: TriageAct, lead: Lead, user: User, now: datetime) -> str | None:
    if lead.status is LeadStatus.MQL:
        return "A marketer looks at it now, because you said that it is no lead."
    if lead.status is not LeadStatus.SALES_READY:
        return "It was offered to the next rep already; ask a manager for it."
    return _offer_is_over(act, lead, user, now)


def _with_sales(_: TriageAct, _lead: Lead, _user: User, _now: datetime) -> str | None:
    return "Sales has it now; there is no way back but an answer. Dismiss it if it is no lead."


_OBJECTIONS: Mapping[ActKind, Callable[[TriageAct, Lead, User, datetime], str | None]] = {
    ActKind.ACCEPT: _offer_is_over,
    ActKind.DECLINE: _went_on,
    ActKind.DISMISS: _closed_for_good,
    ActKind.PROMOTE: _with_sales,
}

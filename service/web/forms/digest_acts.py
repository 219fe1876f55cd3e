"""The buttons of a digest, on its page and behind its mail's links: for whom, and what is said."""

from collections.abc import Mapping
from datetime import datetime
from typing import Annotated, TypeAlias

from fastapi import Form

from service.access.permissions import Permission, may
from service.access.viewer import Viewer
from service.digests.acts import Act, Asked
from service.errors import ForbiddenError
from service.leads.snoozing import morning
from service.leads.undoing import ActKind
from service.typed import Line

#: The item that is looked at next, by its id; "": there is none.
Next: TypeAlias = Annotated[Line, Form(max_length=36, pattern=r"^[0-9a-zA-Z-]*$")]
_SAID: Mapping[Act, str] = {
    Act.TAKE: "assigned",
    Act.DECLINE: "declined",
    Act.CONFIRM: "confirmed",
    Act.REJECT: "dismissed",
    Act.ASSIGN: "assigned",
    Act.SNOOZE: "snoozed",
}
#: The same of a post that was thrown away: whether it should have been a lead.
LABELLED: Mapping[bool, str] = {True: "labelled_missed", False: "labelled_right"}
#: As which act of the inbox it is noted, to be taken back; of the others there is no way back.
_NOTED: Mapping[Act, ActKind] = {
    Act.TAKE: ActKind.ACCEPT,
    Act.DECLINE: ActKind.DECLINE,
    Act.REJECT: ActKind.DISMISS,
    Act.SNOOZE: ActKind.SNOOZE,
}
#: The same as the buttons of the inbox need; whose lead it is, `service.digests.acts` decides.
_NEEDS: Mapping[Act, Permission] = {
    Act.TAKE: Permission.ANSWER_OFFERS,
    Act.DECLINE: Permission.ANSWER_OFFERS,
    Act.CONFIRM: Permission.PROMOTE_LEADS,
    Act.REJECT: Permission.DISMISS_LEADS,
    Act.ASSIGN: Permission.ASSIGN_LEADS,
    Act.SNOOZE: Permission.WORK_LEADS,
}


def noted_as(act: Act) -> ActKind | None:
    """Return as what an act is noted, to be taken back; None: it can't be."""
    return _NOTED.get(act)


def said_of(asked: Asked, *, tz: str, now: datetime) -> tuple[str, datetime | None]:
    """Return what the next page says of an act, as a code, and the moment that it names."""
    rests = morning(tz, asked.days, now) if asked.act is Act.SNOOZE else None
    return "promoted" if asked.to_sales else _SAID[asked.act], rests


def may_press(viewer: Viewer, act: Act) -> bool:
    """Return whether the role of ``viewer`` includes what a button does."""
    return may(viewer, _NEEDS[act])


def check_may_press(viewer: Viewer, act: Act) -> None:
    """Let pass whose role includes it.

    Raises:
        ForbiddenError: it does not.
    """
    if not may_press(viewer, act):
        raise ForbiddenError("Your role does not include that. A manager can help.")

"""The buttons of a digest, on its page and behind its mail's links: for whom, and what is said."""

from collections.abc import Mapping

from service.access.permissions import Permission, may
from service.access.viewer import Viewer
from service.digests.acts import Act
from service.errors import ForbiddenError

#: What the next page says.
SAID: Mapping[Act, str] = {
    Act.TAKE: "assigned",
    Act.DECLINE: "declined",
    Act.CONFIRM: "confirmed",
    Act.REJECT: "dismissed",
    Act.ASSIGN: "assigned",
    Act.SNOOZE: "snoozed",
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

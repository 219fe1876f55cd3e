"""What a change must not leave behind: a house without an admin, a queue without takers. Pure."""

from collections.abc import Iterator, Set

from config import Config
from models.words import UserRole
from service.process.gaps import gaps


def objections(before: Config, after: Config, *, left: Set[str]) -> Iterator[str]:
    """Yield why ``after`` must not take the place of ``before``, a sentence each.

    What is wrong before stays possible: a change may put another thing right first.

    Args:
        before: the configuration as it is.
        after: as it would be.
        left: handles of those who left for good, whatever the files say.
    """
    if _admins(before, left) and not _admins(after, left):
        yield "Nobody would be left who is an admin: make somebody else one first."
    new = set(gaps(after)) - set(gaps(before))
    for gap in sorted(new):
        yield f"No lead could be routed any more: {gap}."
    takers = {user.handle for user in after.members(after.routing.fallback_team) if user.max_open}
    if not new and takers and takers <= left and not _all_left(before, left):
        yield "Everybody who takes leads in the fallback team has left."


def _admins(config: Config, left: Set[str]) -> set[str]:
    users = config.users.values()
    return {u.handle for u in users if u.active and u.role is UserRole.ADMIN} - left


def _all_left(config: Config, left: Set[str]) -> bool:
    takers = {u.handle for u in config.members(config.routing.fallback_team) if u.max_open}
    return takers <= left

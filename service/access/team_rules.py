"""Whom somebody may change: an admin everybody, a manager those beneath. Pure."""

from collections.abc import Collection, Iterable

from config import Config
from config.team import UserSpec
from models.words import UserRole
from service.access.viewer import Viewer
from service.errors import ForbiddenError

#: What a manager may make of somebody: nothing that sees more than the manager does.
_MANAGERS_GIFT = (UserRole.MARKETER, UserRole.REP, UserRole.PARTNER, UserRole.VIEWER)


class NotYourPersonError(ForbiddenError):
    """Only an admin, or the manager of the team, changes this."""


def roles_given_by(viewer: Viewer) -> tuple[UserRole, ...]:
    """Return the roles that ``viewer`` may give to somebody."""
    match viewer.role:
        case UserRole.ADMIN:
            return tuple(UserRole)
        case UserRole.MANAGER:
            return _MANAGERS_GIFT
        case _:
            return ()


def teams_of(viewer: Viewer, config: Config) -> tuple[str, ...]:
    """Return the ids of the teams whose people ``viewer`` may change."""
    match viewer.role:
        case UserRole.ADMIN:
            return tuple(config.teams)
        case UserRole.MANAGER:
            return tuple(
                team.id
                for team in config.teams.values()
                if team.manager == viewer.handle or team.id == viewer.team_id
            )
        case _:
            return ()


def may_change(viewer: Viewer, person: UserSpec, config: Config) -> bool:
    """Return whether ``viewer`` may change the entry of ``person``.

    A manager changes people of the own team and of the teams they manage, and those who report to
    them; not other managers, admins or the privacy officer, who might be there to watch them.
    """
    if viewer.role is UserRole.ADMIN:
        return True
    if viewer.role is not UserRole.MANAGER or person.role not in _MANAGERS_GIFT:
        return False
    return person.team in teams_of(viewer, config) or viewer.handle in _bosses(person, config)


def check_may_change(
    viewer: Viewer,
    person: UserSpec | None,
    config: Config,
    *,
    to_role: UserRole | None = None,
    to_team: str | None = None,
) -> None:
    """Let pass who may change ``person`` (None: a new one) so.

    Raises:
        NotYourPersonError: they may not.
    """
    if person is not None and not may_change(viewer, person, config):
        raise NotYourPersonError
    same_role = person is not None and person.role is to_role
    if to_role is not None and not same_role and to_role not in roles_given_by(viewer):
        raise NotYourPersonError(f"Only an admin makes somebody {to_role.value}.")
    same_team = person is not None and person.team == to_team
    if to_team is not None and not same_team and to_team not in teams_of(viewer, config):
        raise NotYourPersonError("Only an admin puts somebody into a team of others.")
    if viewer.role is not UserRole.ADMIN and to_role is not None and to_team is None:
        raise NotYourPersonError("Only an admin lets somebody be in no team.")


def beneath(viewer: Viewer, config: Config) -> Collection[str]:
    """Return the handles of everybody whom ``viewer`` may change."""
    people: Iterable[UserSpec] = config.users.values()
    return {person.handle for person in people if may_change(viewer, person, config)}


def _bosses(person: UserSpec, config: Config) -> set[str]:
    seen: set[str] = set()
    boss = person.reports_to
    while boss is not None and boss not in seen:
        seen.add(boss)
        above = config.users.get(boss)
        boss = above.reports_to if above else None
    return seen

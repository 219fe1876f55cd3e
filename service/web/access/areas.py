"""The areas of the page, in the order of the day, for whoever may enter them."""

from models.words import UserRole
from service.access.permissions import GRANTS, Permission

#: address, what it is called, and what one must be allowed to be led there
AREAS = (
    ("/inbox", "Inbox", Permission.READ_LEADS),
    ("/digest", "Digest", Permission.READ_LEADS),
    ("/topics", "Topics", Permission.READ_TOPICS),
    ("/sources", "Sources", Permission.READ_SOURCES),
    ("/reports", "Reports", Permission.READ_REPORTS),
    ("/team", "Team", Permission.READ_TEAM),
    ("/settings", "Settings", Permission.EDIT_OWN),
)

#: Whose day begins elsewhere than in the first area.
_HOMES = {UserRole.PRIVACY_OFFICER: "/settings/privacy"}


def areas_for(role: UserRole) -> list[tuple[str, str]]:
    """Return address and name of each area that ``role`` may enter."""
    return [(path, name) for path, name, needed in AREAS if needed in GRANTS[role]]


def home_of(role: UserRole) -> str:
    """Return where the day of ``role`` begins: the first area that they may enter."""
    return _HOMES.get(role) or areas_for(role)[0][0]

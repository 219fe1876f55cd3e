"""The pages under Settings, for whoever may enter them."""

from models.words import UserRole
from service.access.permissions import GRANTS, Permission

_P = Permission
#: What a group is called, and its pages: address, name, and what one must be allowed.
_GROUPS = (
    (
        "You",
        (
            ("/settings", "Profile", _P.EDIT_OWN),
            ("/settings/login", "Login", _P.EDIT_OWN),
            ("/settings/feeds", "Feeds", _P.READ_LEADS),
            ("/settings/tokens", "API tokens", _P.EDIT_OWN),
        ),
    ),
    (
        "This Harken",
        (
            ("/settings/files", "Files", _P.EDIT_ROUTING),
            ("/settings/deliveries", "Deliveries", _P.READ_DELIVERIES),
            ("/settings/privacy", "Privacy", _P.ERASE_PERSONS),
            ("/settings/audit", "Audit log", _P.READ_AUDIT),
            ("/settings/health", "Health", _P.EDIT_SETTINGS),
        ),
    ),
)

Group = tuple[str, list[tuple[str, str]]]


def settings_for(role: UserRole) -> list[Group]:
    """Return each group's name, with address and name of each page that ``role`` may enter."""
    groups = [
        (group, [(path, name) for path, name, needed in pages if needed in GRANTS[role]])
        for group, pages in _GROUPS
    ]
    return [(group, pages) for group, pages in groups if pages]

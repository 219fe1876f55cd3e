"""What a token may do: what its scope allows of what its owner's role allows, today."""

from collections.abc import Mapping

from models.words import TokenScope
from service.access.permissions import Permission

P = Permission
_READ = frozenset(
    {
        P.ANYONE,
        P.READ_LEADS,
        P.EXPORT_LEADS,
        P.READ_TOPICS,
        P.READ_SOURCES,
        P.READ_REPORTS,
        P.READ_TEAM,
        P.READ_DELIVERIES,
        P.READ_METRICS,
    }
)
_WRITE = _READ | {
    P.ANSWER_OFFERS,
    P.PROMOTE_LEADS,
    P.DISMISS_LEADS,
    P.LOG_TOUCHES,
    P.CAPTURE_POSTS,
    P.WORK_LEADS,
    P.ASSIGN_LEADS,
    P.TRY_POSTS,
}
#: What is in none of the smaller scopes, such as erasing somebody, takes the largest.
SCOPES: Mapping[TokenScope, frozenset[Permission]] = {
    TokenScope.READ: _READ,
    TokenScope.WRITE: _WRITE,
    TokenScope.ADMIN: frozenset(Permission),
}


def scope_for(permission: Permission) -> TokenScope:
    """Return the smallest scope that has ``permission``."""
    return next(scope for scope, holds in SCOPES.items() if permission in holds)

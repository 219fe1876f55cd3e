"""Who may do what. What is not written here is not allowed; every route says what it needs.

The rule for objects (which leads somebody sees) is `service.access.visible`. Pure.
"""

from collections.abc import Mapping
from enum import StrEnum

from models.words import UserRole
from service.access.viewer import Viewer


class Permission(StrEnum):
    """What a route needs."""

    ANYONE = "anyone"  # nobody needs to be logged in
    READ_LEADS = "read leads"
    ANSWER_OFFERS = "answer offers"
    PROMOTE_LEADS = "promote leads"
    DISMISS_LEADS = "dismiss leads"
    LOG_TOUCHES = "log touches"
    CAPTURE_POSTS = "capture posts"
    WORK_LEADS = "work leads"  # note, snooze, task, hand back, qualify, win, lose, merge
    ASSIGN_LEADS = "assign leads"
    EXPORT_LEADS = "export leads"
    TRY_POSTS = "try posts"
    READ_TOPICS = "read topics"
    EDIT_TOPICS = "edit topics"
    READ_SOURCES = "read sources"
    EDIT_SOURCES = "edit sources"
    READ_REPORTS = "read reports"
    READ_TEAM = "read the team"
    EDIT_TEAM = "edit the team"
    EDIT_ROUTING = "edit routing and clocks"
    EDIT_OWN = "edit one's own settings"
    READ_DELIVERIES = "read deliveries"
    EDIT_DELIVERIES = "edit deliveries"
    READ_AUDIT = "read the audit log"
    ERASE_PERSONS = "erase persons"
    EDIT_SETTINGS = "edit settings"
    READ_METRICS = "read metrics"


P = Permission
_LOOKS = frozenset({P.READ_LEADS, P.READ_TOPICS, P.READ_SOURCES, P.READ_TEAM, P.EDIT_OWN})
_WORKS = _LOOKS | {
    P.ANSWER_OFFERS,
    P.DISMISS_LEADS,
    P.LOG_TOUCHES,
    P.CAPTURE_POSTS,
    P.WORK_LEADS,
    P.TRY_POSTS,
    P.READ_REPORTS,
}
_MARKETS = _WORKS | {P.PROMOTE_LEADS, P.EXPORT_LEADS, P.EDIT_TOPICS, P.EDIT_SOURCES}
_MANAGES = {
    P.PROMOTE_LEADS,
    P.ASSIGN_LEADS,
    P.EXPORT_LEADS,
    P.READ_METRICS,
    P.READ_DELIVERIES,
    P.EDIT_TEAM,  # of people who are beneath them: service.access.team_rules
    P.EDIT_ROUTING,
}
#: Of another house: what is given to them, and nothing of how this one works.
_PARTNERS = frozenset({P.READ_LEADS, P.ANSWER_OFFERS, P.LOG_TOUCHES, P.WORK_LEADS, P.EDIT_OWN})
#: Sees what the house knows of people and takes it away; sells nothing, so sees no leads.
_KEEPS_PRIVACY = frozenset(
    {P.READ_TOPICS, P.READ_SOURCES, P.READ_TEAM, P.READ_AUDIT, P.ERASE_PERSONS, P.EDIT_OWN}
)

GRANTS: Mapping[UserRole, frozenset[Permission]] = {
    UserRole.ADMIN: frozenset(Permission),
    UserRole.MANAGER: _WORKS | _MANAGES,
    UserRole.MARKETER: _MARKETS | {P.READ_DELIVERIES},
    UserRole.REP: _WORKS,
    UserRole.PARTNER: _PARTNERS,
    UserRole.VIEWER: _LOOKS | {P.READ_REPORTS},
    UserRole.PRIVACY_OFFICER: _KEEPS_PRIVACY,
}


def may(viewer: Viewer | None, permission: Permission) -> bool:
    """Return whether ``viewer`` (None: nobody is logged in) has ``permission``."""
    if permission is Permission.ANYONE:
        return True
    return viewer is not None and permission in GRANTS[viewer.role]

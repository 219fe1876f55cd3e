from enum import StrEnum
from itertools import chain

import pytest

from models.moves import LeadEvent
from models.words import (
    DeclineReason,
    DisqualifyReason,
    Kind,
    LeadStatus,
    Licence,
    Negative,
    SourceHealth,
    SourceKind,
    TouchpointKind,
    UserRole,
)
from service.access.permissions import GRANTS, Permission, may
from service.access.viewer import Viewer
from service.web.forms.back import Back
from service.web.views.inbox import View
from service.web.wording import words


def a_viewer(role: UserRole) -> Viewer:
    return Viewer(id="u", handle="u", name="U", role=role, team_id=None, tz="UTC")


def test_every_role_is_told_what_it_may() -> None:
    assert set(GRANTS) == set(UserRole)


def test_nobody_may_nothing_but_what_is_open_to_anyone() -> None:
    assert [p for p in Permission if may(None, p)] == [Permission.ANYONE]


def test_a_viewer_changes_nothing() -> None:
    granted = {p for p in Permission if may(a_viewer(UserRole.VIEWER), p)}
    assert {p for p in granted if not p.value.startswith("read ")} == {
        Permission.ANYONE,
        Permission.EDIT_OWN,
    }


def test_a_rep_does_not_promote() -> None:
    assert not may(a_viewer(UserRole.REP), Permission.PROMOTE_LEADS)
    assert may(a_viewer(UserRole.MARKETER), Permission.PROMOTE_LEADS)


@pytest.mark.parametrize(
    ("named", "stored"),
    [
        (words.KINDS, Kind),
        (words.STATUSES, LeadStatus),
        (words.EVENTS, LeadEvent),
        (words.DECLINE, DeclineReason),
        (words.DISMISS, DisqualifyReason),
        (words.TOUCHES, TouchpointKind),
        (words.NEGATIVES, Negative),
        (words.LICENCES, Licence),
        (words.SOURCES, SourceKind),
        (words.HEALTHS, SourceHealth),
        (words.ROLES, UserRole),
    ],
)
def test_every_stored_word_has_words_for_people(
    named: dict[StrEnum, str], stored: type[StrEnum]
) -> None:
    assert set(named) == set(stored)


def test_reasons_are_told_in_words_and_free_text_as_it_is() -> None:
    for stored in chain(DeclineReason, DisqualifyReason):
        assert words.reason_in_words(stored.value) != stored.value
    assert words.reason_in_words("a friend of ours") == "a friend of ours"
    assert words.reason_in_words(None) == ""


def test_one_can_come_back_to_every_view() -> None:
    for view in View:
        assert Back.read(view.value).to() == f"/inbox?view={view.value}"

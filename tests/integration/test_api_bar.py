"""Nothing unqualified goes to sales by way of the API, in whatever order programs ask (B14)."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import pytest
from httpx2 import Response
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlmodel import col, select
from starlette.testclient import TestClient

from models.lead import Lead, StatusChange
from models.moves import FUNNELS
from models.source import Source
from models.topic import Topic
from models.words import Funnel, LeadStatus, TokenScope, UserRole
from service.store.engine import reading
from tests.programs import ROOT, a_program, an_api
from tests.web_house import House, a_house

S = LeadStatus
BELOW = (S.DETECTED, S.MQL, S.NURTURING)
#: Where sales has a lead, or had it and won or lost it.
SALES = (*(status for status in S if FUNNELS[status] is Funnel.SALES), S.WON, S.LOST)
LATER = "2025-11-25T09:00:00Z"

#: Every way to write to a lead, with bodies that each would pass as they stand. A promotion has no
#: reason here: with one it is a human's decision, and allowed.
BODIES: Mapping[str, tuple[dict[str, object], ...]] = {
    "accept": ({"fencing": 1}, {"fencing": 2}),
    "assign": ({"to": "ben", "reason": "theirs"},),
    "decline": ({"fencing": 1, "reason": "capacity"},),
    "disqualify": ({"reason": "spam"},),
    "hand-back": ({"reason": "no_response"},),
    "lost": ({"reason": "price"},),
    "merge": (),  # with the other lead, which is below the bar as well
    "notes": ({"note": "wants a demo"},),
    "promote": ({}, {"reason": ""}, {"reason": " \t"}, {"reason": None}),
    "qualify": ({"budget": 2, "authority": 2, "need": 2, "timeline": 2},),
    "reopen": ({"reason": "they wrote again"},),
    "snooze": ({"until": LATER},),
    "tasks": ({"what": "call", "due": LATER},),
    "touch": ({"kind": "call"}, {"kind": "meeting", "note": "met"}),
    "unmerge": ({},),
    "wake": ({},),
    "won": ({"product": "Team plan", "amount": {"minor": 100, "currency": "EUR"}},),
}
Call = tuple[str, str, Any]  # who, which act, with what

calls: st.SearchStrategy[Call] = st.one_of(
    [
        st.tuples(
            st.sampled_from(["rep", "marketer", "boss", "admin"]),
            st.just(act),
            st.sampled_from(bodies) if bodies else st.none(),
        )
        for act, bodies in BODIES.items()
    ]
)


@dataclass(frozen=True)
class Desk:
    """A house with a program of each role that may write."""

    house: House
    source: Source
    topic: Topic
    programs: Mapping[str, TestClient]

    def lead(self, status: LeadStatus) -> Lead:
        """Return a lead below the bar, whose words don't weigh enough for it either."""
        return self.house.lead(
            "What do people use?",
            source=self.source,
            topic=self.topic,
            status=status,
            score=40,
            probability=0.3,
            due_in=timedelta(days=2),
        )

    def ask(self, who: str, lead: Lead, act: str, body: object) -> Response:
        program = self.programs[who]
        return program.post(f"{ROOT}/leads/{lead.id}/{act}", json=body, headers={"If-Match": "*"})

    def been(self, lead: Lead) -> set[LeadStatus]:
        """Return every status that a lead has, or ever came to."""
        with reading(self.house.engine) as db:
            steps = select(StatusChange.to_status).where(col(StatusChange.lead_id) == lead.id)
            return {db.get_one(Lead, lead.id).status, *db.exec(steps)}


@pytest.fixture(scope="module")
def desk() -> Desk:
    house = a_house()
    people = {
        "rep": house.user("mia"),
        "marketer": house.user("mae", role=UserRole.MARKETER, team=None),
        "boss": house.user("kim", role=UserRole.MANAGER, team=None),
        "admin": house.user("ada", role=UserRole.ADMIN, team=None),
    }
    house.user("ben")
    return Desk(
        house=house,
        source=house.source("Talk"),
        topic=house.topic("crm", "CRM"),
        programs={role: a_program(house, user, TokenScope.WRITE) for role, user in people.items()},
    )


def test_every_way_to_write_to_a_lead_is_tried(desk: Desk) -> None:
    paths = an_api(desk.house).openapi()["paths"]
    prefix = "/leads/{lead_id}/"
    writes = [path for path, ways in paths.items() if prefix in path and "post" in ways]
    acts = {path.rpartition("/")[2] for path in writes}

    assert acts == set(BODIES)


@settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))
@given(status=st.sampled_from(BELOW), sequence=st.lists(calls, min_size=1, max_size=7))
def test_no_order_of_calls_brings_a_lead_to_sales_below_the_bar(
    desk: Desk, status: LeadStatus, sequence: list[Call]
) -> None:
    lead, other = desk.lead(status), desk.lead(status)

    for who, act, body in sequence:
        asked = {"other": other.id, "other_rev": 1} if act == "merge" else body
        answer = desk.ask(who, lead, act, asked)
        assert answer.status_code < 500, (act, answer.text)

    for one in (lead, other):
        assert desk.been(one).isdisjoint(SALES), sequence


@pytest.mark.parametrize("status", BELOW)
def test_a_status_cannot_be_set_and_the_answer_says_what_can_be_done(
    desk: Desk, status: LeadStatus
) -> None:
    lead = desk.lead(status)
    before = desk.been(lead)
    for wanted in S:
        answer = desk.programs["admin"].patch(
            f"{ROOT}/leads/{lead.id}", json={"status": wanted.value}
        )
        assert answer.status_code == 409
        assert answer.headers["content-type"] == "application/problem+json"
        problem = answer.json()
        assert problem["type"] == "urn:harken:problem:refused"
        assert (problem["title"], problem["status"]) == ("Refused", 409)
        assert problem["detail"].startswith(f"A lead that is {status.value} can't be set to")
        assert "promote" in {way["action"] for way in problem["allowed"]}

    assert desk.been(lead) == before


@pytest.mark.parametrize("status", BELOW)
def test_a_person_brings_it_there_with_a_reason_that_is_kept(
    desk: Desk, status: LeadStatus
) -> None:
    lead = desk.lead(status)

    refused = desk.ask("marketer", lead, "promote", {"reason": " "})
    taken = desk.ask("marketer", lead, "promote", {"reason": "I know them"})

    assert (refused.status_code, refused.headers["content-type"]) == (
        422,
        "application/problem+json",
    )
    assert taken.status_code == 200, taken.text
    with reading(desk.house.engine) as db:
        step = db.exec(
            select(StatusChange).where(
                StatusChange.lead_id == lead.id, StatusChange.to_status == S.SALES_READY
            )
        ).one()
    assert (step.event, step.reason) == ("promoted", "I know them")

"""Writing by way of the API: moves and their guards, versions, tasks, merges, people who come."""

from dataclasses import dataclass
from datetime import timedelta

import pytest
from sqlmodel import select
from starlette.testclient import TestClient

from models.lead import Lead, Touchpoint
from models.ledger import AuditEvent, Suppression
from models.people import User
from models.source import Source
from models.topic import Topic
from models.words import LeadStatus, TokenScope, UserRole
from service.store.engine import reading, writing
from service.sync import sync
from tests.programs import ROOT, a_program
from tests.web_house import House, a_house

SOON = "2025-11-21T09:00:00Z"


@dataclass(frozen=True)
class Desk:
    """A house with people and programs of theirs."""

    house: House
    mia: User
    ben: User
    source: Source
    topic: Topic
    rep: TestClient
    other: TestClient
    boss: TestClient
    admin: TestClient
    reader: TestClient  # of an admin, by a token that only reads

    def lead(
        self,
        status: LeadStatus = LeadStatus.WORKING,
        *,
        owner: User | None = None,
        offered_to: User | None = None,
        due_in: timedelta = timedelta(minutes=54),
    ) -> Lead:
        return self.house.lead(
            source=self.source,
            topic=self.topic,
            status=status,
            owner=owner,
            offered_to=offered_to,
            due_in=due_in,
        )

    def now_is(self, lead: Lead) -> Lead:
        with reading(self.house.engine) as db:
            return db.get_one(Lead, lead.id)


@pytest.fixture
def desk() -> Desk:
    house = a_house()
    mia, ben = house.user("mia"), house.user("ben")
    ada = house.user("ada", role=UserRole.ADMIN, team=None)
    return Desk(
        house=house,
        mia=mia,
        ben=ben,
        source=house.source("Talk"),
        topic=house.topic("crm", "CRM"),
        rep=a_program(house, mia, TokenScope.WRITE),
        other=a_program(house, ben, TokenScope.WRITE),
        boss=a_program(house, house.user("kim", role=UserRole.MANAGER), TokenScope.WRITE),
        admin=a_program(house, ada),
        reader=a_program(house, ada, TokenScope.READ),
    )


def at(lead: Lead, act: str) -> str:
    return f"{ROOT}/leads/{lead.id}/{act}"


def seen(rev: int | str = "*") -> dict[str, str]:
    return {"If-Match": f'"{rev}"' if rev != "*" else "*"}


def test_an_offer_is_accepted_and_worked_on_until_it_is_won(desk: Desk) -> None:
    lead = desk.lead(LeadStatus.OFFERED, offered_to=desk.mia)
    ways: tuple[tuple[str, dict[str, object], str], ...] = (
        ("accept", {"fencing": 1}, "accepted"),
        ("touch", {"kind": "email", "note": "sent the guide"}, "working"),
        ("notes", {"note": "wants a demo"}, "working"),
        ("qualify", {"budget": 1, "authority": 1, "need": 2, "timeline": 1}, "opportunity"),
        (
            "won",
            {"product": "Team plan", "amount": {"minor": 120_000, "currency": "EUR"}},
            "won",
        ),
    )
    etag = '"1"'

    for act, body, becomes in ways:
        answer = desk.rep.post(at(lead, act), json=body, headers={"If-Match": etag})
        assert answer.status_code == 200, answer.text
        assert answer.json()["status"] == becomes
        etag = answer.headers["etag"]

    now = desk.now_is(lead)
    assert etag == f'"{now.rev}"'
    assert (now.amount_minor, now.currency, now.owner_id) == (120_000, "EUR", desk.mia.id)
    assert desk.admin.get(f"{ROOT}/audit/verify").json()["whole"]


@pytest.mark.parametrize(
    ("status", "act", "body", "becomes"),
    [
        (LeadStatus.WORKING, "hand-back", {"reason": "no_response"}, "nurturing"),
        (
            LeadStatus.WORKING,
            "hand-back",
            {"reason": "wrong_timing", "until": "2026-03-01"},
            "nurturing",
        ),
        (LeadStatus.WORKING, "lost", {"reason": "competitor", "competitor": "Reef"}, "lost"),
        (LeadStatus.WORKING, "disqualify", {"reason": "student"}, "disqualified"),
        (LeadStatus.WORKING, "snooze", {"until": SOON}, "working"),
        (LeadStatus.MQL, "promote", {"reason": "met at a fair"}, "offered"),
        (LeadStatus.LOST, "reopen", {"reason": "wrote again"}, "nurturing"),
        (LeadStatus.WORKING, "assign", {"to": "ben"}, "offered"),
    ],
)
def test_whoever_decides_moves_a_lead(
    desk: Desk, status: LeadStatus, act: str, body: dict[str, str], becomes: str
) -> None:
    lead = desk.lead(status, owner=desk.mia if status is LeadStatus.WORKING else None)

    answer = desk.boss.post(at(lead, act), json=body, headers=seen(1))

    assert answer.status_code == 200, answer.text
    assert desk.now_is(lead).status == becomes


def test_a_lead_wakes_before_its_time(desk: Desk) -> None:
    lead = desk.lead(owner=desk.mia)
    desk.rep.post(at(lead, "snooze"), json={"until": SOON}, headers=seen())

    answer = desk.rep.post(at(lead, "wake"), headers=seen(2))

    assert answer.json()["snoozed_until"] is None
    assert desk.rep.post(at(lead, "wake"), headers=seen()).status_code == 409


def test_a_declined_lead_goes_on_to_the_next(desk: Desk) -> None:
    lead = desk.lead(LeadStatus.OFFERED, offered_to=desk.mia)
    body = {"fencing": 1, "reason": "capacity"}

    assert desk.rep.post(at(lead, "decline"), json=body).json()["status"] == "offered"
    offers = desk.boss.get(f"{ROOT}/offers").json()["items"]
    assert [(one["fencing"], one["state"]) for one in offers] == [(2, "open"), (1, "declined")]
    assert offers[1]["decline_reason"] == "capacity"


def test_nobody_picks_the_cherries(desk: Desk) -> None:
    answer = desk.rep.post(f"{ROOT}/leads/claim")

    assert answer.status_code == 403
    assert "given out in turn" in answer.json()["detail"]


def test_a_write_about_an_older_version_is_refused_with_the_new_one(desk: Desk) -> None:
    lead = desk.lead(owner=desk.mia)
    desk.rep.post(at(lead, "notes"), json={"note": "one"}, headers=seen(1))

    stale = desk.rep.post(at(lead, "notes"), json={"note": "two"}, headers=seen(1))
    blind = desk.rep.post(at(lead, "notes"), json={"note": "two"})

    assert (stale.status_code, stale.json()["rev"]) == (412, 2)
    assert (blind.status_code, blind.json()["type"]) == (
        428,
        "urn:harken:problem:version-missing",
    )
    with reading(desk.house.engine) as db:
        assert [touch.note for touch in db.exec(select(Touchpoint))] == ["one"]


def test_tasks_are_added_done_and_taken_back(desk: Desk) -> None:
    lead = desk.lead(owner=desk.mia)
    added = desk.rep.post(at(lead, "tasks"), json={"what": "call back", "due": SOON})
    other = desk.boss.post(
        at(lead, "tasks"), json={"what": "send prices", "due": SOON, "assignee": "ben"}
    )

    listed = desk.rep.get(f"{ROOT}/tasks?mine=true").json()["items"]
    assert added.status_code == other.status_code == 201
    assert [task["what"] for task in listed] == ["call back"]
    task = f"{ROOT}/tasks/{added.json()['id']}"
    assert desk.other.post(f"{task}/done").status_code == 404, "he does not see the lead"
    assert desk.rep.post(f"{task}/done").json()["done"] is not None
    gone = f"{ROOT}/tasks/{other.json()['id']}"
    assert desk.boss.delete(gone).status_code == 204
    assert desk.boss.delete(gone).status_code == 404
    assert len(desk.boss.get(f"{ROOT}/tasks?done=true").json()["items"]) == 1


def test_two_leads_become_one_and_two_again(desk: Desk) -> None:
    one, other = desk.lead(owner=desk.mia), desk.lead(LeadStatus.MQL)
    body = {"other": other.id, "other_rev": 1}

    stale = desk.boss.post(at(one, "merge"), json=body | {"other_rev": 9}, headers=seen(1))
    merged = desk.boss.post(at(one, "merge"), json=body, headers=seen(1))
    gone = desk.boss.get(f"{ROOT}/leads/{other.id}")
    undone = desk.boss.post(at(other, "unmerge"))

    assert stale.status_code == 412
    assert (merged.json()["lead"], merged.json()["merged"]) == (one.id, other.id)
    assert gone.status_code == 404
    assert (undone.status_code, undone.json()["id"]) == (200, other.id)


def test_who_comes_to_us_becomes_a_lead_and_is_followed_with_consent() -> None:
    house = a_house()
    with writing(house.engine) as db:
        sync(db, house.config, now=house.clock.now())
    rep = a_program(house, house.user("mia"), TokenScope.WRITE)
    inquiry = {
        "topic": "crm",
        "message": "What does Tidepool cost for ten people?",
        "email": "rosa@example.org",
        "email_verified": True,
        "consent_how": "ticked the box",
        "reference": "form-1",
        "tz": "Europe/Berlin",
    }
    new = rep.post(f"{ROOT}/inquiries", json=inquiry)
    assert new.status_code == 201, new.text
    again = rep.post(f"{ROOT}/inquiries", json=inquiry)
    act = {"person": new.json()["person"], "kind": "webinar", "reference": "w-1"}
    noted = rep.post(f"{ROOT}/activities", json=act)

    assert again.status_code == 200
    assert (new.json()["is_new"], again.json()["is_new"]) == (True, False)
    assert noted.json()["leads"] == [new.json()["lead"]]


def test_a_bought_list_of_addresses_never_becomes_leads(desk: Desk) -> None:
    body = {"topic": "crm", "message": "", "email": "rosa@example.org"}

    assert desk.rep.post(f"{ROOT}/inquiries", json=body).status_code == 422


def test_an_objection_leaves_a_hash_and_an_audit_event_without_a_name(desk: Desk) -> None:
    lead = desk.lead(LeadStatus.MQL)
    body = {"handle": "Quiet_Otter", "host": "talk.example"}

    answer = desk.admin.post(f"{ROOT}/objections", json=body)

    assert (answer.status_code, answer.json()) == (201, {"leads_taken_out": 1})
    assert desk.now_is(lead).status is LeadStatus.ERASED
    with reading(desk.house.engine) as db:
        assert len(db.exec(select(Suppression)).all()) == 1
        events = db.exec(select(AuditEvent).where(AuditEvent.action == "suppression.added")).all()
    assert "otter" not in str(events[0].model_dump()).lower()
    assert desk.boss.post(f"{ROOT}/objections", json=body).status_code == 403


@pytest.mark.parametrize(
    ("act", "body"),
    [
        ("accept", {"fencing": 1}),
        ("decline", {"fencing": 1, "reason": "capacity"}),
        ("touch", {"kind": "note"}),
        ("hand-back", {"reason": "no_budget"}),
        ("lost", {"reason": "price"}),
        ("disqualify", {"reason": "spam"}),
        ("snooze", {"until": SOON}),
        ("tasks", {"what": "x", "due": SOON}),
    ],
)
def test_p03_what_a_rep_may_not_see_is_not_there(desk: Desk, act: str, body: object) -> None:
    lead = desk.lead(LeadStatus.OFFERED, offered_to=desk.mia)

    hidden = desk.other.post(at(lead, act), json=body, headers=seen())
    absent = desk.other.post(f"{ROOT}/leads/none/{act}", json=body, headers=seen())
    patched = desk.other.patch(f"{ROOT}/leads/{lead.id}", json={"status": "won"})
    read = desk.other.get(f"{ROOT}/leads/{lead.id}")

    assert hidden.status_code == absent.status_code == patched.status_code == 404
    assert hidden.text == absent.text == read.text
    assert desk.now_is(lead).rev == 1


@pytest.mark.parametrize("status", ["won", "accepted", "sales_ready", "offered"])
def test_p04_no_status_is_set_and_none_is_skipped(desk: Desk, status: str) -> None:
    lead = desk.lead(LeadStatus.DETECTED)

    answer = desk.admin.patch(f"{ROOT}/leads/{lead.id}", json={"status": status})
    skip = desk.admin.post(at(lead, "won"), json={"product": "Team plan"}, headers=seen(1))

    assert answer.status_code == skip.status_code == 409
    assert [way["action"] for way in answer.json()["allowed"]] == [
        "promote",
        "disqualify",
        "snooze",
    ]
    assert skip.json()["allowed"] == answer.json()["allowed"]
    assert desk.now_is(lead).status is LeadStatus.DETECTED


def test_p04_an_offer_that_is_over_or_anothers_is_not_accepted(desk: Desk) -> None:
    lead = desk.lead(LeadStatus.OFFERED, offered_to=desk.mia, due_in=timedelta(minutes=5))

    fenced = desk.rep.post(at(lead, "accept"), json={"fencing": 0})
    others = desk.boss.post(at(lead, "accept"), json={"fencing": 1})
    desk.house.clock.pass_by(timedelta(minutes=6))
    late = desk.rep.post(at(lead, "accept"), json={"fencing": 1})

    assert fenced.status_code == others.status_code == late.status_code == 409
    assert "your time to answer it ran out" in late.json()["detail"]
    assert desk.now_is(lead).status is LeadStatus.OFFERED


@pytest.mark.parametrize(
    "body",
    [
        {"kind": "email", "status": "won"},
        {"kind": "email", "score": 100},
        {"kind": "email", "owner_id": "x"},
        {"kind": "teleport"},
        {"kind": "email", "note": "x" * 4001},
        {},
        [],
        "email",
        None,
    ],
)
def test_nothing_is_taken_that_was_not_asked_for_f06(desk: Desk, body: object) -> None:
    lead = desk.lead(owner=desk.mia)

    answer = desk.rep.post(at(lead, "touch"), json=body, headers=seen())

    assert answer.status_code == 422
    assert desk.now_is(lead).rev == 1


@pytest.mark.parametrize(
    ("body", "kind", "status"),
    [
        (b"[" * 100_000, "application/json", 400),
        (b'{"kind": ' + b"9" * 100_000 + b"}", "application/json", 400),
        (b'{"kind": NaN}', "application/json", 422),
        (b"\xff\xfe{}", "application/json", 400),
        (b'{"kind":', "application/json", 400),
        (b'{"kind": "email"}', "text/plain", 415),
        (b'{"kind": "email"}', "application/x-www-form-urlencoded", 415),
        (b'{"kind": "email"}', "application/jsonx", 415),
        (b" " * 140_000, "application/json", 413),
    ],
    ids=["deep", "long-number", "nan", "bytes", "cut", "text", "form", "almost", "long"],
)
def test_hostile_bodies_are_refused_p12(desk: Desk, body: bytes, kind: str, status: int) -> None:
    lead = desk.lead(owner=desk.mia)

    answer = desk.rep.post(
        at(lead, "touch"), content=body, headers={"Content-Type": kind} | seen()
    )

    assert answer.status_code == status, answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    assert len(answer.content) < 2000, "what was sent is not sent back"


def test_a_body_without_a_length_is_counted_as_it_comes(desk: Desk) -> None:
    lead = desk.lead(owner=desk.mia)
    pieces = (b" " * 10_000 for _ in range(20))

    answer = desk.rep.post(
        at(lead, "touch"), content=pieces, headers={"Content-Type": "application/json"} | seen()
    )

    assert answer.status_code == 413


def test_a_token_that_reads_writes_nothing_and_says_what_would(desk: Desk) -> None:
    lead = desk.lead(LeadStatus.MQL)

    answer = desk.reader.post(at(lead, "promote"), json={"reason": "good one"}, headers=seen())

    assert (answer.status_code, answer.json()["scope"]) == (403, "write")
    assert 'error="insufficient_scope", scope="write"' in answer.headers["www-authenticate"]


@pytest.mark.parametrize("method", ["PUT", "DELETE", "POST", "TRACE", "OPTIONS"])
def test_an_address_says_what_it_takes(desk: Desk, method: str) -> None:
    answer = desk.rep.request(method, f"{ROOT}/leads/none")

    assert answer.status_code == 405
    assert answer.headers["allow"] == "GET, PATCH"
    assert answer.headers["content-type"] == "application/problem+json"


def test_a_method_in_a_header_changes_nothing(desk: Desk) -> None:
    lead = desk.lead(owner=desk.mia)
    headers = {"X-HTTP-Method-Override": "DELETE"}

    assert desk.rep.get(f"{ROOT}/leads/{lead.id}", headers=headers).status_code == 200

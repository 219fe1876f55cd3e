"""Reading by way of the API: lists that stay right, leads with their reasons, and the rest."""

import json
from dataclasses import dataclass
from datetime import datetime, timedelta

import pytest
from starlette.testclient import TestClient
from typing_extensions import override

from models.lead import Lead
from models.people import User
from models.source import Source
from models.topic import Topic
from models.words import LeadStatus, SuppressionReason, TokenScope, UserRole
from service.leads.objecting import leave_alone
from service.posts.suppression import suppress_author
from service.store.engine import open_engine, writing
from tests.fakes import StandingClock
from tests.programs import ROOT, a_program, a_token, an_api
from tests.web_house import BASE_URL, SECRET, House, Words, a_house


@dataclass(frozen=True)
class Desk:
    """A house with people and programs of theirs."""

    house: House
    ada: User  # an admin
    mia: User  # a rep
    source: Source
    topic: Topic
    admin: TestClient
    rep: TestClient

    def lead(self, title: str = "Which CRM?", **more: object) -> Lead:
        return self.house.lead(title, source=self.source, topic=self.topic, **more)  # type: ignore[arg-type]  # the builder's own


@pytest.fixture
def desk() -> Desk:
    house = a_house()
    ada, mia = house.user("ada", role=UserRole.ADMIN, team=None), house.user("mia")
    return Desk(
        house=house,
        ada=ada,
        mia=mia,
        source=house.source("Talk"),
        topic=house.topic("crm", "CRM"),
        admin=a_program(house, ada),
        rep=a_program(house, mia, TokenScope.WRITE),
    )


def titles(client: TestClient, address: str) -> tuple[list[str], str | None]:
    answer = client.get(address)
    assert answer.status_code == 200, answer.text
    page = answer.json()
    return [item["title"] for item in page["items"]], page["next"]


def test_pages_stay_right_while_leads_are_added(desk: Desk) -> None:
    for n in range(5):
        desk.lead(f"lead {n}")

    first, cursor = titles(desk.admin, f"{ROOT}/leads?limit=2")
    desk.lead("a new one")
    second, cursor_2 = titles(desk.admin, f"{ROOT}/leads?limit=2&cursor={cursor}")
    third, end = titles(desk.admin, f"{ROOT}/leads?limit=2&cursor={cursor_2}")

    assert [first, second, third] == [["lead 4", "lead 3"], ["lead 2", "lead 1"], ["lead 0"]]
    assert end is None


def test_the_link_to_the_next_page_keeps_the_filters(desk: Desk) -> None:
    for n in range(3):
        desk.lead(f"lead {n}", score=60 + n)

    link = desk.admin.get(f"{ROOT}/leads?order=score&min_score=61&limit=1").headers["link"]
    address, _, rel = link.partition("; ")

    assert rel == 'rel="next"'
    assert titles(desk.admin, address.strip("<>")) == (["lead 1"], None)


def test_nobody_writes_a_cursor(desk: Desk) -> None:
    for n in range(2):
        desk.lead(f"lead {n}")
    _, cursor = titles(desk.admin, f"{ROOT}/leads?limit=1")

    for written in (f"{(cursor or '')[:-4]}AAAA", "x", "é", "", "WyJ4Il0"):
        answer = desk.admin.get(f"{ROOT}/leads", params={"cursor": written})

        assert answer.status_code == 400
        assert answer.json()["type"] == "urn:harken:problem:bad-cursor"


def test_a_cursor_is_for_one_list_with_its_filters_and_one_person(desk: Desk) -> None:
    for n in range(2):
        desk.lead(f"lead {n}", status=LeadStatus.OFFERED, offered_to=desk.mia)
    _, cursor = titles(desk.admin, f"{ROOT}/leads?limit=1")

    for client, address in (
        (desk.admin, f"{ROOT}/posts?cursor={cursor}"),
        (desk.admin, f"{ROOT}/leads?order=oldest&cursor={cursor}"),
        (desk.rep, f"{ROOT}/leads?cursor={cursor}"),
    ):
        assert client.get(address).status_code == 400
    assert desk.admin.get(f"{ROOT}/leads?limit=7&cursor={cursor}").status_code == 200


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("status=mql", ["hot"]),
        ("status=mql&status=lost", ["gone", "hot"]),
        ("funnel=closed", ["gone"]),
        ("funnel=closed&status=mql", []),
        ("min_score=70", ["hot"]),
        ("topic=crm&owner=mia", ["mine"]),
        ("heard_since=2025-11-19T00:00:00Z", ["gone", "mine", "hot"]),
        ("created_since=2025-11-19T11:59:00%2B00:00", []),
        ("moved_since=2025-11-19T13:00:00%2B01:00", ["gone", "mine", "hot"]),
        ("order=score", ["hot", "mine", "gone"]),
    ],
)
def test_a_list_is_narrowed(desk: Desk, query: str, found: list[str]) -> None:
    desk.lead("hot", status=LeadStatus.MQL, score=72)
    desk.lead("mine", status=LeadStatus.WORKING, owner=desk.mia, score=60)
    desk.lead("gone", status=LeadStatus.LOST, score=20)

    assert titles(desk.admin, f"{ROOT}/leads?{query}") == (found, None)


@pytest.mark.parametrize("query", ["topic=crn", "owner=miaa"])
def test_what_is_misspelt_is_named(desk: Desk, query: str) -> None:
    answer = desk.admin.get(f"{ROOT}/leads?{query}")

    assert answer.status_code == 404
    assert "did you mean" in answer.json()["detail"]


@pytest.mark.parametrize(
    "query",
    [
        "limit=1000000000",
        "limit=-1",
        "order=id;DROP",
        "min_score=NaN",
        "heard_since=2025-11-19",
        "heard_since=0001-01-01T00:00:00%2B14:00",
        "status=" + "&status=".join(["mql"] * 30),
        "cursor=" + "a" * 2000,
        "topic=" + "%25" * 10_000,
    ],
)
def test_nonsense_in_a_query_is_refused_p10(desk: Desk, query: str) -> None:
    answer = desk.admin.get(f"{ROOT}/leads?{query}")

    assert answer.status_code == 422
    assert answer.json()["errors"][0]["where"] == "query"
    assert "DROP" not in answer.text


def test_a_lead_comes_with_its_reasons_and_what_may_be_done(desk: Desk) -> None:
    lead = desk.lead(
        text="Does anybody have experience with Tidepool?",
        status=LeadStatus.OFFERED,
        offered_to=desk.mia,
        cues=[Words(text="Does anybody have experience", why="asks for experience", weight=2.5)],
    )

    answer = desk.rep.get(f"{ROOT}/leads/{lead.id}")
    told = answer.json()

    assert answer.headers["etag"] == '"1"'
    assert told["evidence"] == [
        {"text": "Does anybody have experience", "reason": "asks for experience", "weight": 2.5}
    ]
    assert told["score_explained"]["parts"][0]["probability"] == 0.93
    assert (told["offer"]["fencing"], told["offer"]["to"], told["offered_to"]) == (1, "mia", "mia")
    assert [way["action"] for way in told["ways"]] == ["accept", "decline"]
    assert [way["action"] for way in desk.admin.get(f"{ROOT}/leads/{lead.id}").json()["ways"]] == [
        "assign"
    ]


def test_all_that_belongs_to_a_lead_can_be_read(desk: Desk) -> None:
    lead = desk.lead(status=LeadStatus.OFFERED, offered_to=desk.mia)
    desk.rep.post(f"{ROOT}/leads/{lead.id}/accept", json={"fencing": 1})
    at = f"{ROOT}/leads/{lead.id}"
    touch = {"kind": "call", "note": "left word"}
    desk.rep.post(f"{at}/touch", json=touch, headers={"If-Match": '"2"'})

    happened = desk.rep.get(f"{at}/timeline").json()["items"]
    signal = desk.rep.get(f"{at}/signals").json()["items"][0]

    assert [one["event"] for one in happened] == ["touched", "touched", "accepted", "opened"]
    assert {one["by"] for one in happened} == {"mia", "harken"}
    assert "left word" in {one["note"] for one in happened}
    assert desk.rep.get(f"{ROOT}/signals/{signal['id']}").json() == signal
    assert desk.rep.get(f"{ROOT}/posts/{signal['post']}").json()["author"] == "quiet_otter"
    assert desk.rep.get(f"{at}/related").json() == {"items": [], "next": None}


def test_a_rep_reads_what_is_around_his_own_leads_only(desk: Desk) -> None:
    desk.lead("mine", status=LeadStatus.WORKING, owner=desk.mia)
    desk.lead("not mine", status=LeadStatus.MQL)

    for address in ("leads", "posts", "signals"):
        assert len(desk.rep.get(f"{ROOT}/{address}").json()["items"]) == 1, address
        assert len(desk.admin.get(f"{ROOT}/{address}").json()["items"]) == 2, address


def test_who_must_be_left_alone_is_in_nothing(desk: Desk) -> None:
    lead = desk.lead("hidden", author="Rosa_Lind", status=LeadStatus.MQL)
    signal = desk.admin.get(f"{ROOT}/leads/{lead.id}/signals").json()["items"][0]
    with writing(desk.house.engine) as db:
        suppress_author(
            db,
            secret=SECRET,
            host="*",
            handle="@rosa_lind",
            reason=SuppressionReason.LEGAL,
            by="harken",
            now=desk.house.clock.now(),
        )

    for address in ("leads", "posts", "signals", "offers", "exports/leads"):
        text = desk.admin.get(f"{ROOT}/{address}").text.lower()
        assert "rosa" not in text, address
        assert "hidden" not in text, address
    for address in (
        f"leads/{lead.id}",
        f"leads/{lead.id}/timeline",
        f"signals/{signal['id']}",
        f"posts/{signal['post']}",
    ):
        assert desk.admin.get(f"{ROOT}/{address}").status_code == 404, address


@pytest.mark.parametrize(
    ("address", "holds"),
    [
        ("me", '"scope":"admin"'),
        ("topics", '"id":"crm"'),
        ("topics/crm", '"definition":{}'),
        ("sources", '"id":"talk"'),
        ("sources/talk", '"health":"ok"'),
        ("teams", '"id":"sales"'),
        ("users", '"handle":"mia"'),
        ("tasks", '"items":[]'),
        ("offers", '"items":[]'),
        ("digests", '"items":[]'),
        ("reports", '"funnel"'),
        ("reports/funnel?from=2025-11-01&to=2025-11-20&zone=Europe/Berlin", '"Europe/Berlin"'),
        ("audit", '"action":"token.issued"'),
        ("audit/verify", '"whole":true'),
    ],
)
def test_the_rest_can_be_read_too(desk: Desk, address: str, holds: str) -> None:
    answer = desk.admin.get(f"{ROOT}/{address}")

    assert answer.status_code == 200, answer.text
    assert holds in answer.text


@pytest.mark.parametrize(
    ("address", "status"),
    [
        ("topics/none", 404),
        ("sources/none", 404),
        ("posts/none", 404),
        ("signals/none", 404),
        ("digests/none", 404),
        ("leads/none/timeline", 404),
        ("reports/none", 404),
        ("reports/funnel?from=2025-11-20&to=2025-11-01", 422),
        ("reports/funnel?from=1990-01-01&to=2025-11-01", 422),
        ("reports/funnel?zone=../../etc/passwd", 422),
    ],
)
def test_what_is_not_there_is_a_problem(desk: Desk, address: str, status: int) -> None:
    answer = desk.admin.get(f"{ROOT}/{address}")

    assert answer.status_code == status
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json()["status"] == status


def test_a_source_is_told_of_without_the_keys_in_its_address(desk: Desk) -> None:
    with writing(desk.house.engine) as db:
        source = db.get_one(Source, desk.source.id)
        source.url = "https://me:pass@talk.example:8443/feed?key=abc#x"
        db.add(source)

    assert desk.admin.get(f"{ROOT}/sources/talk").json()["url"] == "https://talk.example:8443/feed"


def test_a_report_that_lists_leads_lists_a_reps_own_only(desk: Desk) -> None:
    leo = desk.house.user("leo")
    for owner in (desk.mia, leo):
        desk.lead(f"{owner.handle}'s", status=LeadStatus.WON, owner=owner)

    lists = {client: client.get(f"{ROOT}/reports/wins").text for client in (desk.rep, desk.admin)}

    assert "leo's" in lists[desk.admin]
    assert "leo's" not in lists[desk.rep]
    assert "mia's" in lists[desk.rep]


def test_of_adherence_everybody_reads_their_own(desk: Desk) -> None:
    assert (
        desk.rep.get(f"{ROOT}/reports/adherence").json()["tables"]["adherence"][0]["rep"] == "mia"
    )


@pytest.mark.parametrize(
    ("form", "kind", "holds"),
    [
        ("jsonl", "application/x-ndjson", '"status": "mql"'),
        ("pipedrive", "application/x-ndjson", '"person"'),
        ("csv", "text/csv; charset=utf-8", "'=1+1"),
        ("hubspot", "text/csv; charset=utf-8", '"Lifecycle Stage"'),
        ("salesforce", "text/csv; charset=utf-8", '"LeadSource"'),
    ],
)
def test_leads_are_exported_in_the_shapes_of_others(
    desk: Desk, form: str, kind: str, holds: str
) -> None:
    desk.lead("=1+1", status=LeadStatus.MQL)

    answer = desk.admin.get(f"{ROOT}/exports/leads?format={form}&status=mql&topic=crm")

    assert answer.status_code == 200
    assert answer.headers["content-type"] == kind
    assert answer.headers["content-disposition"].startswith("attachment")
    assert holds in answer.text
    if kind == "application/x-ndjson":
        assert len([json.loads(line) for line in answer.text.splitlines()]) == 1


def test_an_empty_export_is_empty(desk: Desk) -> None:
    for form in ("jsonl", "csv"):
        assert desk.admin.get(f"{ROOT}/exports/leads?format={form}").text == ""


def test_the_api_is_behind_the_same_front_door(desk: Desk) -> None:
    token = a_token(desk.house, desk.ada).token
    front = TestClient(
        desk.house.app(), base_url=BASE_URL, headers={"Authorization": f"Bearer {token}"}
    )

    assert front.get(f"{ROOT}/me").status_code == 200
    hardened = front.get(f"{ROOT}/me").headers
    assert (hardened["cache-control"], hardened["x-content-type-options"]) == (
        "no-store",
        "nosniff",
    )
    for answer, status in (
        (front.get(f"{ROOT}/me", headers={"Host": "rebound.example"}), 421),
        (front.get(f"{ROOT}/leads/%00"), 400),
        (front.get("/api"), 404),
        (front.get("/api/v2/leads"), 404),
    ):
        assert answer.status_code == status
        assert answer.headers["content-type"] == "application/problem+json"
    assert front.get("/apis").headers["content-type"].startswith("text/html")


def test_an_objection_takes_leads_out_for_good(desk: Desk) -> None:
    lead = desk.lead("hidden", author="Rosa_Lind", status=LeadStatus.MQL)
    with writing(desk.house.engine) as db:
        leave_alone(
            db,
            secret=SECRET,
            host="talk.example",
            handle="rosa_lind",
            reason=SuppressionReason.OBJECTION,
            by="harken",
            now=desk.house.clock.now() + timedelta(minutes=1),
        )

    assert desk.admin.get(f"{ROOT}/leads/{lead.id}").status_code == 404


class Stopped(StandingClock):
    """A clock that is broken."""

    @override
    def now(self) -> datetime:
        raise OverflowError("secret internals")


def test_what_nobody_foresaw_is_a_problem_that_tells_no_secrets(desk: Desk) -> None:
    usual, desk.house.clock = desk.house.clock, Stopped()
    an_api(desk.house)
    try:
        answer = desk.admin.get(f"{ROOT}/me")
    finally:
        desk.house.clock = usual
        an_api(desk.house)

    assert (answer.status_code, answer.headers["content-type"]) == (
        500,
        "application/problem+json",
    )
    assert "secret" not in answer.text


def test_without_its_database_the_api_says_so() -> None:
    house = a_house()
    program = a_program(house, house.user("mia"))
    engine = open_engine("sqlite://")
    an_api(House(engine=engine, config=house.config))
    try:
        answer = program.get(f"{ROOT}/me")
    finally:
        engine.dispose()
        an_api(house)

    assert answer.status_code == 503
    assert answer.json()["type"] == "urn:harken:problem:store-unavailable"

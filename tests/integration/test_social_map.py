"""The social map of a topic: who talks where, for whom it is to see, and without the erased."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import pytest
from sqlmodel import col, select
from starlette.testclient import TestClient

from models.lead import Lead
from models.people import Team, User
from models.post import Post
from models.source import Source
from models.topic import Topic
from models.words import LeadStatus, SourceKind, SuppressionReason, UserRole
from service.posts.erasing import erase
from service.posts.suppression import suppress_author
from service.store.engine import writing
from tests.programs import ROOT, a_program
from tests.web_house import SECRET, House, a_house

HOUR = timedelta(hours=1)
Map = dict[str, Any]  # Any: JSON


@dataclass(frozen=True)
class Desk:
    """A house in whose forum three people talk about two leads, and others about nothing."""

    house: House
    ada: User
    mia: User
    talk: Source
    topic: Topic
    hers: Lead  # mia's
    other: Lead

    def read(self, who: User, query: str = "topic=crm") -> Map:
        answer = a_program(self.house, who).get(f"{ROOT}/social-map?{query}")
        assert answer.status_code == 200, answer.text
        found: Map = answer.json()
        return found

    def page(self, who: User, query: str = "") -> str:
        answer = self.house.browser(who).get(f"/topics/crm/map{query}")
        assert answer.status_code == 200
        return " ".join(answer.text.split())


@pytest.fixture
def desk() -> Desk:
    house = a_house()
    with writing(house.engine) as db:
        db.add(Team(id="partners", name="Partners", channel="partner"))
    ada, mia = house.user("ada", role=UserRole.ADMIN, team=None), house.user("mia")
    talk, news = house.source("Talk"), house.source("News")
    topic = house.topic("crm", "CRM")
    with writing(house.engine) as db:
        row = db.merge(topic)
        row.definition = {"products": ["Tidepool"], "competitors": ["Marlin CRM"]}
        db.add(row)
    hers = house.lead(
        "Tidepool or Marlin CRM?", source=talk, topic=topic, status=LeadStatus.WORKING, owner=mia
    )
    other = house.lead("Which CRM?", source=news, topic=topic, team=None, author="badger")
    house.reply(hers, talk, "We use Tidepool and like it.", author="fox", after=HOUR)
    house.reply(hers, talk, "Thanks, what does tidepool cost?", author="asker", after=2 * HOUR)
    house.reply(other, news, "Marlin CRM, what else.", author="owl", after=HOUR)
    return Desk(house=house, ada=ada, mia=mia, talk=talk, topic=topic, hers=hers, other=other)


def edges(found: Map, kind: str) -> list[int]:
    return sorted(edge["count"] for edge in found["edges"] if edge["kind"] == kind)


def nodes(found: Map, kind: str) -> dict[str, tuple[int, int]]:
    return {
        node["name"]: (node["posts"], node["signals"])
        for node in found["nodes"]
        if node["kind"] == kind
    }


def test_a_map_says_who_talks_where_of_what_and_with_whom(desk: Desk) -> None:
    found = desk.read(desk.ada)

    assert nodes(found, "community") == {"Talk": (3, 1), "News": (2, 1)}
    assert nodes(found, "product") == {"Tidepool": (3, 1), "Marlin CRM": (2, 1)}
    assert sorted(nodes(found, "author").values()) == [(1, 0), (1, 0), (1, 1), (2, 1)]
    assert edges(found, "posted_in") == [1, 1, 1, 2]
    assert edges(found, "mentions") == [1, 1, 1, 2]
    assert edges(found, "replied_to") == [1, 1]  # nobody answers himself
    assert found["posts"] == 5
    assert found["cut"] == {
        "communities": 0, "authors": 0, "products": 0, "edges": 0, "older_posts": False,
    }  # fmt: skip


def test_nobody_is_named_and_each_has_one_pseudonym(desk: Desk) -> None:
    answers = [desk.read(desk.ada) for _ in range(2)]

    assert answers[0] == answers[1]
    for handle in ("quiet_otter", "fox", "badger", "owl"):
        assert handle not in str(answers[0])
        assert handle not in desk.page(desk.ada)


def test_a_reply_answers_its_parent_where_the_source_says_who_that_is(desk: Desk) -> None:
    with writing(desk.house.engine) as db:
        replies = select(Post).where(
            Post.thread_id == desk.hers.thread_id, col(Post.is_opening).is_(False)
        )
        fox, asker = db.exec(replies.order_by(col(Post.published_at))).all()
        asker.parent_external_id = fox.external_id
        db.add(asker)

    found = desk.read(desk.ada)

    talk = [edge for edge in found["edges"] if edge["kind"] == "replied_to"]
    ways = {(edge["start"], edge["end"]) for edge in talk}
    assert len(ways) == 3
    assert len(ways & {(end, start) for start, end in ways}) == 2  # fox and the asker


def test_a_map_is_bounded_and_says_what_was_cut(desk: Desk) -> None:
    found = desk.read(desk.ada, "topic=crm&most=1")

    assert {kind: len(nodes(found, kind)) for kind in ("community", "author", "product")} == {
        "community": 1, "author": 1, "product": 1,
    }  # fmt: skip
    assert found["cut"]["authors"] == 3
    assert found["cut"]["edges"] > 0
    assert "more voices" not in desk.page(desk.ada)


def test_what_was_said_before_is_not_in_it(desk: Desk) -> None:
    desk.house.clock.at += timedelta(days=40)

    assert desk.read(desk.ada, "topic=crm&days=30")["nodes"] == []
    assert "Nobody is heard yet" in desk.page(desk.ada, "?days=30")
    assert desk.read(desk.ada, "topic=crm&days=90")["posts"] == 5


def test_erasing_somebody_takes_the_node_and_leaves_the_others(desk: Desk) -> None:
    before = nodes(desk.read(desk.ada), "author")

    with writing(desk.house.engine) as db:
        erase(
            db,
            "fox",
            host=None,
            secret=SECRET,
            by="harken",
            config=desk.house.config,
            now=desk.house.clock.now(),
        )

    after = desk.read(desk.ada)
    gone = set(before) - set(nodes(after, "author"))
    assert len(gone) == 1
    assert gone.isdisjoint(str(after))
    assert before[gone.pop()] == (1, 0)
    assert edges(after, "replied_to") == [1]


def test_who_must_be_left_alone_is_not_on_it(desk: Desk) -> None:
    now = desk.house.clock.now()
    with writing(desk.house.engine) as db:
        suppress_author(
            db,
            secret=SECRET,
            host="talk.example",
            handle="Fox",
            reason=SuppressionReason.OBJECTION,
            by="harken",
            now=now,
        )

    found = desk.read(desk.ada)

    assert nodes(found, "community")["Talk"] == (2, 1)
    assert len(nodes(found, "author")) == 3


def test_p03_a_rep_sees_the_map_of_their_own_leads_and_a_viewer_all_of_it(desk: Desk) -> None:
    vic = desk.house.user("vic", role=UserRole.VIEWER, team=None)

    assert desk.read(vic) == desk.read(desk.ada)
    hers = desk.read(desk.mia)
    assert nodes(hers, "community") == {"Talk": (3, 1)}
    assert len(nodes(hers, "author")) == 2
    page = desk.page(desk.mia)
    assert "Talk" in page
    assert "News" not in page


def test_p03_a_partner_and_a_privacy_officer_see_none_of_it(desk: Desk) -> None:
    pia = desk.house.user("pia", role=UserRole.PARTNER, team="partners")
    zoe = desk.house.user("zoe", role=UserRole.PRIVACY_OFFICER, team=None)

    assert a_program(desk.house, pia).get(f"{ROOT}/social-map?topic=crm").status_code == 403
    assert desk.house.browser(pia).get("/topics/crm/map").status_code == 403
    assert desk.read(zoe)["nodes"] == []


@pytest.mark.parametrize("what", ["posts", "signals"])
def test_p03_a_partner_reads_of_posts_and_signals_those_of_their_own_leads(
    desk: Desk, what: str
) -> None:
    pia = desk.house.user("pia", role=UserRole.PARTNER, team="partners")
    program = a_program(desk.house, pia)

    assert program.get(f"{ROOT}/{what}").json()["items"] == []
    desk.house.lead(
        source=desk.talk, topic=desk.topic, status=LeadStatus.WORKING, owner=pia, team="partners"
    )
    assert len(program.get(f"{ROOT}/{what}").json()["items"]) == 1


def test_an_inquiry_was_made_in_no_community(desk: Desk) -> None:
    with writing(desk.house.engine) as db:
        talk = db.get_one(Source, desk.talk.id)
        talk.kind = SourceKind.INBOUND
        db.add(talk)

    assert nodes(desk.read(desk.ada), "community") == {"News": (2, 1)}


def test_a_topic_that_is_not_there_has_no_map(desk: Desk) -> None:
    program: TestClient = a_program(desk.house, desk.ada)

    assert program.get(f"{ROOT}/social-map?topic=cmr").status_code == 404
    assert program.get(f"{ROOT}/social-map").status_code == 422

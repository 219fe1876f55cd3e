"""Leads in a feed reader: a secret address, what its owner may see, and 304 for the rest."""

import json
from xml.etree import ElementTree as ET

import feedparser
import pytest
from sqlmodel import select
from starlette.testclient import TestClient

from models.delivery import FeedLink
from models.ledger import AuditEvent
from models.people import User
from models.topic import Topic
from models.words import LeadStatus, SuppressionReason, UserRole
from service.delivery.feeds_out import issue, revoke
from service.delivery.loops import LOOP_HEADER, loop_mark
from service.posts.suppression import suppress_author
from service.store.engine import writing
from tests.web_house import SECRET, House, a_house

ATOM = "{http://www.w3.org/2005/Atom}"
NASTY = "<script>alert(1)</script> ]]> & \u202e {{7*7}}"


@pytest.fixture
def house() -> House:
    return a_house()


def a_feed(house: House, user: User, topic: Topic | None = None) -> str:
    with writing(house.engine) as db:
        return issue(
            db, user=user.handle, topic=topic.id if topic else None, now=house.clock.now()
        )


def leads_in(browser: TestClient, path: str) -> list[str]:
    return [item["title"] for item in browser.get(f"{path}.json").json()["items"]]


def furnish(house: House) -> tuple[User, User, Topic]:
    mia, ben = house.user("mia"), house.user("ben")
    source, topic = house.source("Talk"), house.topic("crm", "CRM")
    for title, owner in (("Of Mia", mia), ("Of Ben", ben)):
        house.lead(
            source=source,
            topic=topic,
            title=title,
            text=NASTY,
            owner=owner,
            status=LeadStatus.ACCEPTED,
            author=owner.handle,
        )
    return mia, ben, topic


def test_a_person_s_feed_holds_their_leads_in_three_forms(house: House) -> None:
    mia, _, _ = furnish(house)
    path, browser = a_feed(house, mia), house.browser()

    assert [title.partition(" · ")[2] for title in leads_in(browser, path)] == ["Of Mia"]
    atom = ET.fromstring(browser.get(f"{path}.atom").content)  # noqa: S314 - our own
    assert [entry.findtext(f"{ATOM}title", "")[-6:] for entry in atom.iter(f"{ATOM}entry")] == [
        "Of Mia"
    ]
    rss = ET.fromstring(browser.get(f"{path}.rss").content)  # noqa: S314
    assert rss.findtext("channel/item/title", "").endswith("Of Mia")


@pytest.mark.parametrize("form", ["atom", "rss"])
def test_readers_understand_it_and_run_nothing_of_it(house: House, form: str) -> None:
    from io import BytesIO

    mia, _, _ = furnish(house)
    answer = house.browser().get(f"{a_feed(house, mia)}.{form}")
    read = feedparser.parse(BytesIO(answer.content))

    assert not read.bozo
    (entry,) = read.entries
    assert entry.link.startswith("http://harken.test/leads/")
    assert "<script" not in answer.text
    assert "\u202e" not in answer.text


def test_a_topic_s_feed_shows_what_its_owner_may_see(house: House) -> None:
    mia, _, topic = furnish(house)
    max_ = house.user("max", role=UserRole.MANAGER)
    browser = house.browser()

    assert len(leads_in(browser, a_feed(house, max_, topic))) == 2
    assert len(leads_in(browser, a_feed(house, mia, topic))) == 1


def test_who_has_it_already_gets_304(house: House) -> None:
    mia, _, _ = furnish(house)
    path, browser = a_feed(house, mia), house.browser()
    first = browser.get(f"{path}.atom")

    again = browser.get(
        f"{path}.atom", headers={"If-None-Match": f'"x", W/{first.headers["etag"]}'}
    )
    assert (again.status_code, again.content) == (304, b"")
    assert again.headers["etag"] == first.headers["etag"]
    assert first.headers["cache-control"] == "private, max-age=300"
    assert browser.get(f"{path}.atom", headers={"If-None-Match": '"old"'}).status_code == 200


def test_a_revoked_a_guessed_and_an_orphaned_address_lead_nowhere(house: House) -> None:
    mia, ben, _ = furnish(house)
    path, bens, browser = a_feed(house, mia), a_feed(house, ben), house.browser()
    with writing(house.engine) as db:
        link = db.exec(select(FeedLink).where(FeedLink.user_id == mia.id)).one()
        revoke(db, link.id, now=house.clock.now())
        revoke(db, link.id, now=house.clock.now())
        told = [event.action for event in db.exec(select(AuditEvent))]
        db.get_one(User, ben.id).active = False
    assert told.count("feed.issued") == 2
    assert told.count("feed.revoked") == 1, "a second time changes nothing"

    for address in (f"{path}.atom", f"{bens}.atom", "/feeds/x.atom", f"{path}.exe"):
        assert browser.get(address).status_code == 404
    assert path.removeprefix("/feeds/") not in link.token_hash


def test_somebody_who_must_be_left_alone_is_in_no_feed(house: House) -> None:
    mia, _, _ = furnish(house)
    with writing(house.engine) as db:
        suppress_author(
            db,
            secret=SECRET,
            host="talk.example",
            handle="Mia",
            reason=SuppressionReason.OBJECTION,
            by="max",
            now=house.clock.now(),
        )

    assert leads_in(house.browser(), a_feed(house, mia)) == []


def test_u24_what_we_sent_ourselves_is_not_let_in(house: House) -> None:
    sent = house.browser().get("/healthz", headers={LOOP_HEADER: loop_mark(SECRET)})
    another = house.browser().get("/healthz", headers={LOOP_HEADER: loop_mark(b"another")})

    assert (sent.status_code, another.status_code) == (508, 200)
    assert json.dumps(sent.text)

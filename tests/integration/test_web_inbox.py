import re
from dataclasses import dataclass, replace
from datetime import timedelta

import pytest

from models.lead import Lead
from models.people import User
from models.source import Source
from models.topic import Topic
from models.words import LeadStatus, UserRole
from service.web.views.inbox import PAGE_SIZE
from tests.web_house import TEAM, House, Words, a_house


@dataclass(frozen=True)
class Scene:
    """A team's ordinary day."""

    house: House
    source: Source
    topic: Topic
    mia: User
    ben: User
    ida: User  # a marketer

    def lead(
        self,
        title: str,
        *,
        status: LeadStatus = LeadStatus.SALES_READY,
        owner: User | None = None,
        offered_to: User | None = None,
        score: float = 84,
        step: int = 3,
        due_in: timedelta = timedelta(minutes=54),
        team: str | None = TEAM,
    ) -> Lead:
        return self.house.lead(
            title,
            source=self.source,
            topic=self.topic,
            status=status,
            owner=owner,
            offered_to=offered_to,
            score=score,
            step=step,
            due_in=due_in,
            team=team,
        )


@pytest.fixture
def scene() -> Scene:
    house = a_house()
    return Scene(
        house=house,
        source=house.source("Shop Floor Talk"),
        topic=house.topic("crm", "CRM"),
        mia=house.user("mia"),
        ben=house.user("ben"),
        ida=house.user("ida", role=UserRole.MARKETER, team=None),
    )


def titles(page: str) -> list[str]:
    return re.findall(r'<span class="what"[^>]*>(.*?)</span>', page)


def test_mine_holds_what_is_offered_to_me_and_what_i_work_on_by_due_time(scene: Scene) -> None:
    hours = timedelta(hours=1)
    scene.lead("working", status=LeadStatus.WORKING, owner=scene.mia, due_in=9 * hours)
    scene.lead("offered", status=LeadStatus.OFFERED, offered_to=scene.mia, due_in=hours)
    scene.lead("overdue", status=LeadStatus.ACCEPTED, owner=scene.mia, due_in=-hours)
    scene.lead("to ben", status=LeadStatus.OFFERED, offered_to=scene.ben)
    scene.lead("closed", status=LeadStatus.LOST, owner=scene.mia)

    page = scene.house.browser(scene.mia).get("/inbox").text

    assert titles(page) == ["overdue", "offered", "working"]
    assert "overdue 60 min" in page
    assert "offered to you" in page


def test_other_views_go_by_score_and_then_by_step(scene: Scene) -> None:
    scene.lead("one", score=81, step=3)
    scene.lead("two", score=90, step=1)
    scene.lead("three", score=81, step=6)

    page = scene.house.browser(scene.ida).get("/inbox?view=queue").text

    assert titles(page) == ["two", "three", "one"]


def test_a_rep_sees_his_own_his_offers_and_his_teams_queue_and_no_more(scene: Scene) -> None:
    own = scene.lead("own", status=LeadStatus.WORKING, owner=scene.mia)
    offer = scene.lead("offer", status=LeadStatus.OFFERED, offered_to=scene.mia)
    queue = scene.lead("queue")
    others = [
        scene.lead("ben's", status=LeadStatus.WORKING, owner=scene.ben),
        scene.lead("offered to ben", status=LeadStatus.OFFERED, offered_to=scene.ben),
        scene.lead("to review", status=LeadStatus.MQL, score=60),
        scene.lead("no team's", team=None),
    ]
    browser = scene.house.browser(scene.mia)

    assert set(titles(browser.get("/inbox?view=all").text)) == {"own", "offer", "queue"}
    for lead in (own, offer, queue):
        assert browser.get(f"/leads/{lead.id}").status_code == 200
    for lead in others:
        assert browser.get(f"/leads/{lead.id}").status_code == 404
        assert browser.get(f"/inbox?lead={lead.id}").status_code == 404


@pytest.mark.parametrize(
    "role", [UserRole.ADMIN, UserRole.MANAGER, UserRole.MARKETER, UserRole.VIEWER]
)
def test_everybody_else_sees_all_but_the_erased(scene: Scene, role: UserRole) -> None:
    scene.lead("own", status=LeadStatus.WORKING, owner=scene.mia)
    scene.lead("to review", status=LeadStatus.MQL, score=60)
    erased = scene.lead("erased", status=LeadStatus.LOST)
    with scene.house.engine.begin() as connection:
        connection.exec_driver_sql("UPDATE lead SET status = 'erased' WHERE title = 'erased'")
    browser = scene.house.browser(scene.house.user("eve", role=role, team=None))

    assert set(titles(browser.get("/inbox?view=all").text)) == {"own", "to review"}
    assert browser.get(f"/leads/{erased.id}").status_code == 404


def test_the_words_that_count_are_marked_in_the_line(scene: Scene) -> None:
    scene.house.lead(
        "New here",
        "Long story. " * 30 + "Can anybody recommend a CRM for plumbers? " + "Thanks. " * 30,
        source=scene.source,
        topic=scene.topic,
        offered_to=scene.mia,
        status=LeadStatus.OFFERED,
        cues=[Words(text="Can anybody recommend", why="asks for a recommendation")],
        phrases=[Words(text="CRM", why="keyword")],
    )

    page = scene.house.browser(scene.mia).get("/inbox").text
    line = page[page.index('<span class="quote"') : page.index('<span class="meta"')]

    assert (
        '<mark class="cue" title="asks for a recommendation">Can anybody recommend</mark>' in line
    )
    assert '<mark class="phrase" title="the topic&#39;s keyword">CRM</mark>' in line
    assert len(re.sub("<[^>]+>", "", line)) < 250


def test_htmx_gets_the_lead_alone_and_a_history_jump_the_whole_page(scene: Scene) -> None:
    lead = scene.lead("Which CRM?", status=LeadStatus.OFFERED, offered_to=scene.mia)
    browser = scene.house.browser(scene.mia)
    url = f"/inbox?view=mine&lead={lead.id}"

    fragment = browser.get(url, headers={"HX-Request": "true"}).text
    restored = browser.get(
        url, headers={"HX-Request": "true", "HX-History-Restore-Request": "true"}
    ).text

    assert fragment.lstrip().startswith("<article")
    assert "<html" not in fragment
    assert "data-chosen" in fragment
    assert restored.startswith("<!doctype html>")
    assert fragment.strip() in restored


def test_a_fragment_that_is_gone_has_htmx_load_the_page_that_explains(scene: Scene) -> None:
    browser = scene.house.browser(scene.mia)

    gone = browser.get("/inbox?view=mine&lead=gone", headers={"HX-Request": "true"})
    stranger = scene.house.browser().get("/inbox?lead=x", headers={"HX-Request": "true"})

    assert (gone.status_code, gone.headers["hx-redirect"]) == (404, "/inbox?view=mine&lead=gone")
    assert (stranger.status_code, stranger.headers["hx-redirect"]) == (
        401,
        "/login?next=%2Finbox%3Flead%3Dx",
    )


@pytest.mark.parametrize(
    ("view", "says"),
    [
        ("mine", "Nothing waits for you"),
        ("queue", "The queue is empty"),
        ("all", "No leads for you yet"),
        ("closed", "Nothing is closed yet"),
    ],
)
def test_an_empty_view_says_what_will_come(scene: Scene, view: str, says: str) -> None:
    assert says in scene.house.browser(scene.mia).get(f"/inbox?view={view}").text


def test_who_has_no_leads_of_their_own_begins_where_there_are_some(scene: Scene) -> None:
    browser = scene.house.browser(scene.ida)

    assert "No leads yet" in browser.get("/inbox").text
    scene.lead("detected", status=LeadStatus.DETECTED, score=40)
    assert titles(browser.get("/inbox").text) == ["detected"]
    scene.lead("waits", status=LeadStatus.MQL, score=60)
    assert titles(browser.get("/inbox").text) == ["waits"]
    assert titles(scene.house.browser(scene.mia).get("/inbox").text) == []


def test_many_leads_come_by_the_page(scene: Scene) -> None:
    for n in range(PAGE_SIZE + 2):
        scene.lead(f"lead {n}", score=99 - n)
    browser = scene.house.browser(scene.ida)

    first = browser.get("/inbox?view=queue").text
    second = browser.get("/inbox?view=queue&page=2").text
    behind = browser.get("/inbox?view=queue&page=999").text

    assert len(titles(first)) == PAGE_SIZE
    assert titles(second) == titles(behind) == [f"lead {PAGE_SIZE}", f"lead {PAGE_SIZE + 1}"]
    assert "page 1 of 2" in first


@pytest.mark.parametrize(
    "query", ["view=elsewhere", "page=-1", "page=99999999999", "page=x", "lead=" + "x" * 500]
)
def test_nonsense_in_the_address_is_a_page_that_says_so(scene: Scene, query: str) -> None:
    answer = scene.house.browser(scene.mia).get(f"/inbox?{query}")

    assert answer.status_code == 422
    assert "<h1>" in answer.text


def test_the_page_is_drawn_as_the_browser_was_told(scene: Scene) -> None:
    browser = scene.house.browser(scene.mia)
    assert 'data-theme="auto" data-keys="on"' in browser.get("/inbox").text

    answer = browser.post("/preferences", data={"theme": "dark", "back": "/inbox?view=all"})
    browser.post("/preferences", data={"keys": "off"})

    assert answer.headers["location"] == "/inbox?view=all"
    assert 'data-theme="dark" data-keys="off"' in browser.get("/inbox").text
    browser.cookies.set("harken_theme", '"><script>')
    assert "<script>" not in browser.get("/inbox").text


def test_stages_and_the_qualified_lead_are_called_as_the_house_agreed(scene: Scene) -> None:
    process = scene.house.config.process.model_copy(
        update={
            "stages": {LeadStatus.MQL: "Marketing's pick", LeadStatus.WORKING: "SAL"},
            "qualified_lead": "Somebody who wants a boat before spring.",
        }
    )
    scene.house.config = replace(scene.house.config, process=process)
    lead = scene.lead("picked", status=LeadStatus.MQL, owner=scene.ida)
    scene.lead("with mia", status=LeadStatus.WORKING, owner=scene.mia)
    browser = scene.house.browser(scene.ida)

    page = browser.get("/inbox?view=all&status=mql").text
    assert "marketing&#39;s pick" in page
    assert page.count("Somebody who wants a boat before spring.") == 2  # the list and Promote
    assert "SAL: " in browser.get("/inbox?view=all").text
    assert "marketing&#39;s pick" in browser.get(f"/leads/{lead.id}").text
    assert "marketing's pick" in browser.get("/inbox.csv?view=all").text


def test_every_lead_of_a_page_is_chosen_without_javascript(scene: Scene) -> None:
    for number in range(3):
        scene.lead(f"one of {number}", status=LeadStatus.ACCEPTED, owner=scene.mia)
    browser = scene.house.browser(scene.mia)

    page = browser.get("/inbox?view=mine").text
    (link,) = re.findall(r'class="all" href="([^"]+)"', page)

    assert page.count(" checked>") == 0
    assert browser.get(link.replace("&amp;", "&")).text.count(" checked>") == 3


def test_of_what_is_due_in_the_same_ten_minutes_the_best_comes_first(scene: Scene) -> None:
    due = timedelta(hours=7)
    scene.lead("weak", status=LeadStatus.ACCEPTED, owner=scene.mia, score=52, due_in=due)
    later = due + timedelta(seconds=3)
    scene.lead("strong", status=LeadStatus.ACCEPTED, owner=scene.mia, score=91, due_in=later)

    assert titles(scene.house.browser(scene.mia).get("/inbox").text) == ["strong", "weak"]


def test_a_lead_is_handed_back_from_beside_the_list_and_the_list_stays(scene: Scene) -> None:
    lead = scene.lead("mine", status=LeadStatus.WORKING, owner=scene.mia)
    browser = scene.house.browser(scene.mia)

    assert 'data-key="b"' in browser.get("/inbox?view=mine").text
    answer = browser.post(
        f"/leads/{lead.id}/hand-back",
        data={"rev": lead.rev, "reason": "no_budget", "back": "/inbox?view=mine&q=mine"},
    )

    assert answer.headers["location"] == "/inbox?view=mine&q=mine"

"""Every view of the inbox is an address: filters, words, order, names, sheets and news."""

import csv
import io
import re
from dataclasses import dataclass
from datetime import timedelta
from urllib.parse import quote

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlmodel import select

from models.lead import Lead
from models.ledger import AuditEvent
from models.people import User
from models.words import Kind, LeadStatus, UserRole
from service.store.engine import reading
from service.web.pages.inbox_views import read_query
from service.web.views.inbox_asked import InboxAsked, Sort, View
from tests.web_house import House, a_house

DAY = timedelta(days=1)


@dataclass(frozen=True)
class Week:
    """Leads that differ in everything by which they can be narrowed down."""

    house: House
    mia: User
    ida: User
    leads: dict[str, Lead]

    def titles(self, who: User, query: str) -> list[str]:
        page = self.house.browser(who).get(f"/inbox?{query}").text
        found = re.findall(r'<span class="what"[^>]*>(.*?)</span>', page)
        return [re.sub("<[^>]+>", "", one) for one in found]


@pytest.fixture
def week() -> Week:
    house = a_house()
    shop, forum = house.source("Shop Talk"), house.source("Bau Forum")
    crm, erp = house.topic("crm", "CRM"), house.topic("erp", "ERP")
    mia, ben = house.user("mia"), house.user("ben")
    ida = house.user("ida", role=UserRole.MARKETER, team=None)
    ready = LeadStatus.SALES_READY
    leads = {
        "roofer": house.lead(
            "roofer", "Which help-desk for ten?", source=shop, topic=crm, status=ready, score=90
        ),
        "plumber": house.lead(
            "plumber", "Ein CRM für zehn", source=forum, topic=crm, status=LeadStatus.MQL,
            score=60, language="de", age=2 * DAY, author="Ada", kind=Kind.PRICING,
        ),
        "baker": house.lead(
            "baker", "Invoices, please", source=forum, topic=erp, status=LeadStatus.WORKING,
            score=70, owner=mia, age=9 * DAY, due_in=30 * timedelta(hours=1),
        ),
        "miller": house.lead(
            "miller", "An ERP with invoices", source=shop, topic=erp,
            status=LeadStatus.OFFERED, score=82, offered_to=ben, due_in=timedelta(hours=2),
        ),
        "tanner": house.lead(
            "tanner", "Solved it", source=shop, topic=erp, status=LeadStatus.LOST, owner=mia
        ),
    }  # fmt: skip
    return Week(house=house, mia=mia, ida=ida, leads=leads)


@pytest.mark.parametrize(
    ("query", "titles"),
    [
        ("view=all", ["roofer", "miller", "baker", "plumber"]),
        ("view=queue", ["roofer", "plumber"]),
        ("view=waiting", ["miller", "baker"]),
        ("view=closed", ["tanner"]),
        ("view=all&topic=erp", ["miller", "baker"]),
        ("view=all&topic=erp&topic=crm&status=mql", ["plumber"]),
        ("view=all&kind=pricing", ["plumber"]),
        ("view=all&lang=de", ["plumber"]),
        ("view=all&owner=nobody", ["roofer", "plumber"]),
        ("view=all&least=70&most=82", ["miller", "baker"]),
        ("view=all&days=3", ["roofer", "miller", "plumber"]),
        ("view=all&sort=due", ["roofer", "plumber", "miller", "baker"]),
        ("view=all&sort=oldest", ["baker", "plumber", "miller", "roofer"]),
        ("view=all&q=invoices", ["miller", "baker"]),
        ("view=all&q=invoices+-erp", ["baker"]),
        ("view=all&q=%22help+desk%22+OR+lang:de", ["roofer", "plumber"]),
        ("view=all&q=solved", []),
        ("view=closed&q=solv*", ["tanner"]),
        ("view=all&topic=&least=&days=&q=", ["roofer", "miller", "baker", "plumber"]),
        ("view=all&topic=unheard-of", []),
    ],
)
def test_a_view_holds_what_its_address_says(week: Week, query: str, titles: list[str]) -> None:
    assert sorted(week.titles(week.ida, query)) == sorted(titles)
    if "sort" in query or query == "view=all":
        found = week.titles(week.ida, query)
        assert found[0] == titles[0]


def test_sources_and_holders_are_asked_for_by_their_ids(week: Week) -> None:
    with reading(week.house.engine) as db:
        baker = db.get_one(Lead, week.leads["baker"].id)
    source = "view=all&source=" + _source_of(week, "Bau Forum")

    assert sorted(week.titles(week.ida, source)) == ["baker", "plumber"]
    assert week.titles(week.ida, f"view=all&owner={baker.owner_id}") == ["baker"]


def _source_of(week: Week, name: str) -> str:
    page = week.house.browser(week.ida).get("/inbox/filters?view=all").text
    found = re.search(rf'name="source" value="([^"]+)"> {name}', page)
    assert found is not None
    return found[1]


def test_a_rep_finds_by_words_only_what_is_theirs_to_see(week: Week) -> None:
    assert week.titles(week.mia, "view=all&q=invoices") == ["baker"]
    answer = week.house.browser(week.mia).get("/search?q=invoices")
    assert answer.headers["location"] == "/inbox?view=all&q=invoices"


def test_words_that_make_no_query_say_what_is_wrong_with_them(week: Week) -> None:
    browser = week.house.browser(week.ida)

    for query in ('"open', "crm OR", "-only"):
        page = browser.get("/inbox", params={"view": "all", "q": query})
        assert page.status_code == 200
        assert 'id="problem" role="alert"' in page.text
        assert browser.get("/search", params={"q": query}).status_code == 200


@pytest.mark.parametrize("query", ["%" * 300, '"' * 299, "(" * 300, "a*" * 100, "NEAR(a b)"])
def test_no_search_is_more_than_a_search(week: Week, query: str) -> None:
    browser = week.house.browser(week.ida)

    assert browser.get("/inbox", params={"view": "all", "q": query}).status_code == 200
    assert browser.get("/search", params={"q": query}).status_code == 200


def test_posts_are_found_with_their_leads_and_the_words_are_marked(week: Week) -> None:
    page = week.house.browser(week.ida).get("/search?q=invoices").text

    assert page.count("<mark") >= 2
    assert f"/leads/{week.leads['baker'].id}" in page
    assert "No post says that" in week.house.browser(week.ida).get("/search?q=unheard").text
    assert "The language of topics" in week.house.browser(week.ida).get("/search").text


def test_filters_say_how_many_leads_each_choice_has(week: Week) -> None:
    browser = week.house.browser(week.ida)
    page = browser.get("/inbox/filters?view=all&topic=erp").text
    fragment = browser.get("/inbox/filters?view=all", headers={"HX-Request": "true"}).text

    found = dict(re.findall(r'value="(\w+)"(?: checked)?> [^<]+ <span class="count">(\d+)', page))
    assert {"crm": "2", "erp": "2", "de": "1", "nobody": "2"}.items() <= found.items()
    assert 'name="topic" value="erp" checked' in page
    assert "<html" not in fragment


def test_the_filters_that_are_on_can_be_taken_off_one_by_one(week: Week) -> None:
    page = week.house.browser(week.ida).get("/inbox?view=all&topic=erp&topic=crm&least=50").text

    assert 'href="/inbox?view=all&amp;topic=crm&amp;least=50" aria-label="topic: ERP' in page
    assert 'href="/inbox?view=all&amp;topic=erp&amp;topic=crm" aria-label="score at least' in page


# --- names -----------------------------------------------------------------------------------


def test_a_view_is_kept_by_its_name_and_forgotten(week: Week) -> None:
    browser = week.house.browser(week.ida)
    form = {"name": "ERP, hot", "query": "view=all&topic=erp&least=80&page=3&junk=1"}

    kept = browser.post("/inbox/views", data=form)
    page = browser.get("/inbox").text
    forget = re.search(r"/inbox/views/[^/]+/forget", browser.get("/inbox/filters").text)
    assert forget is not None
    by_mia = week.house.browser(week.mia).post(forget[0])
    forgotten = browser.post(forget[0])

    assert kept.headers["location"] == "/inbox?view=all&topic=erp&least=80"
    assert '<a href="/inbox?view=all&amp;topic=erp&amp;least=80">ERP, hot</a>' in page
    assert "ERP, hot" not in week.house.browser(week.mia).get("/inbox").text
    assert (by_mia.status_code, forgotten.status_code) == (404, 303)
    assert "ERP, hot" not in browser.get("/inbox").text


@pytest.mark.parametrize(
    ("form", "status"),
    [
        ({"name": "", "query": "view=all"}, 422),
        ({"name": "x" * 61, "query": "view=all"}, 422),
        ({"name": "x", "query": "view=elsewhere"}, 409),
        ({"name": "x", "query": "least=many"}, 409),
    ],
)
def test_what_is_no_view_is_not_kept(week: Week, form: dict[str, str], status: int) -> None:
    assert week.house.browser(week.ida).post("/inbox/views", data=form).status_code == status


def test_one_keeps_twenty_views_and_a_name_once(week: Week) -> None:
    browser = week.house.browser(week.ida)

    for n in (*range(20), 0):
        form = {"name": f"view {n}", "query": f"view=all&least={n}"}
        assert browser.post("/inbox/views", data=form).status_code == 303
    more = browser.post("/inbox/views", data={"name": "one more", "query": "view=all"})

    assert more.status_code == 409


# --- sheets and news -------------------------------------------------------------------------


def test_a_sheet_has_the_leads_of_its_view_and_no_formulas(week: Week) -> None:
    house = week.house
    house.lead("=HYPERLINK(1)", source=house.source("Evil"), topic=house.topic("t", "T"), score=95)

    answer = house.browser(week.ida).get("/inbox.csv?view=queue")

    rows = list(csv.DictReader(io.StringIO(answer.content.decode("utf-8-sig"))))
    assert [row["Title"] for row in rows] == ["'=HYPERLINK(1)", "roofer", "plumber"]
    assert rows[1]["Page"] == f"http://harken.test/leads/{week.leads['roofer'].id}"
    assert answer.headers["content-type"] == "text/csv; charset=utf-8"
    with reading(house.engine) as db:
        (noted,) = db.exec(select(AuditEvent).where(AuditEvent.action == "leads.exported"))
    assert noted.detail == {"view": "queue", "format": "csv", "rows": 3}


def test_a_sheet_of_a_faulty_search_is_refused_and_no_export(week: Week) -> None:
    faulty = {"view": "all", "q": '"help desk" OR (crm AND'}

    answer = week.house.browser(week.ida).get("/inbox.csv", params=faulty)

    assert answer.status_code == 422
    assert "olumn 24: a closing parenthesis is missing" in answer.text
    assert "content-disposition" not in answer.headers
    with reading(week.house.engine) as db:
        assert not db.exec(select(AuditEvent).where(AuditEvent.action == "leads.exported")).all()


def test_a_faulty_search_found_nothing_because_it_did_not_search(week: Week) -> None:
    faulty = {"view": "all", "q": '"help desk" OR (crm AND'}

    seen = week.house.browser(week.ida).get("/inbox", params=faulty).text

    assert "column 24: a closing parenthesis is missing" in seen
    assert "Nothing was searched" in seen
    assert "Nothing here is like that" not in seen
    assert "<strong>0</strong> found" not in seen
    assert "(0)" not in seen


def test_sheets_are_for_those_who_may_export(week: Week) -> None:
    browser = week.house.browser(week.mia)

    assert browser.get("/inbox.csv?view=mine").status_code == 403
    assert "inbox.csv" not in browser.get("/inbox").text


def test_what_came_since_is_told_in_a_line(week: Week) -> None:
    house, now = week.house, week.house.clock.now()
    browser = house.browser(week.ida)
    since = quote((now - timedelta(seconds=30)).isoformat())

    some = browser.get(f"/inbox/news?view=queue&topic=crm&since={since}")
    none = browser.get(f"/inbox/news?view=queue&since={quote(now.isoformat())}")

    assert some.text.strip() == ('<a href="/inbox?view=queue&amp;topic=crm">2 new: show them</a>')
    assert (none.status_code, none.content) == (204, b"")
    assert 'hx-get="/inbox/news?view=queue' in browser.get("/inbox?view=queue").text


def test_asking_for_news_keeps_no_session_alive_and_moves_no_page(week: Week) -> None:
    house = week.house
    browser = house.browser(week.ida)
    poll = {"HX-Request": "true", "HX-Trigger": "news"}
    path = f"/inbox/news?since={quote(house.clock.now().isoformat())}"

    for _ in range(11):
        house.clock.pass_by(timedelta(hours=1))
        assert browser.get(path, headers=poll).status_code in {200, 204}
    house.clock.pass_by(timedelta(hours=1))
    over = browser.get(path, headers=poll)

    assert over.status_code == 286
    assert "hx-redirect" not in over.headers
    assert browser.get("/inbox").headers["location"].startswith("/login")


# --- the address itself ----------------------------------------------------------------------

_WORDS = st.text(st.characters(exclude_categories=["C", "Z"]), min_size=1, max_size=20)


@given(
    asked=st.builds(
        InboxAsked,
        view=st.sampled_from(View),
        q=_WORDS,
        topic=st.lists(_WORDS, max_size=3),
        status=st.lists(st.sampled_from(LeadStatus), max_size=3),
        least=st.none() | st.integers(0, 100),
        days=st.none() | st.integers(1, 3650),
        sort=st.none() | st.sampled_from(Sort),
    )
)
def test_an_address_reads_back_as_what_it_was_written_from(asked: InboxAsked) -> None:
    assert read_query(asked.query()) == asked
    assert asked.url(page=2).endswith("page=2")
    assert "page" not in asked.model_copy(update={"page": 3}).url(least=10)

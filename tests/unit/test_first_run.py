"""From two sentences to a draft, and where it is talked about."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from config import load_config
from config.topic import Topic
from models.words import SourceKind
from service.errors import RefusedError
from service.first_run.backfill import starting_cursor, starting_options
from service.first_run.borrowing import borrow, shipped_topics
from service.first_run.drafting import draft_topic, noun_phrases
from service.first_run.places import catalogue, chosen, suggest

NOON = datetime(2025, 11, 19, 12, tzinfo=UTC)
CONFIG = load_config(None)


@pytest.mark.parametrize(
    ("sells", "first"),
    [
        ("We sell help desk software for small teams.", ("help desk software",)),
        (
            "We install heat pumps and solar panels for home owners.",
            ("heat pumps", "solar panels"),
        ),
        ("Bookkeeping for restaurants. Owners sleep at night.", ("bookkeeping", "owners sleep")),
        ("Wir verkaufen Lastenräder für Familien.", ("lastenräder",)),
        ("An AI-powered CRM platform called Tidepool that is quick", ("AI-powered CRM platform",)),
    ],
)
def test_what_is_sold_is_told_from_whom_and_why(sells: str, first: tuple[str, ...]) -> None:
    assert noun_phrases(sells)[: len(first)] == first


def test_a_draft_has_what_a_buyer_may_say() -> None:
    topic = draft_topic(
        "We sell help desk software called Tern for small teams, without losing customer emails.",
        "Zendesk, Freshdesk\nFront and zendesk",
        taken={"help-desk-software"},
    )
    assert (topic.id, topic.name) == ("help-desk-software-2", "Help desk software")
    assert {"help desk", "help desk tool", "help desk software"} <= set(topic.keywords)
    assert topic.products == ("Tern",)
    assert topic.competitors == ("Zendesk", "Freshdesk")
    assert topic.problems == ("losing customer emails",)
    assert any('"alternative to Front"' in query for query in topic.query), "an everyday word"


@pytest.mark.parametrize(
    ("sells", "problems"),
    [
        (
            "A CRM for teams, so that no deal gets forgotten in a mailbox",
            {"deal gets forgotten", "deals get forgotten"},
        ),
        ("Scheduling software so you never miss a shift change", {"miss a shift change"}),
        ("Payroll services instead of doing it by hand every month", {"doing it by hand"}),
        ("We design menus, instead of templates.", {"tired of templates"}),
        ("Call-out plumbing when your boiler breaks down", {"boiler breaks down"}),
        ("Accounting software so that invoices are paid on time", set()),
    ],
)
def test_what_is_prevented_is_what_hurts(sells: str, problems: set[str]) -> None:
    found = draft_topic(sells, "", taken=()).problems
    assert all(any(one.startswith(wanted) for one in found) for wanted in problems)
    assert bool(found) == bool(problems)


def test_who_does_something_is_looked_for_by_what_it_is_called() -> None:
    topic = draft_topic(
        "I repair and polish sash windows for landlords. We also lay oak floors.", "", taken=()
    )
    assert topic.name == "Sash window repair"
    assert {"sash windows", "sash window", "oak floor laying"} <= set(topic.keywords)
    assert not {"repair", "polish", "landlords", "lay"} & set(topic.keywords)
    rooms = draft_topic("We tile kitchens and hallways to order", "", taken=())
    assert set(rooms.keywords) == {
        f"{room} {work}" for room in ("kitchen", "hallway") for work in ("tiling", "tiler")
    }
    both = draft_topic("We sell and repair cargo bikes", "", taken=())
    assert {"cargo bikes", "cargo bike", "cargo bike repair"} <= set(both.keywords)


def test_a_draft_of_a_shipped_market_takes_its_phrases_on() -> None:
    crm = next(topic for topic in shipped_topics() if topic.id == "crm")
    draft = draft_topic("We sell a CRM called Odoo CRM for teams", "Attio", taken={"crm"})

    full, like = borrow(draft, shipped_topics())

    assert like == crm
    assert full.keywords[0] == "CRM"
    assert set(crm.problems) <= set(full.problems)
    assert len(full.keywords) == len({phrase.casefold() for phrase in full.keywords})
    assert (full.id, full.name, full.competitors[0]) == (draft.id, draft.name, "Attio")


def test_of_a_market_that_is_touched_only_what_fits_is_taken() -> None:
    draft = draft_topic("I fit underfloor heating.", "", taken=())
    full, like = borrow(draft, shipped_topics())
    assert like is not None
    assert "heating bills" in full.problems
    assert "garage conversion" not in full.keywords
    other = draft_topic("We sell beehives to farms", "", taken=())
    assert borrow(other, shipped_topics()) == (other, None)


@pytest.mark.parametrize(
    ("sells", "is_asked"),
    [
        ("I tile bathrooms for families", False),
        ("Wedding cakes for couples", False),
        ("We sell a CRM for small teams", True),
        ("We sell stock control software", True),
    ],
)
def test_founders_are_asked_only_of_software_and_companies(sells: str, is_asked: bool) -> None:
    topic = draft_topic(sells, "", taken=())
    assert any(one.key == "hn-ask" and one.is_chosen for one in suggest(topic, CONFIG)) is is_asked


@pytest.mark.parametrize("nothing", ["", "we help people", "...", "\u202e\u202e", "1 2 3"])
def test_what_says_nothing_is_asked_for_more(nothing: str) -> None:
    with pytest.raises(RefusedError, match="the words that a buyer"):
        draft_topic(nothing, "", taken=())


@given(sells=st.text(max_size=300), competitors=st.text(max_size=100))
def test_any_text_gives_a_topic_or_a_reason(sells: str, competitors: str) -> None:
    try:
        topic = draft_topic(sells, competitors, taken={"crm"})
    except RefusedError:
        return
    assert isinstance(topic, Topic)
    suggest(topic, CONFIG)
    borrow(topic, shipped_topics())


def test_places_fit_the_topic_and_say_why_they_may_not_be_read() -> None:
    topic = draft_topic("We sell help desk software for teams", "Zendesk", taken=())
    found = {place.key: place for place in suggest(topic, CONFIG)}
    assert found["hn-search help desk"].options == {
        "tags": "(story,comment)",
        "query": "help desk",
    }
    assert found["hn-search Zendesk"].is_chosen
    assert found["reddit-smallbusiness"].barred is not None
    assert not found["reddit-smallbusiness"].is_chosen
    assert "diy-stackexchange" not in found
    kept = chosen([*found, "none", "hn-search", "hn-ask x", '../x "'], CONFIG)
    assert {place.key for place in kept} == {k for k, p in found.items() if p.barred is None}


def test_the_shipped_list_is_of_kinds_that_are_polled() -> None:
    assert len(catalogue()) > 15
    for place in catalogue().values():
        assert place.kind.is_polled
        assert CONFIG.policy_for(place.kind, place.url).name


def test_thirty_days_are_read_where_a_time_can_be_asked_for() -> None:
    since = int((NOON - timedelta(days=30)).timestamp())
    assert starting_cursor(SourceKind.HACKER_NEWS, now=NOON)["created_at_i"] == since
    assert starting_cursor(SourceKind.STACK_EXCHANGE, now=NOON) == {
        "questions": {"created": since, "complete": False}
    }
    assert starting_cursor(SourceKind.FEED, now=NOON) == {}
    assert starting_options(SourceKind.FORUM) == {"backfill_days": "30"}

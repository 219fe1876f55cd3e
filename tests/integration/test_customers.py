"""Customers: what they ask next is a lead of its own, and goes to who won them (E24)."""

import csv
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import Engine

from models.lead import Lead, Offer
from models.merge import Result
from models.words import LeadStatus, TokenScope, TouchpointKind, UserRole, WonReason
from service.errors import ForbiddenError, NotFoundError, RefusedError
from service.exports.leaving import Format, leads_to_tell, written
from service.leads.by_hand import log_touch
from service.leads.closing import Sale, qualify, win
from service.leads.customers import mark_customer, unmark_customer
from service.leads.hearing import reconsider
from service.routing.route import explain
from service.store.engine import reading, writing
from tests.builders import PEOPLE, SECRET, Place, a_config, a_place, a_post, a_user
from tests.command import harken_here
from tests.programs import ROOT, a_program
from tests.web_house import House, a_house

LONG = timedelta(days=400)  # past everything that makes a buyer stick to who had them


def won(place: Place, lead: Lead) -> Lead:
    """Let who was offered the lead accept, work on it and win it."""
    lead = place.accept(place.open_offer())
    owner, now = lead.owner_id or "", place.clock.now()
    with writing(place.engine) as db:
        log_touch(
            db,
            lead_id=lead.id,
            user_id=owner,
            rev=lead.rev,
            kind=TouchpointKind.CALL,
            note="",
            config=place.config,
            now=now,
        )
        rev = db.get_one(Lead, lead.id).rev
        qualify(
            db,
            lead_id=lead.id,
            user_id=owner,
            rev=rev,
            bant=(1, 1, 2, 1),
            config=place.config,
            now=now,
        )
        rev = db.get_one(Lead, lead.id).rev
        return win(
            db, lead_id=lead.id, user_id=owner, rev=rev, sale=Sale(product="Team plan"), now=now
        )


def a_customer(engine: Engine) -> tuple[Place, Lead]:
    """Return a place where anna's first lead was won more than a year ago, and that lead."""
    place = a_place(engine)
    first = won(place, place.hear(a_post("1", thread="a")))
    place.clock.pass_by(LONG)
    return place, first


def next_of(place: Place, number: str = "2", author: str = "anna") -> Lead:
    known = {lead.id for lead in place.all(Lead)}
    place.take_in(a_post(number, thread=number, author=author, at=place.clock.now()))
    (lead,) = [lead for lead in place.all(Lead) if lead.id not in known]
    return lead


def offer_of(place: Place, lead: Lead) -> Offer:
    (offer,) = [offer for offer in place.all(Offer) if offer.lead_id == lead.id]
    return offer


def test_a_customer_s_next_lead_is_one_of_its_own_and_goes_to_who_won_them(engine: Engine) -> None:
    place, first = a_customer(engine)
    for number in range(2):  # whoever's turn it would be
        other = next_of(place, f"other-{number}", f"other-{number}")
        assert not other.existing_customer

    lead = next_of(place)

    assert lead.existing_customer
    assert not first.existing_customer
    offer = offer_of(place, lead)
    assert (offer.to_user_id, offer.explain["how"]) == (first.owner_id, "account_owner")


@pytest.mark.parametrize(
    ("change", "why"),
    [
        ({"active": False}, "is not active"),
        ({"max_open": 0}, "has 0 open leads, of at most 0"),
        ({"team": None}, "takes no leads any more"),
    ],
)
def test_when_who_won_them_cannot_the_usual_rules_hold_and_the_reason_is_kept(
    sqlite_engine: Engine, change: dict[str, object], why: str
) -> None:
    place, first = a_customer(sqlite_engine)
    owner = next(name for name in ("ada", "ben") if place.user(name).id == first.owner_id)
    users = [user.model_copy(update=change if user.handle == owner else {}) for user in PEOPLE]
    place.sync(a_config(users=users))

    offer = offer_of(place, next_of(place))

    assert offer.to_user_id != first.owner_id
    assert offer.explain["how"] == "round_robin"
    assert offer.explain["not_eligible"] == {owner: f"won this account, but {why}"}


def test_a_customer_is_known_by_their_company_too(sqlite_engine: Engine) -> None:
    place, first = a_customer(sqlite_engine)
    colleague = next_of(place, author="bob")
    with writing(place.engine) as db:
        db.get_one(Lead, first.id).account = "Acme"
        row = db.get_one(Lead, colleague.id)
        row.account = "ACME"
        reconsider(db, row, config=place.config, now=place.clock.now())
        found = explain(db, row, config=place.config, now=place.clock.now())
        assert row.existing_customer

    assert found.rep is not None
    assert (found.rep.user_id, found.how) == (first.owner_id, "account_owner")


def test_who_lost_interest_is_no_customer(sqlite_engine: Engine) -> None:
    place = a_place(sqlite_engine, a_config(users=[a_user("ada"), *PEOPLE[2:]]))
    first = place.hear(a_post("1", thread="a"))
    with writing(place.engine) as db:
        row = db.get_one(Lead, first.id)
        row.status, row.closed_at, row.close_reason = LeadStatus.LOST, place.clock.now(), "price"
        row.next_step_at = None
    place.clock.pass_by(LONG)

    assert not next_of(place).existing_customer


def test_a_company_that_somebody_names_is_a_customer_now_and_later(sqlite_engine: Engine) -> None:
    place = a_place(sqlite_engine)
    first = place.hear(a_post("1", thread="a"))
    mia, now = place.user("mia").id, place.clock.now()
    with writing(place.engine) as db:
        db.get_one(Lead, first.id).account = "Weir Ltd"

    def named(do: Callable[..., int], account: str = " WEIR  ltd ", by: str = mia) -> int:
        with writing(place.engine) as db:
            return do(db, account, user_id=by, now=now)

    with pytest.raises(ForbiddenError):
        named(mark_customer, by=place.user("ada").id)
    assert named(mark_customer) == 1
    with pytest.raises(RefusedError):
        named(mark_customer, "weir ltd")
    with pytest.raises(RefusedError):
        named(mark_customer, "  ")
    later = next_of(place, author="bob")
    with writing(place.engine) as db:
        row = db.get_one(Lead, later.id)
        row.account = "weir ltd"
        reconsider(db, row, config=place.config, now=now)
        assert row.existing_customer

    assert named(unmark_customer) == 2
    assert not any(lead.existing_customer for lead in place.all(Lead))
    with pytest.raises(NotFoundError):
        named(unmark_customer)


def test_the_command_names_customers(fresh_house: Path) -> None:
    ran = harken_here("leads", "customer", "Weir Ltd", "--by", "admin", data=fresh_house)
    assert ran.out == "Noted: 0 live leads changed, and later ones go by it.\n"
    (told,) = harken_here(
        "leads", "customer", "weir ltd", "--not", "--by", "admin", "--json", data=fresh_house
    ).lines
    assert told == {"account": "weir ltd", "customer": False, "leads": 0}


# What people and programs see of it.


def a_sold_house() -> tuple[House, Lead, Lead]:
    """Return a house, a customer's new lead, and the lead that made them one."""
    house = a_house()
    mia = house.user("mia", name="Mia Blum")
    place = {"source": house.source("Talk"), "topic": house.topic("crm", "CRM")}
    first = house.lead("Which CRM?", status=LeadStatus.WON, owner=mia, **place)  # type: ignore[arg-type]  # named above
    lead = house.lead("And telephony?", status=LeadStatus.WORKING, owner=mia, **place)  # type: ignore[arg-type]  # named above
    house.lead("Another one's", status=LeadStatus.WORKING, owner=mia, **place)  # type: ignore[arg-type]  # named above
    with writing(house.engine) as db:
        new, old = db.get_one(Lead, lead.id), db.get_one(Lead, first.id)
        new.existing_customer, new.author_id = True, old.author_id
        db.add(
            Result(
                lead_id=old.id,
                event="won",
                code=WonReason.WON.value,
                product="Team plan",
                by=mia.id,
                at=house.clock.now(),
            )
        )
    return house, lead, first


def test_pages_programs_and_sheets_say_who_is_a_customer() -> None:
    house, lead, first = a_sold_house()
    boss = house.user("kim", role=UserRole.MANAGER)
    browser, program = house.browser(boss), a_program(house, boss, TokenScope.READ)

    listed = browser.get("/inbox?view=all&customers=true").text
    assert "And telephony?" in listed
    assert "Another one" not in listed
    assert "<strong>customer</strong>" in listed
    assert "customers only" in listed
    sheet = browser.get(f"/leads/{lead.id}").text
    assert "Mia Blum won" in sheet
    assert f'<a href="/leads/{first.id}">Team plan</a>' in sheet
    assert "And telephony?" in browser.get("/inbox.csv?view=all&customers=true").text

    def ids(query: str) -> list[str]:
        found = program.get(f"{ROOT}/leads?funnel=sales&existing_customer={query}").json()["items"]
        return [one["title"] for one in found]

    assert (ids("true"), ids("false")) == (["And telephony?"], ["Another one's"])
    assert program.get(f"{ROOT}/leads/{lead.id}").json()["existing_customer"] is True
    with reading(house.engine) as db:
        chosen = leads_to_tell(db, secret=SECRET, statuses=[LeadStatus.WORKING])
        rows = list(csv.DictReader(written(db, chosen, Format.CSV, secret=SECRET)))
        crm = "".join(written(db, chosen, Format.SALESFORCE, secret=SECRET))
    assert {row["title"]: row["existing_customer"] for row in rows} == {
        "And telephony?": "True",
        "Another one's": "False",
    }
    assert crm.count("Bought from us before.") == 1

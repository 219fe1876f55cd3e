"""What a buyer shows and how far they are, wherever a lead is told: sheet, API and exports."""

import csv
from dataclasses import dataclass
from datetime import timedelta

import pytest

from models.lead import Lead
from models.people import User
from models.post import Author, Thread
from models.source import Source
from models.topic import Topic
from models.words import Kind, LeadStatus, UserRole
from service.exports.leaving import Format, written
from service.exports.told import read_told
from service.store.engine import reading, writing
from tests.programs import ROOT, a_program
from tests.web_house import SECRET, House, Words, a_house

HOUR = timedelta(hours=1)
S = LeadStatus


@dataclass(frozen=True)
class Desk:
    """A house that sells Tidepool."""

    house: House
    ada: User
    talk: Source
    topic: Topic

    def lead(self, status: LeadStatus, **more: object) -> Lead:
        return self.house.lead(source=self.talk, topic=self.topic, status=status, **more)  # type: ignore[arg-type]  # the builder's own

    def writes(self, lead: Lead, text: str, *, after: timedelta = HOUR) -> None:
        """Have the buyer of a lead write in another conversation, so long after now."""
        at = self.house.clock.now() + after
        with writing(self.house.engine) as db:
            writer = db.get_one(Author, lead.author_id)
            thread = Thread(
                source_id=self.talk.id, key=f"{at}", title="Which one?", first_seen_at=at
            )
            db.add(thread)
            db.flush()
            db.add(self.house.post("", text, self.talk, thread, writer, at, is_opening=False))

    def levels(self, lead: Lead) -> tuple[object, object, object]:
        """Return the level of a lead as the API, a webhook and a sheet tell it."""
        told = a_program(self.house, self.ada).get(f"{ROOT}/leads/{lead.id}").json()["level"]
        with reading(self.house.engine) as db:
            hook = read_told(db, [lead.id], secret=SECRET)[lead.id].as_json()["level"]
            (row,) = csv.DictReader(written(db, [lead.id], Format.CSV, secret=SECRET))
        return told, hook, row["level"] or None


@pytest.fixture
def desk() -> Desk:
    house = a_house()
    ada, talk = house.user("ada", role=UserRole.ADMIN, team=None), house.source("Talk")
    topic = house.topic("crm", "CRM")
    with writing(house.engine) as db:
        row = db.merge(topic)
        row.definition = {"products": ["Tidepool"]}
        db.add(row)
    return Desk(house=house, ada=ada, talk=talk, topic=topic)


@pytest.mark.parametrize(
    ("status", "level"),
    [(S.DETECTED, "suspect"), (S.MQL, "mql"), (S.OFFERED, "sql"), (S.DISQUALIFIED, None)],
)
def test_a_level_is_told_wherever_a_status_is(
    desk: Desk, status: LeadStatus, level: str | None
) -> None:
    lead = desk.lead(status, offered_to=desk.ada if status is S.OFFERED else None)

    assert desk.levels(lead) == (level, level, level)
    listed = a_program(desk.house, desk.ada).get(f"{ROOT}/leads").json()["items"]
    assert [one["level"] for one in listed] == [level]


def test_a_customer_who_speaks_for_what_they_bought_is_an_advocate(desk: Desk) -> None:
    won = desk.lead(S.WON)

    desk.writes(won, "I'd recommend Tidepool to any small team.", after=-HOUR)  # before buying
    desk.writes(won, "Tidepool lost our contacts, avoid it.")
    assert desk.levels(won) == ("customer",) * 3

    desk.writes(won, "Tidepool has been great for us, honestly.", after=2 * HOUR)
    assert desk.levels(won) == ("advocate",) * 3
    page = desk.house.browser(desk.ada).get(f"/leads/{won.id}").text
    assert "has bought, and speaks for it to others" in page


def test_the_sheet_says_in_words_what_a_buyer_shows(desk: Desk) -> None:
    text = "We get lost in sheets. Budget is 50 a seat, need it by March. Tidepool or Marlin?"
    lead = desk.lead(
        S.MQL,
        kind=Kind.COMPARISON,
        step=4,
        text=text,
        facts=(
            Words(text="We get lost in sheets", why="need"),
            Words(text="50 a seat", why="budget"),
            Words(text="Tidepool", why="products"),
            Words(text="Marlin", why="products"),
        ),
    )

    page = " ".join(desk.house.browser(desk.ada).get(f"/leads/{lead.id}").text.split())

    facets = page[page.index("What they show") : page.index("Marlin") + len(page)]
    assert 'Wants to buy</th><td class="quiet">compares products</td>' in facets
    assert 'Needs something</th><td class="quiet">says what hurts, speaks of money</td>' in facets
    assert 'Has experience</th><td class="quiet"></td>' in facets
    assert 'marketing qualified <span class="quiet">(to be reviewed)</span>' in page
    (signal,) = a_program(desk.house, desk.ada).get(f"{ROOT}/signals").json()["items"]
    assert signal["facets"] == {
        "interest": 0.93,
        "awareness": 0.83,
        "need": 0.79,
        "product_understanding": 0.63,
        "problem_understanding": 0.5,
        "knowledge": 0.0,
        "none": False,
    }


def test_a_sheet_whose_signals_show_nothing_says_so(desk: Desk) -> None:
    lead = desk.lead(S.DETECTED, kind=Kind.RECOMMENDATION, step=1, probability=0.2)

    page = desk.house.browser(desk.ada).get(f"/leads/{lead.id}").text

    assert "None of it so far: neither interest" in page
    (signal,) = a_program(desk.house, desk.ada).get(f"{ROOT}/signals").json()["items"]
    assert signal["facets"]["none"] is True

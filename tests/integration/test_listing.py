"""Leads as they are listed and looked up by a short form of their ids."""

import pytest
from sqlalchemy import Engine
from sqlmodel import col, select

from models.lead import Lead
from service.errors import NotFoundError
from service.leads.listing import LeadLine, list_leads, the_lead
from service.store.engine import reading, writing
from tests.builders import Place, a_place, a_post


@pytest.fixture
def place(sqlite_engine: Engine) -> Place:
    """Return a place with three leads that were opened at about the same time."""
    place = a_place(sqlite_engine)
    place.take_in(*(a_post(f"post-{n}", author=f"author-{n}", thread=f"t-{n}") for n in range(3)))
    return place


def lines(place: Place) -> list[LeadLine]:
    with reading(place.engine) as db:
        return list_leads(db)


def looked_up(place: Place, lead_id: str) -> LeadLine:
    with reading(place.engine) as db:
        return the_lead(db, lead_id)


def test_the_short_form_of_every_lead_leads_to_it(place: Place) -> None:
    listed = lines(place)
    assert len(listed) == 3
    for line in listed:
        assert len(line.short_id) == 8
        assert looked_up(place, line.short_id) == line
        assert looked_up(place, line.id) == line
        assert looked_up(place, line.id.upper()) == line
        assert looked_up(place, line.id[:-1]) == line


def test_a_form_that_fits_several_names_them(place: Place) -> None:
    listed = lines(place)
    with pytest.raises(NotFoundError) as error:
        looked_up(place, listed[0].id[:4])
    assert str(error.value).startswith(f"{listed[0].id[:4]!r} may be any of these leads")
    assert all(line.short_id in str(error.value) for line in listed)


def test_a_form_that_fits_none_says_where_to_look(place: Place) -> None:
    with pytest.raises(NotFoundError, match="see `harken leads list`"):
        looked_up(place, "_%")


def test_a_score_just_below_a_bar_is_not_shown_as_if_it_had_reached_it(place: Place) -> None:
    with writing(place.engine) as db:
        for lead in db.exec(select(Lead).order_by(col(Lead.id))):
            lead.score = 79.95
            db.add(lead)
    for line in lines(place):
        assert line.shown_score == line.as_json()["score"] == 79.9


def test_the_strongest_words_are_the_buyer_s(place: Place) -> None:
    for line in lines(place):
        assert line.strongest_words in line.quote

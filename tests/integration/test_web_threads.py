"""What a lead's page says of the replies, and of what was deleted."""

from datetime import timedelta

import pytest
from sqlmodel import select

from models.lead import Lead
from models.post import Post
from service.store.engine import writing
from tests.web_house import House, a_house

MINUTE = timedelta(minutes=1)


@pytest.fixture
def house() -> House:
    return a_house()


def page_of(house: House, lead: Lead) -> str:
    return house.browser(house.user("mia")).get(f"/leads/{lead.id}").text


def a_lead(house: House, *replies: tuple[str, str]) -> Lead:
    """Return a lead with replies of (author, text), a minute apart; "asker" is its own."""
    forum = house.source("Shop Floor Talk")
    lead = house.lead(source=forum, topic=house.topic("crm", "CRM"))
    for number, (author, text) in enumerate(replies, 1):
        house.reply(lead, forum, text, author=author, after=number * MINUTE)
    return lead


def test_the_page_says_what_became_of_the_question(house: House) -> None:
    lead = a_lead(
        house,
        ("zed", "Try Tidepool."),
        ("amy", "Same boat here, we need this too."),
        ("asker", "We went with Tidepool, thanks!"),
    )

    page = page_of(house, lead)

    assert "The asker chose Tidepool." in page
    assert "Already answered: 1 person has offered something." in page
    assert "In the same boat: 1." in page
    for note in ("chose Tidepool", "same boat", "names Tidepool"):
        assert f'<span class="chip">{note}</span>' in page


def test_a_crowded_conversation_is_called_so(house: House) -> None:
    lead = a_lead(house, *((f"p{number}", "Try Tidepool.") for number in range(5)))

    assert "5 people have offered something: it is crowded." in page_of(house, lead)


def test_a_conversation_without_replies_says_nothing_of_them(house: House) -> None:
    assert 'class="standing"' not in page_of(house, a_lead(house))


def test_a_deleted_post_keeps_its_place_in_the_conversation(house: House) -> None:
    lead = a_lead(house, ("zed", "Try Tidepool."))
    with writing(house.engine) as db:
        reply = db.exec(select(Post).where(Post.text == "Try Tidepool.")).one()
        reply.text, reply.author_id, reply.url = "", None, None
        reply.deleted_at_source = house.clock.now()
        db.add(reply)

    page = page_of(house, lead)

    assert "This post was deleted at its source, and so here." in page
    assert "Already answered" not in page

import re
from datetime import timedelta

import pytest
from sqlalchemy import event

from models.lead import Touchpoint
from models.words import LeadStatus, Licence, TouchpointKind, UserRole
from service.store.engine import writing
from tests.web_house import House, Words, a_house

#: What a hostile post may hold; nothing of it may come out as markup.
HOSTILE = (
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "<svg onload=alert(1)>",
    "</title><script>alert(1)</script>",
    "{{1111*7}} {% raw %} ${x} %(x)s",
    "</blockquote><form action=//evil.example>",
    "\u202egnp.exe\u2028",
)


@pytest.fixture
def house() -> House:
    return a_house()


def test_a_lead_shows_the_conversation_in_order_and_who_asks(house: House) -> None:
    mia, forum = house.user("mia"), house.source("Shop Floor Talk")
    lead = house.lead(source=forum, topic=house.topic("crm", "CRM"), offered_to=mia)
    house.reply(lead, forum, "The second answer.", author="zed", after=timedelta(minutes=3))
    house.reply(lead, forum, "The first answer.", author="amy", after=timedelta(minutes=1))
    house.reply(lead, forum, "Thanks, and offline?", author="asker", after=timedelta(minutes=2))

    page = house.browser(mia).get(f"/leads/{lead.id}").text
    # On paper, and there only, a sheet says when it is from.
    assert '<p class="paper small">Printed as of ' in page
    talk = page[page.index('id="talk"') : page.index('id="history"')]
    posts = talk.split('<li class="said-by')[1:]

    assert ["asker" in post.split(">")[0] for post in posts] == [True, False, True, False]
    for post, words in zip(
        posts, ["ten people", "first answer", "and offline", "second answer"], strict=True
    ):
        assert words in post
    assert '<span class="chip strong">signal</span>' in posts[0]


def test_what_was_said_is_told_with_the_words_that_say_it(house: House) -> None:
    mia = house.user("mia")
    lead = house.lead(
        "Which CRM for ten?",
        "Budget is 50 a seat. Does anybody know Tidepool? We tried Ledgerly.",
        source=house.source("Talk"),
        topic=house.topic("crm", "CRM"),
        offered_to=mia,
        cues=[
            Words(text="Does anybody know", why="asks for experience", weight=2.4),
            Words(text="We tried Ledgerly", why="reviews what is past", weight=-0.6),
        ],
        phrases=[Words(text="Tidepool", why="product")],
        facts=[Words(text="50 a seat", why="budget")],
        probability=0.9,
    )

    page = house.browser(mia).get(f"/leads/{lead.id}").text

    assert '<mark class="cue" title="asks for experience">Does anybody know</mark>' in page
    assert '<mark class="against" title="reviews what is past">We tried Ledgerly</mark>' in page
    assert '<mark class="phrase" title="the topic&#39;s product">Tidepool</mark>' in page
    assert '<mark class="fact" title="budget">50 a seat</mark>' in page
    assert re.search(r">Budget</th>\s*<td><q>50 a seat</q>", page)
    assert page.count("Ask: ") == 4, "a sum that is not one is asked for too"
    assert "together: 90 % sure" in page
    assert "Ready for sales at 80" in page


@pytest.mark.parametrize("words", HOSTILE)
def test_what_people_write_stays_text(house: House, words: str) -> None:
    mia = house.user("mia", name=words)
    forum = house.source("Talk", attribution=words, community_rules=words)
    lead = house.lead(
        f"{words} title",
        f"before {words} after",
        source=forum,
        topic=house.topic("crm", words),
        offered_to=mia,
        author=words,
        cues=[Words(text=words, why=words)],
        facts=[Words(text=words, why="budget")],
    )
    house.reply(lead, forum, words, author=words, after=timedelta(minutes=1))
    browser = house.browser(mia)

    for page in (browser.get(f"/leads/{lead.id}").text, browser.get("/inbox").text):
        assert not re.search(r"<script>|<img src=x|<svg onload|<form action=//evil|7777", page)
        for tag in re.findall(r"<script[^>]*>", page):
            assert 'src="/static/' in tag


def test_the_page_has_no_inline_style_or_script(house: House) -> None:
    mia = house.user("mia")
    lead = house.lead(source=house.source("Talk"), topic=house.topic("crm", "CRM"), offered_to=mia)
    browser = house.browser(mia)

    for path in ("/inbox", f"/leads/{lead.id}", "/leads/none", "/login"):
        page = browser.get(path).text
        assert not re.search(r"\sstyle=|<style|\son\w+=|hx-on|javascript:", page), path


def test_a_dangerous_address_is_not_linked(house: House) -> None:
    mia = house.user("mia")
    lead = house.lead(
        source=house.source("Talk"),
        topic=house.topic("crm", "CRM"),
        offered_to=mia,
        url="javascript:alert(1)",
    )

    page = house.browser(mia).get(f"/leads/{lead.id}").text

    assert "javascript:" not in page
    assert "Open original" not in page


@pytest.mark.parametrize(
    ("licence", "rel"),
    [
        (Licence.PROPRIETARY, "noopener noreferrer nofollow"),
        (Licence.CC_BY_SA_4_0, "noopener noreferrer"),
    ],
)
def test_the_original_is_one_press_away_and_told_nothing(
    house: House, licence: Licence, rel: str
) -> None:
    mia = house.user("mia")
    forum = house.source(
        "Talk", licence=licence, attribution="Talk&Co members", community_rules="Be kind."
    )
    lead = house.lead(source=forum, topic=house.topic("crm", "CRM"), offered_to=mia)

    page = house.browser(mia).get(f"/leads/{lead.id}").text

    assert (
        f'href="https://talk.example/t/1" rel="{rel}" referrerpolicy="no-referrer" target="_blank"'
    ) in page
    assert "Talk&amp;Co members" in page
    assert "Be kind." in page


def test_evidence_of_an_older_revision_is_not_put_on_other_words(house: House) -> None:
    mia = house.user("mia")
    lead = house.lead(
        "Which CRM?",
        "Does anybody know Tidepool?",
        source=house.source("Talk"),
        topic=house.topic("crm", "CRM"),
        offered_to=mia,
        cues=[Words(text="Does anybody know", why="asks")],
    )
    browser = house.browser(mia)
    with house.engine.begin() as db:
        db.exec_driver_sql("UPDATE post SET text = 'Edit: Does anybody know Tidepool?'")
    moved = browser.get(f"/leads/{lead.id}").text
    with house.engine.begin() as db:
        db.exec_driver_sql("UPDATE post SET text = 'Solved, thanks to everybody here.'")
    gone = browser.get(f"/leads/{lead.id}").text

    assert 'Edit: <mark class="cue" title="asks">Does anybody know</mark>' in moved
    assert "Solved, thanks to everybody here." in gone
    assert '<mark class="cue" title="asks">' not in gone[: gone.index("legend")]


def test_the_history_is_told_in_words_newest_first(house: House) -> None:
    mia = house.user("mia", name="Mia Holt")
    lead = house.lead(
        source=house.source("Talk"),
        topic=house.topic("crm", "CRM"),
        status=LeadStatus.WORKING,
        owner=mia,
    )
    with writing(house.engine) as db:
        db.add(
            Touchpoint(
                lead_id=lead.id,
                kind=TouchpointKind.ENGAGE_REPLY,
                by_user_id=mia.id,
                at=house.clock.now(),
                note="Asked about their phones",
            )
        )

    page = house.browser(mia).get(f"/leads/{lead.id}").text
    history = page[page.index('id="history"') :]

    assert "Replied in the thread" in history
    assert "by Mia Holt" in history
    assert "Asked about their phones" in history
    assert history.index("Replied in the thread") < history.index("lead opened: detected")


def test_a_lead_whose_posts_are_gone_is_still_a_page(house: House) -> None:
    ida = house.user("ida", role=UserRole.MARKETER, team=None)
    lead = house.lead(source=house.source("Talk"), topic=house.topic("crm", "CRM"))
    with house.engine.begin() as db:
        db.exec_driver_sql("DELETE FROM lead_signal")
        db.exec_driver_sql("DELETE FROM signal")
        db.exec_driver_sql("DELETE FROM post")
    browser = house.browser(ida)

    assert "The posts are gone" in browser.get(f"/leads/{lead.id}").text
    assert "The post is gone" in browser.get("/inbox?view=queue").text


def test_a_long_inbox_asks_the_database_no_more_than_a_short_one(house: House) -> None:
    ida = house.user("ida", role=UserRole.MARKETER, team=None)
    forum, crm = house.source("Talk"), house.topic("crm", "CRM")
    browser = house.browser(ida)
    asked: list[str] = []

    @event.listens_for(house.engine, "before_cursor_execute")
    def note(_c: object, _u: object, statement: str, *_rest: object) -> None:
        asked.append(statement)

    counts = []
    for _ in range(2):
        for _ in range(5):
            house.lead(source=forum, topic=crm)
        asked.clear()
        browser.get("/inbox?view=queue")
        counts.append(len(asked))

    assert counts[0] == counts[1] <= 24

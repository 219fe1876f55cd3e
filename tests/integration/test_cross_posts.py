"""What an author says again within three days is folded into what was heard first."""

import threading
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import timedelta

import pytest
from sqlalchemy import Engine
from sqlmodel import col, delete, select
from typing_extensions import override

from crawlers.found import FoundPost
from models.lead import Lead, LeadSignal
from models.ledger import Outbox
from models.post import Author, Post, PostBand, Thread
from models.signal import CrossPost, Signal
from models.source import Source
from models.words import DisqualifyReason, LeadStatus, StorageMode, UserRole
from nlp.judgement import Slot, Span
from nlp.near import BANDS, band_keys, is_near, sign
from service.leads.by_hand import dismiss
from service.leads.listing import LeadLine, list_leads
from service.posts.folding import also_posted
from service.posts.intake import Counts
from service.posts.judging import Judged
from service.store.engine import reading, writing
from tests.builders import (
    ASK,
    NO_TAKERS,
    Place,
    a_config,
    a_place,
    a_policy,
    a_post,
    a_source,
    a_topic,
)
from tests.fakes import NOON, Ears, Said
from tests.web_house import House, a_house

DAY = timedelta(days=1)
SOURCES = (a_source("talk"), a_source("board"))
TWO_SOURCES = a_config(sources=SOURCES)

QUESTION = (
    f"{ASK} a crm for a workshop of ten people? We keep our customers in a spreadsheet, it is "
    "always somebody's old copy that is open, and the phone rings while we look for the right one."
)
SIGNED = f"Hello everybody! {QUESTION} Many thanks in advance, Anna"


def a_pair(engine: Engine) -> Place:
    """Return a place in which Anna has asked her question at the first of two sources."""
    place = a_place(engine, TWO_SOURCES)
    place.take_in(a_post("1", QUESTION, title="Which crm?"))
    return place


def elsewhere(place: Place) -> list[tuple[str, str | None]]:
    """Return the further places of all leads: source and address."""
    with reading(place.engine) as db:
        found = also_posted(db, [lead.id for lead in place.all(Lead)])
    return [(one.source, one.url) for those in found.values() for one in those]


# Folded.


@pytest.mark.parametrize(
    "again",
    [
        a_post("9", QUESTION, title="Which crm?"),
        a_post("9", QUESTION, title="Customer list for a small workshop"),
        a_post("9", f"Which crm? {QUESTION}"),
        a_post("9", SIGNED, title="Which crm?"),
        a_post("9", SIGNED, author="@ANNA"),
        a_post("9", SIGNED, at=NOON - 3 * DAY),
        a_post("9", QUESTION.replace("ten", "12").replace("always", "never")),
    ],
)
def test_nearly_the_same_by_the_same_author_at_another_source_is_one_lead(
    sqlite_engine: Engine, again: FoundPost
) -> None:
    place = a_pair(sqlite_engine)
    lead, news = place.only(Lead), len(place.all(Outbox))

    assert place.take_in(again, source="board") == Counts(new=1)

    assert len(place.all(Post)) == 2
    assert place.only(Signal).id == place.only(CrossPost).signal_id
    assert place.only(Lead) == lead  # not a point more, not a clock moved
    assert len(place.all(Outbox)) == news  # and nobody hears of it again
    assert elsewhere(place) == [("board", "https://talk.example/t/9")]


def test_it_is_folded_on_either_database_and_at_the_same_source_too(engine: Engine) -> None:
    place = a_pair(engine)

    place.take_in(a_post("2", SIGNED), a_post("3", QUESTION, thread="t"))
    place.take_in(a_post("9", SIGNED, at=NOON - DAY), source="board")

    assert len(place.all(Signal)) == len(place.all(LeadSignal)) == 1
    assert [source for source, _ in elsewhere(place)] == ["board", "talk", "talk"]


def test_a_batch_that_holds_both_makes_one_signal(engine: Engine) -> None:
    place = a_place(engine)

    counts = place.take_in(a_post("1", QUESTION), a_post("2", SIGNED))

    assert counts == Counts(new=2, signals=1)


def test_two_sources_that_tell_the_same_at_once_make_one_lead(engine: Engine) -> None:
    place = a_place(engine, TWO_SOURCES)
    both_wrote = threading.Barrier(2, timeout=1)

    def meet(_: str) -> None:
        if engine.dialect.name == "postgresql":  # on SQLite there is one writer at a time
            both_wrote.wait()

    place.ears.on_judge = meet
    threads = [
        threading.Thread(target=place.take_in, args=[post], kwargs={"source": source})
        for source, post in (("talk", a_post("1", QUESTION)), ("board", a_post("9", SIGNED)))
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(20)

    assert len(place.all(Post)) == 2
    assert len(place.all(Lead)) == len(place.all(Signal)) == len(place.all(CrossPost)) == 1


def test_it_is_folded_also_where_no_word_of_it_may_be_kept(engine: Engine) -> None:
    config = a_config(sources=SOURCES, policies=[a_policy("feed", store=StorageMode.NONE)])
    place = a_place(engine, config)
    place.take_in(a_post("1", QUESTION))

    place.take_in(a_post("9", SIGNED), source="board")

    assert len(place.all(Signal)) == len(elsewhere(place)) == 1


def test_it_wakes_nobody_after_the_lead_was_dismissed(engine: Engine) -> None:
    place = a_place(engine, a_config(users=NO_TAKERS, sources=SOURCES))
    lead = place.hear(a_post("1", QUESTION))
    with writing(engine) as db:
        dismiss(
            db,
            lead_id=lead.id,
            user_id=place.user("mia").id,
            rev=lead.rev,
            reason=DisqualifyReason.STUDENT,
            now=NOON,
        )

    place.take_in(a_post("9", SIGNED), source="board")

    assert place.only(Lead).status is LeadStatus.DISQUALIFIED


# Not folded.


@pytest.mark.parametrize(
    "other",
    [
        a_post("9", QUESTION, author="ben"),
        a_post("9", QUESTION, author=None),
        a_post("9", QUESTION, author="\u200b"),  # no handle that can be read
        a_post("9", QUESTION, at=NOON - 3 * DAY - timedelta(minutes=1)),
        a_post("9", f"{ASK} a crm that sends letters? Ours has to be printed and posted by hand."),
    ],
)
def test_another_author_another_week_or_another_question_is_heard(
    sqlite_engine: Engine, other: FoundPost
) -> None:
    place = a_pair(sqlite_engine)

    assert place.take_in(other, source="board") == Counts(new=1, signals=1)
    assert place.all(CrossPost) == []


def test_a_post_that_is_found_by_a_key_but_is_not_near_is_heard(engine: Engine) -> None:
    place = a_pair(engine)
    first = sign("Which crm?", QUESTION)
    keys = set(band_keys(first, "anna"))
    beginnings = (f"{QUESTION[:cut]} and one more {cut}th thing" for cut in range(40, 200))
    text = next(
        text
        for text in beginnings
        if keys & set(band_keys(sign("", text), "anna")) and not is_near(first, sign("", text))
    )

    assert place.take_in(a_post("9", text), source="board") == Counts(new=1, signals=1)


def test_two_strangers_who_say_the_same_stay_two(engine: Engine) -> None:
    place = a_place(engine)
    strangers = [a_post(str(n), QUESTION, author=None) for n in range(2)]

    assert place.take_in(*strangers) == Counts(new=2, signals=2)
    assert place.all(PostBand) == []


def test_a_topic_that_the_first_post_was_no_signal_for_is_heard(engine: Engine) -> None:
    config = a_config(sources=SOURCES, topics=[a_topic("crm"), a_topic("phones")])
    place = a_place(engine, config)
    place.take_in(a_post("1", QUESTION))

    place.ears.known["phone rings"] = Said(topic="phones")
    counts = place.take_in(a_post("9", SIGNED), source="board")

    assert counts == Counts(new=1, signals=1)
    assert [signal.topic_id for signal in place.all(Signal)] == ["crm", "phones"]
    assert len(place.all(CrossPost)) == 1


@dataclass
class NamingEars(Ears):
    """Ears that know some products by name."""

    products: tuple[str, ...] = field(default=("Ledgerly", "Tidepool", "Anvil"))

    @override
    def judge(self, post: FoundPost, source: str) -> tuple[Judged, ...]:
        judged = super().judge(post, source)
        slots = tuple(
            Slot(name="products", text=name, span=Span(field="body", start=at, end=at + len(name)))
            for name in self.products
            if (at := post.text.find(name)) >= 0
        )
        return tuple(replace(j, judgement=replace(j.judgement, slots=slots)) for j in judged)


@pytest.mark.parametrize(
    ("first", "second", "signals"),
    [
        ("Ledgerly", "Tidepool", 2),
        ("Ledgerly", "Ledgerly and Tidepool", 1),
        ("Ledgerly and Tidepool", "Tidepool", 1),
        ("Ledgerly and Tidepool", "Tidepool and Anvil", 2),
        ("Ledgerly", "the one they advertise", 1),
    ],
)
def test_the_same_words_about_another_product_are_another_question(
    sqlite_engine: Engine, first: str, second: str, signals: int
) -> None:
    place = a_place(sqlite_engine, TWO_SOURCES)
    place.ears = NamingEars(known={ASK: Said()})

    place.take_in(a_post("1", f"{QUESTION} I mean {first}."))
    place.take_in(a_post("9", f"{QUESTION} I mean {second}."), source="board")

    assert len(place.all(Signal)) == signals


# Edits.


def test_a_cross_post_that_is_edited_but_still_near_stays_folded(engine: Engine) -> None:
    place = a_pair(engine)
    place.take_in(a_post("9", SIGNED), source="board")

    assert place.take_in(a_post("9", f"{SIGNED} :)"), source="board") == Counts(updated=1)
    assert len(place.all(Signal)) == len(place.all(CrossPost)) == 1


def test_a_cross_post_that_is_edited_into_another_question_is_heard(engine: Engine) -> None:
    place = a_pair(engine)
    place.take_in(a_post("9", SIGNED), source="board")

    edited = a_post("9", f"{ASK} a crm that prints letters and posts them by itself every week?")
    assert place.take_in(edited, source="board") == Counts(updated=1, signals=1)
    assert len(place.all(Lead)) == 2
    assert place.all(CrossPost) == []


def test_a_cross_post_that_asks_no_more_is_no_place_of_the_lead_any_more(engine: Engine) -> None:
    place = a_pair(engine)
    place.take_in(a_post("9", SIGNED), source="board")

    place.take_in(a_post("9", "[removed]"), source="board")

    assert elsewhere(place) == []
    assert len(place.all(Signal)) == 1


def test_after_an_edit_a_post_is_known_by_its_new_words(engine: Engine) -> None:
    place = a_pair(engine)
    new = f"{ASK} a crm that prints letters and posts them by itself every week, from Monday on?"
    place.take_in(a_post("1", new, title="Which crm?"))

    old_again = place.take_in(a_post("8", QUESTION), source="board")
    new_again = place.take_in(a_post("9", new), source="board")

    assert (old_again.signals, new_again.signals) == (1, 0)


def test_an_author_who_left_is_known_by_nothing(engine: Engine) -> None:
    place = a_pair(engine)
    assert len(place.all(PostBand)) == BANDS

    place.take_in(a_post("1", QUESTION, author=None))

    assert place.all(PostBand) == []
    assert place.only(Post).signature is None


# What is stored for it.


def test_a_post_that_is_no_signal_leaves_nothing_to_be_found_by(engine: Engine) -> None:
    place = a_place(engine)
    place.take_in(a_post(text=f"Lovely weather. {QUESTION[len(ASK) :]}"))

    assert place.only(Post).signature is None
    assert place.all(PostBand) == []


def test_keys_and_places_leave_with_their_post(engine: Engine) -> None:
    place = a_pair(engine)
    place.take_in(a_post("9", SIGNED), source="board")
    first = place.only(Signal).post_id

    with writing(engine) as db:
        db.exec(delete(Post).where(col(Post.id) != first))
    assert place.all(CrossPost) == []
    assert len(place.all(PostBand)) == BANDS

    with writing(engine) as db:
        db.exec(delete(LeadSignal))
        db.exec(delete(Signal))
        db.exec(delete(Post))
    assert place.all(PostBand) == []


# Shown.


def test_a_line_of_a_lead_names_the_further_places(engine: Engine) -> None:
    place = a_pair(engine)
    assert only_line(place).as_json()["also_posted"] == []
    place.take_in(a_post("9", SIGNED, at=NOON - DAY), source="board")

    assert only_line(place).as_json()["also_posted"] == [
        {
            "source": "board",
            "url": "https://talk.example/t/9",
            "published": (NOON - DAY).isoformat(),
        }
    ]


def only_line(place: Place) -> LeadLine:
    with reading(place.engine) as db:
        (line,) = list_leads(db)
    return line


def a_page(furnish: Callable[[House, Lead], None]) -> str:
    """Return the conversation on the page of a lead, after ``furnish`` did its work."""
    house = a_house()
    ida = house.user("ida", role=UserRole.MANAGER)
    lead = house.lead(source=house.source("Talk"), topic=house.topic("crm", "CRM"))
    furnish(house, lead)
    page = house.browser(ida).get(f"/leads/{lead.id}").text
    return page[page.index('id="talk"') : page.index('id="history"')]


def post_again(house: House, lead: Lead, source: Source, url: str | None) -> None:
    with writing(house.engine) as db:
        signal = db.exec(select(Signal)).one()
        author = db.get_one(Author, lead.author_id)
        thread = Thread(source_id=source.id, key=source.id, title="", first_seen_at=NOON)
        db.add(thread)
        db.flush()
        post = house.post("", "Again.", source, thread, author, NOON - timedelta(hours=2), url=url)
        db.add(post)
        db.flush()
        db.add(CrossPost(signal_id=signal.id, post_id=post.id))


def test_the_page_of_a_lead_links_to_the_further_places() -> None:
    def furnish(house: House, lead: Lead) -> None:
        post_again(house, lead, house.source("Board & Bench"), "https://board.example/9")
        post_again(house, lead, house.source("The Shed"), None)

    talk = a_page(furnish)

    assert "Also posted in" in talk
    assert '<a href="https://board.example/9" rel="noopener noreferrer nofollow"' in talk
    assert "Board &amp; Bench</a>" in talk
    assert "The Shed" in talk
    assert talk.count("2 h ago") == 2


def test_without_further_places_the_page_does_not_speak_of_them() -> None:
    assert "Also posted in" not in a_page(lambda *_: None)


def test_a_further_place_brings_neither_markup_nor_a_script_s_address() -> None:
    def furnish(house: House, lead: Lead) -> None:
        source = house.source("Shed")
        with writing(house.engine) as db:
            row = db.get_one(Source, source.id)
            row.name = "<img src=x onerror=alert(1)>"
            db.add(row)
        post_again(house, lead, source, "javascript:alert(1)")

    talk = a_page(furnish)

    assert "&lt;img src=x" in talk
    assert "<img" not in talk
    assert "javascript:" not in talk

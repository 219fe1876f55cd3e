"""From found posts to stored posts, signals and leads."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Engine, event
from sqlmodel import select

from config.settings import PrivacyMode
from crawlers.found import FoundPost
from models.lead import Lead, LeadSignal
from models.ledger import Suppression
from models.post import Author, Post, Thread
from models.signal import Signal
from models.source import Source
from models.tables import METADATA
from models.words import (
    Kind,
    LeadStatus,
    Negative,
    SourceKind,
    StorageMode,
    SuppressionReason,
)
from service.posts.intake import Arrived, Counts, content_hash
from service.posts.suppression import ANYWHERE, suppress_author
from service.store.engine import reading, writing
from tests.builders import (
    ASK,
    SECRET,
    Place,
    a_config,
    a_place,
    a_policy,
    a_post,
    a_source,
    a_topic,
    undone,
)
from tests.fakes import NOON, Said

pytestmark = pytest.mark.every_database

DAY = timedelta(days=1)


def everything(engine: Engine) -> dict[str, list[tuple[object, ...]]]:
    """Return every row of every table."""
    with engine.connect() as connection:
        return {
            table.name: sorted((tuple(row) for row in connection.execute(table.select())), key=str)
            for table in METADATA.sorted_tables
        }


def quoted_wrongly(place: Place) -> list[object]:
    """Return the quotes of signals that are not at their place in what is stored."""
    with reading(place.engine) as db:
        rows = db.exec(select(Signal, Post).where(Signal.post_id == Post.id)).all()
    return [
        quote
        for signal, post in rows
        for quote in (*signal.evidence, *signal.matched, *signal.slots)
        if {"title": post.title, "body": post.text}[str(quote["field"])][
            int(str(quote["start"])) : int(str(quote["end"]))
        ]
        != quote["text"]
    ]


# What becomes of a post.


def test_a_post_that_asks_becomes_a_signal_and_a_lead(engine: Engine) -> None:
    place = a_place(engine)
    post = a_post(
        "t/1",
        title="CRM for a small team",
        thread="t",
        at=NOON - timedelta(hours=1),
        author="Anna_B",
        author_url="https://talk.example/u/anna",
    )

    counts = place.take_in(post)

    assert counts == Counts(new=1, signals=1)
    stored, thread, author = place.only(Post), place.only(Thread), place.only(Author)
    assert (stored.external_id, stored.title, stored.text) == ("t/1", post.title, post.text)
    assert (stored.url, stored.language, stored.revision) == (post.url, "en", 1)
    assert (stored.published_at, stored.fetched_at) == (NOON - timedelta(hours=1), NOON)
    assert stored.retention_until == NOON + 30 * DAY
    assert (stored.thread_id, stored.author_id) == (thread.id, author.id)
    assert (thread.key, thread.title, thread.url) == ("t", post.title, post.url)
    assert (author.handle, author.handle_norm) == ("Anna_B", "anna_b")
    assert author.profile_url == "https://talk.example/u/anna"
    signal, lead = place.only(Signal), place.only(Lead)
    assert (signal.post_id, signal.topic_id, signal.kind) == (stored.id, "crm", Kind.EXPERIENCE)
    assert signal.happened_at == stored.published_at
    assert quoted_wrongly(place) == []
    assert (lead.title, lead.author_id, lead.thread_id) == (post.title, author.id, thread.id)
    assert place.only(LeadSignal).lead_id == lead.id


def test_a_post_that_asks_for_nothing_is_kept_for_a_while_and_makes_no_lead(
    engine: Engine,
) -> None:
    place = a_place(engine)

    assert place.take_in(a_post(text="Lovely weather here.")) == Counts(new=1)
    assert place.only(Post).text == "Lovely weather here."
    assert not place.all(Signal)
    assert not place.all(Lead)


def a_forum(engine: Engine) -> Place:
    """Return an installation that listens to one forum."""
    place = a_place(engine)
    with writing(engine) as db:
        db.exec(select(Source)).one().kind = SourceKind.FORUM
    return place


def test_a_forum_s_post_that_comes_under_another_id_is_the_one_that_is_there(
    engine: Engine,
) -> None:
    place = a_forum(engine)
    place.take_in(a_post("/talk/1~f00d", thread="/talk/1"))
    again = a_post("/talk/1#m1", thread="/talk/1")
    answer = a_post("/talk/1#m6", "Ours is green.", thread="/talk/1", is_opening=False)

    assert place.take_in(again, answer) == Counts(new=1, duplicates=1)
    assert place.take_in(again, answer) == Counts(duplicates=2)
    assert {post.external_id for post in place.all(Post)} == {"/talk/1#m1", "/talk/1#m6"}
    assert len(place.all(Signal)) == len(place.all(Lead)) == 1


def test_who_says_the_same_twice_in_a_forum_said_it_twice(engine: Engine) -> None:
    place = a_forum(engine)
    later = NOON - timedelta(minutes=1)
    first = a_post("t#m1", "+1", thread="t", at=NOON - timedelta(minutes=2))
    second = replace(first, external_id="t#m2", published=later)
    others = [
        replace(first, external_id="t#m3", author="bea"),
        replace(first, external_id="u#m4", thread_key="u"),
        replace(first, external_id="t#m5"),  # in the same minute, and both are shown
    ]

    assert place.take_in(first, second) == Counts(new=2)
    assert place.take_in(first, second, *others) == Counts(new=3, duplicates=2)
    assert place.take_in(replace(second, external_id="t#m7")) == Counts(duplicates=1)
    assert len(place.all(Post)) == 5


def test_a_feed_s_entries_have_the_ids_that_they_have(engine: Engine) -> None:
    place = a_place(engine)
    place.take_in(a_post("1", thread="t"))

    assert place.take_in(a_post("2", thread="t")).new == 1


def test_a_post_about_two_topics_is_a_signal_for_each(engine: Engine) -> None:
    config = a_config(topics=[a_topic("crm"), a_topic("help-desk")])
    knows = {"a crm": Said(), "a desk": Said(topic="help-desk", kind=Kind.COMPARISON)}
    place = a_place(engine, config, knows=knows)

    assert place.take_in(a_post(text="I need a crm and a desk")) == Counts(new=1, signals=2)
    assert {lead.topic_id for lead in place.all(Lead)} == {"crm", "help-desk"}


def test_a_post_without_a_date_happened_when_it_was_found(engine: Engine) -> None:
    place = a_place(engine)
    place.take_in(a_post(at=None))

    assert place.only(Post).published_at == NOON


def test_a_post_from_the_future_happened_when_it_was_found(engine: Engine) -> None:
    place = a_place(engine)
    place.take_in(a_post(at=NOON + 400 * DAY))

    assert place.only(Signal).happened_at == NOON


def test_posts_of_a_conversation_share_a_thread_and_its_title_stays(engine: Engine) -> None:
    place = a_place(engine)
    place.take_in(a_post("1", "Hi", thread="t", thread_title="Which CRM?", title="Which CRM?"))
    place.take_in(a_post("2", "Me too", thread="t", author="ben", is_opening=False))

    assert place.only(Thread).title == "Which CRM?"
    assert {post.thread_id for post in place.all(Post)} == {place.only(Thread).id}


def test_spellings_of_a_handle_are_one_author(engine: Engine) -> None:
    place = a_place(engine)
    place.take_in(a_post("1", "a", author="Anna"), a_post("2", "b", author="@anna"))
    place.take_in(a_post("3", "c", author=None), a_post("4", "d", author="\u200b"))

    assert place.only(Author).handle == "Anna"


# The same thing again.


def test_the_same_batch_twice_changes_nothing(engine: Engine) -> None:
    place = a_place(engine)
    batch = (a_post("1"), a_post("2", "Just saying", author=None), a_post("1"))
    assert place.take_in(*batch) == Counts(new=2, signals=1, duplicates=1)
    before = everything(engine)

    place.clock.pass_by(timedelta(minutes=15))
    assert place.take_in(*batch) == Counts(duplicates=3)
    assert everything(engine) == before


def test_an_opening_that_stands_on_each_page_of_its_thread_keeps_its_title(engine: Engine) -> None:
    place = a_place(engine)
    post = a_post()
    place.take_in(post)

    assert place.take_in(replace(post, title="", is_opening=False)) == Counts(duplicates=1)
    assert (place.only(Post).title, place.only(Post).is_opening) == (post.title, True)


def test_a_post_that_moved_is_the_same_post(engine: Engine) -> None:
    place = a_place(engine)
    post = a_post()
    place.take_in(post)

    moved = replace(post, url="https://new.example/t/1")
    assert place.take_in(moved) == Counts(duplicates=1)
    assert (place.only(Post).url, place.only(Post).revision) == (moved.url, 1)


def test_a_hash_is_of_the_words_and_of_who_says_them() -> None:
    post = a_post(title="a", quoted="b")
    same = replace(
        post,
        url="https://new.example/",
        external_id="2",
        published=None,
        edited=NOON,
        author_url="https://new.example/u",
        thread_url="https://new.example/t",
    )

    assert content_hash(same) == content_hash(post)
    for other in (
        replace(post, title="c"),
        replace(post, text="c"),
        replace(post, quoted="c"),
        replace(post, author="c"),
    ):
        assert content_hash(other) != content_hash(post)
    assert content_hash(replace(post, title="ab", text="c")) != content_hash(
        replace(post, title="a", text="bc")
    )


def any_posts() -> st.SearchStrategy[list[FoundPost]]:
    """Posts of a few people within ten days, each with words of its own."""
    drawn = st.tuples(
        st.sampled_from(["anna", "ben", None]),
        st.sampled_from(["t1", "t2"]),
        st.integers(0, 10 * 24),
        st.sampled_from([*KNOWN, "hello"]),
    )
    return st.lists(drawn, min_size=1, max_size=5).map(
        lambda many: [
            a_post(
                str(n),
                f"{phrase} {n}",
                author=author,
                thread=thread,
                thread_title=thread,
                at=NOON - timedelta(hours=hours),
            )
            for n, (author, thread, hours, phrase) in enumerate(many)
        ]
    )


KNOWN = {
    ASK: Said(),
    "thinking about": Said(kind=Kind.NEED, p=0.4),
    "A or B": Said(kind=Kind.COMPARISON, p=0.3),
    "how much": Said(kind=Kind.PRICING, p=0.55),
}


@settings(max_examples=8, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_posts_give_the_same_rows_in_any_order_and_however_often(
    sqlite_engine: Engine, data: st.DataObject
) -> None:
    posts = data.draw(any_posts())
    again = data.draw(st.lists(st.sampled_from(posts), max_size=3))
    shuffled = data.draw(st.permutations([*posts, *again]))
    cut = data.draw(st.integers(0, len(shuffled)))

    at_once = outcome(sqlite_engine, [posts])
    in_pieces = outcome(sqlite_engine, [shuffled[:cut], shuffled[cut:]])

    assert in_pieces == at_once


def outcome(engine: Engine, batches: Sequence[Sequence[FoundPost]]) -> object:
    """Return what the batches leave in an empty database, but for ids and who got what."""
    with engine.begin() as connection:
        for table in reversed(METADATA.sorted_tables):
            connection.execute(table.delete())
    place = a_place(engine, knows=KNOWN)
    for batch in batches:
        place.take_in(*batch)
    posts = {post.id: post for post in place.all(Post)}
    signals = {signal.id: posts[signal.post_id].external_id for signal in place.all(Signal)}
    heard = {(lead.lead_id, signals[lead.signal_id]) for lead in place.all(LeadSignal)}
    return (
        sorted((post.external_id, post.text, post.revision) for post in posts.values()),
        sorted(author.handle for author in place.all(Author)),
        sorted((thread.key, thread.title) for thread in place.all(Thread)),
        sorted(signals.values()),
        sorted(
            (
                sorted(post for lead_id, post in heard if lead_id == lead.id),
                round(lead.score, 9),
                lead.kind,
                lead.journey_step,
                lead.status,
                lead.first_signal_at,
                lead.last_signal_at,
            )
            for lead in place.all(Lead)
        ),
    )


# Edits.


def test_an_edit_is_a_revision_of_the_post_and_its_signal_stays_the_same(engine: Engine) -> None:
    place = a_place(engine, knows={"experience": Said(p=0.6), "urgent": Said(p=0.9)})
    place.take_in(a_post(text="Any experience with a crm?"))
    before = place.only(Signal)

    place.clock.pass_by(timedelta(hours=1))
    counts = place.take_in(a_post(text="It is urgent by now!"))

    post, after = place.only(Post), place.only(Signal)
    assert counts == Counts(updated=1)
    assert (post.revision, post.text) == (2, "It is urgent by now!")
    assert post.edited_at == post.fetched_at == NOON + timedelta(hours=1)
    assert (after.id, after.probability) == (before.id, 0.9)
    assert after.happened_at == before.happened_at
    assert place.only(Lead).score > 80
    assert quoted_wrongly(place) == []


def test_an_edit_that_takes_the_question_back_takes_the_score_along(engine: Engine) -> None:
    place = a_place(engine, knows={ASK: Said(), "Solved": Said(p=0.1, is_signal=False)})
    lead = place.hear(a_post(text=f"{ASK} a crm?"))

    place.take_in(a_post(text="Solved, thanks."))

    assert place.only(Signal).probability == 0.1
    assert place.only(Lead).score < 15 < lead.score
    assert quoted_wrongly(place) == []


def test_an_edit_that_is_about_nothing_any_more_leaves_a_signal_without_words(
    engine: Engine,
) -> None:
    place = a_place(engine)
    lead = place.hear(a_post())

    place.take_in(a_post(text="[removed]"))

    signal = place.only(Signal)
    assert (signal.probability, signal.evidence, signal.slots, signal.matched) == (0, [], [], [])
    assert place.only(Lead).score < 1 < lead.score


def test_an_edit_that_asks_at_last_makes_a_signal(engine: Engine) -> None:
    place = a_place(engine)
    place.take_in(a_post(text="Hello"))
    assert place.only(Post).language == "und"

    assert place.take_in(a_post(text=f"{ASK} a crm?")) == Counts(updated=1, signals=1)
    assert place.only(Lead).status is LeadStatus.OFFERED
    assert place.only(Post).language == "en"


@pytest.mark.parametrize(
    ("edited", "leads"), [("urgent: a crm", 1), ("perhaps still a crm", 0), ("[removed]", 0)]
)
def test_an_edit_of_a_signal_that_was_too_weak_for_a_lead_may_open_one(
    sqlite_engine: Engine, edited: str, leads: int
) -> None:
    place = a_place(sqlite_engine, knows={"perhaps": Said(p=0.2), "urgent": Said()})
    place.take_in(a_post(text="perhaps a crm"))
    assert place.all(Lead) == []

    assert place.take_in(a_post(text=edited)) == Counts(updated=1)

    assert len(place.all(Lead)) == len(place.all(LeadSignal)) == leads
    assert len(place.all(Signal)) == 1


def test_an_author_who_left_is_no_longer_named_by_the_post(engine: Engine) -> None:
    place = a_place(engine)
    place.take_in(a_post(text="Hello"))

    place.take_in(a_post(text="[deleted]", author=None))

    assert place.only(Post).author_id is None


def test_an_edit_keeps_what_people_said_of_the_signal(engine: Engine) -> None:
    place = a_place(engine)
    place.hear(a_post())
    with writing(engine) as db:
        signal = db.exec(select(Signal)).one()
        signal.status = type(signal.status).CONFIRMED
        db.add(signal)

    place.take_in(a_post(text=f"Hello, {ASK} a crm?"))

    assert place.only(Signal).status == "confirmed"


def test_several_changes_in_one_batch_all_count(engine: Engine) -> None:
    place = a_place(engine, knows={ASK: Said(p=0.4), "A or B": Said(kind=Kind.COMPARISON, p=0.5)})
    place.take_in(a_post("1"))

    place.take_in(
        a_post("2", "A or B?", thread="t"),
        a_post("1", f"Hi! {ASK} it?"),
        a_post("3", "A or B, then?"),
    )

    lead = place.only(Lead)
    assert len(place.all(LeadSignal)) == 3
    assert len(list(lead.score_explain["parts"])) == 3  # type: ignore[arg-type]  # JSON
    assert lead.journey_step == 4


# Whom to leave alone.


def suppress(place: Place, handle: str, host: str = "talk.example") -> None:
    with writing(place.engine) as db:
        suppress_author(
            db,
            secret=SECRET,
            host=host,
            handle=handle,
            reason=SuppressionReason.OBJECTION,
            by="mia",
            now=NOON,
        )


def holds(engine: Engine, word: str) -> bool:
    return word.casefold() in str(everything(engine)).casefold()


@pytest.mark.parametrize(
    "spelling",
    [
        "anna_b",
        "@Anna_B",
        "u/anna_b",
        "\uff21\uff2e\uff2e\uff21\uff3f\uff22",  # wide letters
        "an\u200bna_b",
    ],
)
def test_nothing_of_a_suppressed_author_is_stored_however_it_is_spelt(
    sqlite_engine: Engine, spelling: str
) -> None:
    place = a_place(sqlite_engine)
    suppress(place, "anna_b")

    counts = place.take_in(
        a_post("1", f"{ASK} a secret?", author=spelling, title="Secret"),
        a_post("2", "Hello", author="ben"),
    )

    assert counts == Counts(new=1, suppressed=1)
    assert place.only(Author).handle == "ben"
    assert not holds(sqlite_engine, "secret?")
    assert not holds(sqlite_engine, "anna")


def test_a_suppression_holds_at_its_host_or_anywhere(engine: Engine) -> None:
    config = a_config(sources=[a_source("talk"), a_source("board")])
    place = a_place(engine, config)
    suppress(place, "anna")
    suppress(place, "ben", host=ANYWHERE)

    def both(host: str) -> tuple[FoundPost, ...]:
        named = {"1": "anna", "2": "ben"}
        return tuple(
            a_post(n, n, author=author, url=f"https://{host}/{n}") for n, author in named.items()
        )

    assert place.take_in(*both("talk.example"), source="talk").suppressed == 2
    assert place.take_in(*both("board.example"), source="board") == Counts(new=1, suppressed=1)


@pytest.mark.parametrize(
    "found",
    [
        a_post("1", "a", author="@Anna", url="https://talk.example/t/1"),
        a_post(
            "1",
            "a",
            author="anna",
            url="https://planet.example/1",
            author_url="https://TALK.example/@anna",
        ),
    ],
)
def test_who_is_left_alone_at_a_platform_does_not_come_back_by_an_aggregator(
    engine: Engine, found: FoundPost
) -> None:
    place = a_place(engine, a_config(sources=[a_source(url="https://planet.example/feed")]))
    suppress(place, "anna")
    namesake = a_post("2", "b", author="anna", url="https://elsewhere.example/2")

    assert place.take_in(found, namesake) == Counts(new=1, suppressed=1)
    assert place.only(Post).external_id == "2"


def test_suppressing_twice_changes_nothing(engine: Engine) -> None:
    place = a_place(engine)
    suppress(place, "anna")
    place.clock.pass_by(DAY)
    suppress(place, "@ANNA")

    entry = place.only(Suppression)
    assert (entry.reason, entry.at) == (SuppressionReason.OBJECTION, NOON)


def test_the_edit_of_a_suppressed_author_is_not_taken_in_either(engine: Engine) -> None:
    place = a_place(engine)
    place.take_in(a_post(text="Hello"))
    suppress(place, "anna")

    assert place.take_in(a_post(text="Hello again")) == Counts(suppressed=1)
    assert place.only(Post).text == "Hello"


# All or nothing.


def test_a_batch_and_its_cursor_are_committed_together_or_not_at_all(engine: Engine) -> None:
    place = a_place(engine)
    before = everything(engine)

    with undone(engine) as db:
        source = db.exec(select(Source)).one()
        place.intake.take_in(db, source, [a_post()], now=NOON)
        source.cursor = {"page": 2}
        db.add(source)
        db.flush()

    assert everything(engine) == before


def test_a_judge_that_fails_on_one_post_leaves_none_of_the_batch(engine: Engine) -> None:
    place = a_place(engine)
    before = everything(engine)

    def stumble(text: str) -> None:
        if text == "boom":
            raise ZeroDivisionError

    place.ears.on_judge = stumble
    with pytest.raises(ZeroDivisionError):
        place.take_in(a_post("1"), a_post("2", "boom"))

    assert everything(engine) == before


# Many sources at once.


def arrived_at(place: Place, posts: Mapping[str, Sequence[FoundPost]]) -> list[Counts]:
    """Take in what sources brought, by slug, as a crawl of many of them does."""
    with writing(place.engine) as db:
        rows = {source.slug: source for source in db.exec(select(Source))}
        arrived = [Arrived(rows[slug], found, {}) for slug, found in posts.items()]
        return place.intake.take_in_all(db, arrived, now=place.clock.now())


def test_what_many_sources_bring_is_taken_in_as_if_each_came_alone(engine: Engine) -> None:
    place = a_place(engine, a_config(sources=[a_source(slug) for slug in ("talk", "board", "x")]))
    place.take_in(a_post("1", "Hello"), a_post("5", "Hi"), source="talk")

    counts = arrived_at(
        place,
        {
            "board": [a_post("1", "Lovely weather", author="ben"), a_post("9")],
            "talk": [
                a_post("1", "Hello", author="anna"),  # as it was
                a_post("5", "[deleted]"),
                a_post("2"),  # what she asked on the board
                a_post("3", "Indeed", thread="2", author="ben", is_opening=False),
            ],
            "x": [],
        },
    )

    assert counts == [
        Counts(new=2, signals=1),
        Counts(new=2, updated=1, duplicates=1),
        Counts(),
    ]
    assert len(place.all(Post)) == 6
    assert len(place.all(Thread)) == 5
    assert sorted(author.handle for author in place.all(Author)) == ["anna", "anna", "ben", "ben"]
    assert place.only(Signal).source_id == place.only(Lead).source_id


def test_new_posts_of_many_sources_take_as_many_statements_as_those_of_one(
    sqlite_engine: Engine,
) -> None:
    slugs = [f"s{number}" for number in range(8)]
    place = a_place(sqlite_engine, a_config(sources=[a_source(slug) for slug in slugs]))
    said: list[str] = []

    @event.listens_for(sqlite_engine, "before_cursor_execute")
    def note(_connection: object, _cursor: object, statement: str, *_: object) -> None:
        said.append(statement)

    def statements(*of: str, number: str) -> int:
        said.clear()
        arrived_at(place, {slug: [a_post(number, "Hello", author=f"a{number}")] for slug in of})
        return len(said)

    assert statements(slugs[0], number="1") == statements(*slugs[1:], number="2")


# Cross-posts.


TWO_SOURCES = a_config(sources=[a_source("talk"), a_source("board")])


def test_the_same_words_in_two_places_are_one_signal(engine: Engine) -> None:
    place = a_place(engine, TWO_SOURCES)
    place.take_in(a_post("1"), source="talk")

    counts = place.take_in(a_post("9", at=NOON - timedelta(hours=5)), source="board")

    assert counts == Counts(new=1)
    assert len(place.all(Post)) == 2
    assert len(place.all(Signal)) == len(place.all(Lead)) == 1


@pytest.mark.parametrize(
    "other",
    [
        a_post("9", author="ben"),
        a_post("9", author=None),
        a_post("9", text=f"{ASK} it, please?"),
        a_post("9", at=NOON - 4 * DAY),
    ],
)
def test_other_words_another_author_or_another_week_are_another_signal(
    sqlite_engine: Engine, other: FoundPost
) -> None:
    place = a_place(sqlite_engine, TWO_SOURCES)
    place.take_in(a_post("1"), source="talk")

    assert place.take_in(other, source="board") == Counts(new=1, signals=1)


def test_two_strangers_who_say_the_same_are_two(engine: Engine) -> None:
    place = a_place(engine)

    assert place.take_in(a_post("1", author=None), a_post("2", author=None)).signals == 2


# What may be stored.


LONG = "Hello all. " + "x" * 600 + f" {ASK} a crm? " + "y" * 600


@pytest.mark.parametrize("mode", StorageMode)
def test_a_policy_says_how_much_of_a_signal_s_words_is_stored(
    sqlite_engine: Engine, mode: StorageMode
) -> None:
    config = a_config(policies=[a_policy("feed", store=mode)])
    place = a_place(sqlite_engine, config)

    place.take_in(a_post(text=LONG, title="A title", quoted="they said"))

    post, signal, lead = place.only(Post), place.only(Signal), place.only(Lead)
    lengths = {StorageMode.FULL: len(LONG), StorageMode.EXCERPT: 400 + len(ASK)}
    assert len(post.text) == lengths.get(mode, 0)
    assert (post.quoted == "they said") is (mode is StorageMode.FULL)
    assert post.url == "https://talk.example/t/1"
    assert signal.probability == 0.9
    assert len(signal.evidence) == (0 if mode is StorageMode.NONE else 1)
    assert quoted_wrongly(place) == []
    assert lead.title
    assert holds(sqlite_engine, "A title") is (mode is not StorageMode.NONE)


@pytest.mark.parametrize("mode", [StorageMode.EXCERPT, StorageMode.NONE])
def test_without_leave_to_keep_it_no_word_of_a_post_that_asks_nothing_is_stored(
    sqlite_engine: Engine, mode: StorageMode
) -> None:
    place = a_place(sqlite_engine, a_config(policies=[a_policy("feed", store=mode)]))
    post = a_post(text="Lovely weather", title="Sunshine", quoted="they said", thread="t")

    place.take_in(replace(post, thread_title="Sunshine"))

    assert not holds(sqlite_engine, "weather")
    assert not holds(sqlite_engine, "sunshine")
    assert place.only(Post).url == post.url
    assert place.take_in(replace(post, thread_title="Sunshine")) == Counts(duplicates=1)


def test_eu_mode_leaves_a_hash_of_what_matches_no_topic(engine: Engine) -> None:
    place = a_place(engine, a_config(privacy=PrivacyMode.EU))
    post = a_post(
        text="Lovely weather",
        title="Sunshine",
        quoted="they said",
        author="anna",
        author_url="https://talk.example/u/anna",
        url="https://talk.example/t/sunshine",
    )

    place.take_in(post)
    assert place.take_in(post) == Counts(duplicates=1)

    assert place.only(Post).url is None
    for word in ("weather", "sunshine", "they said", "anna"):
        assert not holds(engine, word)
    assert place.only(Post).content_hash == content_hash(post)


def test_eu_mode_keeps_what_matches_and_learns_who_it_was_when_an_edit_does(
    engine: Engine,
) -> None:
    knows = {ASK: Said(), "crm": Said(p=0.1, is_signal=False)}
    place = a_place(engine, a_config(privacy=PrivacyMode.EU), knows=knows)
    place.take_in(a_post("1", "I like my crm"), a_post("2", "Hello", title="A greeting"))
    assert [post.text for post in place.all(Post)] == ["I like my crm", ""]

    place.take_in(a_post("2", f"{ASK} it?", title="A question"))

    assert place.only(Lead).author_id == place.only(Author).id
    assert "A question" in {thread.title for thread in place.all(Thread)}


def test_the_negatives_of_a_judgement_reach_the_score(engine: Engine) -> None:
    place = a_place(engine, knows={ASK: Said(negatives=(Negative.FREEBIE,))})

    assert place.hear(a_post()).score == pytest.approx(34, abs=0.5)


def test_a_large_batch_is_known_again(sqlite_engine: Engine) -> None:
    place = a_place(sqlite_engine, knows={})
    batch = [a_post(str(n), "Hello", author=None, thread="t") for n in range(501)]

    assert place.take_in(*batch) == Counts(new=501)
    assert place.take_in(*batch) == Counts(duplicates=501)

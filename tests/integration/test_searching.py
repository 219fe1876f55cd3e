"""The full-text index says what the posts say, on both databases, whatever becomes of them."""

from collections.abc import Iterator
from datetime import timedelta

import pytest
from sqlalchemy import Engine, text
from sqlalchemy.engine import make_url
from sqlmodel import Session, col, select

from config.query_text import QueryError
from models.lead import LeadSignal
from models.post import Author, Post, Thread
from models.search import make_index
from models.source import Source
from service.posts.searching import leads_with, posts_with, sought
from service.store.engine import open_engine, reading, writing
from tests.web_house import House, a_house

pytestmark = pytest.mark.every_database


def found(house: House, typed: str) -> list[str]:
    """Return the titles of posts that match, the one that came last first."""
    with reading(house.engine) as db:
        ids = [post_id for _, post_id in posts_with(db, sought(typed))]
        titles = dict(db.exec(select(Post.id, Post.title).where(col(Post.id).in_(ids))).all())
    return [titles[one] for one in ids]


@pytest.fixture(scope="module")
def database(postgres: str) -> str:
    """Return the URL of a database on PostgreSQL that is this module's alone."""
    url = make_url(postgres)
    server = open_engine(postgres)
    with server.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text("CREATE DATABASE searching"))
    server.dispose()
    return url.set(database="searching").render_as_string(hide_password=False)


@pytest.fixture(params=["sqlite", "postgresql"])
def house(request: pytest.FixtureRequest) -> Iterator[House]:
    """Give an installation with three posts, on either database."""
    if request.param == "sqlite":
        yield _with_posts(a_house())
        return
    made = a_house(request.getfixturevalue("database"))
    yield _with_posts(made)
    made.engine.dispose()


def _with_posts(made: House) -> House:
    shop, bau = made.source("Shop Talk"), made.source("Bau Forum")
    crm = made.topic("crm", "CRM")
    made.lead(
        "help-desk", "We don't like spreadsheets.", source=shop, topic=crm,
        url="https://www.talk.example/t/1",
    )  # fmt: skip
    made.lead(
        "Ein CRM", "Was empfiehlt ihr?", source=bau, topic=crm, language="de",
        url="https://bau.example:81/t/1",
    )  # fmt: skip
    _a_post(made, shop, "noise", "A spreadsheet of crm prices")
    return made


def _a_post(house: House, source: Source, title: str, words: str) -> None:
    now = house.clock.now()
    with writing(house.engine) as db:
        writer = Author(source_id=source.id, handle="Ada", handle_norm="ada", first_seen_at=now)
        thread = Thread(source_id=source.id, key=title, title=title, first_seen_at=now)
        db.add_all([writer, thread])
        db.flush()
        db.add(house.post(title, words, source, thread, writer, now + timedelta(hours=1)))


QUERIES = {
    "crm": ["noise", "Ein CRM"],
    "spreadsheet": ["noise"],
    "spreadsheet*": ["noise", "help-desk"],
    '"help desk"': ["help-desk"],
    "desk help": ["help-desk"],
    '"desk help"': [],
    "title:crm": ["Ein CRM"],
    "crm -noise": ["Ein CRM"],
    "crm -(lang:de OR noise)": [],
    "-lang:de crm": ["noise"],
    "lang:de": ["Ein CRM"],
    "author:@ADA": ["noise"],
    "author:nobody": [],
    "site:talk.example": ["help-desk"],
    "site:example": ["Ein CRM", "help-desk"],
    "site:alk.example": [],
    "don't": ["help-desk"],
    '"like spread*"': ["help-desk"],
    "zzend OR yyy": [],
}


def test_the_language_of_topics_finds_what_was_written(house: House) -> None:
    assert {typed: found(house, typed) for typed in QUERIES} == QUERIES


def test_leads_are_found_by_the_posts_they_came_of(house: House) -> None:
    with reading(house.engine) as db:
        ids, is_cut = leads_with(db, sought("crm"))
        assert (len(ids), is_cut) == (1, False)


def test_of_few_leads_all_are_looked_at_however_many_newer_posts_match(house: House) -> None:
    with reading(house.engine) as db:
        (lead,), _ = leads_with(db, sought("crm"))

        assert leads_with(db, sought("crm"), among_these=[lead]) == ([lead], False)
        assert leads_with(db, sought("crm"), among_these=["another"]) == ([], False)
        assert leads_with(db, sought("crm"), among_these=[]) == ([], False)
        assert leads_with(db, sought("desk"), among_these=[lead]) == ([], False)


def test_the_index_follows_what_becomes_of_posts(house: House) -> None:
    with writing(house.engine) as db:
        post = db.exec(select(Post).where(Post.title == "noise")).one()
        post.text = "Nothing but quiet"
        db.add(post)
    assert found(house, "crm") == ["Ein CRM"]
    assert found(house, "quiet") == ["noise"]

    with writing(house.engine) as db:
        db.delete(db.exec(select(Post).where(Post.title == "noise")).one())
    assert found(house, "quiet") == []


def test_what_is_written_and_gone_within_a_transaction_leaves_nothing(house: House) -> None:
    with writing(house.engine) as db:
        post = db.exec(select(Post).where(Post.title == "noise")).one()
        for words in ("first", "second", "third"):
            post.text = words
            db.add(post)
            db.flush()
        _forget(db, "Ein CRM")
    with pytest.raises(ZeroDivisionError):
        _forget_and_fail(house)

    assert found(house, "first OR second OR crm") == []
    assert found(house, "third OR help") == ["noise", "help-desk"]


def _forget_and_fail(house: House) -> None:
    with writing(house.engine) as db:
        _forget(db, "help-desk")
        raise ZeroDivisionError


def _forget(db: Session, title: str) -> None:
    post = db.exec(select(Post).where(Post.title == title)).one()
    post.title, post.text = "", ""
    db.add(post)
    db.flush()


def test_pages_go_on_where_the_last_one_ended(house: House) -> None:
    with reading(house.engine) as db:
        query = sought("crm OR help")
        first = posts_with(db, query, most=2)
        rest = posts_with(db, query, before=first[-1][0], most=2)
        assert (len(first), len(rest)) == (2, 1)
        assert {*first}.isdisjoint(rest)


def test_to_make_the_index_again_changes_nothing(house: House) -> None:
    with house.engine.begin() as connection:
        make_index(connection)
    assert found(house, "crm") == ["noise", "Ein CRM"]


@pytest.mark.parametrize("typed", ["-crm", "NOT (a1 OR b2)", '"open', "crm OR", "(" * 50])
def test_what_looks_for_nothing_says_so(typed: str) -> None:
    with pytest.raises(QueryError):
        sought(typed)


def test_signals_of_a_lead_mark_their_posts_once(house: House) -> None:
    engine: Engine = house.engine
    with reading(engine) as db:
        led = db.exec(select(LeadSignal)).all()
        marked = db.execute(text("SELECT count(*) FROM post_search_doc WHERE is_lead")).scalar()
    assert marked == len(led) == 2

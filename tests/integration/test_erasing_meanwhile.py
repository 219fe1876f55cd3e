"""P21: somebody is erased while messages about them wait, posts of theirs come in, or later."""

import json
import sqlite3
from collections.abc import Iterator
from contextlib import closing

import pytest
from sqlalchemy import Engine
from sqlmodel import select

from models.lead import Lead
from models.post import Author, Post
from models.words import LeadStatus
from service.posts.erasing import erase
from service.store.engine import reading, writing
from tests.builders import SECRET, a_post
from tests.misbehaving import MisbehavingServer
from tests.posting import VARIABLE, WHSEC, House, Receiver, a_house, a_webhook, said

NAME, WORDS = "otterburn", "kelpforest"


@pytest.fixture(autouse=True)
def _secret(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(VARIABLE, WHSEC)


@pytest.fixture
def server() -> Iterator[MisbehavingServer]:
    with MisbehavingServer(Receiver()) as running:
        yield running


@pytest.fixture
def house(sqlite_engine: Engine, server: MisbehavingServer) -> House:
    return a_house(sqlite_engine, a_webhook(server.url("/hook")))


def erased(house: House) -> None:
    with writing(house.place.engine) as db:
        erase(
            db,
            NAME,
            host=None,
            secret=SECRET,
            by="harken",
            config=house.place.config,
            now=house.place.clock.now(),
        )


def is_there(house: House) -> bool:
    """Return whether anything is left of them but what says that something was."""
    with reading(house.place.engine) as db:
        return bool(
            db.exec(select(Author)).all()
            or [post for post in db.exec(select(Post)).all() if post.text or post.title]
            or [one for one in db.exec(select(Lead)).all() if one.status is not LeadStatus.ERASED]
        )


def test_p21_who_is_erased_while_messages_about_them_wait_is_in_none(
    house: House, server: MisbehavingServer
) -> None:
    house.place.take_in(a_post(f"Which CRM for {WORDS}?", author=NAME))
    assert house.plan() >= 1

    erased(house)
    house.send()
    house.plan()
    house.send()

    messages = json.dumps(said(server))
    assert NAME not in messages
    assert WORDS not in messages
    assert "withheld" in house.states()


def test_p21_who_is_erased_while_a_crawl_holds_posts_of_theirs_is_not_stored(
    house: House,
) -> None:
    house.place.take_in(a_post("1", author=NAME))
    fetched = a_post("2", author=NAME.title())

    erased(house)
    house.place.take_in(fetched)

    assert not is_there(house)


def test_p21_an_old_backup_that_was_put_back_is_rid_of_them_by_erasing_again(
    house: House,
) -> None:
    house.place.take_in(a_post("1", author=NAME))
    with closing(sqlite3.connect(":memory:")) as backup:
        copy(house, to=backup)
        erased(house)
        copy(house, to=backup, back=True)
    assert is_there(house), "the backup is older than the wish"

    erased(house)
    house.place.take_in(a_post("3", author=NAME))

    assert not is_there(house)


def copy(house: House, *, to: sqlite3.Connection, back: bool = False) -> None:
    raw = house.place.engine.raw_connection()
    try:
        ours = raw.driver_connection
        assert isinstance(ours, sqlite3.Connection)
        if back:
            to.backup(ours)
        else:
            ours.backup(to)
    finally:
        raw.close()

"""Sources that people name, pause and remove."""

from pathlib import Path

import pytest
from sqlalchemy import Engine
from typer import BadParameter

from models.source import Source
from models.words import SourceHealth
from service.cli.sources import add
from service.errors import NotFoundError, RefusedError
from service.house import House
from service.listening.leases import lease_named
from service.listening.polling import lease
from service.listening.sourcing import languages, remove, set_paused
from service.store.engine import writing
from tests.builders import Place, a_config, a_place, a_post, a_source


@pytest.fixture
def place(engine: Engine) -> Place:
    off = a_source("off").model_copy(update={"active": False})
    return a_place(engine, a_config(sources=(off, a_source("talk"), a_source("board"))))


@pytest.fixture
def house(place: Place, tmp_path: Path) -> House:
    return House(
        folder=tmp_path,
        config=a_config(),
        engine=place.engine,
        secret=b"s" * 32,
        clock=place.clock,
    )


def test_a_named_source_that_may_not_be_polled_says_why(place: Place, house: House) -> None:
    with writing(place.engine) as db:
        set_paused(db, "talk", paused=True)
        lease_named(db, ["board"], now=place.clock.now())

    with pytest.raises(RefusedError) as refused:
        lease(house, slugs=["off", "talk", "board", "off"])

    off, paused, busy = str(refused.value).split("; ")
    assert off.startswith("off is off: ")
    assert paused.startswith("talk is paused: ")
    assert busy.startswith("board is being polled right now: ")


def test_a_refused_name_keeps_no_other_source_leased(place: Place, house: House) -> None:
    with pytest.raises(RefusedError):
        lease(house, slugs=["off", "talk"])

    assert all(row.lease_token is None for row in place.all(Source))


def test_a_name_that_no_source_has_is_not_found(house: House) -> None:
    with pytest.raises(NotFoundError, match="'nowhere'"):
        lease(house, slugs=["talk", "nowhere"])


def test_what_is_off_is_neither_paused_nor_resumed(place: Place) -> None:
    for paused in (True, False):
        refused = pytest.raises(RefusedError, match=r"off is off; sources\.toml")
        with refused, writing(place.engine) as db:
            set_paused(db, "off", paused=paused)


def test_a_paused_source_is_polled_again_when_it_is_resumed(place: Place, house: House) -> None:
    with writing(place.engine) as db:
        set_paused(db, "talk", paused=True)
    with writing(place.engine) as db:
        set_paused(db, "talk", paused=False)

    (leased,) = lease(house, slugs=["talk"])
    assert leased.source.health is SourceHealth.OK


def test_posts_of_every_language_are_counted_by_source(place: Place) -> None:
    place.take_in(
        a_post("1", "We are looking for a van and do not know which of them to buy."),
        a_post("2", "Thank you for the answers, they have helped me a lot."),
        a_post("3", "Wir suchen ein neues Auto und wissen nicht, welches wir kaufen sollen."),
    )

    with writing(place.engine) as db:
        ((_, counted),) = languages(db).items()

    assert dict(counted) == {"en": 2, "de": 1}


def test_removing_twice_is_told_so(place: Place) -> None:
    with writing(place.engine) as db:
        row = next(source for source in place.all(Source) if source.slug == "talk")
        row.from_files = False
        db.add(row)
    with writing(place.engine) as db:
        remove(db, "talk")

    with pytest.raises(RefusedError, match="removed before"), writing(place.engine) as db:
        remove(db, "talk")


@pytest.mark.parametrize("every", ["1s", "0m", "often"])
def test_an_interval_that_is_impolite_or_nonsense_is_bad_usage(every: str, tmp_path: Path) -> None:
    with pytest.raises(BadParameter):
        add("http://127.0.0.1:1/", data=tmp_path, every=every)

"""What a draft of a topic would gain and lose, read within bounds."""

import pytest
from sqlalchemy import Engine

from config.topic import Topic
from models.signal import Signal
from models.words import SignalStatus
from service.previewing import effect_of
from service.store.engine import reading, writing
from tests.builders import ASK, NO_TAKERS, Place, a_config, a_place, a_post, a_topic


@pytest.fixture
def place(engine: Engine) -> Place:
    place = a_place(engine, a_config(users=NO_TAKERS))
    said = ("crm for ten", "crm for the moon", "erp for ten", "nothing at all")
    for number, words in enumerate(said):
        place.take_in(a_post(str(number), f"{ASK} a {words}?", author=f"a{number}"))
    return place


def draft(**changes: object) -> Topic:
    return a_topic("crm").model_copy(update=changes)


def test_gains_and_losses_are_counted_against_what_is_saved(place: Place) -> None:
    wanted = draft(keywords=("crm", "erp"), exclusions=("moon",))
    with reading(place.engine) as db:
        effect = effect_of(db, wanted, a_topic("crm"))
    assert (effect.read, effect.is_all, effect.found, effect.was_found) == (4, True, 2, 2)
    assert (effect.gained, effect.lost) == (1, 1)
    assert [match.is_new for match in effect.matches] == ["erp" in m.text for m in effect.matches]
    assert (effect.signals, effect.signals_lost) == (2, 1)
    assert "moon" in effect.losses[0].text


def test_a_new_topic_has_nothing_to_lose(place: Place) -> None:
    with reading(place.engine) as db:
        effect = effect_of(db, draft(id="new"), None)
    assert (effect.was_found, effect.gained, effect.lost, effect.signals) == (None, 0, 0, 0)
    assert effect.found == 2


def test_a_higher_threshold_loses_signals_that_people_confirmed_first(place: Place) -> None:
    with writing(place.engine) as db:
        for number, signal in enumerate(place.all(Signal)):
            signal.probability = 0.5
            signal.status = SignalStatus.CONFIRMED if number else SignalStatus.NEW
            db.add(signal)
    with reading(place.engine) as db:
        effect = effect_of(db, draft(threshold=0.6), a_topic("crm"))
    assert (effect.signals_lost, effect.confirmed_lost, effect.lost) == (2, 1, 2)
    assert [loss.was_confirmed for loss in effect.losses] == [True, False]


def test_reading_stops_at_its_bounds(place: Place) -> None:
    with reading(place.engine) as db:
        few = effect_of(db, draft(), None, most=2)
        no_time = effect_of(db, draft(), None, seconds=0.0)
    assert (few.read, few.is_all) == (2, False)
    assert no_time.read == 4, "one batch is always read"
    assert few.found_share <= 1

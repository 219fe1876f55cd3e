from nlp.competitors import mark_competitors
from nlp.phrases import TopicIndex, TopicPhrases
from nlp.slots import TextSlotReader
from nlp.text import read

TOPIC = TopicPhrases("rota", keywords=("rota",), competitors=("Shiftbook", "duty planner"))


def named(title: str, body: str) -> dict[str, list[str]]:
    slots = TextSlotReader().read(read(title, body))
    (match,) = TopicIndex.build([TOPIC]).match(title, body)
    found: dict[str, list[str]] = {}
    for slot in mark_competitors(slots, match):
        found.setdefault(slot.name, []).append(slot.text)
    return found


def test_a_product_that_the_topic_competes_with_is_a_competitor() -> None:
    found = named("", "We tried Shiftbook Pro and Rotabase for the rota.")

    assert found["competitors"] == ["Shiftbook Pro"]
    assert found["products"] == ["Rotabase"]


def test_a_competitor_that_was_not_read_as_a_product_is_added_once() -> None:
    found = named("A rota please", "so duty planner is slow, duty planner is dear")

    assert found["competitors"] == ["duty planner"]


def test_a_topic_without_competitors_in_the_post_changes_nothing() -> None:
    assert "competitors" not in named("", "We tried Rotabase for the rota.")

from nlp.cues import finder
from nlp.features import Features, extract, place_of
from nlp.text import read


def features(title: str, body: str, known: set[str] | None = None) -> Features:
    return extract(
        read(title, body), finder=finder(), common=frozenset(("best", "for", "a")), known=known
    )


def test_words_and_pairs_know_where_they_stand() -> None:
    found = features("Best printer", "a printer for us")

    assert found.places()["t:printer"] == [(0, 1, 2)]
    assert found.places()["a:printer"] == [(0, 1, 2), (1, 1, 2)]
    assert found.places()["a:for us"] == [(1, 2, 4)]
    assert found.places()["a:us $"] == [(1, 3, 5)]


def test_a_skeleton_keeps_common_words_and_goods_and_folds_the_rest() -> None:
    found = features("Best printer for a very small zoo", "")

    assert found.places()["d:best <goods> for a"] == [(0, 0, 4)]
    assert found.places()["d:for a _"] == [(0, 2, 7)]


def test_a_reply_without_a_title_is_not_counted_against_its_author() -> None:
    assert not [name for name in features("", "a printer").values if name[:2] in ("t:", "d:")]


def test_a_cue_in_a_question_about_goods_counts_for_each() -> None:
    found = features("", "Hello. Is the Lumabox printer worth it?")

    marks = {"c:asks_worth", "cq:asks_worth", "cg:asks_worth", "cn:asks_worth", "cq:<goods>"}
    assert marks <= set(found.values)
    assert "ct:asks_worth" not in found.values


def test_the_shape_of_a_post_is_between_nothing_and_a_third() -> None:
    found = features("Why?", "I need $20 and $30 " * 50 + "> quoted\n" * 3)

    shapes = {name: value for name, value in found.values.items() if name.startswith("s:")}
    assert {"s:question in title", "s:<money>", "s:any first person"} <= set(shapes)
    assert all(0 < value <= 0.3 for value in shapes.values())


def test_only_features_that_somebody_knows_are_gathered() -> None:
    known = {"t:best", "s:goods", "c:asks_best"}

    assert set(features("Best printer for us", "hello", known).values) == known


def test_a_place_is_the_tokens_that_a_span_touches() -> None:
    body = read("", "one two three").body

    assert place_of(body, 1, start=4, end=9) == (1, 1, 3)
    assert place_of(body, 1, start=3, end=4) == (1, 1, 1)

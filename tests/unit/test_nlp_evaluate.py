import math
from typing import Any

import pytest

from models.words import Kind, Role
from nlp.evaluate import Report, compare, measure, overlaps
from nlp.judgement import Judgement
from nlp.labelled import LabelledPost

SIGNAL, NO_SIGNAL = 0.9, 0.1


def judged(probability: float, **more: Any) -> Judgement:
    usual: dict[str, Any] = {
        "signal": probability >= 0.5, "uncertain": False, "solved": False,
        "probability": probability, "strength": 2, "kind": Kind.RECOMMENDATION,
        "role": Role.SEEKER, "journey_step": None, "language": "en", "wants": None,
        "products": (), "budget": None, "timeline": None, "authority": None, "slots": (),
        "evidence": (), "negatives": (), "model": "m",
    }  # fmt: skip
    return Judgement(**usual | more)


def labelled(strength: int, **more: Any) -> LabelledPost:
    return LabelledPost(id="1", title="t", body="", strength=strength, **more)


def report(*pairs: tuple[LabelledPost, Judgement]) -> Report:
    return measure(pairs, model="m", threshold=0.5, draws=40)


def test_latent_needs_count_neither_way() -> None:
    found = report(
        (labelled(2), judged(SIGNAL)),
        (labelled(1), judged(SIGNAL)),
        (labelled(0), judged(NO_SIGNAL)),
    )

    assert (found.posts, found.signals) == (3, 1)
    assert found.overall["precision"].value == found.overall["recall"].value == 1
    assert found.overall["brier"].value == pytest.approx(0.01)


def test_rows_say_how_kinds_roles_and_platforms_did() -> None:
    found = report(
        (labelled(3, kind=Kind.PRICING, platform="forum", role=Role.SEEKER), judged(SIGNAL)),
        (labelled(2, kind=Kind.RECOMMENDATION, role=Role.SEEKER), judged(NO_SIGNAL)),
        (labelled(0, role=Role.SELLER, platform="forum"), judged(SIGNAL)),
    )

    assert found.kinds["pricing"].figures["found"].value == 1
    assert found.kinds["pricing"].figures["right"].value == 0
    assert found.kinds["recommendation"].figures["found"].value == 0
    assert found.roles["seller"].figures["flagged"].value == 1
    assert list(found.platforms) == ["forum", "unknown"]
    assert found.platforms["forum"].posts == 2


def test_a_slot_is_found_when_half_of_the_words_are() -> None:
    wants = "label printer for small shop"
    post = labelled(2, wants=wants, budget="$50", products=("A b", "C"), has_slots=True)
    found = report(
        (post, judged(SIGNAL, wants="small label printer", budget="$90", products=("a B", "D"))),
        (labelled(2, has_slots=True), judged(SIGNAL, wants="van")),
        (labelled(2), judged(SIGNAL, wants="not asked about")),
    ).slots

    assert found["wants"].figures["precision"].value == 0.5
    assert found["wants"].figures["recall"].value == 1
    assert found["budget"].figures["recall"].value == 1  # the sign is one of its two words
    assert found["products"].figures["precision"].value == 0.5
    assert found["products"].figures["recall"].value == 0.5
    assert math.isnan(found["timeline"].figures["recall"].value)


@pytest.mark.parametrize(
    ("value", "label", "same"),
    [("a b", "A b c d", True), ("a", "a b c", False), ("x", "", False), ("", "a", False)],
)
def test_overlap_is_of_the_labels_words(value: str, label: str, same: bool) -> None:
    assert overlaps(value, label) is same


def test_what_is_not_defined_is_null_in_json() -> None:
    document: Any = report((labelled(0), judged(NO_SIGNAL))).to_json()

    assert document["average_precision"] == {"value": None, "low": None, "high": None}
    assert document["brier"]["value"] == 0.01
    assert document["kinds"] == {}


def test_figures_that_need_both_classes_are_left_open_with_one() -> None:
    signals = report((labelled(2), judged(SIGNAL)), (labelled(3), judged(NO_SIGNAL))).overall
    missed = report((labelled(2), judged(NO_SIGNAL))).overall

    assert math.isnan(signals["roc_auc"].value)
    assert (signals["recall"].value, signals["precision"].value) == (0.5, 1)
    assert (missed["recall"].value, missed["f1"].value) == (0, 0)
    assert math.isnan(missed["precision"].value)


def test_nothing_to_measure_gives_no_figures() -> None:
    assert math.isnan(report().overall["f1"].value)


def test_every_figure_has_an_interval_around_it() -> None:
    pairs = [(labelled(2 * (n % 2)), judged(0.1 + 0.08 * (n % 11))) for n in range(60)]

    for figure in report(*pairs).overall.values():
        assert figure.low <= figure.value <= figure.high or figure.value == 0


@pytest.mark.parametrize(("signals", "others"), [(1, 0), (60, 0), (0, 60), (9, 60), (60, 9)])
def test_too_few_of_a_class_give_no_interval(signals: int, others: int) -> None:
    pairs = [
        *[(labelled(2, kind=Kind.NEED), judged(0.1 * (n % 10))) for n in range(signals)],
        *[(labelled(0), judged(0.1 * (n % 10))) for n in range(others)],
    ]

    found = report(*pairs)
    gains = compare(pairs, pairs[::-1], thresholds=(0.5, 0.5), draws=40)

    figures = [*found.overall.values(), *found.platforms["unknown"].figures.values()]
    for figure in (*figures, *(gain.gain for gain in gains.values())):
        assert math.isnan(figure.low)
        assert math.isnan(figure.high)
    assert found.overall["brier"].value >= 0


def test_a_share_of_few_or_without_any_doubt_has_no_interval() -> None:
    few = [(labelled(2, kind=Kind.NEED), judged(0.1 * n)) for n in range(9)]
    all_found = [(labelled(2, kind=Kind.PRICING), judged(SIGNAL)) for _ in range(30)]
    most_found = [(labelled(2, kind=Kind.PURCHASE), judged(0.1 * n)) for n in range(10)]

    kinds = report(*few, *all_found, *most_found).kinds

    assert math.isnan(kinds["need"].figures["found"].low)
    assert kinds["pricing"].figures["found"].value == 1
    assert kinds["pricing"].figures["found"].to_json()["low"] is None
    assert kinds["purchase"].figures["found"].low < kinds["purchase"].figures["found"].high


def test_rows_say_how_posts_of_each_length_did() -> None:
    short, long = labelled(2), LabelledPost(id="2", title="t", body="word " * 200, strength=0)

    lengths = report((short, judged(SIGNAL)), (long, judged(SIGNAL))).lengths

    assert {name: row.posts for name, row in lengths.items()} == {
        "over 150 words": 1,
        "up to  20 words": 1,
    }


def test_two_models_are_compared_on_the_same_posts() -> None:
    posts = [*[labelled(2), labelled(0)] * 10, labelled(1)]
    good = [(post, judged(SIGNAL if post.is_signal else NO_SIGNAL)) for post in posts]
    good[0] = (posts[0], judged(NO_SIGNAL))
    bad = [(post, judged(NO_SIGNAL if post.is_signal else SIGNAL)) for post in posts]

    gains = compare(bad, good, thresholds=(0.5, 0.5), draws=40)

    assert gains["f1"].first == 0.0
    assert gains["f1"].second == pytest.approx(18 / 19)
    assert 0 < gains["f1"].gain.low < gains["f1"].gain.value <= gains["f1"].gain.high
    told = gains["brier"].to_json()
    assert told["first"] == pytest.approx(0.81)
    assert told["second"] == pytest.approx((19 * 0.01 + 0.81) / 20)


def test_a_model_gains_nothing_over_itself() -> None:
    pairs = [(labelled(2), judged(SIGNAL)), (labelled(0), judged(NO_SIGNAL))]

    gains = compare(pairs, pairs, thresholds=(0.5, 0.5), draws=40)

    assert all(gain.gain.value == 0.0 or math.isnan(gain.gain.value) for gain in gains.values())

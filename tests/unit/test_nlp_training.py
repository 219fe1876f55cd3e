import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from sklearn.feature_extraction import DictVectorizer
from sklearn.linear_model import LogisticRegression

from nlp.artefact import load_model
from nlp.calibration import calibrate, fit_platt, probabilities
from nlp.cues import finder
from nlp.errors import TrainingError
from nlp.features import extract
from nlp.labelled import LabelledPost
from nlp.linear import log_odds, probability
from nlp.primer import made_up_posts
from nlp.text import read
from nlp.training import TrainedModel, train


def some_posts() -> list[LabelledPost]:
    """Return posts as a user might have them: what Harken made up, with a few latent needs."""
    posts = [replace(post, is_made_up=False) for post in made_up_posts(seed=1)[::4]]
    latent = [
        LabelledPost(
            id=f"latent {n}",
            title="I keep losing my notes",
            body="It is a mess and I wonder how others keep them." + " Really." * n,
            strength=1,
            community=f"made up {n}",
        )
        for n in range(10)
    ]
    return posts + latent


@pytest.fixture(scope="module")
def trained() -> TrainedModel:
    return train(some_posts())


def test_the_same_posts_give_the_same_bytes_in_any_order(
    trained: TrainedModel, tmp_path: Path
) -> None:
    again = train(reversed(some_posts()))

    assert again.arrays == trained.arrays
    assert again.model.card == trained.model.card
    trained.write(tmp_path / "one")
    again.write(tmp_path / "two")
    for name in ("model.npz", "card.json"):
        assert (tmp_path / "one" / name).read_bytes() == (tmp_path / "two" / name).read_bytes()


def test_the_score_is_that_of_scikit_learn(trained: TrainedModel) -> None:
    linear, cues = trained.model.linear, finder()
    posts = sorted(
        (post for post in some_posts() if post.strength != 1),
        key=lambda post: (post.community, post.id, post.title, post.body),
    )
    found = [
        extract(read(p.title, p.body), finder=cues, common=linear.common, known=linear.index)
        for p in posts
    ]
    vectoriser = DictVectorizer().fit([dict.fromkeys(linear.index, 1.0)])
    rows = vectoriser.transform([features.values for features in found]).toarray()
    fitted = LogisticRegression(C=1.0, solver="liblinear", random_state=0).fit(
        rows, [int(post.is_signal) for post in posts]
    )

    ours = [linear.score(features).signal for features in found]

    assert ours == pytest.approx(fitted.decision_function(rows).tolist(), abs=1e-6)


def test_a_written_model_is_read_as_it_was(trained: TrainedModel, tmp_path: Path) -> None:
    trained.write(tmp_path)

    model = load_model(tmp_path)

    assert model.version == trained.model.version
    assert model.card.to_json() == trained.model.card.to_json()
    assert model.linear.index == trained.model.linear.index
    assert np.array_equal(model.linear.weights, trained.model.linear.weights)


def test_a_card_says_what_was_measured_and_how(trained: TrainedModel) -> None:
    card = json.loads(trained.model.card.to_json())

    measured = card["measured"]["signal"]
    value, low, high = measured["average_precision"]
    assert low <= value <= high
    assert "no community on both sides" in measured["how"]
    assert card["data"]["made_up_posts"] == 0
    assert card["data"]["latent"] == sum(post.strength == 1 for post in some_posts())
    assert len(card["data"]["sha256"]) == 64
    assert card["notes"]["intended_use"]


def test_made_up_posts_train_but_do_not_measure(trained: TrainedModel) -> None:
    made_up = made_up_posts(seed=2)[::9]

    more = train(some_posts(), made_up=made_up)

    assert more.model.card.data["posts"] == trained.model.card.data["posts"]
    assert more.model.card.data["sha256"] == trained.model.card.data["sha256"]
    assert more.model.card.data["made_up_posts"] == len(made_up)
    assert more.arrays != trained.arrays


@pytest.mark.parametrize(
    "posts",
    [
        [],
        [LabelledPost(id="1", title="a", body="b", strength=2, community="c")] * 20,
        [post for post in some_posts() if not post.is_signal],
        [replace(post, community="one") for post in some_posts()],
    ],
)
def test_too_little_to_learn_from_is_said_in_words(posts: list[LabelledPost]) -> None:
    with pytest.raises(TrainingError):
        train(posts)


def test_made_up_posts_are_the_same_for_a_seed_and_of_every_kind() -> None:
    posts = made_up_posts(seed=5)

    assert posts == made_up_posts(seed=5)
    assert posts != made_up_posts(seed=6)
    assert len({post.id for post in posts}) == len(posts)
    assert all(post.is_made_up and (post.title or post.body) for post in posts)


def test_probabilities_never_overflow() -> None:
    assert probability(1e9) == 1
    assert 0 <= probability(-1e9) < 1e-300
    assert log_odds(probability(1.5)) == pytest.approx(1.5)


def test_calibration_is_left_alone_where_it_does_not_help() -> None:
    odds = np.array([-2.0, -1.0, 0.0, 1.0, 2.0] * 8)
    labels = np.array([0, 0, 1, 0, 1] * 8)
    rows = np.arange(40)
    wild = np.array([5.0, -5.0] * 20)

    slope, _ = fit_platt(wild, np.array([1, 0, 0, 1] * 10))
    (changed, _), fitted = calibrate(
        3 * odds, labels, [(rows[:20], rows[20:]), (rows[20:], rows[:20])]
    )
    kept, plain = calibrate(odds, (probabilities(odds) > 0.5).astype(int), [(rows[:5], rows)])

    assert abs(slope) < 0.1
    assert changed < 1
    assert len(fitted) == len(plain) == 40
    assert len(kept) == 2

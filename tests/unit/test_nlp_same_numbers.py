"""What was written for speed gives the very numbers of what it says, written for reading."""

from collections.abc import Iterator

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from nlp.artefact import load_model
from nlp.cues import finder
from nlp.explain import explain
from nlp.features import NGRAM_VALUE, Features, Place, extract
from nlp.linear import Scores
from nlp.text import Text, read

LINEAR = load_model().linear
WORDS = st.sampled_from(
    [
        "which crm", "do you use", "?", "we are", "nine", "people", ".", "looking for", "a van,",
        "5k", "by march", "\n", "> no",
    ]
)  # fmt: skip
POSTS = st.lists(WORDS, max_size=15).map(" ".join)


def features_of(title: str, body: str, *, every: bool = False) -> tuple[Text, Features]:
    text = read(title, body)
    known = None if every else LINEAR.index
    return text, extract(text, finder=finder(), common=LINEAR.common, known=known)


def grams(words: list[str]) -> Iterator[tuple[str, int, int]]:
    """Yield the words and pairs between the marks of beginning and end, with their tokens."""
    framed = ["^", *words, "$"]
    for at, word in enumerate(framed):
        yield word, max(0, at - 1), at
        if at:
            yield f"{framed[at - 1]} {word}", max(0, at - 2), at


@given(title=POSTS, body=POSTS)
def test_words_and_pairs_stand_where_they_are(title: str, body: str) -> None:
    text, features = features_of(title, body, every=True)

    expected: dict[str, list[Place]] = {}
    for number, part in enumerate(text.fields):
        if number == 0 and not part.tokens.norms:
            continue
        for gram, first, last in grams(part.tokens.norms):
            expected.setdefault(f"a:{gram}", []).append((number, first, last))
    found = {name: places for name, places in features.places.items() if name[:2] == "a:"}
    assert found == expected
    assert {features.values[name] for name in expected} <= {NGRAM_VALUE}


@given(title=POSTS, body=POSTS)
def test_a_score_is_the_sum_of_weights_times_values(title: str, body: str) -> None:
    _, features = features_of(title, body)
    scores = LINEAR.score(features)

    rows = [LINEAR.index[name] for name in features.values]
    values = np.array(list(features.values.values()))
    totals = ((LINEAR.weights[rows] * values[:, None]).sum(axis=0) + LINEAR.intercepts).tolist()
    assert [scores.signal, scores.latent, scores.hot, *scores.others] == totals


@given(title=POSTS, body=POSTS)
def test_each_contribution_goes_to_its_tokens_in_equal_parts(title: str, body: str) -> None:
    text, features = features_of(title, body)
    scores = LINEAR.score(features)

    explained = explain(text, features, scores)

    tokens, shape = shared_out(text, features, scores)
    assert explained.tokens == tokens
    assert explained.shape == shape


def shared_out(
    text: Text, features: Features, scores: Scores
) -> tuple[tuple[list[float], list[float]], float]:
    tokens = ([0.0] * len(text.title.tokens), [0.0] * len(text.body.tokens))
    shape = 0.0
    for name, contribution in scores.contributions.items():
        places = features.places[name]
        if not places:
            shape += contribution
        for number, first, last in places:
            row = tokens[number]
            covered = range(first, min(last, len(row)))
            if not covered:
                shape += contribution / len(places)
            for position in covered:
                row[position] += contribution / len(places) / len(covered)
    return tokens, shape

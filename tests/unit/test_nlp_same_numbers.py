"""What was written for speed gives the very numbers of what it says, written for reading."""

from collections.abc import Iterator

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from nlp.artefact import load_model
from nlp.cues import finder
from nlp.explain import explain
from nlp.features import NGRAM_VALUE, Features, Place, extract
from nlp.language import language_of_post, language_of_text
from nlp.linear import Scores
from nlp.slot_budget import OF_CHEAP, OF_LITTLE
from nlp.slot_timeline import OF_HASTE, OF_READINESS, OF_SOON
from nlp.text import Text, read, tokenise
from nlp.wording import Wording

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
    found = {name: places for name, places in features.places().items() if name[:2] == "a:"}
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
    assert explained.shape == pytest.approx(shape, abs=1e-12)
    for row, expected in zip(explained.tokens, tokens, strict=True):
        assert row == pytest.approx(expected, abs=1e-12)


def shared_out(
    text: Text, features: Features, scores: Scores
) -> tuple[tuple[list[float], list[float]], float]:
    tokens = ([0.0] * len(text.title.tokens), [0.0] * len(text.body.tokens))
    shape, all_places = 0.0, features.places()
    for name, contribution in scores.contributions.items():
        places = all_places[name]
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


WIDE_BLANK = "\u2003"  # no blank to those who look for plain words between blanks


@given(
    st.lists(
        st.sampled_from(
            [
                "which",
                "crm",
                ",",
                "?",
                "...",
                "vs.",
                "don't",
                "e4",
                "http",
                "www.",
                "\u00e9t\u00e9",
                "(a)",
                "\n",
            ]
        ),
        max_size=15,
    ),
    st.sampled_from(["", " ", "  "]),
)
def test_plain_words_are_cut_like_all_others(words: list[str], between: str) -> None:
    text = between.join(words)

    plain, others = tokenise(text), tokenise(text.replace(" ", WIDE_BLANK))

    assert (plain.norms, plain.starts, plain.ends) == (others.norms, others.starts, others.ends)


BODIES = st.lists(
    st.sampled_from(
        [
            "the crm that we have ",
            "das ist nicht f\u00fcr uns ",
            "> und die\n",
            "[quote]",
            "[/quote]",
            "\n-- \n",
            "x ",
        ]
    ),
    max_size=80,
).map("".join)


@given(title=BODIES, body=BODIES)
def test_a_post_that_is_read_already_is_in_the_same_language(title: str, body: str) -> None:
    assert language_of_text(read(title, body)) == language_of_post(title, body)


@pytest.mark.parametrize("wording", [OF_CHEAP, OF_LITTLE, OF_HASTE, OF_READINESS, OF_SOON])
@given(data=st.data())
def test_every_match_of_a_wording_has_one_of_its_words(
    wording: Wording, data: st.DataObject
) -> None:
    text = data.draw(st.from_regex(wording.pattern))

    found = [match.span() for match in wording.pattern.finditer(text)]

    assert [match.span() for match in wording.finditer(text)] == found

"""Posts without a phrase of a topic that talk like its examples."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nlp.phrases import TopicIndex, TopicPhrases
from nlp.similarity import profile_of, similarity, stem_of, weight

EXAMPLES = (
    "Which digital piano with weighted keys would you get for a beginner?",
    "Is a used upright piano worth it, and what does a tuner cost?",
    "Keyboard with 88 keys and headphones for a small flat, nearly like a real piano?",
)
PIANOS = TopicPhrases(
    "pianos", keywords=("grand piano",), exclusions=("piano wire",), examples=EXAMPLES,
    similarity=0.2,
)  # fmt: skip
ALIKE = "My daughter is a beginner. Do we rent an upright or get a keyboard with weighted keys?"


def test_a_post_that_talks_like_the_examples_matches_with_the_words_that_say_so() -> None:
    (match,) = TopicIndex.build([PIANOS]).match("Lessons", ALIKE)

    assert match.fit >= 0.2
    assert {phrase.reason for phrase in match.phrases} == {"similar"}
    assert {"upright", "keyboard", "weighted", "keys"} <= {p.text for p in match.phrases}
    for phrase in match.phrases:
        assert phrase.span.field == "body"
        assert ALIKE[phrase.span.start : phrase.span.end] == phrase.text
    weights = [phrase.weight for phrase in match.phrases]
    assert weights == sorted(weights, reverse=True)
    assert sum(weights) == pytest.approx(match.fit, abs=0.001)


@pytest.mark.parametrize(
    "body",
    [
        "",
        "My daughter wants to begin with the violin. Which one?",
        "A keyboard with keys",  # two words are shared by chance
        "keyblade keynes tuners keyboardist",  # as long as they only begin alike
        "Do not touch the piano wire! The keyboard has weighted keys for a beginner.",
    ],
)
def test_a_post_about_something_else_does_not(body: str) -> None:
    assert TopicIndex.build([PIANOS]).match("", body) == ()


def test_a_phrase_says_more_than_similarity() -> None:
    (match,) = TopicIndex.build([PIANOS]).match("", f"{ALIKE} Or a grand piano?")

    assert [phrase.reason for phrase in match.phrases] == ["keyword"]


def test_similar_posts_match_only_where_a_topic_asks_for_them() -> None:
    off = TopicPhrases("off", keywords=("grand piano",), examples=EXAMPLES)
    strict = TopicPhrases("strict", examples=EXAMPLES, similarity=0.9)
    little = TopicPhrases("little", examples=("Is it any good?",), similarity=0.01)

    assert TopicIndex.build([off, strict, little]).match("", ALIKE) == ()


def test_similar_posts_have_to_be_in_a_language_of_the_topic() -> None:
    german = TopicPhrases("de", examples=EXAMPLES, similarity=0.2, languages=("de",))

    assert TopicIndex.build([german]).match("", ALIKE) == ()


@pytest.mark.parametrize(
    ("word", "stem"),
    [
        ("keys", "key"),
        ("running", "run"),
        ("calling", "call"),
        ("companies", "compan"),
        ("company", "compan"),
        ("it's", "it"),
        ("price", "pric"),
        ("as", "as"),
    ],
)
def test_the_usual_endings_are_taken_off(word: str, stem: str) -> None:
    assert stem_of(word) == stem


def test_what_is_said_anywhere_says_least() -> None:
    anywhere, every_day, seldom = (weight(stem_of(word)) for word in ("anyone", "ticket", "piano"))

    assert anywhere < every_day < seldom


def test_a_profile_is_a_vector_of_length_one() -> None:
    assert math.hypot(*profile_of(EXAMPLES).weights.values()) == pytest.approx(1)
    assert profile_of(["Is it any good?"]).weights == {}


@given(st.lists(st.sampled_from(" ".join(EXAMPLES).lower().split()), max_size=30).map(" ".join))
def test_similarity_is_a_share_and_its_words_add_up_to_it(body: str) -> None:
    profile = profile_of(EXAMPLES)

    score, words = similarity(profile, body, seen=profile.weights.keys())

    assert 0 <= score <= 1.0001
    assert score == pytest.approx(sum(word.share for word in words))
    assert bool(words) == (score > 0)


def test_a_long_post_is_read_at_its_beginning() -> None:
    profile = profile_of(EXAMPLES)
    far = "garden " * 300 + ALIKE.lower()

    assert similarity(profile, far, seen=profile.weights.keys()) == (0.0, [])
    assert similarity(profile, ALIKE.lower(), seen=["piano"]) == (0.0, [])

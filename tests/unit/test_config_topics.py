"""Topics and the phrases that will find the wrong posts."""

import pytest
from pydantic import ValidationError

from config.phrases import everyday_words, risky_phrases
from config.topic import MOST_PHRASES, Topic


def a_topic(
    *,
    keywords: tuple[str, ...] = ("help desk",),
    products: tuple[str, ...] = (),
    competitors: tuple[str, ...] = (),
    exclusions: tuple[str, ...] = (),
) -> Topic:
    return Topic(
        id="t",
        name="T",
        keywords=keywords,
        products=products,
        competitors=competitors,
        exclusions=exclusions,
    )


def test_phrases_come_with_the_name_of_their_list_and_without_exclusions() -> None:
    topic = a_topic(keywords=("crm",), competitors=("pipedrive",), exclusions=("scrum",))
    assert list(topic.phrases()) == [("keyword", "crm"), ("competitor", "pipedrive")]


def test_languages_are_codes() -> None:
    topic = Topic(id="t", name="T", keywords=("crm",), languages=("en", "de"))
    assert topic.languages == ("en", "de")


def test_posts_whose_language_can_not_be_told_may_be_all_that_is_asked_for() -> None:
    assert Topic(id="t", name="T", keywords=("crm",), languages=("und",)).languages == ("und",)


def test_a_topic_that_finds_nothing_is_refused() -> None:
    with pytest.raises(ValidationError, match="finds nothing: write at least one phrase"):
        a_topic(keywords=(), exclusions=("scrum",))


def test_a_topic_is_no_dictionary() -> None:
    words = tuple(f"word {number}" for number in range(MOST_PHRASES))
    assert len(list(a_topic(keywords=words).phrases())) == MOST_PHRASES
    with pytest.raises(ValidationError, match="has 2,001 phrases"):
        a_topic(keywords=words, exclusions=("one more",))


def test_a_topic_cannot_be_changed() -> None:
    topic = a_topic()
    with pytest.raises(ValidationError, match="frozen"):
        topic.name = "other"


def warnings(topic: Topic) -> list[str]:
    return [f"{path[0]}[{path[1]}] {message}" for path, message in risky_phrases(topic)]


@pytest.mark.parametrize("word", ["ticket", "Window", "monday", "close", "software", "the"])
def test_an_everyday_word_alone_is_risky(word: str) -> None:
    assert warnings(a_topic(keywords=(word,))) == [
        f"keywords[0] {word!r} alone is an everyday word; add what makes it yours"
    ]


@pytest.mark.parametrize(
    "phrase", ["ticketing system", "monday.com", "close crm", "crm", "zendesk"]
)
def test_a_phrase_with_a_meaning_of_its_own_is_not(phrase: str) -> None:
    assert warnings(a_topic(keywords=(phrase,))) == []


def test_two_letters_alone_are_risky() -> None:
    assert "alone means too many things" in warnings(a_topic(keywords=("RT",)))[0]


@pytest.mark.parametrize("name", ["C++", "c#", "F#", ".NET", "go+"])
def test_a_name_with_a_sign_in_it_is_a_name(name: str) -> None:
    topic = a_topic(keywords=(name,))

    assert topic.keywords == (name,)
    assert warnings(topic) == []


@pytest.mark.parametrize("little", ["+", "++", "#", "c", "c.", "c ++", ".c", "+1 "])
def test_a_sign_makes_no_name_of_too_little(little: str) -> None:
    with pytest.raises(ValidationError, match="too little to search for"):
        a_topic(keywords=(little,))


def test_another_name_does_not_exclude_a_name_with_a_sign() -> None:
    topic = a_topic(keywords=("c++", "c++ course"), exclusions=("c#", "of c"))
    assert warnings(topic) == []


def test_a_name_with_a_sign_may_be_excluded() -> None:
    assert (
        "excluded by 'c++'" in warnings(a_topic(keywords=("c++-course",), exclusions=("C++",)))[0]
    )
    assert "excluded by 'net'" in warnings(a_topic(keywords=(".net",), exclusions=("net",)))[0]


def test_everyday_words_may_be_excluded() -> None:
    assert warnings(a_topic(exclusions=("lottery",))) == []


def test_a_phrase_that_is_there_twice_is_pointed_out_where_it_repeats() -> None:
    topic = a_topic(keywords=("Zendesk", "help desk"), competitors=("zendesk",))
    assert warnings(topic) == ["competitors[0] 'zendesk' is already in keywords"]


def test_an_exclusion_that_is_there_twice_is_pointed_out() -> None:
    assert warnings(a_topic(exclusions=("crew", "crew"))) == [
        "exclusions[1] 'crew' is already in exclusions"
    ]


def test_a_phrase_that_is_also_excluded_can_find_nothing() -> None:
    assert warnings(a_topic(keywords=("crm114",), exclusions=("CRM114",))) == [
        "keywords[0] 'crm114' finds nothing: every post with it is excluded by 'crm114'"
    ]


def test_a_phrase_that_contains_an_exclusion_can_find_nothing() -> None:
    topic = a_topic(keywords=("free help desk software",), exclusions=("Help desk",))
    assert "excluded by 'help desk'" in warnings(topic)[0]


def test_an_exclusion_within_a_word_excludes_nothing() -> None:
    assert warnings(a_topic(keywords=("helpdesk",), exclusions=("desk",))) == []


def test_the_list_of_everyday_words_has_words_only() -> None:
    assert len(everyday_words()) > 900
    assert all(word.isalpha() and word == word.casefold() for word in everyday_words())

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nlp.errors import TopicError
from nlp.judgement import TopicMatch
from nlp.phrases import TopicIndex, TopicPhrases

CRM = TopicPhrases(
    "crm",
    keywords=("CRM", "customer database", "agency", "inbox"),
    products=("Pipefield",),
    competitors=("Sales+", "C++ CRM"),
    problems=("lose track of leads",),
    exclusions=("crm job",),
)


def match(title: str, body: str = "", *topics: TopicPhrases) -> tuple[TopicMatch, ...]:
    return TopicIndex.build(topics or (CRM,)).match(title, body)


def found(title: str, body: str = "", *topics: TopicPhrases) -> list[tuple[str, str]]:
    return [
        (phrase.text, phrase.reason)
        for one in match(title, body, *topics)
        for phrase in one.phrases
    ]


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ("our crm is old", [("crm", "keyword")]),
        ("two CRMs, three agencies, many inboxes", [
            ("CRMs", "keyword"), ("agencies", "keyword"), ("inboxes", "keyword")]),
        ("a Customer-Database or customer\ndatabase", [
            ("Customer-Database", "keyword"), ("customer\ndatabase", "keyword")]),
        ("we lose track of leads", [("lose track of leads", "problem")]),
        ("pipefield, and Sales+!", [("pipefield", "product"), ("Sales+", "competitor")]),
        ("scrm crmx Pipefields", []),  # whole words only; no plural of a name
        ("我们的crm很旧", [("crm", "keyword")]),
        ("", []),
    ],
)  # fmt: skip
def test_phrases_are_found_as_whole_words(body: str, expected: list[tuple[str, str]]) -> None:
    assert found("", body) == expected


SIGNED = TopicPhrases("signed", keywords=("c++", "C#", ".NET", "f#"))


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ("a C++ course, C++17, (c++). C++/CLI?", ["C++", "C++", "c++", "C++"]),
        ("I know C#, c#9 and F#!", ["C#", "c#", "F#"]),
        ("a .NET shop or '.Net 8', asp.net", [".NET", ".Net"]),
        ("see example.net, web2.NET/x", []),
        ("abc++ ++c xc# c#minor", []),
        ("\u7528c++\u5199", ["c++"]),  # no blanks between words there
        ("\uff23\uff0b\uff0b", ["\uff23\uff0b\uff0b"]),  # as a full-width keyboard writes it
    ],
)
def test_names_with_signs_are_found_as_people_write_them(body: str, expected: list[str]) -> None:
    assert [text for text, _ in found("", body, SIGNED)] == expected


def test_a_phrase_within_a_longer_one_is_left_out() -> None:
    assert found("any C++ CRM out there") == [("C++ CRM", "competitor")]


def test_an_exclusion_takes_the_post_from_its_topic_only() -> None:
    other = TopicPhrases("work", keywords=("job",))

    assert match("a CRM job for you") == ()
    assert [one.topic_id for one in match("a CRM job", "", CRM, other)] == ["work"]


def test_a_phrase_of_two_topics_finds_both() -> None:
    other = TopicPhrases("other", products=("crm",))

    assert [one.topic_id for one in match("CRM", "", CRM, other)] == ["crm", "other"]


def test_more_phrases_fit_better_and_the_title_counts_more() -> None:
    (in_body,) = match("", "which crm")
    (twice,) = match("", "which crm, CRM or crm")
    (in_title,) = match("which crm")
    (several,) = match("which crm", "Pipefield or a customer database")

    assert in_body.fit == twice.fit == 0.5
    assert in_body.fit < in_title.fit < several.fit < 1


def test_offsets_are_those_of_the_field() -> None:
    (one,) = match("İ CRM", "x\ud800 pipefield")

    places = [(phrase.span.field, phrase.span.start, phrase.text) for phrase in one.phrases]
    assert places == [("title", 2, "CRM"), ("body", 3, "pipefield")]


def test_a_topic_hears_its_languages_and_what_can_not_be_told() -> None:
    german = TopicPhrases("de", keywords=("crm",), languages=("de",))
    second = TopicPhrases("de2", keywords=("crm",), languages=("de",))

    assert found("", "Wir suchen ein CRM, was nehmt ihr und ist es gut?", german, second) != []
    assert found("", "What is the best crm for a team of ten?", german) == []
    assert found("crm", "", german) == [("crm", "keyword")]


def test_no_topics_match_nothing() -> None:
    assert TopicIndex.build(()).match("crm", "crm") == ()
    assert match("crm", "", TopicPhrases("empty", keywords=(" ", "5%"))) == ()


def test_a_topic_that_is_there_twice_is_refused() -> None:
    with pytest.raises(TopicError, match="crm"):
        TopicIndex.build((CRM, CRM))


ANY_TEXT = st.text(st.characters(exclude_categories=()), max_size=60)


@given(
    st.lists(st.one_of(ANY_TEXT, st.sampled_from(["crm", " CRM ", "Sales+\n", "inboxes"]))),
    ANY_TEXT,
)
def test_what_is_quoted_stands_in_the_post(parts: list[str], title: str) -> None:
    fields: dict[str, Any] = {"title": title, "body": "".join(parts)}

    for one in match(fields["title"], fields["body"]):
        assert 0 < one.fit <= 1
        for phrase in one.phrases:
            span = phrase.span
            assert fields[span.field][span.start : span.end] == phrase.text

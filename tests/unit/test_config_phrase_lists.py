"""Lists of keywords and Boolean queries from other tools, and the topics made of them."""

import tomllib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from config.phrase_lists import Brought, Remark, read_phrase_list
from config.topic_text import topic_text


def test_a_list_has_a_phrase_a_line() -> None:
    brought = read_phrase_list(
        '\ufeff# mine\r\ncrm tool\r\n\r\n"help  desk"\rC#\n\u201cerp\u201d\n'
    )

    assert brought == Brought(keywords=["crm tool", "help desk", "C#", "erp"])


def test_a_minus_excludes() -> None:
    brought = read_phrase_list("crm\n-hiring\n- 'job ad'\n")

    assert brought.keywords == ["crm"]
    assert brought.exclusions == ["hiring", "job ad"]


def test_what_follows_a_comma_is_left_out_and_told() -> None:
    brought = read_phrase_list("crm, whole-word, no-comments\nerp,\n")

    assert brought.keywords == ["crm", "erp"]
    left_out = "only 'crm' is kept, not what follows the comma: whole-word, no-comments"
    assert brought.notices == [Remark(1, left_out)]


def test_what_is_there_twice_is_taken_once() -> None:
    brought = read_phrase_list("crm\nCRM\ncrm*\ncrm*")

    assert (brought.keywords, brought.queries) == (["crm"], ["crm*"])
    assert [(one.line, one.message) for one in brought.notices] == [
        (2, "'CRM' is there already"),
        (4, "'crm*' is there already"),
    ]


@pytest.mark.parametrize(
    "query",
    [
        "recommend*",
        "title:crm",
        "crm -job",
        "crm NOT job",
        '("crm")',
        "crm || erp",
        "crm -lang:de",
    ],
)
def test_a_line_with_operators_is_a_query(query: str) -> None:
    brought = read_phrase_list(f"self-hosted\n{query}\n")

    assert (brought.keywords, brought.queries) == (["self-hosted"], [query])


@pytest.mark.parametrize(
    "query",
    ['("crm" OR "help desk")\n AND recommend*', "crm OR\nerp", "crm\nOR erp", "(crm\njob)"],
)
def test_a_query_may_go_over_lines(query: str) -> None:
    brought = read_phrase_list(f"erp\n\n# the rest\n\n{query}\n\nscm\n")

    assert brought.keywords == ["erp", "scm"]
    assert brought.queries == [" ".join(query.split())]
    assert not brought.problems


def test_what_can_not_be_used_is_told_with_its_place() -> None:
    brought = read_phrase_list("x\ncrm\n# so\ncrm NEAR/3 erp\n\n(crm OR\n# so\n  erp AND\n")

    assert brought.keywords == ["crm"]
    assert [(one.line, one.column) for one in brought.problems] == [(1, None), (4, 5), (8, 10)]
    assert "'x' is too little to search for" in brought.problems[0].message
    assert "not for words near each other" in brought.problems[1].message


WRITTEN = st.characters(exclude_categories=["Cs"])  # what a file in UTF-8 may have


@given(st.text(WRITTEN, max_size=60))
def test_any_text_is_read_and_what_is_taken_makes_a_topic(text: str) -> None:
    brought = read_phrase_list(text)

    written = topic_text(
        "t",
        "T",
        keywords=brought.keywords,
        exclusions=brought.exclusions,
        query=brought.queries,
    )
    read = tomllib.loads(written)
    assert read.get("keywords", []) == brought.keywords
    assert read.get("exclusions", []) == brought.exclusions
    assert read.get("query", []) == brought.queries


@given(st.text(WRITTEN, max_size=30))
def test_any_name_is_written_as_it_is(name: str) -> None:
    assert tomllib.loads(topic_text("t", name)) == {"id": "t", "name": name}


def test_a_topic_s_text_is_made_for_people() -> None:
    text = topic_text(
        "t", "It's", keywords=["a\\b"], query=['"crm"', 'it\'s "x"'], remark="So:\n\nb"
    )

    assert text.splitlines() == [
        "# So:",
        "#",
        "# b",
        'id = "t"',
        'name = "It\'s"',
        "",
        "keywords = [",
        "  'a\\b',",
        "]",
        "",
        "query = [",
        "  '\"crm\"',",
        '  "it\'s \\"x\\"",',
        "]",
    ]

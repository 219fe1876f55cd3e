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


@pytest.mark.parametrize(
    ("line", "column"),
    [
        ("crm W/5 recommend", 5),
        ("crm WITHIN 5 recommend", 5),
        ("crm near/5 buy", 5),
        ("crm And scm", 5),
        ("rating:>3 crm", 1),
        ("links:hubspot.com", 1),
        ("recommend~ crm", 10),
        ("crm~2", 4),
        ("cr?m", 3),
        ("hubspot?", 8),
        ("[crm erp]~4", 1),
        ("https://x.example/a", 1),
        ("at_mentions:hubspot OR crm", 1),
        ("<<<so>>> crm AND erp", 1),
        ("{CRM} OR hubspot?", 1),
        ("+crm +erp", 1),
        ("crm;erp", 4),
        ('12" pipe', 3),
        ('"help desk" 12"', 15),
        ("/crm.*/", 1),
    ],
)
def test_what_another_tool_alone_understands_is_left_out_with_its_place(
    line: str, column: int
) -> None:
    brought = read_phrase_list(f"good\n{line}\n")

    assert (brought.keywords, brought.queries) == (["good"], [])
    assert [(one.line, one.column) for one in brought.problems] == [(2, column)]


@pytest.mark.parametrize(
    "query",
    [
        'crm "help desk"',
        "crm | erp",
        "crm|erp",
        "(crm || erp) && !job",
        "crm !job",
        "'help desk' -job",
        "title:'x y z'",
    ],
)
def test_what_can_be_translated_is_a_query(query: str) -> None:
    brought = read_phrase_list(query)

    assert (brought.keywords, brought.queries, brought.problems) == ([], [query], [])


@pytest.mark.parametrize(
    "phrase",
    [
        "C++", "C#", ".NET", "R&D tool", "sales & marketing", "Sales And Marketing", "Yahoo!",
        "which crm do you use?", "don't know", "1,000 seats", "a/b testing", "24/7 help", "#crm",
        "@hubspot", "hubspot.com", "self-hosted", "crm: which one", "Not sure which", "#1 crm",
    ],
)  # fmt: skip
def test_signs_of_plain_phrases_are_kept(phrase: str) -> None:
    brought = read_phrase_list(phrase)

    assert (brought.keywords, brought.queries, brought.problems) == ([phrase], [], [])


def test_in_quotes_every_sign_stands_for_itself() -> None:
    brought = read_phrase_list('"crm | erp"\n"cr?m"\n"crm (new"\n-"job, ad", flag\n')

    assert brought.keywords == ["crm | erp", "cr?m", "crm (new"]
    assert brought.exclusions == ["job, ad"]
    assert not brought.problems


def test_comments_are_told_from_hashtags() -> None:
    brought = read_phrase_list("# so\n#\n#crm\n#old crm\nsales pipeline  # mine\n")

    assert brought.keywords == ["#crm", "#old crm", "sales pipeline"]
    assert [(one.line, one.column, one.message) for one in brought.notices] == [
        (4, None, "is read as a hashtag and words; a comment has a blank behind its #"),
        (5, 17, "'# mine' is passed over as a comment"),
    ]


def test_a_line_that_waits_for_more_takes_no_good_one_with_it() -> None:
    brought = read_phrase_list("crm\nhelp desk OR\n\nscm\n# so\n OR erp\njob (\nad\n")

    assert (brought.keywords, brought.queries) == (["crm"], ["scm OR erp"])
    assert [(one.line, one.column) for one in brought.problems] == [(2, 13), (8, 3)]
    assert "(lines 7 to 8 are read as one query)" in brought.problems[1].message


@pytest.mark.parametrize(
    ("text", "keywords"),
    [
        ('keyword,volume,kd\n"help desk, cheap",50,2\n\ncrm,7,1\n', ["help desk, cheap", "crm"]),
        ("Volume;KD %;Keyword\r\n5;2;crm\r\n6\r\n7;1;erp tool\r\n", ["crm", "erp tool"]),
        ("Search Term\tClicks\ncrm\t5\n", ["crm"]),
        ("Clicks,Keyword\n5,\n7,crm\n", ["crm"]),
        ("Keyword\ncrm\nerp\n", ["crm", "erp"]),
        ('name,search volume\n"""help desk""",4\n', ["help desk"]),
        ('"help desk, cheap",50,2\ncrm,7\n', ["help desk, cheap", "crm"]),
        ("crm, whole-word\nvolume\n", ["crm", "volume"]),
    ],
)
def test_a_table_is_read_by_its_column_of_keywords(text: str, keywords: list[str]) -> None:
    brought = read_phrase_list(text)

    assert (brought.keywords, brought.queries, brought.problems) == (keywords, [], [])


def test_a_table_has_queries_and_problems_too() -> None:
    brought = read_phrase_list('n,query\n1,crm OR erp\n2,"scm -job"\n3,cr?m\n4,"crm ""x"\n')

    assert brought.queries == ["crm OR erp", "scm -job"]
    assert [(one.line, one.column) for one in brought.problems] == [(4, 5), (5, None)]


def test_a_table_with_an_endless_cell_is_told() -> None:
    brought = read_phrase_list(f'keyword\ncrm\n"{"x" * 200_000}\n')

    assert brought.keywords == ["crm"]
    assert "can't be read as CSV" in brought.problems[0].message


def test_a_line_that_is_too_long_for_a_table_keeps_nothing_from_the_others() -> None:
    brought = read_phrase_list(f'crm\n"{"x" * 200_000}, y\nerp\n')

    assert {"crm", "erp"} <= set(brought.keywords)
    assert read_phrase_list(f'"{"x" * 200_000}, y\nerp\n').keywords[-1:] == ["erp"]


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

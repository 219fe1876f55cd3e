"""The query language: what is understood how, and where an error points."""

import re
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from config.folder import SHIPPED
from config.phrases import risky_phrases
from config.query import And, Not, Or, Origin, Query, Trait, Words, anchors, leaves, unanchored
from config.query_text import (
    DEEPEST,
    LONGEST_QUERY,
    MOST_TERMS,
    QueryError,
    parse_query,
    place,
    render,
)
from config.topic import Topic

CRM, DESK, JOB = Words("crm"), Words("help desk"), Words("job")


@pytest.mark.parametrize(
    ("text", "meaning"),
    [
        ("crm", CRM),
        ("  crm\n", CRM),
        ('"help desk"', DESK),
        ("\u201chelp  desk\u201d", DESK),  # as a word processor quotes
        ("\u00abhelp\ndesk\u00bb", DESK),
        ("crm AND job", And((CRM, JOB))),
        ("crm && job", And((CRM, JOB))),
        ("crm job", And((CRM, JOB))),
        ('crm"help desk"', And((CRM, DESK))),
        ("crm OR job", Or((CRM, JOB))),
        ("crm || job", Or((CRM, JOB))),
        ("crm -job", And((CRM, Not(JOB)))),
        ("crm \u2013job", And((CRM, Not(JOB)))),
        ("crm AND NOT job", And((CRM, Not(JOB)))),
        ('-(job OR "help desk") crm', And((Not(Or((JOB, DESK))), CRM))),
        ('crm OR "help desk" job', Or((CRM, And((DESK, JOB))))),
        ('(crm OR "help desk") job', And((Or((CRM, DESK)), JOB))),
        ("(crm (job (crm)))", And((CRM, JOB, CRM))),
        ("crm OR (job OR crm)", Or((CRM, JOB, CRM))),
        ("NOT (NOT crm)", Not(Not(CRM))),
        ("recommend*", Words("recommend", is_prefix=True)),
        ('"who can recommend*"', Words("who can recommend", is_prefix=True)),
        ("title:crm", Words("crm", in_title=True)),
        ("Title:recommend*", Words("recommend", is_prefix=True, in_title=True)),
        ('title:(crm "help desk")', And((
            Words("crm", in_title=True), Words("help desk", in_title=True)))),
        ("crm author:@Ada", And((CRM, Origin(Trait.AUTHOR, "@Ada")))),
        ('crm author:"Ada  L."', And((CRM, Origin(Trait.AUTHOR, "Ada L.")))),
        ("crm site:WWW.Reddit.com.", And((CRM, Origin(Trait.SITE, "reddit.com")))),
        ("crm -site:de", And((CRM, Not(Origin(Trait.SITE, "de"))))),
        ("crm site:m\u00fcnchen.de", And((CRM, Origin(Trait.SITE, "xn--mnchen-3ya.de")))),
        ("crm lang:(EN OR de)", And((
            CRM, Or((Origin(Trait.LANG, "en"), Origin(Trait.LANG, "de")))))),
        ("C++ .NET", And((Words("C++"), Words(".NET")))),
        ("self-hosted don't R&D", And((Words("self-hosted"), Words("don't"), Words("R&D")))),
        ("this and that", And((Words("this"), Words("and"), Words("that")))),
        ("crm !job", And((CRM, Not(JOB)))),
        ("crm && !(job | crm)", And((CRM, Not(Or((JOB, CRM)))))),
        ("crm|job", Or((CRM, JOB))),
        ("crm&&job", And((CRM, JOB))),
        ('"help desk"|crm', Or((DESK, CRM))),
        ("'help desk'", DESK),
        ("\u2018help desk\u2019 crm", And((DESK, CRM))),
        ("('don't ask*')", Words("don't ask", is_prefix=True)),
        ("customers' don't", And((Words("customers'"), Words("don't")))),
        ("1,000 10:30 24/7", And((Words("1,000"), Words("10:30"), Words("24/7")))),
        ('"cr?m; [x]"', Words("cr?m; [x]")),
        ("crm author:a?b", And((CRM, Origin(Trait.AUTHOR, "a?b")))),
        ("crm site:de site:a.de", And((
            CRM, Origin(Trait.SITE, "de"), Origin(Trait.SITE, "a.de")))),
        ("crm lang:en lang:en", And((
            CRM, Origin(Trait.LANG, "en"), Origin(Trait.LANG, "en")))),
    ],
)  # fmt: skip
def test_a_query_is_understood_as_people_write_it(text: str, meaning: Query) -> None:
    assert parse_query(text) == meaning


POINTLESS = "nothing is looked for here: a query needs a phrase that must be in the post"


@pytest.mark.parametrize(
    ("text", "column", "message"),
    [
        ("", 1, "the query is empty"),
        (" \n ", 4, "the query is empty"),
        ("(crm OR job", 12, "a closing parenthesis is missing for the one at column 1"),
        ("crm (job OR", 12, "a closing parenthesis is missing for the one at column 5"),
        ("crm) job", 4, "this parenthesis closes nothing"),
        ("crm ()", 5, "there is nothing between these parentheses"),
        ("OR crm", 1, "a phrase is missing before this OR"),
        ("crm && || job", 8, "a phrase is missing before this ||"),
        ("crm AND", 8, "a phrase is missing here"),
        ("(crm AND)", 9, "a phrase is missing here"),
        ("crm NOT", 8, "a phrase is missing here"),
        ("crm NOT NOT job", 9, "one NOT after the other"),
        ("crm - job", 5, "'-' is too little to search for"),
        ('crm "help desk', 5, "the closing quote of this phrase is missing"),
        ('"crm"s', 6, "a blank is missing after this phrase"),
        ('"recommend"*', 12, "the * belongs inside the quotes"),
        ('crm ""', 5, "this phrase is empty"),
        ("crm x", 5, "'x' is too little to search for; write a word"),
        ("crm " + "y" * 101, 5, "this phrase has 101 characters; a phrase has 100 at most"),
        ("crm a\0b", 5, "this phrase holds a line end or another control character"),
        ("crm ab*", 7, "a * must follow 3 letters or digits"),
        ("crm abc-*", 9, "a * must follow 3 letters or digits"),
        ("crm *", 5, "a * must follow 3 letters or digits"),
        ('"best * crm"', 7, "a * may stand at the end of a phrase only"),
        ("*crm", 1, "a * may stand at the end of a phrase only"),
        ("crm, job", 4, "',' doesn't separate phrases; write OR between them"),
        ("+crm job", 1, "a + is not needed"),
        ("crm NEAR/5 job", 5, "not for words near each other"),
        ("crm NEAR job", 5, "not for words near each other"),
        ("crm W/3 job", 5, "not for words near each other"),
        ('"crm job"~4', 10, "not for words near each other"),
        ("crm WITHIN 5 job", 5, "not for words near each other"),
        ("crm w/5 job", 5, "not for words near each other"),
        ("crm near/s job", 5, "not for words near each other"),
        ("'crm job'~4", 10, "not for words near each other"),
        ("cr?m", 3, "'?' stands for no letter"),
        ("crm OR hubspot?", 15, "'?' stands for no letter"),
        ("crm^2", 4, "'^' gives no weight"),
        ("recommend~ crm", 10, "'~' finds nothing that is spelled alike"),
        ("{crm}", 1, "'{' doesn't group words; round parentheses do"),
        ("[crm job]", 1, "'[' doesn't group words; round parentheses do"),
        ("<<<so>>> crm", 1, "'<' compares nothing in a query; what has this sign in it goes into"),
        ("crm likes>=3", 10, "'>' compares nothing"),
        ("crm;erp", 4, "';' doesn't separate phrases; write OR between them"),
        ("crm,erp", 4, "',' doesn't separate phrases; write OR between them"),
        ("title:cr?m", 9, "'?' stands for no letter"),
        ("crm job!", 8, "'!' stands before a word that must not be there"),
        ("crm !", 6, "a phrase is missing here"),
        ("crm !!job", 6, "one NOT after the other"),
        ("title:!crm", 7, "the ! belongs before the field"),
        ("crm+erp", 4, "'+' doesn't join words"),
        ("crm \\d", 5, "'\\' means nothing in a query"),
        ("crm `job`", 5, "'`' is no quote"),
        ("crm |", 6, "a phrase is missing here"),
        ("crm ||| job", 7, "a phrase is missing before this |"),
        ("/crm.*/", 1, "there are no regular expressions"),
        ("crm /job|erp\\d/", 5, "there are no regular expressions"),
        ("crm XOR job", 5, "there is no operator XOR; write OR"),
        ("crm ANDNOT job", 5, "there is no operator ANDNOT; write AND NOT"),
        ("crm 'job", 5, "the closing quote of this phrase is missing; a word that begins with an"),
        ("crm 'til OR customers'", 5, "the closing quote of this phrase is missing"),
        ("'recommend'*", 12, "the * belongs inside the quotes"),
        ("at_mentions:crm", 1, "there is no field 'at_mentions:'"),
        ("https://a.example/x crm", 1, "an address is no phrase; write site: and its host"),
        ("crm lang:xx", 10, "'xx' is no language that Harken tells: ar, cs, da, de, el, en"),
        ("crm lang:en AND lang:de", 17, "only one language; write lang:(en OR de)"),
        ("crm lang:(en de)", 14, "only one language; write lang:(en OR de)"),
        ("crm site:a.de site:b.de", 15, "only one host; write site:(a.de OR b.de)"),
        ("crm tile:job", 5, "there is no field 'tile:'; did you mean 'title:'?"),
        ("crm note:job", 5, "there is no field 'note:'; did you mean"),
        ("crm xyz:job", 5, "there is no field 'xyz:'; put a phrase with a colon in quotes"),
        ("crm title: job", 11, "a word must follow title: at once"),
        ("crm title:", 11, "a word must follow title: at once"),
        ("(crm title:)", 12, "a word must follow title: at once"),
        ("title:-crm", 7, "the minus belongs before the field"),
        ("title:OR", 7, "a phrase is missing before this OR"),
        ("title:(crm lang:en)", 12, "title: holds for all of this group already"),
        ("crm lang:english", 10, "'english' is no language code"),
        ("crm site:https://a.example/x", 10, "'https://a.example/x' is no host"),
        ("crm site:a..b", 10, "'a..b' is no host"),
        ("crm site:\u2024\u00fc", 10, "is no host"),
        ("crm author:__", 12, "'__' is no author"),
        ("crm author:bot*", 12, "'bot*' is no author"),
        ("NOT crm", 1, POINTLESS),
        ("lang:en", 1, POINTLESS),
        ("crm OR lang:en", 8, POINTLESS),
        ("crm OR (site:de -job)", 9, POINTLESS),
        ("-(crm -job)", 3, POINTLESS),
        ("NOT (crm AND NOT (job OR lang:en))", 6, POINTLESS),
        ("(" * (DEEPEST + 1) + "crm", DEEPEST + 1, f"groups are more than {DEEPEST} deep here"),
        ("crm " * (MOST_TERMS + 1), 4 * MOST_TERMS + 1, "one phrase more than 500, the most"),
        ("c" * (LONGEST_QUERY + 1), LONGEST_QUERY + 1, "the query has 10,001 characters"),
    ],
)  # fmt: skip
def test_an_error_points_at_its_character(text: str, column: int, message: str) -> None:
    with pytest.raises(QueryError) as raised:
        parse_query(text)

    assert message in raised.value.message
    assert str(raised.value).startswith(place(text, raised.value.at))
    assert raised.value.at == column - 1


def test_who_looks_among_what_is_stored_may_ask_a_question() -> None:
    assert parse_query("(which crm?) now!", anchored=False) == parse_query("which crm now")
    with pytest.raises(QueryError, match=r"^column 3: '\?' stands for no letter"):
        parse_query("cr?m now?", anchored=False)


def test_an_error_in_a_later_line_names_the_line() -> None:
    with pytest.raises(QueryError, match=r"^line 2, column 4: .* the one at line 1, column 1$"):
        parse_query("(crm OR\njob")


WORDS = st.builds(
    Words,
    st.sampled_from(
        ["crm", "help desk", "C++", "don't", "AND", "-job", "site:x", "1,2;", "日本語"]
    ),
    is_prefix=st.just(False),
    in_title=st.booleans(),
) | st.builds(Words, st.just("recommend"), is_prefix=st.just(True), in_title=st.booleans())
ORIGINS = st.sampled_from(
    [Origin(Trait.AUTHOR, "Ada L."), Origin(Trait.SITE, "a.example"), Origin(Trait.LANG, "en")]
)


def _joined(parts: list[Query], kind: type[And] | type[Or]) -> Query:
    flat = [each for p in parts for each in (p.parts if isinstance(p, kind) else (p,))]
    return kind(tuple(flat))


def _grown(smaller: st.SearchStrategy[Query]) -> st.SearchStrategy[Query]:
    several = st.lists(smaller, min_size=2, max_size=4)
    return st.one_of(
        several.map(lambda parts: _joined(parts, And)),
        several.map(lambda parts: _joined(parts, Or)),
        st.builds(Not, smaller),
    )


QUERIES: st.SearchStrategy[Query] = st.recursive(WORDS | ORIGINS, _grown, max_leaves=12)


@given(QUERIES)
def test_what_is_written_out_is_understood_as_before(query: Query) -> None:
    if unanchored(query) is None:
        assert parse_query(render(query)) == query
    else:
        with pytest.raises(QueryError, match="nothing is looked for here"):
            parse_query(render(query))


def holds(query: Query, said: set[Words | Origin]) -> bool:
    if isinstance(query, Words | Origin):
        return query in said
    if isinstance(query, Not):
        return not holds(query.part, said)
    return (all if query.needs_all else any)(holds(part, said) for part in query.parts)


@given(QUERIES, st.randoms())
def test_a_query_holds_for_no_post_without_one_of_its_anchors(
    query: Query, chance: object
) -> None:
    kept = anchors(query)
    everything = set(leaves(query))

    assert bool(kept) == (unanchored(query) is None)
    if kept:
        assert set(kept) <= everything
        assert not holds(query, everything - set(kept))
        assert not holds(query, set())


PIECES = st.sampled_from(
    ["crm ", "OR ", "AND ", "NOT ", "-", "(", ")", '"', "title:", "site:", "lang:", "*", " ", "\n"]
)


@given(st.one_of(st.text(max_size=40), st.lists(PIECES, max_size=12).map("".join)))
@example("title:")
@example('"')
def test_any_text_is_a_query_or_has_an_error_within_it(text: str) -> None:
    understood = parsed(text)

    if isinstance(understood, QueryError):
        assert 0 <= understood.at <= len(text)
        assert understood.message
    else:
        assert all(0 <= leaf.at < len(text) for leaf in leaves(understood))
        assert anchors(understood)


def parsed(text: str) -> Query | QueryError:
    try:
        return parse_query(text)
    except QueryError as error:
        return error


def topic(query: object, **more: object) -> Topic:
    return Topic.model_validate({"id": "t", "name": "T", "query": query, **more})


def test_a_topic_has_one_query_or_several() -> None:
    assert topic("crm").query == ("crm",)
    assert topic(("crm", "help -job")).query == ("crm", "help -job")


@pytest.mark.parametrize(
    ("query", "message"),
    [
        ("crm (", "column 6: a closing parenthesis"),
        (("crm", "crm ("), "column 6: a closing parenthesis"),
        (7, "must be a query in quotes, or a list of them"),
        ((), "finds nothing: write at least one phrase in .*, or a query"),
    ],
)
def test_a_topic_with_a_wrong_query_is_refused(query: object, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        topic(query)


def test_the_phrases_of_queries_count_as_phrases() -> None:
    many = tuple(f"word{number} crm" for number in range(1_001))
    with pytest.raises(ValueError, match="has 2,002 phrases; 2,000 are the most"):
        topic(many)


def test_similarity_needs_something_to_be_like() -> None:
    assert topic("crm", similarity=0.2, examples=("Who calls whom?",)).similarity == 0.2
    with pytest.raises(ValueError, match="no problems and examples"):
        topic("crm", similarity=0.2)


EVERYDAY = "alone is an everyday word; add what makes it yours"
EXCLUDED = "finds nothing: every post with it is excluded by 'free'"


@pytest.mark.parametrize(
    ("query", "risks"),
    [
        ("ticket", [f"column 1: 'ticket' {EVERYDAY}"]),
        ('"help desk" OR ticket', [f"column 16: 'ticket' {EVERYDAY}"]),
        ("crm ticket", []),
        ("software*", []),
        ("crm or zoho", ["column 5: 'or' is looked for as a word; write OR"]),
        ("crm And zoho", ["column 5: 'And' is looked for as a word; write AND"]),
        ('crm "or" zoho', []),
        ("crm OR -crm zoho", []),
        ("free crm OR zoho OR erp", []),
        ('"free crm"', [f"column 1: 'free crm' {EXCLUDED}"]),
    ],
)  # fmt: skip
def test_a_query_that_finds_too_much_or_nothing_is_risky(query: str, risks: list[str]) -> None:
    found = list(risky_phrases(topic(query, exclusions=("free",))))

    assert found == [(("query", 0), risk) for risk in risks]


def test_a_keyword_with_an_or_in_it_is_risky() -> None:
    found = list(risky_phrases(topic("scm", keywords=("crm or zoho", "oracle"))))

    assert [(path, risk.partition(";")[0]) for path, risk in found] == [
        (("keywords", 0), "'crm or zoho' looks for the word 'or'")
    ]


def test_every_query_of_the_guide_is_understood() -> None:
    guide = Path(__file__).parents[2] / "docs" / "topics.md"
    rows = re.findall(r"^\| (`.*`) \|", guide.read_text("utf-8"), re.MULTILINE)
    queries = [text.replace(r"\|", "|") for row in rows for text in re.findall(r"`([^`]+)`", row)]

    assert len(queries) > 12
    for query in queries:
        narrowed = f"crm {query}" if query.startswith(("author:", "site:", "lang:")) else query
        assert anchors(parse_query(narrowed))


def test_the_queries_of_the_starter_topics_are_understood() -> None:
    lines = (SHIPPED / "topics" / "crm.toml").read_text("utf-8").splitlines()
    queries = [line[5:-2] for line in lines if line.startswith("#   '")]

    assert len(queries) == 2
    for query in queries:
        assert anchors(parse_query(query))

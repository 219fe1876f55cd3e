"""Queries against posts: the same answer as looking at every word, at the price of one pass."""

import re
from itertools import chain

import pytest
from hypothesis import given
from hypothesis import strategies as st

from config.query import And, Not, Or, Origin, Query, Trait, Words, leaves, unanchored
from config.query_text import parse_query, render
from nlp.errors import TopicError
from nlp.phrases import TopicIndex, TopicPhrases
from nlp.query import handle

ENGLISH = "What do you all use for this and is it any good for a team?"
GERMAN = "Was nehmt ihr und ist es auch gut, wir suchen noch?"


def found(
    query: str, body: str, *, title: str = "", author: str = "", host: str = ""
) -> list[str] | None:
    """Return the words by which the query holds, None if it doesn't."""
    index = TopicIndex.build([TopicPhrases("t", query=(query,))])
    matches = index.match(title, body, author=author, host=host)
    return [phrase.text for phrase in matches[0].phrases] if matches else None


@pytest.mark.parametrize(
    ("query", "body", "words"),
    [
        ("crm", "Our CRM is old", ["CRM"]),
        ("crm", "Two CRMs, scrm", None),  # plurals take a *
        ("crm*", "Two CRMs, scrm", ["CRMs"]),
        ('"help desk"', "a help-desk or help\ndesk", ["help-desk", "help\ndesk"]),
        ("recommend*", "Recommendations? recommended!", ["Recommendations", "recommended"]),
        ("recommend*", "I don't precommend", None),
        ('"can anyone recommend*"', "Can anyone recommend one", ["Can anyone recommend"]),
        ("crm recommend*", "recommend a CRM", ["recommend", "CRM"]),
        ("crm recommend*", "a CRM", None),
        ("crm -job", "a crm job", None),
        ("crm -job*", "a crm, jobless", None),
        ("crm -job", "a crm, jobless", ["crm"]),
        ("crm OR erp job", "an erp", None),
        ("crm OR erp job", "an ERP job", ["ERP", "job"]),
        ("NOT (NOT crm)", "a crm", ["crm"]),
        ("NOT (-crm OR job)", "a crm", ["crm"]),
        ("NOT (-crm OR job)", "a crm job", None),
        ("crm (erp OR -job)", "a crm", ["crm"]),
        ("C++", "c++17, C++", ["c++", "C++"]),
        ("crm !job", "a crm job", None),
        ("crm !job", "a crm !job", None),
        ("crm !job", "a crm", ["crm"]),
        ("erp | crm", "a crm", ["crm"]),
        ("'help desk'", "a desk for help", None),
        ("'help desk'", "a help desk", ["help desk"]),
        ("#crm", "a #crm, a crm", ["#crm"]),
        ("crm", "", None),
    ],
)
def test_a_query_finds_whole_words_and_names_them(
    query: str, body: str, words: list[str] | None
) -> None:
    assert found(query, body) == words


def test_title_means_the_title() -> None:
    assert found("title:crm", "a crm") is None
    assert found("title:crm", "a crm", title="Which CRM?") == ["CRM"]
    assert found("crm -title:hiring", "a crm", title="Hiring") is None
    assert found("crm -title:hiring", "a crm, hiring") == ["crm"]
    assert found('"help desk"', "desk", title="help") is None  # no phrase reaches over


def test_a_site_stands_for_its_parts() -> None:
    assert found("crm site:reddit.com", "crm", host="old.reddit.com") == ["crm"]
    assert found("crm site:reddit.com", "crm", host="reddit.com") == ["crm"]
    assert found("crm site:reddit.com", "crm", host="notreddit.com") is None
    assert found("crm site:reddit.com", "crm") is None
    assert found("crm -site:reddit.com", "crm") == ["crm"]


@pytest.mark.parametrize("author", ["Ada", "@ada", "u/ADA", "/u/ada", " Ada "])
def test_an_author_is_one_however_the_handle_is_written(author: str) -> None:
    assert found("crm author:@Ada", "crm", author=author) == ["crm"]
    assert found("crm -author:ada", "crm", author=author) is None
    assert found("crm author:bob", "crm", author=author) is None


def test_a_language_is_asked_for_and_what_can_not_be_told_gets_the_benefit() -> None:
    assert found("crm lang:en", f"crm? {ENGLISH}") == ["crm"]
    assert found("crm lang:en", f"crm? {GERMAN}") is None
    assert found("crm -lang:de", f"crm? {GERMAN}") is None
    assert found("crm lang:en", "crm") == ["crm"]
    assert found("crm -lang:en", "crm") == ["crm"]


def test_a_query_counts_once_however_many_phrases_it_has() -> None:
    index = TopicIndex.build([TopicPhrases("t", query=("crm erp",))])

    (in_body,) = index.match("", "crm and erp")
    (in_title,) = index.match("crm and erp", "")

    assert in_body.fit == 0.6
    assert [phrase.reason for phrase in in_body.phrases] == ["query", "query"]
    assert 0.6 < in_title.fit < 1


def test_queries_stand_beside_phrases_and_under_exclusions_and_languages() -> None:
    topic = TopicPhrases(
        "t", keywords=("erp",), query=("crm -erp", "scm"), exclusions=("job",), languages=("en",)
    )
    index = TopicIndex.build([topic, TopicPhrases("other", query=("crm",))])

    def topics(body: str) -> list[str]:
        return [match.topic_id for match in index.match("", body)]

    assert topics("crm") == ["t", "other"]
    assert topics("erp") == ["t"]
    assert topics("crm and erp") == ["t", "other"]  # by the keyword
    assert topics("a crm job") == ["other"]
    assert topics(f"crm! {GERMAN}") == ["other"]


def test_a_phrase_and_the_stem_of_another_may_be_the_same_text() -> None:
    index = TopicIndex.build(
        [TopicPhrases("whole", keywords=("crm",)), TopicPhrases("stem", query=("crm*",))]
    )

    assert [match.topic_id for match in index.match("", "crmless")] == ["stem"]
    assert [match.topic_id for match in index.match("", "crm")] == ["whole", "stem"]


def test_a_wrong_query_is_refused_with_its_topic() -> None:
    with pytest.raises(TopicError, match=r"topic 't' is wrong: column 6: a closing"):
        TopicIndex.build([TopicPhrases("t", query=("crm (",))])


# --- the same as looking at every word ---

VOCABULARY = ("crm", "erp", "job", "jobs", "jobless", "help", "desk", "ada")
TERMS = st.one_of(
    st.builds(
        Words,
        st.sampled_from([*VOCABULARY[:4], "help desk", "crm job"]),
        is_prefix=st.booleans(),
        in_title=st.booleans(),
    ),
    st.builds(Origin, st.just(Trait.AUTHOR), st.sampled_from(["ada", "bob"])),
    st.builds(Origin, st.just(Trait.SITE), st.sampled_from(["a.example", "example"])),
)


def _joined(parts: list[Query], kind: type[And] | type[Or]) -> Query:
    return kind(tuple(chain(*(p.parts if isinstance(p, kind) else (p,) for p in parts))))


def _grown(smaller: st.SearchStrategy[Query]) -> st.SearchStrategy[Query]:
    several = st.lists(smaller, min_size=2, max_size=3)
    return st.one_of(
        several.map(lambda parts: _joined(parts, And)),
        several.map(lambda parts: _joined(parts, Or)),
        st.builds(Not, smaller),
    )


QUERIES = st.recursive(TERMS, _grown, max_leaves=8).filter(lambda query: not unanchored(query))
TEXTS = st.lists(st.sampled_from([*VOCABULARY, "-", "\n", "the"]), max_size=8).map(" ".join)


def naive(query: Query, title: str, body: str, author: str, host: str) -> bool:
    """Return whether the query holds, by regular expressions over everything."""
    if isinstance(query, Not):
        return not naive(query.part, title, body, author, host)
    if isinstance(query, And | Or):
        needed = all if query.needs_all else any
        return needed(naive(part, title, body, author, host) for part in query.parts)
    if isinstance(query, Origin):
        if query.trait is Trait.AUTHOR:
            return author == query.value
        return host == query.value or host.endswith(f".{query.value}")
    words = r"[\s-]".join(map(re.escape, query.text.split()))
    pattern = rf"\b{words}" + ("" if query.is_prefix else r"\b")
    return any(re.search(pattern, text) for text in ([title] if query.in_title else [title, body]))


@given(
    st.lists(QUERIES, min_size=1, max_size=4),
    TEXTS,
    TEXTS,
    st.sampled_from(["", "ada", "eve"]),
    st.sampled_from(["", "a.example", "b.example"]),
)
def test_what_matches_is_what_holds(
    queries: list[Query], title: str, body: str, author: str, host: str
) -> None:
    topics = [TopicPhrases(f"t{n}", query=(render(q),)) for n, q in enumerate(queries)]
    matches = TopicIndex.build(topics).match(title, body, author=author, host=host)

    held = [f"t{n}" for n, q in enumerate(queries) if naive(q, title, body, author, host)]
    assert [match.topic_id for match in matches] == held
    for match in matches:
        assert match.phrases
        assert 0 < match.fit < 1
        for phrase in match.phrases:
            said = title if phrase.span.field == "title" else body
            assert said[phrase.span.start : phrase.span.end] == phrase.text


@given(st.text(st.characters(exclude_categories=()), max_size=80), st.text(max_size=80))
def test_any_post_gets_an_answer(title: str, body: str) -> None:
    query = "(a1b* OR title:\u00fcber OR \u65e5\u672c) -(job AND lang:en) -author:ada"
    index = TopicIndex.build([TopicPhrases("t", query=(query,), keywords=("crm",))])

    for match in index.match(
        title, f"{body} \u65e5\u672c\u8a9e a1bc\ud800", author=title, host=body
    ):
        assert match.phrases
    assert handle(title) == handle(f" {title}")
    assert list(leaves(parse_query(query)))

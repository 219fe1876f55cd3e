"""A topic as it is typed, its file with the comments kept, and two changes at once."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from config.folder import SHIPPED
from config.problem import Problem
from config.topic import Topic
from service.editing.topics import (
    faults_of,
    merged,
    new_topic_text,
    put_topic,
    read_topic,
    typed_of,
    understand,
)
from service.errors import RefusedError

FILE = """\
# ours
id = "crm"
name = "CRM"

# what it is called
keywords = [
  "crm",   # too short?
  "sales pipeline",  # good
]
threshold = 0.35  # as shipped
"""
PHRASES = st.lists(
    st.text(st.characters(codec="utf-8", categories=("L", "N")), min_size=2, max_size=30),
    max_size=4,
    unique_by=str.casefold,
).map(tuple)


@pytest.mark.parametrize("name", ["crm", "help-desk", "home-improvement"])
def test_a_shipped_topic_goes_through_the_form_unchanged(name: str) -> None:
    text = (SHIPPED / f"topics/{name}.toml").read_text("utf-8")
    topic = read_topic(text)
    assert topic is not None
    read = understand(typed_of(topic), sources=topic.sources, active=topic.active)
    assert read.topic == topic
    assert put_topic(text, topic) == text


@given(keywords=PHRASES, exclusions=PHRASES, similarity=st.sampled_from([0.0, 0.3]))
def test_whatever_a_topic_holds_comes_back_from_its_form_and_its_file(
    keywords: tuple[str, ...], exclusions: tuple[str, ...], similarity: float
) -> None:
    topic = Topic(
        id="x",
        name="X",
        keywords=("first word", *keywords),
        exclusions=exclusions,
        examples=("One.\n\nTwo lines.", "Another"),
        problems=("it hurts",),
        query=('"a b" OR \'cd\' -"ef"',),
        similarity=similarity,
    )
    assert understand(typed_of(topic)).topic == topic
    assert read_topic(new_topic_text(topic, remark="two\nlines")) == topic
    assert read_topic(put_topic(FILE, topic.model_copy(update={"id": "crm"}))) == (
        topic.model_copy(update={"id": "crm"})
    )


def test_a_change_of_a_list_leaves_the_comments_of_the_others() -> None:
    topic = read_topic(FILE)
    assert topic is not None
    text = put_topic(
        FILE,
        topic.model_copy(update={"keywords": ("sales pipeline", "deal desk"), "owner": "ada"}),
    )
    assert "# ours" in text
    assert '"sales pipeline",  # good' in text
    assert '"crm"' not in text.replace('id = "crm"', "")
    assert "threshold = 0.35  # as shipped" in text
    assert text.endswith('owner = "ada"\n')
    assert "owner" not in put_topic(text, topic)


def test_a_new_order_is_written_anew() -> None:
    topic = read_topic(FILE)
    assert topic is not None
    swapped = topic.model_copy(update={"keywords": ("sales pipeline", "crm")})
    assert read_topic(put_topic(FILE, swapped)) == swapped


def test_faults_name_the_line_that_was_typed() -> None:
    read = understand(
        {"id": "x", "name": "", "keywords": "good one\n\n*", "query": "a AND", "similarity": "x"}
    )
    assert read.topic is None
    told = [f"{fault.field}, {fault.line}: {fault.message}" for fault in read.faults]
    assert "keywords, 3: '*' is too little to search for; write a word" in told
    assert "similarity, None: 'x' is no number from 0 to 1" in told
    assert any(line.startswith("name, None: is empty") for line in told)


def test_problems_of_other_files_are_told_as_such() -> None:
    problems = [
        Problem(file="topics/x.toml", key="sources[1]", message="unknown", line=3),
        Problem(file="teams.toml", key="user[1].role", message="is missing"),
    ]
    found = faults_of(problems, "topics/x.toml")
    assert [fault.field for fault in found] == ["sources", ""]
    assert found[1].message == "teams.toml: user[1].role: is missing"


@pytest.mark.parametrize("text", ["id = ", "id = 1", "", "x" * 10, "a = [[[[[[1]]]]]]"])
def test_what_is_no_topic_is_read_as_none(text: str) -> None:
    assert read_topic(text) is None


def test_a_file_that_is_broken_is_not_changed() -> None:
    topic = Topic(id="x", name="X", keywords=("good one",))
    with pytest.raises(RefusedError, match="Mend it"):
        put_topic("id = ", topic)


def test_two_changes_are_put_together() -> None:
    base = Topic(id="x", name="X", keywords=("aa", "bb", "cc"), threshold=0.3)
    mine = base.model_copy(update={"keywords": ("aa", "cc", "mine"), "name": "Mine"})
    theirs = base.model_copy(update={"keywords": ("bb", "cc", "theirs"), "threshold": 0.5})
    both = merged(base, mine, theirs)
    assert both.keywords == ("cc", "theirs", "mine")
    assert (both.name, both.threshold) == ("Mine", 0.5)
    assert merged(base, base, theirs) == theirs
    assert merged(base, mine, base) == mine

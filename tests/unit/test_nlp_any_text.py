"""The quick part of the fuzz run in tests/soak: any text is answered, and quoted as it stands."""

import random

from hypothesis import given
from hypothesis import strategies as st

from nlp.cues import finder
from nlp.judge import Judge
from nlp.phrases import TopicIndex, TopicPhrases
from nlp.slots import SpacySlotReader
from tests.hostile import hostile_text

WHOLE = Judge.load()
JUDGE = Judge(WHOLE.model, finder())  # the reader is fuzzed in the soak run: it is slow
SLOTS = SpacySlotReader()
TOPICS = TopicIndex.build(
    [
        TopicPhrases(
            "crm",
            keywords=("crm", "c++", "\u5b57"),
            query=('(which OR "by march" OR anyone*) AND recommend*',),
        )
    ]
)


@given(st.integers(min_value=0, max_value=2**32))
def test_any_text_is_judged_and_quoted_where_it_stands(seed: int) -> None:
    dice = random.Random(seed)
    title, body = hostile_text(dice, most=2_000), hostile_text(dice, most=30_000)

    judged = JUDGE.judge(title, body)
    slots = SLOTS.read(JUDGE.read(title, body).text)
    phrases = [phrase for match in TOPICS.match(title, body) for phrase in match.phrases]

    fields = {"title": title, "body": body}
    quotes = [(one.text, one.span) for one in (*judged.slots, *slots)]
    quotes += [(one.text, one.span) for one in (*judged.evidence, *phrases)]
    for words, span in quotes:
        assert fields[span.field][span.start : span.end] == words != ""
    assert 0 <= judged.probability <= 1

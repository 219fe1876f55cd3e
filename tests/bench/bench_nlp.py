"""What judging costs by stage, on posts of about a hundred tokens and one core.

The budgets are wide: a shared machine is three times as slow as a quiet one.
"""

import time
from collections.abc import Callable, Sequence
from datetime import datetime
from statistics import median

import pytest

from nlp.artefact import SHIPPED
from nlp.cues import finder
from nlp.features import extract
from nlp.judge import Judge
from nlp.phrases import TopicIndex, TopicPhrases
from nlp.primer import made_up_posts
from nlp.reader.session import Reader
from nlp.slots import SpacySlotReader, TextSlotReader
from nlp.text import Text, read, tokenise

RUNS = 7


def some_posts() -> list[tuple[str, str]]:
    posts = [post for post in made_up_posts(seed=3) if post.body]
    return [
        (one.title, f"{one.body} {two.body}")
        for one, two in zip(posts[:150], posts[150:300], strict=True)
    ]


POSTS = some_posts()


def microseconds(act: Callable[[tuple[str, str]], object]) -> float:
    """Return the median over runs of the mean time a post takes."""

    def once(posts: Sequence[tuple[str, str]]) -> float:
        began = time.perf_counter()
        for post in posts:
            act(post)
        return (time.perf_counter() - began) / len(posts) * 1e6

    once(POSTS)
    return median(once(POSTS) for _ in range(RUNS))


def ten_thousand_phrases() -> TopicIndex:
    return TopicIndex.build(
        TopicPhrases(f"topic {n}", keywords=tuple(f"thing{n} kind{k}" for k in range(100)))
        for n in range(100)
    )


@pytest.mark.parametrize(
    ("stage", "budget"),
    [
        ("a post about no topic", 60),
        ("fold and cut into tokens", 600),
        ("find cues", 2_000),
        ("features and score", 6_000),
        ("judge without slots", 8_000),
        ("slots", 4_000),
        ("slots with spaCy", 8_000),
        ("the reader", 120_000),
    ],
)
def test_a_stage_keeps_its_budget(stage: str, budget: float, pytestconfig: pytest.Config) -> None:
    judge, cues, topics = Judge.load(), finder(), ten_thousand_phrases()
    slots, spacy, reader = TextSlotReader(), SpacySlotReader(), Reader.load(SHIPPED / "reader")
    quick = Judge(judge.model, cues, slots=_NoSlots())
    linear = judge.model.linear

    def score(post: tuple[str, str]) -> object:
        return linear.score(
            extract(read(*post), finder=cues, common=linear.common, known=linear.index)
        )

    act: dict[str, Callable[[tuple[str, str]], object]] = {
        "a post about no topic": lambda post: topics.match(*post),
        "fold and cut into tokens": lambda post: [
            tokenise(part.folded) for part in read(*post).fields
        ],
        "find cues": lambda post: [cues.find(part.folded) for part in read(*post).fields],
        "features and score": score,
        "judge without slots": lambda post: quick.judge(*post),
        "slots": lambda post: slots.read(read(*post)),
        "slots with spaCy": lambda post: spacy.read(read(*post)),
        "the reader": lambda post: reader.read(read(*post)),
    }

    taken = microseconds(act[stage])

    tokens = sum(len(read(*post).body.tokens) for post in POSTS) / len(POSTS)
    line = f"\n{stage}: {taken:.0f} us a post of {tokens:.0f} tokens"
    pytestconfig.get_terminal_writer().line(line)
    assert taken < budget


class _NoSlots:
    def read(self, text: Text, said_at: datetime | None = None) -> tuple[()]:
        return ()

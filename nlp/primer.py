"""Posts that we made up, for what labelled posts have too little of.

The labelled posts come mostly from hobby communities. What a buyer for a firm says ("RFP goes out
in January", "two quotes in hand") hardly occurs there, so that no weight could be learned for it.
Some are put together from sentences: background stands beside asks and everything else alike,
which teaches that a story around an ask takes nothing from it. Others were written whole: asks in
the many ways of asking, and posts that talk alike without being in the market. The made-up posts
train the models; they never measure them.
"""

import random
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from models.words import Kind, Role
from nlp.labelled import LabelledPost, read_labelled

WHOLE = Path(__file__).parent / "data" / "made_up.jsonl"
SENTENCES = Path(__file__).parent / "data" / "primer.toml"

#: How often each sentence is used, and in how many made-up communities.
_TIMES = 3
_COMMUNITIES = 12
_TITLE_LONGEST = 80


def made_up_posts(*, seed: int) -> list[LabelledPost]:
    """Return the made-up posts; the same seed gives the same posts."""
    sentences = tomllib.loads(SENTENCES.read_text(encoding="utf-8"))
    generator = random.Random(seed)  # noqa: S311 - nothing to be kept secret
    return [
        *_asks(sentences["asks"], sentences["contexts"], sentences["hot"]["sentences"], generator),
        *_others(sentences["others"], sentences["contexts"], generator),
        *_whole(),
    ]


def _whole() -> Iterator[LabelledPost]:
    lines = WHOLE.read_text(encoding="utf-8").splitlines()
    for number, line in enumerate(lines):
        yield replace(
            read_labelled(line),
            id=f"made-up-{number}",
            community=f"made up {number % _COMMUNITIES}",
            is_made_up=True,
        )


def _asks(
    asks: Mapping[str, Sequence[str]],
    contexts: Sequence[str],
    hot: Sequence[str],
    generator: random.Random,
) -> Iterator[LabelledPost]:
    for kind, sentences in asks.items():
        for sentence in sentences:
            for turn in range(_TIMES):
                is_hot = turn == 1
                parts = [sentence, generator.choice(hot)] if is_hot else [sentence]
                if turn == 0 and len(sentence) <= _TITLE_LONGEST:
                    title = sentence
                    body = " ".join(generator.sample(contexts, generator.randint(0, 1)))
                else:
                    title, body = "", _story(parts, contexts, generator, ask_last=turn == 2)
                yield LabelledPost(
                    id=f"made up {kind} {sentences.index(sentence)} {turn}",
                    title=title,
                    body=body,
                    strength=3 if is_hot else 2,
                    kind=Kind(kind),
                    role=Role.SEEKER,
                    community=f"made up {generator.randrange(_COMMUNITIES)}",
                    is_made_up=True,
                )


def _others(
    others: Mapping[str, Sequence[str]], contexts: Sequence[str], generator: random.Random
) -> Iterator[LabelledPost]:
    for role, sentences in others.items():
        for sentence in sentences:
            for turn in range(_TIMES + 1):
                title = sentence if turn == 0 and len(sentence) <= _TITLE_LONGEST else ""
                yield LabelledPost(
                    id=f"made up {role} {sentences.index(sentence)} {turn}",
                    title=title,
                    body=_story(
                        [] if title else [sentence], contexts, generator, ask_last=turn > 1
                    ),
                    strength=0,
                    kind=Kind.NONE,
                    role=Role.SHARER if role == "found" else Role(role),
                    community=f"made up {generator.randrange(_COMMUNITIES)}",
                    is_made_up=True,
                )


def _story(
    parts: Sequence[str], contexts: Sequence[str], generator: random.Random, *, ask_last: bool
) -> str:
    """Return the parts in order among up to six background sentences."""
    before = generator.sample(contexts, generator.randint(1, 6) if ask_last else 1)
    after = [] if ask_last else generator.sample(contexts, generator.randint(0, 3))
    return " ".join([*before, *parts, *after])

"""How people ask, and how others talk who are not in the market: 241 pairs of our own writing.

The shares are what the shipped models reach, a little rounded down, so that a worse model is seen;
the phrasings below the share are printed when a test fails.
"""

import tomllib
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from typing_extensions import override

from nlp.evaluate import overlaps
from nlp.judge import STEP_OF_KIND, Judge
from nlp.judgement import Judgement

PAIRS: Sequence[dict[str, Any]] = tomllib.loads(
    Path(__file__).with_name("phrasings.toml").read_text(encoding="utf-8")
)["pair"]

HEARD, QUIET, KINDS = 0.92, 0.9, 0.92
FACTS = {"wants": 0.5, "budget": 0.95, "timeline": 0.9, "products": 0.5}
CLASSIC = 10  # the first ones are those that everybody thinks of


@dataclass(frozen=True, slots=True)
class Phrasing:
    """A post of the table with what was made of it."""

    said: dict[str, Any]
    judged: Judgement

    @override
    def __str__(self) -> str:
        return f"{self.judged.probability:.2f} {self.said['title']} | {self.said['body'][-120:]}"


@cache
def judged(side: str) -> list[Phrasing]:
    judge = Judge.load()
    posts = [pair[side] for pair in PAIRS]
    return [Phrasing(post, judge.judge(post["title"], post["body"])) for post in posts]


def share(right: Sequence[Phrasing], of: Sequence[Phrasing], least: float) -> None:
    missed = "\n".join(str(one) for one in of if one not in right)
    assert len(right) >= least * len(of), f"{len(right)} of {len(of)}; not right:\n{missed}"


def test_the_table_is_large_enough_to_say_something() -> None:
    assert len(PAIRS) >= 200
    assert {pair["asks"]["kind"] for pair in PAIRS} == {*STEP_OF_KIND} - {"need"}


@pytest.mark.parametrize("number", range(CLASSIC))
def test_a_classic_phrasing_is_a_signal_of_its_kind(number: int) -> None:
    asks = judged("asks")[number]

    assert asks.judged.signal, str(asks)
    assert asks.judged.kind == asks.said["kind"]
    assert asks.judged.journey_step == STEP_OF_KIND[asks.said["kind"]]


def test_asks_are_heard() -> None:
    asks = judged("asks")
    share([one for one in asks if one.judged.signal], asks, least=HEARD)


def test_those_who_talk_alike_are_not_taken_for_buyers() -> None:
    twins = judged("twin")
    share([one for one in twins if not one.judged.signal], twins, least=QUIET)


def test_what_is_heard_gets_its_kind() -> None:
    heard = [one for one in judged("asks") if one.judged.signal]
    share([one for one in heard if one.judged.kind == one.said["kind"]], heard, least=KINDS)


@pytest.mark.parametrize("name", ["wants", "budget", "timeline", "products"])
def test_facts_are_quoted_from_what_is_heard(name: str) -> None:
    stating = [one for one in judged("asks") if one.judged.signal and one.said.get(name)]
    share([one for one in stating if _found(one, name)], stating, least=FACTS[name])


def _found(one: Phrasing, name: str) -> bool:
    labels, values = one.said[name], getattr(one.judged, name)
    if isinstance(labels, str):
        labels, values = [labels], [values or ""]
    return all(any(overlaps(value, label) for value in values) for label in labels)

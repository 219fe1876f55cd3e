"""Any text at all gets an answer in bounded time and memory: a fuzz run with a budget.

Set HARKEN_FUZZ_SECONDS for how long it goes on (180) and HARKEN_FUZZ_SEED to go over the same
texts again; a text that fails is named by its seed and written to a file.
"""

import json
import math
import os
import random
import time
import tracemalloc
from collections.abc import Iterator
from pathlib import Path

import pytest

from nlp.competitors import mark_competitors
from nlp.judge import Judge
from nlp.judgement import Evidence, Judgement, Slot
from nlp.near import is_near, sign
from nlp.phrases import TopicIndex, TopicPhrases
from nlp.slots import SpacySlotReader
from tests.hostile import hostile_text
from tests.measuring import peak_mib, run_harken

SECONDS = float(os.environ.get("HARKEN_FUZZ_SECONDS", "180"))
SEED = int(os.environ.get("HARKEN_FUZZ_SEED", str(random.SystemRandom().randrange(2**32))))

#: Of processor time for one post; the slowest text that is known takes a twentieth of it. A text
#: whose time grew with the square of its length would take hours.
MOST_SECONDS = 3.0
MOST_MIB = 600.0

pytestmark = [pytest.mark.soak, pytest.mark.timeout(SECONDS * 3 + 600)]


@pytest.fixture(scope="module")
def judge() -> Judge:
    return Judge.load()


@pytest.fixture(scope="module")
def topics() -> TopicIndex:
    return TopicIndex.build(
        TopicPhrases(
            f"topic {n}",
            keywords=(f"thing{n}", "crm", "c++", "字"),
            products=("looking",),
            competitors=("the van",),
            query=(f'(which OR "by march" OR anyone*) AND recommend* -title:thing{n}',),
            examples=("Our spreadsheet is outgrown; which tool for rotas do small teams use?",),
            similarity=0.1,
        )
        for n in range(5)
    )


def texts() -> Iterator[tuple[str, str, str]]:
    """Yield seeds and posts until the time is over."""
    until = time.monotonic() + SECONDS
    number = 0
    while time.monotonic() < until:
        seed = f"{SEED}:{number}"
        dice = random.Random(seed)
        number += 1
        yield seed, hostile_text(dice, most=10_000), hostile_text(dice)


def test_any_text_is_judged(judge: Judge, topics: TopicIndex, tmp_path: Path) -> None:
    slots = SpacySlotReader()
    slowest, count = (0.0, ""), 0
    for seed, title, body in texts():
        try:
            began = time.process_time()
            judged = judge.judge(title, body)
            matches = topics.match(title, body, author="\ud800", host="")
            marked = [mark_competitors(judged.slots, match) for match in matches]
            signed = sign(title, body)
            seconds = time.process_time() - began
            check(judged, title, body)
            assert is_near(signed, signed)
            for match, found in zip(matches, marked, strict=True):
                assert all(quoted(one, title, body) for one in match.phrases)
                assert all(quoted(one, title, body) for one in found)
            check_slots(slots.read(judge.read(title, body).text), title, body)
            assert seconds < MOST_SECONDS
            assert peak_mib() < MOST_MIB
        except BaseException:
            file = tmp_path / "failing.json"
            file.write_text(json.dumps({"seed": seed, "title": title, "body": body}))
            print(f"\nfailed at HARKEN_FUZZ_SEED={SEED}, text {seed}: see {file}")  # noqa: T201
            raise
        slowest, count = max(slowest, (seconds, seed)), count + 1
    print(f"\n{count:,} texts of seed {SEED}; slowest {slowest[0]:.2f} s, {slowest[1]}")  # noqa: T201
    assert count


def check(judged: Judgement, title: str, body: str) -> None:
    assert 0 <= judged.probability <= 1
    assert 0 <= judged.strength <= 3
    assert judged.signal == (judged.strength >= 2)
    for one in judged.evidence:
        assert quoted(one, title, body)
        assert math.isfinite(one.weight)
    check_slots(judged.slots, title, body)


def check_slots(slots: tuple[Slot, ...], title: str, body: str) -> None:
    assert all(quoted(slot, title, body) for slot in slots)


def quoted(one: Evidence | Slot, title: str, body: str) -> bool:
    field = title if one.span.field == "title" else body
    return field[one.span.start : one.span.end] == one.text != ""


def test_memory_does_not_grow(judge: Judge) -> None:
    """The same texts again and again leave nothing behind."""
    posts = [
        (hostile_text(dice, most=2_000), hostile_text(dice, most=20_000))
        for dice in (random.Random(f"{SEED}:grow:{n}") for n in range(60))
    ]

    def once() -> int:
        for post in posts:
            judge.judge(*post)
        return tracemalloc.get_traced_memory()[0]

    tracemalloc.start()
    try:
        once()
        before = once()
        after = [once() for _ in range(4)][-1]
    finally:
        tracemalloc.stop()
    assert after - before < 200_000


def test_the_command_answers_every_line(tmp_path: Path) -> None:
    """`harken classify` gives a line for each post and names what is none; it never breaks."""
    lines, posts = [], 0
    for n in range(300):
        dice = random.Random(f"{SEED}:line:{n}")
        if dice.random() < 0.15:
            line = dice.randbytes(dice.randint(1, 2_000)).replace(b"\n", b" ").strip() or b"x"
        else:
            title, body = hostile_text(dice, most=2_000), hostile_text(dice)
            line = json.dumps({"id": n, "title": title, "body": body}).encode()
            posts += 1
        lines.append(line)
    (tmp_path / "failing.jsonl").write_bytes(b"\n".join(lines))

    ran = run_harken("classify", stdin=b"\n".join(lines))

    assert ran.code == int(posts < len(lines)), f"seed {SEED}; {tmp_path}/failing.jsonl"
    assert len(ran.out.splitlines()) == posts
    assert ran.peak_mib < MOST_MIB

import gzip
import json
import os
import resource
import subprocess
import time
from pathlib import Path
from typing import Any

import pytest

from nlp.labelled import LabelledPost
from nlp.primer import made_up_posts
from tests.command import HARKEN, environment, harken

ASK = {"id": "a", "title": "Can anyone recommend a good rota tool?", "body": "Budget is $100."}
CHAT = {"id": 7, "body": "Thanks, that made my day and I will sleep well."}

KEYS = [
    "id", "signal", "uncertain", "solved", "probability", "strength", "kind", "role",
    "journey_step", "language", "wants", "products", "budget", "timeline", "authority", "slots",
    "evidence", "model",
]  # fmt: skip


def lines(*posts: object) -> str:
    return "".join(json.dumps(post) + "\n" for post in posts)


def test_a_post_on_a_pipe_is_judged_by_the_contract() -> None:
    ran = harken("classify", stdin=lines(ASK))

    assert (ran.code, ran.err) == (0, "")
    (judged,) = ran.lines
    assert list(judged) == KEYS
    assert judged["id"] == "a"
    assert judged["signal"] is True
    assert judged["kind"] == "recommendation"
    assert judged["wants"] == "good rota tool"
    evidence: Any = judged["evidence"]
    assert list(evidence[0]) == ["text", "start", "end", "field", "reason", "weight"]
    slots: Any = judged["slots"]
    assert list(slots[0]) == ["name", "text", "field", "start", "end", "normalised"]
    for one in evidence + slots:
        assert ASK[one["field"]][one["start"] : one["end"]] == one["text"]


def test_lines_that_are_no_posts_are_named_and_left_out(tmp_path: Path) -> None:
    file = tmp_path / "posts.jsonl"
    file.write_bytes(
        lines(CHAT).encode()
        + b"nonsense\n\n[1]\n"
        + b'{"id": 3}\n{"body": 4}\n\xff\n'
        + b"[" * 100_000
        + b"\n"
        + lines(ASK).encode().rstrip()
    )

    ran = harken("classify", str(file))

    assert ran.code == 1
    assert [line["id"] for line in ran.lines] == [7, "a"]
    problems = ran.err.splitlines()
    assert [problem.split(":")[0] for problem in problems] == [
        "line 2", "line 4", "line 5", "line 6", "line 7", "line 8",
    ]  # fmt: skip
    assert problems[0].startswith("line 2: not a JSON object: ")


def test_a_lone_surrogate_comes_out_as_it_went_in() -> None:
    ran = harken("classify", stdin='{"id": "\\ud800", "body": "need a van \\ud800?"}\n')

    assert ran.code == 0
    assert ran.lines[0]["id"] == "\ud800"


def test_the_answer_can_go_to_a_file(tmp_path: Path) -> None:
    out = tmp_path / "judged.jsonl"

    ran = harken("classify", "-", "--out", str(out), stdin=lines(CHAT, CHAT))

    assert (ran.code, ran.out) == (0, "")
    assert len(out.read_text().splitlines()) == 2


def test_several_processes_give_the_same_in_the_same_order() -> None:
    posts = [{"id": n, "body": f"{n}, thanks"} for n in range(300)]
    text = lines(*posts[:150]) + "x\n" + lines(*posts[150:])

    one, two = harken("classify", stdin=text), harken("classify", "--jobs", "2", stdin=text)

    assert [line["id"] for line in two.lines] == list(range(300))
    assert (one.code, one.out, one.err) == (two.code, two.out, two.err)


@pytest.mark.parametrize("words", [["missing.jsonl"], ["--jobs", "-1"], ["/"]])
def test_bad_usage_is_said_in_words(words: list[str]) -> None:
    ran = harken("classify", *words)

    assert ran.code == 2
    assert ran.out == ""
    assert ran.err


def test_each_post_comes_out_as_soon_as_it_is_judged() -> None:
    with subprocess.Popen(
        [HARKEN, "classify"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, env=environment()
    ) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        for _ in range(2):
            process.stdin.write(lines(CHAT).encode())
            process.stdin.flush()
            assert json.loads(process.stdout.readline())["id"] == 7
        process.stdin.close()
        assert process.wait(timeout=30) == 0


def test_a_reader_that_goes_away_is_no_error() -> None:
    with subprocess.Popen(
        [HARKEN, "classify"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env=environment(),
    ) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        assert process.stderr is not None
        process.stdout.close()
        process.stdin.write(lines(*[CHAT] * 50).encode())
        process.stdin.close()
        assert process.wait(timeout=30) == 0
        assert process.stderr.read() == b""


def test_ten_thousand_lines_take_no_more_memory_than_a_hundred(tmp_path: Path) -> None:
    few, many = tmp_path / "few.jsonl", tmp_path / "many.jsonl"
    few.write_text(lines(*[{"body": "yes"}] * 100))
    many.write_text(lines(*[{"body": "yes"}] * 10_000))

    used = [kilobytes_to_judge(file) for file in (few, many)]

    assert used[1] < used[0] + 8_000


def kilobytes_to_judge(file: Path) -> int:
    with Path(os.devnull).open("wb") as nowhere:
        process = subprocess.Popen(
            [HARKEN, "classify", str(file)], stdout=nowhere, env=environment()
        )
        _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    assert process.returncode == 0
    assert isinstance(usage, resource.struct_rusage)
    return usage.ru_maxrss


def labelled(post: LabelledPost) -> dict[str, object]:
    return {
        "id": post.id, "title": post.title, "body": post.body, "community": post.community,
        "platform": "made up", "strength": post.strength, "kind": post.kind, "role": post.role,
        "wants": None, "products": [], "budget": None, "timeline": None,
    }  # fmt: skip


def some_labelled() -> list[dict[str, object]]:
    latent: list[dict[str, object]] = [
        {"id": n, "title": "I keep losing my notes", "body": "A mess. " * (n + 1),
         "community": f"made up {n}", "strength": 1}
        for n in range(8)
    ]  # fmt: skip
    return [labelled(post) for post in made_up_posts(seed=2)[::5]] + latent


def test_a_model_is_trained_and_measured_from_labelled_lines(tmp_path: Path) -> None:
    file = tmp_path / "labelled.jsonl"
    file.write_text(lines(*some_labelled()))

    trained = harken(
        "train", "--data", str(file), "--out", str(tmp_path / "model"), "--no-made-up"
    )
    measured = harken("eval", str(file), "--json")

    assert (trained.code, trained.err) == (0, "")
    assert sorted(path.name for path in (tmp_path / "model").iterdir()) == [
        "card.json", "model.npz",
    ]  # fmt: skip
    assert (measured.code, measured.err) == (0, "")
    (report,) = measured.lines
    for name in ("average_precision", "roc_auc", "precision", "recall", "f1",
                 "recall_at_precision_90", "brier", "calibration_error"):  # fmt: skip
        assert set(report[name]) == {"value", "low", "high"}  # type: ignore[call-overload]  # JSON
    assert {"kinds", "roles", "platforms", "slots"} <= set(report)


def test_labels_without_words_find_their_posts_by_id(tmp_path: Path) -> None:
    whole = some_labelled()
    text, labels = tmp_path / "text.jsonl.gz", tmp_path / "labels.jsonl"
    words = [{k: post[k] for k in ("id", "title", "body", "community")} for post in whole]
    with gzip.open(text, "wt") as packed:
        packed.write(lines(*words, words[0]))  # one comes twice
    said = ("title", "body", "community")
    bare = [{k: v for k, v in post.items() if k not in said} for post in whole]
    labels.write_text(lines(*bare, {"id": "lost", "strength": 2}))
    other = tmp_path / "labelled.jsonl"
    other.write_text(lines(*whole))

    joined = harken(
        "train", "--data", "/dev/null", "--labels", str(labels), "--text", str(text),
        "--out", str(tmp_path / "joined"), "--no-made-up",
    )  # fmt: skip
    straight = harken(
        "train", "--data", str(other), "--out", str(tmp_path / "straight"), "--no-made-up"
    )

    assert joined.code == 1
    assert joined.err == "1 labels are of posts that no text file has\n"
    assert straight.code == 0
    models = [(tmp_path / name / "model.npz").read_bytes() for name in ("joined", "straight")]
    assert models[0] == models[1]


def test_a_person_reads_the_measurement_as_tables(tmp_path: Path) -> None:
    file = tmp_path / "labelled.jsonl"
    file.write_text(lines(*some_labelled()[:40]) + "nonsense\n")

    ran = harken("eval", str(file))

    assert ran.code == 1
    assert f"{file}, line 41: not a JSON object" in ran.err
    assert "average precision" in ran.out
    assert "recommendation" in ran.out


def test_too_few_labelled_lines_are_refused_in_words(tmp_path: Path) -> None:
    file = tmp_path / "labelled.jsonl"
    file.write_text(lines({"title": "a", "strength": 0}))
    empty = tmp_path / "empty.jsonl"
    empty.touch()

    assert harken("train", "--data", str(file), "--out", str(tmp_path / "m")).code == 1
    assert harken("eval", str(empty)).code == 2
    assert not (tmp_path / "m").exists()


@pytest.mark.parametrize("command", ["classify", "eval", "train"])
def test_the_help_has_an_example(command: str) -> None:
    ran = harken(command, "--help")

    assert ran.code == 0
    assert "Example:" in ran.out


def test_a_post_that_is_no_signal_is_answered_at_once() -> None:
    harken("classify", stdin=lines(CHAT))  # once, so that the files are in the machine's memory
    began = time.perf_counter()

    harken("classify", stdin=lines(CHAT))

    assert time.perf_counter() - began < 2  # 0.6 s when the machine does nothing else


def test_the_input_is_never_overwritten(tmp_path: Path) -> None:
    file = tmp_path / "posts.jsonl"
    file.write_text(lines(ASK))

    ran = harken("classify", str(file), "--out", str(file))

    assert ran.code == 2
    assert "is the input" in " ".join(ran.err.replace("│", " ").split())
    assert file.read_text() == lines(ASK)

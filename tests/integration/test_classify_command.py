import gzip
import json
import os
import resource
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from nlp.labelled import LabelledPost
from nlp.primer import made_up_posts
from tests.command import HARKEN, environment, harken, harken_here

ASK = {"id": "a", "title": "Can anyone recommend a good rota tool?", "body": "Budget is $100."}
CHAT = {"id": 7, "body": "Thanks, that made my day and I will sleep well."}

KEYS = [
    "id", "signal", "uncertain", "solved", "probability", "log_odds", "strength", "kind", "role",
    "journey_step", "language", "wants", "products", "budget", "timeline", "authority", "slots",
    "evidence", "rest", "model",
]  # fmt: skip


def lines(*posts: object) -> str:
    return "".join(json.dumps(post) + "\n" for post in posts)


#: What to do with words that are no file.
HOW = """posts are read from a file or a pipe: echo '{"title": "..."}' | harken classify"""

#: A full disk behind a file, and behind two processes: each costs three seconds.
SAME_WITH_MORE = (("file", "1"), ("pipe", "2"))


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
    told: Any = judged
    weighed = sum(one["weight"] for one in evidence) + told["rest"]
    assert weighed == pytest.approx(told["log_odds"], abs=0.001)
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

    ran = harken_here("classify", str(file))

    assert ran.code == 1
    assert [line["id"] for line in ran.lines] == [7, "a"]
    problems = ran.err.splitlines()
    assert [problem.split(":")[0] for problem in problems] == [
        "line 2", "line 4", "line 5", "line 6", "line 7", "line 8",
    ]  # fmt: skip
    assert problems[0].startswith("line 2: not a JSON object: ")


def test_a_lone_surrogate_comes_out_as_it_went_in() -> None:
    ran = harken_here("classify", stdin='{"id": "\\ud800", "body": "need a van \\ud800?"}\n')

    assert ran.code == 0
    assert ran.lines[0]["id"] == "\ud800"


def test_the_answer_can_go_to_a_file(tmp_path: Path) -> None:
    out = tmp_path / "judged.jsonl"

    ran = harken_here("classify", "-", "--out", str(out), stdin=lines(CHAT, CHAT))

    assert (ran.code, ran.out) == (0, "")
    assert len(out.read_text().splitlines()) == 2


def test_several_processes_give_the_same_in_the_same_order() -> None:
    posts = [{"id": n, "body": f"{n}, thanks"} for n in range(300)]
    text = lines(*posts[:150]) + "x\n" + lines(*posts[150:])

    one, two = harken_here("classify", stdin=text), harken("classify", "--jobs", "2", stdin=text)

    assert [line["id"] for line in two.lines] == list(range(300))
    assert (one.code, one.out, one.err) == (two.code, two.out, two.err)


def test_too_few_processes_are_refused() -> None:
    assert harken_here("classify", "--jobs", "-1").code == 2


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["missing.jsonl"], "missing.jsonl can't be opened: No such file or directory\n"),
        (["/"], "/ can't be opened: Is a directory\n"),
        (["some words"], f"'some words' is no file; {HOW}\n"),
        (["Any CRM you like? " * 50], f"'{'Any CRM you like? ' * 3}A...' is no file; {HOW}\n"),
        (["--out", "/none/x"], "/none/x can't be opened: No such file or directory\n"),
    ],
)
def test_a_file_that_can_not_be_opened_is_one_line(words: list[str], said: str) -> None:
    ran = harken_here("classify", *words)

    assert (ran.code, ran.out, ran.err) == (2, "", said)


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


def test_several_processes_hold_nothing_back_when_the_input_pauses() -> None:
    with subprocess.Popen(
        [HARKEN, "classify", "--jobs", "2"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        env=environment(),
    ) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        for many in (1, 70, 2):
            process.stdin.write(lines(*[CHAT] * many).encode() + b"\n")
            process.stdin.flush()
            for _ in range(many):
                assert json.loads(process.stdout.readline())["id"] == 7
        process.stdin.close()
        assert process.wait(timeout=30) == 0


def test_a_packed_file_is_unpacked_by_its_name(tmp_path: Path) -> None:
    packed = gzip.compress(lines(CHAT).encode())
    files = {"a.jsonl.gz": packed, "a.jsonl": packed, "cut.gz": packed[:-9]}
    for name, content in files.items():
        (tmp_path / name).write_bytes(content)

    ran = {name: harken_here("classify", str(tmp_path / name)) for name in files}

    assert [line["id"] for line in ran["a.jsonl.gz"].lines] == [7]
    assert ran["a.jsonl"].err == "the input is packed by gzip; zcat unpacks it for a pipe\n"
    assert ran["cut.gz"].err.startswith("the input can't be read: Compressed file ended before")


def test_what_lacks_at_the_end_of_a_line_is_told_with_its_column() -> None:
    ran = harken_here("classify", stdin='{"id":1\n{"id": true, "body": ""}\r\n')

    assert ran.err.splitlines() == [
        "line 1: not a JSON object: expecting ',' delimiter at column 8",
        'line 2: "id" is not a string or a number but true',
    ]


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


@pytest.mark.parametrize(
    ("way", "jobs"),
    [("pipe", "1"), *(pytest.param(*how, marks=pytest.mark.soak) for how in SAME_WITH_MORE)],
)
def test_a_full_disk_is_one_line_and_no_traceback(way: str, jobs: str) -> None:
    words = ["--out", "/dev/full"] if way == "file" else []
    with Path("/dev/full").open("wb") as full:
        ran = subprocess.run(
            [HARKEN, "classify", "--jobs", jobs, *words],
            input=lines(*[CHAT] * 200).encode(),
            stdout=full if way == "pipe" else subprocess.PIPE,
            stderr=subprocess.PIPE,
            env=environment(),
            timeout=60,
            check=False,
        )

    assert ran.stderr.decode() == "the output can't be written: No space left on device\n"
    assert ran.returncode == 1


def test_an_input_that_can_not_be_read_is_one_line() -> None:
    ran = harken_here("classify", "/proc/self/mem")  # its first page is never there

    assert (ran.code, ran.out) == (1, "")
    assert ran.err == "the input can't be read: Input/output error\n"


def test_what_json_has_no_word_for_is_named_and_left_out() -> None:
    wrong = [
        '{"id": NaN, "body": "a"}',
        '{"id": -Infinity, "body": "a"}',
        '{"id": 1, "body": "a", "score": NaN}',
        '{"id": 1e999, "body": "a"}',
        f'{{"id": {"9" * 5_000}, "body": "a"}}',
    ]

    ran = harken_here("classify", stdin="\n".join(wrong) + "\n" + lines(CHAT))

    assert ran.code == 1
    assert [line["id"] for line in ran.lines] == [7]
    assert ran.err.splitlines() == [
        "line 1: not a JSON object: NaN is no JSON",
        "line 2: not a JSON object: -Infinity is no JSON",
        "line 3: not a JSON object: NaN is no JSON",
        'line 4: "id" is too large a number',
        "line 5: not a JSON object: too long a number, of more than 4,300 digits",
    ]


def test_who_hands_the_lines_out_to_others_loads_no_model() -> None:
    heavy = "{'numpy', 'ahocorasick_rs', 'spacy'} & set(sys.modules)"
    ran = subprocess.run(
        [sys.executable, "-c", f"import sys, service.cli.judged_lines; print({heavy})"],
        capture_output=True,
        text=True,
        check=True,
    )

    assert ran.stdout == "set()\n"


@pytest.mark.soak
def test_eight_hundred_lines_take_no_more_memory_than_fifty(tmp_path: Path) -> None:
    line = {"id": "x" * 20_000, "body": "yes"}  # kept, the ids alone would be 15 MB
    few, many = tmp_path / "few.jsonl", tmp_path / "many.jsonl"
    few.write_text(lines(*[line] * 50))
    many.write_text(lines(*[line] * 800))

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
    return [labelled(post) for post in made_up_posts(seed=2)[::10]] + latent


def test_a_model_is_trained_and_measured_from_labelled_lines(tmp_path: Path) -> None:
    file = tmp_path / "labelled.jsonl"
    file.write_text(lines(*some_labelled()))

    trained = harken_here(
        "train", "--data", str(file), "--out", str(tmp_path / "model"), "--no-made-up"
    )
    measured = harken_here("eval", str(file), "--json")

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

    joined = harken_here(
        "train", "--data", "/dev/null", "--labels", str(labels), "--text", str(text),
        "--out", str(tmp_path / "joined"), "--no-made-up",
    )  # fmt: skip
    straight = harken_here(
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

    ran = harken_here("eval", str(file))

    assert ran.code == 1
    assert f"{file}, line 41: not a JSON object" in ran.err
    assert "average precision" in ran.out
    assert "recommendation" in ran.out


def test_labels_that_can_not_be_right_are_named_with_their_line(tmp_path: Path) -> None:
    file = tmp_path / "labelled.jsonl.gz"
    ask = {"title": ASK["title"]}
    otherwise = f"the same words are labelled otherwise in {file}, line"
    one = "only one can be right, and both count"

    def kind(here: str) -> str:
        return f'"kind": "{here}" here, "recommendation" there'

    posts = [
        ask | {"id": 1, "strength": 0, "kind": "recommendation"},
        ask | {"id": 2, "strength": 2, "kind": "none", "role": "seller"},
        {"id": 3, "strength": 3, "body": " "},
        ask | {"id": 1, "strength": 2, "kind": "recommendation", "role": "seeker"},
        ask | {"id": None, "strength": 1, "kind": "need"},
        ask | {"id": None, "strength": 0, "role": "seller", "kind": "none"},
    ]
    file.write_bytes(gzip.compress(lines(*posts).encode()))

    ran = harken_here("eval", str(file))

    assert ran.code == 0
    assert ran.err.splitlines() == [
        f'{file}, line 1: strength 0 is no signal, "kind": "recommendation" is one',
        f'{file}, line 2: strength 2 is a signal, "kind": "none" is not',
        f'{file}, line 2: strength 2 is a signal, "role": "seller" is no buyer',
        f"{file}, line 2: {otherwise} 1: strength 2 here, 0 there; {kind('none')}; {one}",
        f"{file}, line 3: there is no text to judge",
        f"{file}, line 4: the post '1' is there already, in {file}, line 1; it counts twice",
        f"{file}, line 4: {otherwise} 1: strength 2 here, 0 there; {one}",
        f"{file}, line 5: {otherwise} 1: strength 1 here, 0 there; {kind('need')}; {one}",
        f"{file}, line 6: {otherwise} 1: {kind('none')}; {one}",
    ]
    assert "6 posts, 3 of them signals" in ran.out
    assert " to " not in ran.out.partition("\n\n")[2].partition("length")[0]  # no interval
    assert "right: the share that was given just this kind or role" in ran.out
    assert "No interval: fewer than 10 signals" in ran.out


def test_words_that_come_again_under_another_id_are_named_with_both_lines(tmp_path: Path) -> None:
    file = tmp_path / "labelled.jsonl"
    said = {"title": "Which CRM?", "body": "We are 12 people.", "strength": 3}
    posts = [
        said | {"id": 1, "role": "seeker"},
        said | {"id": 2, "title": "WHICH  CRM", "strength": 2},  # a signal too
        said | {"id": 3, "role": "other"},
        said | {"id": 4, "strength": 0, "role": "other"},
        said | {"id": 5, "strength": 0, "body": "We are 13 people."},
        said | {"id": 1, "role": "seeker", "title": "Which CRM"},
        said | {"id": 2},
        {"id": 7, "title": "...", "strength": 0},
        {"id": 8, "title": "?", "strength": 3},
    ]
    file.write_text(lines(*posts))

    ran = harken_here("eval", str(file))

    otherwise = "the same words are labelled otherwise in"
    one = "only one can be right, and both count"
    role = '"role": "other" here, "seeker" there'
    assert ran.code == 0
    assert ran.err.splitlines() == [
        f"{file}, line 2: the same words are there already, in {file}, line 1; they count twice",
        f"{file}, line 3: {otherwise} {file}, line 1: {role}; {one}",
        f"{file}, line 4: {otherwise} {file}, line 1: strength 0 here, 3 there; {role}; {one}",
        f"{file}, line 6: the post '1' is there already, in {file}, line 1; it counts twice",
        f'{file}, line 6: {otherwise} {file}, line 3: "role": "seeker" here, "other" there; {one}',
        f"{file}, line 7: the post '2' is there already, in {file}, line 2; it counts twice",
        f"{file}, line 7: {otherwise} {file}, line 4: strength 3 here, 0 there; {one}",
    ]
    assert "9 posts" in ran.out


def test_training_names_words_that_are_labelled_in_two_ways_across_files(tmp_path: Path) -> None:
    posts = some_labelled()
    first, second = tmp_path / "first.jsonl", tmp_path / "second.jsonl"
    first.write_text(lines(*posts))
    signal = next(post for post in posts if post["strength"] == 3)
    second.write_text(lines(signal | {"id": "b", "strength": 0}, signal | {"id": "c"}))
    at = posts.index(signal) + 1

    ran = harken_here(
        "train", "--data", str(first), "--data", str(second), "--out", str(tmp_path / "model"),
        "--no-made-up",
    )  # fmt: skip

    assert ran.code == 0
    otherwise = "the same words are labelled otherwise in"
    one = "only one can be right, and both count"
    assert ran.err.splitlines() == [
        f"{second}, line 1: {otherwise} {first}, line {at}: strength 0 here, 3 there; {one}",
        f"{second}, line 2: {otherwise} {second}, line 1: strength 3 here, 0 there; {one}",
    ]


def test_a_model_that_is_not_there_is_told_in_words(tmp_path: Path) -> None:
    file = tmp_path / "labelled.jsonl"
    file.write_text(lines(CHAT | {"strength": 0}))

    ran = harken_here("eval", str(file), "--compare", str(tmp_path / "none"))

    assert ran.code == 2
    where = f"{tmp_path / 'none'}: card.json: No such file or directory"
    assert ran.err == f"the model can't be read in {where}\n"


def test_too_few_labelled_lines_are_refused_in_words(tmp_path: Path) -> None:
    file = tmp_path / "labelled.jsonl"
    file.write_text(lines({"title": "a", "strength": 0}))
    empty = tmp_path / "empty.jsonl"
    empty.touch()

    assert harken_here("train", "--data", str(file), "--out", str(tmp_path / "m")).code == 1
    assert harken_here("eval", str(empty)).code == 2
    assert not (tmp_path / "m").exists()


@pytest.mark.parametrize(
    ("out", "said"),
    [
        ("model", "Not a directory"),
        ("model/deeper", "Not a directory"),
        ("/proc/harken", "No such file or directory"),
        ("taken", "Is a directory"),
    ],
)
def test_where_no_model_can_be_written_none_is_trained(
    tmp_path: Path, out: str, said: str
) -> None:
    (tmp_path / "model").write_text("mine")
    (tmp_path / "taken" / "card.json").mkdir(parents=True)
    before = sorted(tmp_path.rglob("*"))

    ran = harken_here("train", "--data", "missing.jsonl", "--out", str(tmp_path / out))

    assert (ran.code, ran.out) == (2, "")
    assert ran.err == f"no model can be written in {tmp_path / out}: {said}\n"
    assert sorted(tmp_path.rglob("*")) == before


def test_a_folder_is_tried_without_a_trace(tmp_path: Path) -> None:
    ran = harken_here("train", "--data", "missing.jsonl", "--out", str(tmp_path / "new" / "model"))

    assert (ran.code, ran.err) == (
        2,
        "missing.jsonl can't be opened: No such file or directory\n",
    )
    assert list(tmp_path.iterdir()) == []


def test_figures_that_need_a_signal_are_left_open_without_one(tmp_path: Path) -> None:
    file = tmp_path / "none.jsonl"
    file.write_text(lines(*[CHAT | {"strength": 0}] * 3))

    table = harken_here("eval", str(file)).out.splitlines()
    (report,) = harken_here("eval", str(file), "--json").lines

    for name in ("average precision", "precision", "recall", "f1", "roc auc"):
        row = next(line for line in table if line.startswith(name))
        assert row.split() == [*name.split(), "-"]
        assert report[name.replace(" ", "_")] == {"value": None, "low": None, "high": None}


@pytest.mark.parametrize("command", ["classify", "eval", "train"])
def test_the_help_has_an_example(command: str) -> None:
    ran = harken_here(command, "--help")

    assert ran.code == 0
    assert "Example:" in ran.out


def test_a_post_that_is_no_signal_waits_for_no_library_that_others_need() -> None:
    ran = harken("classify", stdin=lines(CHAT), PYTHONPROFILEIMPORTTIME="1")

    imported = {line.rpartition("|")[2].strip() for line in ran.err.splitlines()}
    assert "nlp.judge" in imported
    assert not imported & {"spacy", "sklearn", "scrapy", "sqlalchemy", "fastapi", "aiohttp"}

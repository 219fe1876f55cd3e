"""What the shipped model must be: whole, small, free of code and of other people's words."""

import hashlib
import json
import re
import subprocess
import sys
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from models.words import Kind, Role
from nlp.artefact import ARRAYS, ModelError, load_model
from nlp.judge import Judge
from nlp.model_card import CARD, SHIPPED

MOST_BYTES = 6_000_000


def card() -> dict[str, Any]:
    document: dict[str, Any] = json.loads((SHIPPED / CARD).read_text(encoding="utf-8"))
    return document


def test_the_shipped_model_is_the_one_of_its_card() -> None:
    content = (SHIPPED / ARRAYS).read_bytes()

    assert hashlib.sha256(content).hexdigest() == card()["sha256"]
    assert load_model().version == card()["version"]


def test_the_shipped_model_is_small() -> None:
    assert sum(path.stat().st_size for path in SHIPPED.iterdir()) < MOST_BYTES


def test_the_shipped_reader_is_whole_and_goes_with_the_linear_model() -> None:
    Judge.load().check()
    assert sum(path.stat().st_size for path in (SHIPPED / "reader").iterdir()) < 25_000_000
    measured = json.loads((SHIPPED / "reader" / CARD).read_text(encoding="utf-8"))["measured"]
    assert measured["mixed"]["average_precision"] > measured["linear_alone"]["average_precision"]
    assert measured["mixed"]["calibration_error"] < 0.05


def test_the_shipped_model_holds_arrays_and_no_code() -> None:
    with zipfile.ZipFile(SHIPPED / ARRAYS) as archive:
        assert sorted(archive.namelist()) == [
            "common.npy", "intercepts.npy", "names.npy", "weights.npy",
        ]  # fmt: skip
        for name in archive.namelist():
            assert b"'descr': '|O'" not in archive.read(name)[:200]  # objects would be pickled


def test_the_card_says_what_people_need_to_know() -> None:
    found = card()

    assert found["measured"]["signal"]["average_precision"][1] > 0.7  # the floor to beat, clearly
    assert found["measured"]["signal"]["calibration_error"] < 0.05
    assert 0 < found["threshold"] < 1
    assert set(found["kinds"]) == set(Kind) - {Kind.NEED, Kind.NONE}
    assert set(found["roles"]) <= set(Role)
    assert found["data"]["posts"] > 1_000
    assert {"intended_use", "known_failures", "licence", "privacy"} <= set(found["notes"])


def test_nothing_but_words_and_pairs_is_in_the_model() -> None:
    names = list(load_model().linear.index)

    plain = [name for name in names if name[:2] in ("t:", "a:", "q:")]
    assert max(len(name[2:].split(" ")) for name in plain) <= 2
    assert max(len(name[2:].split(" ")) for name in names if name.startswith("d:")) <= 4
    assert not [name for name in plain if re.search(r"@|https?://|\d", name)]


Damage = Callable[[Path], object]


def text_of(folder: Path) -> str:
    return (folder / CARD).read_text(encoding="utf-8")


def rewrite(folder: Path, **changed: object) -> None:
    (folder / CARD).write_text(json.dumps(json.loads(text_of(folder)) | changed))


def other_arrays(folder: Path) -> None:
    (folder / ARRAYS).write_bytes(b"PK not really")
    rewrite(folder, sha256=hashlib.sha256(b"PK not really").hexdigest())


@pytest.mark.parametrize(
    ("damage", "said"),
    [
        (lambda folder: (folder / CARD).unlink(), "the model can't be read"),
        (lambda folder: (folder / ARRAYS).unlink(), "the model can't be read"),
        (lambda folder: (folder / ARRAYS).write_bytes(b"other"), "SHA-256"),
        (other_arrays, "arrays"),
        (lambda folder: (folder / CARD).write_text("{"), "card"),
        (lambda folder: (folder / CARD).write_text("[]"), "card.json holds no JSON object"),
        (lambda folder: (folder / CARD).write_text("{}"), 'card.json lacks "version", "sha256"'),
        (lambda folder: (folder / CARD).write_text("[" * 100_000), "card"),
        (lambda folder: (folder / CARD).write_bytes(b"\xff"), "the model can't be read"),
        (lambda folder: rewrite(folder, format=99), "format 99"),
        (lambda folder: rewrite(folder, kinds=["wish"]), "card"),
        (lambda folder: rewrite(folder, kinds=["pricing"]), "outputs"),
        (lambda folder: rewrite(folder, threshold="high"), "no number"),
    ],
    ids=range(13),
)
def test_a_damaged_model_is_refused_in_words(tmp_path: Path, damage: Damage, said: str) -> None:
    for name in (ARRAYS, CARD):
        (tmp_path / name).write_bytes((SHIPPED / name).read_bytes())
    damage(tmp_path)

    with pytest.raises(ModelError, match=said):
        Judge.load(tmp_path)


def test_judging_loads_neither_scikit_learn_nor_spacy_for_a_post_that_is_no_signal() -> None:
    program = (
        "import sys; from nlp.judge import Judge; from nlp.phrases import TopicIndex\n"
        "assert not Judge.load().judge('', 'thanks, that made my day, see you').signal\n"
        "print([name for name in ('sklearn', 'spacy', 'py3langid') if name in sys.modules])"
    )

    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", program], capture_output=True, text=True, check=True
    )

    assert done.stdout.strip() == "[]"

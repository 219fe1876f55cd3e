"""`harken demo --once`, run as a user runs it."""

import json
import resource
import subprocess
from pathlib import Path

import pytest

from service.demo.communities import Label, labels
from tests.command import HARKEN, environment, harken, harken_here

#: What is in every one of the document's leads (architecture: stable contracts).
LEAD_KEYS = {"id", "title", "score", "kind", "source", "url", "owner", "evidence"}


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("demo") / "house"


@pytest.fixture(scope="module")
def document(folder: Path) -> dict[str, object]:
    ran = harken("demo", "--once", "--json", data=folder)
    assert (ran.code, ran.err) == (0, "")
    made = json.loads(ran.out)
    assert isinstance(made, dict)
    return made


def label_of(url: str) -> Label:
    """Return what the writer of the post at ``url`` meant it to be."""
    return labels()["/" + url.split("/", 3)[3]]


def test_it_prints_the_document_of_the_contract(document: dict[str, object]) -> None:
    assert set(document) == {"fetched", "posts", "signals", "leads", "seconds"}
    assert isinstance(document["posts"], int)
    assert document["posts"] >= 150
    leads = document["leads"]
    assert isinstance(leads, list)
    assert leads
    assert all(set(lead) >= LEAD_KEYS for lead in leads)
    scores = [lead["score"] for lead in leads]
    assert scores == sorted(scores, reverse=True)


def test_no_seller_and_no_job_is_among_the_top_ten(document: dict[str, object]) -> None:
    leads = document["leads"]
    assert isinstance(leads, list)
    found = {lead["title"]: label_of(lead["url"]) for lead in leads[:10]}
    assert not {Label.SELLER, Label.JOB} & set(found.values()), found
    assert sum(label is Label.SIGNAL for label in found.values()) >= 9, found


def test_most_buyers_of_the_sample_are_found(document: dict[str, object]) -> None:
    leads = document["leads"]
    assert isinstance(leads, list)
    buyers = {key for key, label in labels().items() if label is Label.SIGNAL}
    found = {"/" + lead["url"].split("/", 3)[3] for lead in leads}
    assert len(buyers & found) >= 0.6 * len(buyers), sorted(buyers - found)


def test_evidence_is_quoted_from_the_post(folder: Path, document: dict[str, object]) -> None:
    posts = {
        post["url"]: post for post in harken_here("posts", "list", "--json", data=folder).lines
    }
    leads = document["leads"]
    assert isinstance(leads, list)
    for lead in leads:
        post = posts[lead["url"]]
        words = f"{post['title']}\n{post['text']}"
        assert lead["evidence"]
        for quote in lead["evidence"]:
            assert quote["text"] in words


def test_sales_ready_leads_are_with_the_three_reps_in_turn(document: dict[str, object]) -> None:
    leads = document["leads"]
    assert isinstance(leads, list)
    offered = [lead["owner"] for lead in leads if lead["status"] == "offered"]
    assert offered
    shares = [offered.count(rep) for rep in ("ines", "tom", "yuki")]
    assert sum(shares) == len(offered)
    assert max(shares) - min(shares) <= 1


def test_a_second_run_on_the_same_folder_adds_nothing(
    folder: Path, document: dict[str, object]
) -> None:
    again = json.loads(harken_here("demo", "--once", "--json", data=folder).out)
    assert (again["posts"], again["signals"]) == (0, 0)
    first = document["leads"]
    assert isinstance(first, list)
    assert {lead["id"] for lead in again["leads"]} == {lead["id"] for lead in first}


def test_the_digest_of_the_social_seller_reads_as_text(
    folder: Path, document: dict[str, object]
) -> None:
    ran = harken_here("digest", "--for", "mara", "--print", data=folder)
    assert (ran.code, ran.err) == (0, "")
    assert "Mara Lindqvist's digest" in ran.out
    assert "Why:" in ran.out
    assert "Original: http://127.0.0.1:" in ran.out


def test_a_folder_of_somebody_else_is_refused(tmp_path: Path) -> None:
    (tmp_path / "sources.toml").write_text("")
    ran = harken_here("demo", "--once", data=tmp_path)
    assert ran.code == 1
    assert "give the demo a folder of its own" in ran.err
    assert list(tmp_path.iterdir()) == [tmp_path / "sources.toml"]


@pytest.mark.parametrize(
    "most",
    [100, *(pytest.param(most, marks=pytest.mark.soak) for most in (20_000, 60_000))],
)
def test_a_disk_that_is_full_is_one_line(tmp_path: Path, most: int) -> None:
    def leave_no_space() -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (most, most))

    done = subprocess.run(
        [HARKEN, "demo", "--once", "--json", "--data", str(tmp_path / "house")],
        preexec_fn=leave_no_space,
        capture_output=True,
        text=True,
        env=environment(PYTHONDONTWRITEBYTECODE="1"),
        timeout=60,
        check=False,
    )
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.count("\n") == 1, done.stderr
    assert "can't be used: File too large" in done.stderr or "is it full?" in done.stderr

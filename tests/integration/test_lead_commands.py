"""`harken leads merge ... score`, `inquiries`, `content` and `experiment`, run in this process."""

import json
import os
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from service.cli import main
from tests.command import Ran

Harken = Callable[..., Ran]


@pytest.fixture
def harken(
    monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str], tmp_path: Path
) -> Harken:
    """Run the command line on one installation, as `harken` would."""
    for name in [name for name in os.environ if name.startswith("HARKEN_")]:
        monkeypatch.delenv(name)
    folder = tmp_path / "house"

    def run(*words: str) -> Ran:
        where = [] if words[0] == "init" else ["--data", str(folder)]
        monkeypatch.setattr(sys, "argv", ["harken", *words, *where])
        code = main()
        return Ran(code, *capfd.readouterr())

    assert run("init", str(folder)).code == 0
    return run


def a_topic(harken: Harken) -> str:
    ran = harken("topics", "list", "--json")
    return str(ran.lines[0]["id"])


def an_inquiry(harken: Harken, topic: str, name: str, text: str) -> str:
    ran = harken("inquiries", "add", topic, text, "--name", name, "--by", "admin", "--json")
    assert ran.code == 0, ran.err
    return str(ran.lines[0]["lead"])


def test_a_lead_is_taken_in_merged_and_taken_apart_again(harken: Harken) -> None:
    topic = a_topic(harken)
    one = an_inquiry(harken, topic, "Anna", "What does it cost?")
    other = an_inquiry(harken, topic, "Ann", "What would it cost us?")

    merged = harken("leads", "merge", one, other, "--by", "admin", "--json")
    assert merged.code == 0, merged.err
    assert {merged.lines[0]["lead"], merged.lines[0]["merged"]} == {one, other}
    assert len(harken("leads", "list", "--json").lines) == 1
    again = harken("leads", "unmerge", str(merged.lines[0]["merged"]), "--by", "admin")
    assert again.code == 0, again.err
    assert harken("leads", "related", one).code == 0


def test_a_score_is_worked_out_again_and_equal(harken: Harken) -> None:
    lead = an_inquiry(harken, a_topic(harken), "Anna", "What does it cost?")

    ran = harken("leads", "score", lead, "--json")
    assert ran.code == 0, ran.err
    assert ran.lines[0]["equal"] is True
    later = harken("leads", "score", lead, "--at", "2099-01-01", "--json").lines[0]
    assert later["stored"] is None
    assert float(str(later["score"])) < 1
    assert "stored score" in harken("leads", "score", lead).out
    early = harken("leads", "score", lead, "--at", "2001-01-01")
    assert (early.code, "had no score" in early.err) == (1, True)


def test_a_lead_is_closed_with_a_code_and_opened_again(harken: Harken) -> None:
    lead = an_inquiry(harken, a_topic(harken), "Anna", "What does it cost?")

    unsaid = harken("leads", "close", lead, "disqualified", "--by", "admin")
    assert (unsaid.code, "say why with --code: spam" in unsaid.err) == (2, True)
    early = harken("leads", "close", lead, "won", "--product", "x", "--by", "admin")
    assert (early.code, "can't be won now" in early.err) == (1, True)
    half = harken("leads", "close", lead, "won", "--amount", "3", "--by", "admin")
    assert (half.code, "needs its currency" in half.err) == (2, True)
    refused = harken("leads", "snooze", lead, "--until", "2001-01-01", "--by", "admin")
    assert refused.code == 1
    back = harken("leads", "handback", lead, "--code", "not_ready", "--by", "admin")
    assert back.code == 1
    nobody = harken("leads", "reopen", lead, "--by", "nobody")
    assert (nobody.code, "no user 'nobody'" in nobody.err) == (1, True)


def test_a_list_of_inquiries_says_what_it_refuses(harken: Harken, tmp_path: Path) -> None:
    file = tmp_path / "fair.csv"
    file.write_text("name,message,consent\nAnna,How much?,asked\nBen,,\n", "utf-8")

    ran = harken("inquiries", "import", str(file), "--topic", a_topic(harken), "--by", "admin")

    assert ran.code == 1
    assert ran.err == (
        "fair.csv:3: an address without an inquiry is no lead: nobody asked for anything\n"
    )
    assert "1 taken in, 1 refused" in ran.out


def test_gaps_of_content_are_listed_and_no_trial_is_said(harken: Harken) -> None:
    gaps = harken("content", "gaps", "--json")
    assert gaps.code == 0
    assert {line["step"] for line in gaps.lines} == {1, 2, 3, 4, 5, 6}
    assert "anybody" in harken("content", "gaps").out
    assert "No profile is on trial" in harken("experiment", "report").out
    assert json.loads(harken("experiment", "report", "--json").out) == []

"""What goes where, when it is tried again, and where nothing ever goes."""

import ast
from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

import service
from config import ConfigError, load_config
from config.channels import EndpointSpec, PayloadShape, misdirected
from models.delivery import EVENT_KINDS
from service.delivery.news import News
from service.delivery.plain import harmless, one_line
from service.rules.delivery import (
    SCHEDULE,
    Event,
    Verdict,
    blames_endpoint,
    hears,
    next_attempt,
    order,
    pause,
    verdict,
)
from tests.fakes import NOON

HOOK = "https://crm.example/hook"


def a_spec(**values: object) -> EndpointSpec:
    usual = {"id": "crm", "kind": "webhook", "url": HOOK, "secret_env": "HARKEN_CRM"}
    return EndpointSpec.model_validate(usual | values)


def test_the_schedule_is_that_of_standard_webhooks() -> None:
    assert [step.total_seconds() for step in SCHEDULE] == [
        *(0, 5, 300, 1_800, 7_200, 18_000, 36_000, 50_400, 72_000, 86_400)
    ]


@given(st.integers(1, 9), st.floats(0, 1))
def test_a_wait_is_the_schedule_s_and_at_most_a_tenth_longer(attempts: int, jitter: float) -> None:
    again = next_attempt(attempts, now=NOON, jitter=jitter)

    assert again is not None
    assert SCHEDULE[attempts] <= again - NOON <= SCHEDULE[attempts] * 1.1


def test_after_ten_attempts_it_is_given_up() -> None:
    assert next_attempt(10, now=NOON, jitter=0.5) is None


@given(st.integers(1, 9), st.integers(0, 86_400))
def test_w03_nobody_is_asked_before_the_time_that_they_named(attempts: int, seconds: int) -> None:
    rest = timedelta(seconds=seconds)
    again = next_attempt(attempts, now=NOON, jitter=0, asked_rest=rest)

    assert again is not None
    assert again - NOON >= rest
    assert pause(attempts, asked_rest=rest) >= rest


@given(st.integers(1, 10_000))
def test_an_endpoint_rests_longer_and_longer_and_five_minutes_at_the_most(failures: int) -> None:
    assert timedelta(seconds=5) <= pause(failures) <= pause(failures + 1) <= timedelta(minutes=5)


@pytest.mark.parametrize(
    ("status", "means", "blamed"),
    [
        (200, Verdict.SENT, False),
        (299, Verdict.SENT, False),
        (301, Verdict.FAILED, True),
        (400, Verdict.FAILED, False),
        (410, Verdict.GONE, False),
        (429, Verdict.FAILED, True),
        (503, Verdict.FAILED, True),
        (199, Verdict.FAILED, False),
        (None, Verdict.FAILED, True),
    ],
)
def test_what_a_status_means(status: int | None, means: Verdict, blamed: bool) -> None:
    assert verdict(status) is means
    if means is Verdict.FAILED:
        assert blames_endpoint(status) is blamed


def test_an_endpoint_hears_what_it_asked_for() -> None:
    spec = a_spec(events=("lead.*",), topics=("crm",), min_score=50.0)

    assert hears(spec, Event(kind="lead.won", topic="crm", score=50))
    assert not hears(spec, Event(kind="lead.won", topic="erp", score=90))
    assert not hears(spec, Event(kind="lead.won", topic="crm", score=49))
    assert not hears(spec, Event(kind="source.moved"))
    assert not hears(a_spec(active=False), Event(kind="lead.sales_ready", topic="crm", score=99))
    assert hears(a_spec(events=("source.moved",)), Event(kind="source.moved"))


@pytest.mark.parametrize(
    ("url", "source"),
    [
        ("https://talk.example/hook", "https://talk.example/feed"),
        ("https://talk.example:8443/hook", "https://talk.example/feed"),
        ("https://api.talk.example/hook", "https://talk.example/feed"),
        ("https://talk.example/hook", "https://www.talk.example/feed"),
        ("https://talk.example/hook", "https://forum.talk.example/feed"),
        ("https://TALK.example./hook", "https://talk.example/feed"),
        ("http://127.0.0.1:8000/hook", "http://127.0.0.1:8000/feed"),
    ],
)
def test_nothing_is_sent_to_a_community(url: str, source: str) -> None:
    assert misdirected(url, source_urls=["https://a.example/", source]) is not None


@pytest.mark.parametrize(
    ("url", "source"),
    [
        ("https://crm.example/hook", "https://talk.example/feed"),
        ("https://nottalk.example/hook", "https://talk.example/feed"),
        ("http://127.0.0.1:9000/hook", "http://127.0.0.1:8000/feed"),
        ("https://crm.example/hook", "/var/mail/lists"),
        ("https://crm.example/hook", "imaps://mail.example/"),
    ],
)
def test_other_places_are_all_right(url: str, source: str) -> None:
    assert misdirected(url, source_urls=[source]) is None


@pytest.mark.parametrize("url", ["ftp://a.example/", "https://u:p@a.example/", "https:///x"])
def test_what_is_no_address_is_no_endpoint(url: str) -> None:
    assert misdirected(url, source_urls=[]) is not None


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ({"url": None}, "url or url_env"),
        ({"url_env": "HARKEN_X"}, "url or url_env"),
        ({"secret_env": None}, "secret"),
        ({"secret_env": "whsec_abc"}, "name of a variable"),
        ({"events": ()}, "at least 1"),
        ({"events": ("lead.win",)}, "lead.won"),
        ({"kind": "slack", "secret_env": None}, "keep it in a variable"),
        ({"kind": "slack", "url": None, "url_env": "HARKEN_X"}, "no signatures"),
    ],
)
def test_what_an_endpoint_needs_is_said(values: dict[str, object], words: str) -> None:
    with pytest.raises(ValidationError, match=words):
        a_spec(**values)


def test_people_get_a_message_a_second_at_the_most() -> None:
    slack = {"kind": "slack", "url": None, "url_env": "HARKEN_X", "secret_env": None}

    assert a_spec(**slack).gap == timedelta(seconds=1)
    with pytest.raises(ValidationError, match="60 at the most"):
        a_spec(**slack, per_minute=61)


def test_every_event_has_words_and_an_order() -> None:
    for kind in EVENT_KINDS:
        for count in (1, 2):
            news = News(counts={kind: count}, leads=[], more=0, base_url="")
            assert kind not in news.headline
    assert order(["lead.won", "source.moved", "lead.sales_ready"])[0] == "lead.sales_ready"
    assert {shape.value for shape in PayloadShape} > {"hubspot", "salesforce", "pipedrive"}


@given(st.text(), st.integers(2, 50))
def test_h16_a_stranger_s_words_are_one_short_visible_line(text: str, most: int) -> None:
    line = one_line(text, most)

    assert len(line) <= most
    assert line == " ".join(line.split())
    assert not set(line) & set("\0\n\r\u2028\u202e\u200b\ufeff")
    assert "{{" not in harmless(text, most)


def test_an_endpoint_at_a_source_is_a_problem_of_the_file(tmp_path: Path) -> None:
    (tmp_path / "sources.toml").write_text(
        '[[source]]\nid = "t"\nkind = "feed"\nname = "T"\nurl = "https://talk.example/feed"\n'
    )
    (tmp_path / "channels.toml").write_text(
        '[[endpoint]]\nid = "crm"\nkind = "webhook"\nurl = "https://api.talk.example/hook"\n'
        'secret_env = "HARKEN_CRM"\ntopics = ["nothing"]\n'
    )

    with pytest.raises(ConfigError) as caught:
        load_config(tmp_path)
    told = [str(problem) for problem in caught.value.problems]
    assert any("channels.toml:4" in line and "never posts to a community" in line for line in told)
    assert any("no topic 'nothing'" in line for line in told)


def test_every_event_that_is_emitted_can_be_asked_for() -> None:
    emitted = {
        node.args[1].value
        for path in Path(str(service.__file__)).parent.rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.Call)
        and ast.unparse(node.func) == "emit"
        and isinstance(node.args[1], ast.Constant)
    }

    assert emitted - set(EVENT_KINDS) == set()

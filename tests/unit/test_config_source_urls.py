"""Where sources of each kind may be."""

import re
from datetime import timedelta
from pathlib import Path

import pytest
from pydantic import ValidationError

from config.source import OPTIONS, SourceSpec, check_options, check_source_url, reads_back
from models.words import SourceKind


@pytest.mark.parametrize(
    ("kind", "url"),
    [
        (SourceKind.FEED, "https://talk.example/feed"),
        (SourceKind.HYPERKITTY, "https://lists.example/archives/list/users@lists.example/"),
        (SourceKind.IMAP, "imaps://mail.example/"),
        (SourceKind.IMAP, "imaps://mail.example:1993"),
        (SourceKind.IMAP, "imap://localhost:1143/"),
        (SourceKind.IMAP, "imap://127.0.0.1:1143/"),
        (SourceKind.NNTP, "nntps://news.example/comp.crm"),
        (SourceKind.NNTP, "nntp://news.example/comp.crm"),
        (SourceKind.JETSTREAM, "wss://stream.example/subscribe"),
        (SourceKind.JETSTREAM, "ws://127.0.0.1:6008/subscribe"),
        (SourceKind.JETSTREAM, "https://stream.example/"),
        (SourceKind.MAILBOX, "/var/mail/lists"),
        (SourceKind.MAILBOX, "file:///var/mail/lists"),
        (SourceKind.CAPTURE, "capture://captured-by-hand"),
        (SourceKind.IMPORT, "import://acme-slack"),
        (SourceKind.IMPORT, "https://acme.slack.example/"),
    ],
)
def test_an_address_of_its_kind_is_taken_as_it_is(kind: SourceKind, url: str) -> None:
    assert check_source_url(url, kind=kind) == url


@pytest.mark.parametrize(
    ("kind", "url", "reason"),
    [
        (SourceKind.FEED, "imaps://mail.example/", "begins with http"),
        (SourceKind.FEED, "/var/mail/lists", "begins with http"),
        (SourceKind.FEED, "import://acme", "begins with http"),
        (SourceKind.FEED, "https://www.linkedin.com/groups/1", "LinkedIn forbids"),
        (SourceKind.IMAP, "https://mail.example/", "write it like imaps://"),
        (SourceKind.IMAP, "imaps://", "write it like imaps://"),
        (SourceKind.IMAP, "imaps://me:secret@mail.example/", "user name or password"),
        (SourceKind.IMAP, "imap://mail.example/", "password in clear"),
        (SourceKind.IMAP, "imap://127.0.0.1.evil.example/", "password in clear"),
        (SourceKind.IMAP, "imaps://mail.example/a b", "blanks"),
        (SourceKind.NNTP, "nntps://news.example/", "names no group"),
        (SourceKind.NNTP, "news.example/comp.crm", "write it like nntps://"),
        (SourceKind.FEED, "wss://stream.example/", "begins with http"),
        (SourceKind.JETSTREAM, "stream.example/", "write it like wss://"),
        (SourceKind.JETSTREAM, "wss://me@stream.example/", "user name"),
        (SourceKind.JETSTREAM, "httpx://stream.example/", "begins with http"),
        (SourceKind.MAILBOX, "mail/lists", "no path from the root"),
        (SourceKind.MAILBOX, "file://elsewhere/mail", "no path from the root"),
        (SourceKind.MAILBOX, "/var/mail\n", "no path from the root"),
        (SourceKind.MAILBOX, "https://lists.example/x.mbox", "no path from the root"),
        (SourceKind.IMPORT, "import://Acme Slack", "is no id"),
        (SourceKind.CAPTURE, "import://acme", "begins with http"),
        (None, "imaps://mail.example/", "begins with http"),
    ],
)
def test_another_address_is_refused_with_the_reason(
    kind: SourceKind | None, url: str, reason: str
) -> None:
    with pytest.raises(ValueError, match=reason):
        check_source_url(url, kind=kind)


def test_a_refused_password_is_not_repeated() -> None:
    with pytest.raises(ValueError, match="password") as caught:
        check_source_url("imaps://me:hunter2@mail.example/", kind=SourceKind.IMAP)
    assert "hunter2" not in str(caught.value)


def test_the_problem_stands_at_the_address() -> None:
    with pytest.raises(ValidationError) as caught:
        SourceSpec(
            id="mail",
            kind=SourceKind.IMAP,
            name="Mail",
            url="https://mail.example/",
            every=timedelta(minutes=15),
        )
    assert [problem["loc"] for problem in caught.value.errors()] == [("url",)]


def test_policies_find_the_host_of_a_mail_server() -> None:
    spec = SourceSpec(id="m", kind=SourceKind.IMAP, name="M", url="imaps://Mail.Example:993/")
    assert spec.host == "mail.example"
    local = SourceSpec(id="m", kind=SourceKind.MAILBOX, name="M", url="/var/mail/m")
    assert local.host == ""


def a_spec(**options: str) -> SourceSpec:
    url = "https://talk.example/feed"
    return SourceSpec(id="talk", kind=SourceKind.FEED, name="Talk", url=url, options=options)


@pytest.mark.parametrize("days", ["1000000", "3651", "-1", "a week", "9" * 5_000, "٣"])
def test_a_file_names_no_more_days_to_read_back_than_there_are(days: str) -> None:
    with pytest.raises(ValidationError, match=r"backfill_days.*no number of days up to 3650"):
        a_spec(backfill_days=days)
    assert a_spec(backfill_days="3650").options == {"backfill_days": "3650"}


@pytest.mark.parametrize(
    ("kind", "options", "reason"),
    [
        (
            SourceKind.FEED,
            {"foo": "bar"},
            "no option of feed, which knows backfill_days, comments",
        ),
        (SourceKind.FEED, {"comment": "yes"}, "did you mean 'comments'"),
        (SourceKind.FEED, {"comments": "maybe"}, 'neither "yes" nor "no"'),
        (SourceKind.FORUM, {"backfill_days": "4000"}, "no number of days"),
        (SourceKind.NODEBB, {"page": "1"}, "which knows none"),
    ],
)
def test_an_option_that_its_kind_does_not_know_is_named_with_those_it_does(
    kind: SourceKind, options: dict[str, str], reason: str
) -> None:
    with pytest.raises(ValueError, match=reason):
        check_options(options, kind=kind)


def test_the_options_of_each_kind_are_those_of_the_page_on_sources() -> None:
    page = (Path(__file__).parents[2] / "docs" / "sources.md").read_text("utf-8")
    rows = re.findall(r"^\| `(\w+)` \|[^|]*\|([^|]*)\|$", page, re.MULTILINE)
    assert {kind for kind, _ in rows} >= set(OPTIONS)
    for kind, told in rows:
        named = set(re.findall(r"`([a-z_]{3,})(?: = \"[^`]*)?`", told))
        assert named - {"approval_ref"} == set(OPTIONS.get(SourceKind(kind), ())), kind


def test_a_file_gives_no_option_that_its_kind_does_not_know() -> None:
    with pytest.raises(ValidationError, match="did you mean 'comments'"):
        a_spec(comment="yes")


def test_of_a_kind_that_is_none_nothing_is_said_of_its_options() -> None:
    said = {"id": "talk", "name": "Talk", "url": "https://talk.example/feed", "kind": "smoke"}

    with pytest.raises(ValidationError) as refused:
        SourceSpec.model_validate({**said, "options": {"signals": "3"}})

    assert [error["loc"] for error in refused.value.errors()] == [("kind",)]


def test_forums_and_feeds_are_read_back_and_streams_are_not() -> None:
    assert reads_back(SourceKind.FORUM)
    assert reads_back(SourceKind.FEED)
    assert not reads_back(SourceKind.JETSTREAM)


def test_options_of_a_kind_are_taken() -> None:
    check_options({"comments": "Yes", "backfill_days": "30"}, kind=SourceKind.FEED)
    check_options({"site": "stackoverflow", "answers": "no"}, kind=SourceKind.STACK_EXCHANGE)

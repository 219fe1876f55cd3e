"""Where sources of each kind may be."""

from datetime import timedelta

import pytest
from pydantic import ValidationError

from config.source import SourceSpec, check_source_url
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

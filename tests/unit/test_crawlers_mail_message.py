"""A mail to a post."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from crawlers.errors import NothingToRead
from crawlers.mail.message import message_key, post_of, read_mail
from tests.crawling import NOW
from tests.mails import a_mail, a_notice


def test_a_mail_that_asks_opens_a_thread() -> None:
    mail = read_mail(a_mail(subject="[Users] Which CRM?"))
    post = post_of(mail, now=NOW)

    assert post.title == "Which CRM?"
    assert post.text == "Which CRM do you use?"
    assert post.author == "Ann Lee"
    assert post.published == datetime(2026, 6, 29, 10, tzinfo=UTC)
    assert post.is_opening
    assert post.thread_key == post.external_id == message_key("one@people.example")


def test_an_answer_is_a_reply_in_its_thread() -> None:
    first = "one@people.example"
    mail = read_mail(
        a_mail(
            "Ours is fine.",
            subject="Re: Which CRM?",
            message_id="three@people.example",
            headers={"References": f"<{first}> <two@people.example>"},
        )
    )
    post = post_of(mail, now=NOW)

    assert (post.title, post.thread_title, post.is_opening) == ("", "Which CRM?", False)
    assert post.thread_key == message_key(first)
    assert post.parent_external_id == message_key("two@people.example")


@pytest.mark.parametrize(
    ("sender", "author"),
    [
        ('"Lee, Ann" <ann@people.example>', "Lee, Ann"),
        ("=?utf-8?q?J=C3=B6rg?= <j@people.example>", "Jörg"),
        ("Ann Lee via Users <users@lists.example>", "Ann Lee"),
        ("\"'Ann Lee' via Sales Group\" <sales@groups.example>", "Ann Lee"),
        ("ann at people.example (Ann Lee)", "Ann Lee"),
    ],
)
def test_an_author_is_who_signs(sender: str, author: str) -> None:
    assert read_mail(a_mail(sender=sender)).author == author


@pytest.mark.parametrize(
    "sender", ["ann.lee@people.example", '"ann.lee@people.example" <ann.lee@people.example>']
)
def test_of_somebody_without_a_name_no_address_is_kept(sender: str) -> None:
    author = read_mail(a_mail(sender=sender)).author
    assert author is not None
    assert author.startswith("an…")
    assert "@" not in author


def test_nothing_that_is_stored_holds_an_address() -> None:
    body = a_mail("Write to bob@people.example", subject="For bob@people.example")
    post = post_of(read_mail(body), now=NOW)
    assert "@people.example" not in repr(replace(post, text="", title="", thread_title=""))
    assert "bob@" not in repr(post)


def test_html_is_read_when_there_is_no_plain_part() -> None:
    body = a_mail("<p>Which <b>CRM</b>?</p><blockquote>old</blockquote>", kind="text/html")
    mail = read_mail(body)
    assert (mail.text, mail.quoted) == ("Which CRM?", "old")


def test_the_plain_part_is_preferred() -> None:
    assert read_mail(a_mail("plain words", markup="<p>other words</p>")).text == "plain words"


@pytest.mark.parametrize(
    ("charset", "raw"),
    [
        ("iso-8859-1", "Größe".encode("latin-1")),
        ("utf-8", "Größe".encode("latin-1")),  # declared wrongly
        ("nonsense", "Größe".encode()),
        ("rot13", "Größe".encode()),
        ("utf-7", "Größe".encode()),
    ],
)
def test_a_text_is_read_whatever_its_charset_claims(charset: str, raw: bytes) -> None:
    head = f"From: a@b.example\nContent-Type: text/plain; charset={charset}\n\n".encode()
    assert read_mail(head + raw).text == "Größe"


def test_an_attachment_is_no_text() -> None:
    body = a_mail("secret figures", headers={"Content-Disposition": "attachment"})
    assert read_mail(body).text == ""


def test_a_mail_without_an_id_has_one_by_its_content() -> None:
    one, again = read_mail(a_mail(message_id=None)), read_mail(a_mail(message_id=None))
    other = read_mail(a_mail("Other words", message_id=None))
    assert one.key == again.key != other.key


def test_a_list_says_where_it_keeps_a_mail() -> None:
    kept = {"Archived-At": "<https://lists.example/message/ABC/>"}
    post = post_of(read_mail(a_mail(headers=kept)), now=NOW)
    assert post.url == "https://lists.example/message/ABC/"
    evil = read_mail(a_mail(headers={"Archived-At": "<javascript:alert(1)>"}))
    assert post_of(evil, now=NOW).url is None


@pytest.mark.parametrize(
    "date", ["", "yesterday", "Mon, 29 Jun 9999 10:00:00 +0000", "Mon, 99 Jun 2026 10:00:00 +9999"]
)
def test_a_date_that_cannot_be_is_none(date: str) -> None:
    assert post_of(read_mail(a_mail(date=date)), now=NOW).published is None


@pytest.mark.parametrize("body", [b"", b"\n\nwords", b"no mail at all"])
def test_what_is_no_mail_is_refused(body: bytes) -> None:
    with pytest.raises(NothingToRead):
        read_mail(body)


@pytest.mark.parametrize(
    "body",
    [
        b"Subject: x\n" * 20_000 + b"\n\nwords",
        b"Subject: " + b"=?utf-8?q?=41?= " * 20_000 + b"\n\nwords",
        b"From: " + b"(" * 100_000 + b"\n\nwords",
        b"References: " + b"<a@b>" * 40_000 + b"\n\nwords",
        b"Content-Type: multipart/mixed; boundary=x\n\n" + b"--x\n\n" * 8_000,
        b"Content-Type: text/plain; charset=" + b"a" * 100_000 + b"\n\nwords",
        bytes(range(256)) * 100,
    ],
)
def test_a_hostile_mail_is_read_or_refused(body: bytes) -> None:
    try:
        mail = read_mail(body)
    except NothingToRead:
        return
    assert len(mail.subject) <= 300


def test_a_notification_is_a_snippet_and_a_link() -> None:
    post = post_of(read_mail(a_notice()), now=NOW)

    assert post.text == "Which CRM do you use for ten people?"
    assert post.author == "Ann Lee"
    assert post.thread_title == "Sales Operations Leaders"
    assert post.url == "https://www.linkedin.com/feed/update/urn:li:activity:712345"
    assert "Token" not in repr(post)


RECEIVED = "by mx.people.example with SMTP; Thu, 5 Nov 2020 11:00:00 +0100 (CET)"


@pytest.mark.parametrize("date", ["", "garbage", "Fri, 29 Jun 2096 10:00:00 +0000"])
def test_a_mail_without_a_date_of_use_is_of_when_it_was_received(date: str) -> None:
    earlier = "by relay; Wed, 4 Nov 2020 23:00:00 +0000"
    mail = read_mail(a_mail(date=date, headers={"Received": f"{RECEIVED}\nReceived: {earlier}"}))
    assert post_of(mail, now=NOW).published == datetime(2020, 11, 5, 10, tzinfo=UTC)


@pytest.mark.parametrize("received", ["", "by mx.people.example", "from x; soon"])
def test_a_mail_without_any_date_is_of_its_envelopes_line(received: str) -> None:
    body = a_mail(date="", headers={"Received": received})
    mail = read_mail(b"From ann@people.example Thu Nov  5 11:00:00 2020\n" + body)
    assert post_of(mail, now=NOW).published == datetime(2020, 11, 5, 11, tzinfo=UTC)


def test_the_date_that_its_author_wrote_comes_first() -> None:
    body = b"From x Thu Nov  5 11:00:00 2020\n" + a_mail(headers={"Received": RECEIVED})
    assert post_of(read_mail(body), now=NOW).published == datetime(2026, 6, 29, 10, tzinfo=UTC)


@pytest.mark.parametrize("envelope", ["", "From ann@people.example\n", "From x soon\n"])
def test_a_mail_that_nothing_dates_has_no_date(envelope: str) -> None:
    body = envelope.encode() + a_mail(date="")
    assert post_of(read_mail(body), now=NOW).published is None


def test_its_envelope_makes_no_other_mail_of_one_without_an_id() -> None:
    body = a_mail(message_id=None)
    assert read_mail(b"From ann Thu Nov  5 11:00:00 2020\n" + body).key == read_mail(body).key

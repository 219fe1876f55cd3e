"""Mails that came back: what a notification says, and what follows from it."""

import pytest

from crawlers.errors import NothingToRead
from crawlers.mail.bounce import Bounce, read_bounce
from service.rules.bounces import Verdict, verdict
from tests.mails import a_bounce, a_mail


@pytest.mark.parametrize("returned", ["text/rfc822-headers", "message/rfc822"])
def test_a_notification_names_the_mail_the_reader_and_the_reason(returned: str) -> None:
    bounce = read_bounce(a_bounce("d1@acme.example", "Ida@Acme.example", returned=returned))

    (told,) = bounce.recipients
    assert bounce.about == "d1@acme.example"
    assert told.addresses == ("ida@acme.example",)
    assert (told.action, told.status) == ("failed", "5.1.1")
    assert told.words == "550 5.1.1 no such user here"


def test_whom_it_was_sent_to_is_told_beside_whom_that_led_to() -> None:
    forwarded = a_bounce("d1@x").replace(
        b"Final-Recipient: rfc822; ida@acme.example",
        b"Original-Recipient: rfc822;ida@acme.example\n"
        b"Final-Recipient: rfc822; i@elsewhere.example",
    )

    assert read_bounce(forwarded).recipients[0].addresses == (
        "ida@acme.example",
        "i@elsewhere.example",
    )


@pytest.mark.parametrize(
    "mail",
    [
        a_mail(),
        a_mail("Action: failed\nStatus: 5.1.1\nFinal-Recipient: rfc822; ida@acme.example\n"),
        a_bounce("d1@x").replace(b"multipart/report", b"multipart/mixed"),
        a_bounce("d1@x").replace(b"Action: failed\n", b""),
        a_bounce("d1@x").replace(
            b"Final-Recipient: rfc822; ida@acme.example", b"Final-Recipient:"
        ),
        b"Content-Type: multipart/report; boundary=x\n\n--x\nContent-Type: message/rfc822\n\n--x",
    ],
)
def test_what_is_no_notification_names_nobody(mail: bytes) -> None:
    assert read_bounce(mail).recipients == ()


def test_no_mail_at_all_is_refused() -> None:
    with pytest.raises(NothingToRead):
        read_bounce(b"\n\n")


def test_a_notification_without_the_mail_is_about_none() -> None:
    assert read_bounce(a_bounce(None)).about is None
    assert Bounce(about=None).recipients == ()


def test_endless_reports_are_cut() -> None:
    one = b"\nFinal-Recipient: rfc822; a@b\nAction: failed\n"
    many = a_bounce("d1@x").replace(
        b"\n\nFinal-Recipient", b"\n" + one * 300 + b"\nFinal-Recipient"
    )
    assert len(read_bounce(many).recipients) == 100


@pytest.mark.parametrize(
    ("action", "status", "expected"),
    [
        ("failed", "5.1.1", Verdict.FOR_GOOD),
        ("failed", "5.2.1", Verdict.FOR_GOOD),
        ("failed", "5.2.2", Verdict.ONCE_MORE),  # full
        ("failed", "5.7.1", Verdict.ONCE_MORE),  # a filter
        ("failed", "4.4.7", Verdict.ONCE_MORE),  # given up after days
        ("failed", "", Verdict.ONCE_MORE),
        ("delayed", "4.4.1", Verdict.NOTHING),
        ("delivered", "2.0.0", Verdict.NOTHING),
    ],
)
def test_what_follows_for_the_address(action: str, status: str, expected: Verdict) -> None:
    assert verdict(action, status) is expected

"""Mails that came back with words for people only: what is believed of them, and what is not."""

import random
import time
from collections.abc import Mapping

import pytest

from crawlers.mail.bounce import Recipient, read_bounce
from service.rules.bounces import Verdict, verdict
from tests.mails import a_bounce, a_mail

NO_HEADERS: Mapping[str, str] = {}
TO, OURS = "ida@acme.example", "d1@acme.example"
DAEMON = "Mail Delivery System <MAILER-DAEMON@mx.acme.example>"
COPY = f"""\
Return-Path: <harken@acme.example>
Received: (qmail 4321 invoked from network); 19 Nov 2026 08:00:02 -0000
From: Harken <harken@acme.example>
To: Ida <{TO}>
Message-ID: <{OURS}>
Subject: 3 conversations worth your time

Somebody asks: is 4.0.0 better than 5.1.1? Write to ben@people.example.
"""

QMAIL = f"""\
Hi. This is the qmail-send program at mx.acme.example.
I'm afraid I wasn't able to deliver your message to the following addresses.
This is a permanent error; I've given up. Sorry it didn't work out.

<Ida@Acme.example>:
Sorry, no mailbox here by that name. (#5.1.1)

--- Below this line is a copy of the message.

{COPY}"""
QMAIL_TOO_LONG = QMAIL.replace(
    "Sorry, no mailbox here by that name. (#5.1.1)",
    "Connected to 192.0.2.7 but sender was rejected.\n"
    "Remote host said: 451 4.3.0 come back later\n"
    "I'm not going to try again; this message has been in the queue too long.",
)
EXIM = f"""\
This message was created automatically by mail delivery software.

A message that you sent could not be delivered to one or more of its
recipients. This is a permanent error. The following address(es) failed:

  {TO}
    host mx.acme.example [192.0.2.7]
    SMTP error from remote mail server after RCPT TO:<{TO}>:
    550 5.1.1 <{TO}>: Recipient address rejected: unknown user

------ This is a copy of the message, including all the headers. ------

{COPY}"""
GMAIL = f"""\
Delivery to the following recipient failed permanently:

     {TO}

Technical details of permanent failure:
Google tried to deliver your message, but it was rejected by the server for the recipient domain.
The error that the other server returned was:
550-5.2.1 The user you are trying to contact is not receiving mail.

----- Original message -----

{COPY}"""
EXCHANGE = f"""\
Your message did not reach some or all of the intended recipients.

      Subject:\t3 conversations worth your time
      Sent:\t19.11.2026 08:00

The following recipient(s) could not be reached:

      '{TO}' on 19.11.2026 08:00
            The e-mail account does not exist at the organization this message was sent to.
            <mx.acme.example #5.1.1>
"""
GERMAN = f"""\
Ihre Nachricht hat einige oder alle Empfänger nicht erreicht.

      {TO} am 19.11.2026 08:00
            Das Postfach ist voll. <mx.acme.example #5.2.2 smtp;552 voll>
"""
SENDMAIL = f"""\
   ----- The following addresses had permanent fatal errors -----
<{TO}>

   ----- Transcript of session follows -----
... while talking to mx.acme.example.:
>>> RCPT To:<{TO}>
<<< 550 no such user
550 <{TO}>... User unknown

   ----- Original message follows -----

{COPY}"""
DOMINO = f"""\
Your message

  Subject: 3 conversations worth your time

was not delivered to:

  {TO}

because:

  550 5.1.1 user not listed in the directory
"""
PROVIDER = f"""\
Sorry, we were unable to deliver your message to the following address.

<{TO}>:
554: delivery error: dd This user doesn't have an account here [0] - mta1.example

--- Below this line is a copy of the message.

{COPY}"""


def told(
    text: str, *, attached: bool = False, headers: Mapping[str, str] = NO_HEADERS
) -> tuple[str | None, Recipient]:
    """Read such a mail; ``attached`` puts the mail that came back beside it."""
    sent = a_mail(text, sender=DAEMON, message_id=None, headers=headers)
    if attached:
        body = f"--cut\nContent-Type: text/plain; charset=utf-8\n\n{text}\n"
        body += f"--cut\nContent-Type: message/rfc822\n\n{COPY}\n--cut--\n"
        kind = 'multipart/mixed; boundary="cut"'
        sent = a_mail(body, sender=DAEMON, message_id=None, headers=headers, kind=kind)
    bounce = read_bounce(sent)
    (one,) = bounce.recipients
    return bounce.about, one


@pytest.mark.parametrize(
    ("text", "status", "words"),
    [
        (QMAIL, "5.1.1", "sorry, no mailbox here by that name. (#5.1.1)"),
        (QMAIL_TOO_LONG, "4.3.0", "remote host said: 451 4.3.0 come back later"),
        (EXIM, "5.1.1", f"550 5.1.1 <{TO}>: recipient address rejected: unknown user"),
        (GMAIL, "5.2.1", "550-5.2.1 the user you are trying to contact is not receiving mail."),
        (SENDMAIL, "", "550 no such user"),
        (PROVIDER, "", "554: delivery error: dd this user doesn't have an account here"),
    ],
    ids=["qmail", "qmail, too long", "exim", "gmail", "sendmail", "a provider"],
)
def test_a_server_s_words_with_a_copy_below(text: str, status: str, words: str) -> None:
    about, one = told(text)

    assert about == OURS
    assert (one.addresses, one.action, one.status) == ((TO,), "failed", status)
    assert one.words.startswith(words)


@pytest.mark.parametrize(
    ("text", "expected"),
    [(EXCHANGE, Verdict.FOR_GOOD), (GERMAN, Verdict.ONCE_MORE), (DOMINO, Verdict.FOR_GOOD)],
    ids=["exchange", "exchange, german, full", "domino"],
)
def test_a_server_s_words_with_the_mail_beside_or_named(text: str, expected: Verdict) -> None:
    for about, one in (
        told(text, attached=True),
        told(text, headers={"In-Reply-To": f"<{OURS}>"}),
        told(text, headers={"References": f"<first@x.example>\n <{OURS}>"}),
        told(f"{text}\n> Message-ID: <{OURS}>\n"),
    ):
        assert (about, one.addresses) == (OURS, (TO,))
        assert verdict(one.action, one.status) is expected


def test_what_a_header_names_as_failed_needs_no_words() -> None:
    words = "Ta poczta nie dotarła.\n\n" + COPY
    about, one = told(words, headers={"X-Failed-Recipients": f"Ida <{TO}>"})
    assert (about, one.addresses, one.status) == (OURS, (TO,), "")


def test_each_address_has_its_own_reason() -> None:
    two = QMAIL.replace(
        "\n--- Below", "\n<ben@acme.example>:\nThe mailbox is full. (#5.2.2)\n\n--- Below"
    )
    found = read_bounce(a_mail(two, sender=DAEMON)).recipients
    assert [(one.addresses[0], one.status) for one in found] == [
        (TO, "5.1.1"),
        ("ben@acme.example", "5.2.2"),
    ]


LATE = f"""\
This message was created automatically by mail delivery software.
A message that you sent has not yet been delivered to one or more of its
recipients after more than 24 hours on the queue. The address is:
  {TO}
    550 5.1.1 was what another server said
No action is required on your part. Delivery attempts will continue for some time.

{COPY}"""


@pytest.mark.parametrize(
    ("mail", "why"),
    [
        (a_mail(LATE, sender=DAEMON), "it is only late"),
        (
            a_mail(LATE, sender=DAEMON, headers={"X-Failed-Recipients": TO}),
            "it is only late, whatever a header says",
        ),
        (a_mail(QMAIL), "a person wrote it"),
        (a_mail(f"I left. {TO} is no more. {COPY}", sender=DAEMON), "it says no reason"),
        (a_mail(f"Out until Monday.\n\n{COPY}", sender=DAEMON), "a code in what came back"),
        (a_mail("", sender=DAEMON), "it says nothing"),
    ],
)
def test_what_is_not_clearly_over_names_nobody(mail: bytes, why: str) -> None:
    assert read_bounce(mail).recipients == (), why


def test_a_report_for_machines_goes_before_prose() -> None:
    report = a_bounce(OURS, TO, action="delayed", status="4.4.1").replace(
        b"I am sorry to have to tell you that it could not be delivered.",
        f"It is a permanent error, {TO}: 550 5.1.1 nobody".encode(),
    )
    (one,) = read_bounce(report).recipients
    assert (one.action, one.status) == ("delayed", "4.4.1")


def test_a_report_without_the_mail_names_it_as_answered() -> None:
    report = a_bounce(None).replace(
        b"MIME-Version", f"In-Reply-To: <{OURS}>\nMIME-Version".encode()
    )
    assert read_bounce(report).about == OURS


def test_long_and_hostile_prose_is_read_in_no_time() -> None:
    dice = random.Random(7)
    pieces = ["a" * 500, "@", "a@b.", "-----", "5.1.1", "\n", "<", "permanent ", "message-id: <"]
    started = time.process_time()
    for text in ("a" * 200_000, "a@" * 100_000, "-" * 200_000, "a.b@c.d " * 30_000):
        read_bounce(a_mail(text, sender=DAEMON))
    for _ in range(30):
        text = "".join(dice.choice(pieces) for _ in range(2_000))
        assert len(read_bounce(a_mail(text, sender=DAEMON)).recipients) <= 20
    assert time.process_time() - started < 5

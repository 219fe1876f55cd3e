"""Mails for tests, in words of their own."""

from collections.abc import Mapping


def a_mail(
    text: str = "Which CRM do you use?\n",
    *,
    sender: str = "Ann Lee <ann@people.example>",
    subject: str = "Which CRM?",
    message_id: str | None = "one@people.example",
    answers: str | None = None,
    date: str = "Mon, 29 Jun 2026 10:00:00 +0000",
    kind: str = "text/plain; charset=utf-8",
    headers: Mapping[str, str] | None = None,
    markup: str | None = None,
) -> bytes:
    """Return a mail; with ``markup`` it has an HTML part beside its text."""
    lines = [f"From: {sender}", f"Subject: {subject}", f"Date: {date}", "MIME-Version: 1.0"]
    if message_id:
        lines.append(f"Message-ID: <{message_id}>")
    if answers:
        lines += [f"In-Reply-To: <{answers}>", f"References: <{answers}>"]
    lines += [f"{name}: {value}" for name, value in (headers or {}).items()]
    if markup is None:
        head = "\n".join([*lines, f"Content-Type: {kind}", "Content-Transfer-Encoding: 8bit"])
        return f"{head}\n\n{text}".encode()
    lines.append('Content-Type: multipart/alternative; boundary="cut"')
    parts = [("text/plain; charset=utf-8", text), ("text/html; charset=utf-8", markup)]
    body = "".join(f"--cut\nContent-Type: {kind}\n\n{part}\n" for kind, part in parts)
    return ("\n".join(lines) + f"\n\n{body}--cut--\n").encode()


def a_notice(
    *,
    subject: str = "Ann Lee posted in Sales Operations Leaders",
    words: str = "Which CRM do you use for ten people?",
    number: int = 1,
    sender: str = "LinkedIn Groups <groups-noreply@linkedin.com>",
) -> bytes:
    """Return what LinkedIn tells a member of a group, as far as Harken looks at it."""
    link = (
        "https://www.linkedin.com/comm/feed/update/urn:li:activity:712345/"
        "?midToken=AQE&amp;trk=eml-group&amp;otpToken=secret"
    )
    text = f"{words}\n\nView post\nhttps://www.linkedin.com/comm/x\n\n--------\nUnsubscribe: https://x.example\n"
    return a_mail(
        text,
        sender=sender,
        subject=subject,
        message_id=f"notice-{number}@linkedin.com",
        markup=f"<p>{words}</p><a href='https://www.linkedin.com/help'>Help</a>"
        f'<a href="{link}">View post</a>',
    )


def a_bounce(
    about: str | None,
    to: str = "ida@acme.example",
    *,
    action: str = "failed",
    status: str = "5.1.1",
    words: str = "smtp; 550 5.1.1 no such user here",
    returned: str = "text/rfc822-headers",
) -> bytes:
    """Return what a mail server writes about a mail that it could not deliver (RFC 3464)."""
    original = f"From: harken@acme.example\nTo: {to}\n"
    original += f"Message-ID: <{about}>\nSubject: Your digest\n" if about else "Subject: It\n"
    report = f"Reporting-MTA: dns; mx.acme.example\n\nFinal-Recipient: rfc822; {to}\n"
    report += f"Action: {action}\nStatus: {status}\nDiagnostic-Code: {words}\n"
    parts = (
        ("text/plain", "I am sorry to have to tell you that it could not be delivered."),
        ("message/delivery-status", report),
        (returned, original),
    )
    body = "".join(f"--cut\nContent-Type: {kind}\n\n{part}\n" for kind, part in parts)
    head = (
        "From: Mail Delivery System <MAILER-DAEMON@mx.acme.example>\n"
        "Subject: Undelivered Mail Returned to Sender\nMIME-Version: 1.0\n"
        'Content-Type: multipart/report; report-type=delivery-status; boundary="cut"\n'
    )
    return f"{head}\n{body}--cut--\n".encode()

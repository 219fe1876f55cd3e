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

"""A real mail server on loopback, which says what a test tells it to, and keeps what it takes."""

import asyncio
import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import SMTP as MAIL
from threading import Event, Thread

from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session

from config.mail import Encryption, Mail


@dataclass
class PostOffice:
    """What the server does, and what it got."""

    port: int = 0
    rcpt: str = "250 OK"
    data: str = "250 taken"
    silent: bool = False  # takes the mail and says nothing more
    taken: list[EmailMessage] = field(default_factory=list)
    logins: list[str] = field(default_factory=list)
    asked: Event = field(default_factory=Event)  # somebody has a mail for us

    def mail(self, **how: object) -> Mail:
        """Return the settings by which this server is reached."""
        usual: dict[str, object] = {
            "host": "127.0.0.1",
            "port": self.port,
            "encryption": Encryption.NONE,
            "sender": "harken@acme.example",
        }
        return Mail.model_validate(usual | how)

    async def handle_RCPT(  # noqa: N802 - aiosmtpd's name
        self,
        _server: SMTP,
        _session: Session,
        envelope: Envelope,
        address: str,
        _options: list[str],
    ) -> str:
        self.asked.set()
        if self.rcpt.startswith("250"):
            envelope.rcpt_tos.append(address)
        return self.rcpt

    async def handle_DATA(  # noqa: N802
        self, _server: SMTP, _session: Session, envelope: Envelope
    ) -> str:
        if self.silent:
            await asyncio.sleep(60)
        if self.data.startswith("250"):
            content = envelope.content
            assert isinstance(content, bytes)
            message = message_from_bytes(content, policy=MAIL)
            assert isinstance(message, EmailMessage)
            self.taken.append(message)
        return self.data

    def authenticate(
        self, _server: SMTP, _session: Session, _envelope: Envelope, _mechanism: str, data: object
    ) -> AuthResult:
        assert isinstance(data, LoginPassword)
        good = data.password == b"right"
        self.logins.append(data.login.decode())
        return AuthResult(success=good, handled=good)


@contextmanager
def open_post_office(
    tls: ssl.SSLContext | None = None, *, login: bool = False
) -> Iterator[PostOffice]:
    """Run a server until this is left; with ``tls`` it wants STARTTLS before anything else."""
    office = PostOffice()
    loop = asyncio.new_event_loop()

    def conversation() -> SMTP:
        return SMTP(
            office,
            hostname="mail.test",
            loop=loop,
            tls_context=tls,
            require_starttls=tls is not None,
            authenticator=office.authenticate if login else None,
            auth_required=login,
            auth_require_tls=tls is not None,
        )

    server = loop.run_until_complete(loop.create_server(conversation, "127.0.0.1", 0))
    office.port = server.sockets[0].getsockname()[1]
    thread = Thread(target=loop.run_forever, daemon=True)
    thread.start()
    try:
        yield office
    finally:
        asyncio.run_coroutine_threadsafe(_close(server), loop).result(10)
        loop.call_soon_threadsafe(loop.stop)
        thread.join(10)
        loop.close()


async def _close(server: asyncio.Server) -> None:
    server.close()
    others = [task for task in asyncio.all_tasks() if task is not asyncio.current_task()]
    for task in others:
        task.cancel()
    await asyncio.gather(*others, return_exceptions=True)

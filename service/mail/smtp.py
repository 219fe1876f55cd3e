"""Hand a mail to the operator's own server, and tell "not now" from "never".

The server is trusted configuration (security-and-privacy.md, S1a), so this does not go through
the crawl gate.
"""

import asyncio
import ssl
from datetime import timedelta
from email.message import EmailMessage

import aiosmtplib

from config.mail import Encryption, Mail
from service.mail.errors import AddressRefusedError, MailLaterError, MailRefusedError
from service.typed import one_line

#: A server that answers a byte at a time is given up after this many times its time-out.
_ROUNDS = 4
_LONGEST_WORDS = 300
_PERMANENT = 500
#: "Log in first", "encrypt first" (RFC 4954, 6; RFC 3207, 4): it is our settings that are refused,
#: and neither the mail nor its reader. A person mends them within the day, and it goes out.
_SETTINGS = frozenset({530, 534, 535, 538})


def longest(mail: Mail) -> timedelta:
    """Return after what time sending a mail has ended in any case."""
    return timedelta(seconds=mail.timeout_seconds * _ROUNDS)


async def send(message: EmailMessage, mail: Mail) -> None:
    """Give ``message`` to the server; when this returns, the server answers for it.

    Raises:
        MailLaterError: the server is not there, does not let us in, or says "later".
        AddressRefusedError: it refuses the reader's address for good.
        MailRefusedError: it refuses the mail for good.
    """
    try:
        async with asyncio.timeout(longest(mail).total_seconds()):
            await _send(message, mail)
    except aiosmtplib.SMTPRecipientsRefused as error:
        refused = error.recipients[0]
        if _passes(refused.code):
            raise MailLaterError(_said(refused)) from error
        raise AddressRefusedError(_said(refused)) from error
    except (aiosmtplib.SMTPDataError, aiosmtplib.SMTPSenderRefused) as error:
        if _passes(error.code):
            raise MailLaterError(_said(error)) from error
        raise MailRefusedError(_said(error)) from error
    except aiosmtplib.SMTPAuthenticationError as error:
        raise MailLaterError(f"the mail server refuses our login: {_said(error)}") from error
    except aiosmtplib.SMTPResponseException as error:
        raise MailLaterError(_said(error)) from error
    except aiosmtplib.SMTPNotSupported as error:
        raise AddressRefusedError(f"the mail server can't send there: {_words(error)}") from error
    except TimeoutError as error:  # SMTPTimeoutError is one
        raise MailLaterError("the mail server does not answer in time") from error
    except (aiosmtplib.SMTPException, OSError) as error:
        raise MailLaterError(f"the mail server can't be reached: {_words(error)}") from error


async def _send(message: EmailMessage, mail: Mail) -> None:
    context = ssl.create_default_context(cafile=mail.ca_file)
    password = mail.password.get_secret_value() if mail.password else None
    await aiosmtplib.send(
        message,
        hostname=mail.host,
        port=mail.server_port,
        use_tls=mail.encryption is Encryption.TLS,
        start_tls=mail.encryption is Encryption.STARTTLS,
        username=mail.user or None,
        password=password,
        timeout=mail.timeout_seconds,
        tls_context=None if mail.encryption is Encryption.NONE else context,
    )


def _passes(code: int) -> bool:
    """Tell whether the same mail may be taken later."""
    return code < _PERMANENT or code in _SETTINGS


def _said(error: aiosmtplib.SMTPResponseException | aiosmtplib.SMTPRecipientRefused) -> str:
    if error.code < 0:  # it has no code: what answered knows no SMTP
        return one_line(f"no mail server answers there: {error.message}")[:_LONGEST_WORDS]
    return one_line(f"{error.code} {error.message}")[:_LONGEST_WORDS]


def _words(error: Exception) -> str:
    return one_line(str(error) or type(error).__name__)[:_LONGEST_WORDS]

r"""A letter as a mail: text and HTML, with headers that no stranger's words can break out of.

What ends a line for anybody (CR, LF, U+2028, \x0b, \x85) becomes a blank before it gets into a
header; ``EmailMessage`` would refuse some of these and fold others (H17, CVE-2024-6923).
"""

from dataclasses import dataclass
from datetime import datetime
from email.headerregistry import Address, BaseHeader, HeaderRegistry, UnstructuredHeader
from email.message import EmailMessage
from email.policy import SMTP, Policy

import idna
from typing_extensions import override

from service.mail.errors import AddressRefusedError
from service.typed import one_line

_LONGEST_SUBJECT = 160


@dataclass(frozen=True, slots=True, kw_only=True)
class Letter:
    """A mail to one reader, before it is one."""

    to: str
    to_name: str
    sender: str
    sender_name: str
    subject: str
    text: str
    html: str
    message_id: str  # without its angle brackets
    at: datetime  # aware, in the reader's zone: mail programs show it as it is
    unsubscribe_url: str


class _Whole(UnstructuredHeader, BaseHeader):
    """A header that is never folded: a long address would be cut, or encoded into nonsense."""

    @override
    def fold(self, *, policy: Policy) -> str:
        return f"{self.name}: {self}{policy.linesep}"


def _registry() -> HeaderRegistry:
    registry = HeaderRegistry()
    for name in ("List-Unsubscribe", "List-Unsubscribe-Post", "Message-ID"):
        registry.map_to_type(name, _Whole)
    return registry


_POLICY = SMTP.clone(header_factory=_registry())


def write(letter: Letter) -> EmailMessage:
    """Return ``letter`` as a multipart mail of text and HTML.

    One-click unsubscribing is offered by https only, as RFC 8058 wants it.

    Raises:
        AddressRefusedError: an address in it can't be one.
    """
    message = EmailMessage(policy=_POLICY)
    message["From"] = _address(letter.sender, letter.sender_name)
    message["To"] = _address(letter.to, letter.to_name)
    message["Subject"] = one_line(letter.subject)[:_LONGEST_SUBJECT]
    message["Date"] = letter.at
    message["Message-ID"] = f"<{letter.message_id}>"
    message["Auto-Submitted"] = "auto-generated"  # RFC 3834: nobody's holiday answers it
    message["X-Auto-Response-Suppress"] = "All"  # the same for Exchange
    message["List-Unsubscribe"] = f"<{letter.unsubscribe_url}>"
    if letter.unsubscribe_url.startswith("https://"):
        message["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"
    message.set_content(letter.text, cte="quoted-printable")
    message.add_alternative(letter.html, subtype="html", cte="quoted-printable")
    return message


def domain_of(address: str) -> str:
    """Return the host of a mail address in ASCII.

    Raises:
        AddressRefusedError: it has none.
    """
    host = address.rpartition("@")[2]
    try:
        return idna.encode(host, uts46=True).decode("ascii")
    except idna.IDNAError as error:
        raise AddressRefusedError(f"{address!r} has no host that mail could go to") from error


def _address(address: str, name: str) -> Address:
    local = address.rpartition("@")[0]
    if not local:
        raise AddressRefusedError(f"{address!r} is no mail address")
    try:
        return Address(display_name=one_line(name), username=local, domain=domain_of(address))
    except ValueError as error:
        raise AddressRefusedError(f"{address!r} is no mail address") from error

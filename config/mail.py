"""How mail goes out: ``[mail]`` of harken.toml. The server is the operator's own, and trusted."""

from enum import StrEnum
from ipaddress import ip_address
from typing import Annotated, Self
from urllib.parse import urlsplit

from pydantic import AfterValidator, Field, SecretStr, model_validator

from config.problem import quoted
from config.shape import Email, Shape, Word, at, check_path
from config.whole import Whole


class Encryption(StrEnum):
    """How a connection to the server is kept from being read."""

    STARTTLS = "starttls"  # begins in the clear, and nothing is said before it is encrypted
    TLS = "tls"  # from the first byte
    NONE = "none"


_PORTS = {Encryption.STARTTLS: 587, Encryption.TLS: 465, Encryption.NONE: 25}


def _check_server(value: str) -> str:
    if value and (not value.isascii() or any(c.isspace() or c in "/@\\" for c in value)):
        raise ValueError(f"{quoted(value)} is no host; write it like 'smtp.example.com'")
    return value


def _check_mailbox(value: str) -> str:
    if not value:
        return value
    parts = urlsplit(value)
    is_safe = parts.scheme == "imaps" or (parts.scheme == "imap" and _is_loopback(parts.hostname))
    if not (is_safe and parts.hostname) or "@" in parts.netloc:
        raise ValueError(
            f"{quoted(value)} is no mailbox; write it like 'imaps://imap.example.com'"
        )
    return value


class Mail(Shape):
    """``[mail]``: the server that takes our mail. Without a host, no mail goes out."""

    host: Annotated[str, Field(max_length=253), AfterValidator(_check_server)] = ""
    port: Annotated[Whole, Field(ge=1, le=65535)] | None = None  # None: as the encryption has it
    encryption: Word[Encryption] = Encryption.STARTTLS
    user: Annotated[str, Field(max_length=254)] = ""  # empty: the server asks for no login
    password: SecretStr | None = None
    sender: Email | None = None  # whom mail comes from
    ca_file: Annotated[str, AfterValidator(check_path)] | None = None  # of a server of one's own
    timeout_seconds: Annotated[Whole, Field(ge=1, le=300)] = 30
    bounces_after: Annotated[Whole, Field(ge=1, le=20)] = 3  # refusals in a row
    bounces_url: Annotated[str, Field(max_length=500), AfterValidator(_check_mailbox)] = ""
    bounces_user: Annotated[str, Field(max_length=254)] = ""
    bounces_password: SecretStr | None = None
    bounces_folder: Annotated[str, Field(min_length=1, max_length=100)] = "INBOX"

    @property
    def is_on(self) -> bool:
        """Whether mail can go out at all."""
        return bool(self.host)

    @property
    def server_port(self) -> int:
        """The port to connect to."""
        return self.port or _PORTS[self.encryption]

    @model_validator(mode="after")
    def _is_whole(self) -> Self:
        if self.host and self.sender is None:
            raise at("sender", 'is missing: say whom mail comes from, like "harken@example.com"')
        if bool(self.user) != (self.password is not None):
            lacking = "password" if self.user else "user"
            raise at(lacking, "is missing: a login is a user and a password")
        if self.bounces_url and not (self.bounces_user and self.bounces_password):
            lacking = "bounces_password" if self.bounces_user else "bounces_user"
            raise at(lacking, "is missing: the mailbox that mail comes back to wants a login")
        if self.user and self.encryption is Encryption.NONE and not _is_loopback(self.host):
            raise at("encryption", "would send the password in the clear; use starttls or tls")
        return self


def _is_loopback(host: str | None) -> bool:
    try:
        return ip_address((host or "").strip("[]")).is_loopback
    except ValueError:
        return host == "localhost"

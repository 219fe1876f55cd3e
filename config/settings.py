"""How this installation runs: ``harken.toml``, overruled by the environment."""

import re
from collections.abc import Mapping
from enum import StrEnum
from pathlib import Path
from typing import Annotated, ClassVar, cast

from pydantic import AfterValidator, BeforeValidator, Field, SecretStr
from pydantic_settings import (
    BaseSettings,
    EnvSettingsSource,
    NoDecode,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
)
from typing_extensions import override

from config.digest import Digest
from config.login import Login
from config.mail import Mail
from config.problem import Problem, quoted
from config.shape import CidrNetwork, Line, Shape, Url, Word, check_line
from config.whole import Whole

PREFIX = "HARKEN_"

_HOST = re.compile(r"[a-z0-9.:-]{1,253}", re.IGNORECASE)
_DATABASE = re.compile(r"(sqlite|postgresql)(\+[a-z]+)?://(?P<rest>.*)", re.DOTALL)


class PrivacyMode(StrEnum):
    """How much of other people's words is kept (docs: What is stored)."""

    STANDARD = "standard"  # text of every post for a while
    EU = "eu"  # of posts that match no topic only a hash


class Privacy(Shape):
    """``[privacy]``."""

    mode: Word[PrivacyMode] = PrivacyMode.STANDARD
    #: In the mode "eu": who was not told of us by then loses their name; the law gives a month.
    notice_days: Annotated[Whole, Field(ge=1, le=30)] = 30
    warn_days: Annotated[Whole, Field(ge=0, le=29)] = 7  # before that, whoever can tell them

    @property
    def has_clock(self) -> bool:
        """Whether people who are heard have to be told within a time."""
        return self.mode is PrivacyMode.EU


Days = Annotated[Whole, Field(ge=1, le=3650)]


class Retention(Shape):
    """``[retention]``: after how many days what is deleted."""

    posts_days: Days = 30  # text of posts that became no signal
    weak_signals_days: Days = 90  # signals that were too weak for a lead
    lost_leads_days: Days = 180
    audit_days: Days = 365
    backups_days: Days = 35


def _split(value: object) -> object:
    """Take "10.0.0.0/8, 127.0.0.0/8" apart, as the environment has it."""
    if not isinstance(value, str):
        return value
    return tuple(part.strip() for part in value.split(",") if part.strip())


def check_bind_host(value: str) -> str:
    """Return ``value`` if a server can listen there: a host name or an address without a port.

    Raises:
        ValueError: it is something else.
    """
    if not _HOST.fullmatch(value):
        raise ValueError(f"{quoted(value)} is no host; write it like '127.0.0.1'")
    return value


def check_base_url(value: str) -> str:
    """Return the address under which people reach Harken, without a slash at its end.

    Raises:
        ValueError: it has a query or a fragment.
    """
    if re.search(r"[?#]", value):
        raise ValueError(f"{quoted(value)} has a query; write only where Harken is reached")
    return value.rstrip("/")


def check_contact(value: str) -> str:
    """Return the mail address or page that every crawled site is told; blank ones are none.

    Raises:
        ValueError: it has a line end or control character, with which no request could be sent.
    """
    return check_line(value).strip() if value.strip() else ""


def check_database(value: SecretStr) -> SecretStr:
    """Return ``value`` if it is the address of a database that Harken knows.

    Raises:
        ValueError: it is none; the message never repeats it, since it may hold a password.
    """
    if not _DATABASE.fullmatch(value.get_secret_value()):
        raise ValueError(
            "is no database; write it like 'sqlite:////srv/harken.db' or "
            "'postgresql+psycopg://harken@db/harken'"
        )
    return value


def check_secret_key(value: SecretStr) -> SecretStr:
    """Return ``value`` if it is long enough to sign sessions with.

    Raises:
        ValueError: it has fewer than 32 characters.
    """
    if len(value.get_secret_value()) < 32:
        raise ValueError("is too short: 32 random characters are the least")
    return value


class Settings(BaseSettings):
    """How this installation runs.

    Every setting has a variable: ``port`` is HARKEN_PORT, ``digest.cap`` is HARKEN_DIGEST_CAP. The
    environment wins over the file; lists are divided by commas. Secrets may also be read from the
    file that HARKEN_DATABASE_FILE, HARKEN_SECRET_KEY_FILE or HARKEN_MAIL_PASSWORD_FILE names.
    """

    model_config = SettingsConfigDict(
        extra="forbid",
        frozen=True,
        hide_input_in_errors=True,
        env_prefix=PREFIX,
        env_nested_delimiter="_",
        env_nested_max_split=1,
        env_ignore_empty=True,
    )

    #: Settings that must not be seen, and that a file of their own may hold.
    SECRETS: ClassVar[tuple[str, ...]] = (
        "database",
        "secret_key",
        "mail.password",
        "mail.bounces_password",
    )

    name: Line = "Harken"
    base_url: Annotated[Url, AfterValidator(check_base_url)] | None = None
    contact: Annotated[str, Field(max_length=200), AfterValidator(check_contact)] = ""
    host: Annotated[str, AfterValidator(check_bind_host)] = "127.0.0.1"
    port: Annotated[Whole, Field(ge=1, le=65535)] = 8484
    allow_networks: Annotated[
        tuple[CidrNetwork, ...], NoDecode, BeforeValidator(_split)
    ] = ()  # private networks that may be crawled
    database: Annotated[SecretStr, AfterValidator(check_database)] | None = None
    secret_key: Annotated[SecretStr, AfterValidator(check_secret_key)] | None = None
    privacy: Privacy = Privacy()
    retention: Retention = Retention()
    digest: Digest = Digest()
    mail: Mail = Mail()
    login: Login = Login()

    @classmethod
    @override
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Let the environment win over the file, and read nothing else.

        A variable that points to a secret's file is no setting of the secret's table.
        """
        pointers = {pointer_to(name).lower() for name in cls.SECRETS}
        environment = cast("EnvSettingsSource", env_settings)
        environment.env_vars = {
            name: value
            for name, value in environment.env_vars.items()
            if name.lower() not in pointers
        }
        return environment, init_settings


def holds_password(database: str) -> bool:
    """Tell whether the address of a database has a password in it."""
    match = _DATABASE.fullmatch(database)
    user = match["rest"].split("/")[0].rpartition("@")[0] if match else ""
    return ":" in user


def variable(path: tuple[str | int, ...]) -> str:
    """Return the name of the environment's variable for a setting."""
    return PREFIX + "_".join(str(part) for part in path).upper()


def pointer_to(secret: str) -> str:
    """Return the name of the variable that names a file with ``secret`` in it."""
    return f"{variable(tuple(secret.split('.')))}_FILE"


def secrets_from_files(
    environment: Mapping[str, str],
) -> tuple[dict[str, str], tuple[Problem, ...]]:
    """Return the secrets that HARKEN_..._FILE variables point to, and what hinders reading them.

    A secret of a table has a dot in its name, as in "mail.password".

    A line end after the secret is dropped, since editors put one there.
    """
    secrets: dict[str, str] = {}
    problems: list[Problem] = []
    for name in Settings.SECRETS:
        itself, pointer = variable(tuple(name.split("."))), pointer_to(name)
        path = environment.get(pointer, "")
        if not path:
            continue
        if environment.get(itself):
            message = f"{itself} is set too; keep one of them"
            problems.append(Problem(file="environment", key=pointer, message=message))
            continue
        try:
            secrets[name] = Path(path).read_text("utf-8").rstrip("\r\n")
        except (OSError, ValueError) as error:
            reason = error.strerror if isinstance(error, OSError) else "is not UTF-8 text"
            message = f"can't read {quoted(path)}: {reason}"
            problems.append(Problem(file="environment", key=pointer, message=message))
    return secrets, tuple(problems)

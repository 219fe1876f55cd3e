"""Where Harken listens and under what terms: ``sources.toml`` and ``policies.toml``."""

import re
from collections.abc import Iterable, Mapping
from datetime import timedelta
from ipaddress import ip_address
from typing import Annotated, Self
from urllib.parse import urlsplit

from pydantic import (
    AfterValidator,
    Field,
    PlainValidator,
    ValidationInfo,
    field_validator,
    model_validator,
)

from config.problem import did_you_mean, quoted
from config.shape import (
    Duration,
    Line,
    Prose,
    Shape,
    Share,
    Slug,
    Word,
    at,
    check_path,
    check_server,
    check_slug,
    check_url,
    is_on,
    parse_duration,
)
from models.words import Licence, SourceKind, StorageMode

SHORTEST_POLL = timedelta(minutes=1)

#: Days that a source may be read back.
MOST_BACKFILL = 3_650
BACKFILL = "backfill_days"
#: The options that each kind of source knows; a kind that isn't here knows none.
OPTIONS: Mapping[SourceKind, tuple[str, ...]] = {
    SourceKind.FEED: (BACKFILL, "comments"),
    SourceKind.FORUM: (BACKFILL, "max_pages"),
    SourceKind.HACKER_NEWS: ("query", "tags"),
    SourceKind.STACK_EXCHANGE: ("answers", "comments", "key_env", "query", "site", "tagged"),
    SourceKind.DISCOURSE: ("category",),
    SourceKind.LEMMY: ("community", "type"),
    SourceKind.MASTODON: ("tags", "token_env"),
    SourceKind.BLUESKY: ("lang", "query"),
    SourceKind.JETSTREAM: ("api", "authors", "lang"),
    SourceKind.FOREM: ("comments", "key_env", "tag"),
    SourceKind.GITHUB: ("query", "token_env"),
    SourceKind.REDDIT: (
        "client_id_env",
        "client_secret_env",
        "comments",
        "subreddits",
        "token_url",
        "user_agent",
    ),
    SourceKind.YOUTUBE: ("channel", "key_env", "video"),
    SourceKind.NNTP: ("link", "password_env", "user"),
    SourceKind.IMAP: ("folder", "from", "link", "password_env", "user"),
    SourceKind.MAILBOX: ("link",),
}
#: Options that are "yes" or "no".
_SWITCHES = ("answers", "comments")


def parse_poll(value: object) -> timedelta:
    """Return the time between two polls.

    Raises:
        ValueError: it is no duration, or shorter than is polite for any source.
    """
    every = parse_duration(value)
    if every < SHORTEST_POLL:
        raise ValueError("is too often: a source may be polled once a minute at most")
    return every


def check_host(value: str) -> str:
    """Return ``value`` if it is a plain host name.

    Raises:
        ValueError: it is an address, has a port, or isn't in lower case.
    """
    if not re.fullmatch(r"[a-z0-9-]+(\.[a-z0-9-]+)*", value):
        raise ValueError(f"{quoted(value)} is no host; write it like 'example.com'")
    return value


def check_source_url(value: str, *, kind: SourceKind | None) -> str:
    """Return ``value`` if sources of this kind are found at such an address.

    Most are on the web. A mailbox is a path, or a server of mail; a newsgroup is on a server of
    news; a stream may be written as the WebSocket that it is. What is only brought by people
    (``capture``, ``import``) may also have a name for its address: ``import://crm-slack``.

    Raises:
        ValueError: it is something else.
    """
    match kind:
        case SourceKind.IMAP:
            check_server(value, scheme="imap", example="imaps://imap.example.com")
            if value.startswith("imap:") and not _is_this_machine(value):
                raise ValueError(f"{quoted(value)} would send the password in clear; use imaps://")
        case SourceKind.NNTP:
            check_server(value, scheme="nntp", example="nntps://news.example.com/comp.group")
            if not urlsplit(value).path.strip("/"):
                raise ValueError(f"{quoted(value)} names no group; write it behind the host")
        case SourceKind.JETSTREAM if not value.startswith("http"):
            check_server(value, scheme="ws", example="wss://jetstream.example.com/subscribe")
        case SourceKind.MAILBOX:
            check_path(value)
        case SourceKind.CAPTURE | SourceKind.IMPORT | SourceKind.INBOUND if value.startswith(
            f"{kind.value}://"
        ):
            check_slug(value.removeprefix(f"{kind.value}://"))
        case _:
            check_url(value)
    return value


def check_options(options: Mapping[str, str], *, kind: SourceKind) -> None:
    """Look whether somebody who adds a source of this kind gives it options that it knows.

    Raises:
        ValueError: one is unknown, or is what no adapter understands.
    """
    known = OPTIONS.get(kind, ())
    for name, value in options.items():
        if name not in known:
            has = f"knows {', '.join(known)}" if known else "knows none"
            near = did_you_mean(name, known)
            raise ValueError(f"{quoted(name)} is no option of {kind.value}, which {has}{near}")
        if name in _SWITCHES and value.strip().lower() not in {"yes", "no"}:
            raise ValueError(f'option {name}: {quoted(value)} is neither "yes" nor "no"')
    check_backfill(options)


def reads_back(kind: SourceKind) -> bool:
    """Tell whether a source of this kind can be read back by days."""
    return BACKFILL in OPTIONS.get(kind, ())


def check_backfill(options: Mapping[str, str]) -> None:
    """Look whether the days that a source is to be read back are some.

    Raises:
        ValueError: they are no whole number, or too many.
    """
    days = options.get(BACKFILL) or "0"
    if not (days.isascii() and days.isdigit() and len(days) <= 6 and int(days) <= MOST_BACKFILL):
        raise ValueError(
            f"option {BACKFILL}: {quoted(days)} is no number of days up to {MOST_BACKFILL}"
        )


def _is_this_machine(url: str) -> bool:
    host = urlsplit(url).hostname or ""
    try:
        return host == "localhost" or ip_address(host).is_loopback
    except ValueError:
        return False


Poll = Annotated[timedelta, PlainValidator(parse_poll)]
Host = Annotated[str, AfterValidator(check_host)]
#: Of one place: more people than there are is a slip. A place without readers is none.
Audience = Annotated[int, Field(ge=1, le=10_000_000_000)]


class SourceSpec(Shape):
    """A place to listen at, as its author wrote it down."""

    id: Slug
    kind: Word[SourceKind]
    name: Line
    url: Annotated[str, Field(max_length=2_000)]  # what it may be depends on the kind
    every: Poll = timedelta(minutes=15)  # between two polls
    policy: Slug | None = None  # None: the policy of its host, else the one named like its kind
    options: Mapping[str, str] = Field(default_factory=dict)  # for the adapter of its kind
    quality: Share = 1.0  # q of the score: how much a signal from here is worth
    audience: Audience | None = None  # how many people read along; None: nobody knows
    active: bool = True

    @field_validator("url")
    @classmethod
    def _is_where_its_kind_is(cls, value: str, known: ValidationInfo) -> str:
        return check_source_url(value, kind=known.data.get("kind"))

    @field_validator("options")
    @classmethod
    def _are_known_to_its_kind(
        cls, value: Mapping[str, str], known: ValidationInfo
    ) -> Mapping[str, str]:
        if (kind := known.data.get("kind")) is not None:
            check_options(value, kind=kind)
        return value

    @property
    def host(self) -> str:
        """Return the host of its address, in lower case."""
        return urlsplit(self.url).hostname or ""


class PolicySpec(Shape):
    """What may be done at a source. The crawler asks it before every poll."""

    name: Slug
    hosts: tuple[Host, ...] = ()  # sources on these hosts and below them fall under it
    obey_robots: bool = True
    min_interval: Duration  # between two requests to one host
    recheck: Duration = timedelta(days=7)  # how often it is looked whether evidence is still there
    requires_approval: bool = False  # nothing is fetched before approval_ref says who allowed it
    approval_ref: Prose = ""  # where the permission can be read: a contract, a page, a mail
    allow_storage: Word[StorageMode]
    licence: Word[Licence]
    attribution: Prose = ""  # shown and exported with every post
    community_rules: Prose = ""  # shown to a rep before he engages there

    @model_validator(mode="after")
    def _passes_robots_by_permission_only(self) -> Self:
        if not self.obey_robots and not self.approval_ref.strip():
            raise at("obey_robots", "false needs an approval_ref: who permits it, and where?")
        return self

    @property
    def allows_crawling(self) -> bool:
        """Tell whether its sources may be fetched: approved, or in no need of approval."""
        return not self.requires_approval or bool(self.approval_ref.strip())

    def governs(self, host: str) -> bool:
        """Tell whether sources on ``host`` fall under this policy, whatever their kind."""
        return any(is_on(host, own) for own in self.hosts)


class SourcesFile(Shape):
    """``sources.toml``."""

    source: tuple[SourceSpec, ...] = ()


class PoliciesFile(Shape):
    """``policies.toml``."""

    policy: tuple[PolicySpec, ...] = ()


def choose_policy(
    policies: Iterable[PolicySpec], *, kind: SourceKind, host: str, named: str | None = None
) -> PolicySpec | None:
    """Return the policy that a source falls under, or None if there is none.

    A policy that names the source's host wins, so that nobody gets round it by another kind or
    name; then the one the source names; then the one named like its kind; then that of feeds.
    """
    by_name = {policy.name: policy for policy in policies}
    governing = (policy for policy in by_name.values() if policy.governs(host))
    by_kind = by_name.get(kind.value, by_name.get(SourceKind.FEED.value))
    return next(governing, by_name.get(named) if named else by_kind)

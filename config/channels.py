"""Where events go: ``channels.toml``."""

import re
from collections.abc import Iterator, Sequence
from datetime import timedelta
from enum import StrEnum
from ipaddress import ip_address
from typing import Annotated, Self
from urllib.parse import urlsplit

from pydantic import AfterValidator, Field, model_validator

from config.problem import did_you_mean, quoted
from config.shape import PositiveDuration, Shape, Slug, Url, Word, at, check_url
from models.delivery import EVENT_KINDS, EndpointKind

#: Slack takes a message a second for each channel, and Teams not many more.
FASTEST_FOR_PEOPLE = 60  # a minute

_VARIABLE = re.compile(r"[A-Z][A-Z0-9_]{0,127}")


class PayloadShape(StrEnum):
    """In what form a program wants an event."""

    EVENT = "event"  # ids and codes only
    LEAD = "lead"  # and the lead as it stands
    CLOUDEVENTS = "cloudevents"  # the same as a CloudEvent 1.0 in structured mode
    HUBSPOT = "hubspot"  # the properties of a HubSpot contact
    SALESFORCE = "salesforce"  # the fields of a Salesforce Lead
    PIPEDRIVE = "pipedrive"  # a person and a lead of Pipedrive


def check_variable(value: str) -> str:
    """Return ``value`` if it can be the name of a variable of the environment.

    Raises:
        ValueError: it can't, as when the secret itself was written there.
    """
    if not _VARIABLE.fullmatch(value):
        raise ValueError(
            "must be the name of a variable, like HARKEN_CRM_URL; what is secret stays in there"
        )
    return value


def check_event(value: str) -> str:
    """Return ``value`` if it is an event, or a family of them like "lead.*".

    Raises:
        ValueError: there is no such event.
    """
    families = {f"{kind.partition('.')[0]}.*" for kind in EVENT_KINDS}
    if value in families or value in EVENT_KINDS:
        return value
    hint = did_you_mean(value, EVENT_KINDS) or '; write it like "lead.sales_ready" or "lead.*"'
    raise ValueError(f"{quoted(value)} is no event{hint}")


Variable = Annotated[str, AfterValidator(check_variable)]
Event = Annotated[str, AfterValidator(check_event)]


class EndpointSpec(Shape):
    """A place that events are sent to."""

    id: Slug
    kind: Word[EndpointKind]
    url: Url | None = None
    url_env: Variable | None = None  # names the variable that holds the address
    secret_env: Variable | None = None  # names the one that holds "whsec_..."
    old_secret_env: Variable | None = None  # while the secret is being changed
    shape: Word[PayloadShape] = PayloadShape.LEAD
    events: Annotated[tuple[Event, ...], Field(min_length=1)] = ("lead.sales_ready",)
    topics: tuple[Slug, ...] = ()  # empty: every topic
    min_score: Annotated[float, Field(ge=0, le=100)] = 0.0
    per_minute: Annotated[int, Field(ge=1, le=6_000)] | None = None  # None: as fast as is usual
    batch_every: PositiveDuration = timedelta(minutes=1)  # a burst becomes a message so often
    active: bool = True

    @model_validator(mode="after")
    def _is_complete(self) -> Self:
        if (self.url is None) == (self.url_env is None):
            raise at("url", "give either url or url_env")
        if self.kind.is_read_by_people:
            self._check_for_people()
        elif self.secret_env is None:
            message = "is missing: name the variable with the secret that signs what is sent"
            raise at("secret_env", message)
        return self

    def _check_for_people(self) -> None:
        if self.url is not None:
            message = "whoever knows it can write there: keep it in a variable, named by url_env"
            raise at("url", message)
        if self.secret_env is not None or self.old_secret_env is not None:
            raise at("secret_env", f"{self.kind.value} knows no signatures; take it out")
        if (self.per_minute or 1) > FASTEST_FOR_PEOPLE:
            message = f"must be {FASTEST_FOR_PEOPLE} at the most: a message a second"
            raise at("per_minute", message)

    @property
    def gap(self) -> timedelta:
        """Return the time between two messages to it."""
        usual = FASTEST_FOR_PEOPLE if self.kind.is_read_by_people else 300
        return timedelta(minutes=1) / (self.per_minute or usual)

    def wants(self, event: str) -> bool:
        """Say whether it asks for ``event``."""
        return event in self.events or f"{event.partition('.')[0]}.*" in self.events


class Channels(Shape):
    """``channels.toml``."""

    endpoint: tuple[EndpointSpec, ...] = ()


def misdirected(
    url: str, *, source_urls: Sequence[str], own_urls: Sequence[str] = ()
) -> str | None:
    """Return why nothing may be sent to ``url``, or None when something may.

    Harken never posts to a community: not to the host of a source, nor to one above or below it.
    And it doesn't tell itself.

    Args:
        url: the endpoint's address.
        source_urls: addresses of everything that is listened to.
        own_urls: where this installation's own page is.
    """
    try:
        check_url(url)
    except ValueError as error:
        return str(error)
    host = _place(url)
    if any(_place(own) == host for own in own_urls):
        return "this is Harken's own address: it would tell itself"
    if source := next((each for each in source_urls if _is_related(host, _place(each))), None):
        return f"{urlsplit(source).hostname} is listened to, and Harken never posts to a community"
    return None


def check_endpoints(
    channels: Channels, *, source_urls: Sequence[str]
) -> Iterator[tuple[int, str]]:
    """Yield the number of each endpoint that lies at a source, and why that is not allowed."""
    for number, endpoint in enumerate(channels.endpoint):
        if endpoint.url is None:
            continue  # it is looked at when the address is known, and whenever something is sent
        because = misdirected(endpoint.url, source_urls=source_urls)
        if because is not None:
            yield number, because


def _place(url: str) -> str:
    """Return the host; with the port where it is an address that several services may share."""
    try:
        parts = urlsplit(url)
        host, port = (parts.hostname or "").rstrip("."), parts.port
    except ValueError:
        return ""
    usual = {"http": 80, "https": 443}.get(parts.scheme)
    if host == "localhost" or _is_ip(host):
        return f"{host}:{port or usual}"
    return host.removeprefix("www.")


def _is_ip(host: str) -> bool:
    try:
        ip_address(host)
    except ValueError:
        return False
    return True


def _is_related(one: str, other: str) -> bool:
    """Say whether two hosts are one, or one is a part of the other."""
    if not one or not other:
        return False
    return one == other or one.endswith(f".{other}") or other.endswith(f".{one}")

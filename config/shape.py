"""The shapes that all configuration files share: how a model behaves and what a value may be."""

import re
from datetime import timedelta
from ipaddress import IPv4Network, IPv6Network, ip_address, ip_network
from typing import Annotated, TypeVar
from urllib.parse import SplitResult, urlsplit
from zoneinfo import ZoneInfo, available_timezones

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, PlainValidator
from pydantic_core import PydanticCustomError

from config.languages import TOLD, UNTOLD
from config.problem import did_you_mean, quoted

Network = IPv4Network | IPv6Network

_UNITS = {"s": "seconds", "m": "minutes", "h": "hours", "d": "days"}
_DURATION = re.compile(r"([0-9]{1,6})([smhd])")
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]")

#: Sites that forbid what Harken would do there, with the reason that the author gets to read.
REFUSED_SITES = {
    "linkedin.com": (
        "LinkedIn forbids crawling by any means, so Harken does not; "
        "forward its notification mails or paste a post by hand instead"
    ),
}


def at(key: str, message: str) -> PydanticCustomError:
    """Return the error to raise where a whole table is checked but one of its keys is wrong."""
    return PydanticCustomError("at", "{message}", {"key": key, "message": message})


class Shape(BaseModel):
    """A frozen table of a configuration file; unknown keys and wrong types are problems."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)


def parse_duration(value: object) -> timedelta:
    """Return what "90s", "15m", "1h" or "2d" means.

    Raises:
        ValueError: it is none of these.
    """
    if isinstance(value, timedelta):
        return value
    match = _DURATION.fullmatch(value) if isinstance(value, str) else None
    if match is None:
        raise ValueError(f'{quoted(value)} is no duration; write "90s", "15m", "1h" or "2d"')
    return timedelta(**{_UNITS[match[2]]: int(match[1])})


def parse_positive_duration(value: object) -> timedelta:
    """Return what the text means, as ``parse_duration`` does, if it is longer than nothing.

    Raises:
        ValueError: it is no duration, or it is 0.
    """
    duration = parse_duration(value)
    if not duration:
        raise ValueError("must be longer than 0")
    return duration


def parse_network(value: object) -> Network:
    """Return the network that a CIDR names.

    Raises:
        ValueError: it names none, has host bits set, or would open every address there is.
    """
    if isinstance(value, IPv4Network | IPv6Network):
        return value
    text = value if isinstance(value, str) else ""
    try:
        network = ip_network(text, strict=False)
    except ValueError as error:
        raise ValueError(f'{quoted(value)} is no network; write it like "10.0.0.0/8"') from error
    if network.prefixlen == 0:
        raise ValueError(f"{quoted(value)} would open every address; name the ones you mean")
    if ip_address(text.partition("/")[0]) != network.network_address:
        raise ValueError(
            f"{quoted(value)} is one host of {network}; did you mean {str(network)!r}?"
        )
    return network


def check_url(value: str) -> str:
    """Return ``value`` if it is an address that may be fetched over HTTP.

    Raises:
        ValueError: another scheme, no host, a user name in it, blanks, or a site that forbids it.
    """
    parts = _address(value)
    if parts is None or parts.scheme not in {"http", "https"}:
        raise ValueError(f"{quoted(value)} is no web address; it begins with http:// or https://")
    for site, reason in REFUSED_SITES.items():
        if is_on(parts.hostname or "", site):
            raise ValueError(reason)
    return value


def check_server(value: str, *, scheme: str, example: str) -> str:
    """Return ``value`` if it is the address of a server of mail or news.

    Args:
        value: what was written.
        scheme: of the plain protocol; with an s behind it, it is the one in TLS.
        example: how such an address looks.

    Raises:
        ValueError: another scheme, no host, a user name in it, or blanks.
    """
    parts = _address(value)
    if parts is None or parts.scheme not in {scheme, f"{scheme}s"}:
        raise ValueError(f"{quoted(value)} is no such server; write it like {example}")
    return value


def check_path(value: str) -> str:
    """Return ``value`` if it is the path of a file or folder on this machine.

    Raises:
        ValueError: it is relative, names another machine, or holds control characters.
    """
    if _CONTROL.search(value) or not value.startswith(("/", "file:///")):
        raise ValueError(
            f"{quoted(value)} is no path from the root; write it like /var/mail/lists"
        )
    return value


def _address(value: str) -> SplitResult | None:
    """Return the parts of an address, or None when it has no host or no port that can be.

    Raises:
        ValueError: it holds what belongs in no address.
    """
    if value != "".join(value.split()) or _CONTROL.search(value) or "\\" in value:
        raise ValueError(f"{quoted(value)} has blanks, backslashes or control characters in it")
    try:
        parts = urlsplit(value)
        has_port = parts.port is None or parts.port > 0
    except ValueError as error:
        raise ValueError(f"{quoted(value)} is no address: {error}") from error
    if "@" in parts.netloc:
        raise ValueError("the address holds a user name or password; take it out")
    return parts if parts.hostname and has_port else None


def is_on(host: str, site: str) -> bool:
    """Tell whether ``host`` is ``site`` or a part of it, as old.reddit.com is of reddit.com."""
    return f".{host.rstrip('.').lower()}".endswith(f".{site}")


def check_zone(value: str) -> str:
    """Return ``value`` if it is the key of a time zone, the same on every machine.

    Raises:
        ValueError: it is none; paths and the machine's own "localtime" aren't either.
    """
    try:
        ZoneInfo(value)
        known = value != "localtime"
    except (KeyError, ValueError, OSError):  # OSError: "America" is a folder of zones
        known = False
    if known:
        return value
    hint = (
        did_you_mean(value, available_timezones() - {"localtime"})
        or '; write it like "Europe/Berlin"'
    )
    raise ValueError(f"{quoted(value)} is no time zone{hint}")


def check_email(value: str) -> str:
    """Return ``value`` if mail could be sent there, judged by its form only.

    Raises:
        ValueError: it has not the form name@host.
    """
    name, _, host = value.partition("@")
    fits = name and host and "@" not in host and not re.search(r"[\s<>,;\"\\]", value)
    if not fits or _CONTROL.search(value):
        raise ValueError(f"{quoted(value)} is no mail address; write it like name@example.com")
    return value


def check_line(value: str) -> str:
    """Return ``value`` if it is one line of visible text.

    Raises:
        ValueError: it is blank or holds control characters.
    """
    if not value.strip():
        raise ValueError("is empty")
    if _CONTROL.search(value):
        raise ValueError("holds a line end or another control character")
    return value


def check_language(value: str) -> str:
    """Return ``value`` if it has the form of an ISO 639 code, as nlp tells languages.

    Raises:
        ValueError: it is a region's code or a name.
    """
    if not re.fullmatch(r"[a-z]{2,3}", value):
        raise ValueError(f"{quoted(value)} is no language code; write it like 'en' or 'de'")
    return value


def check_told_language(value: str) -> str:
    """Return ``value`` if it is a language that posts are told to be in.

    Raises:
        ValueError: it is no language's code, or that of another.
    """
    if check_language(value) not in TOLD:
        raise ValueError(f"{quoted(value)} is no language that Harken tells: {', '.join(TOLD)}")
    return value


def check_post_language(value: str) -> str:
    """Return ``value`` if a post can have it: it is told, or stands for one that can't be.

    Raises:
        ValueError: no post ever has it.
    """
    return value if value == UNTOLD else check_told_language(value)


def check_slug(value: str) -> str:
    """Return ``value`` if it is an id: lower-case letters and digits in words joined by hyphens.

    Raises:
        ValueError: it is none, or longer than 64 characters.
    """
    if not re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", value) or len(value) > 64:
        proposal = "-".join(re.findall(r"[a-z0-9]+", value.lower()))[:64].strip("-")
        hint = f"; did you mean {proposal!r}?" if proposal else ""
        raise ValueError(f"{quoted(value)} is no id: lower-case letters, digits, hyphens{hint}")
    return value


def check_domain(value: str) -> str:
    """Return ``value`` if it is a domain as it stands behind the @ of an address.

    Raises:
        ValueError: it is none, or written with capitals.
    """
    if not re.fullmatch(r"([a-z0-9]([a-z0-9-]*[a-z0-9])?\.)+[a-z0-9-]{2,63}", value):
        raise ValueError(f"{quoted(value)} is no domain; write it like 'example.com'")
    return value


Choice = TypeVar("Choice")

#: One of an enum's words, as TOML can only write it: as text.
Word = Annotated[Choice, Field(strict=False)]

Duration = Annotated[timedelta, PlainValidator(parse_duration)]
PositiveDuration = Annotated[timedelta, PlainValidator(parse_positive_duration)]
CidrNetwork = Annotated[Network, PlainValidator(parse_network)]
Slug = Annotated[str, AfterValidator(check_slug)]
Domain = Annotated[str, Field(max_length=253), AfterValidator(check_domain)]
Line = Annotated[str, Field(max_length=200), AfterValidator(check_line)]
Prose = Annotated[str, Field(max_length=10_000)]  # may have several lines, may be empty
Url = Annotated[str, Field(max_length=2_000), AfterValidator(check_url)]
ZoneName = Annotated[str, AfterValidator(check_zone)]
Email = Annotated[str, Field(max_length=254), AfterValidator(check_email)]
Language = Annotated[str, AfterValidator(check_language)]
PostLanguage = Annotated[str, AfterValidator(check_post_language)]
Share = Annotated[float, Field(ge=0, le=1, allow_inf_nan=False)]

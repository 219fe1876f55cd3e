"""Places that are known by their address alone, before anything is fetched. Pure."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from yarl import URL

from crawlers.apis.bluesky import SERVER
from crawlers.mail.nntp import newsgroup
from crawlers.urls import parse_url
from models.words import SourceKind

_HACKER_NEWS = "https://hn.algolia.com/api/v1"
_STACK_EXCHANGE = "https://api.stackexchange.com/2.3"
_GITHUB = "https://api.github.com"
#: Sites of Stack Exchange that have a domain of their own, and what the API calls them.
_STACK_SITES = {
    "stackoverflow.com": "stackoverflow",
    "serverfault.com": "serverfault",
    "superuser.com": "superuser",
    "askubuntu.com": "askubuntu",
    "stackapps.com": "stackapps",
    "mathoverflow.net": "mathoverflow.net",
}
#: What stands at GitHub where an owner could.
_NO_OWNERS = frozenset(
    {"about", "apps", "collections", "enterprise", "events", "explore", "features", "issues"}
    | {"login", "marketplace", "notifications", "orgs", "pricing", "pulls", "search", "settings"}
    | {"sponsors", "topics", "trending", "users"}
)
_NAME = re.compile(r"[\w.-]{1,100}")
_JETSTREAM = re.compile(r"jetstream[0-9]?(\.[a-z0-9-]+)*\.bsky\.network")
_FEEDS = (".rss", ".atom", ".xml", ".json")


@dataclass(frozen=True, slots=True, kw_only=True)
class Recognised:
    """A source that can be read."""

    kind: SourceKind
    url: str  # to poll; may differ from what was asked for
    name: str
    options: Mapping[str, str] = field(default_factory=dict)  # for the adapter of its kind


def named_place(url: str) -> Recognised | None:
    """Return the source that ``url`` names, or None when it has to be looked at.

    Raises:
        BadUrl: it is no address.
        PlatformRefused: its platform forbids crawling.
    """
    scheme = url.partition("://")[0].lower()
    if scheme in {"ws", "wss"}:
        return _jetstream(url)
    if scheme in {"nntp", "nntps"}:
        return _newsgroup(url)
    target = parse_url(url)
    host = target.host.removeprefix("www.")
    address = URL(target.url)
    if address.path.endswith(_FEEDS):
        return None  # it says what it is
    parts = [part for part in address.path.split("/") if part]
    if host in {"news.ycombinator.com", "hn.algolia.com"}:
        return Recognised(kind=SourceKind.HACKER_NEWS, url=_HACKER_NEWS, name="Hacker News")
    if _JETSTREAM.fullmatch(host):
        return _jetstream(url)
    if site := stack_site(host):
        return _stack_exchange(site, parts)
    match host:
        case "github.com":
            return _github(address, parts)
        case "bsky.app":
            return _bluesky(address, parts)
        case "reddit.com" | "old.reddit.com" | "new.reddit.com":
            return _reddit(parts)
        case _:
            return None


def stack_site(host: str) -> str | None:
    """Return what Stack Exchange's API calls the site at ``host``, or None if it is none."""
    if host in _STACK_SITES:
        return _STACK_SITES[host]
    if host.endswith(".stackoverflow.com"):  # its meta site, and those in other languages
        name = host.removesuffix(".stackoverflow.com")
        return f"{name}.stackoverflow" if name in {"es", "ja", "meta", "pt", "ru"} else None
    name = host.removesuffix(".stackexchange.com")
    return name if name not in {host, "api", "data", "chat"} else None


def _stack_exchange(site: str, parts: list[str]) -> Recognised:
    options = {"site": site}
    name = site
    if parts[:2] == ["questions", "tagged"] and len(parts) > 2 and " " not in parts[2]:
        options["tagged"] = parts[2].replace("+", ";")
        name = f"{site}: {parts[2]}"
    kind = SourceKind.STACK_EXCHANGE
    return Recognised(kind=kind, url=_STACK_EXCHANGE, name=name, options=options)


def _github(address: URL, parts: list[str]) -> Recognised | None:
    if parts[:1] == ["search"] and address.query.get("q"):
        query = address.query["q"]
    elif len(parts) >= 2 and parts[0] not in _NO_OWNERS and all(map(_NAME.fullmatch, parts[:2])):
        query = f"repo:{parts[0]}/{parts[1].removesuffix('.git')}"
    else:
        return None
    return Recognised(
        kind=SourceKind.GITHUB,
        url=_GITHUB,
        name=f"GitHub: {query.removeprefix('repo:')}",
        options={"query": query},
    )


def _bluesky(address: URL, parts: list[str]) -> Recognised | None:
    if parts[:1] == ["search"]:
        query = address.query.get("q", "")
    elif parts[:1] == ["hashtag"] and len(parts) == 2:
        query = f"#{parts[1]}"
    else:
        return None
    if not query.strip():
        return None
    name = f"Bluesky: {query}"
    return Recognised(kind=SourceKind.BLUESKY, url=SERVER, name=name, options={"query": query})


def _jetstream(url: str) -> Recognised:
    target = parse_url(re.sub("^ws", "http", url, flags=re.IGNORECASE))
    kind = SourceKind.JETSTREAM
    return Recognised(kind=kind, url=target.url, name=f"Bluesky: {target.host}")


def _newsgroup(url: str) -> Recognised:
    server, group = newsgroup(url)
    name = f"{group} at {server.host}"
    return Recognised(kind=SourceKind.NNTP, url=url, name=name)


def _reddit(parts: list[str]) -> Recognised | None:
    if parts[:1] != ["r"] or len(parts) < 2:
        return None
    url = f"https://oauth.reddit.com/r/{parts[1]}"
    return Recognised(kind=SourceKind.REDDIT, url=url, name=f"Reddit: {parts[1]}")

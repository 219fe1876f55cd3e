"""When a source that redirects for good is taken to have moved.

A permanent redirect may be a slip, a maintenance page or a hijack (X38), and a source that was
moved by one is lost when it ends. So it has to be the same for a week, and to lead to the same
site; where it leads elsewhere, a person decides. Until then every poll goes through it.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import Enum, auto
from functools import cache
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

if TYPE_CHECKING:
    from tldextract import TLDExtract

REDIRECTS = 3
LASTING = timedelta(days=7)


@dataclass(frozen=True, slots=True, kw_only=True)
class Redirecting:
    """A permanent redirect that was seen at every poll since ``since``."""

    to: str
    since: datetime
    count: int = 1


class Move(Enum):
    """What to do about it."""

    WAIT = auto()  # it is too early to tell
    FOLLOW = auto()  # the source has a new address
    ASK = auto()  # a person decides


def seen_again(before: Redirecting | None, to: str | None, *, now: datetime) -> Redirecting | None:
    """Return what is known of a redirect after a poll that was sent ``to``; None: to nowhere."""
    if to is None:
        return None
    if before is None or before.to != to:
        return Redirecting(to=to, since=now)
    return Redirecting(to=to, since=before.since, count=before.count + 1)


def decide(redirecting: Redirecting, *, from_url: str, now: datetime, taken: bool) -> Move:
    """Return what follows from a redirect behind which the source was read without trouble.

    ``taken`` says that its end is a source already.
    """
    if redirecting.count < REDIRECTS or now - redirecting.since < LASTING:
        return Move.WAIT
    if taken or not is_same_site(from_url, redirecting.to):
        return Move.ASK
    return Move.FOLLOW


def is_same_site(one: str, other: str) -> bool:
    """Say whether two addresses belong to one owner of a domain, by the public suffix list.

    Private suffixes count: two blogs on one platform are two sites.
    """
    return _site(one) == _site(other)


def _site(url: str) -> str:
    host = (urlsplit(url).hostname or "").removesuffix(".")
    found = _suffixes()(host)
    if found.suffix or found.ipv4 or found.ipv6:
        return found.top_domain_under_public_suffix or host
    return ".".join(host.split(".")[-2:])  # the list's own rule for names that it doesn't have


@cache
def _suffixes() -> "TLDExtract":
    """Return the list that the library brings: nothing is fetched, nothing is cached on disk.

    It is loaded with the first redirect that lasts: it takes 8 MiB, half of them for fetching.
    """
    from tldextract import TLDExtract

    return TLDExtract(
        suffix_list_urls=(), cache_dir=None, fallback_to_snapshot=True,
        include_psl_private_domains=True,
    )  # fmt: skip

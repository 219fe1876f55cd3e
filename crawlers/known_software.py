"""What a community's software makes of an address: the source it would be, and how to tell. Pure.

A page that carries the marks of some software proves nothing by that: the API may be closed, or
the marks a theme's. So each claim comes with requests of which one must be answered in its shape.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from pydantic import BaseModel, JsonValue, RootModel
from yarl import URL

from crawlers.apis import discourse, nodebb
from crawlers.apis.asking import ApiModel
from crawlers.apis.discourse_answer import LatestPosts
from crawlers.apis.lemmy import community_of
from crawlers.apis.lemmy_answer import PostList
from crawlers.apis.mastodon import Timeline
from crawlers.apis.nodebb_answer import RecentPosts, RecentTopics
from crawlers.urls import parse_url
from models.words import SourceKind

#: Software that is asked for where an address has no page, the most common first.
API_FIRST = (SourceKind.DISCOURSE, SourceKind.LEMMY, SourceKind.NODEBB, SourceKind.MASTODON)

_LIST = re.compile(r"(?P<base>https?://[^?#]+?)/(?:api/)?list/(?P<list>[^/?#]+@[^/?#]+)")


class _Articles(RootModel[list[dict[str, JsonValue]]]):
    """A page of Forem's articles."""


class _List(ApiModel):
    """What HyperKitty says of a list."""

    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Claim:
    """A source that may be behind an address."""

    url: str
    proofs: Sequence[tuple[str, type[BaseModel]]]  # one of these is answered so, if it is
    options: Mapping[str, str] = field(default_factory=dict)


def claim(kind: SourceKind, url: str) -> Claim | None:
    """Return the source that ``url`` would be if ``kind`` reads it; None if nothing would."""
    make = _CLAIMS.get(kind)
    return make(url) if make else None


def _discourse(url: str) -> Claim:
    base = discourse.forum_base(url)
    return Claim(url=f"{base}/", proofs=((f"{base}/posts.json", LatestPosts),))


def _nodebb(url: str) -> Claim:
    base = nodebb.forum_base(url)
    proofs = ((f"{base}/api/recent/posts", RecentPosts), (f"{base}/api/recent", RecentTopics))
    return Claim(url=f"{base}/", proofs=proofs)


def _lemmy(url: str) -> Claim:
    origin = parse_url(url).origin
    community = community_of(url)
    asked = URL(f"{origin}/api/v3/post/list").with_query(
        {"sort": "New", "limit": "1", **({"community_name": community} if community else {})}
    )
    own = f"{origin}/c/{community}" if community else f"{origin}/"
    options = {"community": community} if community else {}
    return Claim(url=own, proofs=((str(asked), PostList),), options=options)


def _mastodon(url: str) -> Claim | None:
    target = parse_url(url)
    parts = [part for part in URL(target.url).path.split("/") if part]
    if len(parts) < 2 or parts[-2] not in {"tags", "tag"}:
        return None
    asked = URL(target.origin) / "api" / "v1" / "timelines" / "tag" / parts[-1]
    proof = (str(asked.with_query(limit="1")), Timeline)
    return Claim(url=target.url, proofs=(proof,), options={"tags": parts[-1]})


def _hyperkitty(url: str) -> Claim | None:
    address = _LIST.match(parse_url(url).url)
    if address is None:
        return None
    base, name = address["base"], address["list"]
    proof = (f"{base}/api/list/{name}/", _List)
    return Claim(url=f"{base}/list/{name}/", proofs=(proof,))


def _forem(url: str) -> Claim:
    target = parse_url(url)
    parts = [part for part in URL(target.url).path.split("/") if part]
    tag = parts[1] if len(parts) >= 2 and parts[0] == "t" else None
    proof = (f"{target.origin}/api/articles/latest?per_page=1", _Articles)
    return Claim(url=f"{target.origin}/", proofs=(proof,), options={"tag": tag} if tag else {})


_CLAIMS: Mapping[SourceKind, Callable[[str], Claim | None]] = {
    SourceKind.DISCOURSE: _discourse,
    SourceKind.FOREM: _forem,
    SourceKind.HYPERKITTY: _hyperkitty,
    SourceKind.LEMMY: _lemmy,
    SourceKind.MASTODON: _mastodon,
    SourceKind.NODEBB: _nodebb,
}

"""Which adapter reads which kind of source."""

from collections.abc import Mapping

from crawlers.feeds import FeedAdapter
from crawlers.forum import ForumAdapter
from crawlers.found import Adapter
from crawlers.hackernews import HackerNewsAdapter
from models.words import SourceKind

ADAPTERS: Mapping[SourceKind, Adapter] = {
    SourceKind.FEED: FeedAdapter(),
    SourceKind.FORUM: ForumAdapter(),
    SourceKind.HACKER_NEWS: HackerNewsAdapter(),
}


def adapter_for(kind: SourceKind) -> Adapter:
    """Return what reads sources of this kind."""
    return ADAPTERS[kind]

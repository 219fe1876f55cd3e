"""Which adapter reads which kind of source."""

from collections.abc import Mapping

from crawlers.apis.bluesky import BlueskyAdapter
from crawlers.apis.discourse import DiscourseAdapter
from crawlers.apis.forem import ForemAdapter
from crawlers.apis.github import GitHubAdapter
from crawlers.apis.hackernews import HackerNewsAdapter
from crawlers.apis.jetstream import JetstreamAdapter
from crawlers.apis.lemmy import LemmyAdapter
from crawlers.apis.mastodon import MastodonAdapter
from crawlers.apis.nodebb import NodebbAdapter
from crawlers.apis.reddit import RedditAdapter
from crawlers.apis.stackexchange import StackExchangeAdapter
from crawlers.apis.youtube import YouTubeAdapter
from crawlers.feeds.adapter import FeedAdapter
from crawlers.forums.adapter import ForumAdapter
from crawlers.found import Adapter
from crawlers.mail.hyperkitty import HyperKittyAdapter
from crawlers.mail.imap import ImapAdapter
from crawlers.mail.mailbox_file import MailboxAdapter
from crawlers.mail.nntp import NntpAdapter
from models.words import SourceKind

ADAPTERS: Mapping[SourceKind, Adapter] = {
    SourceKind.FEED: FeedAdapter(),
    SourceKind.FORUM: ForumAdapter(),
    SourceKind.GITHUB: GitHubAdapter(),
    SourceKind.HACKER_NEWS: HackerNewsAdapter(),
    SourceKind.HYPERKITTY: HyperKittyAdapter(),
    SourceKind.IMAP: ImapAdapter(),
    SourceKind.MAILBOX: MailboxAdapter(),
    SourceKind.NNTP: NntpAdapter(),
    SourceKind.STACK_EXCHANGE: StackExchangeAdapter(),
    SourceKind.FOREM: ForemAdapter(),
    SourceKind.REDDIT: RedditAdapter(),
    SourceKind.DISCOURSE: DiscourseAdapter(),
    SourceKind.LEMMY: LemmyAdapter(),
    SourceKind.MASTODON: MastodonAdapter(),
    SourceKind.NODEBB: NodebbAdapter(),
    SourceKind.BLUESKY: BlueskyAdapter(),
    SourceKind.JETSTREAM: JetstreamAdapter(),
    SourceKind.YOUTUBE: YouTubeAdapter(),
}


def adapter_for(kind: SourceKind) -> Adapter:
    """Return what reads sources of this kind."""
    return ADAPTERS[kind]

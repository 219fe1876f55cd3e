"""Discourse forums by ``/posts.json``: the newest posts of all topics, without a key.

Its default robots.txt forbids the search and the feeds of topics and categories, not this.
"""

from collections.abc import AsyncGenerator, Sequence
from contextlib import aclosing
from dataclasses import dataclass, field
from datetime import datetime

from yarl import URL

from crawlers.apis.asking import MOST_THREAD_PAGES, ask, left_out, plain_texts, readable
from crawlers.apis.discourse_answer import (
    DiscoursePost,
    LatestPosts,
    Stream,
    Topic,
    TopicPosts,
    posts,
)
from crawlers.apis.newest_first import Gap, Leaf, Progress, walk
from crawlers.fetch import Gate
from crawlers.found import Batch, FoundPost, SourceToPoll, ThreadToRead
from crawlers.urls import parse_url

FIRST_PAGES = 6  # of 50 posts
MOST_PAGES = 20
#: Posts get their ids before they can be seen; so many behind the newest are looked at again.
OVERLAP_IDS = 20
#: A page of an older Discourse is 50 ids wide, and empty where all 50 belong to private messages.
IDS_OF_A_PAGE = 50
MOST_EMPTY = 5  # such pages in a row
#: Posts of a topic that are asked for at once: as many as Discourse's own pages ask for.
IDS_AT_ONCE = 20

_PLACES = frozenset(
    {"c", "t", "p", "u", "g", "tag", "tags", "latest", "top", "new", "hot", "categories", "about"}
)


class DiscourseAdapter:
    """Reads the posts of all topics. Its cursor is the highest id, and the gaps below it.

    The address is the forum's, or any within it. Options: ``category`` (ids, by comma) takes only
    what stands in these categories.
    """

    async def poll(
        self, source: SourceToPoll, gate: Gate, *, now: datetime
    ) -> AsyncGenerator[Batch, None]:
        """Yield a batch for each page, newest first.

        Raises:
            SourceError: the forum could not be reached, wants a login, or is none.
        """
        reading = _Reading(source, gate, base=forum_base(source.url), now=now)
        steps = walk(
            Progress.of(dict(source.cursor)),
            reading.leaf,
            overlap=OVERLAP_IDS,
            first_pages=FIRST_PAGES,
            most_pages=MOST_PAGES,
        )
        async with aclosing(steps):
            async for step in steps:
                yield step.batch(step.progress.stored())

    async def read_thread(
        self, source: SourceToPoll, gate: Gate, thread: ThreadToRead, *, now: datetime
    ) -> AsyncGenerator[Batch, None]:
        """Yield a topic with its replies: of a long one the first twenty, and the newest.

        Raises:
            NotFound, Gone: there is no such topic any more.
            SourceError: the forum could not be reached, wants a login, or is none.
        """
        yield await _Reading(source, gate, base=forum_base(source.url), now=now).topic(thread.key)


def forum_base(url: str) -> str:
    """Return the address of the forum that ``url`` leads into, without a slash at its end."""
    target = parse_url(url)
    kept = []
    for segment in URL(target.url, encoded=True).raw_path.split("/"):
        if segment in _PLACES or segment.endswith((".json", ".rss")):
            break
        kept.append(segment)
    return target.origin + "/".join(kept).rstrip("/")


@dataclass(slots=True)
class _Found:
    """What a topic's answers held."""

    posts: dict[int, DiscoursePost] = field(default_factory=dict)
    unreadable: int = 0
    answers: int = 0

    def take(self, stream: Stream) -> None:
        read, unreadable = readable(stream.posts, DiscoursePost)
        self.posts |= {post.id: post for post in read}
        self.unreadable += unreadable
        self.answers += 1


@dataclass(frozen=True, slots=True)
class _Reading:
    """One poll of one forum."""

    source: SourceToPoll
    gate: Gate
    base: str
    now: datetime

    async def leaf(self, gap: Gap) -> Leaf:
        """Return the page below ``gap.below``, past pages that hold nothing older."""
        before, fetched = gap.below, 0
        while True:
            raw, unreadable = await self._page(before)
            fetched += 1
            is_older = gap.below is None or any(post.id < gap.below for post in raw)
            if is_older or before is None or before <= gap.above or fetched > MOST_EMPTY:
                break
            before -= IDS_OF_A_PAGE
        shown = [post for post in raw if post.is_shown and self._is_wanted(post)]
        return Leaf(
            posts=await self._plain(shown),
            places={post.external_id: post.id for post in raw},
            fetched=fetched,
            problem=left_out(unreadable, unreadable + len(raw)),
            is_last=min((post.id for post in raw), default=2) == 1,
            deleted=tuple(post.external_id for post in raw if post.is_gone),
        )

    async def topic(self, key: str) -> Batch:
        """Return a topic's posts, as many as the requests of one reading bring."""
        topic = (await ask(self.gate, self.source, f"{self.base}/t/{key}.json", Topic)).body
        found = _Found()
        found.take(topic.post_stream)
        rest = [number for number in topic.post_stream.stream if number not in found.posts]
        rest = rest[-(MOST_THREAD_PAGES - 1) * IDS_AT_ONCE :]
        for start in range(0, len(rest), IDS_AT_ONCE):
            url = URL(f"{self.base}/t/{key}/posts.json", encoded=True)
            wanted = [("post_ids[]", str(number)) for number in rest[start : start + IDS_AT_ONCE]]
            more = await ask(self.gate, self.source, str(url.with_query(wanted)), TopicPosts)
            found.take(more.body.post_stream)
        of_topic = {"topic_title": topic.title, "topic_slug": topic.slug}
        raw = [post.model_copy(update=of_topic) for post in found.posts.values()]
        ids = topic.post_stream.stream
        return Batch(
            posts=await self._plain([post for post in raw if post.is_shown]),
            cursor={},
            fetched=found.answers,
            problem=left_out(found.unreadable, found.unreadable + len(raw)),
            deleted=tuple(post.external_id for post in raw if post.is_gone),
            # of a topic with ten thousand posts the ids are not told
            whole=bool(ids) and found.posts.keys() >= set(ids) and not found.unreadable,
        )

    async def _plain(self, shown: Sequence[DiscoursePost]) -> tuple[FoundPost, ...]:
        texts = await plain_texts(self.gate, [post.cooked for post in shown])
        return posts(shown, texts, base=self.base, now=self.now)

    async def _page(self, before: int | None) -> tuple[tuple[DiscoursePost, ...], int]:
        url = URL(f"{self.base}/posts.json", encoded=True)
        if before is not None:
            url = url.with_query(before=max(before, 1))
        answer = await ask(self.gate, self.source, str(url), LatestPosts)
        return readable(answer.body.latest_posts, DiscoursePost)

    def _is_wanted(self, post: DiscoursePost) -> bool:
        wanted = self.source.options.get("category", "").replace(",", " ").split()
        return not wanted or str(post.category_id) in wanted

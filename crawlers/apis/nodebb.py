"""NodeBB forums by their read API, which is each page's address with ``/api`` before it.

The list of recent posts gives their words without markup, so that what they quote cannot be told
from what they say. So the topics of new posts are read too: their first page, which holds the
question, and their last.
"""

from collections.abc import AsyncGenerator, Sequence
from contextlib import aclosing
from dataclasses import dataclass, field
from datetime import datetime

from pydantic import JsonValue
from yarl import URL

from crawlers.apis.asking import MOST_THREAD_PAGES, ask, left_out, plain_texts, readable
from crawlers.apis.newest_first import Gap, Leaf, Progress, walk
from crawlers.apis.nodebb_answer import (
    ListedTopic,
    NodePost,
    RecentPosts,
    RecentTopics,
    TopicPage,
    is_shown,
    posts,
)
from crawlers.errors import Forbidden, Gone, NotFound, Unparseable
from crawlers.fetch import Gate
from crawlers.found import Batch, FoundPost, SourceToPoll, ThreadToRead
from crawlers.urls import parse_url

FIRST_PAGES = 3  # of 20 posts, or of 20 topics
MOST_PAGES = 20
MOST_TOPICS = 40  # that one poll reads
MOST_EMPTY = 3  # pages in a row whose posts are all hidden from the public
#: Posts of other servers arrive late; so far behind the newest is looked again.
OVERLAP_MS = 3_600_000
MOST_KNOWN = 200  # ids of posts kept to tell late ones from known ones

_PLACES = frozenset(
    {"api", "category", "topic", "post", "recent", "popular", "top", "unread", "tags", "user"}
    | {"users", "groups", "categories", "world"}
)


class NodebbAdapter:
    """Reads recent posts with their topics. Its cursor is the time up to which all was read.

    The address is the forum's, or any within it.
    """

    async def poll(
        self, source: SourceToPoll, gate: Gate, *, now: datetime
    ) -> AsyncGenerator[Batch, None]:
        """Yield a batch for each page of recent posts, newest first.

        Raises:
            SourceError: the forum could not be reached, wants a login, or is none.
        """
        reading = _Reading(source, gate, forum_base(source.url), now, known=_known(source))
        steps = walk(
            Progress.of(dict(source.cursor)),
            reading.leaf,
            overlap=OVERLAP_MS,
            first_pages=FIRST_PAGES,
            most_pages=MOST_PAGES,
        )
        async with aclosing(steps):
            async for step in steps:
                known: list[JsonValue] = [*reading.known]
                yield step.batch({**step.progress.stored(), "known": known})

    async def read_thread(
        self, source: SourceToPoll, gate: Gate, thread: ThreadToRead, *, now: datetime
    ) -> AsyncGenerator[Batch, None]:
        """Yield a topic with its replies: of a long one the first page, and the last ones.

        Raises:
            NotFound, Gone: there is no such topic any more.
            SourceError: the forum could not be reached, wants a login, or is none.
        """
        reading = _Reading(source, gate, forum_base(source.url), now, known={})
        yield await reading.whole_topic(thread.key)


def forum_base(url: str) -> str:
    """Return the address of the forum that ``url`` leads into, without a slash at its end."""
    target = parse_url(url)
    kept = []
    for segment in URL(target.url, encoded=True).raw_path.split("/"):
        if segment in _PLACES:
            break
        kept.append(segment)
    return target.origin + "/".join(kept).rstrip("/")


def _known(source: SourceToPoll) -> dict[str, None]:
    known = source.cursor.get("known")
    ids = known if isinstance(known, list) else []
    return dict.fromkeys(one for one in ids[:MOST_KNOWN] if isinstance(one, str))


@dataclass(slots=True)
class _Listed:
    """A page of what is recent."""

    places: dict[str, int] = field(default_factory=dict)  # ids to milliseconds since 1970
    topics: dict[str, str] = field(default_factory=dict)  # the same ids to those of their topics
    posts: dict[str, NodePost] = field(default_factory=dict)  # as far as the list shows them
    problem: str | None = None


@dataclass(slots=True)
class _Reading:
    """One poll of one forum."""

    source: SourceToPoll
    gate: Gate
    base: str
    now: datetime
    known: dict[str, None]  # ids of posts that were read lately, the newest first
    _lists_posts: bool = True  # False where there is only the list of topics
    _topics_read: set[str] = field(default_factory=set)
    _given: set[str] = field(default_factory=set)  # ids of posts that came with their topics
    _fetched: int = 0

    async def leaf(self, gap: Gap) -> Leaf:
        """Return the page that ``gap`` comes to next, with the topics of what is new on it."""
        self._fetched = 0
        page = gap.page
        listed = await self._list(page)
        while not listed.places and self._lists_posts and page - gap.page < MOST_EMPTY:
            page += 1
            listed = await self._list(page)
        new = [one for one in listed.places if one not in self.known]
        fresh = [pid for pid in new if pid in listed.posts and pid not in self._given]
        found = {pid: listed.posts[pid] for pid in fresh}
        topics = dict.fromkeys(listed.topics[one] for one in new)
        asked = [topic for topic in topics if topic not in self._topics_read]
        room = MOST_TOPICS - len(self._topics_read)
        for topic in asked[:room]:
            self._topics_read.add(topic)
            whole = {post.pid: post for post in await self._topic(topic)}
            self._given |= whole.keys()
            found |= whole
        self.known = dict.fromkeys([*new, *self.known][:MOST_KNOWN])
        return Leaf(
            posts=await self._plain([post for post in found.values() if is_shown(post)]),
            places=listed.places,
            fetched=self._fetched,
            problem=listed.problem or self._unread(len(asked[room:])),
            page=page,
            deleted=tuple(pid for pid, post in found.items() if not is_shown(post)),
        )

    async def whole_topic(self, tid: str) -> Batch:
        """Return a topic's posts, as many as the requests of one reading bring."""
        first = await self._topic_page(tid, 1)
        if first.deleted:
            raise Gone
        pages = first.pagination.pages
        following = list(range(2, pages + 1))[-(MOST_THREAD_PAGES - 1) :]
        answers = [first, *[await self._topic_page(tid, page) for page in following]]
        found: dict[str, NodePost] = {}
        unreadable, repeats = 0, False
        for answer in answers:
            read, strange = readable(answer.posts, NodePost)
            repeats |= found.keys() >= {post.pid for post in read}
            found |= {post.pid: post.model_copy(update={"topic": first.topic}) for post in read}
            unreadable += strange
        return Batch(
            posts=await self._plain([post for post in found.values() if is_shown(post)]),
            cursor={},
            fetched=self._fetched,
            problem=left_out(unreadable, unreadable + len(found)),
            deleted=tuple(pid for pid, post in found.items() if not is_shown(post)),
            whole=pages <= MOST_THREAD_PAGES and not (unreadable or repeats),
        )

    def _unread(self, topics: int) -> str | None:
        if not topics or self._lists_posts:
            return None  # the list has shown what was written there
        return f"{topics} topics were left out: one poll reads {MOST_TOPICS}"

    async def _list(self, page: int) -> _Listed:
        if self._lists_posts:
            try:
                return await self._recent_posts(page)
            except (NotFound, Gone, Unparseable):
                if page > 1:
                    raise
                self._lists_posts = False
        return await self._recent_topics(page)

    async def _recent_posts(self, page: int) -> _Listed:
        answer = await ask(self.gate, self.source, self._url("recent/posts", page), RecentPosts)
        self._fetched += 1
        found, unreadable = readable(answer.body.root, NodePost)
        return _Listed(
            places={post.pid: self._place(post.timestamp) for post in found},
            topics={post.pid: post.tid for post in found},
            posts={post.pid: post for post in found},
            problem=left_out(unreadable, unreadable + len(found)),
        )

    async def _recent_topics(self, page: int) -> _Listed:
        answer = await ask(self.gate, self.source, self._url("recent", page), RecentTopics)
        self._fetched += 1
        found, unreadable = readable(answer.body.topics, ListedTopic)
        # a topic is news again with each reply
        named = {f"{topic.tid}@{topic.lastposttime}": topic for topic in found}
        return _Listed(
            places={name: self._place(topic.lastposttime) for name, topic in named.items()},
            topics={name: topic.tid for name, topic in named.items()},
            problem=left_out(unreadable, unreadable + len(found)),
        )

    async def _topic(self, tid: str) -> Sequence[NodePost]:
        """Return the posts of a topic's first and last page; none when it may not be seen."""
        try:
            first = await self._topic_page(tid, 1)
            if first.deleted:
                return ()
            pages = [first]
            if first.pagination.pages > 1:
                pages.append(await self._topic_page(tid, first.pagination.pages))
        except (Forbidden, NotFound, Gone):
            return ()
        read = [post for page in pages for post in readable(page.posts, NodePost)[0]]
        return [post.model_copy(update={"topic": first.topic}) for post in read]

    async def _topic_page(self, tid: str, page: int) -> TopicPage:
        answer = await ask(self.gate, self.source, self._url(f"topic/{tid}", page), TopicPage)
        self._fetched += 1
        return answer.body

    def _url(self, path: str, page: int) -> str:
        url = URL(f"{self.base}/api/{path}")
        return str(url.with_query(page=page) if page > 1 else url)

    def _place(self, milliseconds: int) -> int:
        return min(milliseconds, int(self.now.timestamp() * 1_000))

    async def _plain(self, found: Sequence[NodePost]) -> tuple[FoundPost, ...]:
        texts = await plain_texts(self.gate, [post.content or "" for post in found])
        return posts(found, texts, base=self.base, now=self.now)

"""Lemmy by its API v3: the newest posts and comments of a community or of a whole instance."""

from collections.abc import AsyncGenerator
from contextlib import aclosing
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from pydantic import JsonValue
from yarl import URL

from crawlers.apis.asking import MOST_THREAD_PAGES, ask, left_out, readable
from crawlers.apis.lemmy_answer import (
    Comment,
    CommentList,
    OnePost,
    Post,
    PostList,
    posts,
    shells,
)
from crawlers.apis.newest_first import Gap, Leaf, Progress, walk
from crawlers.errors import NotFound, UnexpectedStatus
from crawlers.fetch import Gate
from crawlers.found import Batch, SourceToPoll, ThreadToRead
from crawlers.urls import parse_url

PAGE_SIZE = 50  # the most that Lemmy gives
SMALL_PAGE = 10  # what it gives to who asks for no number: behind less there is nothing
FIRST_PAGES = 3  # of posts, and of comments
MOST_PAGES = 20
#: What other instances send arrives late, dated when it was written there.
OVERLAP_SECONDS = 3_600

Listing = Literal["post", "comment"]
LISTINGS: tuple[Listing, ...] = ("post", "comment")

#: How instances before 0.18 say, with status 400, that there is no such post.
_NO_SUCH_POST = frozenset({"couldnt_find_post", "not_found"})


class LemmyAdapter:
    """Reads posts, then comments. Its cursor is for each the time up to which all was read.

    The address is a community's (``https://lemmy.example/c/name``) or the instance's. Options:
    ``community`` (``name`` or ``name@other.example``), and ``type``: ``Local``, what was posted
    at this instance, which is the rule without a community, or ``All`` that it knows of.
    """

    async def poll(
        self, source: SourceToPoll, gate: Gate, *, now: datetime
    ) -> AsyncGenerator[Batch, None]:
        """Yield a batch for each page, newest first, posts before comments.

        Raises:
            SourceError: the instance could not be reached, or speaks no API v3.
        """
        asked = _Asked.by(source)
        cursor: dict[str, JsonValue] = {which: source.cursor.get(which) for which in LISTINGS}
        for which in LISTINGS:
            steps = walk(
                Progress.of(cursor[which]),
                _Reading(source, gate, asked, which, now).leaf,
                overlap=OVERLAP_SECONDS,
                first_pages=FIRST_PAGES,
                most_pages=MOST_PAGES,
            )
            async with aclosing(steps):
                async for step in steps:
                    cursor = {**cursor, which: step.progress.stored()}
                    yield step.batch(cursor)

    async def read_thread(
        self, source: SourceToPoll, gate: Gate, thread: ThreadToRead, *, now: datetime
    ) -> AsyncGenerator[Batch, None]:
        """Yield a post with its comments, of very many the newest.

        Raises:
            NotFound: there is no such post any more.
            SourceError: the instance could not be reached, or speaks no API v3.
        """
        base, number = parse_url(source.url).origin, thread.key.removeprefix("post/")
        post = await _one_post(gate, source, f"{base}/api/v3/post", number)
        comments: dict[str, Comment] = {}
        unreadable = page = 0
        goes_on = True
        while goes_on and page + 1 < MOST_THREAD_PAGES:
            page += 1
            url = _comments_url(base, number, page=page)
            items = (await ask(gate, source, url, CommentList)).body.comments
            read, strange = readable(items, Comment)
            new = {one.external_id: one for one in read if one.external_id not in comments}
            comments |= new
            unreadable += strange
            goes_on = len(items) >= SMALL_PAGE and bool(new)
        found: list[Post | Comment] = [post, *comments.values()]
        yield Batch(
            posts=posts(found, base=base, now=now),
            cursor={},
            fetched=1 + page,
            problem=left_out(unreadable, unreadable + len(found)),
            deleted=shells(found),
            whole=not goes_on and not unreadable,
        )


@dataclass(frozen=True, slots=True)
class _Asked:
    """What a source asks for."""

    base: str
    parameters: dict[str, str]

    @classmethod
    def by(cls, source: SourceToPoll) -> "_Asked":
        target = parse_url(source.url)
        community = source.options.get("community") or community_of(target.url) or ""
        scope = source.options.get("type") or ("All" if community else "Local")
        named = {"community_name": community} if community else {}
        return cls(target.origin, {"type_": scope, "sort": "New", **named})

    def url(self, which: Listing, *, page: int) -> str:
        query = {**self.parameters, "limit": str(PAGE_SIZE), "page": str(page)}
        return str(URL(f"{self.base}/api/v3/{which}/list").with_query(query))


async def _one_post(gate: Gate, source: SourceToPoll, endpoint: str, number: str) -> Post:
    url = str(URL(endpoint).with_query(id=number))
    answer = await ask(gate, source, url, OnePost, accept=(200, 400))
    if answer.body.error in _NO_SUCH_POST:
        raise NotFound
    if answer.body.post_view is None:
        raise UnexpectedStatus(answer.page.status)
    return answer.body.post_view


def _comments_url(base: str, post: str, *, page: int) -> str:
    query = {"post_id": post, "type_": "All", "sort": "New"}
    url = URL(f"{base}/api/v3/comment/list").with_query(query)
    return str(url.update_query(limit=PAGE_SIZE, page=page))


def community_of(url: str) -> str | None:
    """Return the name of the community that ``url`` is the page of."""
    parts = [part for part in URL(url).path.split("/") if part]
    return parts[1] if len(parts) >= 2 and parts[0] == "c" else None


@dataclass(frozen=True, slots=True)
class _Reading:
    """One poll of one listing."""

    source: SourceToPoll
    gate: Gate
    asked: _Asked
    which: Listing
    now: datetime

    async def leaf(self, gap: Gap) -> Leaf:
        """Return the page that ``gap`` comes to next.

        New posts push the others down, so a page that waited since another poll holds nothing
        that was missed, at worst what is known.
        """
        found, unreadable = await self._listed(self.asked.url(self.which, page=gap.page))
        present = int(self.now.timestamp())
        return Leaf(
            posts=posts(found, base=self.asked.base, now=self.now),
            places={one.external_id: min(one.seconds, present) for one in found},
            problem=left_out(unreadable, unreadable + len(found)),
            deleted=shells(found),
        )

    async def _listed(self, url: str) -> tuple[tuple[Post, ...] | tuple[Comment, ...], int]:
        if self.which == "post":
            page = await ask(self.gate, self.source, url, PostList)
            return readable(page.body.posts, Post)
        comments = await ask(self.gate, self.source, url, CommentList)
        return readable(comments.body.comments, Comment)

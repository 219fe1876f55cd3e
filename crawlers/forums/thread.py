"""One thread of a forum, read again from its first page on.

The walk that polls go by makes its posts, so they have the ids that they had. Without Scrapy:
there is one page after the other, and nothing to choose from.
"""

from collections.abc import AsyncGenerator, Awaitable, Callable
from dataclasses import replace
from datetime import datetime

from crawlers.errors import BadUrl, NothingToRead, SourceError
from crawlers.fetch import Gate, Page
from crawlers.forums.page import read_forum_page
from crawlers.forums.progress import Progress
from crawlers.forums.values import ForumPage
from crawlers.forums.walk import Visit, Walk
from crawlers.found import Batch, FoundPost, ThreadToRead

#: What is read of a thread again. What follows in a longer one, polls find.
MOST_PAGES = 10

Fetch = Callable[[str], Awaitable[Page]]


async def read_thread(
    thread: ThreadToRead, gate: Gate, fetch: Fetch, *, now: datetime
) -> AsyncGenerator[Batch, None]:
    """Yield a thread's posts, in one batch.

    It is whole when the last page was reached, and said that it was. A page that holds no post
    says nothing about those that were there: a new theme, or a notice that comes with status 200.

    Raises:
        NotFound, Gone: there is no such thread any more.
        SourceError: its first page could not be had or is no thread's; or the forum wants to be
            left alone: what was yielded stands.
    """
    if thread.url is None:
        raise BadUrl("the thread has no address")
    walk = Walk(start_url=thread.url, progress=Progress({}), now=now, max_pages=MOST_PAGES)
    visit: Visit | None = replace(walk.start(), thread=thread.key)
    found: list[FoundPost] = []
    is_whole = True
    while visit is not None:
        try:
            page, found_at = await _page(visit, gate, fetch, now=now)
            if not page.posts and not found:
                raise NothingToRead(f"{page.title or 'the page'!r} has no posts any more")
        except SourceError as error:
            if not found:
                raise
            walk.failed(visit, error)
            is_whole = False
            break
        if not page.posts:
            is_whole = False
            break
        is_whole &= bool(found) or page.number == 1  # some lists lead to a thread's last page
        step = walk.arrived(visit, page, found_at=found_at)
        found += step.posts
        visit = next(iter(step.visits), None)
    yield Batch(
        posts=tuple(found),
        cursor={},
        fetched=walk.pages,
        problem=walk.problem,
        # merged with another thread, it is found under that one's key
        whole=is_whole
        and not walk.unfinished
        and all(post.thread_key == thread.key for post in found),
    )
    if walk.fatal is not None:
        raise walk.fatal


async def _page(visit: Visit, gate: Gate, fetch: Fetch, *, now: datetime) -> tuple[ForumPage, str]:
    """Return a page of the thread, and where it was found."""
    answer = await fetch(visit.url)
    page = await gate.parsing.run(
        read_forum_page, answer.body, url=answer.url, now=int(now.timestamp()), in_thread=True
    )
    return page, answer.url

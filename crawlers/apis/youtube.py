"""Comments on YouTube by its Data API, with an operator's own key.

The API lists threads by the time of their first comment, newest first, in pages that follow one
another by tokens which mean nothing. So the cursor moves when all that is new was read, and a
crawl that is killed before begins again at the newest.
"""

from collections.abc import AsyncGenerator, Sequence
from datetime import datetime
from functools import partial

from yarl import URL

from crawlers.apis.asking import MOST_THREAD_PAGES, Answer, left_out, readable, secret
from crawlers.apis.metered import MissingOption, ask_metered, asking_for_one
from crawlers.apis.youtube_answer import Comment, RawAnswer, Thread, explain, posts
from crawlers.errors import NotFound
from crawlers.fetch import Gate
from crawlers.found import Batch, Cursor, FoundPost, SourceToPoll, ThreadToRead
from crawlers.urls import parse_url

PAGE_SIZE = 100  # the most that the API gives; a page costs 1 of the day's 10,000 units
MOST_PAGES = 20
#: Comments that were held for review appear late, dated when they were written.
OVERLAP_SECONDS = 3_600

_MORE = f"more than {MOST_PAGES * PAGE_SIZE:,} comments came since the last poll; some are lost"


class YouTubeAdapter:
    """Reads the comments on a video or on all videos of a channel. Its cursor is a time.

    Options: ``video`` or ``channel``, an id. Secret: ``key`` (needed). With each of the newest
    comments come the replies that the API lists beside it, five at most. The first poll takes the
    newest hundred.
    """

    async def poll(
        self, source: SourceToPoll, gate: Gate, *, now: datetime
    ) -> AsyncGenerator[Batch, None]:
        """Yield a batch for each page, newest first.

        Raises:
            SourceError: the API could not be reached or refused: what was yielded stands.
        """
        url = _url(source)
        reached = newest = _reached(source.cursor)
        seen: set[str] = set()
        token: str | None = None
        for page in range(1, MOST_PAGES + 1):
            asked = await _ask(gate, source, _page(url, token), now=now)
            threads, unreadable = readable(asked.body.items, Thread)
            fresh = [thread for thread in threads if thread.id not in seen]
            seen.update(thread.id for thread in fresh)
            newest = _latest(newest, fresh, now=now)
            token = None if _is_met(reached, fresh) else asked.body.next_page
            given_up = token is not None and page == MOST_PAGES
            cursor = source.cursor if token is not None and not given_up else _cursor(newest)
            yield Batch(
                posts=_oldest_first(fresh, now=now),
                cursor=cursor,
                fetched=asked.page.requests,
                problem=_problem(threads, unreadable) or (_MORE if given_up else None),
            )
            if token is None:
                return

    async def read_thread(
        self, source: SourceToPoll, gate: Gate, thread: ThreadToRead, *, now: datetime
    ) -> AsyncGenerator[Batch, None]:
        """Yield a comment with its replies, a thousand at the most; each page costs a unit.

        Raises:
            NotFound: the comment is gone, and its replies with it.
            SourceError: the API could not be reached or refused.
        """
        endpoint = _endpoint(source)
        shape = {"part": "snippet", "textFormat": "plainText"}
        top = endpoint.with_query({**shape, "id": thread.key})
        wanted = {**shape, "parentId": thread.key, "maxResults": str(PAGE_SIZE)}
        url = (endpoint.parent / "comments").with_query(wanted)
        with asking_for_one():
            threads, strange = readable(
                (await _ask(gate, source, top, now=now)).body.items, Thread
            )
            if not threads and not strange:
                raise NotFound
            replies: dict[str, Comment] = {}
            token, pages = None, 1
            while pages < MOST_THREAD_PAGES:
                asked = (await _ask(gate, source, _page(url, token), now=now)).body
                read, odd = readable(asked.items, Comment)
                before = len(replies)
                replies.update((reply.id, reply) for reply in read)
                strange, token, pages = strange + odd, asked.next_page, pages + 1
                if token is None or len(replies) == before:
                    break
        comments = list(replies.values())
        yield Batch(
            posts=tuple(p for one in threads for p in posts(one, now=now, replies=comments)),
            cursor={},
            fetched=pages,
            problem=left_out(strange, strange + len(threads) + len(replies)),
            whole=token is None and not strange,
        )


async def _ask(gate: Gate, source: SourceToPoll, url: URL, *, now: datetime) -> Answer[RawAnswer]:
    return await ask_metered(
        gate,
        source,
        str(url),
        RawAnswer,
        explain=partial(explain, now=now),
        now=now,
        # not in the address, which may be logged
        headers={"X-Goog-Api-Key": secret(source, "key")},
    )


def _page(url: URL, token: str | None) -> URL:
    return url.update_query(pageToken=token) if token else url


def _endpoint(source: SourceToPoll) -> URL:
    base = URL(parse_url(source.url).url, encoded=True).with_query(None)
    return base if base.name == "commentThreads" else base / "commentThreads"


def _url(source: SourceToPoll) -> URL:
    url, endpoint = URL(parse_url(source.url).url, encoded=True), _endpoint(source)
    wanted = {**url.query, **source.options}
    asked = {
        "part": "snippet,replies",
        "order": "time",
        "maxResults": str(PAGE_SIZE),
        "textFormat": "plainText",
    }
    if video := wanted.get("video") or wanted.get("videoId"):
        return endpoint.with_query({**asked, "videoId": video})
    if channel := wanted.get("channel") or wanted.get("allThreadsRelatedToChannelId"):
        return endpoint.with_query({**asked, "allThreadsRelatedToChannelId": channel})
    raise MissingOption("video", meaning="or channel: the id of what to listen to")


def _reached(cursor: Cursor) -> int | None:
    value = cursor.get("published")
    return value if isinstance(value, int) and not isinstance(value, bool) else None


def _cursor(newest: int | None) -> Cursor:
    return {} if newest is None else {"published": newest}


def _latest(known: int | None, threads: Sequence[Thread], *, now: datetime) -> int | None:
    """Return the time of the newest comment so far; never in the future."""
    times = [thread.snippet.top.snippet.published for thread in threads]
    newest = max([*times, *(() if known is None else (known,))], default=None)
    return None if newest is None else min(newest, int(now.timestamp()))


def _is_met(reached: int | None, fresh: Sequence[Thread]) -> bool:
    """Say whether a page ends the reading: nothing new on it, or older than what is known."""
    if reached is None or not fresh:
        return True
    oldest = min(thread.snippet.top.snippet.published for thread in fresh)
    return oldest <= reached - OVERLAP_SECONDS


def _oldest_first(threads: Sequence[Thread], *, now: datetime) -> tuple[FoundPost, ...]:
    ordered = sorted(threads, key=lambda thread: thread.snippet.top.snippet.published)
    return tuple(post for thread in ordered for post in posts(thread, now=now))


def _problem(threads: Sequence[Thread], unreadable: int) -> str | None:
    """Say how many threads and replies were left out for their shape."""
    read = [thread.comments() for thread in threads]
    unreadable += sum(missing for _, missing in read)
    return left_out(unreadable, unreadable + sum(len(comments) for comments, _ in read))

"""RSS, Atom, RDF and JSON feeds as a source, with their older pages and comment feeds."""

from collections.abc import AsyncGenerator
from dataclasses import replace
from datetime import datetime

from pydantic import JsonValue

from crawlers.errors import (
    BadDocument,
    Gone,
    HostResting,
    NotFound,
    RateLimited,
    ServerFailed,
    SourceError,
)
from crawlers.feeds.back import Back, beginning, following
from crawlers.feeds.comments import Watched, as_json, due, replies, watched_in, watching
from crawlers.feeds.identity import Ledger
from crawlers.feeds.reading import Reading, State, read_document
from crawlers.fetch import Gate
from crawlers.found import Batch, SourceToPoll

#: What a host says that wants no more requests now.
_ENOUGH = (HostResting, RateLimited, ServerFailed)


class FeedAdapter:
    """Reads a feed, one document a poll. Its cursor is what the server and the bytes say of it.

    Options: ``comments``, "yes" to read the comment feeds of posts of the last 14 days as well,
    five of them a poll; ``backfill_days``, how far back a feed that has pages is read the first
    time.
    """

    async def poll(
        self, source: SourceToPoll, gate: Gate, *, now: datetime
    ) -> AsyncGenerator[Batch, None]:
        """Yield the feed's new posts as one batch, or one without posts when nothing changed.

        Then, if they are asked for, a batch for each comment feed that was read.

        Raises:
            SourceError: the feed could not be fetched or read. One that had to be stopped is
                marked in the cursor first, so that it isn't tried again before it changes.
        """
        with_comments = source.options.get("comments", "").strip().lower() == "yes"
        state = source.cursor
        anew = with_comments and "comments" not in state  # where comments are isn't known yet
        reading = await read_document(
            source, gate, url=source.url, state=state, now=now, anew=anew
        )
        watched: tuple[Watched, ...] = ()
        if with_comments:
            watched = _watching(reading, watched_in(state.get("comments")), now=now)
        kept = watched if with_comments else None
        asked = source.options.get("backfill_days", "")[:6]
        back = beginning(state, reading, days=int(asked) if asked.isdecimal() else None, now=now)
        unread = not with_comments and any(entry.comments_url for entry in reading.entries)
        first = _batch(reading, _cursor(reading.state, kept, back))
        yield replace(first, has_comments=unread)
        if reading.poison is not None:
            raise reading.poison
        while back is not None:
            batch, back, goes_on = await _older(
                source, gate, back, feed=reading.state, watched=kept, now=now
            )
            yield batch
            if not goes_on:
                return
        waiting = list(due(watched))
        while waiting:
            post = waiting.pop(0)
            batch, watched, goes_on = await _comments(
                source, gate, post, watched, feed=reading.state, now=now
            )
            yield batch
            if not goes_on:
                return


async def _older(
    source: SourceToPoll,
    gate: Gate,
    back: Back,
    *,
    feed: State,
    watched: tuple[Watched, ...] | None,
    now: datetime,
) -> tuple[Batch, Back | None, bool]:
    """Return the posts of an older page, the page behind it, and whether to go on.

    Its entries are told apart by the feed's ledger, which stays as the first page left it.
    """
    known = {key: feed[key] for key in ("posts", "ids_change") if key in feed}
    try:
        reading = await read_document(source, gate, url=back.url, state=known, now=now)
    except SourceError as error:
        is_over = isinstance(error, NotFound | Gone | BadDocument)
        problem = f"the feed's older page {back.url} could not be read: {error.reason}"
        cursor = _cursor(feed, watched, None if is_over else back)
        batch = Batch(posts=(), cursor=cursor, problem=problem)
        return batch, None, is_over  # else it is tried again, before comments are read
    behind = following(back, reading)
    since = back.since
    posts = tuple(
        post
        for post in reading.posts
        if since is None or post.published is None or post.published.timestamp() >= since
    )
    whole = _batch(reading, _cursor(feed, watched, behind))
    return replace(whole, posts=posts, moved_to=None), behind, True


def _watching(
    reading: Reading, before: tuple[Watched, ...], *, now: datetime
) -> tuple[Watched, ...]:
    named = {post.external_id: post for post in reading.posts}
    names = {known.item: known.name for known in Ledger.of(reading.state).known}
    posts = {entry.item: named[names[entry.item]] for entry in reading.entries}
    return watching(before, reading.entries, posts, now=now)


async def _comments(
    source: SourceToPoll,
    gate: Gate,
    post: Watched,
    watched: tuple[Watched, ...],
    *,
    feed: State,
    now: datetime,
) -> tuple[Batch, tuple[Watched, ...], bool]:
    """Return a post's new comments, who is watched now, and whether to go on to the next."""
    read = post.model_copy(
        update={"read_at": int(now.timestamp()), "count_read": post.count},
    )
    try:
        reading = await read_document(source, gate, url=post.url, state=post.state, now=now)
    except SourceError as error:
        read = read.model_copy(update={"count_read": post.count_read})
        watched = _with(watched, read)
        problem = f"the comments at {post.url} could not be read: {error.reason}"
        batch = Batch(posts=(), cursor=_cursor(feed, watched), problem=problem)
        return batch, watched, not isinstance(error, _ENOUGH)
    watched = _with(watched, read.model_copy(update={"state": dict(reading.state)}))
    others = {known.name for known in Ledger.of(reading.state).known}
    found = replies(reading.posts, post, others=others)
    batch = replace(_batch(reading, _cursor(feed, watched)), posts=found, moved_to=None)
    return batch, watched, True


def _with(watched: tuple[Watched, ...], read: Watched) -> tuple[Watched, ...]:
    return tuple(read if each.post == read.post else each for each in watched)


def _batch(reading: Reading, cursor: dict[str, JsonValue]) -> Batch:
    return Batch(
        posts=reading.posts,
        cursor=cursor,
        fetched=reading.page.requests,
        not_modified=reading.unchanged,
        problem=reading.poison.reason if reading.poison else reading.problem,
        ttl_seconds=reading.ttl_seconds,
        moved_to=reading.page.moved_to,
    )


def _cursor(
    feed: State, watched: tuple[Watched, ...] | None, back: Back | None = None
) -> dict[str, JsonValue]:
    kept = {key: value for key, value in feed.items() if key not in {"comments", "back"}}
    if back is not None:
        kept["back"] = back.model_dump(exclude_none=True)
    return kept if watched is None else {**kept, "comments": as_json(watched)}

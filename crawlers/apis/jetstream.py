"""Bluesky, all of it, by Jetstream: a stream of what happens in the network, as JSON.

The stream tells what was written; the public API, as for a search, tells how its author wants it
to be shown. So most posts are let go where they stand, by the topics' own phrases, and the few
that are left are asked for by name: then they have the author's handle, by which people are left
alone who asked for it, and the author's wish not to be shown to the public.
"""

import asyncio
import re
from collections.abc import AsyncGenerator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Self

from pydantic import JsonValue
from yarl import URL

from crawlers.apis.asking import ask, left_out, readable
from crawlers.apis.bluesky import POSTS as SHOWN
from crawlers.apis.bluesky import SERVER, BlueskyAdapter, server_of
from crawlers.apis.bluesky_answer import SITE, FoundPosts, SkyPost, posts, uri_of
from crawlers.apis.jetstream_events import DID, PORTION, POSTS, SECOND, Heard, Wanted
from crawlers.errors import NotAllowed, SourceError, UnexpectedStatus, Unparseable
from crawlers.fetch import Gate, Share
from crawlers.found import Batch, SourceToPoll, ThreadToRead
from crawlers.plaintext import one_line
from crawlers.urls import parse_url

#: Read again at the next poll: events are a little out of order, and servers differ a little.
REWIND_SECONDS = 10
#: How far back a source is heard at first.
FIRST_SECONDS = 600
#: What a poll listens to at most. An hour of the network's posts are some 200 MB.
SHARE = Share(seconds=120, bytes=256 * 2**20, message_bytes=256 * 1024)
#: Longer events are not sent, if the server keeps to what it is asked for: a post is 3 kB of text.
LONGEST_EVENT = 128 * 1024
#: What is remembered of a poll; what comes after it follows at the next.
MOST_NAMES = 500
MOST_DELETED = 20_000
#: Events that are looked at before others have their turn: 1 to 2 ms.
IN_A_ROW = 64
#: Posts that are shown where nobody listens yet.
PREVIEW = 10
#: Whose posts may be asked for alone. They all stand in the address.
MOST_AUTHORS = 50
#: Servers keep a day at least; what is asked for from before that may be gone without a word.
KEPT_SECONDS = 24 * 3_600
#: A network may be silent for a while, or our clock differ from the server's.
_SILENCE_SECONDS = 600

_MORE = "there is more than one poll reads; what came later follows at the next polls"


class NoAuthor(NotAllowed):
    """The option authors names no account: {named}.

    Write accounts as did:plc:abc123, with commas between them, at most 50.
    """

    def __init__(self, named: str) -> None:
        self.named = named
        super().__init__(named)


@dataclass(frozen=True, slots=True)
class Mark:
    """Up to where a stream was heard, and who is still to be asked for."""

    time_us: int | None = None  # microseconds since 1970; None: never heard
    awaited: tuple[str, ...] = ()  # external ids that the API did not show yet

    @classmethod
    def of(cls, cursor: Mapping[str, JsonValue], *, now: int) -> Self:
        """Return what a cursor says; one that was damaged begins anew."""
        time_us, awaited = cursor.get("time_us"), cursor.get("awaited")
        if not isinstance(time_us, int) or isinstance(time_us, bool) or time_us <= 0:
            return cls()
        named = awaited if isinstance(awaited, list) else []
        names = tuple(name for name in named if isinstance(name, str))
        return cls(min(time_us, now), names[:PORTION])

    def as_json(self) -> dict[str, JsonValue]:
        """Return what ``of`` reads."""
        return {"time_us": self.time_us, "awaited": list(self.awaited)}


@dataclass(frozen=True, slots=True, kw_only=True)
class JetstreamAdapter:
    """Reads what was said since the last poll; its cursor is the time of the last event.

    The address is that of a server's ``/subscribe``. Options: ``lang = "en, de"`` (posts that
    name no language are heard too), ``authors`` (ids of accounts, by comma) and ``api``, the
    server that shows posts. An author's edit that names no topic any more takes back what the
    post said before.
    """

    share: Share = SHARE
    most_names: int = MOST_NAMES

    async def poll(
        self, source: SourceToPoll, gate: Gate, *, now: datetime
    ) -> AsyncGenerator[Batch, None]:
        """Yield batches of the posts that somebody listens for, oldest first.

        Raises:
            SourceError: the server can't be reached, refuses, falls silent or ends the stream
                before it told all; what was yielded stands.
        """
        polling = _Polling(source, gate, now, _api(source))
        heard, problem, error = await polling.listen(self.share, most_names=self.most_names)
        awaited, missing = polling.mark.awaited, tuple[str, ...]()
        for portion in heard.portions(awaited=awaited):
            shown = await polling.show(portion.names)
            once = (name for name in shown.missing if name not in awaited)
            missing = (*missing, *once)[-PORTION:]
            yield Batch(
                posts=posts(shown.posts, now=now),
                cursor=Mark(portion.reached, missing).as_json(),
                fetched=1,
                not_modified=not shown.posts and not portion.deleted,
                problem=problem or shown.problem,
                deleted=portion.deleted,
            )
        if error is not None:
            raise error

    def read_thread(
        self, source: SourceToPoll, gate: Gate, thread: ThreadToRead, *, now: datetime
    ) -> AsyncGenerator[Batch, None]:
        """Yield a post with its replies, as a search for it would."""
        at_api = replace(source, url=_api(source))
        return BlueskyAdapter().read_thread(at_api, gate, thread, now=now)


@dataclass(frozen=True, slots=True)
class _Shown:
    """What the API showed of posts that were asked for."""

    posts: tuple[SkyPost, ...] = ()
    missing: tuple[str, ...] = ()  # external ids
    problem: str | None = None


@dataclass(frozen=True, slots=True)
class _Polling:
    """One poll of one stream."""

    source: SourceToPoll
    gate: Gate
    now: datetime
    api: str

    @property
    def mark(self) -> Mark:
        return Mark.of(self.source.cursor, now=self._present)

    @property
    def _present(self) -> int:
        return int(self.now.timestamp() * SECOND)

    async def listen(
        self, share: Share, *, most_names: int
    ) -> tuple[Heard, str | None, SourceError | None]:
        """Return what was heard, what is wrong with it, and what ended it before its time.

        Raises:
            SourceError: nothing was heard at all.
        """
        heard = self._ear(most_names)
        spent, error = False, None
        try:
            async with self.gate.stream(
                _address(self.source, cursor=heard.since),
                share=share,
                obey_robots=self.source.obey_robots,
                min_interval=self.source.min_interval_seconds,
            ) as stream:
                while not (heard.is_caught_up or heard.is_full):
                    message = await stream.following()
                    if message is None:
                        spent = stream.is_spent
                        break
                    heard.take(message)
                    if heard.events % IN_A_ROW == 0:
                        await asyncio.sleep(0)  # messages that are here already wait for nothing
        except SourceError as ended:
            if not heard.events:
                raise
            error = ended
        if heard.unreadable and heard.unreadable == heard.events:
            raise Unparseable("what the server sends is none of Jetstream's events")
        return heard, self._problem(heard, is_cut=spent or heard.is_full), error

    def _ear(self, most_names: int) -> Heard:
        now, known = self._present, self.mark.time_us
        since = now - FIRST_SECONDS * SECOND if known is None else known - REWIND_SECONDS * SECOND
        return Heard(
            since=max(since, 0),
            known=since if known is None else known,
            now=now,
            wanted=_wanted(self.source),
            most_names=most_names if self.source.sieve else PREVIEW,
            most_deleted=MOST_DELETED,
        )

    def _problem(self, heard: Heard, *, is_cut: bool) -> str | None:
        slack = _SILENCE_SECONDS * SECOND
        is_old = heard.now - heard.since > KEPT_SECONDS * SECOND
        if is_old and heard.first is not None and heard.first - heard.since > slack:
            span = f"{_moment(heard.since)} to {_moment(heard.first)} UTC"
            return f"the server does not have what was said from {span} any more"
        if is_cut and self.source.sieve and heard.now - heard.reached > slack:
            return _MORE
        return left_out(heard.unreadable, heard.events)

    async def show(self, names: Sequence[str]) -> _Shown:
        """Return posts as the public sees them."""
        if not names:
            return _Shown()
        url = URL(f"{self.api}/{SHOWN}").with_query([("uris", uri_of(name)) for name in names])
        try:
            answer = await ask(self.gate, self.source, str(url), FoundPosts)
        except UnexpectedStatus as refused:
            if refused.status != 400:
                raise
            # else one post that somebody gave an odd name would stop the source for good
            return _Shown(problem=f"the API can't show {len(names)} posts (400)")
        found, unreadable = readable(answer.body.posts, SkyPost)
        there = {post.external_id: post for post in found}
        return _Shown(
            posts=tuple(there[name] for name in names if name in there),
            missing=tuple(name for name in names if name not in there),
            problem=left_out(unreadable, unreadable + len(found)),
        )


def _api(source: SourceToPoll) -> str:
    return server_of(source.options.get("api") or SERVER)


def _address(source: SourceToPoll, *, cursor: int) -> str:
    """Return where to listen, and to what; a WebSocket begins as a page does."""
    url = URL(parse_url(re.sub("^ws", "http", source.url, flags=re.IGNORECASE)).url, encoded=True)
    place = url.with_path("/subscribe") if url.path == "/" else url
    authors = _listed(source, "authors")
    wrong = next((one for one in authors if not re.fullmatch(DID, one)), None)
    if wrong is not None or len(authors) > MOST_AUTHORS:
        raise NoAuthor(one_line(wrong or f"{len(authors)} accounts", most=80))
    asked = [
        ("wantedCollections", POSTS),
        ("maxMessageSizeBytes", str(LONGEST_EVENT)),
        ("cursor", str(cursor)),
        *(("wantedDids", author) for author in authors),
    ]
    return str(place.with_query(asked))


def _wanted(source: SourceToPoll) -> Wanted:
    """Return what tells whether a post is wanted, the cheaper question first."""
    spoken = {lang.lower() for lang in _listed(source, "lang")}
    sieve = source.sieve

    def wanted(text: str, langs: Sequence[str]) -> bool:
        if spoken and langs and spoken.isdisjoint(_language(lang) for lang in langs):
            return False
        return sieve is None or sieve(text=text, url=SITE)

    return wanted


def _language(tag: str) -> str:
    return tag.partition("-")[0].lower()


def _listed(source: SourceToPoll, option: str) -> list[str]:
    listed = source.options.get(option, "").split(",")
    return [one.strip() for one in listed if one.strip()]


def _moment(microseconds: int) -> str:
    return f"{datetime.fromtimestamp(microseconds // SECOND, UTC):%Y-%m-%d %H:%M}"

"""Stack Exchange by its API 2.3: the questions of a site, and what is answered to them.

Questions are read by time of creation, oldest first; each page is one batch whose cursor is the
time of its last question. Answers and comments are read likewise, of the newest questions that
this source brought: a hundred can be asked for at once.
"""

from collections.abc import AsyncGenerator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Self

from pydantic import JsonValue
from yarl import URL

from crawlers.apis.asking import left_out, plain_texts, readable
from crawlers.apis.metered import MissingOption, ask_metered, is_on, names
from crawlers.apis.onward import MOST_PAGES, Mark, Step
from crawlers.apis.stackexchange_answer import (
    Comment,
    Piece,
    Question,
    RawAnswer,
    Reply,
    explain,
    posts,
    site_origin,
)
from crawlers.errors import HostResting, NotFound, RateLimited
from crawlers.fetch import Gate
from crawlers.found import Batch, Cursor, FoundPost, SourceToPoll, ThreadToRead
from crawlers.urls import parse_url

PAGE_SIZE = 100  # the most that the API gives
MOST_PAGES_OF_STREAM = 4  # of the answers to one question, and of its comments
MOST_WATCHED = 100  # questions whose answers and comments one request may ask for
#: Requests of the day's quota (300 without a key, 10,000 with one) that are left to others.
QUOTA_RESERVE = 5

_SHAPES: Mapping[str, type[Piece]] = {
    "questions": Question,
    "answers": Reply,
    "comments": Comment,
}


@dataclass(frozen=True, slots=True)
class _Search:
    """What a source asks for, besides the time."""

    base: URL
    site: str
    parameters: Mapping[str, str]
    streams: tuple[str, ...]

    @classmethod
    def of(cls, source: SourceToPoll) -> Self:
        url = URL(parse_url(source.url).url, encoded=True)
        wanted = {**url.query, **source.options}
        site = wanted.get("site", "").strip()
        if not site:
            raise MissingOption("site", meaning='as in "stackoverflow" or "softwarerecs"')
        parameters = {"tagged": wanted.get("tagged", ""), "q": wanted.get("query", "")}
        return cls(
            base=url.with_query(None),
            site=site,
            parameters={name: value for name, value in parameters.items() if value},
            streams=(
                "questions",
                *(name for name in ("answers", "comments") if is_on(source, name)),
            ),
        )

    def url(self, stream: str, step: Step, *, watched: Sequence[str], key: str | None) -> str:
        narrow: Mapping[str, str] = {}
        if stream != "questions":
            path = self.base / "questions" / ";".join(watched) / stream
        else:
            narrow = self.parameters
            path = self.base / ("search/advanced" if "q" in narrow else "questions")
        asked = {
            "site": self.site,
            **narrow,
            "filter": "withbody",
            "sort": "creation",
            "order": "desc" if step.since is None else "asc",
            "pagesize": str(PAGE_SIZE),
            "page": str(step.page),
        }
        if step.since is not None:
            asked["fromdate"] = str(step.since)
        if key:
            asked["key"] = key
        return str(path.with_query(asked))

    def of_question(self, question: str, stream: str, *, page: int, key: str | None) -> str:
        if stream != "questions":
            return self.url(stream, Step(None, page), watched=[question], key=key)
        asked = {"site": self.site, "filter": "withbody", **({"key": key} if key else {})}
        return str((self.base / "questions" / question).with_query(asked))


@dataclass(slots=True)
class _Progress:
    """How far each stream was read, and the newest questions."""

    marks: dict[str, Mark]
    watched: list[str]
    seen: dict[str, set[str]] = field(default_factory=dict)  # in this poll, by stream

    @classmethod
    def of(cls, cursor: Cursor) -> Self:
        marks = {stream: Mark.of(cursor.get(stream)) for stream in _SHAPES}
        return cls(marks, names(cursor.get("watched"))[-MOST_WATCHED:])

    def cursor(self) -> dict[str, JsonValue]:
        marks = {name: mark.as_json() for name, mark in self.marks.items() if mark != Mark()}
        return {**marks, "watched": list(self.watched)}

    def take(self, stream: str, pieces: Sequence[Piece]) -> list[Piece]:
        """Return the pieces that this poll has not seen, oldest first."""
        seen = self.seen.setdefault(stream, set())
        fresh = {piece.key: piece for piece in pieces if piece.key not in seen}
        seen.update(fresh)
        ordered = sorted(fresh.values(), key=lambda piece: (piece.created, piece.key))
        if stream == "questions":
            known = dict.fromkeys([*self.watched, *(piece.key for piece in ordered)])
            self.watched = list(known)[-MOST_WATCHED:]
        return ordered


class StackExchangeAdapter:
    """Reads questions by date of creation. Its cursor says up to when each stream was read.

    Options: ``site`` (needed), ``tagged`` and ``query`` to narrow it, ``answers = "yes"`` and
    ``comments = "yes"`` for what is said to the newest hundred questions of the source. Secret:
    ``key`` (optional; the quota is then 10,000 requests a day, not 300). The first poll takes the
    newest hundred of each.
    """

    async def poll(
        self, source: SourceToPoll, gate: Gate, *, now: datetime
    ) -> AsyncGenerator[Batch, None]:
        """Yield a batch for each page, oldest first.

        Raises:
            SourceError: the API could not be reached, refused, or asked us to rest: what was
                yielded stands.
        """
        search, progress = _Search.of(source), _Progress.of(source.cursor)
        origin = site_origin(search.site)
        for stream in search.streams:
            step = progress.marks[stream].first() if _can_ask(stream, progress) else None
            pages = 0
            while step is not None and pages < MOST_PAGES:
                pages += 1
                url = search.url(
                    stream, step, watched=progress.watched, key=source.secrets.get("key")
                )
                asked = await ask_metered(gate, source, url, RawAnswer, explain=explain, now=now)
                answer = asked.body
                if answer.backoff:
                    await gate.rest(url, answer.backoff)
                pieces, unreadable = readable(answer.items, _SHAPES[stream])
                fresh = progress.take(stream, pieces)
                newest = max((piece.created for piece in pieces), default=None)
                step = step.following(
                    newest=newest, anything_new=bool(fresh), more=answer.has_more
                )
                progress.marks[stream] = progress.marks[stream].after(
                    newest, complete=step is None, now=int(now.timestamp())
                )
                spent = _spent(answer)
                yield Batch(
                    posts=await _posts(gate, fresh, origin=origin, now=now),
                    cursor=progress.cursor(),
                    fetched=asked.page.requests,
                    problem=left_out(unreadable, len(answer.items)) or spent,
                )
                if spent:
                    return

    async def read_thread(
        self, source: SourceToPoll, gate: Gate, thread: ThreadToRead, *, now: datetime
    ) -> AsyncGenerator[Batch, None]:
        """Yield a question with its answers, and its comments where the source takes them.

        Raises:
            NotFound: there is no such question any more.
            SourceError: the API could not be reached, refused, or asked us to rest.
        """
        search, said = _Search.of(source), _Said(gate, source, now)
        for stream in _of_thread(source):
            await said.read(search, stream, thread.key)
            if not (said.pieces or said.unreadable):
                raise NotFound
        pieces = sorted(said.pieces.values(), key=lambda piece: (piece.created, piece.key))
        yield Batch(
            posts=await _posts(gate, pieces, origin=site_origin(search.site), now=now),
            cursor={},
            fetched=said.fetched,
            problem=left_out(said.unreadable, said.unreadable + len(pieces)) or said.stopped,
            whole=said.is_whole and not said.unreadable,
        )


@dataclass(slots=True)
class _Said:
    """What is found of a question in one reading."""

    gate: Gate
    source: SourceToPoll
    now: datetime
    pieces: dict[str, Piece] = field(default_factory=dict)
    unreadable: int = 0
    fetched: int = 0
    stopped: str | None = None  # why no more may be asked
    is_whole: bool = True

    async def read(self, search: _Search, stream: str, question: str) -> None:
        """Read the pages of a stream, none any more when the API wants to be left alone.

        It often says so with an answer (``backoff``): what was answered is good all the same.
        """
        page, goes_on = 0, True
        while goes_on and self.stopped is None and page < MOST_PAGES_OF_STREAM:
            page += 1
            key = self.source.secrets.get("key")
            url = search.of_question(question, stream, page=page, key=key)
            try:
                asked = await ask_metered(
                    self.gate, self.source, url, RawAnswer, explain=explain, now=self.now
                )
            except (HostResting, RateLimited) as error:
                if not self.pieces:
                    raise
                self.stopped = error.reason
                break
            if asked.body.backoff:
                await self.gate.rest(url, asked.body.backoff)
            read, unreadable = readable(asked.body.items, _SHAPES[stream])
            new = {piece.key: piece for piece in read if piece.key not in self.pieces}
            self.pieces |= new
            self.unreadable += unreadable
            self.fetched += asked.page.requests
            self.stopped = _spent(asked.body)
            goes_on = asked.body.has_more and bool(new)
        self.is_whole &= not goes_on


def _of_thread(source: SourceToPoll) -> tuple[str, ...]:
    """Return the streams that a question's posts may have come from.

    Its answers are what it waits for. Comments cost another request of the day's quota, so they
    are read where the source takes them, or took them once.
    """
    comments = is_on(source, "comments") or "comments" in source.cursor
    return ("questions", "answers", *(("comments",) if comments else ()))


def _can_ask(stream: str, progress: _Progress) -> bool:
    return stream == "questions" or bool(progress.watched)


def _spent(answer: RawAnswer) -> str | None:
    """Say that the day's quota is nearly used up, or nothing while it isn't."""
    left = answer.quota_remaining
    if left is None or left > QUOTA_RESERVE:
        return None
    of = f" of {answer.quota_max:,}" if answer.quota_max else ""
    return (
        f"only {max(left, 0)}{of} requests are left of today's quota; the rest is read when it is "
        "renewed. A free key (option key_env) gives 10,000 a day"
    )


async def _posts(
    gate: Gate, pieces: Sequence[Piece], *, origin: str, now: datetime
) -> tuple[FoundPost, ...]:
    texts = await plain_texts(gate, [piece.body for piece in pieces])
    return posts(pieces, texts, origin=origin, now=now)

"""Hacker News by Algolia's search API, and whatever speaks its shape.

The API gives no more than 1,000 results a query, newest first. So time is cut into windows that
hold fewer, and they are read oldest first: each is one batch whose cursor is its end, and a crawl
that is killed goes on at the window it was in.
"""

from collections.abc import AsyncGenerator
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Self

from pydantic import JsonValue
from yarl import URL

from crawlers.apis.asking import ask, left_out, plain_texts
from crawlers.apis.hackernews_answer import Answer, Hit, RawAnswer, posts, read_answer
from crawlers.apis.onward import Mark
from crawlers.errors import NotFound
from crawlers.fetch import Gate
from crawlers.found import Batch, FoundPost, SourceToPoll, ThreadToRead
from crawlers.urls import parse_url

MOST_RESULTS = 1_000  # of one query, whatever it finds
PAGE_SIZE = 100

_ALGOLIA = "hn.algolia.com"
_HACKER_NEWS = "https://news.ycombinator.com"
_ENDPOINTS = ("search_by_date", "search")


@dataclass(frozen=True, slots=True)
class Window:
    """A stretch of time, in seconds since 1970: later than ``after``, not later than ``until``."""

    after: int | None = None
    until: int | None = None

    def filters(self) -> str | None:
        """Return the window as Algolia's numericFilters."""
        bounds = []
        if self.after is not None:
            bounds.append(f"created_at_i>{self.after}")
        if self.until is not None:
            bounds.append(f"created_at_i<={self.until}")
        return ",".join(bounds) or None

    def halves(self, *, now: int) -> tuple["Window", "Window"] | None:
        """Return the older and the newer half, or None when there is nothing to halve."""
        end = now if self.until is None else self.until
        if self.after is None or end - self.after < 2:
            return None
        middle = (self.after + end) // 2
        return Window(self.after, middle), Window(middle, self.until)


@dataclass(frozen=True, slots=True)
class _Search:
    """What a source asks for, besides the time."""

    endpoint: str
    parameters: dict[str, str]
    site: str  # where its items have their pages

    @classmethod
    def of(cls, source: SourceToPoll) -> Self:
        target = parse_url(source.url)
        url = URL(target.url, encoded=True)
        asked = {key: value for key, value in url.query.items() if key in {"query", "tags"}}
        base = url.with_query(None)
        if base.name in _ENDPOINTS:
            base = base.parent
        wanted = {"tags": "(story,comment)", **asked, **source.options}
        return cls(
            endpoint=str(base / "search_by_date"),
            parameters={key: wanted[key] for key in ("query", "tags") if wanted.get(key)},
            site=_HACKER_NEWS if target.host == _ALGOLIA else target.origin,
        )

    def of_story(self, story: str) -> Self:
        """Return the search for a story and its comments: Algolia tags both with its id."""
        return replace(self, parameters={"tags": f"(story,comment),story_{story}"})

    def url(self, window: Window, *, page: int) -> str:
        filters = window.filters()
        bounds = {"numericFilters": filters} if filters else {}
        return str(
            URL(self.endpoint).with_query(
                {**self.parameters, **bounds, "hitsPerPage": PAGE_SIZE, "page": page}
            )
        )


@dataclass(slots=True)
class _Found:
    """What a window gave."""

    hits: dict[str, Hit]
    unreadable: int = 0


class HackerNewsAdapter:
    """Reads stories and comments by date. Its cursor is the time up to which all was read.

    Options: ``query`` (words to search for) and ``tags`` (Algolia's, ``(story,comment)``). The
    first poll takes the newest 1,000.
    """

    async def poll(
        self, source: SourceToPoll, gate: Gate, *, now: datetime
    ) -> AsyncGenerator[Batch, None]:
        """Yield a batch for each window of time, oldest first.

        Raises:
            SourceError: the API could not be reached or isn't one.
        """
        search, present = _Search.of(source), int(now.timestamp())
        mark = _mark(source)
        windows = [Window(mark.first().since)]
        fetched = 0
        while windows:
            window = windows.pop()
            answer = await _ask(gate, source, search.url(window, page=0))
            fetched += 1
            halves = window.halves(now=present)
            if (answer.total or 0) > MOST_RESULTS and halves is not None:
                windows += reversed(halves)
                continue
            found = _Found({})
            fetched += await self._read_on(gate, source, search, window, answer, into=found)
            mark = _behind(window, found, mark=mark, now=present)
            yield Batch(
                posts=await _posts(gate, found, site=search.site, now=now),
                cursor=_cursor(mark),
                fetched=fetched,
                problem=_problem(found, answer, window=window),
            )
            fetched = 0

    async def read_thread(
        self, source: SourceToPoll, gate: Gate, thread: ThreadToRead, *, now: datetime
    ) -> AsyncGenerator[Batch, None]:
        """Yield a story with all its comments, as many as a query gives.

        Deleted ones stay as empty shells, or come no more.

        Raises:
            NotFound: there is no such story any more.
            SourceError: the API could not be reached or isn't one.
        """
        search = _Search.of(source).of_story(thread.key)
        answer = await _ask(gate, source, search.url(Window(), page=0))
        found = _Found({})
        read_on = await self._read_on(gate, source, search, Window(), answer, into=found)
        if not found.hits and not found.unreadable:
            raise NotFound
        yield Batch(
            posts=await _posts(gate, found, site=search.site, now=now),
            cursor={},
            fetched=1 + read_on,
            problem=_problem(found, answer, window=Window()),
            deleted=tuple(sorted(hit.id for hit in found.hits.values() if not hit.says_something)),
            whole=not found.unreadable and (answer.total or 0) <= len(found.hits),
        )

    async def _read_on(
        self,
        gate: Gate,
        source: SourceToPoll,
        search: _Search,
        window: Window,
        answer: Answer,
        *,
        into: _Found,
    ) -> int:
        """Read the window's pages after the first; return how many requests that took."""
        page = 0
        while _take(answer, into) and page + 1 < _pages(answer):
            page += 1
            answer = await _ask(gate, source, search.url(window, page=page))
        return page


async def _ask(gate: Gate, source: SourceToPoll, url: str) -> Answer:
    return read_answer((await ask(gate, source, url, RawAnswer)).body)


async def _posts(gate: Gate, found: _Found, *, site: str, now: datetime) -> tuple[FoundPost, ...]:
    hits = list(found.hits.values())
    texts = await plain_texts(gate, [hit.markup for hit in hits])
    return posts(hits, texts, site=site, now=now)


def _take(answer: Answer, into: _Found) -> bool:
    """Take a page's hits; say whether any of them was new, since some servers repeat the last."""
    before = len(into.hits)
    into.unreadable += answer.unreadable
    into.hits.update((hit.id, hit) for hit in answer.hits)
    return len(into.hits) > before or answer.unreadable > 0


def _pages(answer: Answer) -> int:
    most = MOST_RESULTS // PAGE_SIZE
    return most if answer.pages is None else min(answer.pages, most)


def _mark(source: SourceToPoll) -> Mark:
    at = source.cursor
    return Mark.of({"created": at.get("created_at_i"), "complete": at.get("complete")})


def _cursor(mark: Mark) -> dict[str, JsonValue]:
    if mark.created is None:
        return {}
    return {"created_at_i": mark.created, "complete": mark.complete}


def _behind(window: Window, found: _Found, *, mark: Mark, now: int) -> Mark:
    """Return the mark behind a window: its end, or the newest item of one that is open."""
    newest = window.until
    if newest is None:
        newest = max((hit.created for hit in found.hits.values()), default=None)
    return mark.after(newest, complete=window.until is None, now=now)


def _problem(found: _Found, answer: Answer, *, window: Window) -> str | None:
    if found.unreadable:
        return left_out(found.unreadable, found.unreadable + len(found.hits))
    if (answer.total or 0) > MOST_RESULTS and window.after is not None:
        return f"only the newest {MOST_RESULTS:,} of {answer.total:,} results can be had at once"
    return None

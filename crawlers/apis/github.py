"""GitHub by its search for issues, and GitHub Enterprise by the same.

The search gives no more than 1,000 results. They are asked for by time of creation, oldest first,
a hundred at a time and each page from where the last one ended, so that limit is never met.
"""

import re
from collections.abc import AsyncGenerator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Self

from pydantic import JsonValue
from yarl import URL

from crawlers.apis.asking import MOST_THREAD_PAGES, left_out, readable
from crawlers.apis.github_answer import (
    Comment,
    Comments,
    Issue,
    RawAnswer,
    explain,
    post,
    reply,
)
from crawlers.apis.metered import ask_metered, asking_for_one, mapping, option
from crawlers.apis.onward import MOST_PAGES, Mark, Step
from crawlers.errors import BadUrl
from crawlers.fetch import Gate
from crawlers.found import Batch, SourceToPoll, ThreadToRead
from crawlers.urls import parse_url

PAGE_SIZE = 100

_VERSION = "2022-11-28"
_SEARCH = "search/issues"
#: Where an issue's page is.
_ISSUE = re.compile(r"/[\w.-]{1,100}/[\w.-]{1,100}/issues/[0-9]{1,12}", re.ASCII)


@dataclass(frozen=True, slots=True)
class _Search:
    """What a source asks for, besides the time."""

    endpoint: URL
    query: str

    @classmethod
    def of(cls, source: SourceToPoll) -> Self:
        base = URL(parse_url(source.url).url, encoded=True).with_query(None)
        query = option(source, "query", meaning="what to search for in issues")
        path = base.path.rstrip("/")
        endpoint = base if path.endswith(f"/{_SEARCH}") else base / _SEARCH
        return cls(endpoint, query)

    def of_issue(self, page: str | None) -> URL:
        """Return where the API has the issue whose page this is.

        Raises:
            BadUrl: it is no issue's.
        """
        path = URL(page or "").path.rstrip("/")
        if not _ISSUE.fullmatch(path):
            raise BadUrl(f"{page or 'nothing'} is no issue's page")
        return self.endpoint.parent.parent / f"repos{path}"

    def url(self, step: Step) -> str:
        words = [self.query, "is:issue"]
        if step.since is not None:
            since = datetime.fromtimestamp(step.since, UTC)
            words.append(f"created:>={since:%Y-%m-%dT%H:%M:%SZ}")
        asked = {
            "q": " ".join(words),
            "sort": "created",
            "order": "desc" if step.since is None else "asc",
            "per_page": str(PAGE_SIZE),
            "page": str(step.page),
        }
        return str(self.endpoint.with_query(asked))


class GitHubAdapter:
    """Reads issues by date of creation. Its cursor is the time up to which all was read.

    Option: ``query`` (needed), in GitHub's search syntax. Secret: ``token`` (optional; 30 searches
    a minute then, not 10). Pull requests are left out. The first poll takes the newest hundred.
    """

    async def poll(
        self, source: SourceToPoll, gate: Gate, *, now: datetime
    ) -> AsyncGenerator[Batch, None]:
        """Yield a batch for each page, oldest first.

        A search that GitHub broke off for its length is asked once more at the next poll. If it
        breaks off again, what it gave has to do.

        Raises:
            SourceError: the API could not be reached, refused, or asked us to rest: what was
                yielded stands.
        """
        search, headers = _Search.of(source), _headers(source)
        mark = Mark.of(source.cursor.get("issues"))
        was_incomplete = mapping(source.cursor.get("issues")).get("incomplete") is True
        step: Step | None = mark.first()
        seen: set[str] = set()
        pages = 0
        while step is not None and pages < MOST_PAGES:
            pages += 1
            asked = await ask_metered(
                gate,
                source,
                search.url(step),
                RawAnswer,
                explain=explain,
                now=now,
                headers=headers,
            )
            answer = asked.body
            issues, unreadable = readable(answer.items, Issue)
            fresh = {issue.id: issue for issue in issues if issue.id not in seen}
            seen.update(fresh)
            again = answer.incomplete_results and not was_incomplete
            newest = max((issue.created for issue in issues), default=None)
            step = None if again else _following(step, answer, newest, anything_new=bool(fresh))
            if not again:
                mark = mark.after(newest, complete=step is None, now=int(now.timestamp()))
            yield Batch(
                posts=tuple(
                    post(issue, now=now)
                    for issue in sorted(fresh.values(), key=lambda issue: issue.created)
                    if not issue.is_pull_request
                ),
                cursor=_cursor(mark, incomplete=again),
                fetched=asked.page.requests,
                problem=left_out(unreadable, len(answer.items)) or _broken_off(answer),
            )

    async def read_thread(
        self, source: SourceToPoll, gate: Gate, thread: ThreadToRead, *, now: datetime
    ) -> AsyncGenerator[Batch, None]:
        """Yield an issue with its comments, the oldest first, which costs a request or two.

        An issue that was moved to another repository is found there, under a new id; it stays
        the conversation that it was.

        Raises:
            NotFound, Gone: there is no such issue any more.
            SourceError: the API could not be reached, refused, or asked us to rest.
        """
        url, headers = _Search.of(source).of_issue(thread.url), _headers(source)
        with asking_for_one():
            asked = await ask_metered(
                gate, source, str(url), Issue, explain=explain, now=now, headers=headers
            )
        issue = asked.body.model_copy(update={"id": thread.key})
        said = _Said(gate, source, headers, now, fetched=asked.page.requests)
        if issue.comments:
            await said.read(url / "comments", count=issue.comments)
        yield Batch(
            posts=(post(issue, now=now), *(reply(one, issue, now=now) for one in said.found)),
            cursor={},
            fetched=said.fetched,
            problem=left_out(said.unreadable, said.unreadable + len(said.comments)),
            whole=said.is_whole and not said.unreadable,
        )


@dataclass(slots=True)
class _Said:
    """What is found under an issue in one reading."""

    gate: Gate
    source: SourceToPoll
    headers: Mapping[str, str]
    now: datetime
    fetched: int = 0
    comments: dict[str, Comment] = field(default_factory=dict)
    unreadable: int = 0
    is_whole: bool = True

    @property
    def found(self) -> list[Comment]:
        """The comments, oldest first."""
        return sorted(self.comments.values(), key=lambda one: (one.created, one.id))

    async def read(self, url: URL, *, count: int) -> None:
        """Read the pages of comments, as many as one reading may."""
        page, goes_on = 0, True
        while goes_on and page + 1 < MOST_THREAD_PAGES:
            page += 1
            asked = await ask_metered(
                self.gate,
                self.source,
                str(url.with_query(per_page=PAGE_SIZE, page=page)),
                Comments,
                explain=explain,
                now=self.now,
                headers=self.headers,
            )
            read, unreadable = readable(asked.body.root, Comment)
            new = {one.id: one for one in read if one.id not in self.comments}
            self.comments |= new
            self.unreadable += unreadable
            self.fetched += asked.page.requests
            goes_on = bool(new) and len(self.comments) + self.unreadable < count
        self.is_whole = not goes_on


def _following(
    step: Step, answer: RawAnswer, newest: int | None, *, anything_new: bool
) -> Step | None:
    more = answer.total_count > step.page * PAGE_SIZE and len(answer.items) > 0
    return step.following(newest=newest, anything_new=anything_new, more=more)


def _cursor(mark: Mark, *, incomplete: bool) -> dict[str, JsonValue]:
    return {"issues": {**mark.as_json(), **({"incomplete": True} if incomplete else {})}}


def _broken_off(answer: RawAnswer) -> str | None:
    if not answer.incomplete_results:
        return None
    return "the search took GitHub too long and was broken off; a narrower query finds more"


def _headers(source: SourceToPoll) -> dict[str, str]:
    headers = {"Accept": "application/vnd.github+json", "X-GitHub-Api-Version": _VERSION}
    token = source.secrets.get("token")
    return {**headers, "Authorization": f"Bearer {token}"} if token else headers

"""Forem, which DEV runs, by its API: the newest articles, and what is said under them.

The API knows no "since", and lists of a tag are not sorted by time. So what is known is kept by
id: a list is read page by page until a page ends with an article that was known before.
"""

from collections.abc import AsyncGenerator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Self, TypeVar

from pydantic import BaseModel, JsonValue
from yarl import URL

from crawlers.apis.asking import Answer, left_out, plain_texts, readable
from crawlers.apis.forem_answer import (
    MOST_COMMENTS,
    Article,
    Body,
    FullArticle,
    Items,
    articles,
    comment_id,
    comments,
    comments_of,
    explain,
)
from crawlers.apis.metered import ask_metered, asking_for_one, is_on, mapping, names
from crawlers.errors import AnswerRefused, HostResting, RateLimited
from crawlers.fetch import Gate
from crawlers.found import Batch, Cursor, FoundPost, SourceToPoll, ThreadToRead
from crawlers.plaintext import PlainText
from crawlers.urls import parse_url

Model = TypeVar("Model", bound=BaseModel)

PAGE_SIZE = 100
MOST_PAGES = 10
#: Articles whose text one poll asks for, one by one; and articles whose comments it asks for.
MOST_BODIES = 30
MOST_TREES = 30
#: Ids of articles that the cursor remembers: more than a poll can list.
MOST_KNOWN = MOST_PAGES * PAGE_SIZE

_DELETED = (404, 410)
_MORE = f"more than {MOST_PAGES * PAGE_SIZE:,} articles came since the last poll; some are lost"


@dataclass(slots=True)
class _Progress:
    """What is known of a source, and what this poll has found."""

    known: list[str]  # when the last poll ended
    seen: list[str]  # since then
    counted: dict[str, int]  # comments of articles, as many as were read
    page: list[str] = field(default_factory=list)  # read in this poll, known or not
    watched: list[Article] = field(default_factory=list)  # whose comments may be asked for

    @classmethod
    def of(cls, cursor: Cursor) -> Self:
        counted = mapping(cursor.get("comments"))
        return cls(
            known=names(cursor.get("known"))[:MOST_KNOWN],
            seen=names(cursor.get("seen"))[:MOST_KNOWN],
            counted={key: count for key, count in counted.items() if isinstance(count, int)},
        )

    def cursor(self) -> dict[str, JsonValue]:
        newest = sorted(self.counted, key=lambda key: (len(key), key))[-MOST_KNOWN:]
        return {
            "known": list(self.known),
            "seen": list(self.seen),
            "comments": {key: self.counted[key] for key in newest},
        }

    def take(self, listed: Sequence[Article]) -> tuple[list[Article], bool]:
        """Return the articles that were never seen, and whether the list need be read on."""
        known, seen, page = set(self.known), set(self.seen), set(self.page)
        turned = {article.id: article for article in listed if article.id not in page}
        self.page += turned
        self.watched += turned.values()
        fresh = [article for key, article in turned.items() if key not in known | seen]
        self.seen += [article.id for article in fresh]
        goes_on = bool(turned) and bool(known) and listed[-1].id not in known
        return fresh, goes_on

    def close(self) -> None:
        """Take what was found for known: the list was read to its end."""
        self.known = list(dict.fromkeys([*self.page, *self.seen, *self.known]))[:MOST_KNOWN]
        self.seen = []

    def talked_about(self) -> list[Article]:
        """Return the articles that have comments which were not read."""
        return [a for a in self.watched if a.comments_count > self.counted.get(a.id, 0)]


@dataclass(frozen=True, slots=True)
class _Said:
    """What was said under an article."""

    posts: tuple[FoundPost, ...] = ()
    deleted: tuple[str, ...] = ()  # ids of comments that are empty shells
    problem: str | None = None
    is_whole: bool = False


@dataclass(frozen=True, slots=True)
class _Forem:
    """A community, and the way to it."""

    gate: Gate
    source: SourceToPoll
    origin: str
    now: datetime

    async def ask(self, path: str, shape: type[Model], **query: str | int) -> Answer[Model]:
        key = self.source.secrets.get("key")
        headers = {"Accept": "application/vnd.forem.api-v1+json"}
        return await ask_metered(
            self.gate,
            self.source,
            str(URL(f"{self.origin}/api/{path}").with_query(query)),
            shape,
            explain=explain,
            now=self.now,
            headers={**headers, "api-key": key} if key else headers,
        )

    async def listed(self, page: int) -> Answer[Items]:
        tag = self.source.options.get("tag", "").strip()
        if tag:
            return await self.ask(
                "articles", Items, tag=tag, state="fresh", page=page, per_page=PAGE_SIZE
            )
        return await self.ask("articles/latest", Items, page=page, per_page=PAGE_SIZE)

    async def bodies(
        self, wanted: Sequence[Article]
    ) -> tuple[dict[str, PlainText], set[str], int]:
        """Return the texts of articles, which of them are gone, and how many requests it took.

        When the host wants rest, the others' descriptions have to do: else a host that says so
        at each poll would never let us get on.
        """
        found: dict[str, str] = {}
        gone: set[str] = set()
        requests = len(wanted)
        for asked, article in enumerate(wanted, 1):
            try:
                body = (await self.ask(f"articles/{article.id}", Body)).body.body_html
            except (HostResting, RateLimited):
                requests = asked
                break
            except AnswerRefused as error:
                if error.status not in _DELETED:
                    raise
                gone.add(article.id)
            else:
                found.update({article.id: body} if body else {})
        texts = await plain_texts(self.gate, list(found.values()))
        return dict(zip(found, texts, strict=True)), gone, requests

    async def said_under(self, article: Article) -> _Said:
        """Return the comments of an article."""
        try:
            items = (await self.ask("comments", Items, a_id=article.id)).body.root
        except AnswerRefused as error:
            if error.status not in _DELETED:
                raise
            return _Said()
        placed, unreadable = comments_of(items, article.id)
        texts = await plain_texts(self.gate, [one.comment.body_html for one in placed])
        found = tuple(comments(placed, texts, article, origin=self.origin, now=self.now))
        there = {post.external_id for post in found}
        return _Said(
            posts=found,
            deleted=tuple(key for one in placed if (key := comment_id(one.comment)) not in there),
            problem=left_out(unreadable, unreadable + len(placed)),
            is_whole=not unreadable and len(placed) < MOST_COMMENTS,
        )


class ForemAdapter:
    """Reads articles, the newest first. Its cursor is the ids of those that are known.

    The address is the community's (``https://dev.to``). Options: ``tag``, and
    ``comments = "yes"`` for what is said under the articles that a poll lists. Secret: ``key``
    (optional). Of the first thirty new articles of a poll the whole text is asked for, of others
    the description has to do. The first poll takes the newest hundred.
    """

    async def poll(
        self, source: SourceToPoll, gate: Gate, *, now: datetime
    ) -> AsyncGenerator[Batch, None]:
        """Yield a batch for each page, newest first, then one for each article's comments.

        Raises:
            SourceError: the community could not be reached, refused, or asked us to rest: what
                was yielded stands.
        """
        forem = _Forem(gate, source, parse_url(source.url).origin, now)
        progress = _Progress.of(source.cursor)
        left = MOST_BODIES
        for page in range(1, MOST_PAGES + 1):
            asked = await forem.listed(page)
            listed, unreadable = readable(asked.body.root, Article)
            fresh, goes_on = progress.take(listed)
            texts, gone, requests = await forem.bodies(fresh[:left])
            left -= requests
            if last := not goes_on or page == MOST_PAGES:
                progress.close()
            there = [article for article in fresh if article.id not in gone]
            yield Batch(
                posts=articles(there, texts, origin=forem.origin, now=now),
                cursor=progress.cursor(),
                fetched=asked.page.requests + requests,
                problem=left_out(unreadable, len(asked.body.root))
                or (_MORE if goes_on and last else None),
            )
            if last:
                break
        if not is_on(source, "comments"):
            return
        for article in progress.talked_about()[:MOST_TREES]:
            said = await forem.said_under(article)
            progress.counted[article.id] = article.comments_count
            yield Batch(
                posts=said.posts,
                cursor=progress.cursor(),
                problem=said.problem,
                deleted=said.deleted,
            )

    async def read_thread(
        self, source: SourceToPoll, gate: Gate, thread: ThreadToRead, *, now: datetime
    ) -> AsyncGenerator[Batch, None]:
        """Yield an article with its whole text, and all that is said under it.

        Raises:
            NotFound, Gone: there is no such article any more.
            SourceError: the community could not be reached, refused, or asked us to rest.
        """
        forem = _Forem(gate, source, parse_url(source.url).origin, now)
        with asking_for_one():
            asked = await forem.ask(f"articles/{thread.key}", FullArticle)
        article = asked.body
        bodies = {article.id: article.body_html} if article.body_html else {}
        texts = await plain_texts(gate, list(bodies.values()))
        said = await forem.said_under(article)
        yield Batch(
            posts=(
                *articles(
                    [article], dict(zip(bodies, texts, strict=True)), origin=forem.origin, now=now
                ),
                *said.posts,
            ),
            cursor={},
            fetched=asked.page.requests + 1,
            problem=said.problem,
            deleted=said.deleted,
            whole=said.is_whole,
        )

"""Mastodon, and what speaks its API: the public timelines of hashtags.

Who has not agreed to be found is not listened to: posts of accounts whose ``indexable`` or
``discoverable`` is false, or that ask search engines to stay away, are left out. ``indexable`` is
off until its owner switches it on, so this leaves out many; it is what they were promised.
"""

from collections.abc import AsyncGenerator, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from pydantic import JsonValue, RootModel
from yarl import URL

from crawlers.apis.asking import Answer, Model, ask, left_out, plain_texts, readable
from crawlers.apis.mastodon_answer import Context, Status, depth_below, posts
from crawlers.apis.metered import MissingOption
from crawlers.errors import AnswerRefused, Forbidden, Gone, NotFound
from crawlers.fetch import Gate
from crawlers.found import Batch, FoundPost, SourceToPoll, ThreadToRead
from crawlers.urls import parse_url

PAGE_SIZE = 40  # the most that Mastodon gives
FIRST_PAGES = 5
MOST_PAGES = 20
MOST_TAGS = 5  # the first, and four in any[]
#: Posts of other servers arrive late, with an id of when they were written.
OVERLAP_SECONDS = 3_600

#: What the public is shown of a conversation: so many replies, and replies to replies so deep.
#: Source: https://docs.joinmastodon.org/methods/statuses/#context
MOST_REPLIES = 60
DEEPEST = 20

#: Ids are milliseconds since 1970, and 16 bits more; smaller ones are of other software.
_BITS = 16
_FIRST_SNOWFLAKE = 10**12 << _BITS


class MembersOnly(Forbidden):
    """This server shows hashtags to its members only ({status}).

    Listen to the same hashtag at another server, or put an access token of a member of yours into
    a variable of the environment, and the variable's name into the source's options as token_env.
    """


class Timeline(RootModel[list[JsonValue]]):
    """A page of a timeline, of which each status may have any shape."""


class MastodonAdapter:
    """Reads the posts with a hashtag. Its cursor is the id up to which all was read.

    The address is a hashtag's page (``https://mastodon.example/tags/crm``) or the server's.
    Options: ``tags`` (``crm,helpdesk``: with the first, or any of the others).
    """

    async def poll(
        self, source: SourceToPoll, gate: Gate, *, now: datetime
    ) -> AsyncGenerator[Batch, None]:
        """Yield the newest posts as one batch the first time, then a batch a page, oldest first.

        Raises:
            SourceError: the server could not be reached, or shows hashtags to members only.
        """
        reading = _Reading(source, gate, tags_of(source.url, source.options.get("tags", "")), now)
        reached = source.cursor.get("reached")
        if not isinstance(reached, str) or not reached:
            yield await reading.first()
            return
        newest = reached
        after = reached if source.cursor.get("complete") is False else behind(reached)
        for page in range(1, MOST_PAGES + 1):
            found = await reading.page({"min_id": after})
            ids = reading.passed(found)
            newest, advance = latest([newest, *ids]), latest([after, *ids])
            ignored = any(_order(status.id) <= _order(after) for status in found.statuses)
            # a short page may not be the last, but what follows it comes with the next poll
            last = ignored or advance == after or len(found.statuses) < PAGE_SIZE // 2
            yield Batch(
                posts=await reading.posts(found),
                cursor={"reached": newest if last else advance, "complete": last},
                problem=found.problem or (_IGNORES if ignored else None),
            )
            if last or page == MOST_PAGES:
                return
            after = advance

    async def read_thread(
        self, source: SourceToPoll, gate: Gate, thread: ThreadToRead, *, now: datetime
    ) -> AsyncGenerator[Batch, None]:
        """Yield a post with what it answers and what answers it, as far as the server knows.

        A post that was taken back does not take its replies with it: it alone is named.

        Raises:
            SourceError: the server could not be reached, or shows posts to members only.
        """
        origin = parse_url(source.url).origin
        url = URL(origin) / "api" / "v1" / "statuses" / thread.key
        try:
            status = (await _ask(gate, source, str(url), Status)).body
        except (NotFound, Gone):
            yield Batch(posts=(), cursor={}, deleted=(thread.key,))
            return
        context = (await _ask(gate, source, str(url / "context"), Context)).body
        around, unreadable = readable([*context.ancestors, *context.descendants], Status)
        found = {one.id: one for one in (status, *around)}
        shown = await _shown(gate, list(found.values()), now=now)
        is_short = (
            len(context.descendants) < MOST_REPLIES and depth_below(thread.key, around) < DEEPEST
        )
        yield Batch(
            posts=tuple(replace(post, thread_key=thread.key) for post in shown),
            cursor={},
            fetched=2,
            problem=left_out(unreadable, unreadable + len(found)),
            whole=not unreadable and is_short,
        )


_IGNORES = "the server does not say what came since the last poll, only what is newest"


def tags_of(url: str, option: str) -> tuple[str, ...]:
    """Return the hashtags that a source listens to.

    Raises:
        MissingOption: there is none, or there are more than one request can ask for.
    """
    parts = [part for part in URL(parse_url(url).url, encoded=True).path.split("/") if part]
    in_address = [parts[-1]] if len(parts) >= 2 and parts[-2] in {"tags", "tag"} else []
    asked = option.replace(",", " ").split() or in_address
    tags = tuple(dict.fromkeys(tag.removeprefix("#").lower() for tag in asked))
    if not 1 <= len(tags) <= MOST_TAGS or not all(tags):
        meaning = f'one to {MOST_TAGS} hashtags: "crm,helpdesk"'
        raise MissingOption("tags", meaning=meaning)
    return tags


def latest(ids: Iterable[str]) -> str:
    """Return the newest id: the longest, and of equally long ones the last in order."""
    return max(ids, key=_order)


def behind(identifier: str) -> str:
    """Return an id that is older by the overlap; the same where ids don't tell the time."""
    if not identifier.isdigit() or int(identifier) < _FIRST_SNOWFLAKE:
        return identifier
    return str(int(identifier) - (OVERLAP_SECONDS * 1_000 << _BITS))


def _order(identifier: str) -> tuple[int, str]:
    return len(identifier), identifier


@dataclass(frozen=True, slots=True)
class _Page:
    statuses: tuple[Status, ...]
    unreadable: int = 0

    @property
    def problem(self) -> str | None:
        return left_out(self.unreadable, self.unreadable + len(self.statuses))


@dataclass(frozen=True, slots=True)
class _Reading:
    """One poll of one timeline."""

    source: SourceToPoll
    gate: Gate
    tags: tuple[str, ...]
    now: datetime

    async def first(self) -> Batch:
        """Return the newest pages as one batch: a crawl that is killed before begins anew."""
        found = await self.page({})
        known = {status.id: status for status in found.statuses}
        unreadable, fetched = found.unreadable, 1
        while fetched < FIRST_PAGES and len(found.statuses) > 1:
            found = await self.page({"max_id": min(known, key=_order)})
            fetched += 1
            if not {status.id for status in found.statuses} - known.keys():
                break
            known.update((status.id, status) for status in found.statuses)
            unreadable += found.unreadable
        every = _Page(tuple(known.values()), unreadable)
        passed = self.passed(every)
        return Batch(
            posts=await self.posts(every),
            cursor={"reached": latest(passed), "complete": True} if passed else {},
            fetched=fetched,
            problem=every.problem,
        )

    async def page(self, bounds: dict[str, str]) -> _Page:
        """Return a page of the timeline.

        Raises:
            MembersOnly: the public may not see it.
        """
        answer = await _ask(self.gate, self.source, self._url(bounds), Timeline)
        return _Page(*readable(answer.body.root, Status))

    def passed(self, page: _Page) -> list[str]:
        """Return the ids behind which to go on: not of statuses that are dated ahead of time."""
        present = int(self.now.timestamp())
        return [status.id for status in page.statuses if status.created_at <= present]

    def _url(self, bounds: dict[str, str]) -> str:
        first, *others = self.tags
        base = parse_url(self.source.url).origin
        query = [
            *(("any[]", tag) for tag in others),
            ("limit", str(PAGE_SIZE)),
            *bounds.items(),
        ]
        return str((URL(base) / "api" / "v1" / "timelines" / "tag" / first).with_query(query))

    async def posts(self, page: _Page) -> tuple[FoundPost, ...]:
        """Return what may be listened to of a page, oldest first."""
        return await _shown(self.gate, page.statuses, now=self.now)


async def _ask(gate: Gate, source: SourceToPoll, url: str, shape: type[Model]) -> Answer[Model]:
    token = source.secrets.get("token")
    headers = {"Authorization": f"Bearer {token}"} if token else None
    try:
        return await ask(gate, source, url, shape, headers=headers)
    except AnswerRefused as refused:
        if refused.status in {401, 403, 422}:
            raise MembersOnly(refused.status) from refused
        raise


async def _shown(
    gate: Gate, statuses: Sequence[Status], *, now: datetime
) -> tuple[FoundPost, ...]:
    """Return what may be listened to, oldest first."""
    shown = sorted((one for one in statuses if one.is_shown), key=lambda one: _order(one.id))
    texts = await plain_texts(gate, [status.content for status in shown])
    return posts(shown, texts, now=now)

"""Archives of Mailman 3 lists, by HyperKitty's API.

The API lists mails newest first, without their text. So the list is walked back to what is known,
then each mail is asked for, oldest first. A list whose archive is not public isn't there.
"""

import re
from collections.abc import AsyncGenerator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Self

from pydantic import Field, JsonValue, StringConstraints
from yarl import URL

from crawlers.apis.asking import ApiModel, ask, left_out, readable
from crawlers.errors import BadUrl, Forbidden, Gone, NotFound
from crawlers.fetch import Gate
from crawlers.found import Batch, FoundPost, SourceToPoll
from crawlers.mail.text import bare_subject, masked, masked_name, own_words
from crawlers.plaintext import MAX_TEXT, one_line
from crawlers.times import epoch, stated
from crawlers.urls import parse_url

MOST_MAILS = 100  # a poll: each is a request
PAGE_SIZE = 50
CHUNK = 10  # mails that are committed together
_MOST_PAGES = 20
#: So many of the mails that were read last are remembered: some may be deleted there.
_REMEMBERED = 100

_ADDRESS = re.compile(
    r"(?P<base>https?://.+?)/(?:api/)?list/(?P<list>[\w.+-]{1,120}@[\w.-]{1,250})(?:/.*)?"
)
_Hash = Annotated[str, StringConstraints(pattern=r"^[A-Z2-7]{16,64}$")]


class _Sender(ApiModel):
    address: str = ""
    name: str | None = None


class _Listed(ApiModel):
    """A mail as the list of mails has it."""

    hash: _Hash = Field(alias="message_id_hash")
    thread: str = ""  # an address that ends in its id
    parent: str | None = None  # the same
    sender: _Sender = _Sender()
    sender_name: str | None = None
    subject: str = ""
    date: str = ""


class _Whole(_Listed):
    content: str = ""


class _Page(ApiModel):
    results: list[dict[str, JsonValue]]
    next: str | None = None


@dataclass(frozen=True, slots=True)
class _Archive:
    """Where a list's archive is."""

    base: str
    name: str

    @classmethod
    def of(cls, url: str) -> Self:
        found = _ADDRESS.fullmatch(parse_url(url).url)
        if found is None:
            raise BadUrl(
                "it is written like https://lists.example.org/archives/list/LIST@example.org/"
            )
        return cls(found["base"], found["list"])

    def page(self, number: int) -> str:
        emails = URL(f"{self.base}/api/list/{self.name}/emails/")
        return str(emails.with_query(format="json", limit=PAGE_SIZE, offset=number * PAGE_SIZE))

    def mail(self, hash_: str) -> str:
        return f"{self.base}/api/list/{self.name}/email/{hash_}/?format=json"

    def permalink(self, what: str, hash_: str) -> str:
        return f"{self.base}/list/{self.name}/{what}/{hash_}/"


@dataclass(slots=True)
class _Walk:
    """What is new at the archive, newest first."""

    new: list[_Listed]
    fetched: int = 0
    unreadable: int = 0
    met_the_known: bool = False


class HyperKittyAdapter:
    """Reads a list's archive. Its cursor is the mails that were read last.

    The first poll takes the newest 100, each later one at most as many of what came since.
    """

    async def poll(
        self, source: SourceToPoll, gate: Gate, *, now: datetime
    ) -> AsyncGenerator[Batch, None]:
        """Yield batches of mails, oldest first.

        Raises:
            SourceError: the archive can't be reached, or is none.
        """
        archive = _Archive.of(source.url)
        known = _known(source)
        walk = await _walk(gate, source, archive, known)
        todo = list(reversed(walk.new[: MOST_MAILS if not known else None]))[:MOST_MAILS]
        problem = left_out(walk.unreadable, walk.unreadable + len(walk.new))
        if known and not walk.met_the_known:
            problem = problem or "more came than one poll reads, or the archive was made anew"
        if not todo:
            yield Batch(
                posts=(),
                cursor={"known": list(known)},
                fetched=walk.fetched,
                not_modified=not problem,
                problem=problem,
            )
        fetched = walk.fetched
        for start in range(0, len(todo), CHUNK):
            chunk = todo[start : start + CHUNK]
            posts = await _posts(gate, source, archive, chunk, now)
            known = [*known, *(mail.hash for mail in chunk)][-_REMEMBERED:]
            yield Batch(
                posts=posts,
                cursor={"known": list(known)},
                fetched=fetched + len(chunk),
                problem=problem,
            )
            fetched, problem = 0, None


async def _walk(
    gate: Gate, source: SourceToPoll, archive: _Archive, known: Sequence[str]
) -> _Walk:
    walk, seen = _Walk([]), set(known)
    for number in range(_MOST_PAGES if known else MOST_MAILS // PAGE_SIZE):
        page = (await ask(gate, source, archive.page(number), _Page)).body
        listed, unreadable = readable(page.results, _Listed)
        walk.fetched += 1
        walk.unreadable += unreadable
        fresh = [mail for mail in listed if mail.hash not in seen]
        walk.met_the_known |= any(mail.hash in known for mail in listed)
        walk.new += fresh
        seen.update(mail.hash for mail in fresh)
        # new mails push others onto the next page, so it may begin with some of this one's; one
        # that has nothing new is the last, or is repeated for ever
        if not page.next or walk.met_the_known or (listed and not fresh):
            break
    return walk


async def _posts(
    gate: Gate,
    source: SourceToPoll,
    archive: _Archive,
    listed: Sequence[_Listed],
    now: datetime,
) -> tuple[FoundPost, ...]:
    posts = []
    for mail in listed:
        try:
            whole = (await ask(gate, source, archive.mail(mail.hash), _Whole)).body
        except (NotFound, Gone, Forbidden):  # deleted since it was listed
            continue
        posts.append(_post(archive, whole, now))
    return tuple(posts)


def _post(archive: _Archive, mail: _Whole, now: datetime) -> FoundPost:
    words = own_words(mail.content[: 4 * MAX_TEXT])
    subject = bare_subject(masked(one_line(mail.subject, most=300)))
    thread, parent = _last(mail.thread) or mail.hash, _last(mail.parent or "")
    return FoundPost(
        external_id=mail.hash,
        url=archive.permalink("message", mail.hash),
        title="" if parent else subject,
        text=words.text,
        quoted=words.quoted,
        author=_author(mail),
        published=stated(epoch(mail.date), now=now),
        thread_key=thread,
        thread_title=subject,
        thread_url=archive.permalink("thread", thread),
        parent_external_id=parent,
        is_opening=parent is None,
    )


def _author(mail: _Whole) -> str | None:
    """Return the display name; the archive writes addresses as "ann (a) example.org"."""
    name = one_line(mail.sender_name or mail.sender.name or "", most=100)
    if name and "@" not in name and " (a) " not in name:
        return name
    address = (name or mail.sender.address).replace(" (a) ", "@")
    return masked_name(address) if address else None


def _last(address: str) -> str | None:
    found = re.search(r"/([A-Z2-7]{16,64})/?(?:\?.{0,100})?$", address)
    return found[1] if found else None


def _known(source: SourceToPoll) -> list[str]:
    known = source.cursor.get("known")
    return [one for one in known if isinstance(one, str)] if isinstance(known, list) else []

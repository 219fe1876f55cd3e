"""Add a place to listen at: recognise what an address is, look at a few posts, then save it."""

import re
from collections.abc import Collection, Mapping
from contextlib import aclosing
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from types import MappingProxyType

from sqlmodel import Session, func, select

from config import Config
from config.source import BACKFILL, SourceSpec, check_options, reads_back
from crawlers.discover import Recognised, recognise
from crawlers.fetch import Gate
from crawlers.found import FoundPost, SourceToPoll
from crawlers.plaintext import one_line
from crawlers.registry import adapter_for
from models.post import Post
from models.source import Source
from models.words import SourceHealth, SourceKind
from service.errors import NotFoundError, RefusedError
from service.house import House
from service.listening.source_secrets import secrets_of
from service.store.engine import writing
from service.sync import new_source

_PREVIEW = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class Looked:
    """What is behind an address, and a few of its posts."""

    found: Recognised
    policy: str  # its name
    preview: tuple[FoundPost, ...]
    has_comments: bool = False  # the option `comments` would bring these too


@dataclass(frozen=True, slots=True, kw_only=True)
class Added:
    """A source that was saved, with a few of the posts that it will bring."""

    slug: str
    kind: SourceKind
    url: str
    name: str
    preview: tuple[FoundPost, ...]
    has_comments: bool = False  # see `Looked`

    def as_json(self) -> dict[str, object]:
        """Return the document that `harken sources add --json` prints."""
        return {
            "id": self.slug,
            "kind": self.kind.value,
            "url": self.url,
            "name": self.name,
            "preview": [
                {
                    "title": post.title or post.thread_title,
                    "text": post.text[:280],
                    "author": post.author,
                    "url": post.url,
                    "published": post.published.isoformat() if post.published else None,
                }
                for post in self.preview
            ],
        }


async def add_source(
    house: House,
    url: str,
    *,
    kind: SourceKind | None,
    every: timedelta,
    options: Mapping[str, str] = MappingProxyType({}),
) -> Added:
    """Find out what ``url`` is, read a few posts, and save it as a source.

    Args:
        house: where it is saved.
        url: as somebody pasted it.
        kind: None finds out.
        every: between two polls.
        options: for the adapter, besides those that the address tells.

    Raises:
        crawlers.errors.SourceError: it can't be read, or Harken can't tell what it is.
        RefusedError: it is a source already, or its policy forbids it.
    """
    async with house.gate() as gate:
        looked = await look(
            gate, house.config, url, kind=kind, options=options, now=house.clock.now()
        )
    found = looked.found
    with writing(house.engine) as db:
        source = _saved(db, house, found, every)
        return Added(
            slug=source.slug,
            kind=found.kind,
            url=found.url,
            name=source.name,
            preview=looked.preview,
            has_comments=looked.has_comments,
        )


async def look(
    gate: Gate,
    config: Config,
    url: str,
    *,
    kind: SourceKind | None = None,
    options: Mapping[str, str] = MappingProxyType({}),
    now: datetime,
) -> Looked:
    """Find out what ``url`` is and read a few posts; nothing is saved.

    Args:
        gate: open.
        config: whose policies hold.
        url: as somebody pasted it.
        kind: None finds out.
        options: for the adapter, besides those that the address tells.
        now: when.

    Raises:
        crawlers.errors.SourceError: it can't be read, or Harken can't tell what it is.
        RefusedError: nothing polls that kind, it has no such options, or its policy forbids it.
    """
    if kind is not None and not kind.is_polled:
        raise RefusedError(f"nothing polls {kind.value}: see `harken import`, or /capture")
    found = (
        await recognise(url, gate, now=now)
        if kind is None
        else Recognised(kind=kind, url=url, name="")
    )
    if not reads_back(found.kind):  # asked for before anybody knew what it is
        options = {name: value for name, value in options.items() if name != BACKFILL}
    try:
        check_options(options, kind=found.kind)
    except ValueError as error:
        raise RefusedError(str(error)) from error
    found = replace(found, options={**found.options, **options})
    policy = config.policy_for(found.kind, found.url)
    if not policy.allows_crawling:
        raise RefusedError(f"policy {policy.name!r} needs an approval; see policies.toml")
    preview, has_comments = await _preview(gate, config, found, now=now)
    return Looked(found=found, policy=policy.name, preview=preview, has_comments=has_comments)


def _saved(db: Session, house: House, found: Recognised, every: timedelta) -> Source:
    at_url = db.exec(select(Source).where(Source.url == found.url).order_by(Source.slug))
    # an API has one address for all that it can be asked for
    there = next((source for source in at_url if source.options == dict(found.options)), None)
    if there is not None and there.active:
        raise RefusedError(f"this is a source already: {there.slug}")
    if there is not None:  # it was removed once; what it brought then is still known
        there.active, there.from_files = True, False
        there.every_seconds = every.total_seconds()
        there.next_poll_at = house.clock.now()
        db.add(there)
        return there
    slug = _free_slug(db, found.name or found.url)
    spec = SourceSpec(
        id=slug,
        kind=found.kind,
        name=one_line(found.name, most=200) or slug,
        url=found.url,
        every=every,
        options=found.options,
    )
    source = new_source(spec, house.config, from_files=False, now=house.clock.now())
    db.add(source)
    return source


async def _preview(
    gate: Gate, config: Config, found: Recognised, *, now: datetime
) -> tuple[tuple[FoundPost, ...], bool]:
    policy = config.policy_for(found.kind, found.url)
    source = SourceToPoll(
        id="preview",
        kind=found.kind,
        name=found.url,
        url=found.url,
        options=found.options,
        secrets=secrets_of(found.options),
        obey_robots=policy.obey_robots,
        min_interval_seconds=policy.min_interval.total_seconds(),
    )
    posts: list[FoundPost] = []
    has_comments = False
    async with aclosing(adapter_for(found.kind).poll(source, gate, now=now)) as batches:
        async for batch in batches:
            posts.extend(batch.posts)
            has_comments |= batch.has_comments
            if len(posts) >= _PREVIEW:
                break
    return tuple(posts[:_PREVIEW]), has_comments


def _free_slug(db: Session, name: str) -> str:
    return free_slug(name, set(db.exec(select(Source.slug))))


def free_slug(name: str, taken: Collection[str]) -> str:
    """Return an id made of a name or an address that is not ``taken``."""
    words = re.findall(r"[a-z0-9]+", re.sub(r"^https?://(www\.)?", "", name.lower()))
    base = "-".join(words)[:48].strip("-") or "source"
    numbered = (f"{base}-{n}" for n in range(2, len(taken) + 3))
    return next(slug for slug in (base, *numbered) if slug not in taken)


def set_paused(db: Session, slug: str, *, paused: bool) -> None:
    """Leave a source alone until told otherwise, or poll it again.

    Raises:
        NotFoundError: there is none of that name.
        RefusedError: it is off, which pausing has no part in.
    """
    source = source_named(db, slug)
    if not source.active:
        where = "sources.toml" if source.from_files else f"`harken sources add {source.url}`"
        raise RefusedError(f"{slug} is off; {where} switches it on")
    source.health = SourceHealth.PAUSED if paused else SourceHealth.OK
    db.add(source)


def languages(db: Session) -> Mapping[str, Mapping[str, int]]:
    """Return by source id how many stored posts are in which language, most first.

    Languages are ISO 639-1 codes, or "und". English is judged; the others are counted here.
    """
    number = func.count()
    rows = db.exec(
        select(Post.source_id, Post.language, number)
        .group_by(Post.source_id, Post.language)
        .order_by(number.desc(), Post.language)
    )
    found: dict[str, dict[str, int]] = {}
    for source_id, language, posts in rows:
        found.setdefault(source_id, {})[language] = posts
    return found


def remove(db: Session, slug: str) -> None:
    """Stop listening at a source that a command added; its posts and leads stay.

    Raises:
        NotFoundError: there is none of that name.
        RefusedError: it stands in sources.toml and would come back, or is removed already.
    """
    source = source_named(db, slug)
    if source.from_files:
        raise RefusedError(f"{slug} stands in sources.toml; take it out there")
    if not source.active:
        raise RefusedError(f"{slug} was removed before")
    source.active = False
    db.add(source)


def source_named(db: Session, slug: str) -> Source:
    """Return the source of that name.

    Raises:
        NotFoundError: there is none.
    """
    source = db.exec(select(Source).where(Source.slug == slug)).first()
    if source is None:
        raise NotFoundError(f"there is no source {slug!r}; see `harken sources list`")
    return source

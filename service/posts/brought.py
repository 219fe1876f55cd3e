"""Posts that people bring instead of a crawl: the sources that they stand under, and their intake.

They go the way that crawled posts go.
"""

from collections.abc import Callable, Sequence
from datetime import datetime

from sqlalchemy import Engine
from sqlmodel import Session, select

from config import Config
from config.shape import check_slug
from config.source import SourceSpec
from crawlers.found import FoundPost
from models.source import Source
from models.words import SourceKind
from service.errors import RefusedError
from service.posts.intake import Counts, Intake
from service.store.engine import reading, writing
from service.sync import new_source


def source_for(
    db: Session, config: Config, *, kind: SourceKind, slug: str, name: str, now: datetime
) -> Source:
    """Return the source of that slug, made when there is none yet.

    Raises:
        RefusedError: the slug is none, or that of a source that is crawled or switched off.
    """
    source = existing(db, kind=kind, slug=slug)
    if source is None:
        try:
            spec = SourceSpec(id=slug, kind=kind, name=name, url=f"{kind.value}://{slug}")
        except ValueError as error:
            raise RefusedError(str(error)) from error
        source = new_source(spec, config, from_files=False, now=now)
        db.add(source)
        db.flush()
    return source


def existing(db: Session, *, kind: SourceKind, slug: str) -> Source | None:
    """Return the source of that slug for what people bring, or None when there is none yet.

    Raises:
        RefusedError: as `source_for`.
    """
    source = db.exec(select(Source).where(Source.slug == slug)).first()
    if source is None:
        try:
            check_slug(slug)
        except ValueError as error:
            raise RefusedError(str(error)) from error
        return None
    if source.kind is not kind:
        raise RefusedError(
            f"{slug} is a source of kind {source.kind.value}; choose another name for this one"
        )
    if not source.active:
        raise RefusedError(f"{slug} is off; choose another name, or switch it on in sources.toml")
    return source


def take_in(
    engine: Engine,
    intake: Intake,
    slug: str,
    posts: Sequence[FoundPost],
    *,
    now: datetime,
    note: Callable[[Session, Counts], None] | None = None,
) -> Counts:
    """Take posts in under the source of that slug, in a transaction of its own.

    As in a crawl, they are judged before it, so that nobody waits for that to write. ``note``
    writes what else belongs to it, in the same transaction.
    """
    with reading(engine) as db:
        source = db.exec(select(Source).where(Source.slug == slug)).one()
        fresh = intake.fresh(db, source, posts)
    ahead = intake.listen(slug, fresh)
    with writing(engine) as db:
        source = db.exec(select(Source).where(Source.slug == slug)).one()
        counts = intake.take_in(db, source, posts, now=now, ahead=ahead)
        if note is not None:
            note(db, counts)
        return counts

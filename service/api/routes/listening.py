"""Topics and sources, to be read: what is listened for, and where."""

from typing import Annotated

from fastapi import APIRouter, Depends, Query
from sqlalchemy import ColumnElement
from sqlmodel import col, select

from models.source import Source
from models.topic import Topic
from models.words import SourceHealth
from service.access.permissions import Permission
from service.access.viewer import Viewer
from service.api.callers import allow
from service.api.pages import Key, ListingHere, Page, ordered
from service.api.reads import bare_url
from service.api.shapes.base import SlugHere
from service.api.shapes.others import SourceGiven, TopicGiven
from service.api.told import LINK, reads
from service.errors import NotFoundError
from service.serving.site import SiteHere
from service.store.engine import reading

router = APIRouter(tags=["listening"])
Topics = Annotated[Viewer, Depends(allow(Permission.READ_TOPICS))]
Sources = Annotated[Viewer, Depends(allow(Permission.READ_SOURCES))]
_TOPICS = (Key(col(Topic.id)),)
_SOURCES = (Key(col(Source.slug)),)


@router.get("/topics", summary="List topics", responses=reads(headers=LINK))
def list_topics(site: SiteHere, _viewer: Topics, listing: ListingHere) -> Page[TopicGiven]:
    """List the topics, by their ids."""
    behind = listing.behind(_TOPICS)
    conditions = [] if behind is None else [behind]
    with reading(site.engine) as db:
        rows = db.exec(
            select(Topic).where(*conditions).order_by(*ordered(_TOPICS)).limit(listing.limit + 1)
        ).all()
    shown, following = listing.page(rows, lambda topic: (topic.id,))
    return Page(items=tuple(_topic(one, whole=False) for one in shown), next=following)


@router.get("/topics/{topic_id}", summary="Read a topic", responses=reads())
def read_topic(site: SiteHere, _viewer: Topics, topic_id: SlugHere) -> TopicGiven:
    """Read a topic with its definition, as its file has it."""
    with reading(site.engine) as db:
        topic = db.get(Topic, topic_id)
    if topic is None:
        raise NotFoundError("There is no such topic.")
    return _topic(topic, whole=True)


@router.get("/sources", summary="List sources", responses=reads(headers=LINK))
def list_sources(
    site: SiteHere,
    _viewer: Sources,
    listing: ListingHere,
    health: Annotated[SourceHealth | None, Query(description="only these")] = None,
) -> Page[SourceGiven]:
    """List the sources, by their slugs."""
    conditions: list[ColumnElement[bool]] = []
    if health is not None:
        conditions.append(col(Source.health) == health)
    if (behind := listing.behind(_SOURCES)) is not None:
        conditions.append(behind)
    with reading(site.engine) as db:
        rows = db.exec(
            select(Source).where(*conditions).order_by(*ordered(_SOURCES)).limit(listing.limit + 1)
        ).all()
    shown, following = listing.page(rows, lambda source: (source.slug,))
    return Page(items=tuple(_source(one) for one in shown), next=following)


@router.get("/sources/{slug}", summary="Read a source", responses=reads())
def read_source(site: SiteHere, _viewer: Sources, slug: SlugHere) -> SourceGiven:
    """Read how a source is, and when it is asked next."""
    with reading(site.engine) as db:
        source = db.exec(select(Source).where(Source.slug == slug)).first()
    if source is None:
        raise NotFoundError("There is no such source.")
    return _source(source)


def _topic(topic: Topic, *, whole: bool) -> TopicGiven:
    return TopicGiven(
        id=topic.id,
        name=topic.name,
        active=topic.active,
        changed=topic.changed_at,
        definition=topic.definition if whole else None,
    )


def _source(source: Source) -> SourceGiven:
    return SourceGiven(
        id=source.slug,
        kind=source.kind,
        name=source.name,
        url=bare_url(source.url),
        policy=source.policy_name,
        active=source.active,
        health=source.health,
        quality=source.quality,
        every_seconds=source.every_seconds,
        next_poll=source.next_poll_at,
        last_success=source.last_success_at,
        last_problem=source.last_problem,
    )

"""The social map of a topic, to be read: who talks where, of what and with whom."""

from datetime import timedelta
from typing import Annotated

from fastapi import APIRouter, Depends, Query

from service.access.permissions import Permission
from service.access.viewer import Viewer
from service.api.callers import allow
from service.api.shapes.base import Slug
from service.api.shapes.social_map import CutGiven, EdgeGiven, NodeGiven, SocialMapGiven
from service.api.told import reads
from service.listening.social_map import TopicMap, topic_map
from service.rules.social_map import NodeKind
from service.serving.site import SiteHere
from service.store.engine import reading

router = APIRouter(tags=["listening"])


@router.get("/social-map", summary="Read a topic's social map", responses=reads())
def read_social_map(
    site: SiteHere,
    viewer: Annotated[Viewer, Depends(allow(Permission.READ_TOPICS))],
    topic: Annotated[Slug, Query(description="its id")],
    days: Annotated[int, Query(ge=1, le=365, description="how far back")] = 90,
    most: Annotated[int, Query(ge=1, le=500, description="nodes of each kind at the most")] = 100,
) -> SocialMapGiven:
    """Say who talks where about a topic: communities, authors under pseudonyms, and products.

    Of conversations in which somebody is in the market; a rep sees those around the leads that
    he sees. The strongest nodes are kept, and `cut` says how many were not.
    """
    with reading(site.engine) as db:
        found = topic_map(
            db,
            viewer,
            topic,
            secret=site.secret,
            since=site.clock.now() - timedelta(days=days),
            most=most,
        )
    return _given(found)


def _given(found: TopicMap) -> SocialMapGiven:
    drawn = found.drawn
    return SocialMapGiven(
        topic=found.topic,
        since=found.since,
        posts=found.posts,
        nodes=tuple(
            NodeGiven(
                id=node.id,
                kind=node.kind,
                name=_name(found, node.kind, node.name),
                posts=node.posts,
                signals=node.signals,
            )
            for node in drawn.nodes
        ),
        edges=tuple(
            EdgeGiven(kind=edge.kind, start=edge.start, end=edge.end, count=edge.count)
            for edge in drawn.edges
        ),
        cut=CutGiven(
            communities=drawn.cut[NodeKind.COMMUNITY],
            authors=drawn.cut[NodeKind.AUTHOR],
            products=drawn.cut[NodeKind.PRODUCT],
            edges=drawn.cut_edges,
            older_posts=found.is_cut,
        ),
    )


def _name(found: TopicMap, kind: NodeKind, name: str) -> str:
    return found.communities[name] if kind is NodeKind.COMMUNITY else name

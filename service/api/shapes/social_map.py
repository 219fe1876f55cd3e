"""The social map as programs read it."""

from datetime import datetime
from typing import Annotated

from pydantic import Field

from service.api.shapes.base import NOON, Given
from service.rules.social_map import EdgeKind, NodeKind

_AUTHOR = "author:6f0c1b2a9d3e"
_Count = Annotated[int, Field(ge=0, examples=[7])]


class NodeGiven(Given):
    """A community, an author or a product."""

    id: Annotated[str, Field(examples=[_AUTHOR])]
    kind: NodeKind
    name: Annotated[
        str,
        Field(
            description="of an author a pseudonym, the same at every look until they are erased",
            examples=["6f0c1b2a9d3e"],
        ),
    ]
    posts: Annotated[_Count, Field(description="in it, by them, or that name it")]
    signals: Annotated[_Count, Field(description="of these, whose authors are in the market")]


class EdgeGiven(Given):
    """What an author had to do with a community, a product or another author, in posts."""

    kind: EdgeKind
    start: Annotated[str, Field(description="the id of an author's node", examples=[_AUTHOR])]
    end: Annotated[str, Field(description="the id of a node", examples=["community:talk"])]
    count: Annotated[int, Field(ge=1, examples=[3])]


class CutGiven(Given):
    """How much there is beside what is given."""

    communities: _Count
    authors: _Count
    products: _Count
    edges: _Count
    older_posts: Annotated[
        bool, Field(description="only the newest 5,000 posts of these days were read")
    ]


class SocialMapGiven(Given):
    """Who talks where about a topic, the strongest first."""

    topic: Annotated[str, Field(examples=["crm"])]
    since: Annotated[datetime, Field(examples=[NOON])]
    posts: Annotated[_Count, Field(description="that were read")]
    nodes: tuple[NodeGiven, ...]
    edges: Annotated[tuple[EdgeGiven, ...], Field(description="between the nodes that are given")]
    cut: CutGiven

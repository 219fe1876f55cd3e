"""The social map of a topic as tables: communities, voices, products, and who answers whom."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from service.listening.social_map import MOST_POSTS, TopicMap
from service.rules.social_map import Edge, EdgeKind, Node, NodeKind

SPANS = (30, 90, 365)  # days
MOST = 50  # nodes of each kind
_MOST_NAMED = 3  # places and products of one voice
_MOST_PAIRS = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """A community."""

    slug: str
    name: str
    posts: int
    signals: int
    voices: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Voice:
    """Somebody who speaks, under a pseudonym."""

    name: str
    posts: int
    signals: int
    places: tuple[str, ...]  # where most
    products: tuple[str, ...]  # named most
    answers: int  # posts of theirs to others
    answered: int  # posts of others to them


@dataclass(frozen=True, slots=True, kw_only=True)
class Pair:
    """Somebody who answers somebody."""

    who: str
    whom: str
    posts: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownMap:
    """What the page shows."""

    places: tuple[Place, ...]
    voices: tuple[Voice, ...]
    products: tuple[Node, ...]
    pairs: tuple[Pair, ...]
    cut: tuple[str, ...]  # what is not shown, in words


def shown_map(found: TopicMap) -> ShownMap:
    """Return a map in tables, strongest first."""
    drawn = found.drawn
    out: dict[str, list[Edge]] = defaultdict(list)
    into: dict[str, list[Edge]] = defaultdict(list)
    for edge in drawn.edges:
        out[edge.start].append(edge)
        into[edge.end].append(edge)
    names = {node.id: node.name for node in drawn.nodes} | {
        node.id: found.communities[node.name] for node in drawn.of(NodeKind.COMMUNITY)
    }
    return ShownMap(
        places=tuple(
            Place(
                slug=node.name,
                name=names[node.id],
                posts=node.posts,
                signals=node.signals,
                voices=len(into[node.id]),
            )
            for node in drawn.of(NodeKind.COMMUNITY)
        ),
        voices=tuple(
            _voice(node, out[node.id], into[node.id], names) for node in drawn.of(NodeKind.AUTHOR)
        ),
        products=drawn.of(NodeKind.PRODUCT),
        pairs=tuple(
            Pair(who=names[edge.start], whom=names[edge.end], posts=edge.count)
            for edge in drawn.edges
            if edge.kind is EdgeKind.REPLIED_TO
        )[:_MOST_PAIRS],
        cut=_cut(found),
    )


def _voice(
    node: Node, out: Sequence[Edge], into: Sequence[Edge], names: Mapping[str, str]
) -> Voice:
    def most(kind: EdgeKind) -> tuple[str, ...]:
        return tuple(names[edge.end] for edge in out if edge.kind is kind)[:_MOST_NAMED]

    return Voice(
        name=node.name,
        posts=node.posts,
        signals=node.signals,
        places=most(EdgeKind.POSTED_IN),
        products=most(EdgeKind.MENTIONS),
        answers=sum(edge.count for edge in out if edge.kind is EdgeKind.REPLIED_TO),
        answered=sum(edge.count for edge in into),
    )


_WORDS: Mapping[NodeKind, tuple[str, str]] = {
    NodeKind.COMMUNITY: ("community", "communities"),
    NodeKind.AUTHOR: ("voice", "voices"),
    NodeKind.PRODUCT: ("product", "products"),
}


def _cut(found: TopicMap) -> tuple[str, ...]:
    """Return what there is beside what is shown."""
    more = [
        f"{count:,} more {_WORDS[kind][count != 1]}"
        for kind, count in found.drawn.cut.items()
        if count
    ]
    if found.is_cut:
        more.append(f"what was said before the newest {MOST_POSTS:,} posts")
    return tuple(more)

"""The social map of a topic: who talks where, of what and with whom, in counts. Pure.

Its nodes are communities, authors under pseudonyms, and products that the topic knows; its edges
say who posted where, who named what, and who answered whom. It is bounded: the strongest nodes of
each kind are kept, and the strongest edges between these, and it is said how many were cut.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Set
from dataclasses import dataclass
from enum import StrEnum

#: So many edges are kept for each node that may be.
EDGES_A_NODE = 5


class NodeKind(StrEnum):
    """What a node stands for."""

    COMMUNITY = "community"
    AUTHOR = "author"
    PRODUCT = "product"


class EdgeKind(StrEnum):
    """What leads from one node to another."""

    POSTED_IN = "posted_in"  # an author in a community
    MENTIONS = "mentions"  # an author a product
    REPLIED_TO = "replied_to"  # an author another


@dataclass(frozen=True, slots=True, kw_only=True)
class Spoken:
    """A post, as far as the map is concerned."""

    community: str
    author: str | None = None  # a pseudonym; None: unnamed
    answers: str | None = None  # the pseudonym of whom it answers
    products: frozenset[str] = frozenset()
    is_signal: bool = False  # its author is in the market


@dataclass(frozen=True, slots=True, kw_only=True)
class Node:
    """Somebody or something that is talked with, in or of."""

    kind: NodeKind
    name: str
    posts: int  # in it, by them, or that name it
    signals: int  # of these, whose authors are in the market

    @property
    def id(self) -> str:
        """What edges call it: "author:6f0c1b2a9d3e"."""
        return f"{self.kind.value}:{self.name}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Edge:
    """How often one had to do with another."""

    kind: EdgeKind
    start: str  # a node's id, always an author's
    end: str
    count: int  # posts


@dataclass(frozen=True, slots=True, kw_only=True)
class SocialMap:
    """The map, strongest first."""

    nodes: tuple[Node, ...]
    edges: tuple[Edge, ...]
    cut: Mapping[NodeKind, int]  # nodes that there are beside these
    cut_edges: int  # edges beside these, also those of nodes that were cut

    def of(self, kind: NodeKind) -> tuple[Node, ...]:
        """Return the nodes of a kind."""
        return tuple(node for node in self.nodes if node.kind is kind)


def draw(spoken: Iterable[Spoken], *, most: int) -> SocialMap:
    """Return the map of some posts, with at most ``most`` nodes of each kind.

    Strong is who or what has most posts, then most signals; ties go by name, so that the same
    posts make the same map.
    """
    posts: Counter[tuple[NodeKind, str]] = Counter()
    signals: Counter[tuple[NodeKind, str]] = Counter()
    edges: Counter[tuple[EdgeKind, str, str]] = Counter()
    for one in spoken:
        touched = [(NodeKind.COMMUNITY, one.community)]
        touched += [(NodeKind.PRODUCT, name) for name in one.products]
        if one.author is not None:
            touched.append((NodeKind.AUTHOR, one.author))
            edges.update(_edges(one, one.author))
        posts.update(touched)
        if one.is_signal:
            signals.update(touched)
    ranked = sorted(posts, key=lambda key: (-posts[key], -signals[key], key))
    kept = [key for kind in NodeKind for key in [k for k in ranked if k[0] is kind][:most]]
    nodes = tuple(
        Node(kind=kind, name=name, posts=posts[kind, name], signals=signals[kind, name])
        for kind, name in kept
    )
    known = {f"{kind.value}:{name}" for kind, name in posts}  # an answer to nobody leads nowhere
    strongest = _strongest(edges, {node.id for node in nodes})[: EDGES_A_NODE * most]
    return SocialMap(
        nodes=nodes,
        edges=strongest,
        cut={kind: _count(posts, kind) - _count(kept, kind) for kind in NodeKind},
        cut_edges=sum(end in known for _, _, end in edges) - len(strongest),
    )


def _strongest(
    edges: Mapping[tuple[EdgeKind, str, str], int], nodes: Set[str]
) -> tuple[Edge, ...]:
    """Return the edges between these nodes, the strongest first."""
    between = [
        Edge(kind=kind, start=start, end=end, count=count)
        for (kind, start, end), count in edges.items()
        if start in nodes and end in nodes
    ]
    order = list(EdgeKind)
    return tuple(
        sorted(between, key=lambda one: (-one.count, order.index(one.kind), one.start, one.end))
    )


def _edges(one: Spoken, author: str) -> Iterable[tuple[EdgeKind, str, str]]:
    start = f"{NodeKind.AUTHOR.value}:{author}"
    yield EdgeKind.POSTED_IN, start, f"{NodeKind.COMMUNITY.value}:{one.community}"
    for name in one.products:
        yield EdgeKind.MENTIONS, start, f"{NodeKind.PRODUCT.value}:{name}"
    if one.answers is not None and one.answers != author:
        yield EdgeKind.REPLIED_TO, start, f"{NodeKind.AUTHOR.value}:{one.answers}"


def _count(keys: Iterable[tuple[NodeKind, str]], kind: NodeKind) -> int:
    return sum(one is kind for one, _ in keys)

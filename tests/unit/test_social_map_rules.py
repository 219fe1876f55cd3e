"""The social map as a pure sum of posts."""

from hypothesis import given
from hypothesis import strategies as st

from service.rules.social_map import (
    EDGES_A_NODE,
    Edge,
    EdgeKind,
    NodeKind,
    SocialMap,
    Spoken,
    draw,
)

PEOPLE = st.none() | st.sampled_from("abcdef")
POSTS = st.lists(
    st.builds(
        Spoken,
        community=st.sampled_from(["talk", "news", "chat"]),
        author=PEOPLE,
        answers=PEOPLE,
        products=st.frozensets(st.sampled_from(["Tidepool", "Marlin"])),
        is_signal=st.booleans(),
    ),
    max_size=12,
)


def between(drawn: SocialMap, kind: EdgeKind) -> dict[tuple[str, str], int]:
    return {(one.start, one.end): one.count for one in drawn.edges if one.kind is kind}


def test_a_conversation_is_counted_by_who_where_what_and_whom() -> None:
    names = frozenset({"Tidepool"})
    drawn = draw(
        [
            Spoken(community="talk", author="ann", is_signal=True),
            Spoken(community="talk", author="bob", answers="ann", products=names),
            Spoken(community="talk", author="bob", answers="ann"),
            Spoken(community="talk", author="ann", answers="bob", products=names),
            Spoken(community="news", author=None, products=names),
            Spoken(community="talk", author="bob", answers="bob"),
        ],
        most=10,
    )

    assert [(n.id, n.posts, n.signals) for n in drawn.nodes] == [
        ("community:talk", 5, 1),
        ("community:news", 1, 0),
        ("author:bob", 3, 0),
        ("author:ann", 2, 1),
        ("product:Tidepool", 3, 0),
    ]
    assert between(drawn, EdgeKind.POSTED_IN) == {
        ("author:bob", "community:talk"): 3,
        ("author:ann", "community:talk"): 2,
    }
    assert between(drawn, EdgeKind.REPLIED_TO) == {
        ("author:bob", "author:ann"): 2,
        ("author:ann", "author:bob"): 1,
    }
    assert between(drawn, EdgeKind.MENTIONS) == {
        ("author:bob", "product:Tidepool"): 1,
        ("author:ann", "product:Tidepool"): 1,
    }
    assert drawn.cut == dict.fromkeys(NodeKind, 0)
    assert drawn.cut_edges == 0


def test_the_strongest_are_kept_and_it_is_said_how_many_were_cut() -> None:
    posts = [Spoken(community="talk", author="ann")] * 2 + [Spoken(community="talk", author="bob")]

    drawn = draw(posts, most=1)

    assert [node.id for node in drawn.nodes] == ["community:talk", "author:ann"]
    assert drawn.edges == (
        Edge(kind=EdgeKind.POSTED_IN, start="author:ann", end="community:talk", count=2),
    )
    assert drawn.cut[NodeKind.AUTHOR] == 1
    assert drawn.cut_edges == 1


@given(POSTS, st.integers(1, 8))
def test_a_map_is_bounded_whole_and_says_what_is_missing(posts: list[Spoken], most: int) -> None:
    drawn, everything = draw(posts, most=most), draw(posts, most=100)

    ids = {node.id for node in drawn.nodes}
    assert {end for edge in drawn.edges for end in (edge.start, edge.end)} <= ids
    assert len(drawn.edges) <= EDGES_A_NODE * most
    for kind in NodeKind:
        assert len(drawn.of(kind)) <= most
        assert len(drawn.of(kind)) + drawn.cut[kind] == len(everything.of(kind))
    assert len(drawn.edges) + drawn.cut_edges == len(everything.edges)
    assert sum(node.posts for node in everything.of(NodeKind.COMMUNITY)) == len(posts)


@given(POSTS, st.randoms(use_true_random=False))
def test_the_same_posts_make_the_same_map_in_any_order(
    posts: list[Spoken], random: object
) -> None:
    shuffled = sorted(posts, key=lambda _: random.random())  # type: ignore[attr-defined]  # Random

    assert draw(shuffled, most=3) == draw(posts, most=3)

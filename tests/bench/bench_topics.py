"""What queries and similarity add to looking for phrases, on posts about none of the topics."""

from nlp.phrases import TopicIndex, TopicPhrases
from tests.measuring import microseconds, show, some_posts

PHRASES_EACH = 100


def topics(phrases: int, *, queries: bool = False, similarity: float = 0.0) -> TopicIndex:
    """Return topics with as many phrases, a quarter of which stands in queries if there are any.

    The queries also ask for words that posts are full of, as people's queries do.
    """
    count = phrases // PHRASES_EACH
    own = PHRASES_EACH * 3 // 4 if queries else PHRASES_EACH
    asked = "({0} OR {1}) AND (recommend* OR looking OR anyone OR best) -hiring -title:job"
    return TopicIndex.build(
        TopicPhrases(
            f"topic {n}",
            keywords=tuple(f"thing{n} kind{k}" for k in range(own)),
            query=tuple(
                asked.format(f'"thing{n} sort{k}"', f"gadget{n}x{k}*") for k in range(own, 100, 7)
            )
            if queries
            else (),
            examples=(f"Our gadget{n} spilt its varnish over the harbour; who mends spindles?",),
            similarity=similarity,
        )
        for n in range(count)
    )


def rejecting(index: TopicIndex) -> float:
    """Return the microseconds that an index takes for a post."""
    return microseconds(
        lambda post: index.match(*post, author="ada", host="talk.example"), some_posts()
    )


def test_what_queries_cost_a_rejected_post() -> None:
    rows = []
    for phrases in (500, 10_000):
        plain = rejecting(topics(phrases))
        asked = rejecting(topics(phrases, queries=True))
        alike = rejecting(topics(phrases, queries=True, similarity=0.2))
        ratios = (f"{asked / plain:.1f} x", f"{alike / plain:.1f} x")
        rows.append((f"{phrases:,}", f"{plain:.1f}", *ratios, "15 us"))
    show(
        "Rejecting a post: phrases alone, with queries, with queries and similarity",
        ("phrases", "alone, us", "queries", "and similarity", "target"),
        rows,
    )

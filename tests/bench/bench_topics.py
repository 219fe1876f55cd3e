"""What queries and similarity add to looking for phrases, on posts about none of the topics."""

import time
from statistics import median

import pytest

from nlp.phrases import TopicIndex, TopicPhrases
from nlp.primer import made_up_posts

RUNS = 7
POSTS = [(post.title, f"{post.body} {post.body}") for post in made_up_posts(seed=3) if post.body][
    :300
]
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


def microseconds(index: TopicIndex) -> float:
    """Return the median over runs of the mean time a post takes."""

    def once() -> float:
        began = time.perf_counter()
        for title, body in POSTS:
            index.match(title, body, author="ada", host="talk.example")
        return (time.perf_counter() - began) / len(POSTS) * 1e6

    once()
    return median(once() for _ in range(RUNS))


@pytest.mark.parametrize("phrases", [500, 10_000])
def test_queries_cost_a_rejected_post_little(phrases: int, pytestconfig: pytest.Config) -> None:
    plain = microseconds(topics(phrases))
    asked = microseconds(topics(phrases, queries=True))
    alike = microseconds(topics(phrases, queries=True, similarity=0.2))

    words = sum(len(f"{title} {body}".split()) for title, body in POSTS) / len(POSTS)
    line = (
        f"\n{phrases:,} phrases, {words:.0f} words a post: {plain:.1f} us; with queries "
        f"{asked:.1f} us; with queries and similarity {alike:.1f} us"
    )
    pytestconfig.get_terminal_writer().line(line)
    assert plain < 60
    assert asked < 90
    assert alike < 150

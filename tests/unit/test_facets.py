"""What of a buyer a post shows: the six facets on posts of our own writing, read by the judge."""

from dataclasses import replace
from functools import cache

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.ids import new_id
from models.post import Post
from models.words import Kind, Negative, Role, SignalClass
from nlp.cues import finder
from nlp.judge import Judge
from nlp.judgement import Evidence, Span, TopicMatch
from service.posts.facets import facets_of, facets_of_lead
from service.posts.judging import Judged
from service.posts.signals import signal_of, withdraw
from service.rules.facets import CLUES, PLAIN, SHOWN, Facet, Facets, Told, facets, strongest
from service.web.wording.facet_words import CLUES as CLUE_WORDS
from service.web.wording.facet_words import FACETS
from tests.fakes import NOON

#: A post, and which facets it shows plainly, somewhat, and not at all. All are signals.
SHOWS: dict[str, tuple[str, str, set[Facet], set[Facet]]] = {
    "somebody who begins to search": (
        "Any recommendations for a rota tool?",
        "I'm new to this and have no idea where to start.",
        {Facet.INTEREST},
        {Facet.PRODUCT_UNDERSTANDING, Facet.PROBLEM_UNDERSTANDING, Facet.KNOWLEDGE},
    ),
    "somebody who compares what they know": (
        "Rotabase vs Shiftbook for a bakery of 12?",
        "We have seen demos of both. Which one would you take?",
        {Facet.INTEREST, Facet.AWARENESS, Facet.PRODUCT_UNDERSTANDING},
        {Facet.PROBLEM_UNDERSTANDING},
    ),
    "somebody who leaves what they have": (
        "Alternatives to Rotabase?",
        "We are fed up with it: it crashes each Monday, our shifts get lost. What else is there?",
        {Facet.INTEREST, Facet.PROBLEM_UNDERSTANDING, Facet.KNOWLEDGE, Facet.AWARENESS},
        set(),
    ),
    "somebody who needs it by a day": (
        "WTB: label printer, budget is $500",
        "We need to replace ours by the end of March. Must have USB and cut by itself.",
        {Facet.INTEREST, Facet.NEED, Facet.AWARENESS},
        set(),
    ),
}


@cache
def the_judge() -> Judge:
    return Judge.load()


def read(title: str, text: str, *, problems: tuple[str, ...] = ()) -> Facets:
    """Return the facets of a post as they are after it was judged and stored."""
    judgement = the_judge().judge(title, text, said_at=NOON)
    phrases = tuple(
        Evidence(text=words, span=Span(field="body", start=0, end=1), reason="problem", weight=0.5)
        for words in problems
        if words in text
    )
    match = TopicMatch(topic_id="rota", phrases=phrases, fit=0.9)
    post = Post(
        source_id="s",
        external_id=new_id(),
        thread_id="t",
        is_opening=True,
        title=title,
        text=text,
        language="en",
        published_at=NOON,
        fetched_at=NOON,
        content_hash="",
        retention_until=NOON,
    )
    judged = Judged(match=match, judgement=judgement, is_signal=judgement.signal)
    return facets_of(signal_of(judged, post, NOON))


@pytest.mark.parametrize("case", SHOWS)
def test_a_post_shows_what_its_words_say(case: str) -> None:
    title, text, plain, not_shown = SHOWS[case]

    found = read(title, text, problems=("shifts get lost",))

    assert {facet for facet in plain if found.of(facet) < PLAIN} == set()
    assert {facet for facet in not_shown if found.of(facet) >= SHOWN} == set()
    assert not found.is_none
    assert all(0 <= found.of(facet) <= 1 for facet in Facet)


def told(probability: float = 0.9, **more: object) -> Told:
    base = Told(kind=Kind.RECOMMENDATION, probability=probability, step=3)
    return replace(base, **more)  # type: ignore[arg-type]  # the fields' own types


def test_a_signal_that_was_withdrawn_shows_none() -> None:
    signal = signal_of(
        Judged(
            match=TopicMatch(topic_id="rota", phrases=(), fit=0.9),
            judgement=the_judge().judge("Rotabase vs Shiftbook for a bakery of 12?", ""),
            is_signal=True,
        ),
        Post(text="", is_opening=True, published_at=NOON),  # type: ignore[call-arg]  # all it asks
        NOON,
    )
    withdraw(signal)

    assert facets_of(signal).is_none
    assert facets_of_lead([signal]).is_none
    assert facets_of_lead([]).is_none


def test_a_hunch_without_any_clue_shows_none() -> None:
    assert facets(told(0.2, step=1)).is_none
    assert not facets(told(0.3, step=1)).is_none


@pytest.mark.parametrize(
    ("negative", "interest"),
    [
        (Negative.VENDOR_PROMO, 0.0),
        (Negative.SOLVED, 0.0),
        (Negative.JOB_SEEKER, 0.0),
        (Negative.COMPETITOR, 0.0),
        (Negative.STUDENT, 0.45),
        (Negative.FREEBIE, 0.45),
    ],
)
def test_who_is_no_buyer_has_little_interest(negative: Negative, interest: float) -> None:
    assert facets(told(negatives=frozenset({negative}))).interest == interest


def test_who_is_new_to_it_knows_the_less() -> None:
    said = frozenset({"reports on something they have"})

    knows = facets(told(reasons=said))
    is_new = facets(told(reasons=said | {"is new to this"}))

    assert is_new.knowledge < SHOWN < knows.knowledge
    assert is_new.product_understanding < knows.product_understanding
    assert is_new.awareness == knows.awareness


KINDS, CLASSES, ROLES = (st.sampled_from(one) for one in (Kind, SignalClass, Role))
SAID = st.builds(
    Told,
    kind=KINDS,
    probability=st.floats(0, 1),
    step=st.integers(1, 6),
    role=ROLES,
    signal_class=st.none() | CLASSES,
    negatives=st.frozensets(st.sampled_from(Negative)),
    slots=st.lists(st.sampled_from(["need", "wants", "products", "budget", "?"])).map(tuple),
    reasons=st.frozensets(st.sampled_from(sorted(CLUES))),
    phrases=st.frozensets(st.sampled_from(["problem", "keyword", "product", "alike"])),
)


@given(SAID, st.sampled_from(sorted(CLUES)))
def test_facets_are_shares_and_a_further_clue_never_takes_away(said: Told, clue: str) -> None:
    less, more = facets(said), facets(replace(said, reasons=said.reasons | {clue}))

    for facet in Facet:
        assert 0 <= less.of(facet) <= more.of(facet) <= 1
        # of equal ones the first is told, so the clues may be those of the first
        assert strongest([less, more]).of(facet) == more.of(facet)


@given(SAID)
def test_the_same_judgement_shows_the_same(said: Told) -> None:
    assert facets(said) == facets(said)


def test_every_clue_can_be_found_and_is_told_in_words() -> None:
    reasons = {cue.reason for cue in finder().cues}
    named = {"names a product", "names several products", "names the category"}

    unknown = CLUES - reasons - set(CLUE_WORDS) - named - {"names the problem", "describes a need"}
    assert unknown == set()
    assert set(FACETS) == set(Facet)

import math
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.words import Kind, Negative, Role
from nlp.cues import finder
from nlp.explain import LEAST_WEIGHT, MOST_PHRASES
from nlp.judge import STEP_OF_KIND, Judge, kind_in_words
from nlp.text import BODY_READ, fold


@pytest.fixture(scope="module")
def judge() -> Judge:
    return Judge.load()


@pytest.mark.parametrize(
    ("title", "body", "kind"),
    [
        ("Can anyone recommend a good rota tool?", "We are nine people.", Kind.RECOMMENDATION),
        ("Best label printer for a small shop?", "", Kind.RECOMMENDATION),
        ("Does anybody have experience with Rotabase?", "We're a team of ten.", Kind.EXPERIENCE),
        ("Rotabase vs Shiftbook", "Which one should I get?", Kind.COMPARISON),
        ("Alternatives to Rotabase?", "It got too expensive for us.", Kind.ALTERNATIVE),
        ("How much does a new boiler cost?", "Is 3,000 a fair price?", Kind.PRICING),
        ("WTB: used forklift", "I want to buy one this month, budget is $5,000.", Kind.PURCHASE),
    ],
)
def test_people_in_the_market_are_signals(judge: Judge, title: str, body: str, kind: Kind) -> None:
    judged = judge.judge(title, body)

    assert judged.signal
    assert judged.kind is kind
    assert judged.role is Role.SEEKER
    assert judged.strength >= 2
    assert judged.journey_step == STEP_OF_KIND[kind]
    assert judged.evidence[0].weight > 0


@pytest.mark.parametrize(
    ("title", "body"),
    [
        ("We built a rota tool for cafes", "Try it free, sign up at https://rotabase.example"),
        ("How do I export shifts from Rotabase?", "The button gives me an error."),
        ("", "We are not looking for a new van."),
        ("", "I was looking for a van last month and found one, all good."),
        ("", "> does anybody have experience with Rotabase?\nYes, it is fine."),
        ("", "It rained all day.\n-- \nLooking for a good rota tool? Ask me."),
        ("Just bought a new tent, love it", ""),
        ("", ""),
    ],
)
def test_people_who_are_not_in_the_market_are_no_signals(
    judge: Judge, title: str, body: str
) -> None:
    judged = judge.judge(title, body)

    assert not judged.signal
    assert judged.journey_step is None
    assert judged.strength < 2
    assert judged.kind in (Kind.NONE, Kind.NEED)


ASKED = "Can anyone recommend a CRM for 12 people? Our budget is $500 a month."


@pytest.mark.parametrize(
    ("title", "body"),
    [
        ("Re: Can anyone recommend a CRM?", "We've been using one for years. Works."),
        ("RE: Re[2]: Which CRM for 5 people?", "I'm out of office until Monday."),
        ("AW: Can anyone recommend a CRM?", "+1"),
        ("CRM", f"The big one is fine for us.\n\n-----Original Message-----\nFrom: Bob\n{ASKED}"),
        ("CRM", f"We are happy with ours.\n{'_' * 32}\nFrom: Bob\nSent: Monday\n\n{ASKED}"),
    ],
)
def test_whoever_answers_is_not_who_asked(judge: Judge, title: str, body: str) -> None:
    judged = judge.judge(title, body)

    assert not judged.signal
    assert judged.budget is None
    assert all(one.span.field == "body" for one in judged.evidence)


def test_an_answer_may_ask_itself(judge: Judge) -> None:
    assert judge.judge("Re: CRM", f"Same here. {ASKED}").signal


def test_who_has_found_one_is_told_apart(judge: Judge) -> None:
    judged = judge.judge("[Solved] Which tent?", "Edit: thanks, went with the small one.")

    assert judged.solved
    assert Negative.SOLVED in judged.negatives


@pytest.mark.parametrize(
    ("body", "role", "negative"),
    [
        ("We're hiring! Apply now with your CV.", Role.RECRUITER, None),
        ("I am looking for work as a cook, hire me.", Role.JOBSEEKER, Negative.JOB_SEEKER),
        ("This survey is for my thesis, please fill it in.", Role.RESEARCHER, Negative.STUDENT),
        (
            "For sale: my old lathe, hardly used, 200 ono. Free delivery, call us, our showroom.",
            Role.SELLER,
            Negative.VENDOR_PROMO,
        ),
    ],
)
def test_who_the_author_is_comes_with_what_it_takes_away(
    judge: Judge, body: str, role: Role, negative: Negative | None
) -> None:
    judged = judge.judge("", body)

    assert judged.role is role
    assert negative is None or negative in judged.negatives


def test_a_need_that_asks_for_no_product_is_latent() -> None:
    judged = LINEAR.judge(
        "How do you all learn the piano as an adult?",
        "I am a beginner and don't know where to start.",
    )

    assert not judged.signal
    assert judged.strength == 1
    assert judged.kind is Kind.NEED


def test_facts_that_the_author_states_are_quoted(judge: Judge) -> None:
    judged = judge.judge(
        "Which rota tool for five people?",
        "We're a 5-person agency looking for a rota tool, budget under $100/mo, "
        "and need it before March 1. Tried Shiftbook and Rotabase.",
    )

    assert judged.strength == 3
    assert judged.wants == "rota tool"
    assert judged.products == ("Shiftbook", "Rotabase")
    assert judged.budget == "under $100/mo"
    assert judged.timeline == "before March 1"
    assert judged.authority
    assert judged.language == "en"
    assert judged.model == judge.version


def test_a_post_near_the_threshold_is_uncertain(judge: Judge) -> None:
    sure = judge.judge("Can anyone recommend a good rota tool for our agency?", "Budget is $100.")
    no = judge.judge("", "Thanks, that made my day.")

    assert not sure.uncertain
    assert not no.uncertain
    threshold = judge.model.card.threshold
    near = [
        judged
        for words in range(12)
        if (judged := judge.judge("", "which one " + "and so on " * words)).uncertain
    ]
    assert all(abs(one.probability - threshold) < 0.25 for one in near)


POSTS = st.lists(
    st.one_of(
        st.text(st.characters(exclude_categories=()), max_size=40),
        st.sampled_from(
            ["Can anyone recommend a ", "good printer", "?", "\n", ". ", " vs Lumabox ",
             "$300 ", "looking for ", "we are a team of 9 people", " I built ", "> quote\n",
             "\ud800", "5k €"]
        ),
    ),
    max_size=12,
).map("".join)  # fmt: skip


@given(title=POSTS, body=POSTS)
def test_what_is_quoted_stands_where_it_says(title: str, body: str) -> None:
    judged = JUDGE.judge(title, body)

    fields: dict[str, Any] = {"title": title, "body": body}
    quoted = [(one.text, one.span) for one in judged.evidence]
    quoted += [(one.text, one.span) for one in judged.slots]
    for words, span in quoted:
        assert words
        assert fields[span.field][span.start : span.end] == words
    assert 0 <= judged.probability <= 1
    assert judged == JUDGE.judge(title, body)


@given(title=POSTS, body=POSTS)
def test_the_evidence_and_the_rest_add_up_to_the_log_odds(title: str, body: str) -> None:
    judged = JUDGE.judge(title, body)

    if judged.log_odds is None or judged.rest is None:
        assert judged.language not in ("en", "und")
        assert judged.log_odds is judged.rest
    else:
        told = math.fsum(one.weight for one in judged.evidence) + judged.rest
        assert told == pytest.approx(judged.log_odds)
        assert 1 / (1 + math.exp(-told)) == pytest.approx(judged.probability)


def test_what_is_not_judged_has_no_log_odds(judge: Judge) -> None:
    judged = judge.judge("", "Wir suchen ein neues Werkzeug und wissen nicht, welches gut ist.")

    assert (judged.log_odds, judged.rest) == (None, None)


@given(title=POSTS, body=POSTS)
def test_an_explanation_adds_up_to_the_score(title: str, body: str) -> None:
    explanation = JUDGE.explain(title, body)
    tokens = math.fsum(explanation.tokens[0]) + math.fsum(explanation.tokens[1])

    assert explanation.intercept + sum(explanation.by_feature.values()) == pytest.approx(
        explanation.log_odds, abs=1e-6
    )
    assert explanation.intercept + explanation.shape + tokens == pytest.approx(
        explanation.log_odds, abs=1e-6
    )


JUDGE = Judge.load()
LINEAR = Judge(JUDGE.model, finder())  # without the reader, whose one sentence may hold phrases


def test_evidence_for_comes_first_and_phrases_do_not_overlap() -> None:
    judged = LINEAR.judge(
        "Can anyone recommend a good rota tool?",
        "I built one myself, which crashes with an error. We need one by March, and our budget is "
        "$100. Does anybody have experience with Rotabase? Thanks in advance! We looked at "
        "Shiftbook, but it is not for us. What do you use? Is it any good?",
    )

    assert 6 <= len(judged.evidence) <= MOST_PHRASES
    reasons = [one.reason for one in judged.evidence]
    assert reasons[0] == "asks for a recommendation"
    assert {"asks for others' experience", "states a budget", "states when"} <= set(reasons)
    weights = [one.weight for one in judged.evidence]
    assert weights == sorted(weights, reverse=True)
    places = sorted((one.span.field, one.span.start, one.span.end) for one in judged.evidence)
    for before, after in pairwise(places):
        assert before[0] != after[0] or before[2] <= after[1]


SAYINGS = st.lists(
    st.sampled_from(
        [
            "to do the", "the shop would not answer", "I need to move us to another help desk",
            "does anybody have experience with Zoho", "we have a budget of $300", "hire me", ",",
            "not looking for a tent", "it crashes with an error", "thanks in advance", "?", ".",
            "is it worth it", "or", "which tool do you use", "for sale", "[solved]", "<b>", "and",
        ]
    ),
    max_size=12,
)  # fmt: skip


@given(SAYINGS, SAYINGS)
def test_no_word_is_quoted_twice_and_each_quote_says_something(
    title: list[str], body: list[str]
) -> None:
    judged = LINEAR.judge(" ".join(title), " ".join(body))

    places = sorted((one.span.field, one.span.start, one.span.end) for one in judged.evidence)
    for before, after in pairwise(places):
        assert before[0] != after[0] or before[2] <= after[1]
    for one in judged.evidence:
        assert one.text not in {"to do the", "the", "to", "and", "or", "it", ""}
        assert abs(one.weight) >= LEAST_WEIGHT


@pytest.mark.parametrize("part", ["a", "need ", "?", "\ud800", "x or y? ", "a' ", "> \n"])
def test_a_megabyte_of_anything_is_judged(judge: Judge, part: str) -> None:
    text = part * (1_000_000 // len(part))

    judged = judge.judge(text, text)

    assert all(one.span.end <= BODY_READ for one in judged.evidence)


def test_a_rule_that_speaks_for_itself_is_quoted_with_what_it_adds(judge: Judge) -> None:
    asks = judge.judge("", "I noticed you use Lumabox, may I ask how it turned out?")
    offers = judge.judge("", "My contract ends in May so I'm looking for a new team.")

    assert asks.signal
    assert [one.weight for one in asks.evidence if one.text.startswith("noticed")] == [5.0]
    assert not offers.signal
    assert -3.0 in [one.weight for one in offers.evidence]


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("We need to hire a sign painter in Leeds.", Kind.PURCHASE),
        ("WTB: a used label printer", Kind.PURCHASE),
        ("We need to hire a sign painter, can anybody recommend one?", Kind.RECOMMENDATION),
        ("A quiet label printer, please", Kind.RECOMMENDATION),
    ],
)
def test_plain_words_say_purchase_unless_others_are_asked(text: str, kind: Kind) -> None:
    cues = {hit.cue for hit in finder().find(fold(text))}

    assert kind_in_words(cues, Kind.RECOMMENDATION) is kind
    assert kind_in_words(cues, Kind.PRICING) is Kind.PRICING

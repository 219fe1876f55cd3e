import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.words import Negative, Role
from nlp.cues import MOST_HITS, CueFinder, Side, compiled, finder, read_cues
from nlp.goods import GOODS
from nlp.text import fold

#: What each cue is there for.
SAID = {
    "asks_recommendation": "Could anybody recommend a decent printer?",
    "looking_for": "We are looking for a small van.",
    "in_the_market": "I can't decide and am on the fence.",
    "asks_best": "What is the best wiki for a school?",
    "asks_is_there": "Is there something that syncs both?",
    "asks_thing": "I want a good app that reads receipts.",
    "asks_what_used": "What do you guys use for this?",
    "asks_should_i": "Should I buy the larger one?",
    "asks_which": "Which one of these is quieter?",
    "asks_where": "Where can I buy a spare lid?",
    "asks_experience": "Does anybody have experience with Lumabox?",
    "asks_opinion": "Thoughts on the new Lumabox?",
    "asks_anybody": "Has anybody been there?",
    "asks_worth": "Is the Lumabox any good?",
    "compares": "Lumabox vs the old one",
    "asks_alternative": "Any alternative to Lumabox?",
    "leaves_product": "We are switching from Lumabox.",
    "asks_price": "How much does a new roof cost?",
    "about_to_buy": "I want to buy a scooter.",
    "wanted": "WTB: a left-handed mouse",
    "pays_cash": "I would pay for that gladly.",
    "hires": "I want to hire a painter.",
    "budget": "My budget is small.",
    "deadline": "We need it by next month.",
    "new_at_this": "I am new to this.",
    "asks_help_choosing": "Please help me choose a tent.",
    "requirements": "It must have two drawers.",
    "thanks_ahead": "Thanks in advance!",
    "has_looked": "I've looked at three of them.",
    "has_quotes": "I have two quotes from plumbers.",
    "asks_fair_price": "Is 300 for a day reasonable?",
    "has_trialled": "We had a demo of both.",
    "contract_ends": "Our contract is up in May.",
    "asked_to_choose": "My boss wants a new one.",
    "picks_between": "We're down to two, leaning towards the first.",
    "must_replace": "We need to replace the pump.",
    "asks_peers": "I'd love to hear from those who have one.",
    "sum_set_aside": "We've put 900 aside.",
    "made_it": "I built a small tool for it.",
    "own_product": "My startup does this.",
    "calls_to_act": "Sign up for the beta today.",
    "for_sale": "[FS] an old lathe",
    "wants_cash": "[H] lathe [W] PayPal",
    "advertises": "Fully insured, free quotes.",
    "promotes": "20% off, use code SUMMER.",
    "wants_feedback": "Looking for feedback on my draft.",
    "recruits": "We're hiring, apply now.",
    "seeks_work": "I am looking for work.",
    "researches": "Please fill in this survey.",
    "studies": "It is for my thesis.",
    "wants_free": "Can I get it for free?",
    "how_to": "How do I rename a field?",
    "trouble": "It crashes with an error.",
    "code": "The compiler wants a function here.",
    "solved": "[Solved] squeaky hinge",
    "closes": "Thanks everyone for the tips!",
    "reviews": "Just got my Lumabox and love it.",
    "advises": "I'd recommend the small one.",
    "discusses": "Unpopular opinion: hinges should squeak.",
    "lists": "A guide to hinges",
    "not_looking": "We are not looking for a van.",
    "invites_buyer": "If you're looking for hinges, we have them.",
    "reports_news": "According to the papers it rains.",
    "asks_worth_of_one": "Is Lumabox worth it?",
    "asks_one_who_uses": "I noticed you use Lumabox, may I ask how it turned out?",
    "says_to_buy": "We need to hire a sign painter.",
    "seeks_people_to_ask": "Looking for shop owners who will answer ten questions.",
    "offers_self": "My contract ends in May so I'm looking for a new team.",
    "quotes_others": 'She said: "which van should we get"',
}  # fmt: skip


def names(text: str) -> set[str]:
    return {hit.cue.name for hit in finder().find(fold(text))}


def test_every_cue_has_an_example() -> None:
    assert sorted(SAID) == sorted(cue.name for cue in finder().cues)


@pytest.mark.parametrize(("name", "text"), SAID.items())
def test_a_cue_is_found_in_what_it_is_there_for(name: str, text: str) -> None:
    assert name in names(text)


@pytest.mark.parametrize("text", ["", "The weather was fine and we went home.", "é\ud800 \0"])
def test_plain_talk_has_no_cues(text: str) -> None:
    assert names(text) == set()


@pytest.mark.parametrize(
    ("text", "unheard"),
    [
        ("We are not looking for a van.", "looking_for"),
        ("I was looking for a van and found one, thanks.", "looking_for"),
        ("Looking for a van? Call us today.", "looking_for"),
        ("I am looking for a job in the north.", "looking_for"),
    ],
)
def test_an_ask_within_what_silences_it_is_not_heard(text: str, unheard: str) -> None:
    assert unheard not in names(text)
    assert unheard in names(f"{text} {'x' * 200} We are looking for a tent. What is the best?")


def test_a_wrapped_line_is_read_as_one() -> None:
    assert "looking_for" in names("> \nWe are\nlooking for   a van")


def test_a_hit_is_quoted_without_the_blanks_around_it() -> None:
    text = fold("Well. \n looking for a van ")

    (hit,) = (hit for hit in finder().find(text) if hit.cue.name == "looking_for")

    assert text[hit.start : hit.end] == "looking for"


def test_a_cue_says_who_the_author_is() -> None:
    cues = {cue.name: cue for cue in finder().cues}

    assert cues["recruits"].role is Role.RECRUITER
    assert cues["solved"].negative is Negative.SOLVED
    assert cues["asks_best"].side is Side.ASKS
    assert all(cue.reason and cue.anchors for cue in cues.values())


def test_a_cue_that_repeats_is_heard_some_times() -> None:
    table = "[words]\nA = 'ay'\n[[cue]]\nname = 'a'\nside = 'context'\nreason = 'r'\n"
    few = CueFinder(read_cues(table + "anchors = ['ay']\npattern = '''\n<A>\n (?:b)?\n'''\n"))

    hits = few.find("ay b " * (MOST_HITS + 5))

    assert len(hits) == MOST_HITS
    assert (hits[1].start, hits[1].end) == (5, 9)


@pytest.mark.parametrize("name", [cue.name for cue in finder().cues])
def test_no_pattern_takes_long_on_a_text_made_for_it(name: str) -> None:
    (cue,) = (cue for cue in finder().cues if cue.name == name)
    pattern = compiled(cue.pattern)
    hostile = [(anchor + " ") * 2_000 for anchor in cue.anchors[:3]] + ["looking for a " * 1_000]
    began = time.perf_counter()

    for text in hostile:
        for _ in pattern.finditer(text[:20_000]):
            pass

    assert time.perf_counter() - began < 2


@given(st.text(st.characters(exclude_categories=()), max_size=200))
def test_hits_lie_within_the_text(text: str) -> None:
    for hit in finder().find(fold(text)):
        assert 0 <= hit.start <= hit.end <= len(text)


def test_goods_come_in_the_plural_too() -> None:
    assert {"laptop", "laptops", "agency", "agencies", "lens", "lenses", "bus"} & GOODS >= {
        "laptop", "laptops", "agency", "agencies", "lens", "lenses",
    }  # fmt: skip
    assert all(word == fold(word) and word.isalpha() for word in GOODS)

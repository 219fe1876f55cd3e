"""Twins of the same words, of which one asks and the other denies, quotes, tells, sells or jests.

A twin is told when no cue of those who ask is heard in it, or one of the others is heard as well:
how much each counts is learned.
"""

import pytest

from nlp.cues import Cue, Side, finder
from nlp.text import read

TWINS = [
    ("I'm looking for a van.", "I'm not looking for a van."),
    ("We're in the market for a CRM.", "We're not in the market for a CRM."),
    ("I am looking to replace Lumabox.", "I'm not looking to replace Lumabox, I like it."),
    ("Looking for recommendations please.", "Not looking for recommendations, just venting."),
    ("Should I upgrade my router?", "No need to upgrade my router, it works."),
    ("I'm interested in getting a dog trainer.", "I'm not interested in getting a dog trainer."),
    (
        "Can you recommend a plumber?",
        "Please don't recommend a plumber, I only want to know the law.",
    ),
    (
        "Can anyone recommend a plumber?",
        "> Can anyone recommend a plumber?\nCall the council first.",
    ),
    ("Is the Lumabox any good?", "> Is the Lumabox any good?\nMine lasted ten years."),
    (
        "We are looking for a caterer.",
        "On Monday Ann wrote:\n> We are looking for a caterer.\nSame here last year.",
    ),
    (
        "The meeting moved. I'm looking for a used lathe.",
        "The meeting moved.\n-- \nAlways looking for a used lathe!",
    ),
    ("WTB: 50mm lens", "Nice pictures.\n-- \nWTB: 50mm lens"),
    (
        "I was looking for a rota app and still am, any tips?",
        "I was looking for a rota app and found one, thanks.",
    ),
    (
        "Looking for a label printer, help appreciated.",
        "EDIT: bought the label printer, thanks for the help.",
    ),
    ("Which lawn mower should I get?", "Update: went with the small lawn mower."),
    (
        "Any suggestions for a CRM?",
        "Thanks for all the suggestions for a CRM, we ended up choosing the second.",
    ),
    ("Looking for a bike rack.", "[Solved] Looking for a bike rack"),
    (
        "What CRM do you use? We have to pick one.",
        "What CRM do you use? Asking for my startup's research.",
    ),
    (
        "What do you use to plan shifts? Ours is awful.",
        "What do you use to plan shifts? I'm validating an idea for an app.",
    ),
    ("Which phone should I buy?", "Which phone would you buy? It's for a survey in my class."),
    (
        "What problems do you have with your CRM? We want to leave ours.",
        "What are your biggest pain points with your CRM? Doing customer discovery.",
    ),
    ("What is the best way to heat a shed?", "Who even needs a heated shed?"),
    (
        "Why do people prefer Lumabox? Trying to choose.",
        "Why would anyone ever buy a Lumabox? What a joke.",
    ),
    ("Which charger should I buy?", "Do I really need yet another charger? Rant over."),
    (
        "Looking for a caterer in Leeds.",
        "Looking for a caterer in Leeds? We cook for parties of any size.",
    ),
    ("I need help with SEO.", "Need help with SEO? DM me."),
    ("What should I look for in a CRM?", "What to look for in a CRM: our free guide."),
    ("I'm looking for a good rota app.", "For anyone looking for a good rota app: I made one."),
    ("Which one would you get?", "I would get the second one, it is quieter."),
    ("Can you recommend a tent?", "I can recommend the two-man tent, we have had it for years."),
    ("I'd suggest what? Please suggest a mixer.", "I'd suggest you look at the small mixer."),
    ("I'm looking for a copywriter.", "I'm a copywriter looking for work."),
    (
        "We need to hire a designer for a logo.",
        "We're hiring a full-time designer, apply with your CV.",
    ),
    ("What's a good wiki?", "What's the best way to rename a page in my wiki?"),
]


def heard(body: str) -> list[Cue]:
    return [hit.cue for part in read("", body).fields for hit in finder().find(part.folded)]


@pytest.mark.parametrize(("ask", "twin"), TWINS)
def test_who_asks_is_told_from_who_only_uses_the_words(ask: str, twin: str) -> None:
    assert any(cue.side is Side.ASKS for cue in heard(ask))
    sides = {cue.side for cue in heard(twin)}
    assert Side.ASKS not in sides or Side.NOT in sides

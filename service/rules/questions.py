"""What to ask about a fact that a buyer has not told: openly, so that it fits into a thread.

Each question helps the asker to a better answer too. Nobody is asked in public what they can pay
or whom they answer to.
"""

from collections.abc import Mapping

#: By the fact's name: what to ask, and what to listen for.
QUESTIONS: Mapping[str, tuple[str, str]] = {
    "need": (
        "What goes wrong today that should not go wrong any more?",
        "a pain in their own words, not the wish for a feature",
    ),
    "budget": (
        "Is there a price range in which an answer helps you, or is something paid for already?",
        "a sum, or what the present way costs",
    ),
    "authority": (
        "Who else has to be happy with it in the end?",
        "whether they decide, recommend, or only use it",
    ),
    "timeline": (
        "Is there a day by which it has to work?",
        "a date, a contract that ends, a season",
    ),
}


def question_for(fact: str) -> tuple[str, str] | None:
    """Return what to ask about a fact, and what to listen for; None: nothing is asked of it."""
    return QUESTIONS.get(fact)

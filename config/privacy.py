"""What people who are heard are told of it: ``privacy.toml``, the words of the page at /privacy.

GDPR, Art. 14: who keeps it, why and on what ground, what, where from, who sees it, for how long,
what they may ask, and where to complain. What Harken knows itself (the sources, the days) the page
adds; what only the house knows stands here.
"""

from typing import Annotated

from pydantic import AfterValidator, Field

from config.shape import Email, Prose, Shape, Url

#: Where the address of the page goes in the line for the first answer.
PLACE = "{page}"

_Plain = Annotated[str, Field(max_length=300)]


def check_line_to_add(value: str) -> str:
    """Return ``value`` if it says where people can read on.

    Raises:
        ValueError: it has no place for the page's address.
    """
    if PLACE not in value:
        raise ValueError(f"has no {PLACE}: write it where the address of the page goes")
    return value.strip()


class Controller(Shape):
    """Who answers for what is kept, as the law calls them: the house itself."""

    name: _Plain = ""  # "Tidepool GmbH"; empty: nobody said so yet
    address: Prose = ""
    email: Email | None = None


class Officer(Shape):
    """Who looks after data protection in the house, where somebody does."""

    name: _Plain = ""
    email: Email | None = None


class Authority(Shape):
    """Where people complain of the house."""

    name: _Plain = ""
    url: Url | None = None


class Notices(Shape):
    """The words of the page, and of the line that leads to it."""

    page: Url | None = None  # where it stands when not here; None: this Harken's own /privacy
    line: Annotated[str, Field(max_length=500), AfterValidator(check_line_to_add)] = (
        f"How I came across your post, and what you may ask of us: {PLACE}"
    )
    controller: Controller = Controller()
    officer: Officer = Officer()
    authority: Authority = Authority()
    list_sources: bool = True
    purposes: Prose = (
        "People ask in public what to buy. We read some of the places where they do, so that one "
        "of us who knows the matter can decide whether to answer. We send no mass mail and no "
        "automatic answers: a person reads what you wrote and answers in their own name, or not "
        "at all."
    )
    basis: Prose = (
        "Our legitimate interest in finding the people who ask for what we offer, and in "
        "answering them (Article 6(1)(f) GDPR). We weighed it against your interests: only what "
        "anybody can read is read, little of it is kept and for a short time, no machine decides "
        "anything about you alone, and you can object at any time, without giving a reason."
    )
    kept: Prose = (
        "The name that you use where you wrote, the address of your profile and of the post, what "
        "the post says and when you wrote it; how sure we are that you look for something to buy, "
        "and what for; and notes of our people on what they did about it. Nothing else is looked "
        "up about you: no pictures, no mail addresses, no guesses about your health, beliefs or "
        "politics."
    )
    recipients: Prose = (
        "Our own people who answer, and those who keep this service running. It is not sold."
    )
    transfers: Prose = ""
    rights: Prose = (
        "You may ask what we keep of you and get a copy, have it corrected or erased, have its "
        "use restricted, and object to its use at any time. Once you object we stop, and do not "
        "take in what you write later. The form below does all of that; so does a message to us."
    )

    def line_with(self, page: str) -> str:
        """Return the line for the first answer, with the address of the page."""
        return self.line.replace(PLACE, page)

"""Whether an answer is fit to be posted: manners of communities, checked before a human posts it.

Pure: a text, the rules of the house and what was written before go in, findings come out, each
with the place that it is about. Harken posts nothing; this is to keep people from being removed,
banned, or taken for a robot.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from difflib import SequenceMatcher
from enum import StrEnum
from itertools import islice
from urllib.parse import urlsplit

from service.rules.etiquette_words import (
    ASKS_FOR_LINK,
    AWAY,
    CONTACT,
    DISCLOSED,
    LINK,
    PROMOTION,
    SAYS_ANSWER_FIRST,
    SAYS_DISCLOSE,
    SAYS_IF_ASKED,
    SAYS_NO_LINKS,
    SAYS_NO_PROMOTION,
    SAYS_ONE_LINK,
    SHORTENED,
    SHOUTED,
    TRACKED,
)

#: Characters; longer answers are skimmed, shorter ones say too little to help.
LONG, SHORT = 1_200, 80
#: Links that are too many where a community says nothing of them.
MOST_LINKS = 2
_SENTENCE = re.compile(r"[^.!?\n]+[.!?]*")
_WORD = re.compile(r"\w+(?:['\u2019]\w+)?")
_MOST_WORDS = 400  # of a text that are compared: the work grows with their square
_LEAST_SAME = 6  # words in a row that make a passage the same


class Manner(StrEnum):
    """What a finding is about."""

    LINKS = "links"
    PROMOTION = "promotion"
    DISCLOSURE = "disclosure"
    SAME_TEXT = "same_text"
    LENGTH = "length"
    COMMUNITY = "community"
    NOTICE = "notice"


class Weight(StrEnum):
    """How much a finding matters."""

    BREAKS = "breaks"  # a rule of the house, or what readers are owed
    CARE = "care"  # look at it once more


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """A sentence of the house rules that a check goes by."""

    words: str


@dataclass(frozen=True, slots=True, kw_only=True)
class House:
    """What a community asks for, as far as its rules could be read. None: it says nothing."""

    most_links: int | None = None
    if_asked: bool = False  # links are fine when somebody asked for one
    links: Rule | None = None
    promotion: Rule | None = None  # it wants none
    disclosure: Rule | None = None  # it wants to know who speaks
    answer_first: Rule | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Own:
    """What is ours, so that an answer must say so when it speaks of it."""

    names: tuple[str, ...] = ()  # of products, as people write them
    hosts: tuple[str, ...] = ()  # "www.example.com"


@dataclass(frozen=True, slots=True, kw_only=True)
class Earlier:
    """An answer for somebody else, by us, that is nearly the same."""

    text: str
    lead_id: str
    by: str  # a person's name
    at: datetime
    is_posted: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """Something about the text, and where. Offsets are code points; equal ones: of all of it."""

    manner: Manner
    weight: Weight
    words: str
    start: int
    end: int
    lead_id: str | None = None  # the other lead, of a text that was written before


def read_rules(rules: str) -> House:
    """Return what house rules in plain words ask for, as far as it can be told.

    What is not understood is not lost: the rules are shown beside the answer in full.
    """
    sentences = [Rule(words=" ".join(s.group().split())) for s in _SENTENCE.finditer(rules)]

    def saying(pattern: re.Pattern[str]) -> Rule | None:
        return next((rule for rule in sentences if pattern.search(rule.words)), None)

    one, none = saying(SAYS_ONE_LINK), saying(SAYS_NO_LINKS)
    most = 1 if one else 0 if none else None
    about_links = one or none
    return House(
        most_links=most,
        if_asked=about_links is not None and bool(SAYS_IF_ASKED.search(about_links.words)),
        links=about_links,
        promotion=saying(SAYS_NO_PROMOTION),
        disclosure=saying(SAYS_DISCLOSE),
        answer_first=saying(SAYS_ANSWER_FIRST),
    )


def check(
    text: str,
    house: House,
    own: Own,
    earlier: Sequence[Earlier] = (),
    *,
    is_asked: bool = False,
    notice: str | None = None,
) -> tuple[Finding, ...]:
    """Return what is to be said about an answer, in the order of the text.

    Args:
        text: the answer as it would be posted.
        house: what the community asks for.
        own: what is ours.
        earlier: answers for others that are nearly the same, the newest first.
        is_asked: whether the asker asked for a link.
        notice: the address at which they read that we have words of theirs, where they are still
            to be told; such a link promotes nothing, and is not counted.
    """
    if not text.strip():
        return ()
    found = [
        *_notice(text, notice),
        *_links(text, house, own, is_asked=is_asked, notice=notice),
        *_promotion(text, house),
        *_disclosure(text, house, own),
        *_same_text(text, earlier),
        *_length(text),
        *_first_things_first(text, house, own),
    ]
    return tuple(sorted(found, key=lambda one: (one.start, one.end, one.manner)))


def asks_for_link(text: str) -> bool:
    """Tell whether somebody asks for an address in ``text``."""
    return bool(ASKS_FOR_LINK.search(text))


def proper_names(products: Iterable[str]) -> tuple[str, ...]:
    """Return those of a topic's products that are names: "Tidepool", and neither "CRM" nor "crm".

    A topic lists kinds of product beside names; to speak of a kind is no promotion.
    """
    return tuple(
        name
        for name in products
        if any(word[:1].isupper() and not word.isupper() for word in name.split())
    )


def _notice(text: str, page: str | None) -> Iterator[Finding]:
    """Find that a first answer does not say where people read what we have of them."""
    if page is not None and page not in text:
        yield Finding(
            manner=Manner.NOTICE,
            weight=Weight.CARE,
            words="They are owed to hear where you have their post from, at the first contact at "
            f"the latest: add {page}, or tell them by a message.",
            start=0,
            end=0,
        )


def _links(
    text: str, house: House, own: Own, *, is_asked: bool, notice: str | None
) -> Iterator[Finding]:
    links = [
        link
        for link in LINK.finditer(text)
        if notice is None or not link.group().startswith(notice)
    ]
    most = MOST_LINKS if house.most_links is None else house.most_links
    if house.if_asked and is_asked:
        most = max(most, 1)
    for number, link in enumerate(links, 1):
        for words, weight in _of_link(link.group(), own):
            yield _at(link, Manner.LINKS, weight, words)
        if number > most:
            breaks = house.links is not None
            yield Finding(
                manner=Manner.COMMUNITY if breaks else Manner.LINKS,
                weight=Weight.BREAKS if breaks else Weight.CARE,
                words=_too_many(number, house),
                start=link.start(),
                end=link.end(),
            )


def _too_many(number: int, house: House) -> str:
    if house.links is None:
        return f"Link number {number}: an answer with many links reads like an advert."
    return f"The community's rule: “{house.links.words}”"


def _of_link(link: str, own: Own) -> Iterator[tuple[str, Weight]]:
    if SHORTENED.search(link):
        yield "A shortened link hides where it leads; give the address itself.", Weight.BREAKS
    if TRACKED.search(link):
        yield "The address carries a tracking tag; take off what follows the “?”.", Weight.CARE
    if _host(link) in own.hosts:
        yield "A link to our own site: only if it answers what they asked.", Weight.CARE


def _host(link: str) -> str:
    try:
        return urlsplit(link if "//" in link else f"//{link}").hostname or ""
    except ValueError:
        return ""


def _promotion(text: str, house: House) -> Iterator[Finding]:
    rule = house.promotion
    for found in PROMOTION.finditer(text):
        words = "Reads like an advert; say what it does instead."
        if rule is None:
            yield _at(found, Manner.PROMOTION, Weight.CARE, words)
        else:
            told = f"{words} The community's rule: “{rule.words}”"
            yield _at(found, Manner.COMMUNITY, Weight.BREAKS, told)
    for found in AWAY.finditer(text):
        yield _at(
            found,
            Manner.PROMOTION,
            Weight.CARE,
            "Draws the talk away from where others can read it; answer here.",
        )
    for found in CONTACT.finditer(text):
        yield _at(
            found, Manner.PROMOTION, Weight.CARE, "An address or a number for everybody to read."
        )
    for found in SHOUTED.finditer(text):
        yield _at(found, Manner.PROMOTION, Weight.CARE, "Sounds shouted.")


def _disclosure(text: str, house: House, own: Own) -> Iterator[Finding]:
    """Find what is ours and not said to be; where the house asks, that nobody says who speaks."""
    if DISCLOSED.search(text):
        return
    ours = next(_ours(text, own), None)
    if ours is not None:
        yield Finding(
            manner=Manner.DISCLOSURE,
            weight=Weight.BREAKS,
            words="This is ours, and the answer does not say so. Add who you work for.",
            start=ours[0],
            end=ours[1],
        )
    elif house.disclosure is not None:
        yield Finding(
            manner=Manner.COMMUNITY,
            weight=Weight.CARE,
            words=f"Nobody reads here who you are. The community's rule: "
            f"“{house.disclosure.words}”",
            start=0,
            end=0,
        )


def _ours(text: str, own: Own) -> Iterator[tuple[int, int]]:
    """Yield the places at which the text speaks of what is ours, in their order."""
    places = [link.span() for link in LINK.finditer(text) if _host(link.group()) in own.hosts]
    for name in own.names:
        pattern = rf"(?<!\w){re.escape(name)}(?!\w)"
        places += [found.span() for found in re.finditer(pattern, text, re.IGNORECASE)]
    yield from sorted(places)


def _same_text(text: str, earlier: Sequence[Earlier]) -> Iterator[Finding]:
    if not earlier:
        return
    latest = earlier[0]
    start, end = _longest_in_common(text, latest.text)
    people = "1 other person" if len(earlier) == 1 else f"{len(earlier)} other people"
    done = "posted" if any(one.is_posted for one in earlier) else "drafted"
    yield Finding(
        manner=Manner.SAME_TEXT,
        weight=Weight.BREAKS,
        words=f"Nearly this text was {done} for {people}, last by {latest.by}. Write to this one.",
        start=start,
        end=end,
        lead_id=latest.lead_id,
    )


def _longest_in_common(text: str, other: str) -> tuple[int, int]:
    """Return where the longest passage of ``text`` stands that ``other`` has too, by words."""
    words = list(islice(_WORD.finditer(text), _MOST_WORDS))
    others = _WORD.findall(other.casefold())[:_MOST_WORDS]
    folded = [word.group().casefold() for word in words]
    found = SequenceMatcher(None, folded, others, autojunk=False).find_longest_match()
    if found.size < _LEAST_SAME:
        return 0, 0
    return words[found.a].start(), words[found.a + found.size - 1].end()


def _length(text: str) -> Iterator[Finding]:
    said = text.rstrip()
    if len(said) > LONG:
        yield Finding(
            manner=Manner.LENGTH,
            weight=Weight.CARE,
            words=f"{len(said)} characters; from {LONG} on few read to the end.",
            start=LONG,
            end=len(said),
        )
    elif len(said) < SHORT:
        yield Finding(
            manner=Manner.LENGTH,
            weight=Weight.CARE,
            words="Very short: does it answer what they asked?",
            start=0,
            end=len(said),
        )


def _first_things_first(text: str, house: House, own: Own) -> Iterator[Finding]:
    """Find the product in the first sentence, where a community wants the answer first."""
    opening = _SENTENCE.search(text)
    if house.answer_first is None or opening is None:
        return
    for start, end in _ours(text[: opening.end()], own):
        yield Finding(
            manner=Manner.COMMUNITY,
            weight=Weight.CARE,
            words=f"It begins with the product. The community's rule: "
            f"“{house.answer_first.words}”",
            start=start,
            end=end,
        )
        return


def _at(found: re.Match[str], manner: Manner, weight: Weight, words: str) -> Finding:
    return Finding(manner=manner, weight=weight, words=words, start=found.start(), end=found.end())

"""Slots of who speaks for an organisation: who decides there, and who buys for it.

That an organisation is spoken of is not enough. The author has to be of it now ("my company", "we
are a charity", "I run a shop"), to want something for it ("a till for a small shop"), or to say
that the choice or the money is theirs.
"""

import re
from collections.abc import Iterator
from typing import Final

from nlp.judgement import Slot
from nlp.slot_field import SlotField
from nlp.slot_words import ATTENDED, CLASS_OF, IN_CHARGE, OWNED, words_in

#: What an authority slot says of its author, see `nlp.bant`.
DECIDES = "decides"
BUYS_FOR_OTHERS = "buys for others"

_LONGEST_GROUP = 6


_RUNS = words_in(
    "run own manage founded started opened running managing starting opening launching"
)
_RUNNER = frozenset(("i", "we", "i'm", "we're", "am", "are", "i've", "we've"))
#: Before "my company" these tell where something was or came from: an employee speaks.
_AS_EMPLOYEE = words_in("at by within from inside with in left leaving quit")
#: Behind "for a company" these leave it what something is for; another noun would be that.
_STOPS_A_GROUP = words_in(
    "of in with that which who where and or but to on at near based is are has have here if as so "
    "like looking needing because since please about"
)
#: Between "we are" and an organisation these say that the author is none.
_NOT_WE = words_in(
    "not near at in with by from to for of looking going leaving beside outside opposite like "
    "than using getting having trying about"
)
_OTHERS = words_in("anyone anybody someone somebody who people they he she you")
_DO = words_in(
    "tried used use using uses had done run running implemented work works worked working bought"
)
_PAST = frozenset(("used", "worked", "previously", "formerly", "ex", "once"))

#: An organisation, and whether its author decides there.
_Said = tuple[int, str]
_NOT_SAID: Final[_Said] = (-1, "")


def group(field: SlotField, _: int, end: int) -> Iterator[Slot]:
    """Yield "we're a 20-person agency", "my company": who speaks for an organisation."""
    first = end - 1
    while first > 0 and end - first <= _LONGEST_GROUP:
        if field.looks[first - 1] in ("end", "mark"):
            return
        first -= 1
        if found := _speaks_for(field, first, end):
            if found != _NOT_SAID:
                yield field.slot("authority", found[0], end, found[1])
            return


def _speaks_for(field: SlotField, first: int, end: int) -> _Said | None:
    """Return where an organisation's quote begins, `_NOT_SAID` if the words speak against one."""
    words, word = field.words, field.words[first]
    if word in ("my", "our") and end - first <= 3:
        return _owned(field, first, end)
    if word in _RUNS and field.word(first - 1) in _RUNNER:
        begins = first - (field.word(first - 1) in ("i", "we"))
        return begins, DECIDES
    if word == "for" and words[first + 1] in ("a", "an", "our"):
        is_for = words[first + 1] == "our" or _is_for(field, first, end)
        return (first + 1, BUYS_FOR_OTHERS) if is_for else _NOT_SAID
    if word == "we're" or words[first : first + 2] == ["we", "are"]:
        between = words[first + 1 : end - 1]
        return (first, BUYS_FOR_OTHERS) if _NOT_WE.isdisjoint(between) else _NOT_SAID
    return None


def _owned(field: SlotField, first: int, end: int) -> _Said:
    group_word = field.words[end - 1]
    if field.words[first] == "our":
        return first, BUYS_FOR_OTHERS
    if group_word in OWNED:
        return first, DECIDES
    if group_word in ATTENDED or field.word(first - 1) in _AS_EMPLOYEE:
        return _NOT_SAID
    return first, BUYS_FOR_OTHERS


def _is_for(field: SlotField, first: int, end: int) -> bool:
    """Whether "for a company" says what the author wants something for, now."""
    if field.look(end) not in ("end", "mark") and field.word(end) not in _STOPS_A_GROUP:
        return CLASS_OF.get(field.word(end)) == "group"
    start = first
    while start > 0 and field.looks[start - 1] != "end":
        start -= 1
    before = field.words[start:first]
    if not _PAST.isdisjoint(before[-4:]):
        return False
    other = next((at for at, word in enumerate(before) if word in _OTHERS), len(before))
    return _DO.isdisjoint(before[other:])


def charge(field: SlotField, start: int, end: int) -> Iterator[Slot]:
    """Yield "I'm the founder", "as the owner", "in charge of": who says to decide."""
    before = field.words[max(0, start - 3) : start]
    owns_a_thing = field.words[start] == "owner" and not (
        field.word(start - 1) == "the" or CLASS_OF.get(field.word(start - 1)) == "group"
    )
    if not IN_CHARGE.isdisjoint(before) and not owns_a_thing:
        first = next(at for at in range(max(0, start - 3), start) if field.words[at] in IN_CHARGE)
        yield field.slot("authority", first, end, DECIDES)


def told(field: SlotField, start: int, end: int) -> Iterator[Slot]:
    """Yield "my boss wants", "our supervisor asked": who buys for others."""
    if field.word(start - 1) in ("my", "our"):
        yield field.slot("authority", start - 1, end, BUYS_FOR_OTHERS)


_HEADS = r"(?:owner|founder|co-?founder|ceo|cto|cfo|coo|cio|director|president|principal|head)"
_LEADS = r"(?:manager|lead|admin|administrator|buyer|purchaser|bookkeeper|secretary|treasurer)"
_GROUP = (
    r"(?:company|business|firm|agency|startup|shop|store|restaurant|clinic|practice|school"
    r"|charity|nonprofit|organi[sz]ation|studio|office|farm|caf[e\u00e9]|hotel|salon)"
)
_DECIDES = re.compile(
    rf"""
      \bi(?:'m|\ am)\ (?:the\ )?(?:one|person)\ (?:who|that)\ (?:decides|buys|signs|approves|pays
        |picks|chooses)
    | \bi(?:'m|\ am)\ the\ decision[ -]maker | \bdecision\ is\ mine
    | \bi\ (?:\w+\ )?(?:have|get)\ the\ (?:final|last)\ (?:say|word)
    | \bi\ (?:\w+\ )?make\ the\ (?:final\ )?(?:decision|call) | \bi\ get\ to\ decide
    | \bi\ (?:hold|control|own)\ the\ budget
    | \bi(?:'m|\ am)\ (?:the\ |our\ )?(?:head\ of|responsible\ for\ (?:buying|purchasing
        |procurement|choosing|selecting|picking))
    | \bi\ (?:do|handle|run)\ (?:the\ |our\ |all\ )?(?:buying|purchasing|procurement)
    | (?:^|(?<=[.!?\n]\ )|(?<=\n))(?:[\w&/-]{{1,20}}\ ){{0,3}}{_HEADS}(?:\ of\ \w{{1,20}})?\ here\b
    """,
    re.VERBOSE,
)
_BUYS = re.compile(
    rf"""
      \bbudget\ (?:(?:is|was|has\ been|got|just|already|now|finally)\ ){{0,3}}
        (?:approved|signed\ off|secured)\b | \bapproved\ budget\b
    | \bi(?:'m|\ am)\ the\ (?:\w{{1,20}}\ ){{0,2}}{_LEADS}\b
    | (?:^|(?<=[.!?\n]\ )|(?<=\n))(?:[\w&/-]{{1,20}}\ ){{0,3}}{_LEADS}\ here\b
    | \b(?:my|our)\ (?:family|parents|wife|husband|partner|mother|mum|mom|father|dad)
        \ (?:own|run)s?\ (?:an?|the)\ (?:\w{{1,20}}\ ){{0,2}}{_GROUP}\b
    | \bthe\ (?:\w{{1,20}}\ ){{0,3}}{_GROUP}\ (?:that\ )?(?:i|we)\ work\ (?:for|at)\b
    """,
    re.VERBOSE,
)
#: Words of which each way of saying it has one.
WORDS = words_in("""
    decides buys signs approves pays picks chooses decision final last decide call budget head
    responsible buying purchasing procurement here approved secured own owns run runs work manager
    lead
""")
_AROUND = 80  # code points of what is said


def spoken(field: SlotField, start: int, end: int) -> Iterator[Slot]:
    """Yield what says in so many words that the author decides, or has the money of others."""
    starts, ends = field.part.tokens.starts, field.part.tokens.ends
    first = max(0, starts[start] - field.begins - _AROUND)
    last = ends[end - 1] - field.begins + _AROUND
    for pattern, said in ((_DECIDES, DECIDES), (_BUYS, BUYS_FOR_OTHERS)):
        for found in pattern.finditer(field.folded, first, last):
            yield field.quoted("authority", found.start(), found.end(), said)

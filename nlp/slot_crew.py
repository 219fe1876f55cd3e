"""Slots of how many people an author is asking for: colleagues, and trades by their own names.

Trades are hired as well as employed. Five drivers are a team where the author speaks of "us" or
says nothing else, and not where they were called, asked or paid.
"""

from collections.abc import Iterator

from nlp.judgement import Slot
from nlp.slot_counts import first_of, is_open, past
from nlp.slot_field import SlotField
from nlp.slot_words import words_in
from nlp.sums import NUMBERS, normalised_size

_STAFF = words_in("""
    volunteers colleagues coworkers teammates staffers clerks trainees apprentices interns ftes
    founders cofounders
""")
_TRADES = words_in("""
    groomers stylists hairdressers barbers cleaners drivers trainers designers editors writers
    analysts accountants bookkeepers attorneys paralegals nurses doctors dentists vets therapists
    teachers tutors instructors coaches carers caregivers chefs cooks bakers waiters baristas
    bartenders receptionists assistants mechanics fitters installers plumbers electricians roofers
    painters carpenters joiners gardeners landscapers builders labourers laborers operators packers
    couriers photographers consultants advisors advisers managers dispatchers guards officers
    researchers scientists recruiters marketers sellers brokers realtors programmers testers admins
    sysadmins florists machinists welders hygienists physios pharmacists architects surveyors
    workers partners freelancers
""")
_WE = words_in("we we're")
#: Where the number of a crew may stand next to.
WORDS = _STAFF | _TRADES | _WE | {"us"}

#: Before a number these say which ones, not how many there are.
SOME_OF_THEM = words_in("first last next other another these those more extra additional")
#: Between a number and people these say that it is not they who are counted.
NOT_COUNTED = words_in("per for of to by each other different more new a /")
_ABOUT = words_in("just only now currently about around all")
_IN_ALL = words_in("strong altogether")
_LONGEST_COUNT = 4  # digits
_CLAUSE = 14  # tokens before a crew in which it is said whose it is
_OURS = words_in("we we're we've our us team staff")
_MINE = words_in("run own manage have employ")
_NOT_OURS = words_in("""
    called asked saw seen contacted hire hired hiring quote quotes from by spoke talked talking met
    interviewed interviewing need find want looking between recommend recommended tried than had
""")


def crew(field: SlotField, start: int, end: int) -> Iterator[Slot]:
    """Yield "8 volunteers", "5 of us", "we are 9", "three groomers" of one's own."""
    word = field.words[start]
    if word in _WE:
        found = _we_are(field, start)
    elif word == "us":
        found = _counted(field, start - 2) if field.word(start - 1) == "of" else None
        end = start + 1
    else:
        found = _of_trade(field, start)
    if found is None:
        return
    first, last = (start, found) if word in _WE else (found, end)
    if is_open(field, first):
        return
    size = normalised_size(field.slot("team_size", first, last).text)
    if size not in (None, "1"):
        yield field.slot("team_size", first, last, size)


def _we_are(field: SlotField, start: int) -> int | None:
    """Return past the last token of "we are 9" where nothing is counted by it."""
    at = start + 1 + (field.words[start] == "we" and field.word(start + 1) == "are")
    if field.words[start] == "we" and at == start + 1:
        return None
    at = field.skip(at, _ABOUT)
    if not _is_count(field, at):
        return None
    at = field.skip(past(field, at), _IN_ALL)
    stops = field.look(at) == "end" or field.word(at) in (",", ";", ")")
    return at if stops else None


def _of_trade(field: SlotField, at: int) -> int | None:
    """Return the first token of "four part-time drivers" that are the author's."""
    before = at - 1
    for _ in range(2):  # what kind of drivers
        if field.look(before) == "word" and not _is_count(field, before):
            if field.word(before) in NOT_COUNTED:
                return None
            before -= 1
    if field.word(before) == "+":  # "25+ drivers"
        before -= 1
    first = _counted(field, before)
    if first is None or field.word(first - 1) in SOME_OF_THEM:
        return None
    return first if field.words[at] in _STAFF or _is_ours(field, first, at + 1) else None


def _counted(field: SlotField, at: int) -> int | None:
    """Return the first token of the number or the range that ends at a token."""
    if not _is_count(field, at):
        return None
    first = first_of(field, at)
    if _is_count(field, first - 1) and field.joined(first, "-"):
        return first - 1
    if field.word(first - 1) in ("to", "or") and _is_count(field, first - 2):
        return first_of(field, first - 2)
    return first


def _is_count(field: SlotField, at: int) -> bool:
    word = field.word(at)
    return word in NUMBERS or (word.isdecimal() and len(word) <= _LONGEST_COUNT)


def _is_ours(field: SlotField, first: int, last: int) -> bool:
    """Whether people of a trade are the author's: "we" are spoken of, or nothing is said."""
    start = first
    while start > max(0, first - _CLAUSE) and field.looks[start - 1] != "end":
        start -= 1
    before = field.words[start:first]
    if not _NOT_OURS.isdisjoint(before):
        return False
    if not _OURS.isdisjoint(before) or ("i" in before and not _MINE.isdisjoint(before)):
        return True
    alone = not before or before[-1] in (",", "(", ":")
    return alone and (field.look(last) in ("end", "mark") or field.word(last) == "and")

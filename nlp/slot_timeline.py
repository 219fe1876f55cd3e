"""Slots of when a purchase is wanted or decided: days, spans and events that lie ahead.

A time counts by what leads to it. "By", "until", "before" nearly always set a term, "in March" or
"on Friday" do where nothing nearby is told of the past or done again and again, and a time without
any such word where somebody needs, wants or has to do something then.
"""

import re
from collections.abc import Iterator

from nlp.judgement import Slot
from nlp.slot_field import SlotField
from nlp.wording import Wording

#: What a timeline says, the lower the more: a term, a time when something is to happen, "soon".
TERM, TIME, READY, SOON = 0, 1, 4, 5
#: What is added where nobody has to, needs to or wants to do something then.
_NOT_OBLIGED = 2

_MONTH = (
    r"(?:jan(?:uary)?|feb(?:ruary)?|march|mar|april|apr|may|june?|july?|aug(?:ust)?"
    r"|sept?(?:ember)?|oct(?:ober)?|nov(?:ember)?|dec(?:ember)?)\b(?!')"
)
_WEEKDAY = r"(?:mon|tues?|wednes|thurs?|fri|satur|sun)day\b|(?:thurs?|tues?|weds?|fri)\b"
_ORDINAL = r"\d{1,2}(?:st|nd|rd|th)\b"
_DATE = (
    rf"(?:(?:the\ )?(?:{_ORDINAL}|\d{{1,2}})(?:\ of)?\ {_MONTH}(?:,?\ 20\d\d\b)?"
    rf"|{_MONTH}\.?\ (?:the\ )?(?:{_ORDINAL}|[0-3]?\d\b(?![:.,]?\d))(?:,?\ 20\d\d\b)?"
    rf"|{_MONTH}\ 20\d\d\b|20\d\d-\d\d(?:-\d\d)?\b|\d{{1,2}}[./]\d{{1,2}}[./](?:20)?\d\d\b)"
)
_SHORT_DATE = r"(?:[0-3]?\d[./][0-3]?\d\b\.?(?![\d%/]))"
_SEASON = (
    r"(?:spring|summer|autumn|fall|winter)"
    r"(?:\ (?:term|semester|holidays?|sales?|break|season|heat|rush|months|vacation))?\b"
)
_FEAST = (
    r"(?:christmas|x-?mas|easter|thanksgiving|black\ friday|cyber\ monday|halloween"
    r"|new\ year(?:'?s)?(?:\ eve)?|valentine'?s?(?:\ day)?|ramadan|diwali|(?:mother"
    r"|father)'?s\ day"
    r"|(?:the\ )?(?:(?:bank|summer|school|winter|autumn|easter|christmas|public)\ )?holidays?"
    r"|half[ -]term|spring\ break)(?:\ (?:week|weekend|sales?|rush|season))?\b"
)
_UNIT = r"(?:days?|weeks?|wks?|weekends?|months?|quarters?|terms?|semesters?|seasons?|years?)"
_COUNT = (
    r"(?:\d{1,3}(?:\ ?(?:-|to|or)\ ?\d{1,3})?(?:\ ?ish)?|an?|one|two|three|four|five|six|seven"
    r"|eight"
    r"|nine|ten|twelve|fifteen|twenty|thirty|sixty|ninety|(?:a\ )?couple(?:\ of)?|(?:a\ )?few)"
)
_KIND = r"(?:(?:next|this|coming|the|our|my|financial|fiscal|tax|school|calendar|academic)\ )"
_PART = (
    r"(?:(?:the\ )?(?:very\ )?(?:end|start(?=\ of)|beginning|middle"
    r"|close|turn|(?:first|second|last)"
    r"\ (?:week|half|day)s?)(?:\ of)?|early(?:\ in)?|late(?:\ in)?|mid|latest)[ -]"
)
_MOMENT = (
    r"(?:midnight|noon|tonight|tmrw|(?:2|to)morrow(?:\ (?:morning|night|evening))?"
    r"|eo[dwmqy]|(?:month|quarter|year)[ -]end)\b"
)
_NAMED = rf"(?:{_FEAST}|{_DATE}|{_MONTH}|{_SEASON}|{_WEEKDAY}|q[1-4]\b(?:\ 20\d\d\b)?|{_MOMENT})"
_PARTED = rf"{_PART}{_KIND}{{0,3}}(?:{_NAMED}|{_UNIT}\b|20\d\d\b)"
_AHEAD = rf"(?:(?:next|this|coming|upcoming)\ (?:coming\ )?(?:{_NAMED}|{_UNIT}\b))"
_SPAN = (
    rf"(?:(?:the\ )?(?:next|coming)\ )?{_COUNT}\ (?:(?:more|short|working|business)\ )?{_UNIT}\b"
)
_TIME = (
    rf"(?:{_PARTED}|{_DATE}|(?:the\ )?{_AHEAD}|(?:the\ )?(?:new\ year|morning"
    rf"|(?:week\ of\ the\ )?{_ORDINAL})(?:\ or\ (?:the\ )?{_ORDINAL})?"
    rf"|(?:the\ |our\ |my\ )?(?:next\ |coming\ )?(?:{_NAMED}|weekend\b))"
    rf"(?:\ (?:morning|evening|night|afternoon|at\ the\ latest))?"
)
_EVENT = (
    r"(?:audit|renewal|season|wedding|launch|move|trip|term|semester|deadline|go[ -]live"
    r"|conference"
    r"|exams?|school(?:\ year)?|heat|snow|frost|cold|birthday|anniversary|baby|inspection|opening"
    r"|event|festival|sale|lease|meeting|agm|rush|visit|tender|contract|trial|migration|audits"
    r"|holidays?|vacation|flight|harvest|fair|release|interview|race|marathon|guests|graduation"
    r"|year[ -]end|offer|subscription|price\ (?:rise|hike|increase)|series|concert"
    r"|tour|weekend|closing|completion|handover|expo|show)\b"
)
_TERM_WORD = (
    r"(?:by|before|until|till|til|'til|(?:no|not)\ later\ than|ahead\ of|in\ time\ for|prior\ to"
    r"|due|deadline(?:\ is|:)?|within|latest|come)"
)
_AT = r"(?:in|on|for|during|over|around|starting|as\ of|after)"

_TERMS = re.compile(
    rf"""
      \b(?:
        {_TERM_WORD}\ (?:about\ |around\ |say\ |like\ |roughly\ )?
          (?:{_TIME}|{_SHORT_DATE}|{_SPAN}|20[2-4]\d\b)
      | (?:before|by|until|till|ahead\ of)\ (?!(?:and|or|the\ same)\b)(?:[\w']+\ ){{1,6}}
          (?:in|on|by|at)\ {_TIME}
      | (?:by|before|until|till|ahead\ of|in\ time\ for|prior\ to)[ ]
          (?:(?:the|our|my|his|her|their|next|this|a)\ (?:[\w-]+\ ){{0,3}}?{_EVENT}|volume\ \d+)
      | (?:ends?|expir(?:es|ing)|closes|runs\ out|renews|lapses|due|retires|(?:is|'s|are|comes
      |coming)\ up)[ ]
          (?:again\ )?(?:(?:in|on|at|by)\ )?(?:{_TIME}|{_SHORT_DATE}|{_SPAN})
      )
    """,
    re.VERBOSE,
)
_TIMES = re.compile(
    rf"""
      \b(?:
        in\ (?:about\ |around\ |roughly\ |less\ than\ |the\ next\ |under\ )?{_SPAN}
          (?:'s?\ time|\ or\ so|\ from\ (?:now|today))?
      | (?:over\ )?the\ (?:next|coming)\ {_SPAN}|(?:over|in|within)\ the\ (?:next|coming)\ {_UNIT}
      | {_SPAN}\ (?:away|from\ now|from\ today|left|to\ go)
      | {_AT}\ {_TIME}(?:\ on\b)?|at\ {_PARTED}|from\ {_TIME}\ on(?:wards?)?\b
      | (?<!at\ )the\ (?:second|minute|moment)\ (?:i|we)\ \w+(?:\ (?:in|at|on|to)\ \w+|\ \w+)
      | when\ the\ {_SEASON}\ (?:begins|starts|comes)
      )
    """,
    re.VERBOSE,
)
_BARE = re.compile(
    rf"\b(?:{_PARTED}|{_DATE}|(?<!the\ )(?:{_AHEAD}|next\ (?:few|couple(?:\ of)?)\ {_UNIT}\b)"
    rf"|{_WEEKDAY}"
    rf"|{_MOMENT}|{_FEAST}|week\ of\ the\ {_ORDINAL})",
    re.VERBOSE,
)
_ACT = (
    r"(?:buy|order|purchase|sign|hire|pull|commit|rent|apply|book|switch|renew|replace|upgrade"
    r"|invest"
    r"|move|commence|launch|migrate|close)"
)
_URGENT = re.compile(
    r"""
      \b(?:asap|urgent(?:ly)?|in\ urgent\ need|as\ soon\ as\ (?:possible|i\ can|we\ can)
      | pull(?:ing)?\ the\ trigger\ (?:now|soon|today|this\ week)
      | (?:running\ out\ of|short\ on|due\ to)\ time(?:\ constraints?)?|time\ constraints?
      | (?:tight|hard|looming)\ (?:deadline|timeline)|on\ a\ deadline
      | (?:need|order|buy|decide|sign|hire|must)\w*\ (?:\w+\ ){0,3}
          (?:today|tonight|immediately|right\ away|straight\ away)
      )\b
    """,
    re.VERBOSE,
)
_READY = re.compile(
    rf"""
      \b(?:(?:just\ )?about\ to\ {_ACT}
      | ready\ to\ (?:buy|order|sign|book|commit|purchase|pull\ the\ trigger)
      | before\ (?:i|we)\ pull\ the\ trigger)\b
    """,
    re.VERBOSE,
)
_SOON = re.compile(
    r"(?:\b(?:very|pretty|really|fairly|quite) )?\b(?<!as )(?<!too )(?:soon|shortly)\b"
)
OF_HASTE = Wording.of(
    _URGENT, "asap urgent soon trigger time deadline today tonight immediately away"
)
OF_READINESS = Wording.of(_READY, "about ready trigger")
OF_SOON = Wording.of(_SOON, "soon shortly")

_PAST = re.compile(
    r"\b(?:was|were(?! \w+ing)|had|got|bought|went|came|did|made|ended|arrived|ago|since|used to"
    r"|died"
    r"|broke|been|every|each|usually|always|often|last (?:week|month|year|night|time|summer|spring"
    r"|autumn|fall|winter|christmas)|started|moved|joined|said|ordered|paid|tried|happened"
    r"|released"
    r"|announced|opened|installed|found|saw|read|posted|signed|switched|rained|received|became"
    r"|never|than|sold|hired|left)\b"
)
#: Told of the past where nobody needs, wants or is to do it: of so long and of "until June".
_CHANGED = re.compile(
    r"\b(?:doubled|tripled|trebled|quadrupled|halved|grew|grown|shrank|shrunk|rose|risen|fell"
    r"|fallen|dropped|jumped|climbed|soared|raised|hiked|increased|(?:gone|went) (?:up|down)"
    r"|(?<!next )(?<!coming )(?<!planned )(?<!expected )(?<!the )(?<!a )"
    r"price (?:hikes?|increases?|rises?))\b"
)
_USED = re.compile(
    r"(?:\b(?:i|we|he|she|they|who|which|have|has)|'ve) (?:\w+ly |only |just )?"
    r"(?:used|ran|relied|stayed|stuck|worked|kept)\b"
)
_UNTIL = re.compile(r"\A(?:until|till|'?til|before)\b")
_JOINS = re.compile(r"\b(?:and|but|so|because|cos)\b")
#: What is told of the past before one of these says nothing of what comes after it.
_FROM_HERE = re.compile(
    r"\b(?:and|but|so|want|needs?|would|must|have to|has to|will|going to|(?:to )?be \w+|plan\w*"
    r"|hop(?:e|ing)"
    r"|gotta|got to|should|if|because|cos|before)\b|'ll\b|'d like\b"
)
_ACTS = re.compile(
    r"\b(?:need(?:s|ed|ing)?|buy(?:ing)?|get(?:ting)?|mov(?:e|ing)|switch(?:ing)?|start(?:s|ing)?"
    r"|launch(?:es|ing)?|replac(?:e|ing)|looking|deadline|renew(?:s|al|ing)?|deci(?:de|sion|ding)"
    r"|order(?:ing)?|sign(?:s|ing)?|hir(?:e|ing)|purchas(?:e|ing)|migrat(?:e|ing)|expires?|ends?"
    r"|ready"
    r"|arrives?|deliver(?:y|ed)|done|install(?:ed|ing)?|fixed|sorted|must|have to|has to|had to"
    r"|want"
    r"|wants|plan(?:s|ning)?|would like|book(?:ing)?|going|travell?ing|leav(?:e|ing)|open(?:s|ing)"
    r"|clos(?:es?|ing)|retires?|confirm|register|will|i'll|we'll|gonna|gotta|hoping|up|due|runs?|"
    r"upgrad(?:e|ing)|quote|offer|holds?|pick|wedding|heading|complet(?:e|ing)|wanted|goes|starts"
    r"|engage|tell|like to|visit|anniversary|party|event|build|pursue|begins?|meets|answer|back)\b"
)
_NEEDS = re.compile(
    r"\b(?:need(?:s|ed|ing)?|buy(?:ing)?|deci(?:de|sion|ding)|order(?:ing)?|must|have to|has to"
    r"|gotta"
    r"|want to (?:buy|order|start|sign|get)|hir(?:e|ing)|looking|purchas(?:e|ing)|replac(?:e|ing)"
    r"|switch(?:ing)?|sign(?:ing)?|available|start(?:ing)?|tell|confirm|answer|renews?|sale"
    r"|ends?|closes?"
    r"|look at|quote|offer|open|recommend)\b"
)
_OBLIGES = re.compile(
    r"\b(?:must|ha(?:ve|s) (?:got )?to|needs?|got to|gotta|gotten to|wants?|want"
    r"|would (?:\w+ )?like"
    r"|'d (?:\w+ )?(?:like|love)|i'm going to|we're going to|deadline|asked to|deci(?:de|sion)"
    r"|please"
    r"|can spend|expect|run out|runs out|looking|buying|by when|at the latest|may not|hiring"
    r"|renews?|expires?|ends)\b|'ve (?:got )?to\b"
)
_MAY = re.compile(r"(?<!\d )(?<!\dth )(?<!\dst )(?:this |next |the |\A)may\b(?! \d)|\bmay be\b")
_STOPS = re.compile(r"[?!\n;,()]|\.\s|\s-\s")
_COUNTED = re.compile(r"(?:for|every|all) the$|\b(?:for|years?)$")
#: A season and a feast name things too: "winter tyres", "weekend trips".
_NAMES_A_THING = re.compile(
    r"\s(?!(?:and|or|but|so|if|as|at|in|on|for|to|the|a|i|we|with|when|where|which|that|is|will"
    r"|would"
    r"|because|please|what|who|how|any|my|our|it|this|cos|since|without|before|after|not|until|can"
    r"|does|do|has|have|he|she|they|by|from|he|you|of|than|this|next|then|ideally|cash)\b)\w"
)
#: Said of any day, these count where somebody needs or decides something.
_ANY_DAY = re.compile(r"(?:tomorrow|tmrw|2morrow|tonight|morning)\b|\bnoon|midnight")
_TOLD_OF = re.compile(
    r"(?:end of the day|the next (?:few|couple of) years)$|^during (?:the )?\w+$"
)
_SO_LONG = re.compile(rf"\b{_SPAN}", re.VERBOSE)
_IN_SO_LONG = re.compile(rf"in\ .*{_SPAN}", re.VERBOSE)
_LOOSE = re.compile(rf"^for\ (?:{_SEASON}|{_FEAST}|weekend\b)", re.VERBOSE)


def timelines(field: SlotField) -> Iterator[tuple[int, Slot]]:
    """Yield what a field says of when something is wanted, with what the words say of it."""
    text = field.folded
    taken: list[tuple[int, int]] = []
    for sort, pattern, holds in (
        (TERM, _TERMS, _is_term),
        (TERM, OF_HASTE, _is_said_of_now),
        (TIME, _TIMES, _is_ahead),
        (TIME, _BARE, _is_done_then),
        (READY, OF_READINESS, _is_said_of_now),
        (SOON, OF_SOON, _is_needed),
    ):
        for found in pattern.finditer(text):
            start, end = found.span()
            if any(start < last and first < end for first, last in taken):
                continue
            if _MAY.search(found[0]) or _TOLD_OF.search(found[0]):
                continue
            if holds(text, start, end):
                taken.append((start, end))
                plain = sort <= TIME and not _OBLIGES.search(_clause(text, start, end))
                yield sort + _NOT_OBLIGED * plain, field.quoted("timeline", start, end)


def _before(text: str, start: int) -> str:
    """Return the words before a place that belong to its clause."""
    return _STOPS.split(text[max(0, start - 90) : start])[-1]


def _clause(text: str, start: int, end: int) -> str:
    return f"{_before(text, start)}{text[start:end]}{_STOPS.split(text[end : end + 60])[0]}"


def _is_past(text: str, start: int, end: int) -> bool:
    before = _FROM_HERE.split(_before(text, start))[-1]
    behind = _FROM_HERE.split(_STOPS.split(text[end : end + 40])[0])[0]
    return _PAST.search(before) is not None or _PAST.search(behind) is not None


def _has_happened(text: str, start: int, end: int) -> bool:
    """Whether so long is told of what has changed in it, or an end of what was used till then."""
    before = _JOINS.split(_before(text, start))[-1]
    behind = _JOINS.split(_STOPS.split(text[end : end + 40])[0])[0]
    if _UNTIL.match(text[start:end]):
        return _USED.search(before) is not None and not _FROM_HERE.search(before)
    if not _SO_LONG.search(text, start, end):
        return False
    told = f"{before}\n{behind}"
    return _CHANGED.search(told) is not None and not _FROM_HERE.search(told)


def _is_term(text: str, start: int, end: int) -> bool:
    before = _FROM_HERE.split(_before(text, start))[-1]
    return not _PAST.search(before[-30:]) and not _has_happened(text, start, end)


def _is_said_of_now(text: str, start: int, end: int) -> bool:
    return not re.search(r"\b(?:not|never|was|were|had|n't|than)\b", _before(text, start)[-14:])


def _is_ahead(text: str, start: int, end: int) -> bool:
    said = text[start:end]
    if _is_past(text, start, end) or _COUNTED.search(text[max(0, start - 12) : start].rstrip()):
        return False
    if _LOOSE.match(said) and _NAMES_A_THING.match(text, end):
        return False
    if _ANY_DAY.search(said) and not said.startswith("for "):
        return _is_needed(text, start, end)
    if _has_happened(text, start, end):
        return False
    if not _IN_SO_LONG.match(said):
        return True
    clause = _clause(text, start, end)
    return len(clause.split()) < len(said.split()) + 4 or _ACTS.search(clause) is not None


def _is_done_then(text: str, start: int, end: int) -> bool:
    if _is_past(text, start, end) or text[:start].endswith(("from ", "since ")):
        return False
    if _ANY_DAY.search(text, start, end):
        return _is_needed(text, start, end)
    clause = _clause(text, start, end).strip()
    return clause == text[start:end] or _ACTS.search(clause) is not None


def _is_needed(text: str, start: int, end: int) -> bool:
    clause = _clause(text, start, end)
    return not _is_past(text, start, end) and _NEEDS.search(clause) is not None

"""Slots of what a purchase may cost: sums that are a limit, and words that speak of money.

Most sums of a post are prices of something. Which one is a budget is told by the cue nearest to
it in its sentence: "would pay", "set aside", "up to" make it one, "paid", "quoted", "costs" and
"on sale" make it a price. A sum without a cue is none, unless it stands in a title or alone.
"""

import re
from collections.abc import Iterator

from nlp.judgement import Slot
from nlp.slot_field import SlotField
from nlp.sums import CODE, COUNT, LONG_TIMES, MONEY, NUMBER, SIGN, TIMES
from nlp.wording import Wording

#: What a budget says, the lower the more: a sum, that there is little money, that it be cheap.
SUM, FEW_WORDS, MODEST = 0, 1, 2

#: How far around a sum its cue may stand, in code points of its sentence.
_BEFORE, _AFTER = 70, 30

_ISH = r"(?:[ -]?ish\b)?"
_MANY = rf"(?:\s?{LONG_TIMES})"
_END = r"(?![^\W_])"
_AMOUNT = (
    rf"(?:(?:\b{CODE}\s?)?{SIGN}\s?{NUMBER}(?:\s?{TIMES})?{_ISH}(?:\s{MONEY})?"
    rf"|\b{CODE}\s?{NUMBER}(?:\s?{TIMES})?{_END}"
    rf"|{NUMBER}(?:{_MANY}|m{_END}|\sm(?=\s?(?:{MONEY}|{SIGN})))?{_ISH}(?:\s?(?:{MONEY}|{SIGN}))?"
    rf"|\b{COUNT}\s{LONG_TIMES}(?:\s{MONEY})?"
    rf"|\ba (?:few|couple(?: of)?) (?:hundred|thousand|grand|k)\b(?: {MONEY})?)"
)
_PER = (
    r"(?:\s?(?:/|(?:a|an|per|each|every)\s(?:\w{1,9}\s)?)"
    r"(?:months?|mo|mth|quarter|years?|yr|annum|week|wk|day|hour|hr|h|user|seat|person|head|agent"
    r"|licen[cs]e"
    r"|van|vehicle|car|box|room|piece|unit|item|site|night|page|word|pop|payslip|student|member"
    r"|lesson|class|session|team|device)\b"
    r"|,?\s\(?(?:(?:billed|paid|payable|charged)\s)?"
    r"(?:monthly|quarterly|yearly|annually|weekly|hourly|daily)\b"
    r"|\s(?:each|apiece)\b|\s?p(?:[./]?[maw]|cm)\b)"
)
_REST = (
    r"(?:\s(?:all[ -]in|tops|max(?:imum)?|cash|to spend|of my own|of our own|set aside|in total"
    r"|from the reserve|for the (?:whole|lot|job|year|first year)|for (?:it|this) all"
    r"|(?:including|incl\.?|plus|ex(?:cluding|cl\.?)?) (?:tax|vat|shipping|delivery|fitting)"
    r"|(?:price )?range|mark|budget|cap|limit)\b)"
)
_SUM = re.compile(
    rf"(?<![\w.,$'-])(?:(?P<between>(?<=between ))|)(?P<low>{_AMOUNT})"
    rf"(?:\s?(?:-|\bto\b|\bor\b|(?(between)\band\b|\bto\b))\s?(?P<high>{_AMOUNT}))?"
    rf"(?P<per>{_PER}*)\+?(?P<rest>{_REST}*)"
)
#: A sum has one of these; most titles don't.
_MAY_BE_SUM = re.compile(r"\d|\ba (?:few|couple)\b|grand|hundred|thousand|million|lakh|crore")
_IS_MONEY = re.compile(rf"{SIGN}|(?<![^\W\d_]){MONEY}|\bgrand\b")
#: A bare number is a sum only where no thing is counted by it.
_NOTHING_COUNTED = re.compile(
    r"\s*(?:$|[.,;!?)\n*](?!\d)|(?:and|but|or|for|if|so|would|to|in|is|with|which|from|on|at|aside"
    r"|towards?|total|because|since|as|though|although|ideally|preferably|we|i|it|this|that)\b)"
)
_YEAR = re.compile(r"(?:19|20)\d\d")
#: "2m" is two million of a budget, and two metres of what else has a limit; 5 pm is a time.
_METRES = re.compile(rf"\dm{_END}")
_HOUR = re.compile(r"(?:\d{1,2}\D{1,4})?\d{1,2}(?:[.:]\d\d)?\s?p\.?m")
_LARGE = re.compile(rf"\d{{3}}|\d[.,']\d{{3}}|\b(?:\d+|{COUNT})\s?{TIMES}")

_PAYS = r"(?:pay|spend|invest|shell\ out|part\ with|put|stretch|drop|go\ up)(?:ing)?"
_MAY = r"(?!(?:can|could|would|will|should|might|may|to|only|can't)\ )"
#: What stands before a sum, the nearest last: for a budget, a limit, about so much, or against it.
_CUE_BEFORE = re.compile(
    rf"""
      (?P<against>
        \b(?:(?:wants?|asked|asks|expects?|told)\ (?:me|us)\ to\ (?:\w+\ )?{_PAYS}
        |(?:had|have|has|having)\ to\ (?:\w+\ )?pay|did\ (?:you|u|they)\ (?:\w+\ )?{_PAYS}
        |(?:you|they|he|she|people|others|i|we)\ (?:{_MAY}\w+\ )?(?:pays?|spends?|paid|spent)
        |been\ paying|i'm\ paying|we're\ paying|paid|spent|cost(?:s|ing)?|sold|sells?|selling
        |(?:was|were)(?=\ (?:only\ |just\ |about\ |around\ )?$)|asking|asks|listed|charg\w+|quot\w+
        |earn\w*|mak(?:e|es|ing)|made|income|salary|rent|goes\ for|going\ for|went\ for|on\ sale
        |worth|owe\w*|deposit|fees?|fair|normal|prices?(?!\ (?:range|limit|point|ceiling
        |bracket))|priced
        |down\ to|(?:it's|they're|that's|is\ only)(?=\ (?:like\ |only\ |around\ |about\ |under\
        |just\ )?$)|jump\w*|raised?|saves?|discount
        |bills?|invoice\w*|offers?|offered|auction|loan|mortgage|debt|revenue|turnover|profit|tax
        |refund|accounts?|difference|retail\w*|msrp|renew\w*|went|up\ from
        |(?:he|she|they|who|lad|guy|man|accountant|shop|dealer|agency|firm|company|seller)\ wants?
        (?!\ (?:us|me)\ to)
        |bank|savings|saving|speed|weigh\w*|found|value\w*|payments?|pledge\w*|instead\ of
        |total\ (?:will|would|is|comes))\b
      )
    | (?P<for>
        \b(?:budget\w*|allowance|allocat\w+|(?:the|our|a)\ grant|reserves?|aside|afford
        |price\ ceiling|approved
        |price\ (?:range|limit|point|bracket)|(?:my|our|upper|hard|absolute|top)\ (?:limit|cap
        |max\w*)
        |(?<!speed\ )limit\ (?:is|of|will\ be)|spending\ limit|ideally|saved\ up
        |(?:should|must|mustn't|shouldn't|can't|cannot|keep\w*|not)\ (?:\w+\ ){{0,2}}cost
        |(?:fine|ok|okay|happy|comfortable)\ with|be\ (?:around|about)
        |keep\ (?:it|this|costs?|the\ costs?|the\ price|everything)|as\ close\ to
        |(?:can|could|would|will|to|not|don't|without|only|we'd|i'd|i'll|we'll)\ (?:\w+\ )?{_PAYS}
        |(?:^|\ )(?:{_PAYS}|spending|want\ to\ (?:be|stay)|looking\ to\ (?:be|stay)))\b
      )
    | (?P<has>\b(?:i|we)\ (?:only\ |just\ |do\ )?(?:have|got|hold)\b|\b(?:i've|we've)\b(?!\ \w+ed))
    | (?P<limit>
        \b(?:under|below|less\ than|up\ ?to|at\ (?:the\ )?most|(?:no|not)\ more\ than|not\ over
        |no\ higher\ than|max(?:imum)?|within|cheaper\ than|sub|between)\b|<=?|\u2264
      )
    | (?P<about>\b(?:around|about|approx(?:imately)?|roughly)\b|~)
    """,
    re.VERBOSE,
)
_WANTS = re.compile(
    r"\b(?:looking|want|need|anything|something|recommend\w*|suggest\w*|best|gift|buy|get|find)\b"
)
_FOR_AFTER = re.compile(
    r"\s?\)?\s?(?:\w+ )?(?:to spend|to invest|to work with|to put|aside|budget|range|mark|max\w*"
    r"|tops|cash|all in"
    r"|or (?:less|under|below)|at (?:the )?most|limit|cap|for (?:it|this|that|the whole|both|all)"
    r"|is (?:(?:about|all|roughly) )?(?:my|our|the|what (?:i|we)) (?:budget|limit|max|can|have"
    r"|want)"
    r"|towards?)\b|\s?\(?max\b"
)
_AGAINST_AFTER = re.compile(
    r"\s?(?:\w+ )?(?:less|more|(?<!be )spent|cheaper|extra|off|discount|fee|deposit|refund|back"
    r"|loan|mortgage|debt"
    r"|savings|revenue|worth|good deal|upgrade|bonus|salary|difference|down payment)\b"
)
_STRONG_LIMIT = re.compile(
    r"\b(?:max(?:imum)?|at (?:the )?most|(?:no|not) more than|not over|up ?to)$"
)
#: Of a sum that stands alone these say earlier in its sentence that it is the price of a deal.
_DEAL = re.compile(r"\b(?:bought|purchased|ordered|sent (?:me|us)|proposals?|estimates?|got it)\b")
#: What belongs to the quote of a sum: how close to it the author means to stay.
_LEAD = re.compile(
    r"(?:\b(?:under|below|less than|up ?to|at (?:the )?most|(?:no|not) more than|not over"
    r"|max(?:imum)?"
    r"|within|between|around|about|approx(?:imately)?|roughly|maybe|preferably|like|of|budget"
    r"|(?:not|n't)(?: \w+){0,2} (?:spend|pay|go)(?:ing)? (?:over|more than|above)"
    r"|cheaper than|sub|more than|price range)\b[:~]?\s?(?:a|an|the)?\s?)+~?$"
)
_LOOSE_LEAD = re.compile(r"^(?:(?:of|like|the|a|an|maybe|more than|budget(?= (?!of )\w))\b\s?)+")

_FEW_WORDS = re.compile(
    r"""
      \b(?:(?:very\ |pretty\ |really\ |super\ )?(?:low|tight|small|limited|shoestring|modest|big)
        \ budget
    | on\ a\ budget | break(?:ing)?\ the\ bank | willing\ to\ (?:pay|spend)
    | can(?:'t|not|\ not)\ (?:really\ )?(?:afford|throw\ away)(?:\ \w+){0,3}
    | budget(?:'s|\ is|\ was|:)\ (?:\w+\ )?(?:tight|small|limited|low|flexible|tiny|non-?existent)
    | (?:budget|price|cost|money)(?:\ is|'s|\ isn't|\ is\ not|\ no)?\ (?:not\ )?
      (?:an\ |a\ |no\ )?(?:issue|object|factor|concern|problem)
    | (?:not|n't|don't)\ (?:\w+\ ){0,3}(?:spend(?:ing)?|pay(?:ing)?|shell\ out)
      \ (?:(?:a|an|that|too|so|the|big)\ )?(?:much|lot|lots|tons?|bunch|fortune|stupid|crazy
      |insane)
      (?:\ (?:of|amounts?|money|bucks))*
    | as\ (?:cheap(?:ly)?|little(?:\ money)?)\ as\ (?:\w+\ )?(?:possible|i\ can|we\ can)
    | (?:for|at)\ an?\ (?:reasonable|decent|low|fair|good)\ price | (?:a
    |low(?:est)?)\ price\ possible
    | reasonable\ price | (?:the\ )?cheaper\ the\ better
    | (?:not|isn't|nothing)(?:[ -]too|\ very|\ that|\ super|\ crazy|\ overly)?[ -](?:expensive
    |pricey)
    | (?:very\ )?(?:little|not\ much|low\ on)\ (?:money|cash)
    | save\ (?:some\ )?money\ if | money(?:'s|\ is)\ tight )\b
    """,
    re.VERBOSE,
)
_MODEST = re.compile(
    r"(?:\b(?:(?P<sure>relatively|reasonably|fairly|semi|preferably|ideally|dirt|not too)|pretty"
    r"|very)"
    r"[ -])?\b(?:for )?(?:free|cheap|cheaply|affordable|inexpensive|low[ -]cost|freeware)\b"
    r"(?: (?:or|and|or at least|/) (?:very |pretty |really |low[ -])?(?:free|cheap|affordable"
    r"|cost))?"
)
OF_LITTLE = Wording.of(
    _FEW_WORDS,
    "budget bank willing afford throw price cost money spend pay shell cheap little expensive "
    "pricey cash",
)
OF_CHEAP = Wording.of(_MODEST, "free cheap affordable expensive low")
_ASKED_FOR = re.compile(
    r"\b(?:looking|any|find|there|recommend\w*|good|best|need|want|some|decent|something|options?"
    r"|alternatives?|ideally|preferably|prefer|should be|must be|suggest)\b(?:\W+\w+){0,3}\W*$"
)
_NOT_MEANT_BEFORE = re.compile(
    r"\b(?:feel|feels|scot|duty|toll|tax|sugar|gluten|bpa|royalty|hands|are|were|was|they're)[ -]$"
)
_NOT_MEANT_AFTER = re.compile(
    r"[ -](?:to|time|of|up|from|trial|tier|version|plan|shipping|delivery|stand|market|day|spot"
    r"|space|accounts?|checking|call|standing|lance|form|set)\b"
)


def budgets(field: SlotField) -> Iterator[tuple[int, Slot]]:
    """Yield what a field says of how much something may cost, with what the words say of it."""
    text = field.folded
    for found in _SUM.finditer(text) if _MAY_BE_SUM.search(text) else ():
        if _is_budget(field, found):
            yield SUM, _quoted(field, found)
    for found in OF_LITTLE.finditer(text):
        yield FEW_WORDS, field.quoted("budget", found.start(), found.end())
    for found in OF_CHEAP.finditer(text):
        start, end = found.span()
        before = _in_sentence(text[max(0, start - 40) : start])
        if _NOT_MEANT_BEFORE.search(before) or _NOT_MEANT_AFTER.match(text, end):
            continue
        if found["sure"] or _ASKED_FOR.search(before):
            yield MODEST, field.quoted("budget", start, end)


def _is_budget(field: SlotField, found: re.Match[str]) -> bool:
    text, (start, end) = field.folded, found.span()
    amounts = f"{found['low']} {found['high'] or ''}"
    is_money = _IS_MONEY.search(amounts) is not None
    after = text[found.end("per") : end + _AFTER].split("\n")[0]
    if not is_money and not _may_be_money(text, found):
        return False
    if _AGAINST_AFTER.match(after):
        return False
    before = _in_sentence(text[max(0, start - _BEFORE) : start])
    cues = list(_CUE_BEFORE.finditer(before))
    if _FOR_AFTER.match(after):
        return not (cues and cues[-1].lastgroup == "against" and len(before) - cues[-1].end() <= 8)
    if not cues or cues[-1].lastgroup != "against":
        alone = _stands_alone(text, start - len(_lead(text, start)), end)
        alone = alone and not _DEAL.search(before)
        if is_money and (alone or (field.is_title and not cues)):
            return True
    if not cues:
        return False
    return _tells(before, cues, is_money=is_money, amounts=amounts, has_per=bool(found["per"]))


def _may_be_money(text: str, found: re.Match[str]) -> bool:
    if _YEAR.fullmatch(found["low"]) and not found["high"]:
        return False
    if _HOUR.fullmatch(found[0]):
        return False
    if (
        _METRES.search(found[0])
        and "budget" not in text[max(0, found.start() - _AFTER) : found.start()]
    ):
        return False
    counted = not _NOTHING_COUNTED.match(text, found.end())
    return bool(found["per"] or found["rest"]) or not counted


def _tells(
    before: str, cues: list[re.Match[str]], *, is_money: bool, amounts: str, has_per: bool
) -> bool:
    """Whether the nearest cue before a sum makes it a budget; of bare numbers it asks more."""
    cue = cues[-1]
    apart = len(before) - cue.end()
    large = _LARGE.search(amounts) is not None
    kind = cue.lastgroup
    if kind in ("limit", "about") and len(cues) > 1:
        further = cues[-2]
        is_near = not re.search(r"[,(;]", before[further.end() :])
        if is_near and further.lastgroup in ("against", "for", "has"):
            kind = further.lastgroup
    if kind == "against":
        return False
    if kind == "for":
        return is_money or (apart <= 14 and (large or has_per or apart <= 1))
    if kind == "limit":
        strong = has_per or _STRONG_LIMIT.search(cue[0]) is not None
        return apart <= 12 and (is_money or (strong and (large or has_per)) or cue[0][:3] == "max")
    if kind == "has":
        return apart <= 8 and (is_money or large)
    return is_money and apart <= 8 and _WANTS.search(before) is not None


def _stands_alone(text: str, start: int, end: int) -> bool:
    """Whether nothing else is said between two stops: "one off, $600, need it soon"."""
    before, after = text[:start].rstrip(" *~"), text[end:].lstrip(" *")
    return (not before or before[-1] in ".,;\n!?") and (not after or after[0] in ".,;\n!?")


def _in_sentence(before: str) -> str:
    """Return what of the words before a place belongs to its sentence."""
    return re.split(r"[?!\n]|\.\s", before)[-1]


def _lead(text: str, start: int) -> str:
    """Return the words right before a sum that say how close to it the author means to stay."""
    lead = _LEAD.search(text[max(0, start - 40) : start])
    if not lead:
        return ""
    loose = _LOOSE_LEAD.match(lead[0])
    return lead[0][loose.end() if loose else 0 :]


def _quoted(field: SlotField, found: re.Match[str]) -> Slot:
    start, end = found.span()
    return field.quoted("budget", start - len(_lead(field.folded, start)), end)

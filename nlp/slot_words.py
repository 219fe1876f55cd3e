"""Words and patterns that `nlp.slots` reads by: plain data."""

from collections.abc import Mapping, Sequence


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


#: Words that are no name of a product, however they are written.
NOT_A_NAME = _words("""
    a an the and or but if so as at by for from in into of off on onto out over to up with without
    i i'm i've i'd i'll me my mine we we're we've we'd our us you you're your they their them he
    she it it's its this that these those there here is are was were be been being am do does did
    done don't doesn't have has had having can can't could would should will won't may might must
    not no yes any some one ones someone anyone anybody something anything everything nothing who
    what what's which than when where why how all both each more most other others another such
    same than too very just only also even still now then again please thanks thank hi hello hey
    edit update help vs versus monday tuesday wednesday thursday friday saturday sunday january
    february march april june july august september october november december christmas since
    because while though good better best new old first last next two three four five six seven
    eight nine ten however well really about around under looking need want get getting got like
    know think use using used buy buying make sure right way thing things lot bit much many let's
    maybe currently recently able like put
""")

#: A want ends before one of these.
ENDS_OF_PHRASE = _words("""
    who whom whose where when while because since but so and or as if is are was were be i i'm
    i've i'd we we're we've you they he she it can could will would should may might do does did
    have has had please thanks under below around about at by than then your their this these
    those there here just like such especially preferably ideally without within through via after
    before until not don't need want any out up right now i'll what how
""")

#: What one asks for when one asks for words, and heads that say too little.
NOT_WANTED = _words("""
    advice help suggestion suggestions recommendation recommendations recs opinion opinions
    thought thoughts feedback input idea ideas information info tips insight insights guidance
    someone somebody anyone anybody people something anything everything one ones way ways reason
    reasons difference point chance possibility experience experiences answer answers question
    questions problem problems issue issues more other few lot bit kind type sort place know time
    day days week month year else them him her me us so long far much many option options bet
    choice thing things part deal value bang practice practices method practise job work friend
    friends solution regards wishes luck suited cash person
""")

#: Verbs and nouns that say that a time is one by which something shall be done.
ACTING = _words("""
    need needs needed buy buying get getting move moving switch switching start starting launch
    launching replace replacing looking deadline renewal renews renew decide decision order
    ordering sign hire hiring purchase purchasing migrate migrating expires ends ready arrive
    delivered done install installed fixed sorted
""")

PERIODS = _words("month mo mth year yr week day hour hr user seat person agent head license each")
CURRENCIES = _words("dollars dollar bucks usd eur euro euros pounds quid gbp cad aud")
ARTICLES = _words("a an some any the another")
MONTHS = _words(
    "january february march april may june july august september october november december "
    "jan feb mar apr jun jul aug sept oct nov dec"
)
#: What may stand between "by" and the time.
DUE_FILLERS = _words("the early late mid end start beginning of next this a an about couple few")
SPENDS = _words("spend spending budget pay afford limit cap")
LIMITS = _words(
    "under below around about max maximum within approximately approx roughly over upto"
)

#: The class of a word, which patterns match by: exact equality is what the matcher does fast.
_CLASSES: Mapping[str, str] = {
    "currency": " ".join(CURRENCIES),
    "size": "low tight small limited shoestring modest decent big",
    "due": "by before until within in",
    "next": "next this",
    "unit": "day days week weeks month months quarter quarters year years weekend semester season",
    "time": " ".join(MONTHS)
    + " monday tuesday wednesday thursday friday saturday sunday tomorrow "
    "tonight christmas thanksgiving easter summer winter spring fall autumn",
    "member": "person people employees employee users user seats seat agents agent staff reps rep "
    "devs developers engineers man members technicians techs salespeople lawyers",
    "count": "two three four five six seven eight nine ten eleven twelve fifteen twenty thirty "
    "forty fifty",
    "team": "team staff group crew company",
    "group": "agency business startup firm office practice clinic school nonprofit charity shop "
    "department organization organisation club church store restaurant studio warehouse council",
    "seek": "looking searching hunting shopping market search hunt",
    "ask": "recommend suggest recommendations recommendation suggestions suggestion recs",
    "want": "need want buy hire purchase get know",
    "exist": "there",
    "alternative": "alternative alternatives replacement replacements substitute",
    "leave": "leaving leave ditch ditching replace replacing cancel cancelling canceling outgrown "
    "outgrew outgrowing moving switching migrating migrate switch",
    "experience": "experience experiences thoughts opinions opinion reviews",
    "have": "use using used tried trying considering considered evaluated evaluating comparing "
    "shortlisted demoed trialled looked between instead",
    "versus": "vs versus",
}
CLASS_OF: Mapping[str, str] = {
    word: name for name, words in _CLASSES.items() for word in words.split()
}

Step = dict[str, str]


def _class(name: str) -> Step:
    return {"LEMMA": name}


def _looks(tag: str) -> Step:
    return {"TAG": tag}


def _is(word: str) -> Step:
    return {"ORTH": word}


#: Where a fact begins, in the matcher's notation: TAG is what a token looks like, LEMMA its class.
PATTERNS: Mapping[str, Sequence[list[Step]]] = {
    "money": ([_looks("money")], [_looks("number"), _class("currency")]),
    "small budget": ([_class("size"), _is("budget")],),
    "due": ([_class("due")],),
    "next": ([_class("next"), _class("unit")],),
    "urgent": ([_is("asap")], [_is("as"), _is("soon"), _is("as"), _is("possible")]),
    "team": (
        [_looks("number"), _class("member")],
        [_class("count"), _class("member")],
        [_class("team"), _is("of"), _looks("number")],
        [_class("team"), _is("of"), _class("count")],
    ),
    "group": ([_class("group")], [_class("team")]),
    "seeks": ([_class("seek"), _is("for")], [_is("search"), _is("of")]),
    "asks": ([_class("ask")],),
    "best": ([_is("best")],),
    "needs": ([_class("want")], [_class("exist")]),
    "behind": (
        [_class("alternative")],
        [_class("leave")],
        [_class("experience")],
        [_class("have")],
    ),
    "pair": ([_class("versus")], [_is("or")]),
}

"""Words and patterns that `nlp.slots` reads by: plain data."""

from collections.abc import Mapping, Sequence


def words_in(text: str) -> frozenset[str]:
    """Return the words of a text with blanks between."""
    return frozenset(text.split())


def _pairs(text: str) -> frozenset[tuple[str, ...]]:
    """Return pairs of words that are written with a low line between."""
    return frozenset(tuple(pair.split("_")) for pair in text.split())


#: Words that are no name of a product, however they are written.
NOT_A_NAME = words_in("""
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
ENDS_OF_PHRASE = words_in("""
    who whom whose where when while because since but so and or as if is are was were be i i'm
    i've i'd we we're we've you they he she it can could will would should may might do does did
    have has had please thanks under below around about at by than then your their this these
    those there here just like such especially preferably ideally without within through via after
    before until not don't need want any out up right now i'll what how
""")

#: What one asks for when one asks for words, and heads that say too little.
NOT_WANTED = words_in("""
    advice help suggestion suggestions recommendation recommendations recs opinion opinions
    thought thoughts feedback input idea ideas information info tips insight insights guidance
    someone somebody anyone anybody people something anything everything one ones way ways reason
    reasons difference point chance possibility experience experiences answer answers question
    questions problem problems issue issues more other few lot bit kind type sort place know time
    day days week month year else them him her me us so long far much many option options bet
    choice thing things part deal value bang practice practices method practise job work friend
    friends solution regards wishes luck suited cash person
""")


ARTICLES = words_in("a an some any the another")
MONTHS = words_in(
    "january february march april may june july august september october november december "
    "jan feb mar apr jun jul aug sept sep oct nov dec"
)


#: In a title words are passed over up to one that may name a thing.
TITLE_LEADS = words_in("""
    a an the any anyone anybody someone somebody has have had ever is are was were do does did
    can could would should shall will may might i i'm i've im we we're you your my our me us it
    this that these those there here what what's whats which who who's where when why how in on
    for of to with about at from by and or but not no if so as be been am get getting got buy
    buying purchase purchasing looking look need needed needing want wanted wanting seeking
    searching recommend recommended recommendation recommendations suggest suggestion
    suggestions advice help please thoughts opinion opinions experience experiences question
    questions quick noob newbie best good better great decent worth some more know tell think
    using use used uses tried try trying go going take find finding choose choosing pick
    picking hey hi hello guys all everyone people folks reddit just new request requesting wtb
    wtt iso lf sib wsib eli5 psa anyone's own owns one ones thing things something anything
    other others else most really much many few lot between difference upgrade upgrading switch
    switching replace replacing first time finally like love recs info tips ideas idea options
    option input review reviews comparison compare comparing vs versus still now currently
    today cheap cheapest make makes feel give hire hiring rent renting order ordering
    considering thinking wondering selecting taken heard seen saw see off bought ordered moving
    convince alternatives alternative suited regarding re selling sell interested curious
    anything's never already ok okay yet anyway anywhere such ask hn everybody quoted
""")
#: In a title these end what is named.
TITLE_BREAKS = ENDS_OF_PHRASE - words_in(
    "about around at by without within through via just like right out below under up"
) | words_in(
    "vs versus vs. help recommendations recommendation suggestions suggestion advice thoughts "
    "opinions worth cost costs these ? !"
)

#: Two words that name a thing together, though the first one alone is passed over in a title.
NAMED_BY_TWO = _pairs("""
    help_desk help_desks time_tracking time_tracker time_clock time_clocks time_sheet
    time_sheets order_management order_tracking review_management first_aid question_bank
    option_trading take_away
""")
#: Two words that are passed over in a title, though each alone may be of a thing.
LEADS_OF_TWO = _pairs("""
    first_hand second_opinion pay_for paid_for paying_for spend_on spending_on point_me
    point_us steer_me steer_us charge_for charged_for quoted_for set_up
    happy_with unhappy_with
""")
#: Words of titles that greet, thank and introduce, and name nothing.
CHATTY = (
    TITLE_LEADS
    | NOT_WANTED
    | words_in("""
    hello hi hey greetings all everyone folks guys from long time reader lurker listener caller
    first post poster here newbie noob new member community forum thanks thank introduction intro
    please sorry good morning evening afternoon friends hn subreddit sub delurking old user
    advice needed wanted required urgent quick simple dumb stupid silly , ! ? . : ( ) " /
""")
)
#: Behind "is" and a thing these say how it is: "Is $40 for a haircut normal?".
PREDICATES = words_in("""
    normal reasonable fair ok okay reliable legit overpriced expensive cheap high low any enough
    too really actually still
""")
#: Who is asked: "which CRM do you ...".
ASKED = words_in("you i we people everyone everybody folks they y'all guys others anyone yall")
#: What stands between a thing and who is asked about it: "which CRM should I ...".
ASKING = words_in("can could should would do does did are is have has will shall")
#: Who says so has had enough of what follows.
TIRED = words_in("left tired sick fed done quit quitting dropping dropped")
#: What stands between such a word and what is left.
LEAVING = TIRED | words_in(
    "leaving leave ditch ditching replace replacing cancel cancelling canceling outgrown outgrew "
    "outgrowing moving switching migrating of with up from off away my our the i we"
)
#: Things that are agreed upon: "cancelling our Shiftbook subscription" leaves Shiftbook.
OF_CONTRACT = words_in("subscription account plan service software app contract tool")
#: Two words of which the first is no name, though it may be one: "the Front desk".
NO_NAME_OF_TWO = _pairs("""
    front_desk front_end front_door front_page front_office square_feet square_foot square_meters
    square_meter close_to monday_morning monday_afternoon monday_night zoom_in zoom_out
    ring_finger ring_size slack_off clay_soil surface_area
""")
#: Asked for by themselves these don't name the thing: "which model should I get".
PARTS = words_in("""
    brand brands model models size sizes color colors colour colours version versions price prices
    approach setting settings step steps plan plans tier
""")
#: What is done with a thing that one asks for: "which CRM do you use".
DONE_WITH = words_in("""
    use using used recommend recommending suggest suggesting choose choosing buy buying get
    getting pick picking prefer go going like consider considering run running have own trust
    invest purchase order hire try love swear
""")

#: Before a name these make a product of it.
NAME_CUES = words_in("""
    use using used uses tried try trying own owned owns bought buying buy got get getting running
    run like from than that over considering comparing recommend prefer love tested switched
    switching replaced replacing vs versus between or consider have had purchased purchase ordered
    ordering leaving hate called
""")
#: Behind a name these do the same.
NAME_TAILS = words_in("worth alternative alternatives replacement vs versus cost costs pricing")
#: Behind a word that begins a sentence these make a name of it.
HEAD_TAILS = words_in("alternative alternatives pricing vs versus reviews review")
#: Words that begin a sentence and tell of such a tail rather than name a product.
NOT_HEADS = words_in("""
    affordable free simple simpler lightweight self-hosted hosted modern open source cheaper
    european american german uk viable possible local honest customer product user online book
    game movie car peer code performance annual management pro
""")
#: Before an everyday word, with one of `NAME_LINKS` between or without, these make a name of it.
EVERYDAY_NAME_CUES = words_in("""
    alternative alternatives replacement replacements competitor competitors experience
    experiences opinions thoughts reviews cost costs price pricing switch switching switched
    migrate migrating migrated moving moved cancel cancelling canceling use using used tried
    trying leaving left ditch ditching replace replacing integrates subscription like compared
""")
#: What stands between such a word and the name.
NAME_LINKS = words_in("to with of on for from off about")
#: Behind an everyday word these make a name of it.
EVERYDAY_NAME_TAILS = words_in("""
    alternative alternatives competitor competitors pricing subscription subscriptions
    renewal invoice migration integration
""")
#: A name that is an everyday word ends before one of these: "using front for support", but not
#: "using front doors".
BEHIND_A_NAME = ENDS_OF_PHRASE | words_in(
    "for in on to of with from at and / & cost costs price worth too now"
)
#: Names that are kinds of things, standards, parts, places and people rather than products.
NOT_PRODUCTS = words_in("""
    pc pcs tv tvs htpc htpcs os gpu gpus cpu cpus ram ssd ssds hdd hdds hdmi usb led leds lcd oled
    hd uhd sd dvd dvds bluray cd cds api apis ui ux ai ml vr ar iot nas vpn dns url html css sql
    pdf xml json csv rf ir ac dc hvac diy edc iem iems dac amp dsl isp lan wan wifi wi-fi bluetooth
    gps psu mobo raid iso dlc fps mmo mmorpg rpg dm pm dms pms op fyi imo imho tldr tl faq eta asap
    btw lol omg wtf ps edit nb cad usd gbp eur aud nzd uk us usa eu nyc la sf dc uae europe asia
    africa america american british european german french japanese chinese english spanish
    italian canadian australian australia canada germany france spain italy india china japan
    london york chicago boston seattle portland texas california florida toronto sydney melbourne
    reddit redditors internet web google god mr mrs dr ms christmas xmas amazon.com gb tb mb kb mhz
    ghz mm cm kg lb lbs hr hrs cons pros ceo cto cfo hr it qa seo crm erp saas b2b b2c roi
    kpi sme smb llc inc ltd ira roth msrp oem aa aaa id ids ok okay tba q a b c d e f g h j k l m n
    o p r s t u v w x y z gv fs wts wtb ffl dae til rpm nft nfts etf etfs hoa apr fico pmi sli jbod
    ide unix rom vps mp3 mp4 ddr ddr2 ddr3 ddr4 ddr5 am3 am4 am5 x11 type kind list system current
    al ak az ar ca co ct de fl ga ia il ks ky md mi mn mo ms mt nc nd ne nh nj nm nv ny oh pa ri sc
    tn tx ut va vt wa wi wv
    sso sms mms soc soc1 soc2 hipaa gdpr pci lims emr ehr plm mes wms tms dms dam pim cdp cms lms
    hris ats psa rmm mdm siem edr xdr mfa 2fa otp saml ldap oauth scim mfp mssp msp msps mrp bi etl
    elt olap ocr rpa nlp llm llms gpt rag voip pbx ivr sip did ppc sem cro ctr cpc cpm cac ltv nps
    arr mrr okr okrs gtm icp sdr sdrs bdr bdrs ae aes csm csms sla slas rfp rfps rfq poc mvp pos
    epos eft ach sepa swift iban vat gst hst aml kyc 401k hsa fsa peo eor w2 1099 pto ssl tls ssh
    ftp sftp http https smtp imap pop3 spf dkim dmarc ci cd cicd iac sre devops k8s sdk cli gui
    rest graphql jwt cdn waf ddos ipsec mpls sdwan vlan poe ups kvm rdp vdi vm vms vcpu s3 lan sw
    hw b2b2c d2c dtc sku skus upc mpn bom cad cam cnc plc scada ev evs phev bev awd fwd 4wd 4x4 mpg
    iso27001 iso9001 aes256 oem odm pdf pdfs qr nfc rfid mac osx ios android
""")

#: Before a place these say that the author is or wants something there.
HERE = words_in(
    "based live living located lives i'm we're am here office moving moved reside area staying "
    "store shop stores shops"
)
#: Trades that one wants to have nearby, so that a place behind them is where.
LOCAL = words_in("""
    plumber plumbers electrician roofer builder painter handyman contractor contractors lawyer
    lawyers attorney solicitor accountant dentist doctor therapist vet realtor agent agency
    agencies gym mechanic dealer restaurant restaurants hotel hotels venue venues photographer
    photographers caterer caterers bakery tutor tutors school schools garage garages movers
    cleaner cleaners gardener tailor tailors barber store stores shop shops supplier suppliers
    landscaper installer installers office offices
""")
NOT_A_PLACE = words_in(
    "python java excel sql english german french javascript php c windows linux"
)
_COUNTRY_NAMES: Mapping[str, str] = {
    "US": "us usa america u.s. united_states states",
    "GB": "uk u.k. united_kingdom britain england scotland wales",
    "CA": "canada", "AU": "australia", "NZ": "new_zealand", "IE": "ireland", "DE": "germany",
    "FR": "france", "ES": "spain", "IT": "italy", "NL": "netherlands holland", "BE": "belgium",
    "CH": "switzerland", "AT": "austria", "SE": "sweden", "NO": "norway", "DK": "denmark",
    "FI": "finland", "PL": "poland", "PT": "portugal", "IN": "india", "JP": "japan",
    "SG": "singapore", "ZA": "south_africa", "BR": "brazil", "MX": "mexico", "AR": "argentina",
    "MY": "malaysia", "PH": "philippines", "EU": "europe eu",
}  # fmt: skip
#: ISO 3166 code of a country's name; Europe keeps its reserved EU.
COUNTRIES: Mapping[str, str] = {
    name.replace("_", " "): code
    for code, names in _COUNTRY_NAMES.items()
    for name in names.split()
}

#: Organisations whose "my" means that the author decides.
OWNED = words_in("business startup agency shop restaurant clinic practice store firm")
#: Of these "my" says nothing: one is a pupil or a member.
ATTENDED = words_in("school church club studio store employer")
#: Before "founder": who the author is.
IN_CHARGE = words_in("i'm im am as i")
#: A need ends before one of these.
ENDS_OF_NEED = words_in("""
    , ( ) but because so and since if which who while although though please thanks however what
    where when how
""")

#: The class of a word, which patterns match by: exact equality is what the matcher does fast.
_CLASSES: Mapping[str, str] = {
    "member": "person people employees employee users user seats seat agents agent staff reps rep "
    "devs developers engineers man members technicians techs salespeople lawyers",
    "count": "two three four five six seven eight nine ten eleven twelve thirteen fourteen "
    "fifteen sixteen seventeen eighteen nineteen twenty thirty forty fifty sixty seventy eighty "
    "ninety dozen dozens hundred",
    "team": "team staff group crew company",
    "group": "agency business startup firm office practice clinic school nonprofit charity shop "
    "department organization organisation club church store restaurant studio warehouse council "
    "client clients branch lab employer",
    "owner": "founder owner cofounder ceo cto cfo director",
    "seek": "looking searching hunting shopping market search hunt",
    "ask": "recommend suggest recommendations recommendation suggestions suggestion recs",
    "act": "buy order purchase sign hire pull commit rent",
    "acting": "buying purchasing hiring ordering upgrading getting renting",
    "what": "a an some my the new",
    "me": "i we",
    "who": "anyone anybody ever you",
    "alternative": "alternative alternatives replacement replacements substitute",
    "leave": "leaving leave ditch ditching replace replacing cancel cancelling canceling outgrown "
    "outgrew outgrowing moving switching migrating migrate switch",
    "experience": "experience experiences thoughts opinions opinion reviews experienced",
    "have": "use using used tried trying considering considered evaluated evaluating comparing "
    "shortlisted demoed trialled looked between instead own owned bought",
    "versus": "vs versus",
    "must": "need needs",
    "bad": "slow expensive complicated hard clunky small heavy",
    "broken": "broke died broken failing",
}
#: A word that is in several classes has the first.
CLASS_OF: Mapping[str, str] = {
    word: name for name, words in reversed(list(_CLASSES.items())) for word in words.split()
}

Step = dict[str, str]


def _class(name: str) -> Step:
    return {"LEMMA": name}


def _looks(tag: str) -> Step:
    return {"TAG": tag}


def _are(words: str) -> list[Step]:
    return [{"ORTH": word} for word in words.split()]


#: Where a fact begins, by the one word or the one class that says so.
ANCHORS: Mapping[str, Sequence[str]] = {
    "group": (*_CLASSES["group"].split(), *_CLASSES["team"].split()),
    "charge": tuple(_CLASSES["owner"].split()),
    "told": ("boss", "supervisor"),
    "place": ("in", "near", "around", "outside"),
    "need": ("struggling", "frustrated", "must"),
    "broken": tuple(_CLASSES["broken"].split()),
    "seeks": ("seeking", "which", "what"),
    "asks": (*_CLASSES["ask"].split(), "alternative", "alternatives", "replacement"),
    "best": ("best",),
    "needs": ("need", "want", "there"),
    "behind": tuple(
        f"{_CLASSES['alternative']} {_CLASSES['leave']} {_CLASSES['experience']} "
        f"{_CLASSES['have']}".split()
    ),
    "pair": ("vs", "versus", "or"),
}

#: Where a fact begins that takes several words, in the notation of spaCy's matcher: TAG is what a
#: token looks like, LEMMA its class.
PHRASES: Mapping[str, Sequence[list[Step]]] = {
    "team": (
        [_looks("number"), _class("member")],
        [_class("count"), _class("member")],
        [_looks("number"), _looks("word"), _class("member")],
        [_looks("number"), *_are("+"), _class("member")],
        [_looks("number"), *_are("+"), _looks("word"), _class("member")],
        [_class("team"), *_are("of"), _looks("number")],
        [_class("team"), *_are("of"), _class("count")],
        [_class("team"), *_are("of a"), _class("count")],
        [_class("team"), *_are("of one"), _class("count")],
    ),
    "charge": (_are("charge of"),),
    "need": (
        [_class("must"), *_are("to")],
        _are("tired of"),
        _are("sick of"),
        _are("fed up"),
        _are("can't keep"),
        [*_are("too"), _class("bad")],
    ),
    "seeks": ([_class("seek"), *_are("for")], _are("search of")),
    "asks": (
        _are("point me"),
        _are("point us"),
        _are("steer me"),
        _are("steer us"),
        _are("know of"),
    ),
    "buys": (
        [*_are("to"), _class("act")],
        [_class("me"), _class("act")],
        [_class("acting"), _class("what")],
    ),
    "tells": (
        [_class("experience"), *_are("with")],
        [_class("experience"), *_are("on")],
        [_class("experience"), *_are("of")],
        [_class("who"), _class("have")],
    ),
}

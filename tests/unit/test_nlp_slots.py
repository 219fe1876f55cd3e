from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nlp.slots import SpacySlotReader, TextSlotReader
from nlp.text import read

READER = TextSlotReader()
SPACY = SpacySlotReader()
SAID_AT = datetime(2026, 2, 11, 9, 30, tzinfo=UTC)  # a Wednesday


def slots(text: str, name: str, title: str = "") -> list[str]:
    return [slot.text for slot in READER.read(read(title, text)) if slot.name == name]


def meanings(text: str, name: str, said_at: datetime | None = SAID_AT) -> list[str | None]:
    found = READER.read(read("", text), said_at)
    return [slot.normalised for slot in found if slot.name == name]


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("I'm looking for a quiet label printer.", ["quiet label printer"]),
        ("Anyone in the market for a van?", ["van"]),
        ("Can you recommend a good plumber in Leeds?", ["good plumber in Leeds"]),
        ("Any suggestions for a garden shed, please", ["garden shed"]),
        ("What's the best wiki for small teams?", ["wiki for small teams"]),
        ("We need a tool that prints labels", ["tool that prints labels"]),
        ("Is there an app for that? I know of one.", ["app"]),
        ("Has anybody used a robot mower here?", ["robot mower"]),
        ("I want to buy a used cargo bike this spring", ["used cargo bike"]),
        ("Thinking about getting a standing desk", ["standing desk"]),
        ("I'm looking for advice.", []),
        ("Looking for someone to help", []),
        ("Best regards, Ann", []),
        ("I need it. There is a tree. Buy!", []),
        ("They recommend it for me", []),
    ],
)
def test_the_thing_sought_is_quoted(text: str, wanted: list[str]) -> None:
    assert slots(text, "wants") == wanted


def test_the_plainest_way_of_asking_says_what_is_wanted() -> None:
    text = "We need a van. I'm looking for a label printer."

    assert slots(text, "wants") == ["label printer"]


@pytest.mark.parametrize(
    ("title", "wanted"),
    [
        ("Any receiver recommendations?", ["receiver"]),
        ("[Request] Quiet label printer for a shop", ["Quiet label printer for a shop"]),
        ("Dishwasher for a narrow kitchen", ["Dishwasher for a narrow kitchen"]),
        ("Thoughts on a fixed rate mortgage?", ["fixed rate mortgage"]),
        ("What should I do?", []),
        ("[no end", []),
        ("shiftbook or rotabase, going round in circles", []),
        ("Help!! Please?", []),
        ("Shiftbook vs Rotabase for 10 people?", []),
    ],
)
def test_a_title_that_names_a_thing_says_what_is_wanted(title: str, wanted: list[str]) -> None:
    assert slots("What do you all think?", "wants", title) == wanted


def test_what_the_title_and_the_body_share_is_wanted() -> None:
    text = "I need a new hobby. I'm looking for a garden shed with a flat roof."

    assert slots(text, "wants", "Shed advice needed, please") == ["garden shed with a flat roof"]


@pytest.mark.parametrize(
    ("text", "budget"),
    [
        ("something under $500/mo please", ["under $500/mo"]),
        ("my budget is $1,200.", ["$1,200"]),
        ("we can spend 300 dollars", ["300 dollars"]),
        ("around 40 to 60 € would do", []),
        ("up to $50 a month", ["up to $50 a month"]),
        ("no more than £300 or 400", ["no more than £300 or 400"]),
        ("on a tight budget", ["tight budget"]),
        ("it is about $90 less than that", []),
        ("I sold it for $90", []),
        ("ideally ~$700", ["$700"]),
        ("the $300-400 range", ["$300-400 range"]),
        ("budget of 700 for the lot", ["budget of 700 for the lot"]),
        ("The speed limit of 700", []),
        ("we could spend 2k on it", ["2k"]),
        ("budget for 3", []),
        ("Something that won't break the bank", ["break the bank"]),
        ("is there a free rota app", ["free"]),
        ("feel free to ask", []),
        ("free", []),
        ("It was charged at $40 in the $50-$80 range", ["$50-$80 range"]),
        ("$12/user/month is the max", ["$12/user/month"]),
        ("Happy to pay up to 18 a head", ["up to 18 a head"]),
        ("We have 14k set aside for it", ["14k set aside"]),
        ("We have put 700 aside, what would you get?", ["700"]),
        ("max 45 and no plastic please", ["max 45"]),
        ("our limit is 12,000 including tax", ["12,000 including tax"]),
        ("hiring an illustrator, two covers, $350, this month", ["$350"]),
        ("something for a few hundred bucks, would pay cash", []),
        ("I'd rather not spend more than 250 euros", ["not spend more than 250 euros"]),
        ("I don't want to spend a fortune", ["don't want to spend a fortune"]),
        ("the budget is pretty tight", ["budget is pretty tight"]),
        ("preferably free or cheap", ["preferably free or cheap"]),
        ("The roofer quoted us 9,400 and I think that's a lot", []),
        ("They charge $30 a seat, up from $22", []),
        ("it's around $250 on their site", []),
        ("we paid 1,200 euros last year", []),
        ("I make about $4,000 a month", []),
        ("It should hold up to 40 people", []),
        ("The meeting is at 4:50 on the 6/30", []),
        ("feel free to write, it's tax-free", []),
        ("My budget is $200 max, all in", ["$200 max"]),
        ("Our budget is up to $1.5 million", ["up to $1.5 million"]),
        ("We can spend 1'500 CHF", ["1'500 CHF"]),
        ("Our budget is \u20ac1.500,50 per month.", ["\u20ac1.500,50 per month"]),
        ("Our budget is 1.500,- \u20ac", ["1.500,- \u20ac"]),
        ("Our budget is $1,2345", []),
        ("We can pay $60-80/h", ["$60-80/h"]),
        ("We can pay between $100 and $200 a month", ["between $100 and $200 a month"]),
        ("at most \u00a3500pcm", ["at most \u00a3500pcm"]),
        ("up to $500 billed monthly", ["up to $500 billed monthly"]),
        ("Our budget is EUR 45k", ["EUR 45k"]),
        ("Our budget is two grand", ["two grand"]),
        ("Our budget is 2m", ["2m"]),
        ("Our limit is 2m, as the room is low", []),
        ("I can be there up to 5pm", []),
        ("They want us to pay $9k/year", []),
        ("The seller sent us a proposal, $9k/year, which is odd", []),
        ("I bought it, 10 euros, and it broke", []),
        ("One printer, $300, by May", ["$300"]),
        ("Anything under $1e3?", []),
        ("Our budget is 1e300", []),
    ],
)
def test_a_budget_is_a_sum_that_is_said_to_be_a_limit(text: str, budget: list[str]) -> None:
    assert slots(text, "budget") == budget


def test_a_sum_in_a_title_is_a_budget_and_comes_before_cheap() -> None:
    text = "Is there a cheap one?"

    assert slots(text, "budget", "Amplifier for $200") == ["$200", "cheap"]


def test_a_budget_is_normalised() -> None:
    assert meanings("under $12.50 per user per month", "budget") == ["12.50 USD/user/month"]
    assert meanings("on a tight budget", "budget") == [None]


@pytest.mark.parametrize(
    ("text", "timeline"),
    [
        ("We need it by the end of March.", ["by the end of March"]),
        ("We have to decide before June 3, I think", ["before June 3"]),
        ("It must be installed in two weeks", ["in two weeks"]),
        ("We want to start next month", ["next month"]),
        ("I need one asap", ["asap"]),
        ("It rained in March and next week too", []),
        ("We bought it last year and I need it in years", []),
        ("We were to start in May", []),
        ("By month I get a bill", []),
        ("The next month we need a rest by the sea", []),
        ("We need it in the next few weeks", ["in the next few weeks"]),
        ("Next few weeks we want to buy", ["Next few weeks"]),
        ("I'm about to order one", ["about to order"]),
        ("I was about to order one when it went", []),
        ("I need one pretty soon", ["pretty soon"]),
        ("I need it as soon as it is out", []),
        ("We need it for the day", []),
        ("Need a laptop for Christmas", ["for Christmas"]),
        ("Lease runs out in three weeks, which agent?", ["runs out in three weeks"]),
        ("need a florist in Bath, 12 September, small", ["12 September"]),
        ("It has to be in place before the inspection in May", ["before the inspection in May"]),
        ("The grant must be spent by end of year", ["by end of year"]),
        ("They want an answer till the 20th", ["till the 20th"]),
        ("have to confirm sunday", ["sunday"]),
        ("Our contract ends 30.06", ["ends 30.06"]),
        ("we gotta choose by 6/30", ["by 6/30"]),
        ("got to tell them yes or no tomorrow", ["tomorrow"]),
        ("ready to order, just tell me where", ["ready to order"]),
        ("I'm not ready to buy", []),
        ("Which tyres for winter roads?", []),
        ("At the end of the day it is just a chair", []),
        ("We opened in March and were full by May", []),
        ("It may be the wrong place to ask", []),
        ("this may not fit", []),
        ("We sold it in the spring", []),
        ("It must be live by the 25th of October", ["by the 25th of October"]),
        ("We need it by Oct. 25", ["by Oct. 25"]),
        ("We need it by month end", ["by month end"]),
        ("Any pharmacy open tonight?", ["tonight"]),
        ("Where can I get a cake for tonight?", ["for tonight"]),
        ("I saw it tonight", []),
        ("The third price hike in 2 years.", []),
        ("Price hikes within 2 years, we are done", []),
        ("We've doubled in 6 months", []),
        ("In 6 months we've grown a lot", []),
        ("Orders went down within 3 months", []),
        ("I used Shiftbook until June and want to leave it", []),
        ("We've only used paper before May", []),
        ("We need it in 2 months", ["in 2 months"]),
        ("After the third price hike we need another one in 2 months", ["in 2 months"]),
        ("We have doubled and need a till within 2 months", ["within 2 months"]),
        ("We need our seats doubled within 2 months", ["within 2 months"]),
        ("The next price hike within 2 months", ["within 2 months"]),
        ("I used paper but want one before June", ["before June"]),
        ("We have to use it until June", ["until June"]),
    ],
)
def test_a_time_counts_when_something_is_to_be_done_by_it(text: str, timeline: list[str]) -> None:
    assert slots(text, "timeline") == timeline


def test_a_timeline_is_read_from_the_day_of_the_post() -> None:
    text = "We need it by the end of March, or rather in two weeks."

    assert meanings(text, "timeline") == ["2026-03-31", "P2W"]
    assert meanings(text, "timeline", None) == ["--03-31", "P2W"]


@pytest.mark.parametrize(
    ("text", "products"),
    [
        ("Any alternatives to Rotabase?", ["Rotabase"]),
        ("Rota tool: Shiftbook vs. Rotabase Pro for us", ["Shiftbook", "Rotabase Pro"]),
        ("We tried Shiftbook, Rotabase and Duty 4 already", ["Shiftbook", "Rotabase", "Duty 4"]),
        ("we are moving from the Shiftbook to paper", ["Shiftbook"]),
        ("is Shiftbook worth it for us", ["Shiftbook"]),
        ("shiftbook vs rota base: which one", ["shiftbook", "rota base"]),
        ("we like the SB200 and the SB210 Pro", ["SB200", "SB210 Pro"]),
        ("it has 16gb and the 2nd HDMI", []),
        ("we got a Duty Planner", ["Duty Planner"]),
        ("our Shiftbook broke", []),
        ("ask Shiftbook what Shiftbook does", []),
        ("Is it Monday or Tuesday", []),
        ("Red or blue", []),
        ("alternatives to paper", []),
        ("we tried Rs 2", []),
        ("we tried Rs. 200", []),
        ("is it worth CHF 1 or CHF 2", []),
        ("we tried 1e3", []),
        ("we tried RS Planner", ["RS Planner"]),
    ],
)
def test_named_products_are_quoted(text: str, products: list[str]) -> None:
    assert slots(f"so, {text}", "products") == products


@pytest.mark.parametrize(
    ("text", "authority"),
    [
        ("We're a small design agency in Kent", ["We're a small design agency"]),
        ("I run a clinic", ["I run a clinic"]),
        ("for my company", ["my company"]),
        ("we are a charity", ["we are a charity"]),
        ("a till for a small shop", ["a small shop"]),
        ("I am the founder", ["I am the founder"]),
        ("I'm in charge of it", ["I'm in charge of"]),
        ("My boss wants one", ["My boss"]),
        ("the company is odd", []),
        ("the boss is odd", []),
        ("my friend, a big firm", []),
        ("at my school", []),
        ("as a dog owner", []),
        ("the founder said so", []),
        ("Has anybody here ever used Shiftbook for a bakery company?", []),
        ("gifts for a company kid", []),
        ("a licence for a team wiki", []),
        ("I used to work for a small company", []),
        ("I got a phone from my company", []),
        ("We are near a school", []),
        ("I am starting a business", ["starting a business"]),
        ("My parents run a small hotel", ["My parents run a small hotel"]),
        ("The print shop I work for needs a van", ["The print shop I work for"]),
        ("I am the one who decides", ["I am the one who decides"]),
        ("I don't decide", []),
        ("Head of sales here. Which phones?", ["Head of sales here"]),
        ("Ops lead here", ["Ops lead here"]),
        ("Budget approved: 9k EUR", ["Budget approved"]),
    ],
)
def test_who_speaks_for_an_organisation_is_quoted(text: str, authority: list[str]) -> None:
    assert slots(text, "authority") == authority


def test_who_decides_is_told_from_who_buys_for_others() -> None:
    assert meanings("I own a shop.", "authority") == ["decides"]
    assert meanings("My business needs a till.", "authority") == ["decides"]
    assert meanings("Our company needs a till.", "authority") == ["buys for others"]


@pytest.mark.parametrize(
    ("text", "size", "number"),
    [
        ("We are 12 people", ["12 people"], ["12"]),
        ("a team of nine", ["team of nine"], ["9"]),
        ("10-15 users", ["10-15 users"], ["10-15"]),
        ("we have 12 sales reps", ["12 sales reps"], ["12"]),
        ("a 30-person office", ["30-person"], ["30"]),
        ("people like us", [], []),
        ("a team of twenty-five", ["team of twenty-five"], ["25"]),
        ("a team of twenty-five people", ["team of twenty-five"], ["25"]),
        ("We have twenty-five employees", ["twenty-five employees"], ["25"]),
        ("thirty two employees", ["thirty two employees"], ["32"]),
        ("seventeen employees", ["seventeen employees"], ["17"]),
        ("team of two dozen", ["team of two dozen"], ["24"]),
        ("team of a dozen", ["team of a dozen"], ["12"]),
        ("two dozen employees", ["two dozen employees"], ["24"]),
        ("2 dozen employees", ["2 dozen employees"], ["24"]),
        ("half a dozen employees", ["half a dozen employees"], ["6"]),
        ("a hundred employees", ["a hundred employees"], ["100"]),
        ("team of one hundred and five", ["team of one hundred and five"], ["105"]),
        (
            "one hundred and twenty employees",
            ["one hundred and twenty employees"],
            ["120"],
        ),
        ("twenty-five of us", ["twenty-five of us"], ["25"]),
        ("we are twenty-five", ["we are twenty-five"], ["25"]),
        ("We have thirty-two part-time drivers", ["thirty-two part-time drivers"], ["32"]),
        ("our ten to twenty-five nurses", ["ten to twenty-five nurses"], ["10-25"]),
        ("25+ employees", ["25+ employees"], ["25"]),
        ("25+ sales reps", ["25+ sales reps"], ["25"]),
        ("We have 25+ drivers", ["25+ drivers"], ["25"]),
        ("our 10-15 nurses", ["10-15 nurses"], ["10-15"]),
        ("we have twelve * ten employees", ["ten employees"], ["10"]),
        ("several hundred employees", [], []),
        ("a couple of hundred employees", [], []),
        ("two thousand three hundred employees", [], []),
        ("two five-person teams", [], []),
        ("it costs 5 per hundred users", [], []),
        ("a few dozen of us", [], []),
        ("a team of 5-6 people", ["team of 5-6"], ["5-6"]),
        ("A kennel with 8 volunteers", ["8 volunteers"], ["8"]),
        ("Which rota? (5 of us)", ["5 of us"], ["5"]),
        ("Nail bar, 3 stylists, one till", ["3 stylists"], ["3"]),
        ("We have four part-time drivers", ["four part-time drivers"], ["4"]),
        ("our 4 to 5 nurses", ["4 to 5 nurses"], ["4-5"]),
        ("We are 9, which rota?", ["We are 9"], ["9"]),
        ("we're about 12", ["we're about 12"], ["12"]),
        ("We are 30 and in love", [], []),
        ("we run 5 km", [], []),
        ("I called 3 plumbers", [], []),
        ("2 doctors told me so", [], []),
        ("our first two people like it", [], []),
        ("the other 3 drivers", [], []),
        ("It costs 20 per user", [], []),
        ("5 different drivers came", [], []),
        ("version 10.7 people", [], []),
        ("one of us", [], []),
    ],
)
def test_the_size_of_the_team_is_quoted(text: str, size: list[str], number: list[str]) -> None:
    assert slots(text, "team_size") == size
    assert meanings(text, "team_size") == number


@pytest.mark.parametrize(
    ("text", "place", "country"),
    [
        ("we are based in Leeds", ["Leeds"], ["GB"]),
        ("does it ship in the UK", ["UK"], ["GB"]),
        ("a good plumber near Port Talbot please", ["Port Talbot"], [None]),
        ("it starts in March", [], []),
        ("we are in Python land", [], []),
        ("written in Shiftbook", [], []),
        ("we are in here", [], []),
        ("Which bakery in Leeds?", ["Leeds"], ["GB"]),
        ("Need a bookkeeper. Berlin, 5 desks.", ["Berlin"], ["DE"]),
        ("Toronto agency, we need a till", ["Toronto"], ["CA"]),
        ("hosting, US only", ["US"], ["US"]),
        ("flats around central Utrecht", ["Utrecht"], ["NL"]),
        ("an agency in New York City?", ["New York City"], ["US"]),
        ("a printer in Birmingham", ["Birmingham"], [None]),
        ("Accountant for NL/BE wanted", ["NL", "BE"], ["NL", "BE"]),
        ("AC/DC or ABBA", [], []),
        ("I'm from Lisbon", ["Lisbon"], ["PT"]),
        ("a letter from Lisbon", [], []),
        ("I love Cologne a lot", [], []),
        ("anything like Boston Dynamics", [], []),
        ("I live outside the UK", [], []),
        ("they told us, in short, no", [], []),
        ("that is a nice bath", [], []),
        ("Not in London or Paris. Anywhere but Leeds.", [], []),
        ("Not in London, Paris. No.", [], []),
        ("anywhere but in Leeds", [], []),
        ("We're not based in Leeds, but in Berlin", ["Berlin"], ["DE"]),
        ("I live in London, not in Leeds", ["London"], ["GB"]),
        ("I tried everything but in Leeds all fail", ["Leeds"], ["GB"]),
        ("Why not, Toronto agency here", ["Toronto"], ["CA"]),
    ],
)
def test_where_it_is_wanted_is_quoted(
    text: str, place: list[str], country: list[str | None]
) -> None:
    assert slots(text, "location") == place
    assert meanings(text, "location") == country


@pytest.mark.parametrize(
    ("text", "need"),
    [
        ("We need to track our hours, but how?", ["need to track our hours"]),
        ("tired of losing invoices", ["tired of losing invoices"]),
        ("It must work offline", ["must work offline"]),
        ("It must rain", []),
        ("My old printer died", ["My old printer died"]),
        ("Sadly, died", []),
        ("It died", []),
        ("You need to restart it", []),
        ("Do I need to register?", []),
        ("We need to", []),
    ],
)
def test_what_is_needed_is_quoted(text: str, need: list[str]) -> None:
    assert slots(text, "need") == need


def test_a_long_post_is_read_at_its_beginning_and_at_its_end() -> None:
    story = "The river is calm and the dog sleeps. " * 60
    asked = "We're a clinic in Leeds, 5 of us. Looking for a label printer, up to $90, by March 3."
    late, early = f"{story}{asked}", f"{asked} {story}"

    assert slots(late, "wants") == ["label printer"]
    assert slots(late, "budget") == ["up to $90"]
    assert meanings(late, "timeline") == meanings(early, "timeline") == ["2026-03-03"]
    assert slots(late, "team_size") == ["5 of us"]
    for slot in READER.read(read("", late), SAID_AT):
        assert late[slot.span.start : slot.span.end] == slot.text


def test_the_end_of_a_long_post_is_read_from_a_sentence_on() -> None:
    words = "river " * 300
    half = "word " * 60

    assert slots(f"{words}{half} I would never pay {half}. Up to $90. {half}", "budget") == [
        "Up to $90"
    ]
    assert slots(f"{words}{half * 3} we can pay $90", "budget") == ["$90"]


def test_a_fact_said_twice_is_one_slot_and_names_are_limited() -> None:
    many = " ".join(f"then we tried Tool{'x' * n}, " for n in range(20))

    assert slots("under $50, really under $50", "budget") == ["under $50"]
    assert len(slots(many, "products")) == 8


def test_an_empty_post_states_nothing() -> None:
    assert READER.read(read("", "")) == ()
    assert READER.read(read("?!", "...")) == ()


@given(st.text(max_size=60), st.text(max_size=200))
def test_any_text_is_read_and_every_slot_quotes_it(title: str, body: str) -> None:
    fields = {"title": title, "body": body}
    for slot in READER.read(read(title, body), SAID_AT):
        assert fields[slot.span.field][slot.span.start : slot.span.end] == slot.text


_WORDS = (
    "we need to buy a Shiftbook vs Rota 4 in by March $50 -80 per month budget of 700 tired 12 "
    "people team for Leeds UK NL / in New York of us drivers are I am the lead here decision "
    "best , . ? [ ] my shop free about next week or 2"
)
_TALK = st.lists(st.sampled_from(_WORDS.split()), max_size=60).map(" ".join)


@given(_TALK, _TALK)
def test_talk_of_buying_in_any_order_is_read(title: str, body: str) -> None:
    fields = {"title": title, "body": body}
    for slot in READER.read(read(title, body), SAID_AT):
        assert fields[slot.span.field][slot.span.start : slot.span.end] == slot.text


@given(_TALK, _TALK)
def test_our_matcher_finds_what_that_of_spacy_finds(title: str, body: str) -> None:
    text = read(title, body)

    assert READER.read(text, SAID_AT) == SPACY.read(text, SAID_AT)

import pytest

from nlp.slots import SpacySlotReader
from nlp.text import read

READER = SpacySlotReader()


def slots(text: str, name: str, title: str = "") -> list[str]:
    return [slot.text for slot in READER.read(read(title, text)) if slot.name == name]


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
    ],
)
def test_a_budget_is_a_sum_that_is_said_to_be_a_limit(text: str, budget: list[str]) -> None:
    assert slots(text, "budget") == budget


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
    ],
)
def test_a_time_counts_when_something_is_to_be_done_by_it(text: str, timeline: list[str]) -> None:
    assert slots(text, "timeline") == timeline


@pytest.mark.parametrize(
    ("text", "products"),
    [
        ("Any alternatives to Rotabase?", ["Rotabase"]),
        ("Rota tool: Shiftbook vs. Rotabase Pro for us", ["Shiftbook", "Rotabase Pro"]),
        ("We tried Shiftbook, Rotabase and Duty 4 already", ["Shiftbook", "Rotabase", "Duty 4"]),
        ("we are moving from the Shiftbook to paper", ["Shiftbook"]),
        ("Is it Monday or Tuesday", []),
        ("Red or blue", []),
        ("alternatives to paper", []),
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
        ("the company is odd", []),
        ("my friend, a big firm", []),
    ],
)
def test_who_speaks_for_an_organisation_is_quoted(text: str, authority: list[str]) -> None:
    assert slots(text, "authority") == authority


def test_the_size_of_the_team_is_quoted() -> None:
    assert slots("We are 12 people, a team of nine", "team_size") == ["12 people", "team of nine"]


def test_a_fact_said_twice_is_one_slot_and_names_are_limited() -> None:
    many = " ".join(f"then we tried Tool{'x' * n}, " for n in range(20))

    assert slots("under $50, really under $50", "budget") == ["under $50"]
    assert len(slots(many, "products")) == 8


def test_an_empty_post_states_nothing() -> None:
    assert READER.read(read("", "")) == ()
    assert READER.read(read("?!", "...")) == ()

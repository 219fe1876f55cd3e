import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from nlp.known_names import product_names
from nlp.slots import SpacySlotReader, TextSlotReader
from nlp.text import read

READER = TextSlotReader()
SPACY = SpacySlotReader()


def products(title: str, body: str = "") -> set[str]:
    found = READER.read(read(title, body))
    return {slot.text for slot in found if slot.name == "products"}


@pytest.mark.parametrize(
    ("said", "named"),
    [
        ("Datadog, Grafana Cloud or New Relic?", {"Datadog", "Grafana Cloud", "New Relic"}),
        ("Notion / Coda / Obsidian \u2013 which for a wiki?", {"Notion", "Coda", "Obsidian"}),
        ("HubSpot alternative?", {"HubSpot"}),
        ("What does NetSuite really cost for 20 users?", {"NetSuite"}),
        ("Is $18k/year for Gong normal?", {"Gong"}),
        ("Is Backblaze B2 reliable enough?", {"Backblaze B2"}),
        ("DeLonghi Magnifica S - opinions?", {"DeLonghi Magnifica S"}),
        ("How happy are you with your Gusto payroll", {"Gusto"}),
        ("Hiring a freelancer to set up our Zendesk", {"Zendesk"}),
        ("we pay for 12 seats of Figma", {"Figma"}),
        ("calendly or semrush or docker desktop", {"calendly", "semrush", "docker desktop"}),
        ("is the makita df333 any good", {"makita df333"}),
        ("Eaton 5PX 1500 or APC?", {"Eaton 5PX 1500", "APC"}),
        ("Zendesk 5 seats", {"Zendesk"}),
        ("Lenovo 35% off", {"Lenovo"}),
    ],
)
def test_a_known_product_is_found_in_titles_and_texts_in_any_letter_case(
    said: str, named: set[str]
) -> None:
    assert products(said) == named
    assert products("", said) == named


@pytest.mark.parametrize(
    ("said", "named"),
    [
        ("so, we use Notion and Linear", {"Notion", "Linear"}),
        ("notion vs coda", {"notion", "coda"}),
        ("moving from jira to linear", {"jira", "linear"}),
        ("is wise any good", {"wise"}),
        ("ramp pricing", {"ramp"}),
        ("any experience with slack?", {"slack"}),
        ("is the framework 13 worth it", {"framework 13"}),
        ("so is it Monday or Asana", {"Monday", "Asana"}),
        ("close the front door, it would be wise", set()),
        ("using square tubes in a linear way", set()),
        ("our Front desk staff are kind", set()),
        ("so is it Monday or Tuesday", set()),
        ("back to square 1", set()),
    ],
)
def test_an_everyday_word_is_a_product_only_where_a_name_stands(
    said: str, named: set[str]
) -> None:
    assert products("", said) == named


@pytest.mark.parametrize(
    ("title", "named"),
    [
        ("Shiftbook alternative?", {"Shiftbook"}),
        ("Rotabase reviews?", {"Rotabase"}),
        ("What does Rotabase actually cost?", {"Rotabase"}),
        ("Shiftbook, Rotabase or Duty Roster?", {"Shiftbook", "Rotabase", "Duty Roster"}),
        ("Affordable alternative to Rotabase?", {"Rotabase"}),
        ("Cheap alternative?", set()),
        ("Free pricing", set()),
        ("Laptop or Tablet?", set()),
        ("Shiftbook", set()),
    ],
)
def test_a_name_that_is_not_known_is_told_from_where_it_stands(
    title: str, named: set[str]
) -> None:
    assert products(title) == named


@pytest.mark.parametrize("word", ["LIMS", "SSO", "SOC2", "SMS", "SW", "CRM", "1pw", "ERP", "API"])
def test_what_kinds_and_techniques_are_called_is_no_product(word: str) -> None:
    assert products(f"{word} or paper?", f"so we tried {word} and use {word}") == set()


def test_a_name_within_a_longer_one_is_not_said_twice() -> None:
    assert products("", "We have Grafana. Grafana Cloud costs more.") == {"Grafana Cloud"}


def test_the_list_has_each_name_once_and_marks_everyday_words() -> None:
    names = list(product_names())

    assert len({name.casefold() for name, _ in names}) == len(names) > 600
    assert ("Notion", True) in names
    assert ("HubSpot", False) in names


_WORDS = (
    "Notion notion vs or / , HubSpot alternative to is any good framework 13 Monday - the "
    "front desk cost ? . new New Relic Grafana Cloud which should i use for what do you B2 5"
)
_TALK = st.lists(st.sampled_from(_WORDS.split()), max_size=60).map(" ".join)


@given(_TALK, _TALK)
@example("", "alternative to")
def test_talk_of_products_in_any_order_is_read_alike_and_quoted(title: str, body: str) -> None:
    text = read(title, body)
    fields = {"title": title, "body": body}
    found = READER.read(text)

    assert found == SPACY.read(text)
    for slot in found:
        assert fields[slot.span.field][slot.span.start : slot.span.end] == slot.text

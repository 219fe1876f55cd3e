import pytest

from nlp.slots import TextSlotReader
from nlp.text import read

READER = TextSlotReader()


def wants(title: str, body: str = "") -> list[str]:
    return [slot.text for slot in READER.read(read(title, body)) if slot.name == "wants"]


@pytest.mark.parametrize(
    ("said", "wanted"),
    [
        ("Which CRM can you recommend? We are a small gym and need help to pick.", ["CRM"]),
        ("Which CRM should I buy?", ["CRM"]),
        ("What CRM do you use?", ["CRM"]),
        ("What CRM are you all using?", ["CRM"]),
        ("Which label printer to buy", ["label printer"]),
        ("Any CRM suggestions?", ["CRM"]),
        ("CRM recommendations?", ["CRM"]),
        ("What do you guys use for time tracking?", ["time tracking"]),
        ("Could you point me to a CRM?", ["CRM"]),
        ("Does anyone know of a good payroll provider?", ["good payroll provider"]),
        ("I'm looking for a help desk for our shop", ["help desk for our shop"]),
        ("What issue tracker would you recommend?", ["issue tracker"]),
        ("What's a good alternative to Shiftbook?", ["alternative to Shiftbook"]),
        ("Which of these should I get?", []),
        ("Which one should I pick?", []),
        ("Which model should I get?", []),
        ("What problems do you have?", []),
        ("What time do you open?", []),
        ("What do you think?", []),
    ],
)
def test_what_a_text_asks_for_plainly_is_wanted(said: str, wanted: list[str]) -> None:
    assert wants("", said) == wanted


@pytest.mark.parametrize(
    ("title", "wanted"),
    [
        ("Hello from a long time reader", ["CRM"]),
        ("Ask HN: what do you use for uptime monitoring?", ["uptime monitoring"]),
        ("Newbie here, please help!", ["CRM"]),
    ],
)
def test_a_greeting_is_not_wanted(title: str, wanted: list[str]) -> None:
    assert wants(title, "We run a gym, so which CRM would you recommend?") == wanted


@pytest.mark.parametrize(
    ("title", "wanted"),
    [
        (
            "Decent POS system for a 2 location coffee shop",
            ["POS system for a 2 location coffee shop"],
        ),
        ("First hand experience with Personio in Kent?", ["Personio in Kent"]),
        ("Is $18k/year for Gong normal?", []),
        ("Is Backblaze B2 reliable enough for backups?", ["Backblaze B2"]),
        ("Quoted 1.4k for a website, is that fair?", ["website"]),
        ("How much should I pay for a website?", ["website"]),
        ("What do you pay for liability insurance?", ["liability insurance"]),
        ("What is everybody using for backups?", ["backups"]),
        ("Could you point me to a CRM", ["CRM"]),
        ("Best help desk for a small shop", ["help desk for a small shop"]),
        ("Is anybody happy with Front?", []),
    ],
)
def test_a_want_is_whole_and_begins_with_the_thing(title: str, wanted: list[str]) -> None:
    assert wants(title) == wanted


@pytest.mark.parametrize(
    "title",
    [
        "Leaving Jira, what next?",
        "Replacing Salesforce for a 15-seat inside sales team",
        "Cancelling our Zoominfo subscription",
        "Tired of Jira",
        "Moving from QuickBooks Desktop to Xero",
    ],
)
def test_what_an_author_leaves_is_not_wanted(title: str) -> None:
    assert wants(title) == []


def test_a_thing_that_is_replaced_by_its_like_is_wanted() -> None:
    assert wants("Replacing my Miele dishwasher") == ["Miele dishwasher"]


@pytest.mark.parametrize(
    ("title", "wanted"),
    [
        ("HubSpot alternative?", ["HubSpot alternative"]),
        (
            "Alternative to Salesforce for a sales team",
            ["Alternative to Salesforce for a sales team"],
        ),
        ("Any alternatives?", []),
    ],
)
def test_an_alternative_is_wanted_with_what_it_replaces(title: str, wanted: list[str]) -> None:
    assert wants(title) == wanted


@pytest.mark.parametrize(
    ("title", "wanted"),
    [
        (
            "HubSpot or Zoho for a 6 person agency?",
            ["HubSpot or Zoho for a 6 person agency"],
        ),
        ("Bosch or Miele dishwasher?", ["Bosch or Miele dishwasher"]),
        ("HubSpot vs Zoho", []),
        ("Notion / Coda / Obsidian \u2013 which for a team wiki?", ["team wiki"]),
        ("Datadog, Grafana Cloud or New Relic?", []),
    ],
)
def test_of_a_choice_no_single_option_is_wanted(title: str, wanted: list[str]) -> None:
    assert wants(title) == wanted

"""Where a buyer is and with whom."""

import pytest
from pydantic import JsonValue

from config.topic import Topic
from crawlers.found import FoundPost
from service.posts.judging import TopicFinder
from service.rules.buyers import account_at, region_of

ACCOUNTS = {"acme.com": "Acme", "mail.acme.org": "Acme Post"}
REGIONS = {"dach": ("DE", "Berlin"), "uk": ("Leeds",)}


@pytest.mark.parametrize(
    ("email", "account"),
    [
        ("ann@Acme.com", "Acme"),
        ("ann@eu.acme.com", "Acme"),
        ("ann@mail.acme.org", "Acme Post"),
        ("ann@acme.org", "acme.org"),
        ("ann@gmail.com", None),
        ("ann@localhost", None),
        ("ann@a..b", None),
        ("", None),
        (None, None),
    ],
)
def test_a_company_is_known_by_the_domain_of_an_address(
    email: str | None, account: str | None
) -> None:
    assert account_at(email, ACCOUNTS) == account


def a_slot(
    text: str, name: str = "location", normalised: str | None = None
) -> dict[str, JsonValue]:
    return {"name": name, "text": text, "normalised": normalised}


@pytest.mark.parametrize(
    ("slots", "region"),
    [
        ([a_slot("berlin")], "dach"),
        ([a_slot("Germany", normalised="DE")], "dach"),
        ([a_slot("Oslo"), a_slot("Leeds")], "uk"),
        ([a_slot("Leeds", name="wants")], None),
        ([], None),
    ],
)
def test_a_region_is_known_by_a_place_that_the_file_lists(
    slots: list[dict[str, JsonValue]], region: str | None
) -> None:
    assert region_of(slots, REGIONS) == region


def test_a_problem_is_listened_for_without_the_name_of_a_product() -> None:
    topic = Topic(id="ap", name="Accounts payable", problems=("invoices get lost",))
    finder = TopicFinder([topic])

    (found,) = finder.find(
        FoundPost(external_id="1", url=None, text="Our invoices get lost every month."), "talk"
    )

    assert found.topic_id == "ap"
    assert [quote.text for quote in found.phrases] == ["invoices get lost"]

"""What adapters of JSON APIs share."""

import pytest
from pydantic import JsonValue

from crawlers.apis.asking import ApiModel, left_out, readable, secret, understand
from crawlers.errors import BadDocument, MissingSecret
from tests.crawling import a_source


class Named(ApiModel):
    name: str


class Names(ApiModel):
    names: list[JsonValue]


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b" ",
        b"<html>",
        b"[]",
        b'{"names": 3}',
        b'{"x": 1}',
        b"[" * 100_000,
        b'{"names": [NaN}',
    ],
)
def test_what_is_no_answer_of_the_api_is_named(body: bytes) -> None:
    with pytest.raises(BadDocument):
        understand(body, Names)


def test_items_of_another_shape_are_left_out_and_counted() -> None:
    found, unreadable = readable([{"name": "ann", "new": 1}, {"nom": "bob"}, 7], Named)

    assert [item.name for item in found] == ["ann"]
    assert unreadable == 2
    assert left_out(unreadable, 3) == "2 of 3 results have an unknown shape and were left out"
    assert left_out(0, 3) is None


def test_a_secret_that_no_option_points_at_is_asked_for_by_its_option() -> None:
    source = a_source("https://api.example/", secrets={"token": "t0p"})

    assert secret(source, "token") == "t0p"
    with pytest.raises(MissingSecret, match="password_env"):
        secret(source, "password")

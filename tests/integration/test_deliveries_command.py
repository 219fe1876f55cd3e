"""`harken deliveries` and `harken feeds`, as a person uses them."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.command import Ran, harken_here
from tests.misbehaving import MisbehavingServer
from tests.posting import WHSEC, Receiver

CHANNELS = """
[[endpoint]]
id = "crm"
kind = "webhook"
url_env = "HARKEN_CRM"
secret_env = "HARKEN_CRM_SECRET"
events = ["lead.*"]
"""


@pytest.fixture
def server() -> Iterator[MisbehavingServer]:
    with MisbehavingServer(Receiver()) as running:
        yield running


@pytest.fixture
def folder(fresh_house: Path) -> Path:
    (fresh_house / "channels.toml").write_text(CHANNELS)
    return fresh_house


def run(folder: Path, server: MisbehavingServer, *words: str, **more: str) -> Ran:
    usual = {
        "HARKEN_CRM": server.url("/hook"),
        "HARKEN_CRM_SECRET": WHSEC,
        "HARKEN_ALLOW_NETWORKS": "127.0.0.0/8",
    }
    return harken_here(*words, data=folder, **(usual | more))


def test_an_endpoint_is_tried(folder: Path, server: MisbehavingServer) -> None:
    went_well = run(folder, server, "deliveries", "test", "crm")
    assert (went_well.code, went_well.err) == (0, "")
    assert "crm answered 204" in went_well.out
    assert json.loads(server.requests[0].body)["type"] == "harken.test"


def test_an_endpoint_that_can_t_be_is_said(folder: Path, server: MisbehavingServer) -> None:
    private = run(folder, server, "deliveries", "test", "crm", HARKEN_ALLOW_NETWORKS="")
    assert private.code == 1
    assert "127.0.0.1" in private.err

    without = run(folder, server, "deliveries", "test", "crm", HARKEN_CRM_SECRET="")
    assert without.code == 1
    assert "HARKEN_CRM_SECRET" in without.err
    looked = run(folder, server, "deliveries", "endpoints", "--json", HARKEN_CRM_SECRET="")
    (line,) = looked.lines
    assert (line["endpoint"], line["state"]) == ("crm", "ok"), "the worker may have it"
    assert server.requests == []


def test_a_delivery_that_is_not_there_can_t_be_sent_again(
    folder: Path, server: MisbehavingServer
) -> None:
    assert "no delivery 'msg_x'" in run(folder, server, "deliveries", "retry", "msg_x").err


def test_a_feed_is_given_out_and_taken_back(folder: Path, server: MisbehavingServer) -> None:
    given = run(folder, server, "feeds", "add", "--for", "admin")
    assert [line.rpartition(".")[2] for line in given.out.split()] == ["atom", "rss", "json"]
    (line,) = run(folder, server, "feeds", "list", "--json").lines
    assert (line["for"], line["revoked"]) == ("admin", None)
    assert run(folder, server, "feeds", "revoke", str(line["id"])).code == 0

import time

import pytest

from crawlers.errors import BrokenAnswer, SourceError, TimedOut, TooLarge, Truncated
from crawlers.fetch import Limits
from tests.crawling import a_gate, failure
from tests.misbehaving import MisbehavingServer

#: A tenth of what people get, so that tests needn't wait.
IMPATIENT = Limits(stall_seconds=0.3, total_seconds=0.8, body_bytes=2**20)


def error_at(server: MisbehavingServer, path: str) -> SourceError:
    return failure(
        lambda gate: gate.get(server.url(path), obey_robots=False), a_gate(limits=IMPATIENT)
    )


@pytest.mark.parametrize("path", ["/stall", "/stall-in-body"])
def test_a_server_that_stalls_is_given_up_on_with_words(
    misbehaving: MisbehavingServer, path: str
) -> None:
    error = error_at(misbehaving, path)
    assert isinstance(error, TimedOut)
    assert "took too long: nothing was sent within 0.3 seconds" in error.reason


def test_the_usual_patience_ends_before_a_stall_of_ten_seconds() -> None:
    assert Limits().stall_seconds == 8


def test_x22_a_server_that_drips_is_given_up_on(misbehaving: MisbehavingServer) -> None:
    error = error_at(misbehaving, "/drip")
    assert isinstance(error, TimedOut)
    assert "wasn't complete within 0.8 seconds" in error.reason


@pytest.mark.parametrize("path", ["/endless", "/length-boast"])
def test_x23_a_document_without_end_is_cut_off(misbehaving: MisbehavingServer, path: str) -> None:
    assert isinstance(error_at(misbehaving, path), TooLarge)


@pytest.mark.parametrize("coding", ["gzip", "deflate", "br", "zstd"])
def test_x19_x20_a_bomb_is_stopped_while_it_unfolds(
    misbehaving: MisbehavingServer, coding: str
) -> None:
    gate = a_gate(limits=Limits(body_bytes=2**20))
    url = misbehaving.url(f"/bomb?coding={coding}")
    began = time.process_time()
    error = failure(lambda opened: opened.get(url, obey_robots=False), gate)
    assert isinstance(error, TooLarge)
    assert time.process_time() - began < 3  # most of it is the server packing 64 MiB


@pytest.mark.parametrize(
    ("path", "words"),
    [
        ("/packed-twice", "in a way nobody asked for"),  # X21
        ("/broken-gzip", "can't be undone"),
        ("/hang-up", "hung up"),
        ("/not-http", "no HTTP"),
        ("/many-headers", "far too much"),  # X40
        ("/huge-etag?size=1000000", "far too much"),  # X40
    ],
)
def test_broken_http_is_named(misbehaving: MisbehavingServer, path: str, words: str) -> None:
    error = error_at(misbehaving, path)
    assert isinstance(error, BrokenAnswer)
    assert words in error.reason


def test_x23_a_document_that_ends_before_its_length_is_not_taken_for_whole(
    misbehaving: MisbehavingServer,
) -> None:
    assert isinstance(error_at(misbehaving, "/length-lie"), Truncated)

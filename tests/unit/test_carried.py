"""Requests and answers that are carried to another process and back arrive as they were."""

from string import ascii_lowercase

from hypothesis import given
from hypothesis import strategies as st

from service.serving.carried import (
    Request,
    Response,
    request_in_frame,
    request_of_frame,
    response_in_frame,
    response_of_frame,
)

names = st.text(ascii_lowercase + "-", min_size=1, max_size=20).map(str.encode)
headers = st.lists(st.tuples(names, st.binary(max_size=60)), max_size=8)
ends = st.none() | st.tuples(st.ip_addresses().map(str), st.integers(0, 65_535))


@given(
    path=st.text(max_size=40),
    raw=st.binary(max_size=40),
    query=st.binary(max_size=80),
    sent=headers,
    client=ends,
    config=st.text(max_size=16),
)
def test_a_request_arrives_as_it_was_sent(
    path: str,
    raw: bytes,
    query: bytes,
    sent: list[tuple[bytes, bytes]],
    client: tuple[str, int] | None,
    config: str,
) -> None:
    scope = {
        "type": "http",
        "asgi": {"version": "3.0", "spec_version": "2.3"},
        "http_version": "1.1",
        "method": "GET",
        "scheme": "http",
        "root_path": "",
        "path": path,
        "raw_path": raw,
        "query_string": query,
        "headers": sent,
        "client": client,
        "server": ("127.0.0.1", 8484),
        "state": {},
    }

    there = request_of_frame(request_in_frame(Request(scope=scope, config=config)))

    assert there == Request(scope=scope, config=config)


@given(status=st.integers(100, 599), sent=headers, body=st.binary(max_size=2_000))
def test_an_answer_comes_back_as_it_was_made(
    status: int, sent: list[tuple[bytes, bytes]], body: bytes
) -> None:
    made = Response(status=status, headers=sent, body=body)

    assert response_of_frame(response_in_frame(made)) == made

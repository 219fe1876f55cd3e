import json

import pytest

from models.words import Kind, Role
from nlp.errors import LineError
from nlp.labelled import LabelledPost, read_all, read_labelled, read_post


def test_a_post_needs_a_title_or_a_body() -> None:
    assert read_post('{"title": "a"}').body == ""
    assert read_post(b'{"id": 7, "body": "b", "title": null, "more": 1}').id == 7


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("", "not a JSON object: expecting value at column 1"),
        ("nonsense", "not a JSON object: expecting value at column 1"),
        ('{"a": "b', "not a JSON object: unterminated string starting at column 7"),
        ('{"a": "\t"}', "not a JSON object: invalid control character at column 8"),
        ('{"title": "a"} x', "not a JSON object: extra data at column 16"),
        ("[1]", "not a JSON object but an array"),
        ("null", "not a JSON object but null"),
        ("true", "not a JSON object but true"),
        ("1.5", "not a JSON object but a number"),
        ('"a"', "not a JSON object but a string"),
        ("[" * 200_000, "not a JSON object: nested too deeply"),
        ("Infinity", "not a JSON object: Infinity is no JSON"),
        ('{"id": 1}', 'neither "title" nor "body"'),
        ('{"title": 1}', '"title" is not a string but a number'),
        ('{"body": false}', '"body" is not a string but false'),
        ('{"id": [], "title": "a"}', '"id" is not a string or a number but an array'),
        ('{"id": {}, "title": "a"}', '"id" is not a string or a number but an object'),
        ('{"id": -1e400, "title": "a"}', '"id" is too large a number'),
        (b"\xff\xfe\x00", "not a JSON object: not UTF-8"),
        ("9" * 5_000, "not a JSON object: too long a number, of more than 4,300 digits"),
    ],
)
def test_what_is_no_post_is_refused_in_words(line: str | bytes, said: str) -> None:
    with pytest.raises(LineError) as caught:
        read_post(line)

    assert str(caught.value) == said


def test_a_byte_order_mark_is_no_part_of_a_post() -> None:
    assert read_post(b'\xef\xbb\xbf{"title": "a"}').title == "a"


def test_a_lone_surrogate_may_come_as_bytes_too() -> None:
    assert read_post(b'{"title": "\xed\xa0\x80"}').title == "\ud800"


def test_a_strength_may_be_written_with_a_point() -> None:
    assert read_labelled('{"title": "a", "strength": 2.0}').strength == 2


def test_the_last_of_keys_that_are_there_twice_counts() -> None:
    assert read_post('{"title": "a", "title": "b"}').title == "b"


def test_a_labelled_line_keeps_what_is_said_of_it() -> None:
    line = json.dumps(
        {"id": 1, "title": "t", "body": "b", "strength": 3, "kind": "pricing", "role": "seeker",
         "products": ["x"], "wants": "y", "budget": "", "authority": True, "sure": False}
    )  # fmt: skip

    post = read_labelled(line)

    assert post == LabelledPost(
        id="1", title="t", body="b", strength=3, kind=Kind.PRICING, role=Role.SEEKER,
        products=("x",), wants="y", authority=True, sure=False, has_slots=True,
    )  # fmt: skip
    assert post.is_signal


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"strength": None}, "strength"),
        ({"strength": True}, "strength"),
        ({"strength": 4}, "strength"),
        ({"kind": "wish"}, "kind"),
        ({"role": []}, "role"),
        ({"products": "x"}, "products"),
        ({"products": [1]}, "products"),
    ],
)
def test_a_label_that_the_guide_does_not_know_is_refused(
    change: dict[str, object], said: str
) -> None:
    with pytest.raises(LineError, match=said):
        read_labelled(json.dumps({"title": "t", "strength": 0} | change))


def test_lines_are_numbered_and_empty_ones_passed_over() -> None:
    read = list(read_all(['{"strength": 0}', "\n", "x"]))

    assert [number for number, _ in read] == [1, 3]
    assert isinstance(read[1][1], LineError)

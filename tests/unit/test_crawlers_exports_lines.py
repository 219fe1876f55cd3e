"""Exports as lines: CSV and JSON Lines, in whatever encoding they were saved."""

import io
import json
from contextlib import suppress
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawlers.exports.export import ExportFormat, NotThisFormat, Skipped
from crawlers.exports.lines import LONGEST_CELL, LONGEST_LINE, as_utf8, lines
from crawlers.found import FoundPost
from tests.exported import read

HEAD = "title,text,author,url,date\n"
ROW = "Which CRM?,We are ten people,Ann,https://talk.example/1,2026-01-02T03:00:00Z\n"


def table(text: str | bytes) -> tuple[list[FoundPost], list[Skipped]]:
    return read(text.encode() if isinstance(text, str) else text, ExportFormat.CSV)


def objects(*values: object) -> tuple[list[FoundPost], list[Skipped]]:
    rows = [value if isinstance(value, str) else json.dumps(value) for value in values]
    return read("\n".join(rows).encode(), ExportFormat.JSONL)


def test_a_row_becomes_a_post() -> None:
    ((post,), skipped) = table(HEAD + ROW)
    assert skipped == []
    assert (post.title, post.text, post.author) == ("Which CRM?", "We are ten people", "Ann")
    assert post.url == "https://talk.example/1"
    assert post.published == datetime(2026, 1, 2, 3, tzinfo=UTC)


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_f03_what_stands_between_cells_is_found_out(delimiter: str) -> None:
    body = f"Betreff{delimiter}Nachricht{delimiter}Autor\na{delimiter}b, c; d{delimiter}Ann\n"
    if delimiter in ",;":
        body = body.replace("b, c; d", '"b, c; d"')
    ((post,), _) = table(body)
    assert (post.title, post.text, post.author) == ("a", "b, c; d", "Ann")


def test_f03_a_spreadsheets_own_hint_is_believed() -> None:
    ((post,), _) = table("sep=|\r\ntext|author\r\na;b,c|Ann\r\n")
    assert (post.text, post.author) == ("a;b,c", "Ann")


def test_f04_quotes_and_line_ends_within_a_cell_belong_to_it() -> None:
    ((post, other), _) = table('text,author\r\n"one ""two""\r\nthree",Ann\r\nfour,Bob\r\n')
    assert post.text == 'one "two"\nthree'
    assert other.author == "Bob"


def test_f04_rows_of_another_length_are_told_of_or_filled_up() -> None:
    (posts, (skipped,)) = table("text,author\nshort\na,b,c,d\nwhole,Ann\n\n")
    assert [post.text for post in posts] == ["short", "whole"]
    assert (skipped.where, "4 cells" in skipped.why) == ("line 3, column 3", True)


def test_f04_a_cell_that_is_too_long_is_told_of_and_the_next_row_read() -> None:
    body = f"text,author\n{'x' * (LONGEST_CELL + 1)},Ann\nwhole,Bob\n"
    ((post,), (skipped,)) = table(body)
    assert post.text == "whole"
    assert skipped.where == "line 2"


def test_f04_a_line_that_is_too_long_is_told_of_and_the_next_row_read() -> None:
    body = b"text,author\n" + b"x" * (2 * LONGEST_LINE + 7) + b"\nwhole,Bob\n"
    ((post,), (skipped,)) = table(body)
    assert (post.text, skipped.where) == ("whole", "line 2")


def test_f04_ten_thousand_columns_are_too_many() -> None:
    body = "text," * 10_000 + "\n" + "a," * 10_000 + "\nwhole\n"
    ((post,), (skipped,)) = table(body)
    assert (post.text, skipped.where) == ("whole", "line 2, column 201")


def test_f04_a_quote_that_is_never_closed_swallows_no_more_than_a_cell() -> None:
    body = 'text,author\n"never closed,Ann\n' + "whole,Bob\n" * 20_000
    posts, skipped = table(body)
    assert skipped[0].where == "line 2"
    assert "quote" in skipped[0].why
    assert len(posts) > 5_000


@pytest.mark.parametrize("body", ["", "\n", "1,2,3\n4,5,6\n", "name,phone\nAnn,1\n", "\x00\x00"])
def test_f04_a_table_whose_columns_have_no_names_is_refused(body: str) -> None:
    with pytest.raises(NotThisFormat, match="name the columns"):
        table(body)


def test_f04_of_two_columns_of_one_name_the_first_filled_one_counts() -> None:
    ((post, other), _) = table("text,text\na,b\n,b\n")
    assert (post.text, other.text) == ("a", "b")


@pytest.mark.parametrize(
    "encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32", "cp1252"]
)
def test_f05_an_encoding_is_found_out(encoding: str) -> None:
    ((post,), skipped) = table("text,author\r\nGröße für Müller,Jörg\r\n".encode(encoding))
    assert (post.text, post.author, skipped) == ("Größe für Müller", "Jörg", [])


def test_f05_lines_of_mixed_encodings_are_all_read() -> None:
    ((one, two), _) = table("text\nGröße\n".encode() + "Größe\n".encode("cp1252"))
    assert one.text == two.text == "Größe"


def test_f05_zeros_and_control_characters_are_taken_out() -> None:
    ((post,), _) = table(b"text\none\0two\x1b[2J three\n")
    assert post.text == "onetwo three"


@pytest.mark.parametrize("as_json", [False, True])
def test_f06_columns_that_name_our_own_fields_mean_nothing(*, as_json: bool) -> None:
    evil = {"status": "won", "score": 100, "owner": "admin", "id": 1, "role": "admin"}
    more = {"is_signal": True, "source_id": "x", "tags": "a", "language": "xx", "topic": "crm"}
    fields = {"text": "Which CRM?", "author": "Ann", **evil, **more}
    if as_json:
        ((post,), _) = objects(fields)
    else:
        ((post,), _) = table(",".join(fields) + "\n" + ",".join(map(str, fields.values())))
    ((plain,), _) = objects({"text": "Which CRM?", "author": "Ann"})
    assert post == plain


def test_a_date_that_cannot_be_believed_makes_no_fresh_post() -> None:
    _, skipped = objects(
        {"text": "a", "date": "soon"},
        {"text": "a", "date": "2099-01-01"},
        {"text": "a", "date": "1970-01-01"},
    )
    assert [one.where for one in skipped] == ["line 1", "line 2", "line 3"]
    assert "'soon' can't be read" in skipped[0].why


def test_objects_become_posts_and_threads() -> None:
    ((first, reply, by_hash), _) = objects(
        {"message_id": "m1", "subject": "Which CRM?", "body": "x", "createdAt": 1767322800000},
        {"message_id": "m2", "body": "None", "replyTo": "m1", "threadId": "t"},
        {"body": "None"},
    )
    assert first.published == datetime(2026, 1, 2, 3, tzinfo=UTC)
    assert (first.external_id, first.is_opening) == ("m1", True)
    assert (reply.parent_external_id, reply.thread_key, reply.is_opening) == ("m1", "t", False)
    assert by_hash.external_id.startswith("row:")


def test_a_bad_line_is_told_of_with_its_place_and_skipped() -> None:
    posts, skipped = objects(
        '{"text": "a"}',
        '{"text": }',
        "[1]",
        "",
        '{"text": {"no": "text"}}',
        "[" * 100_000,
        '{"text": ' + "9" * 5_000 + "}",
        '{"text": "b"}',
    )
    assert [post.text for post in posts] == ["a", "b"]
    assert [one.where for one in skipped] == [
        *("line 2, column 10", "line 3", "line 5", "line 6", "line 7"),
    ]


@pytest.mark.parametrize("url", ["javascript:alert(1)", "file:///etc/passwd", "//x", "a b"])
def test_an_address_that_no_browser_shows_is_left_out(url: str) -> None:
    ((post,), _) = objects({"text": "a", "url": url})
    assert post.url is None


def test_fields_are_capped() -> None:
    ((post,), _) = objects(
        {"title": "t" * 9_999, "text": "x" * 500_000, "author": "a" * 9_999, "guid": "g" * 9_999}
    )
    assert len(post.title) == 300
    assert len(post.text) <= 64 * 1024
    assert len(post.author or "") == 100
    assert len(post.external_id) <= 200


@given(st.text(max_size=200), st.sampled_from(["utf-8", "utf-8-sig", "utf-16", "utf-32"]))
def test_lines_are_the_lines_of_the_text(text: str, encoding: str) -> None:
    stream = io.BytesIO(text.encode(encoding))
    read_back = [line.text for line in lines(stream)]
    if text.encode(encoding).startswith((b"\xff\xfe", b"\xfe\xff")) or "\0" not in text:
        assert "".join(line or "" for line in read_back) == text.removeprefix("\ufeff")


@given(st.text(max_size=200), st.sampled_from(["utf-8-sig", "utf-16", "utf-32"]))
def test_what_is_made_utf_8_is_the_same_text(text: str, encoding: str) -> None:
    stream = as_utf8(io.BytesIO(text.encode(encoding)))
    assert stream.read().decode() == text


@given(st.binary(max_size=400))
def test_whatever_a_file_holds_it_is_read_or_refused(body: bytes) -> None:
    read(body, ExportFormat.JSONL)
    with suppress(NotThisFormat):
        read(b"text,author\n" + body, ExportFormat.CSV)

"""Exports as lines: CSV and JSON Lines, in whatever encoding they were saved."""

import io
import json
from contextlib import suppress
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawlers.exports.export import ExportFormat, Noted, NotThisFormat, Skipped
from crawlers.exports.lines import LONGEST_LINE, as_utf8, lines
from crawlers.exports.reading import read_export
from crawlers.exports.table import LONGEST_CELL
from crawlers.found import FoundPost
from tests.crawling import NOW
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


def test_f04_a_quote_that_is_never_closed_costs_its_own_row() -> None:
    rows = "".join(f"R{number},We need a CRM,Bob,,2026-01-02\n" for number in range(40))
    posts, (skipped,) = table(f'{HEAD}{ROW}Q1,"open quote,Ann,,2026-01-02\n{rows}')
    assert len(posts) == 41
    assert (skipped.where, skipped.why) == ("line 3", "a quote isn't closed")


def test_f04_a_quote_that_another_rows_quote_closes_costs_its_own_row() -> None:
    rows = 'R1,"more words",Bob\nR2,"two\nlines",Bob\nR3,x,Bob\n'
    posts, (skipped,) = table(f'title,text,author\nQ0,fine,Ann\nQ1,"open,Ann\nR0,x,Bob\n{rows}')
    assert [post.title for post in posts] == ["Q0", "R0", "R1", "R2", "R3"]
    assert posts[3].text == "two\nlines"
    assert (skipped.where, skipped.why) == ("line 3", "a quote isn't closed")


def test_f04_what_stands_behind_an_open_quote_and_is_no_whole_row_is_told_of() -> None:
    body = 'title,text,author\nQ1,"open\nand, its second line\n\nR0,x,Bob\n'
    ((post,), skipped) = table(body)
    assert post.title == "R0"
    assert [one.where for one in skipped] == ["line 2", "line 3"]
    assert "behind a quote" in skipped[1].why


def test_f04_in_a_table_of_one_column_nothing_behind_an_open_quote_is_sure() -> None:
    posts, skipped = table('text\nfine\n"open\nmaybe its second line\nmaybe a row\n')
    assert [post.text for post in posts] == ["fine"]
    assert [one.where for one in skipped] == ["line 3", "line 4", "line 5"]


def test_f04_quotes_that_stand_oddly_within_a_line_are_read_as_before() -> None:
    ((post, other), skipped) = table('text,author\n"one" two,Ann\n5" screen,Bob\n')
    assert (post.text, other.text, skipped) == ("one two", '5" screen', [])


def test_f04_a_line_whose_odd_quotes_open_a_cell_makes_the_next_one_doubtful() -> None:
    body = 'title,text,author\n"Q" 1,"two\nlines",Ann\nR0,x,Bob\n'
    ((post,), skipped) = table(body)
    assert post.title == "R0"
    assert [one.where for one in skipped] == ["line 2", "line 3"]


def test_f04_a_quote_that_the_last_line_leaves_open_is_told_of() -> None:
    (posts, (skipped,)) = table('text,author\nwhole,Bob\n"open,Ann')
    assert ([post.text for post in posts], skipped.where) == (["whole"], "line 3")


def test_f04_a_row_that_goes_on_and_on_is_told_of_and_the_others_read() -> None:
    row = 'a",x,"b' + "c" * 1_000 + "\n"
    (posts, skipped) = table('text,author\n"\n' + row * 3_000 + '",\n' + "whole,Bob\n" * 2)
    assert [post.text for post in posts] == ["whole"] * 2
    assert "quote" in skipped[0].why


def test_f04_quotes_that_open_on_each_line_are_not_read_again_and_again() -> None:
    body = "text,author\n" + '"\n' + 'a",x,"b\n' * 200_000
    stream = io.BytesIO(body.encode())
    entries = list(read_export(stream, ExportFormat.CSV, name="x", now=NOW))
    assert len(entries) <= 200_001
    assert isinstance(entries[0], Skipped)


# Which number of a date is the month.


def days(*dates: str) -> tuple[list[datetime | None], list[str]]:
    rows = "".join(f"Words {number},{date}\n" for number, date in enumerate(dates))
    found = list(
        read_export(io.BytesIO(f"text,date\n{rows}".encode()), ExportFormat.CSV, name="x", now=NOW)
    )
    posts = [entry.published for entry in found if isinstance(entry, FoundPost)]
    return posts, [entry.what for entry in found if isinstance(entry, Noted)]


def test_one_date_settles_the_order_of_its_column() -> None:
    assert days("03/04/2026", "03/13/2026") == ([a_day(3, 4), a_day(3, 13)], [])
    assert days("03/04/2026", "13/03/2026") == ([a_day(4, 3), a_day(3, 13)], [])
    assert days("3/4/2026 3:00 PM", "13/3/2026 3:00 PM")[0][0] == a_day(4, 3, hour=15)


def test_where_nothing_settles_the_order_it_is_said_once() -> None:
    found, (told,) = days("03/04/2026", "05/04/2026")
    assert found == [a_day(4, 3), a_day(4, 5)]
    assert "the day first" in told
    found, (told,) = days("03/04/2026 3:00 PM", "05/04/2026")
    assert found == [a_day(3, 4, hour=15), a_day(5, 4)]
    assert "the month first" in told


def test_where_dates_contradict_each_other_the_more_frequent_order_is_taken_and_said() -> None:
    found, (told,) = days("03/04/2026", "03/13/2026", "03/14/2026", "15/03/2026")
    assert found == [a_day(3, 4), a_day(3, 13), a_day(3, 14), a_day(3, 15)]
    assert "both" in told


@pytest.mark.parametrize(
    "dates",
    [("03.04.2026", "05.04.2026"), ("2026-03-04",), ("4 March 2026",), ("04/04/2026",), ()],
)
def test_of_dates_whose_order_is_no_question_nothing_is_said(dates: tuple[str, ...]) -> None:
    assert days(*dates)[1] == []


def test_the_order_is_looked_for_in_the_first_rows_only() -> None:
    found, told = days(*["03/04/2026"] * 2_000, "03/13/2026")
    assert (found[0], found[-1], len(told)) == (a_day(4, 3), a_day(3, 13), 1)


@given(st.permutations(["03/04/2026", "03/13/2026", "05/06/2026", "01/12/2026"]))
def test_a_column_is_read_in_one_order_wherever_it_is_settled(dates: list[str]) -> None:
    found, told = days(*dates)
    assert found == [datetime.strptime(date, "%m/%d/%Y").replace(tzinfo=UTC) for date in dates]
    assert told == []


def a_day(month: int, day: int, *, hour: int = 0) -> datetime:
    return datetime(2026, month, day, hour, tzinfo=UTC)


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

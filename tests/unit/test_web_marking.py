from hypothesis import given
from hypothesis import strategies as st

from service.web.wording.marking import Mark, Marked, cut, excerpt

texts = st.text(max_size=200)
places = st.lists(
    st.builds(
        Marked,
        start=st.integers(-5, 220),
        end=st.integers(-5, 220),
        mark=st.sampled_from(Mark),
        why=st.just("because"),
    ),
    max_size=8,
)


def a_place(start: int, end: int, mark: Mark = Mark.CUE) -> Marked:
    return Marked(start=start, end=end, mark=mark, why="because")


def test_the_marked_words_are_a_piece_of_their_own() -> None:
    pieces = cut("does anybody know X?", [a_place(5, 17)])

    assert [(p.text, p.marks, p.why) for p in pieces] == [
        ("does ", (), ""),
        ("anybody know", (Mark.CUE,), "because"),
        (" X?", (), ""),
    ]


def test_where_marks_overlap_both_are_seen() -> None:
    pieces = cut("need a CRM now", [a_place(7, 10, Mark.PHRASE), a_place(0, 10)])

    assert [(p.text, p.marks) for p in pieces] == [
        ("need a ", (Mark.CUE,)),
        ("CRM", (Mark.CUE, Mark.PHRASE)),
        (" now", ()),
    ]


def test_offsets_count_code_points() -> None:
    text = "🙂🙂 who uses ĳ?"

    assert cut(text, [a_place(3, 6)])[1].text == "who"


@given(texts, places)
def test_the_pieces_are_the_text_again(text: str, marks: list[Marked]) -> None:
    assert "".join(piece.text for piece in cut(text, marks)) == text


@given(texts, places)
def test_no_piece_is_empty(text: str, marks: list[Marked]) -> None:
    assert all(piece.text for piece in cut(text, marks))


@given(texts, places, st.integers(1, 80), st.integers(0, 40))
def test_an_excerpt_is_a_part_of_the_text_and_not_longer_than_asked(
    text: str, marks: list[Marked], most: int, before: int
) -> None:
    found = excerpt(text, marks, most=most, before=before)
    shown = "".join(piece.text for piece in found.pieces)

    assert shown in text
    assert len(shown) <= most + 40  # a cut goes back to the beginning of a word
    assert (len(shown) < len(text)) == (found.cut_before or found.cut_after)


def test_an_excerpt_keeps_the_weightiest_words_in_sight() -> None:
    text = "blah " * 100 + "can anybody recommend a CRM? " + "blah " * 100
    start = text.index("can anybody")
    found = excerpt(text, [a_place(start, start + 21)], most=60, before=20)

    assert [p.text for p in found.pieces if p.marks] == ["can anybody recommend"]
    assert (found.cut_before, found.cut_after) == (True, True)

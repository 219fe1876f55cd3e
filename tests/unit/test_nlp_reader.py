"""The reader: what it is given, how it is mixed with the linear model, and what is refused."""

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.words import Kind, Role
from nlp.cues import finder
from nlp.errors import ModelError
from nlp.judge import Judge
from nlp.linear import probability
from nlp.model_card import SHIPPED
from nlp.reader.card import CARD, NETWORK, VOCABULARY, ReaderCard, read_reader_card
from nlp.reader.pieces import LONGEST, PIECES, TAIL_PIECES, TITLE_PIECES, cut, tokeniser
from nlp.reader.session import Read, Reader, Sentence
from nlp.text import Text, read

LINEAR = Judge.load().model
FOLDER = SHIPPED / "reader"
WORDS = tokeniser(FOLDER / VOCABULARY)


def a_card(**other: object) -> ReaderCard:
    plain = ReaderCard(
        version="reader-test",
        sha256="",
        vocabulary_sha256="",
        goes_with=LINEAR.version,
        floor=0.0,
        linear=0.5,
        read=2.0,
        offset=-1.0,
        threshold=0.5,
        latent_threshold=0.5,
        kinds=(Kind.PRICING, Kind.PURCHASE),
        roles=(Role.SEEKER, Role.SELLER),
    )
    return replace(plain, **other)  # type: ignore[arg-type]  # a test's own values


class Says:
    """A reader that makes the same of every post, and remembers how many it read."""

    def __init__(self, signal: float, **card: object) -> None:
        self.card = a_card(**card)
        self.asked = 0
        self._signal = signal

    def read(self, text: Text) -> Read:
        self.asked += 1
        return Read(
            signal=self._signal,
            latent=-3.0,
            kinds={Kind.PRICING: 30.0, Kind.PURCHASE: 0.0},
            role=Role.SELLER,
            sentences=(Sentence(1, 0, 5, 3.0), Sentence(1, 6, 11, -9.0)),
        )

    def check(self) -> None:
        pass


# What it is given.


@given(st.text(max_size=300), st.text(max_size=3_000))
def test_any_post_is_cut_into_pieces_that_stand_in_it(title: str, body: str) -> None:
    pieces = cut(read(title, body), WORDS)

    assert len(pieces) <= LONGEST
    assert len(pieces.segments) == len(pieces.starts) == len(pieces)
    for segment, start in zip(pieces.segments, pieces.starts, strict=True):
        assert -1 <= start < max(1, len((title, body)[segment]))


def test_of_a_long_post_the_title_and_both_ends_are_read() -> None:
    body = "first " + "middle " * 2_000 + "last"

    pieces = cut(read("title " * 99, body), WORDS)

    assert pieces.segments.count(0) == TITLE_PIECES + 2
    assert pieces.segments.count(1) == PIECES - TITLE_PIECES + 1
    own = [at for at, segment in zip(pieces.starts, pieces.segments, strict=True) if segment]
    assert own[0] == 0
    assert body[own[-2] :] == "last"


def test_of_a_long_post_the_part_that_asks_most_is_read() -> None:
    ask = "Can anyone recommend a better one?"
    body = f"{'Is it middle? ' * 2} {'middle ' * 700} {ask} {'middle ' * 700}"

    pieces = cut(read("", body), WORDS)

    read_of_body = [
        (at, body[at:].split()[0])
        for at, segment in zip(pieces.starts, pieces.segments, strict=True)
        if segment and at >= 0
    ]
    asked = [at for at, _ in read_of_body if body.index(ask) <= at < body.index(ask) + len(ask)]
    assert "".join(body[at] for at in asked[:3]) == "Car"
    assert body[asked[-1]] == "?"
    assert [at for at, _ in read_of_body] == sorted({at for at, _ in read_of_body})


def test_where_nothing_asks_a_long_post_is_read_on_from_its_beginning() -> None:
    body = "middle " * 900

    pieces = cut(read("", body), WORDS)

    head = pieces.starts[2 : 2 + PIECES - TAIL_PIECES]
    assert head == [7 * number for number in range(len(head))]


@pytest.mark.parametrize("body", ["a" * 250_000, "\ud800" * 999, "\0" * 999, "", "🙂" * 30_000])
def test_strange_bodies_are_read_as_something(body: str) -> None:
    pieces = cut(read("", body), WORDS)

    assert 3 <= len(pieces) <= LONGEST


def test_what_is_quoted_is_not_read() -> None:
    said = cut(read("", "we use paper"), WORDS)
    quoting = cut(read("", "> which crm should I buy?\nwe use paper"), WORDS)

    assert [piece for piece in quoting.ids if piece not in said.ids] == []


# How it is mixed.


def test_the_mix_is_the_sum_of_both_with_an_offset() -> None:
    reader = Says(1.5)
    judge = Judge(LINEAR, finder(), reader=reader)

    judged = judge.judge("Which rota tool?", "Hello world. We are nine people.")

    linear = judge.read("Which rota tool?", "Hello world. We are nine people.").scores.signal
    assert judged.probability == pytest.approx(probability(0.5 * linear + 2.0 * 1.5 - 1.0))
    assert judged.model == f"{LINEAR.version}+reader-test"


def test_what_the_linear_model_is_sure_of_is_not_read() -> None:
    reader = Says(9.0, floor=0.2)

    assert not Judge(LINEAR, finder(), reader=reader).judge("", "Thanks, that helped.").signal
    assert reader.asked == 0


@pytest.mark.parametrize(("says", "quote"), [(3.0, "Hello"), (-3.0, "world")])
def test_the_reader_s_term_is_told_with_the_sentence_that_moved_it_most(
    says: float, quote: str
) -> None:
    judged = Judge(LINEAR, finder(), reader=Says(says)).judge("", "Hello world. A tool, anyone?")

    (term,) = [one for one in judged.evidence if one.reason.startswith("the post as a whole")]
    assert term.weight == 2.0 * says
    assert term.text.strip().startswith(quote)


def test_kind_and_role_of_what_was_read_are_the_reader_s() -> None:
    asks = Judge(LINEAR, finder(), reader=Says(9.0)).judge("", "Hello world.")
    none = Judge(LINEAR, finder(), reader=Says(-9.0)).judge("", "Hello world.")

    assert (asks.kind, asks.role, asks.strength) == (Kind.PRICING, Role.SEEKER, 2)
    assert (none.kind, none.role, none.strength) == (Kind.NONE, Role.SELLER, 0)


def test_a_reader_of_another_linear_model_is_refused() -> None:
    with pytest.raises(ModelError, match="train both together"):
        Judge(LINEAR, finder(), reader=Says(0.0, goes_with="linear-0"))


# The one that ships.


def test_the_sentences_of_a_read_post_add_up_with_its_marks() -> None:
    reader = Reader.load(FOLDER)
    text = read("Which tent?", "We are four people. It rains a lot here. Budget is $200.")

    seen = reader.read(text)

    assert len(seen.sentences) == 4
    assert [one.field for one in seen.sentences] == [0, 1, 1, 1]
    assert text.body.original[seen.sentences[2].start : seen.sentences[2].end] == (
        "It rains a lot here."
    )
    assert seen.signal > 0
    assert np.isfinite(seen.signal)


def test_a_post_without_words_is_read_too() -> None:
    assert Reader.load(FOLDER).read(read("", "")).sentences == ()


@pytest.mark.parametrize("name", [NETWORK, VOCABULARY])
def test_a_file_that_is_not_the_one_of_the_card_is_refused(tmp_path: Path, name: str) -> None:
    for file in (NETWORK, VOCABULARY, CARD):
        (tmp_path / file).write_bytes((FOLDER / file).read_bytes())
    with (tmp_path / name).open("ab") as file_:
        file_.write(b"x")

    reader = Reader.load(tmp_path)
    reader.load_ahead()  # says nothing: the reader may never be needed
    with pytest.raises(ModelError, match="not the one of its card"):
        reader.read(read("a", "b"))
    with pytest.raises(ModelError, match="not the one of its card"):
        Reader.load(tmp_path).check()


def test_a_reader_that_was_loaded_ahead_reads_the_same() -> None:
    title, body = "Which tent?", "We are four people and it rains a lot here."

    assert Judge.load(ahead=True).judge(title, body) == Judge.load().judge(title, body)


def test_a_folder_without_a_card_holds_no_reader(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match="the reader can't be read"):
        Reader.load(tmp_path)


@pytest.mark.parametrize(
    ("change", "why"),
    [
        ({"format": 99}, "of format 99"),
        ({"kinds": ["nonsense"]}, "can't be read"),
        ({"threshold": "high"}, "no number"),
        ({"extra": 1}, "can't be read"),
    ],
)
def test_a_broken_card_says_what_is_wrong(
    tmp_path: Path, change: dict[str, object], why: str
) -> None:
    raw = json.loads((FOLDER / CARD).read_text())
    file = tmp_path / CARD
    file.write_text(json.dumps({**raw, **change}))

    with pytest.raises(ModelError, match=why) as caught:
        read_reader_card(file)
    assert str(file) in str(caught.value)


def test_a_card_without_keys_says_which_file_lacks_which(tmp_path: Path) -> None:
    file = tmp_path / CARD
    raw = json.loads((FOLDER / CARD).read_text())
    file.write_text(json.dumps({k: v for k, v in raw.items() if k not in ("floor", "format")}))

    with pytest.raises(ModelError) as caught:
        Reader.load(tmp_path)
    assert str(caught.value) == (
        f'the card of the reader can\'t be read: {file} lacks "floor", "format"'
    )

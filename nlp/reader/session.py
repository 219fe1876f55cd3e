"""Run the reader. onnxruntime and the network are loaded with the first post that is read."""

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from threading import Lock, Thread
from typing import Any

import numpy as np
import numpy.typing as npt

from models.words import Kind, Role
from nlp.card import read_checked
from nlp.errors import ModelError
from nlp.reader.card import CARD, NETWORK, VOCABULARY, ReaderCard, read_reader_card
from nlp.text import Text

_WHAT = "the reader"


@dataclass(frozen=True, slots=True)
class Sentence:
    """A sentence of a post, and how far it moved the reader. Offsets are code points."""

    field: int  # 0: title, 1: body
    start: int
    end: int
    moved: float  # log-odds


@dataclass(frozen=True, slots=True)
class Read:
    """What the reader makes of a post; log-odds, before mixing, unless said otherwise."""

    signal: float
    latent: float
    kinds: Mapping[Kind, float]  # their log-odds, each against all others
    role: Role
    sentences: tuple[Sentence, ...]  # with what the marks carry they add up to `signal`


class Reader:
    """Reads posts as a whole. It keeps nothing between posts."""

    def __init__(self, card: ReaderCard, folder: Path) -> None:
        self.card = card
        self._folder = folder
        self._loading = Lock()
        self._loaded: Any = None

    @classmethod
    def load(cls, folder: Path) -> "Reader":
        """Return the reader of a folder; its network is looked at when it is needed.

        Raises:
            ModelError: its card is missing or broken.
        """
        card = read_reader_card(folder / CARD)
        return cls(card, folder)

    def check(self) -> None:
        """Look whether its files are whole, without running it.

        Raises:
            ModelError: they are missing or not those of its card.
        """
        read_checked(self._folder / NETWORK, self.card.sha256, what=_WHAT)
        read_checked(self._folder / VOCABULARY, self.card.vocabulary_sha256, what=_WHAT)

    def load_ahead(self) -> None:
        """Begin to load the network, which takes a quarter of a second, in a thread.

        Most of that is no work of Python's, so that others do theirs meanwhile. What is wrong with
        its files is told when a post is read.
        """

        def load() -> None:
            with suppress(ModelError):
                self._session()

        Thread(target=load).start()  # no daemon: an end amid loading would crash

    def read(self, text: Text) -> Read:
        """Return what the reader makes of a post.

        Raises:
            ModelError: its files are missing or not those of its card.
        """
        from nlp.reader.pieces import cut

        pieces = cut(text, self._words)
        scores, shares = self._session().run(
            None,
            {
                "ids": np.array([pieces.ids], dtype=np.int64),
                "mask": np.ones((1, len(pieces)), dtype=np.int64),
                "segments": np.array([pieces.segments], dtype=np.int64),
            },
        )
        row = scores[0].tolist()
        kinds = 3 + len(self.card.kinds)
        return Read(
            signal=row[0],
            latent=row[1],
            kinds=dict(zip(self.card.kinds, row[3:kinds], strict=True)),
            role=self.card.roles[int(np.argmax(row[kinds:]))],
            sentences=_sentences(text, pieces.segments, pieces.starts, shares[0]),
        )

    @cached_property
    def _words(self) -> Any:
        from nlp.reader.pieces import tokeniser

        read_checked(self._folder / VOCABULARY, self.card.vocabulary_sha256, what=_WHAT)
        return tokeniser(self._folder / VOCABULARY)

    def _session(self) -> Any:
        with self._loading:
            if self._loaded is None:
                self._loaded = self._load()
        return self._loaded

    def _load(self) -> Any:
        import onnxruntime  # here because most posts never need it

        options = onnxruntime.SessionOptions()
        # One core: posts are judged side by side by processes. No arena: it keeps what the
        # longest post ever needed.
        options.intra_op_num_threads = options.inter_op_num_threads = 1
        options.enable_cpu_mem_arena = False
        options.log_severity_level = 3
        if self.card.is_optimised:
            options.graph_optimization_level = onnxruntime.GraphOptimizationLevel.ORT_DISABLE_ALL
        network = read_checked(self._folder / NETWORK, self.card.sha256, what=_WHAT)
        try:
            return onnxruntime.InferenceSession(
                network, options, providers=["CPUExecutionProvider"]
            )
        except Exception as error:  # its exceptions have no common class but Exception
            raise ModelError(f"{self._folder / NETWORK} can't be run: {error}") from error


def _sentences(
    text: Text, segments: list[int], starts: list[int], shares: npt.NDArray[np.float32]
) -> tuple[Sentence, ...]:
    """Return the sentences that were read with the shares of their pieces, in reading order."""
    found = []
    for number, part in enumerate(text.fields):
        tokens = part.tokens
        own = [
            (start, share)
            for segment, start, share in zip(segments, starts, shares.tolist(), strict=True)
            if segment == number and start >= 0
        ]
        position = 0
        for first, last in part.sentences:
            end, moved, seen = tokens.ends[last - 1], 0.0, False
            while position < len(own) and own[position][0] < end:
                moved, seen = moved + own[position][1], True
                position += 1
            if seen:
                found.append(Sentence(number, tokens.starts[first], end, moved))
    return tuple(found)

"""Whether two posts are the same words but for an edit: cross-posts, re-titled, signed, reworded.

A post's runs of three words, as a set, are summed up in a MinHash signature of 256 bytes: the
share of places in which two signatures agree estimates the share of their runs that the posts have
in common. Everything is integer arithmetic of our own on CRC-32, never Python's ``hash``, so that
a stored signature means the same on every machine and in every version. Choices and figures:
docs/adr/0008-fold-cross-posts-by-minhash.md.
"""

import hashlib
import zlib
from typing import NewType

import numpy as np
from numpy.typing import NDArray

from nlp.text import Text, read

#: What is left of a post's words, `SIGNATURE_SIZE` bytes. Its contents mean nothing by themselves.
Signature = NewType("Signature", bytes)
_Numbers = NDArray[np.uint64]
_ODD = np.uint64(0x9E3779B97F4A7C15)  # the golden ratio in 64 bits: its multiples lie far apart

_HASHES = 128  # an estimate is off by 0.04 (one standard deviation)
_KEPT = np.dtype("<u2")  # two bytes of each hash: unlike ones agree once in 65,536
SIGNATURE_SIZE = _HASHES * _KEPT.itemsize

#: Two posts are near when they have at least this share of all their runs of words in common.
NEAR = 0.5
#: A post of fewer words is near only to its equal: one other word makes it another question.
SHORT = 8
_RUN = 3  # words

#: Keys by which a post is looked up. Of posts that have half of their runs in common nine in ten
#: share a key, of those that have two thirds 99 in a hundred: 1 - (1 - share ** _ROWS) ** BANDS.
BANDS = 8
_ROWS = 2  # hashes a band


def sign(title: str, body: str) -> Signature:
    """Return the signature of a post, of its title and body read as one text.

    Case, marks, addresses, quoted lines and what follows a signature's mark make no difference.
    A number is a number whatever it says, but in a short post it is what it says.
    """
    words = _words(read(title, body))
    if len(words) < SHORT:
        runs = _scattered(_numbers([" ".join(said for _, said in words)]))
    else:
        runs = _runs(_numbers([word for word, _ in words]))
    hashes = np.multiply.outer(_FACTORS, runs.astype(np.uint32))
    hashes += _TERMS[:, np.newaxis]
    return Signature(hashes.min(axis=1).astype(_KEPT).tobytes())


def resemblance(one: Signature, other: Signature) -> float:
    """Return the share, 0..1, of the runs of words of two posts that is in both, as estimated."""
    return float(np.mean(np.frombuffer(one, _KEPT) == np.frombuffer(other, _KEPT)))


def is_near(one: Signature, other: Signature) -> bool:
    """Tell whether two posts are the same words but for an edit."""
    return resemblance(one, other) >= NEAR


def band_keys(signature: Signature, writer: str) -> tuple[int, ...]:
    """Return the `BANDS` keys of a post, signed numbers of 64 bits, equal ones for equal bands.

    How surely posts that are near share one: see `BANDS`. ``writer`` is part of each: posts of
    two writers share none, however alike, so that a lookup meets nobody else's.
    """
    width = _ROWS * _KEPT.itemsize
    who = writer.encode("utf-8", "surrogatepass")
    bands = (signature[at : at + width] for at in range(0, BANDS * width, width))
    return tuple(_key(bytes([place]) + band + who) for place, band in enumerate(bands))


def words_key(title: str, body: str) -> bytes:
    """Return 16 bytes that only posts of the same words in the same order share; none of no words.

    What makes no difference to `sign` makes none here, but a number is always what it says.
    """
    words = " ".join(said for _, said in _words(read(title, body)))
    return hashlib.blake2b(words.encode("utf-8"), digest_size=16).digest() if words else b""


def _words(post: Text) -> list[tuple[str, str]]:
    """Return each word as it is compared and as it is said; marks and addresses are none."""
    words = []
    for field in post.fields:
        tokens, folded = field.tokens, field.folded
        for norm, start, end in zip(tokens.norms, tokens.starts, tokens.ends, strict=True):
            if norm[0].isalnum():
                words.append((norm, norm))
            elif norm[0] == "<" and norm != "<url>":
                said = folded[start:end]
                words.append((said if norm == "<long>" else norm, said))
    return words


def _numbers(words: list[str]) -> _Numbers:
    return np.array([zlib.crc32(word.encode("utf-8")) for word in words], np.uint64)


def _runs(words: _Numbers) -> _Numbers:
    """Return a number for each run of `_RUN` words; the order of the words counts."""
    many = len(words) - _RUN + 1
    runs = np.zeros(many, np.uint64)
    for place in range(_RUN):
        runs = runs * _ODD + words[place : place + many]
    return _scattered(runs)


def _scattered(numbers: _Numbers) -> _Numbers:
    """Return other numbers, one for one, in which every bit depends on every bit (splitmix64)."""
    numbers = (numbers ^ (numbers >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    numbers = (numbers ^ (numbers >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return numbers ^ (numbers >> np.uint64(31))


def _key(band: bytes) -> int:
    digest = hashlib.blake2b(band, digest_size=8).digest()
    return int.from_bytes(digest, "big", signed=True)


# Hash number n of a run is run * _FACTORS[n] + _TERMS[n], in 32 bits, which processors multiply
# and compare many at a time. Fixed for good: stored signatures depend on them.
_SEEDS = _scattered(np.arange(1, 2 * _HASHES + 1, dtype=np.uint64) * _ODD)
_FACTORS = _SEEDS[:_HASHES].astype(np.uint32) | np.uint32(1)
_TERMS = _SEEDS[_HASHES:].astype(np.uint32)

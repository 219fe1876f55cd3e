import gzip
import zlib
from itertools import pairwise

import brotli  # type: ignore[import-untyped]  # it ships no type information
import pytest
from backports import zstd
from hypothesis import given
from hypothesis import strategies as st

from crawlers.unpacking import UnpackingError, unpacker

TEXT = b"<rss>" + b"helpdesk " * 99


def raw_deflate(data: bytes) -> bytes:
    packer = zlib.compressobj(wbits=-zlib.MAX_WBITS)
    return packer.compress(data) + packer.flush()


PACKED = {
    "gzip": gzip.compress(TEXT),
    "X-Gzip": gzip.compress(TEXT[:7]) + gzip.compress(TEXT[7:]),
    "gzip ": TEXT,
    "deflate": zlib.compress(TEXT),
    "Deflate": raw_deflate(TEXT),
    "br": brotli.compress(TEXT),
    "zstd": zstd.compress(TEXT),
    "": TEXT,
    "identity": gzip.compress(TEXT),  # which it doesn't say
    "utf-8": TEXT,
}


def unpacked(coding: str, *parts: bytes, most: int = 10_000) -> bytes:
    unpack = unpacker(coding)
    body = b""
    for part in parts:
        body += unpack.feed(part, most=most - len(body))
    return body + unpack.end(body)


@given(st.sampled_from(sorted(PACKED)), st.sets(st.integers(0, 900), max_size=4))
def test_a_document_is_the_same_in_whatever_parts_it_comes(coding: str, cuts: set[int]) -> None:
    packed = PACKED[coding]
    places = [0, *sorted(cuts), max(len(packed), *cuts, 0)]
    parts = [packed[start:end] for start, end in pairwise(places)]
    assert unpacked(coding, *parts) == TEXT


def test_a_document_that_comes_byte_by_byte_is_unpacked() -> None:
    for coding, packed in PACKED.items():
        assert unpacked(coding, *(bytes([byte]) for byte in packed)) == TEXT


@pytest.mark.parametrize(
    ("coding", "body"),
    [
        ("deflate", PACKED["deflate"][:-9]),
        ("deflate", TEXT),
        ("br", b"\xff" * 90),
        ("zstd", TEXT),
        ("gzip", gzip.compress(b"") * 65),
        ("compress", b"\x1f\x9d\x90" + bytes(40)),
    ],
)
def test_what_cannot_be_undone_is_said(coding: str, body: bytes) -> None:
    with pytest.raises(UnpackingError):
        unpacked(coding, body)


def test_nothing_is_packed_twice() -> None:
    with pytest.raises(UnpackingError, match="nobody asked for"):
        unpacker("gzip, br")


@pytest.mark.parametrize("coding", ["gzip", "deflate", "br", "zstd"])
def test_no_more_is_unpacked_than_may_be_kept(coding: str) -> None:
    pack = {"gzip": gzip.compress, "deflate": zlib.compress, "zstd": zstd.compress}
    unpack = unpacker(coding)
    packed = pack.get(coding, brotli.compress)(bytes(2**20))
    assert len(unpack.feed(packed, most=1_000)) < 100_000

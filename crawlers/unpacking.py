"""The body of an answer, unpacked as it comes and no further than it may go. Pure.

Not left to the HTTP client, because servers name packings that they did not use: a plain document
with ``Content-Encoding: gzip``, or with its character set there; or they send a packed one and
some bytes behind it. What can be read all the same is read.
"""

import zlib
from typing import Protocol

import brotli  # type: ignore[import-untyped]  # it ships no type information
from backports import zstd

_GZIP = b"\x1f\x8b"
#: Parts of one gzip document; each costs a decompressor.
_MOST_MEMBERS = 64
_KNOWN = frozenset({"gzip", "x-gzip", "deflate", "br", "zstd"})
_PLAIN = frozenset({"", "identity"})
_UNASKED = "in a way nobody asked for"
_LOOKED_AT = 512  # bytes, to see whether a document is text
_CONTROL = frozenset(range(0x20)) - frozenset(b"\t\n\f\r\x1b")
_MARKS = (b"\xff\xfe", b"\xfe\xff")  # of UTF-16


class UnpackingError(Exception):
    """The bytes are not what they are said to be, or not whole; it says how they are packed."""

    def __init__(self, how: str = "in a way that can't be undone") -> None:
        super().__init__(how)


class Unpacker(Protocol):
    """Undoes one packing."""

    def feed(self, data: bytes, *, most: int) -> bytes:
        """Return what ``data`` unpacks to; what is beyond ``most`` bytes may be lost.

        Raises:
            UnpackingError: it is packed in another way, or damaged.
        """
        ...

    def end(self, body: bytes) -> bytes:
        """Return what is left when all data came; ``body`` is what was unpacked so far.

        Raises:
            UnpackingError: there should have been more.
        """
        ...


def unpacker(content_encoding: str) -> Unpacker:
    """Return what undoes the packing that a server names.

    Names that stand for no packing are passed over.

    Raises:
        UnpackingError: it names more than one.
    """
    named = [name.strip() for name in content_encoding.lower().split(",")]
    packings = [name for name in named if name in _KNOWN]
    match packings:
        case [] if not _PLAIN.issuperset(named):
            return _NamedStrangely()
        case [] | ["gzip" | "x-gzip"]:  # some keep a packed file, and send it as what is in it
            return _Gzip()
        case ["deflate"]:
            return _Deflate()
        case ["br"]:
            return _Brotli()
        case ["zstd"]:
            return _Zstandard()
        case _:
            raise UnpackingError(_UNASKED)


class _NamedStrangely:
    """Text, if it looks so: with its character set, or something else, in place of a packing."""

    def feed(self, data: bytes, *, most: int) -> bytes:
        return data

    def end(self, body: bytes) -> bytes:
        start = body[:_LOOKED_AT]
        if not start.startswith(_MARKS) and not _CONTROL.isdisjoint(start):
            raise UnpackingError(_UNASKED)  # one that we don't know
        return b""


class _Gzip:
    """One part or several, what is no part behind them, or no gzip at all."""

    def __init__(self) -> None:
        self._start = b""  # of a part: too little as yet to tell that it is one
        self._inner = zlib.decompressobj(zlib.MAX_WBITS | 16)
        self._members = 0
        self._is_plain = self._is_over = False

    def feed(self, data: bytes, *, most: int) -> bytes:
        unpacked = bytearray()
        while data and not self._is_over and len(unpacked) < most:
            if self._is_plain:
                return data
            if self._members == 0 or self._inner.eof:
                data = self._begin(self._start + data)
                continue
            try:
                unpacked += self._inner.decompress(data, most - len(unpacked))
            except zlib.error as error:
                raise UnpackingError from error
            data = self._inner.unused_data
        return bytes(unpacked)

    def _begin(self, data: bytes) -> bytes:
        """Return the data of the part that begins; nothing when more must be seen, or none does.

        Raises:
            UnpackingError: there are more parts than anybody has use for.
        """
        self._start = b""
        if len(data) < len(_GZIP):
            self._start = data
            return b""
        if not data.startswith(_GZIP):
            self._is_plain = self._members == 0
            self._is_over = not self._is_plain
            return data
        self._members += 1
        if self._members > _MOST_MEMBERS:
            raise UnpackingError
        self._inner = zlib.decompressobj(zlib.MAX_WBITS | 16)
        return data

    def end(self, body: bytes) -> bytes:
        return self._start if self._members == 0 else b""


class _Deflate:
    """With zlib's head, as it should be, or without."""

    def __init__(self) -> None:
        self._start = b""
        self._inner: zlib._Decompress | None = None

    def feed(self, data: bytes, *, most: int) -> bytes:
        if self._inner is None:
            data = self._start + data
            if len(data) < 2:
                self._start = data
                return b""
            self._start = b""
            is_whole = data[0] & 0x0F == 8 and int.from_bytes(data[:2]) % 31 == 0
            self._inner = zlib.decompressobj(zlib.MAX_WBITS if is_whole else -zlib.MAX_WBITS)
        try:
            return self._inner.decompress(data, most)
        except zlib.error as error:
            raise UnpackingError from error

    def end(self, body: bytes) -> bytes:
        if self._start or (self._inner is not None and not self._inner.eof):
            raise UnpackingError
        return b""


class _Brotli:
    def __init__(self) -> None:
        self._inner = brotli.Decompressor()

    def feed(self, data: bytes, *, most: int) -> bytes:
        if self._inner.is_finished():
            return b""
        try:
            unpacked: bytes = self._inner.process(data, most)
        except brotli.error as error:
            raise UnpackingError from error
        return unpacked

    def end(self, body: bytes) -> bytes:
        return b""


class _Zstandard:
    def __init__(self) -> None:
        self._inner = zstd.ZstdDecompressor()

    def feed(self, data: bytes, *, most: int) -> bytes:
        if self._inner.eof:
            return b""
        try:
            return self._inner.decompress(data, most)
        except zstd.ZstdError as error:
            raise UnpackingError from error

    def end(self, body: bytes) -> bytes:
        return b""

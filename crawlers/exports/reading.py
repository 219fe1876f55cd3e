"""Which format an export has, and the reader of each."""

from collections.abc import Iterator
from datetime import datetime
from pathlib import PurePath
from typing import IO

from crawlers.exports.chat import read_discord, read_telegram
from crawlers.exports.export import Entry, ExportFormat, NotThisFormat
from crawlers.exports.lines import as_utf8, read_jsonl
from crawlers.exports.slack import read_slack
from crawlers.exports.table import read_csv

_LOOKED_AT = 64 * 1024


def recognise(stream: IO[bytes], *, name: str) -> ExportFormat:
    """Return what a file holds, told by its beginning and its name; it is left at its beginning.

    Raises:
        NotThisFormat: nothing that Harken knows.
    """
    head = as_utf8(stream).read(_LOOKED_AT)
    stream.seek(0)
    suffix = PurePath(name.lower().removesuffix(".gz")).suffix
    told = _by_content(head)
    if told is not None:
        return told
    if suffix in {".csv", ".tsv", ".txt"}:
        return ExportFormat.CSV
    if not head.strip():
        raise NotThisFormat("it is empty")
    raise NotThisFormat("say with --format what it is; it tells neither by content nor by name")


def read_export(
    stream: IO[bytes], kind: ExportFormat, *, name: str, now: datetime
) -> Iterator[Entry]:
    """Yield what an export of any kind but mbox holds.

    Raises:
        NotThisFormat: it is no such export.
    """
    match kind:
        case ExportFormat.SLACK:
            return read_slack(stream, name=name, now=now)
        case ExportFormat.DISCORD:
            return read_discord(stream, now=now)
        case ExportFormat.TELEGRAM:
            return read_telegram(stream, now=now)
        case ExportFormat.JSONL:
            return read_jsonl(stream, now=now)
        case ExportFormat.CSV:
            return read_csv(stream, now=now)
        case ExportFormat.MBOX:
            raise ValueError("mails are parsed in a child; service.posts.importing sees to it")


def _by_content(head: bytes) -> ExportFormat | None:
    if head.startswith(b"PK\x03\x04"):
        return ExportFormat.SLACK
    if head.startswith(b"From "):
        return ExportFormat.MBOX
    bare = head.lstrip()
    if bare.startswith(b"["):
        return ExportFormat.SLACK
    if not bare.startswith(b"{"):
        return ExportFormat.CSV if _has_columns(bare) else None
    if b'"guild"' in head and b'"channel"' in head:
        return ExportFormat.DISCORD
    first = bare.partition(b"\n")[0].rstrip()
    if first.endswith(b"}") and len(first) > 2:
        return ExportFormat.JSONL
    return ExportFormat.TELEGRAM if b'"messages"' in head or b'"chats"' in head else None


def _has_columns(head: bytes) -> bool:
    first = head.partition(b"\n")[0]
    return any(mark in first for mark in (b",", b";", b"\t", b"|"))

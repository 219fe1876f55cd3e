"""Slack's workspace export: a zip with a folder for each channel and a file for each day in it.

Nothing is unpacked to disk. Only public channels are read: what people wrote to each other alone
is not for us, even where an export has it.
"""

import html
import re
import stat
import zipfile
import zlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import PurePosixPath
from typing import IO

from crawlers.errors import BadDocument
from crawlers.exports.export import Entry, NotThisFormat, Skipped, moment, plain, renamed, short
from crawlers.exports.tree import Object, messages, part_of, text_of
from crawlers.found import FoundPost
from crawlers.plaintext import one_line
from crawlers.times import epoch, stated

MOST_FILES = 200_000
MOST_BYTES_A_FILE = 256 * 2**20
#: Text packs to a tenth, repetitive JSON to a fiftieth; more is a bomb.
MOST_RATIO = 300
MOST_NAMES = 200_000
_LOCAL_HEADER = 30

_DAY = re.compile(r"(?P<channel>[^/]+)/\d{4}-\d{2}-\d{2}\.json")
_PRIVATE = re.compile(r"[DG][A-Z0-9]{7,}|mpdm-.*|FC:.*")
_TS = re.compile(r"\d{9,11}(?:\.\d{1,9})?")
_MENTION = re.compile(r"<@([A-Z0-9]{2,30})(?:\|([^<>]{0,80}))?>")
_CHANNEL = re.compile(r"<#[A-Z0-9]{2,30}\|([^<>]{0,80})>")
_SPECIAL = re.compile(r"<!(\w{1,20})[^<>]{0,100}>")
_LINK = re.compile(r"<((?:https?|mailto):[^<>|\s]{1,2000})(?:\|([^<>]{0,300}))?>")
#: What people write; joins, topics and bots' notes have other subtypes.
_SAID = frozenset({"", "thread_broadcast", "me_message", "file_share", "file_comment"})


@dataclass(frozen=True, slots=True, kw_only=True)
class _Workspace:
    names: Mapping[str, str]  # of people, by id
    channels: frozenset[str] | None  # that are public; None: the export doesn't say
    bots: frozenset[str] = frozenset()  # ids of those among the people


def read_slack(stream: IO[bytes], *, name: str, now: datetime) -> Iterator[Entry]:
    """Yield the messages of an export, or of one day's file out of it.

    Args:
        stream: the file; a zip has to be one that can seek.
        name: of the file; that of its folder is a single day's channel.
        now: nothing is dated later.

    Raises:
        NotThisFormat: it is no such export, or a zip that is built to do harm.
    """
    if stream.read(4).startswith(b"PK"):
        stream.seek(0)
        yield from _zipped(stream, now)
        return
    stream.seek(0)
    workspace = _Workspace(names={}, channels=None)
    channel = PurePosixPath(name).parent.name or PurePosixPath(name).stem
    yield from _day(stream, channel=channel, workspace=workspace, now=now)


def _zipped(stream: IO[bytes], now: datetime) -> Iterator[Entry]:
    try:
        archive = zipfile.ZipFile(stream)
    except (zipfile.BadZipFile, ValueError, OSError, NotImplementedError) as error:
        raise NotThisFormat("it is no zip file, or a damaged one") from error
    with archive:
        files = _checked(archive)
        names, bots = _people(archive, files)
        workspace = _Workspace(names=names, channels=_public(archive, files), bots=bots)
        for path in sorted(files):
            found = _DAY.fullmatch(path)
            if found is None or not _is_public(found["channel"], workspace):
                continue
            if problem := _too_much(files[path]):
                yield Skipped(where=path, why=problem)
                continue
            try:
                with archive.open(files[path]) as day:
                    said = _day(day, channel=found["channel"], workspace=workspace, now=now)
                    yield from renamed(said, prefix=path)
            except NotThisFormat as error:
                yield Skipped(where=path, why=error.detail)
            except (zipfile.BadZipFile, zlib.error, EOFError, RuntimeError) as error:
                yield Skipped(where=path, why=f"it can't be unpacked ({type(error).__name__})")


def _checked(archive: zipfile.ZipFile) -> dict[str, zipfile.ZipInfo]:
    """Return the files of a zip by name, if none is there to do harm.

    Raises:
        NotThisFormat: names that lead out, that come twice, or parts that overlap.
    """
    listed = [info for info in archive.infolist() if not info.is_dir()]
    if len(listed) > MOST_FILES:
        raise NotThisFormat(f"it holds more than {MOST_FILES:,} files")
    files: dict[str, zipfile.ZipInfo] = {}
    end = 0
    for info in sorted(listed, key=lambda one: one.header_offset):
        parts = PurePosixPath(info.filename).parts
        if (
            info.filename.startswith("/")
            or ".." in parts
            or re.search(r"[\\:\0]", "".join(parts[:1]))
        ):
            raise NotThisFormat("it holds a file whose name leads out of it")
        if info.filename in files:
            raise NotThisFormat("it holds two files of one name")
        if info.header_offset < end:
            raise NotThisFormat("its files overlap")
        end = info.header_offset + _LOCAL_HEADER + info.compress_size
        if not stat.S_ISLNK(info.external_attr >> 16):
            files[info.filename] = info
    return files


def _too_much(info: zipfile.ZipInfo) -> str | None:
    if info.file_size > MOST_BYTES_A_FILE:
        return "it unpacks to more than 256 MiB"
    if info.file_size > 2**20 and info.file_size > MOST_RATIO * max(1, info.compress_size):
        return "it is packed tighter than messages can be"
    return None


def _is_public(channel: str, workspace: _Workspace) -> bool:
    if workspace.channels is not None:
        return channel in workspace.channels
    return not _PRIVATE.fullmatch(channel)


def _people(
    archive: zipfile.ZipFile, files: Mapping[str, zipfile.ZipInfo]
) -> tuple[dict[str, str], frozenset[str]]:
    """Return the names of people by id, and which of them are bots."""
    names: dict[str, str] = {}
    bots: set[str] = set()
    for person in _objects(archive, files, "users.json"):
        if len(names) < MOST_NAMES:
            profile = part_of(person, "profile")
            shown = text_of(profile, "display_name") or text_of(profile, "real_name")
            number = text_of(person, "id")[:40]
            names[number] = one_line(shown or text_of(person, "name"), most=100)
            if person.get("is_bot") is True:
                bots.add(number)
    return names, frozenset(bots)


def _public(
    archive: zipfile.ZipFile, files: Mapping[str, zipfile.ZipInfo]
) -> frozenset[str] | None:
    if "channels.json" not in files:
        return None
    return frozenset(
        text_of(channel, "name")[:200] for channel in _objects(archive, files, "channels.json")
    )


def _objects(
    archive: zipfile.ZipFile, files: Mapping[str, zipfile.ZipInfo], name: str
) -> Iterator[Object]:
    info = files.get(name)
    if info is None:
        return
    if problem := _too_much(info):
        raise NotThisFormat(f"{name}: {problem}")
    try:
        with archive.open(info) as stream:
            yield from (told.message for told in messages(stream, at="item"))
    except (zipfile.BadZipFile, zlib.error, EOFError, RuntimeError) as error:
        raise NotThisFormat(f"{name} can't be unpacked") from error


def _day(
    stream: IO[bytes], *, channel: str, workspace: _Workspace, now: datetime
) -> Iterator[Entry]:
    for told in messages(stream, at="item"):
        try:
            post = _post(told.message, channel, workspace, now)
        except BadDocument as error:
            yield Skipped(where=f"message {told.number}", why=error.detail)
            continue
        if post is not None:
            yield post


def _post(message: Object, channel: str, workspace: _Workspace, now: datetime) -> FoundPost | None:
    """Return the post of a message, or None when nobody says anything with it."""
    if text_of(message, "type") != "message" or text_of(message, "subtype") not in _SAID:
        return None
    if text_of(message, "bot_id") or text_of(message, "user") in workspace.bots:
        return None
    stamp, thread = text_of(message, "ts"), text_of(message, "thread_ts")
    if not _TS.fullmatch(stamp):
        raise NotThisFormat("it has no time")
    words = plain(_readable(text_of(message, "text"), workspace.names))
    if not words.text:
        return None
    thread = thread if _TS.fullmatch(thread) else stamp
    place = short(channel)
    edited = text_of(part_of(message, "edited"), "ts")
    return FoundPost(
        external_id=f"{place}/{stamp}",
        url=None,
        text=words.text,
        quoted=words.quoted,
        author=_author(message, workspace.names),
        published=moment(stamp.partition(".")[0], now=now),
        edited=stated(epoch(edited.partition(".")[0]), now=now) if edited else None,
        thread_key=f"{place}/{thread}",
        thread_title=one_line(f"#{channel}", most=300),
        parent_external_id=None if thread == stamp else f"{place}/{thread}",
        is_opening=thread == stamp,
    )


def _author(message: Object, names: Mapping[str, str]) -> str | None:
    profile, user = part_of(message, "user_profile"), text_of(message, "user")
    shown = text_of(profile, "display_name") or text_of(profile, "real_name")
    return one_line(shown or names.get(user) or user, most=100) or None


def _readable(text: str, names: Mapping[str, str]) -> str:
    """Return Slack's markup as people see it."""
    text = _MENTION.sub(lambda m: f"@{m[2] or names.get(m[1]) or 'somebody'}", text)
    text = _CHANNEL.sub(r"#\1", text)
    text = _SPECIAL.sub(r"@\1", text)
    text = _LINK.sub(lambda m: f"{m[2]} ({m[1]})" if m[2] and m[2] != m[1] else m[1], text)
    return html.unescape(text)

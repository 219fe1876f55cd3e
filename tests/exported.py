"""Exports for tests, in words of their own."""

import io
import json
import zipfile
from collections.abc import Mapping, Sequence

from crawlers.exports.export import Entry, ExportFormat, Skipped
from crawlers.exports.reading import read_export
from crawlers.found import FoundPost
from tests.crawling import NOW

STAMP = 1_767_322_800  # 2026-01-02 03:00 UTC


def read(
    body: bytes, kind: ExportFormat, *, name: str = "export"
) -> tuple[list[FoundPost], list[Skipped]]:
    """Return the posts of an export, and what was skipped."""
    entries: list[Entry] = list(read_export(io.BytesIO(body), kind, name=name, now=NOW))
    return (
        [entry for entry in entries if isinstance(entry, FoundPost)],
        [entry for entry in entries if isinstance(entry, Skipped)],
    )


def slack_message(text: str, *, seconds: int = 0, **more: object) -> dict[str, object]:
    return {
        "type": "message",
        "user": "U0ANN",
        "text": text,
        "ts": f"{STAMP + seconds}.000100",
        **more,
    }


def slack_zip(
    days: Mapping[str, object],
    *,
    channels: tuple[str, ...] | None = ("sales",),
    people: Sequence[object] = (
        {"id": "U0ANN", "name": "ann", "profile": {"display_name": "Ann"}},
    ),
) -> bytes:
    """Return a workspace's export; ``days`` by their names, such as sales/2026-01-02.json."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("users.json", json.dumps(list(people)))
        if channels is not None:
            archive.writestr("channels.json", json.dumps([{"name": name} for name in channels]))
        for name, day in days.items():
            archive.writestr(name, day if isinstance(day, bytes) else json.dumps(day))
    return packed.getvalue()


def discord_message(number: int, text: str, **more: object) -> dict[str, object]:
    return {
        "id": str(number),
        "type": "Default",
        "timestamp": "2026-01-02T03:00:00.123+00:00",
        "content": text,
        "author": {"id": "5", "name": "ann", "nickname": "Ann", "isBot": False},
        **more,
    }


def discord(*messages: object, kind: str = "GuildTextChat") -> bytes:
    """Return a channel's export as DiscordChatExporter writes it."""
    export = {
        "guild": {"id": "11", "name": "A guild"},
        "channel": {"id": "22", "type": kind, "name": "tools"},
        "messages": messages,
        "messageCount": len(messages),
    }
    return json.dumps(export, indent=2).encode()


def telegram_message(number: int, text: object, **more: object) -> dict[str, object]:
    return {
        "id": number,
        "type": "message",
        "date_unixtime": str(STAMP),
        "from": "Ann",
        "from_id": "user5",
        "text": text,
        **more,
    }


def telegram_chat(*messages: object, kind: str = "public_supergroup", number: int = 33) -> object:
    return {"name": "A group", "type": kind, "id": number, "messages": messages}

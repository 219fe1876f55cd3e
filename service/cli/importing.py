"""`harken import`: posts from an export that somebody has."""

from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from service.cli.options import AsJson, DataDir, data_dir
from service.cli.output import complain, print_json, say
from service.cli.streams import counting

if TYPE_CHECKING:
    from crawlers.exports.export import Entry


class Format(StrEnum):
    """What the file may be."""

    AUTO = "auto"
    SLACK = "slack"
    DISCORD = "discord"
    TELEGRAM = "telegram"
    JSONL = "jsonl"
    CSV = "csv"
    MBOX = "mbox"


def import_(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="The export; .gz is unpacked.")],
    source: Annotated[
        str, typer.Option("--source", metavar="NAME", help="What the posts stand under.")
    ],
    format_: Annotated[
        Format, typer.Option("--format", help="What the file is, if Harken can't tell.")
    ] = Format.AUTO,
    data: DataDir = None,
    as_json: AsJson = False,
) -> None:
    """Take in posts that were exported elsewhere, and open leads.

    It reads Slack's export (zip, or one day's JSON), Discord's as DiscordChatExporter writes it
    (JSON), Telegram's result.json, mbox files, JSON Lines and CSV with headings such as title,
    text, author, url and date. Private conversations and bots are left out. Import only what you
    may: your own workspaces, or with their owner's permission.

    What can't be used is named with its place and skipped; then the status is 1. What has no date
    is taken as of today, and counted. The same file again changes nothing.

    Example: harken import workspace.zip --source acme-slack
    """
    from crawlers.exports.export import ExportFormat, Noted, Skipped
    from service.house import existing_house
    from service.posts.importing import import_file

    with existing_house(data_dir(data)) as house, counting("Reading") as count:

        def tell(entry: "Entry") -> None:
            count()
            if isinstance(entry, Skipped):
                complain(f"{file}: {entry.where}: {entry.why}")
            elif isinstance(entry, Noted):
                complain(f"{file}: {entry.where}: {entry.what}")

        kind = None if format_ is Format.AUTO else ExportFormat(format_.value)
        done = import_file(house, file, source=source, kind=kind, on_entry=tell)
    if as_json:
        print_json(done.as_json())
    else:
        counts = done.counts
        undated = f", {done.undated:,} without a date, taken as of today" if done.undated else ""
        say(
            f"{done.source}: {done.posts:,} posts read, {counts.new:,} new, "
            f"{counts.updated:,} updated, {counts.duplicates:,} known, "
            f"{counts.signals:,} signals, {done.skipped:,} skipped{undated}"
        )
    if done.skipped:
        raise typer.Exit(1)

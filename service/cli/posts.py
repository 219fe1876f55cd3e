"""`harken posts`: what was taken in."""

from datetime import UTC, datetime
from typing import Annotated

import typer

from service.cli.options import AsJson, DataDir, data_dir
from service.cli.output import print_json, say

app = typer.Typer(no_args_is_help=True, help="Look at stored posts.")

_WORDS = 80  # characters of a post in a list


def _time(text: str) -> datetime:
    """Return a time in ISO 8601 as an aware one; a day stands for its beginning."""
    from config.days import FIRST, LAST, is_ours

    try:
        told = datetime.fromisoformat(text)
    except ValueError as error:
        raise typer.BadParameter(
            f"{text!r} is no time; write it like 2026-11-01 or 2026-11-01T09:30+01:00"
        ) from error
    if not is_ours(told.date()):
        raise typer.BadParameter(f"{text!r} is too far away: from {FIRST} to {LAST}")
    return told if told.tzinfo else told.replace(tzinfo=UTC)


@app.command(name="list")
def list_(
    data: DataDir = None,
    source: Annotated[
        str | None, typer.Option("--source", metavar="ID", help="Only of this source.")
    ] = None,
    since: Annotated[
        datetime | None,
        typer.Option(
            "--since",
            metavar="TIME",
            parser=_time,
            help="Published since a day or a time in ISO 8601; UTC unless it says else.",
        ),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """List stored posts, oldest first.

    Example: harken posts list --json --source hn-ask --since 2026-11-01
    """
    from sqlmodel import select

    from crawlers.plaintext import one_line
    from models.source import Source
    from service.house import existing_house
    from service.posts.postlist import stored_posts
    from service.store.engine import reading
    from service.unknown import unknown

    with existing_house(data_dir(data)) as house, reading(house.engine) as db:
        if source is not None and source not in (known := db.exec(select(Source.slug)).all()):
            raise unknown("source", source, known)
        for post in stored_posts(db, source=source, since=since):
            if as_json:
                print_json(post)
            else:
                words = one_line(str(post["title"] or post["text"]), most=_WORDS)
                author = one_line(str(post["author"] or "-"), most=_WORDS)
                say(f"{post['published']}  {post['source']}  {author}: {words}")

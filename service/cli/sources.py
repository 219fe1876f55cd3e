"""`harken sources`: where Harken listens."""

from pathlib import Path
from typing import Annotated

import typer

from models.words import SourceKind
from service.cli.options import AsJson, DataDir, data_dir
from service.cli.output import complain, print_json, say, table

app = typer.Typer(no_args_is_help=True, help="See and choose where Harken listens.")

Slug = Annotated[str, typer.Argument(metavar="ID", help="The source's id.")]


@app.command()
def add(
    url: Annotated[str, typer.Argument(help="A feed, a forum, or a page that links to a feed.")],
    data: DataDir = None,
    kind: Annotated[
        SourceKind | None, typer.Option("--kind", help="What it is, if Harken can't tell.")
    ] = None,
    every: Annotated[str, typer.Option("--every", help="How often to look: 15m, 1h, 1d.")] = "15m",
    as_json: AsJson = False,
) -> None:
    """Recognise what an address is, show up to ten of its posts, and listen there.

    Example: harken sources add https://forum.example.com/ --every 30m
    """
    import asyncio

    from config.source import parse_poll
    from crawlers.errors import SourceError
    from service.house import open_house
    from service.sourcing import add_source

    try:
        interval = parse_poll(every)
    except ValueError as error:
        raise typer.BadParameter(str(error), param_hint="--every") from error
    with open_house(data_dir(data)) as house:
        try:
            added = asyncio.run(add_source(house, url, kind=kind, every=interval))
        except SourceError as error:
            complain(f"{url}: {error.reason}")
            raise typer.Exit(1) from error
    if as_json:
        print_json(added.as_json())
        return
    say(f"{added.slug}: {added.kind.value}, {added.name}, {added.url}")
    for post in added.preview:
        say(f"  {post.author or '-'}: {post.title or post.text[:80] or post.thread_title}")


@app.command(name="list")
def list_(data: DataDir = None, as_json: AsJson = False) -> None:
    """List all sources, how they are doing and when they are polled next.

    With --json also how many of their posts are in which language.

    Example: harken sources list --json
    """
    from sqlmodel import col, select

    from models.source import Source
    from service.house import existing_house
    from service.sourcing import languages
    from service.store.engine import reading

    with existing_house(data_dir(data)) as house, reading(house.engine) as db:
        found = db.exec(
            select(Source).where(col(Source.active) | col(Source.from_files)).order_by(Source.slug)
        ).all()
        posts = languages(db)
    rows = [
        {
            "id": source.slug,
            "kind": source.kind.value,
            "name": source.name,
            "url": source.url,
            "active": source.active,
            "health": source.health.value,
            "last_success": source.last_success_at,
            "next_poll": source.next_poll_at,
            "problem": source.last_problem,
            "languages": posts.get(source.id, {}),
        }
        for source in found
    ]
    if as_json:
        for row in rows:
            print_json(row)
        return
    table(
        ("id", "kind", "health", "next poll (UTC)", "url"),
        [
            (
                source.slug,
                source.kind.value,
                source.health.value if source.active else "off",
                f"{source.next_poll_at:%Y-%m-%d %H:%M}" if source.active else "",
                source.url,
            )
            for source in found
        ],
    )


@app.command()
def check(data: DataDir = None, as_json: AsJson = False) -> None:
    """Say what is wrong with sources, a line each; exit status 1 when something is.

    Example: harken sources check
    """
    from sqlmodel import col, select

    from models.source import Source
    from models.words import SourceHealth
    from service.house import existing_house
    from service.store.engine import reading

    with existing_house(data_dir(data)) as house, reading(house.engine) as db:
        failing = db.exec(
            select(Source)
            .where(col(Source.active), Source.health != SourceHealth.OK)
            .order_by(Source.slug)
        ).all()
    for source in failing:
        if as_json:
            told = {"id": source.slug, "health": source.health.value}
            print_json(told | {"problem": source.last_problem})
        complain(f"{source.slug}: {source.last_problem or source.health.value}")
    if failing:
        raise typer.Exit(1)
    if not as_json:
        say("all well")


@app.command()
def pause(source: Slug, data: DataDir = None) -> None:
    """Stop polling a source for now.

    Example: harken sources pause hn-ask
    """
    _set_paused(source, data_dir(data), paused=True)


@app.command()
def resume(source: Slug, data: DataDir = None) -> None:
    """Poll a paused source again.

    Example: harken sources resume hn-ask
    """
    _set_paused(source, data_dir(data), paused=False)


@app.command()
def remove(source: Slug, data: DataDir = None) -> None:
    """Stop listening at a source that `sources add` added; its posts and leads stay.

    Example: harken sources remove forum-example-com
    """
    from service import sourcing
    from service.house import existing_house
    from service.store.engine import writing

    with existing_house(data_dir(data)) as house, writing(house.engine) as db:
        sourcing.remove(db, source)
    say(f"{source} is removed")


def _set_paused(slug: str, folder: Path, *, paused: bool) -> None:
    from service import sourcing
    from service.house import existing_house
    from service.store.engine import writing

    with existing_house(folder) as house, writing(house.engine) as db:
        sourcing.set_paused(db, slug, paused=paused)
    say(f"{slug} {'is paused' if paused else 'is polled again'}")

"""`harken sources`: where Harken listens."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from models.words import SourceHealth, SourceKind
from service.cli.options import AsJson, DataDir, data_dir
from service.cli.output import complain, print_json, say, table

if TYPE_CHECKING:
    from models.source import Source
    from service.listening.coverage import Share

app = typer.Typer(no_args_is_help=True, help="See and choose where Harken listens.")

#: Characters that are shown of an address, a name or a post.
_MOST_SHOWN = 100

Slug = Annotated[str, typer.Argument(metavar="ID", help="The source's id.")]


@app.command()
def add(
    url: Annotated[str, typer.Argument(help="A feed, a forum, or a page that links to a feed.")],
    data: DataDir = None,
    kind: Annotated[
        SourceKind | None, typer.Option("--kind", help="What it is, if Harken can't tell.")
    ] = None,
    every: Annotated[str, typer.Option("--every", help="How often to look: 15m, 1h, 1d.")] = "15m",
    option: Annotated[
        list[str] | None,
        typer.Option("--option", metavar="NAME=VALUE", help="For its kind; repeatable."),
    ] = None,
    backfill: Annotated[
        int | None,
        typer.Option(
            "--backfill",
            metavar="DAYS",
            min=1,
            max=3_650,
            help="How far back: a forum, a feed with pages.",
        ),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Recognise what an address is, show up to ten of its posts, and listen there.

    Example: harken sources add https://forum.example.com/ --every 30m --backfill 30
    """
    import asyncio

    from config.source import parse_poll, reads_back
    from crawlers.errors import SourceError
    from crawlers.plaintext import one_line
    from service.house import open_house
    from service.listening.sourcing import add_source

    try:
        interval = parse_poll(every)
    except ValueError as error:
        raise typer.BadParameter(str(error), param_hint="--every") from error
    if not url.strip():
        raise typer.BadParameter("name the address of a feed, a forum or a page", param_hint="URL")
    options = _options(option or (), backfill)
    with open_house(data_dir(data)) as house:
        try:
            added = asyncio.run(add_source(house, url, kind=kind, every=interval, options=options))
        except SourceError as error:
            complain(f"{one_line(url, most=_MOST_SHOWN)}: {error.reason}")
            raise typer.Exit(1) from error
    if backfill is not None and not reads_back(added.kind):
        complain(f"--backfill is for forums and feeds; {added.kind.value} sources begin by now")
    if as_json:
        print_json(added.as_json())
        return
    say(f"{added.slug}: {added.kind.value}, {added.name}, {added.url}")
    for post in added.preview:
        words = post.title or post.text or post.thread_title
        author = one_line(post.author or "-", most=_MOST_SHOWN)
        say(f"  {author}: {one_line(words, most=_MOST_SHOWN)}")
    if added.has_comments:
        say(
            f"Comments on its posts are not read. To read them too: harken sources remove "
            f"{added.slug}, then add it with --option comments=yes"
        )


def _options(given: Sequence[str], backfill: int | None) -> dict[str, str]:
    options = {} if backfill is None else {"backfill_days": str(backfill)}
    for pair in given:
        name, equals, value = pair.partition("=")
        if not (name and equals):
            raise typer.BadParameter("write it like NAME=VALUE", param_hint="--option")
        options[name] = value
    return options


@app.command(name="list")
def list_(data: DataDir = None, as_json: AsJson = False) -> None:
    """List all sources, how they are doing and when they are polled next.

    With --json also how many of their posts are in which language.

    Example: harken sources list --json
    """
    from sqlmodel import col, select

    from models.source import Source
    from service.house import existing_house
    from service.listening.attention import redirected, silent
    from service.listening.sourcing import languages
    from service.store.engine import reading

    with existing_house(data_dir(data)) as house, reading(house.engine) as db:
        found = db.exec(
            select(Source).where(col(Source.active) | col(Source.from_files)).order_by(Source.slug)
        ).all()
        posts = languages(db)
    if as_json:
        for source in found:
            row = {
                "id": source.slug,
                "kind": source.kind.value,
                "name": source.name,
                "url": source.url,
                "active": source.active,
                "health": source.health.value,
                "quiet": source.is_quiet,
                "fails": source.fail_count,
                "last_success": source.last_success_at,
                "last_post": source.last_post_at,
                "next_poll": source.next_poll_at,
                "problem": source.last_problem or redirected(source) or silent(source),
                "moved_to": source.moved_to,
                "languages": posts.get(source.id, {}),
            }
            print_json(row)
        return
    table(
        ("id", "kind", "health", "last post", "next poll (UTC)", "url"),
        [
            (
                source.slug,
                source.kind.value,
                _health(source),
                f"{source.last_post_at:%Y-%m-%d}" if source.last_post_at else "-",
                f"{source.next_poll_at:%Y-%m-%d %H:%M}" if source.active else "",
                source.url,
            )
            for source in found
        ],
    )


def _health(source: "Source") -> str:
    if not source.active:
        return "off"
    well = source.health is SourceHealth.OK
    return "quiet" if well and source.is_quiet else source.health.value


@app.command()
def check(data: DataDir = None, as_json: AsJson = False) -> None:
    """Say what is wrong with sources, a line each; exit status 1 when something is.

    Also of those that answer: gone quiet, or redirecting for good to somewhere else.

    Example: harken sources check
    """
    from sqlmodel import col, select

    from models.source import Source
    from service.house import existing_house
    from service.listening.attention import resting_hosts, wrong_with
    from service.store.engine import reading

    with existing_house(data_dir(data)) as house, reading(house.engine) as db:
        active = db.exec(select(Source).where(col(Source.active)).order_by(Source.slug)).all()
        resting = resting_hosts(db, now=house.clock.now())
    wrong = [(source, words) for source in active if (words := wrong_with(source))]
    for source, words in wrong:
        if as_json:
            print_json({"id": source.slug, "health": source.health.value, "problem": words})
        complain(f"{source.slug}: {words}")
    for host, words in resting.items():
        complain(f"host {host}: {words}")
    if wrong or resting:
        raise typer.Exit(1)
    if not as_json:
        say("all well")


@app.command()
def coverage(data: DataDir = None, as_json: AsJson = False) -> None:
    """Say what is heard of the last 30 days by kind of source and by topic, and what is not.

    Example: harken sources coverage
    """
    from service.house import existing_house
    from service.listening.coverage import coverage as coverage_of
    from service.store.engine import reading

    with existing_house(data_dir(data)) as house, reading(house.engine) as db:
        found = coverage_of(db, now=house.clock.now())
    if as_json:
        print_json(found.as_json())
        return
    for what, shares in (("kind", found.kinds), ("topic", found.topics)):
        if shares:
            table((what, *_COUNTED.values(), "last success (UTC)"), [*map(_counts, shares)])
            say()
    for gap in found.gaps:
        say(gap)


_COUNTED = {
    "sources": "sources",
    "ok": "ok",
    "degraded": "failing",
    "quiet": "quiet",
    "never": "never read",
    "posts_7d": "posts 7 d",
    "posts_30d": "posts 30 d",
    "signals_30d": "signals",
    "leads_30d": "leads",
}


def _counts(share: "Share") -> tuple[str, ...]:
    counts = (str(getattr(share, name)) for name in _COUNTED)
    last = f"{share.last_success:%Y-%m-%d %H:%M}" if share.last_success else "never"
    return (share.name, *counts, last)


@app.command()
def policies(data: DataDir = None, as_json: AsJson = False) -> None:
    """Say what may be done at which kind of source, and which are off and why.

    Example: harken sources policies
    """
    from sqlmodel import col, func, select

    from models.source import Source, SourcePolicy
    from service.house import existing_house
    from service.listening.attention import not_allowed
    from service.store.engine import reading

    with existing_house(data_dir(data)) as house, reading(house.engine) as db:
        found = db.exec(select(SourcePolicy).order_by(SourcePolicy.name)).all()
        counted = db.exec(
            select(Source.policy_name, func.count())
            .where(col(Source.active))
            .group_by(Source.policy_name)
        )
        sources = dict(counted.all())
    if as_json:
        for policy in found:
            why = not_allowed(policy)
            row = policy.model_dump(mode="json") | {"sources": sources.get(policy.name, 0)}
            print_json(row | {"off": why is not None, "why": why})
        return
    table(
        ("policy", "sources", "robots", "pause", "keeps", "licence", "state"),
        [
            (
                policy.name,
                str(sources.get(policy.name, 0)),
                "obeyed" if policy.obey_robots else "by permission",
                f"{policy.min_interval_seconds:g} s",
                policy.allow_storage.value,
                policy.licence.value,
                "off" if not_allowed(policy) else "on",
            )
            for policy in found
        ],
    )
    for policy in found:
        if why := not_allowed(policy):
            say(f"{policy.name} is off: {why}")


@app.command()
def move(source: Slug, data: DataDir = None) -> None:
    """Give a source the address that it has been redirecting to; see `sources check`.

    Example: harken sources move forum-example-com
    """
    from service.house import existing_house
    from service.listening.settling import accept_move
    from service.listening.sourcing import source_named
    from service.store.engine import writing

    with existing_house(data_dir(data)) as house, writing(house.engine) as db:
        row = source_named(db, source)
        accept_move(db, row, now=house.clock.now(), by="command")
    say(f"{source} is now at {row.url}")
    if row.from_files:
        say("Write the new address into sources.toml, too")


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
    from service.house import existing_house
    from service.listening import sourcing
    from service.store.engine import writing

    with existing_house(data_dir(data)) as house, writing(house.engine) as db:
        sourcing.remove(db, source)
    say(f"{source} is removed")


def _set_paused(slug: str, folder: Path, *, paused: bool) -> None:
    from service.house import existing_house
    from service.listening import sourcing
    from service.store.engine import writing

    with existing_house(folder) as house, writing(house.engine) as db:
        sourcing.set_paused(db, slug, paused=paused)
    say(f"{slug} {'is paused' if paused else 'is polled again'}")

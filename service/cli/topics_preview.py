"""``harken topics preview``: what a topic or a query would have found."""

from typing import TYPE_CHECKING, Annotated

import typer

from service.cli.options import AsJson, DataDir, data_dir
from service.cli.output import complain, print_json, progress, say, unusable

if TYPE_CHECKING:
    from collections.abc import Mapping

    from config.topic import Topic
    from service.previewing import Previewed

_SHOWN = 80  # characters of a post


def preview(
    query: Annotated[
        str | None, typer.Argument(metavar="[QUERY]", help="As in a topic's query.")
    ] = None,
    topic: Annotated[
        str | None, typer.Option("--topic", metavar="ID", help="A topic, active or not.")
    ] = None,
    limit: Annotated[int, typer.Option("--limit", min=1, help="How many posts to show.")] = 20,
    data: DataDir = None,
    as_json: AsJson = False,
) -> None:
    """Show which stored posts a query or a topic finds, newest first, with the words it found.

    Nothing is judged or changed. What `harken topics check` would say of the query stands on
    standard error. With --json it writes a line for each post that it shows.

    Example: harken topics preview '(crm OR "help desk") AND recommend* -job'
    """
    from service.house import existing_house
    from service.previewing import count_posts
    from service.previewing import preview as previewed
    from service.store.engine import reading

    if (query is None) == (topic is None):
        raise unusable("give either a QUERY or --topic ID; see `harken topics preview --help`")
    asked = _topic_of(query) if query is not None else None
    with existing_house(data_dir(data)) as house:
        if asked is None:
            asked = _known(str(topic), house.config.topics)
        found = 0
        with reading(house.engine) as db:
            total = count_posts(db)
            with progress("Reading posts", total=total) as advance:
                for one in previewed(db, asked):
                    advance(one.source)
                    if one.match is None:
                        continue
                    found += 1
                    if found <= limit:
                        _show(one, as_json=as_json)
    if not as_json:
        _sum_up(found, total, shown=min(found, limit), query=query)


def _topic_of(query: str) -> "Topic":
    from config.phrases import query_risks
    from config.query_text import QueryError, parse_query
    from config.topic import Topic

    try:
        parse_query(query)
    except QueryError as error:
        raise unusable(f"the query can't be understood: {error}") from error
    complain(*query_risks(query))
    return Topic(id="preview", name="Preview", query=(query,))


def _known(topic_id: str, topics: "Mapping[str, Topic]") -> "Topic":
    from service.unknown import unknown

    if topic_id not in topics:
        raise unknown("topic", topic_id, topics.keys())
    return topics[topic_id]


def _show(one: "Previewed", *, as_json: bool) -> None:
    if as_json:
        print_json(one.as_json())
        return
    words = " ".join((one.post.title or one.post.text).split())[:_SHOWN]
    say(f"{one.post.published_at:%Y-%m-%d}  {one.source}  {one.author or '-'}: {words}")
    phrases = one.match.phrases if one.match else ()
    found = dict.fromkeys(
        f"{' '.join(phrase.text.split())} ({phrase.reason})" for phrase in phrases
    )
    say(f"    {', '.join(found) or 'by the title of its thread'}")


def _sum_up(found: int, total: int, *, shown: int, query: str | None) -> None:
    from config.query_text import parse_query, render

    more = f"; the newest {shown:,} are shown" if shown < found else ""
    say(f"{found:,} of {total:,} stored posts match{more}.")
    if query is not None:
        say(f"The query was read as:  {render(parse_query(query))}")

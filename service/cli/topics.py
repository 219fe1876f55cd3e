"""``harken topics``: what is listened for."""

from typing import TYPE_CHECKING

import typer

from config import ConfigError
from service.cli.config import as_objects, refuse
from service.cli.options import AsJson, DataDir, data_dir
from service.cli.output import complain, print_json, say, table
from service.cli.topics_import import import_topic
from service.cli.topics_preview import preview

if TYPE_CHECKING:
    from config.topic import Topic

app = typer.Typer(help="What Harken listens for.", no_args_is_help=True)
app.command("import")(import_topic)
app.command()(preview)


@app.command("list")
def list_topics(data: DataDir = None, as_json: AsJson = False) -> None:
    """List the topics with the number of their phrases.

    With --json it writes a line for each topic.

    Example: harken topics list --json
    """
    from config import load_config
    from service.folder import existing

    folder = data_dir(data)
    try:
        topics = load_config(folder).topics.values()
        existing(folder)
    except ConfigError as error:
        complain(*map(str, error.problems))
        raise typer.Exit(2) from error
    if as_json:
        for topic in topics:
            print_json(as_object(topic))
        return
    table(
        ("id", "name", "phrases", "threshold", "owner", "active"),
        [
            (
                topic.id,
                topic.name,
                f"{sum(1 for _ in topic.phrases()):,}",
                f"{topic.threshold:g}",
                topic.owner or "",
                "yes" if topic.active else "no",
            )
            for topic in topics
        ],
    )


@app.command()
def check(data: DataDir = None, as_json: AsJson = False) -> None:
    """Find phrases that will find the wrong posts, or none.

    The status is 0 if all are good, 1 if some are risky and 2 if the topics can't be used.

    Example: harken topics check --data /srv/harken
    """
    from config.load import find_risky_phrases
    from service.folder import existing

    folder = data_dir(data)
    try:
        warnings = find_risky_phrases(folder)
        existing(folder)
    except ConfigError as error:
        refuse(error, as_json=as_json)
        raise typer.Exit(2) from error
    complain(*map(str, warnings))
    if as_json:
        print_json({"ok": not warnings, "problems": [], "warnings": as_objects(warnings)})
    elif warnings:
        say(f"Risky phrases: {len(warnings):,}.")
    else:
        say("No risky phrases.")
    if warnings:
        raise typer.Exit(1)


def as_object(topic: "Topic") -> dict[str, object]:
    """Return a topic as JSON shows it, with the number of phrases in each of its lists."""
    from config.topic import FINDING_LISTS

    shown = ("id", "name", "description", "active", "threshold", "owner", "languages", "sources")
    lists = (*FINDING_LISTS.values(), "exclusions")
    return {
        **{key: getattr(topic, key) for key in shown},
        "phrases": {name: len(getattr(topic, name)) for name in lists},
        "queries": len(topic.query),
        "examples": len(topic.examples),
        "similarity": topic.similarity,
    }

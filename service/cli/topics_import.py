"""``harken topics import``: phrases that people have in another tool."""

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from config import ConfigError
from service.cli.config import as_objects, refuse
from service.cli.options import AsJson, DataDir, data_dir
from service.cli.output import complain, print_json, say, unusable

if TYPE_CHECKING:
    from config.phrase_lists import Remark
    from config.problem import Problem


def import_topic(
    file: Annotated[str, typer.Argument(metavar="FILE", help="Text; - for standard input.")],
    topic: Annotated[str, typer.Option("--topic", metavar="ID", help="Of the new topic.")],
    name: Annotated[
        str | None, typer.Option("--name", metavar="NAME", help="As people read it; else its id.")
    ] = None,
    data: DataDir = None,
    as_json: AsJson = False,
) -> None:
    """Make a topic of a list of keywords or of Boolean queries.

    FILE has a phrase a line, as F5Bot, Syften and Brand24 keep them ("-phrase" excludes; flags
    after a comma are left out), Boolean queries with AND, OR, NOT, quotes and parentheses, or is
    a CSV whose heading names its column of keywords. A # with a blank behind it begins a comment,
    and one directly before a word a hashtag. It never overwrites a topic.

    A line that can't be taken over, as with an operator that Harken has not, is named with its
    place and left out; the others are written. The status is 0 if all was taken over, 1 if some
    lines were not or some phrases are risky, and 2 if nothing was written.

    Example: harken topics import keywords.txt --topic crm-leads
    """
    from config.load import find_risky_phrases
    from config.phrase_lists import read_phrase_list
    from service.folder import existing
    from service.topic_files import write_topic

    folder = data_dir(data)
    brought = read_phrase_list(_text_of(file))
    complain(*(_shown(file, remark) for remark in (*brought.problems, *brought.notices)))
    if not brought.keywords and not brought.queries:
        raise unusable(f"{file}: there is no phrase to look for in it; nothing was written")
    try:
        label = name or topic.replace("-", " ").capitalize()
        path = write_topic(existing(folder), brought, topic_id=topic, name=label)
        risks = [risk for risk in find_risky_phrases(folder) if _is_of(risk, path)]
    except ConfigError as error:
        refuse(error, as_json=as_json)
        raise typer.Exit(2) from error
    complain(*map(str, risks))
    counts = {
        "keywords": len(brought.keywords),
        "queries": len(brought.queries),
        "exclusions": len(brought.exclusions),
    }
    if as_json:
        print_json(
            {
                "topic": topic,
                "file": path,
                **counts,
                "left_out": [_shown(file, remark) for remark in brought.notices],
                "problems": [_shown(file, remark) for remark in brought.problems],
                "warnings": as_objects(risks),
            }
        )
    else:
        said = ", ".join(f"{what} {number:,}" for what, number in counts.items() if number)
        say(f"Wrote {path} ({said}).")
        if brought.problems:
            say(f"Left out, as named above: {len(brought.problems):,}.")
        say(f"What it finds:  harken topics preview --topic {topic}")
    if brought.problems or risks:
        raise typer.Exit(1)


def _text_of(file: str) -> str:
    from config.document import LARGEST_FILE

    try:
        if file == "-":
            content = sys.stdin.buffer.read(LARGEST_FILE + 1)
        else:
            with Path(file).open("rb") as stream:
                content = stream.read(LARGEST_FILE + 1)
        if len(content) > LARGEST_FILE:
            raise unusable(f"{file}: is larger than 1 MiB; that is no list of phrases")
        return content.decode("utf-8-sig")
    except OSError as error:
        raise unusable(f"{file}: can't be read: {error.strerror}") from error
    except UnicodeDecodeError as error:
        raise unusable(f"{file}: is not UTF-8 text; save it as such") from error


def _shown(file: str, remark: "Remark") -> str:
    column = f":{remark.column}" if remark.column else ""
    return f"{file}:{remark.line}{column}: {remark.message}"


def _is_of(problem: "Problem", path: Path) -> bool:
    return Path(problem.file).name == path.name

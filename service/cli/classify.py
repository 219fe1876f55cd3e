"""`harken classify`: judge posts from a file or a pipe."""

from typing import Annotated

import typer


def classify(
    file: Annotated[
        str,
        typer.Argument(
            metavar="[FILE|-]", help="JSON Lines with id, title and body; .gz is unpacked."
        ),
    ] = "-",
    out: Annotated[
        str | None,
        typer.Option("--out", metavar="FILE", help="Write here instead of to standard output."),
    ] = None,
    jobs: Annotated[
        int,
        typer.Option(
            "--jobs",
            "-j",
            min=0,
            max=256,
            help="Processes; 0 is one a core. Each starts in a second.",
        ),
    ] = 1,
) -> None:
    """Judge posts: who is in the market, for what, how surely, and by which words.

    Reads a JSON object a line and writes one a line, in the same order, as they come. A line that
    is no post is named on standard error and left out; the exit status then is 1. Posts are plain
    text, and English is judged; other languages are named, and are never a signal.

    The weights of the evidence and the rest add up to log_odds, whose probability is given.

    Example: echo '{"id": 1, "title": "Can anyone recommend a CRM?"}' | harken classify
    """
    from service.cli.judged_lines import judge_file

    if judge_file(file, out=out, jobs=jobs):
        raise typer.Exit(1)

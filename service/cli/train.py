"""`harken train`: make a model from labelled posts."""

from pathlib import Path
from typing import Annotated

import typer


def train(
    data: Annotated[
        list[str],
        typer.Option("--data", metavar="FILE", help="Labelled JSON Lines; repeatable."),
    ],
    out: Annotated[
        Path, typer.Option("--out", metavar="DIR", help="Where the model's two files go.")
    ],
    labels: Annotated[
        list[str] | None,
        typer.Option("--labels", metavar="FILE", help="Labels by id, without text; repeatable."),
    ] = None,
    text: Annotated[
        list[str] | None,
        typer.Option("--text", metavar="FILE", help="Posts for --labels, .gz too; repeatable."),
    ] = None,
    seed: Annotated[int, typer.Option(help="What folds and made-up posts are drawn with.")] = 13,
    made_up: Annotated[
        bool, typer.Option(help="Train on the made-up posts that ship with Harken too.")
    ] = True,
) -> None:
    """Make a model from labelled posts and measure it on communities that it was not trained on.

    The same posts and seed give the same files. A line carries title, body, community and strength
    0 to 3, and where they are known kind and role. Labels that are kept without anybody's words
    find them by id in the files of --text.

    Example: harken train --data labelled.jsonl --out my-model
    """
    from nlp.errors import TrainingError
    from nlp.primer import made_up_posts
    from nlp.training import train as fit
    from service.cli.labelled_file import joined_posts, labelled_posts
    from service.cli.output import say
    from service.errors import RefusedError

    posts, wrong = labelled_posts(data)
    joined, lost = joined_posts(labels or (), text or ())
    posts, wrong = [*posts, *joined], wrong + lost
    try:
        more = made_up_posts(seed=seed) if made_up else ()
        trained = fit(posts, made_up=more, seed=seed)
    except TrainingError as error:
        raise RefusedError(str(error)) from error
    trained.write(out)
    signal = trained.model.card.measured["signal"]
    say(f"{trained.model.version} from {len(posts):,} posts, in {out}")
    if isinstance(signal, dict):
        say(f"average precision on unseen communities: {signal['average_precision'][0]:.3f}")
    if wrong:
        raise typer.Exit(1)

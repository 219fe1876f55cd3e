"""`harken eval`: compare judgements with labels."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from service.cli.options import AsJson

if TYPE_CHECKING:
    from nlp.evaluate import Difference, Figure, Pair, Report, Rows
    from nlp.judge import Judge
    from nlp.labelled import LabelledPost


def evaluate(
    file: Annotated[
        str, typer.Argument(metavar="FILE", help="Labelled JSON Lines; .gz is unpacked.")
    ],
    as_json: AsJson = False,
    model: Annotated[
        Path | None,
        typer.Option(
            "--model", metavar="DIR", help="A model of `harken train`; else the shipped."
        ),
    ] = None,
    other: Annotated[
        Path | None,
        typer.Option("--compare", metavar="DIR", help="Another model to hold beside it."),
    ] = None,
) -> None:
    """Measure the shipped model on labelled posts, with 95 % bootstrap intervals.

    A line carries title, body and strength 0 to 3, and where they are known kind, role, platform,
    wants, products, budget and timeline. Posts of strength 1 don't count in yes-or-no figures.
    With --compare both models judge the same posts, and each gain has an interval of its own.

    In the tables "found" is the share of a kind's signals that was taken for signals, "flagged"
    the same of a role's posts, and "right" the share that was given just this kind or role. An
    interval is left out where there are too few posts for one: ten signals and ten others, or ten
    of what a share is of.

    Labels that contradict each other, in a post or in two of the same words, posts without text
    and posts that come twice are named with their line, and count as they stand.

    Example: harken eval labelled.jsonl --json
    """
    from nlp.errors import ModelError
    from nlp.evaluate import compare, measure
    from nlp.judge import Judge
    from service.cli.labelled_file import labelled_posts
    from service.cli.output import print_json, unusable
    from service.collecting import give_back_memory

    posts, wrong = labelled_posts([file], doubting=True)
    if not posts:
        raise unusable(f"{file} has no labelled posts")
    give_back_memory()
    try:
        judge = Judge.load(model)
        beside = Judge.load(other) if other else None
    except ModelError as error:
        raise unusable(str(error)) from error
    pairs = _judged(judge, posts)
    report = measure(pairs, model=judge.version, threshold=judge.threshold)
    gains = (
        compare(pairs, _judged(beside, posts), thresholds=(judge.threshold, beside.threshold))
        if beside
        else {}
    )
    if as_json:
        against = {"compared_with": beside.version} if beside else {}
        told = {name: gain.to_json() for name, gain in gains.items()}
        print_json(report.to_json() | against | ({"gains": told} if beside else {}))
    else:
        _show(report)
        if beside:
            _show_gains(report.model, beside.version, gains)
        _explain(report)
    if wrong:
        raise typer.Exit(1)


def _judged(judge: "Judge", posts: "Sequence[LabelledPost]") -> "list[Pair]":
    from service.cli.streams import counting

    pairs = []
    with counting(f"Judging with {judge.version}") as count:
        for post in posts:
            pairs.append((post, judge.judge(post.title, post.body)))
            count()
    return pairs


def _show_gains(first: str, second: str, gains: "Mapping[str, Difference]") -> None:
    from service.cli.output import say, table

    say()
    say(f"{second} beside {first}:")
    table(
        ("figure", "this", "other", "gain", "95 % interval"),
        [
            (
                _words(name),
                *(_cells_of(value) for value in (gain.first, gain.second)),
                *_cells(gain.gain),
            )
            for name, gain in gains.items()
        ],
    )


def _show(report: "Report") -> None:
    from service.cli.output import say, table

    say(
        f"{report.posts:,} posts, {report.signals:,} of them signals; model {report.model}, "
        f"threshold {report.threshold:.3f}"
    )
    say()
    table(
        ("figure", "value", "95 % interval"),
        [(_words(name), *_cells(figure)) for name, figure in report.overall.items()],
    )
    for name, rows in (
        ("kind", report.kinds),
        ("role", report.roles),
        ("platform", report.platforms),
        ("length", report.lengths),
        ("slot", report.slots),
    ):
        if rows:
            say()
            _show_rows(name, rows)


def _explain(report: "Report") -> None:
    """Say what the words of the tables mean, and where they have no intervals."""
    from nlp.evaluate import LEAST_FOR_INTERVAL
    from service.cli.output import say

    say()
    if report.kinds or report.roles:
        say("found, flagged: the share of these posts that was taken for signals;")
        say("right: the share that was given just this kind or role")
    few = LEAST_FOR_INTERVAL
    say(f"No interval: fewer than {few} signals, {few} others or {few} of what a share is of, or")
    say("each draw gave the same figure. Such a figure says little of other posts.")


def _show_rows(name: str, rows: "Rows") -> None:
    from service.cli.output import table

    figures = list(next(iter(rows.values())).figures)
    table(
        (name, "posts", *map(_words, figures)),
        [
            (part, str(row.posts), *(" ".join(_cells(row.figures[one])) for one in figures))
            for part, row in rows.items()
        ],
    )


def _words(name: str) -> str:
    return name.replace("_", " ")


def _cells(figure: "Figure") -> tuple[str, str]:
    if figure.value != figure.value:  # NaN
        return "-", ""
    if figure.low != figure.low:  # left out
        return _cells_of(figure.value), ""
    return _cells_of(figure.value), f"{figure.low:.3f} to {figure.high:.3f}"


def _cells_of(value: float) -> str:
    return "-" if value != value else f"{value:.3f}"  # NaN

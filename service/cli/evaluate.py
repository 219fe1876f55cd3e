"""`harken eval`: compare judgements with labels."""

from typing import TYPE_CHECKING, Annotated

import typer

from service.cli.options import AsJson

if TYPE_CHECKING:
    from nlp.evaluate import Figure, Report, Rows


def evaluate(
    file: Annotated[str, typer.Argument(metavar="FILE", help="Labelled JSON Lines.")],
    as_json: AsJson = False,
) -> None:
    """Measure the shipped model on labelled posts, with 95 % bootstrap intervals.

    A line carries title, body and strength 0 to 3, and where they are known kind, role, platform,
    wants, products, budget and timeline. Posts of strength 1 don't count in yes-or-no figures.

    Example: harken eval labelled.jsonl --json
    """
    from nlp.evaluate import evaluate as compare
    from nlp.judge import Judge
    from service.cli.labelled_file import labelled_posts
    from service.cli.output import print_json
    from service.cli.streams import counting

    posts, wrong = labelled_posts([file])
    if not posts:
        raise typer.BadParameter(f"{file} has no labelled posts")
    judge = Judge.load()
    pairs = []
    with counting("Judging") as count:
        for post in posts:
            pairs.append((post, judge.judge(post.title, post.body)))
            count()
    card = judge.model.card
    report = compare(pairs, model=card.version, threshold=card.threshold)
    if as_json:
        print_json(report.to_json())
    else:
        _show(report)
    if wrong:
        raise typer.Exit(1)


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
        ("slot", report.slots),
    ):
        if rows:
            say()
            _show_rows(name, rows)


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
    return f"{figure.value:.3f}", f"{figure.low:.3f}-{figure.high:.3f}"

"""`harken content`: what there is to give to a buyer."""

import typer

from service.cli.options import AsJson, DataDir, data_dir
from service.cli.output import print_json, say, table

app = typer.Typer(no_args_is_help=True, help="Look at the content map.")


@app.callback()
def _group() -> None:
    """Keep `gaps` a command of its own."""


@app.command()
def gaps(data: DataDir = None, as_json: AsJson = False) -> None:
    """List the steps of the journey, by topic and persona, for which there is nothing to give.

    Example: harken content gaps
    """
    from config import load_config
    from service.folder import existing
    from service.rules.content import gaps as gaps_of

    config = load_config(existing(data_dir(data)))
    topics = [topic.id for topic in config.topics.values() if topic.active]
    found = gaps_of(config.content, topics)
    if as_json:
        for gap in found:
            persona = gap.persona.value if gap.persona else None
            print_json({"topic": gap.topic, "step": gap.step, "persona": persona})
        return
    if not found:
        say("There is something for every step of every topic.")
        return
    table(
        ("topic", "step", "for"),
        [(gap.topic, str(gap.step), gap.persona or "anybody") for gap in found],
    )

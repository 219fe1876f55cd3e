"""`harken experiment`: scoring profiles on trial beside the standing one."""

from typing import TYPE_CHECKING

import typer

from service.cli.options import AsJson, DataDir, data_dir
from service.cli.output import print_json, say, table

if TYPE_CHECKING:
    from service.leads.experiment import Experiment
    from service.rules.outcomes import Figure

app = typer.Typer(no_args_is_help=True, help="Compare scoring profiles on trial.")


@app.callback()
def _group() -> None:
    """Keep `report` a command of its own."""


@app.command()
def report(data: DataDir = None, as_json: AsJson = False) -> None:
    """Say how well each profile on trial foretells what becomes of leads; it changes none.

    Example: harken experiment report
    """
    from service.house import existing_house
    from service.leads.experiment import report as compare_all
    from service.store.engine import reading

    with existing_house(data_dir(data)) as house, reading(house.engine) as db:
        most = house.config.settings.digest.cap
        found = compare_all(db, house.config.scoring, shown_leads=most)
    if as_json:
        print_json([one.as_json() for one in found])
        return
    if not found:
        say("No profile is on trial; see [[shadow]] in scoring.toml.")
    for one in found:
        _tell(one)


def _tell(one: "Experiment") -> None:
    say(f"{one.version}: {one.outcomes} leads came to an end after sales took them over,")
    say(f"  {one.good} of them as an opportunity or a customer.")
    if one.set_aside:
        say(f"  {one.set_aside} more are set aside: nobody outweighs all the others.")
    if one.comparison is None:
        say("  That is too little to tell; both ends are needed, early and late.")
    else:
        standing, trial = one.comparison.standing.figures, one.comparison.trial.figures
        table(
            ("figure", "standing", "trial"),
            [(name, _words(standing[name]), _words(trial[name])) for name in standing],
        )
        say(f"  lift gained: {_words(one.comparison.lift_gained)}")
        if one.comparison.may_switch:
            say("  It may take over: give scoring.toml its numbers.")
        for reason in one.comparison.because:
            say(f"  not yet: {reason}")
    for change in one.moved:
        say(f"  {change.lead_id}  rank {change.rank} -> {change.trial_rank}")


def _words(figure: "Figure") -> str:
    if figure.value != figure.value:  # NaN: not defined
        return "not defined"
    return f"{figure.value:.3f} ({figure.low:.3f} to {figure.high:.3f})"

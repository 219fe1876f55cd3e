"""`harken doctor`: what is wrong here, and what to do about it."""

import typer

from service.cli.options import AsJson, DataDir, data_dir
from service.cli.output import complain, print_json, say


def doctor(data: DataDir = None, as_json: AsJson = False) -> None:
    """Look the installation over: configuration, process, model, database, sources, disk.

    The exit status is 1 when something has to be put right.

    Example: harken doctor --data /srv/harken
    """
    from service.doctor import Verdict, examine

    findings = list(examine(data_dir(data)))
    for finding in findings:
        if as_json:
            verdict = finding.verdict.value
            print_json({"what": finding.what, "verdict": verdict, "words": finding.words})
        elif finding.verdict is Verdict.OK:
            say(f"ok       {finding.what}: {finding.words}")
        else:
            complain(f"{finding.verdict.value:8} {finding.what}: {finding.words}")
    if any(finding.verdict is Verdict.PROBLEM for finding in findings):
        raise typer.Exit(1)

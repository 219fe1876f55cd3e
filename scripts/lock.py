"""Write constraints.txt: the releases that a fresh environment gets by the ranges today.

.venv/bin/python -m scripts.lock
"""

import os
import subprocess
import sys
import tempfile
import tomllib
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent

HEADER = """\
# The exact releases that Harken is installed and tested with: every run-time, test and lint
# dependency, the build back-end and pip. pyproject.toml has the ranges; this file is written
# by `make lock`, which resolves them anew in a fresh environment. Not to be edited by hand.
"""


def main() -> int:
    """Resolve, write the file and return the exit status."""
    with tempfile.TemporaryDirectory(prefix="harken-lock-") as folder:
        pins = resolve(Path(folder))
    (ROOT / "constraints.txt").write_text(HEADER + "".join(f"{pin}\n" for pin in pins))
    return 0


def resolve(folder: Path) -> list[str]:
    """Return one "name==version" a distribution, sorted by name, of a fresh environment.

    Raises:
        subprocess.CalledProcessError: venv or pip failed; its own words are on the terminal.
        ValueError: something was installed from a path or an address.
    """
    subprocess.run([sys.executable, "-m", "venv", folder], check=True)
    python = str(folder / "bin" / "python")
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    build = project["build-system"]["requires"]
    # Not under PIP_CONSTRAINT, lest the new pins be the old ones.
    env = {name: value for name, value in os.environ.items() if name != "PIP_CONSTRAINT"}
    pip = [python, "-m", "pip", "--no-input", "--disable-pip-version-check"]
    # spaCy wants setuptools; the release that venv brings along is years old.
    for what in (["--upgrade", "pip", "setuptools"], [*build, "-e", ".", "--group", "dev"]):
        subprocess.run([*pip, "install", "--quiet", *what], check=True, cwd=ROOT, env=env)
    freeze = [*pip, "freeze", "--all", "--exclude-editable"]
    lines = subprocess.run(freeze, check=True, capture_output=True, text=True).stdout.splitlines()
    if strange := [line for line in lines if "==" not in line or "@" in line]:
        raise ValueError(f"not a plain release: {', '.join(strange)}")
    return sorted(lines, key=lambda line: line.partition("==")[0].casefold())


if __name__ == "__main__":
    sys.exit(main())

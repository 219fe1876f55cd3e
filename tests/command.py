"""Run the real `harken` command in a process of its own, as a user would."""

import json
import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

HARKEN = str(Path(sys.executable).with_name("harken"))


@dataclass(frozen=True, slots=True)
class Ran:
    """What a command left behind."""

    code: int
    out: str
    err: str

    @property
    def lines(self) -> list[dict[str, object]]:
        """Standard output as JSON Lines."""
        return [json.loads(line) for line in self.out.splitlines()]


def environment(**more: str) -> dict[str, str]:
    """Return this process's environment without any HARKEN_ setting but ``more``."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("HARKEN_")}
    return kept | more


def harken(*words: str, data: Path | None = None, stdin: str = "", **variables: str) -> Ran:
    """Run `harken WORDS --data DATA` and wait for its end."""
    chosen = [*words, "--data", str(data)] if data is not None else list(words)
    done = subprocess.run(
        [HARKEN, *chosen],
        input=stdin,
        capture_output=True,
        text=True,
        env=environment(**variables),
        timeout=120,
        check=False,
    )
    return Ran(done.returncode, done.stdout, done.stderr)

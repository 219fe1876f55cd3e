"""Run the real `harken` command: in a process of its own, as a user would, or in this one."""

import io
import json
import logging
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

from service.cli import main
from service.logs import OURS

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
    done = subprocess.run(
        [HARKEN, *_chosen(words, data)],
        input=stdin,
        capture_output=True,
        text=True,
        env=environment(**variables),
        timeout=120,
        check=False,
    )
    return Ran(done.returncode, done.stdout, done.stderr)


def harken_here(*words: str, data: Path | None = None, stdin: str = "", **variables: str) -> Ran:
    """Do what `harken` does, in this process: one of its own takes a second or two to start.

    For tests that are about the answer. What only a process has (signals, descriptors, the
    order of its imports) needs one.
    """
    out, err = io.BytesIO(), io.BytesIO()
    with pytest.MonkeyPatch.context() as outside:
        for name in os.environ.keys() - environment().keys():
            outside.delenv(name)
        for name, value in variables.items():
            outside.setenv(name, value)
        outside.setattr(sys, "argv", ["harken", *_chosen(words, data)])
        outside.setattr(sys, "stdin", _text(io.BytesIO(stdin.encode())))
        outside.setattr(sys, "stdout", _text(out))
        outside.setattr(sys, "stderr", _text(err))
        with _logging_as_it_was():
            code = main()
        sys.stdout.flush()
        return Ran(code, out.getvalue().decode(), err.getvalue().decode())


@contextmanager
def _logging_as_it_was() -> Iterator[None]:
    """Begin with logging as a new process has it, and undo what the command did to it.

    Its handler writes to a stream that is closed soon.
    """
    loggers = [logging.getLogger(name) for name in (None, *OURS)]
    before = [(logger.level, list(logger.handlers)) for logger in loggers]
    for logger in loggers:
        logger.setLevel(logging.WARNING if logger.name == "root" else logging.NOTSET)
        logger.handlers[:] = []
    try:
        yield
    finally:
        for logger, (level, handlers) in zip(loggers, before, strict=True):
            logger.setLevel(level)
            logger.handlers[:] = handlers


def _chosen(words: tuple[str, ...], data: Path | None) -> list[str]:
    return [*words, "--data", str(data)] if data is not None else list(words)


def _text(stream: io.BytesIO) -> io.TextIOWrapper:
    return io.TextIOWrapper(stream, encoding="utf-8", write_through=True)

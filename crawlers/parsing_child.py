"""The child that parses what strangers sent. It is expected to die.

It reads a task from standard input, answers on standard output, both as a length and that many
bytes, and has no other way out: no files to write, a bounded memory, five seconds of CPU a task.
Started with ``python -m crawlers.parsing_child SECONDS MIB MODULE``, of CPU, of memory, and of the
first task's parser; ``crawlers.parsing`` does that.
"""

import importlib
import json
import os
import resource
import signal
import sys
from collections.abc import Callable
from dataclasses import fields, is_dataclass
from math import ceil
from typing import Any, BinaryIO

from crawlers.child_talk import LENGTH, READY, REFUSAL, RESULT
from crawlers.errors import BadDocument

_MIB = 2**20


def main() -> None:
    """Work off tasks until standard input ends."""
    cpu_seconds, memory_mib, module = int(sys.argv[1]), int(sys.argv[2]), sys.argv[3]
    tasks, answers = _private_streams()
    _limit(memory_mib)
    importlib.import_module(module)
    _send(answers, READY)  # from here on time is the task's, not ours
    while (task := _receive(tasks)) is not None:
        body = _receive(tasks) or b""
        _send(answers, _answer(json.loads(task), body, cpu_seconds))


def _private_streams() -> tuple[BinaryIO, BinaryIO]:
    """Take the pipes away from standard input and output, so that no library writes into them."""
    tasks, answers = os.dup(0), os.dup(1)
    null = os.open(os.devnull, os.O_RDWR)
    os.dup2(null, 0)
    os.dup2(null, 1)
    return os.fdopen(tasks, "rb"), os.fdopen(answers, "wb")


def _limit(memory_mib: int) -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is the parent's; it closes our input
    signal.signal(signal.SIGXCPU, signal.SIG_DFL)
    resource.setrlimit(resource.RLIMIT_AS, (memory_mib * _MIB, memory_mib * _MIB))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def _grant_cpu(seconds: int) -> None:
    """Let this task have ``seconds``: the limit counts from the child's birth, so it is moved."""
    used = resource.getrusage(resource.RUSAGE_SELF)
    soft = ceil(used.ru_utime + used.ru_stime) + seconds
    resource.setrlimit(resource.RLIMIT_CPU, (soft, resource.RLIM_INFINITY))


def _answer(task: dict[str, Any], body: bytes, cpu_seconds: int) -> bytes:
    try:
        _grant_cpu(cpu_seconds)
        parser = _parser(str(task["parser"]))
        _grant_cpu(cpu_seconds)  # anew: the first of its kind had to be imported
        # as UTF-8 and not in escapes: long texts are read twice as fast by those who wait for them
        result = json.dumps(parser(body, **task["options"]), default=_plain, ensure_ascii=False)
        return RESULT + result.encode(errors="replace")
    except BadDocument as error:
        refused, detail = type(error).__name__, error.detail
    except MemoryError:
        refused, detail = "PoisonDocument", "it needs too much memory"
    except Exception as error:  # noqa: BLE001 - whatever strange bytes raise, it means the same
        refused, detail = "Unparseable", f"the parser gave up ({type(error).__name__})"
    return REFUSAL + json.dumps({"refused": refused, "detail": detail}).encode()


def _parser(named: str) -> Callable[..., object]:
    module, _, name = named.partition(":")
    parser: Callable[..., object] = getattr(importlib.import_module(module), name)
    return parser


def _plain(value: object) -> dict[str, object]:
    if is_dataclass(value) and not isinstance(value, type):
        return {field.name: getattr(value, field.name) for field in fields(value)}
    raise TypeError(f"a parser returned a {type(value).__name__}")


def _receive(stream: BinaryIO) -> bytes | None:
    head = stream.read(LENGTH.size)
    return stream.read(LENGTH.unpack(head)[0]) if len(head) == LENGTH.size else None


def _send(stream: BinaryIO, message: bytes) -> None:
    stream.write(LENGTH.pack(len(message)))
    stream.write(message)
    stream.flush()


if __name__ == "__main__":
    main()

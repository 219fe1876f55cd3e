"""Parsing in children that may be killed: slow, hungry and hostile documents cost one child.

Children are plain processes that speak length-prefixed JSON. Not ``multiprocessing``: its pipes
carry pickles, which a taken-over child could turn against us, and its children import the
program's main module, here the whole service. A child costs as much to start as a hundred feeds
to read, is kept for 2,000 tasks, and has no environment, so no secrets.
"""

import asyncio
import json
import os
import signal
import sys
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from functools import lru_cache
from types import TracebackType
from typing import Any, Concatenate, ParamSpec, Self, TypeVar, get_type_hints

from pydantic import BaseModel, TypeAdapter, ValidationError

from crawlers.child_talk import LENGTH, READY, REFUSAL, RESULT
from crawlers.errors import (
    BadDocument,
    EmptyDocument,
    NotAFeed,
    NothingToRead,
    PoisonDocument,
    Unparseable,
)

T = TypeVar("T")
P = ParamSpec("P")

_START_SECONDS = 60  # a child is there in 0.3 s, on a machine that is not on its knees
_END_SECONDS = 5
_REFUSALS: dict[str, type[BadDocument]] = {
    error.__name__: error
    for error in (EmptyDocument, NotAFeed, NothingToRead, PoisonDocument, Unparseable)
}


@dataclass(frozen=True, slots=True, kw_only=True)
class ParsingLimits:
    """What one task may cost."""

    cpu_seconds: int = 5
    #: For one that hangs: on a machine with six times the work it can do, computing comes first.
    wall_seconds: float = 30
    memory_mib: int = 512
    result_bytes: int = 32 * 2**20
    tasks_per_child: int = 2_000


class _Refusal(BaseModel):
    refused: str
    detail: str = ""


class ParsingPool:
    """A few children that parse. They start when they are needed, and end with ``aclose``.

    Belongs to one event loop at a time.
    """

    def __init__(self, size: int = 2, *, limits: ParsingLimits | None = None) -> None:
        self._limits = limits or ParsingLimits()
        self._turns = asyncio.Semaphore(size)
        self._idle: list[_Child] = []
        self.started = 0  # children ever started, for tests and metrics

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        await self.aclose()

    async def aclose(self) -> None:
        """End the children and wait until they are gone."""
        ending, self._idle = self._idle, []
        await asyncio.gather(*(child.end() for child in ending))

    async def run(
        self,
        parser: Callable[Concatenate[bytes, P], T],
        body: bytes,
        *args: P.args,
        **options: P.kwargs,
    ) -> T:
        """Return ``parser(body, **options)``, worked out in a child and checked here.

        Args:
            parser: a function at the top of its module whose return type is annotated with
                dataclasses and JSON's own types. The child imports it by name.
            body: what a stranger sent.
            args: none; options are given by name.
            options: JSON values.

        Raises:
            BadDocument: what the parser said of the document; ``PoisonDocument`` when the child
                had to be killed, ``Unparseable`` when the parser failed on it.
        """
        if args:
            raise TypeError("a parser's options are given by name")
        task = {"parser": f"{parser.__module__}:{parser.__qualname__}", "options": options}
        async with self._turns:
            child = await self._a_child(for_module=parser.__module__)
            answer = await self._in(child, json.dumps(task).encode(), body)
        result: T = _checked(answer, _result_of(parser))  # T is the annotation it was built from
        return result

    async def _in(self, child: "_Child", task: bytes, body: bytes) -> bytes:
        try:
            async with asyncio.timeout(self._limits.wall_seconds):
                answer = await child.ask(task, body, most=self._limits.result_bytes)
        except TimeoutError as error:
            await child.kill()
            detail = f"it took longer than {self._limits.wall_seconds:g} seconds"
            raise PoisonDocument(detail) from error
        except (asyncio.IncompleteReadError, ConnectionError) as error:
            raise PoisonDocument(_last_words(await child.end())) from error
        except BaseException:  # cancelled, or an answer beyond the limit: it cannot be trusted on
            await child.kill()
            raise
        if child.tasks < self._limits.tasks_per_child:
            self._idle.append(child)
        else:
            await child.end()
        return answer

    async def _a_child(self, *, for_module: str) -> "_Child":
        while self._idle:
            child = self._idle.pop()
            if child.lives:
                return child
            await child.end()  # somebody else killed it, such as a system short of memory
        return await self._start(for_module)

    async def _start(self, module: str) -> "_Child":
        limits = self._limits
        process = await asyncio.create_subprocess_exec(
            sys.executable,
            "-P",  # a config/ in the working directory must not shadow ours
            "-m",
            "crawlers.parsing_child",
            str(limits.cpu_seconds),
            str(limits.memory_mib),
            module,
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.DEVNULL,
            env={"PYTHONPATH": os.pathsep.join(filter(None, sys.path)), "LANG": "C.UTF-8"},
        )
        self.started += 1
        child = _Child(process)
        try:
            async with asyncio.timeout(_START_SECONDS):
                await child.answer(most=len(READY))
        except (TimeoutError, asyncio.IncompleteReadError) as error:
            raise RuntimeError(f"no parsing child starts ({await child.end()})") from error
        except BaseException:
            await child.kill()
            raise
        return child


class _Child:
    """One child and the pipe to it."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        if process.stdin is None or process.stdout is None:
            raise RuntimeError("the child was started without pipes")
        self._process = process
        self._in, self._out = process.stdin, process.stdout
        self.tasks = 0

    @property
    def lives(self) -> bool:
        """Whether it is there to be asked."""
        return self._process.returncode is None

    async def ask(self, task: bytes, body: bytes, *, most: int) -> bytes:
        """Return the child's answer.

        Raises:
            PoisonDocument: the answer is longer than ``most`` bytes.
            asyncio.IncompleteReadError, ConnectionError: the child died over it.
        """
        self.tasks += 1
        for message in (task, body):
            self._in.write(LENGTH.pack(len(message)))
            self._in.write(message)
        await self._in.drain()
        return await self.answer(most=most)

    async def answer(self, *, most: int) -> bytes:
        """Return what the child says next, as ``ask`` does."""
        (length,) = LENGTH.unpack(await self._out.readexactly(LENGTH.size))
        if length > most:
            raise PoisonDocument(f"what was read from it exceeds {most // 2**20} MiB")
        return await self._out.readexactly(length)

    async def kill(self) -> int:
        """End it at once; return its exit status, negative for a signal."""
        with suppress(ProcessLookupError):
            self._process.kill()
        try:
            async with asyncio.timeout(_END_SECONDS):
                return await self._gone()
        except TimeoutError:  # something else holds its pipe open
            return -signal.SIGKILL

    async def end(self) -> int:
        """Wait until it is gone, having closed its input: for one that is idle, or dying.

        Not ``kill``, which would find out first whether it lives, and so lose its exit status to
        the watcher's surprise (asyncio logs "Unknown child process").
        """
        try:
            async with asyncio.timeout(_END_SECONDS):
                return await self._gone()
        except TimeoutError:
            return await self.kill()

    async def _gone(self) -> int:
        self._in.close()
        # Drained first: asyncio calls a process gone when its pipes are at their end, and doesn't
        # read a pipe whose buffer is full, so waiting for a child that said much never ends.
        while await self._out.read(2**16):
            pass
        return await self._process.wait()


def _last_words(status: int) -> str:
    match -status:
        case signal.SIGXCPU:
            return "it used up its computing time"
        case signal.SIGKILL | signal.SIGSEGV | signal.SIGABRT | signal.SIGBUS:
            return "the parser crashed on it"
        case _:
            return "the parser died of it"


@lru_cache(maxsize=64)
def _result_of(parser: Callable[..., object]) -> TypeAdapter[Any]:
    """Return what checks the parser's results: built from its annotation, once."""
    return TypeAdapter(get_type_hints(parser)["return"])


def _checked(answer: bytes, result: TypeAdapter[T]) -> T:
    """Return the parser's result, checked as something that a stranger may have written."""
    try:
        if answer.startswith(RESULT):
            return result.validate_json(answer[len(RESULT) :])
        refusal = _Refusal.model_validate_json(answer[len(REFUSAL) :])
    except ValidationError as error:
        raise PoisonDocument("what was read from it makes no sense") from error
    detail = "".join(filter(str.isprintable, refusal.detail))[:200]
    raise _REFUSALS.get(refusal.refused, Unparseable)(detail)

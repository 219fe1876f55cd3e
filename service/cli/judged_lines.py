"""Judge a stream of lines, in one process or in several, holding only a few of them at a time."""

import json
import os
import sys
from collections import deque
from collections.abc import Generator, Iterator
from contextlib import ExitStack, closing
from functools import cache
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

from nlp.errors import LineError, NlpError
from nlp.judged import as_json
from nlp.labelled import read_post
from service.cli.output import complain, unusable
from service.cli.streams import answers, counting, opened
from service.errors import RefusedError

if TYPE_CHECKING:
    from concurrent.futures import Future, ProcessPoolExecutor

    from nlp.judge import Judge

#: Lines that a process gets at once, and chunks of them under way for each process.
_CHUNK = 64
_AHEAD = 3
#: Characters of a line that are read; a longer one is no post but a mistake or an attack.
_LONGEST_LINE = 16_000_000

#: Line number, then the output line or what is wrong with the input.
Result = tuple[int, bytes | None, str]


@cache
def _judge() -> "Judge":
    from nlp.judge import Judge  # not above: who only hands lines to others needs no model

    try:
        return Judge.load(ahead=True)
    except NlpError as error:
        raise RefusedError(str(error)) from error


def judge_line(number: int, line: bytes) -> Result:
    """Return the output line of an input line, or why there is none."""
    try:
        post = read_post(line)
    except LineError as error:
        return number, None, f"line {number}: {error}"
    # ASCII: what a lone surrogate is in UTF-8 nobody can say, its escape everybody can read.
    return number, json.dumps(as_json(post, _judge().judge(post.title, post.body))).encode(), ""


def _judge_chunk(chunk: list[tuple[int, bytes]]) -> list[Result]:
    return [judge_line(number, line) for number, line in chunk]


def _numbered(stream: BinaryIO) -> Iterator[tuple[int, bytes]]:
    """Yield the lines that are not empty with their numbers from 1; overlong ones are cut."""
    number = 0
    try:
        while line := stream.readline(_LONGEST_LINE):
            number += 1
            if not line.endswith(b"\n"):
                while (rest := stream.readline(_LONGEST_LINE)) and not rest.endswith(b"\n"):
                    pass  # the tail of an overlong line: the cut head is no JSON and is reported
            if line.strip():
                yield number, line
    except OSError as error:
        raise RefusedError(f"the input can't be read: {error.strerror}") from error


def _in_order(
    lines: Iterator[tuple[int, bytes]], pool: "ProcessPoolExecutor", jobs: int
) -> Iterator[Result]:
    """Yield results in the order of the lines, with a bounded number of chunks under way."""
    waiting: deque[Future[list[Result]]] = deque()
    while True:
        while len(waiting) < jobs * _AHEAD and (chunk := list(islice(lines, _CHUNK))):
            waiting.append(pool.submit(_judge_chunk, chunk))
        if not waiting:
            return
        yield from waiting.popleft().result()


def judge_lines(
    lines: Iterator[tuple[int, bytes]], *, jobs: int = 1
) -> Generator[Result, None, None]:
    """Yield a result for each numbered line, in order.

    Args:
        lines: line numbers and lines.
        jobs: processes; 1 judges here, and each line as it comes; 0 is one for each core.
    """
    jobs = jobs or os.cpu_count() or 1
    if jobs == 1:
        yield from (judge_line(number, line) for number, line in lines)
        return
    from concurrent.futures import ProcessPoolExecutor  # here because one process needs none
    from multiprocessing import get_context

    # spawn, not fork: threads of numpy's libraries don't survive a fork
    pool = ProcessPoolExecutor(jobs, mp_context=get_context("spawn"))
    try:
        yield from _in_order(lines, pool, jobs)
    finally:
        pool.shutdown(cancel_futures=True)  # when nobody reads on, nothing is judged for nobody


def judge_file(name: str, *, out: str | None, jobs: int) -> int:
    """Judge the posts of a file or of standard input and return how many lines were no posts.

    When the reader of our standard output goes away, that is the end and no error.
    """
    try:
        return _judge_file(name, out=out, jobs=jobs)
    except BrokenPipeError:
        return 0


def _judge_file(name: str, *, out: str | None, jobs: int) -> int:
    if out not in {None, "-"} and _is_same_file(name, str(out)):
        raise unusable(f"{out} is the input; opening it for writing would empty it")
    wrong = 0
    with ExitStack() as stack:
        source = stack.enter_context(opened(name, "rb", sys.stdin.buffer))
        target = stack.enter_context(answers(out or "-"))
        count = stack.enter_context(counting("Judging"))
        results = stack.enter_context(closing(judge_lines(_numbered(source), jobs=jobs)))
        for _, line, problem in results:
            if line is None:
                wrong += 1
                complain(problem)
            else:
                target.write(line, at_once=jobs == 1)
            count()
    return wrong


def _is_same_file(one: str, other: str) -> bool:
    return Path(one).exists() and Path(other).exists() and Path(one).samefile(other)

"""Judge a stream of lines, in one process or in several, holding only a few of them at a time."""

import json
import os
from collections import deque
from collections.abc import Generator, Iterable, Iterator
from concurrent.futures import wait
from contextlib import ExitStack, closing
from functools import cache
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING

from nlp.errors import LineError, NlpError
from nlp.judged import as_json
from nlp.labelled import read_post
from service.cli.output import complain, unusable
from service.cli.post_lines import Source, post_lines
from service.cli.streams import answers, counting
from service.collecting import give_back_memory
from service.errors import RefusedError

if TYPE_CHECKING:
    from concurrent.futures import Future, ProcessPoolExecutor

    from nlp.judge import Judge

#: Lines that a process gets at once, and chunks of them under way for each process.
_CHUNK = 64
_AHEAD = 3
#: Seconds after which it is looked again whether a pausing input goes on.
_LOOK_AGAIN = 0.05

#: Line number, then the output line or what is wrong with the input.
Result = tuple[int, bytes | None, str]


@cache
def _judge() -> "Judge":
    from nlp.judge import Judge  # not above: who only hands lines to others needs no model

    give_back_memory()
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


def _judged(lines: Iterable[tuple[int, bytes]]) -> Iterator[Result]:
    return (judge_line(number, line) for number, line in lines if line.strip())


def _judge_chunk(chunk: list[tuple[int, bytes]]) -> list[Result]:
    return list(_judged(chunk))


def _in_order(source: Source, pool: "ProcessPoolExecutor", jobs: int) -> Iterator[Result]:
    """Yield results in the order of the lines, with a bounded number of chunks under way.

    When the input pauses, what there is of it is judged, and what is judged is given back.
    """
    waiting: deque[Future[list[Result]]] = deque()
    lines = source.numbered()
    is_over = False
    while waiting or not is_over:
        has_room = not is_over and len(waiting) < jobs * _AHEAD
        if has_room and (not waiting or source.is_at_hand()):
            chunk = list(islice(_at_hand(lines, source), _CHUNK))
            is_over = not chunk
            if chunk:
                waiting.append(pool.submit(_judge_chunk, chunk))
        elif waiting[0].done() or not has_room:
            yield from waiting.popleft().result()
        else:
            wait([waiting[0]], timeout=_LOOK_AGAIN)


def _at_hand(lines: Iterator[tuple[int, bytes]], source: Source) -> Iterator[tuple[int, bytes]]:
    """Yield a line, for which it waits, and those that are there behind it."""
    for line in lines:
        yield line
        if not source.is_at_hand():
            return


def judge_lines(source: Source, *, jobs: int = 1) -> Generator[Result, None, None]:
    """Yield a result for each line that is not blank, in order, as they come.

    Args:
        source: of the lines.
        jobs: processes; 1 judges here; 0 is one for each core.
    """
    jobs = jobs or os.cpu_count() or 1
    if jobs == 1:
        yield from _judged(source.numbered())
        return
    from concurrent.futures import ProcessPoolExecutor  # here because one process needs none
    from multiprocessing import get_context

    # spawn, not fork: threads of numpy's libraries don't survive a fork
    pool = ProcessPoolExecutor(jobs, mp_context=get_context("spawn"))
    try:
        yield from _in_order(source, pool, jobs)
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
        source = stack.enter_context(post_lines(name))
        target = stack.enter_context(answers(out or "-"))
        count = stack.enter_context(counting("Judging"))
        results = stack.enter_context(closing(judge_lines(source, jobs=jobs)))
        for _, line, problem in results:
            if line is None:
                wrong += 1
                complain(problem)
            else:
                target.write(line, at_once=True)
            count()
    return wrong


def _is_same_file(one: str, other: str) -> bool:
    return Path(one).exists() and Path(other).exists() and Path(one).samefile(other)

import asyncio
import os
import signal
from collections.abc import Awaitable, Callable
from typing import TypeVar

import pytest

from crawlers.errors import BadDocument, NotAFeed, PoisonDocument, Unparseable
from crawlers.feeds.document import read_feed
from crawlers.parsing import ParsingLimits, ParsingPool
from crawlers.plaintext import many_from_html
from tests.parsers import (
    crash,
    eat,
    environment,
    flood,
    leave,
    lie,
    loaded,
    odd,
    recurse,
    see,
    shout,
    sleep,
    write_file,
)

T = TypeVar("T")


def pooled(
    work: Callable[[ParsingPool], Awaitable[T]],
    *,
    limits: ParsingLimits | None = None,
    size: int = 1,
) -> T:
    async def run() -> T:
        async with ParsingPool(size, limits=limits) as pool:
            return await work(pool)

    return asyncio.run(run())


def error_of(
    parser: Callable[[bytes], object], limits: ParsingLimits | None = None
) -> BadDocument:
    """Return how the parser's document ends."""

    async def work(pool: ParsingPool) -> BadDocument:
        with pytest.raises(BadDocument) as caught:
            await pool.run(parser, b"x")
        return caught.value

    return pooled(work, limits=limits)


def test_a_parser_s_result_comes_back_as_what_it_was() -> None:
    seen = pooled(lambda pool: pool.run(see, b"\x00\xff" * 500_000, word="hüllo"))
    assert (seen.length, seen.word) == (1_000_000, "hüllo")
    assert seen.pid != os.getpid()


def test_children_start_when_needed_and_stay() -> None:
    async def work(pool: ParsingPool) -> tuple[int, int]:
        none_yet = pool.started
        pids = {(await pool.run(see, b"")).pid for _ in range(5)}
        assert len(pids) == 1
        return none_yet, pool.started

    assert pooled(work) == (0, 1)


def test_children_work_side_by_side() -> None:
    async def work(pool: ParsingPool) -> int:
        await asyncio.gather(*(pool.run(see, b"") for _ in range(6)))
        return pool.started

    assert pooled(work, size=2) == 2


def test_a_child_is_replaced_after_its_share_of_tasks() -> None:
    async def work(pool: ParsingPool) -> int:
        return len({(await pool.run(see, b"")).pid for _ in range(4)})

    assert pooled(work, limits=ParsingLimits(tasks_per_child=2)) == 2


def test_a_child_loads_what_it_is_asked_for_and_no_more() -> None:
    async def work(pool: ParsingPool) -> list[list[str]]:
        before = await pool.run(loaded, b"")
        await pool.run(many_from_html, b'["<b>"]')
        return [before, await pool.run(loaded, b"")]

    before, after = pooled(work)
    assert not {"crawlers.plaintext", "feedparser", "selectolax"} & set(before)
    assert "crawlers.plaintext" in after


def test_a_child_has_none_of_our_secrets() -> None:
    os.environ["HARKEN_TEST_SECRET"] = "x"
    try:
        names = pooled(lambda pool: pool.run(environment, b""))
    finally:
        del os.environ["HARKEN_TEST_SECRET"]
    assert "HARKEN_TEST_SECRET" not in names
    assert "HOME" not in names


def test_a_document_that_takes_too_long_is_poison() -> None:
    error = error_of(sleep, ParsingLimits(wall_seconds=0.3))
    assert isinstance(error, PoisonDocument)
    assert "longer than 0.3 seconds" in error.reason


def test_computing_time_is_counted_per_task() -> None:
    async def work(pool: ParsingPool) -> int:
        for _ in range(3):
            await pool.run(many_from_html, b'["<b>"]')
        return pool.started

    assert pooled(work, limits=ParsingLimits(cpu_seconds=1)) == 1


@pytest.mark.parametrize(
    ("parser", "kind", "words"),
    [
        (eat, PoisonDocument, "too much memory"),
        (crash, PoisonDocument, "crashed"),
        (leave, PoisonDocument, "died"),
        (recurse, Unparseable, "RecursionError"),
        (write_file, Unparseable, "OSError"),
        (lie, PoisonDocument, "makes no sense"),
    ],
)
def test_a_parser_that_fails_costs_its_document_only(
    parser: Callable[[bytes], object], kind: type[BadDocument], words: str
) -> None:
    error = error_of(parser)
    assert type(error) is kind
    assert words in error.reason


def test_an_answer_without_end_is_not_read() -> None:
    error = error_of(flood, ParsingLimits(result_bytes=2**20))
    assert isinstance(error, PoisonDocument)
    assert "exceeds 1 MiB" in error.reason


def test_a_child_that_filled_its_pipe_is_got_rid_of() -> None:
    async def work(pool: ParsingPool) -> int:
        for _ in range(5):  # whether the pipe is full by then is a race, won two times in three
            with pytest.raises(PoisonDocument):
                await pool.run(flood, b"x")
        return (await pool.run(see, b"abc")).length

    assert pooled(work, limits=ParsingLimits(result_bytes=2**20)) == 3


def test_what_a_library_prints_does_not_disturb() -> None:
    assert pooled(lambda pool: pool.run(shout, b"")) == 1


def test_a_refusal_keeps_its_kind_and_loses_its_tricks() -> None:
    error = error_of(odd)
    assert type(error) is NotAFeed
    assert "\x1b" not in error.reason
    assert "\n" not in error.reason
    assert len(error.detail) <= 200


def test_x11_a_document_that_uses_up_its_computing_time_is_poison() -> None:
    many = " ".join(f"a{n}=''" for n in range(250))
    item = f"<item>{f'<x {many}/>' * 10}</item>"  # 900 of them take a fast machine eight seconds
    body = f"<rss><channel>{item * 900}</channel></rss>".encode()

    async def work(pool: ParsingPool) -> None:
        with pytest.raises(PoisonDocument, match="computing time"):
            await pool.run(read_feed, body, url="http://a.example/", content_type="text/xml")

    pooled(work, limits=ParsingLimits(cpu_seconds=1))


def test_a_pool_goes_on_after_a_killed_child() -> None:
    async def work(pool: ParsingPool) -> int:
        with pytest.raises(PoisonDocument):
            await pool.run(crash, b"")
        return (await pool.run(see, b"abc")).length

    assert pooled(work) == 3


def test_a_child_that_was_killed_while_idle_costs_no_document() -> None:
    async def work(pool: ParsingPool) -> int:
        os.kill((await pool.run(see, b"")).pid, signal.SIGKILL)
        await asyncio.sleep(0.3)
        return (await pool.run(see, b"abc")).length

    assert pooled(work) == 3


def test_whoever_stops_waiting_leaves_no_busy_child_behind() -> None:
    async def work(pool: ParsingPool) -> int:
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(0.5):
                await pool.run(sleep, b"")
        return (await pool.run(see, b"abc")).length

    assert pooled(work) == 3


def test_children_end_with_their_pool() -> None:
    pid = pooled(lambda pool: pool.run(see, b"")).pid
    with pytest.raises(ProcessLookupError):
        os.kill(pid, 0)

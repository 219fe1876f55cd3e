"""Against a small phpBB of our own making, with the bad habits of real ones."""

import asyncio
import logging
import sys
from dataclasses import dataclass, field
from urllib.parse import parse_qs, urlsplit

import pytest

from crawlers.errors import NotFound, NothingToRead, RateLimited
from crawlers.fetch import Gate
from crawlers.forums.adapter import ForumAdapter
from crawlers.found import Batch, Cursor, FoundPost, SourceToPoll, ThreadToRead
from crawlers.registry import adapter_for
from models.words import SourceKind
from tests.crawling import (
    NOW,
    a_source,
    batches,
    polled,
    posts_of,
    read_again,
    stored,
    through_gate,
)
from tests.forum_pages import POSTS, THREADS
from tests.misbehaving import Asked, MisbehavingServer, Reply

PER_PAGE = 3
PER_LIST = 4

HEAD = '<!DOCTYPE html><html><head><title>{}</title></head><body id="phpbb">'


@dataclass
class Board:
    """Threads by number, each with the numbers of its posts; one board lists them all."""

    threads: dict[int, list[int]] = field(default_factory=dict)
    session: str = "&sid=0123abcd"
    repeats_last_page: bool = False
    answers: dict[str, Reply] = field(default_factory=dict)  # by path with query, sid left out

    def __call__(self, asked: Asked) -> Reply | None:
        url = urlsplit(asked.path.replace(self.session, ""))
        if reply := self.answers.get(f"{url.path}?{url.query}".rstrip("?")):
            return reply
        query = {key: values[-1] for key, values in parse_qs(url.query).items()}
        start = int(query.get("start", "0"))
        match url.path:
            case "/":
                link = f"./viewforum.php?f=2{self.session}".replace("&", "&amp;")
                return self._page(f'<a href="{link}" class="forumtitle">Kitchens</a>')
            case "/viewforum.php":
                return self._list(start)
            case "/viewtopic.php" if int(query.get("t", "0")) in self.threads:
                return self._thread(int(query["t"]), start)
        return None

    def _page(self, body: str, *, title: str = "Hearth") -> Reply:
        return Reply(body=f"{HEAD.format(title)}{body}</body></html>".encode())

    def _list(self, start: int) -> Reply:
        numbers = sorted(self.threads, key=lambda number: -max(self.threads[number]))
        rows = "".join(
            f'<li class="row"><a class="topictitle" href="./viewtopic.php?f=2&amp;t={number}'
            f'{self.session}">Thread {number}</a><dd class="posts">{len(posts) - 1}</dd>'
            f'<dd class="lastpost"><a href="./viewtopic.php?p={posts[-1]}#p{posts[-1]}">x</a>'
            "</dd></li>"
            for number in numbers[start : start + PER_LIST]
            if (posts := self.threads[number])
        )
        following = self._next("viewforum.php?f=2", start, PER_LIST, len(numbers))
        return self._page(f'<ul class="topiclist topics">{rows}</ul>{following}')

    def _thread(self, number: int, start: int) -> Reply:
        posts = self.threads[number]
        if self.repeats_last_page:
            start = min(start, (len(posts) - 1) // PER_PAGE * PER_PAGE)
        shown = "".join(
            f'<div id="p{post}" class="post"><dl class="postprofile"><a class="username">ann</a>'
            f'</dl><p class="author"><a href="./viewtopic.php?p={post}{self.session}#p{post}">#'
            f'</a> <time datetime="2026-06-01T10:00:00+00:00">x</time></p><div class="content">'
            f"Words {post}<blockquote>theirs</blockquote></div></div>"
            for post in posts[start : start + PER_PAGE]
        )
        total = 10**6 if self.repeats_last_page else len(posts)
        following = self._next(f"viewtopic.php?f=2&amp;t={number}", start, PER_PAGE, total)
        current = f'<div class="pagination"><strong>{start // PER_PAGE + 1}</strong></div>'
        heading = f'<h2 class="topic-title">Thread {number}</h2>'
        return self._page(heading + current + shown + following)

    def _next(self, address: str, start: int, size: int, total: int) -> str:
        if start + size >= total:
            return ""
        link = f"./{address}&amp;start={start + size}{self.session}"
        return f'<div class="pagination"><a rel="next" href="{link}">Next</a></div>'


def a_board() -> Board:
    """Ten threads; the seventh has three pages."""
    threads = {number: [number * 100, number * 100 + 1] for number in range(1, 11)}
    threads[7] = [700 + n for n in range(8)]
    return Board(threads)


def source(
    server: MisbehavingServer, cursor: Cursor | None = None, **options: str
) -> SourceToPoll:
    return a_source(server.url("/"), kind=SourceKind.FORUM, cursor=cursor, options=options)


def ids(found: list[Batch]) -> list[str]:
    return [post.external_id for post in posts_of(found)]


def all_ids(board: Board) -> set[str]:
    return {f"p{post}" for posts in board.threads.values() for post in posts}


def test_every_thread_and_reply_comes_back_with_author_and_time() -> None:
    board = a_board()
    with MisbehavingServer(board) as server:
        found = polled(source(server))
    assert sorted(ids(found)) == sorted(all_ids(board))
    by_id = {post.external_id: post for post in posts_of(found)}
    opening, reply = by_id["p700"], by_id["p704"]
    assert (opening.title, opening.is_opening, reply.is_opening) == ("Thread 7", True, False)
    assert (reply.author, reply.text, reply.quoted) == ("ann", "Words 704", "theirs")
    assert reply.published is not None
    assert reply.thread_key == opening.thread_key == "t7"
    assert reply.url == server.url("/viewtopic.php?p=704#p704")
    assert reply.thread_title == "Thread 7"
    assert sum(batch.fetched for batch in found) == len(server.requests) - 1  # robots.txt


def test_the_last_batch_says_that_all_was_seen() -> None:
    with MisbehavingServer(a_board()) as server:
        last = polled(source(server))[-1]
    assert last.posts == ()
    assert last.cursor["complete"] is True
    assert (last.problem, last.not_modified) == (None, False)


def test_a_forum_without_news_costs_its_first_list() -> None:
    with MisbehavingServer(a_board()) as server:
        cursor = stored(polled(source(server))[-1])
        server.requests.clear()
        (batch,) = polled(source(server, cursor))
        assert len(server.requests) == 3  # robots.txt, index, first page of the board
    assert batch.not_modified


def test_new_posts_are_found_and_nothing_else_is_read() -> None:
    board = a_board()
    with MisbehavingServer(board) as server:
        cursor = stored(polled(source(server))[-1])
        board.threads[7].append(2_000)
        board.threads[11] = [2_100]
        server.requests.clear()
        found = polled(source(server, cursor))
        assert len(server.asked_for("/viewtopic.php")) == 2
    assert set(ids(found)) == {"p706", "p707", "p2000", "p2100"}  # of thread 7 the last page


def test_a_crawl_killed_after_any_batch_loses_nothing_and_goes_on() -> None:
    board = a_board()

    async def first_batch(gate: Gate, server: MisbehavingServer, cursor: Cursor) -> Batch:
        adapter = adapter_for(SourceKind.FORUM)
        async for batch in adapter.poll(source(server, cursor), gate, now=NOW):
            return batch
        raise AssertionError("a poll ends with a batch")

    async def killed_after_each_batch(gate: Gate) -> list[str]:
        cursor: Cursor = {}
        seen: list[str] = []
        while True:
            batch = await first_batch(gate, server, cursor)
            cursor = stored(batch)
            seen += ids([batch])
            if not batch.posts:
                return seen

    with MisbehavingServer(board) as server:
        seen = through_gate(killed_after_each_batch)
    assert sorted(seen) == sorted(all_ids(board))


def test_a_poll_that_is_cancelled_stops_at_once() -> None:
    board = a_board()
    board.answers["/viewtopic.php?f=2&t=10"] = Reply(
        status="302 Wait", headers={"Location": "/stall"}
    )

    async def cancelled(gate: Gate) -> tuple[float, int]:
        loop = asyncio.get_running_loop()
        task = asyncio.create_task(batches(gate, source(server)))
        while not server.asked_for("/stall"):
            await asyncio.sleep(0.01)
        began = loop.time()
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        others = asyncio.all_tasks() - {asyncio.current_task()}
        return loop.time() - began, len(others)

    with MisbehavingServer(board) as server:
        seconds, tasks_left = through_gate(cancelled)
    assert seconds < 0.4  # the page itself would be given up on after half a second
    assert tasks_left == 0


def test_a_thread_that_fails_does_not_stop_the_others() -> None:
    board = a_board()
    board.answers["/viewtopic.php?f=2&t=3"] = Reply(status="500 Broken")
    board.answers["/viewtopic.php?f=2&t=4"] = Reply(status="404 Gone")
    with MisbehavingServer(board) as server:
        found = polled(source(server))
        assert set(ids(found)) == all_ids(board) - {"p300", "p301", "p400", "p401"}
        last = found[-1]
        assert "2 pages could not be read" in str(last.problem)
        assert last.cursor["complete"] is False
        del board.answers["/viewtopic.php?f=2&t=3"]
        assert set(ids(polled(source(server, stored(last))))) == {"p300", "p301"}


@pytest.mark.parametrize(
    "answer",
    [
        Reply(status="404 Not Found"),
        Reply(status="403 Forbidden"),
        Reply(body=b"<html><title>Back soon</title><body id=phpbb>We are at work.</body></html>"),
    ],
    ids=["404", "403", "notice"],
)
def test_posts_come_at_the_next_poll_when_their_pages_were_away(answer: Reply) -> None:
    board = Board({1: [100, 101], 2: [200, 201, 202, 203]})
    board.answers["/viewtopic.php?f=2&t=1"] = answer
    board.answers["/viewtopic.php?f=2&t=2&start=3"] = answer
    with MisbehavingServer(board) as server:
        first = polled(source(server))
        assert ids(first) == ["p200", "p201", "p202"]
        assert "2 pages could not be read" in str(first[-1].problem)
        board.answers.clear()
        second = polled(source(server, stored(first[-1])))
        assert set(ids(second)) == {"p100", "p101", "p203"}
        assert second[-1].problem is None
        third = polled(source(server, stored(second[-1])))
    assert third[-1].not_modified


def test_a_host_that_wants_rest_ends_the_crawl_and_what_came_stands() -> None:
    board = a_board()
    board.answers["/viewtopic.php?f=2&t=7"] = Reply(status="429 Slow")

    async def until_it_fails(gate: Gate) -> list[Batch]:
        got: list[Batch] = []
        try:
            async for batch in adapter_for(SourceKind.FORUM).poll(source(server), gate, now=NOW):
                got.append(batch)  # noqa: PERF401 - what came before the error is wanted
        except RateLimited:
            return got
        raise AssertionError("the host asked for rest")

    with MisbehavingServer(board) as server:
        got = through_gate(until_it_fails)
        assert len(server.asked_for("/viewtopic.php")) <= 5
    assert ids(got)[:2] == ["p1000", "p1001"]
    assert got[-1].cursor["complete"] is False


def test_a_last_page_that_repeats_for_ever_is_read_once() -> None:
    board = Board({1: [100, 101, 102, 103]}, repeats_last_page=True)
    with MisbehavingServer(board) as server:
        assert ids(polled(source(server))) == ["p100", "p101", "p102", "p103"]
        assert len(server.asked_for("/viewtopic.php")) == 3


def test_a_crawl_has_a_number_of_pages_and_the_next_goes_on() -> None:
    board = a_board()
    with MisbehavingServer(board) as server:
        first = polled(source(server, max_pages="5"))
        assert "more than 5 pages" in str(first[-1].problem)
        second = polled(source(server, stored(first[-1])))
    assert sorted(ids(first) + ids(second)) == sorted(all_ids(board))


def test_a_single_thread_can_be_a_source() -> None:
    board = a_board()
    with MisbehavingServer(board) as server:
        url = server.url("/viewtopic.php?t=7&sid=0123abcd")
        found = polled(a_source(url, kind=SourceKind.FORUM))
    assert ids(found) == [f"p{700 + n}" for n in range(8)]


def test_links_to_other_hosts_are_not_followed(misbehaving: MisbehavingServer) -> None:
    board = a_board()
    elsewhere = misbehaving.url("/viewtopic.php?t=99")
    board.answers["/"] = Reply(
        body=f'{HEAD}<a class="forumtitle" href="{elsewhere}">x</a></body></html>'.encode()
    )
    with MisbehavingServer(board) as server:
        assert ids(polled(source(server))) == []
    assert misbehaving.requests == []


@pytest.mark.parametrize("path", ["/html", "/feed.xml"])
def test_what_is_no_forum_is_named(misbehaving: MisbehavingServer, path: str) -> None:
    with pytest.raises(NothingToRead):
        polled(a_source(misbehaving.url(path), kind=SourceKind.FORUM))


def test_a_forum_that_is_not_there_is_named(misbehaving: MisbehavingServer) -> None:
    with pytest.raises(NotFound):
        polled(a_source(misbehaving.url("/nowhere"), kind=SourceKind.FORUM))


def test_many_forums_are_crawled_in_one_loop_without_a_word(
    caplog: pytest.LogCaptureFixture,
) -> None:
    board = a_board()

    async def at_once(gate: Gate) -> list[list[Batch]]:
        return await asyncio.gather(*(batches(gate, source(server)) for _ in range(3)))

    with caplog.at_level(logging.DEBUG), MisbehavingServer(board) as server:
        for found in through_gate(at_once):
            assert len(ids(found)) == len(all_ids(board))
    assert [record for record in caplog.records if record.name.startswith("scrapy")] == []
    assert "twisted.internet.reactor" not in sys.modules


# Conversations.


def thread_of(found: list[Batch], key: str) -> tuple[list[FoundPost], str]:
    """Return the posts that a poll gave of a thread, and the address that it gave."""
    posts = [post for post in posts_of(found) if post.thread_key == key]
    url = posts[-1].thread_url
    assert url is not None
    return posts, url


def test_a_thread_that_is_read_again_has_the_posts_that_polls_gave() -> None:
    with MisbehavingServer(a_board()) as server:
        found, url = thread_of(polled(source(server)), "t7")
        server.requests.clear()
        (batch,) = read_again(source(server), "t7", url=url)
        assert len(server.requests) == 1 + 3  # robots.txt
    assert list(batch.posts) == found
    assert len(found) == 8
    assert (batch.whole, batch.fetched, batch.problem) == (True, 3, None)


def test_a_thread_of_any_software_is_read_again_with_the_same_ids() -> None:
    pages = {f"/{n}/thread": write(POSTS) for n, write in enumerate(THREADS.values())}
    with MisbehavingServer(lambda asked: _page_at(pages, asked)) as server:
        for path in pages:
            at = a_source(server.url(path), kind=SourceKind.FORUM)
            found = posts_of(polled(at))
            (batch,) = read_again(at, found[0].thread_key or "", url=found[0].thread_url)
            assert list(batch.posts) == found
            assert batch.whole


def _page_at(pages: dict[str, str], asked: Asked) -> Reply | None:
    return Reply(body=pages[asked.path].encode()) if asked.path in pages else None


def test_a_new_reply_and_a_missing_one_are_seen_in_a_whole_thread() -> None:
    board = a_board()
    with MisbehavingServer(board) as server:
        url = server.url("/viewtopic.php?f=2&t=7")
        board.threads[7] = [700, 702, 703, 1_500]
        (batch,) = read_again(source(server), "t7", url=url)
    assert ids([batch]) == ["p700", "p702", "p703", "p1500"]
    assert batch.whole


def test_of_a_thread_without_end_the_first_pages_are_read() -> None:
    board = a_board()
    board.threads[7] = [700 + n for n in range(99)]
    with MisbehavingServer(board) as server:
        (batch,) = read_again(source(server), "t7", url=server.url("/viewtopic.php?t=7"))
        assert len(server.requests) == 1 + 10
    assert len(batch.posts) == 10 * PER_PAGE
    assert not batch.whole


def test_a_last_page_that_repeats_for_ever_ends_the_reading() -> None:
    board = a_board()
    board.repeats_last_page = True
    with MisbehavingServer(board) as server:
        (batch,) = read_again(source(server), "t7", url=server.url("/viewtopic.php?t=7"))
    assert sorted(ids([batch])) == [f"p{700 + n}" for n in range(8)]


def test_a_thread_that_is_gone_is_not_found() -> None:
    with MisbehavingServer(a_board()) as server, pytest.raises(NotFound):
        read_again(source(server), "t99", url=server.url("/viewtopic.php?t=99"))


def test_a_notice_in_place_of_a_thread_is_no_sign_of_deletion() -> None:
    with MisbehavingServer(a_board()) as server:
        for path in ("/viewforum.php?f=2", "/"):  # as where one is led to
            with pytest.raises(NothingToRead):
                read_again(source(server), "t7", url=server.url(path))


def test_what_was_read_stands_when_the_next_page_is_refused() -> None:
    board = a_board()
    board.answers["/viewtopic.php?f=2&t=7&start=3"] = Reply(
        status="429 No", headers={"Retry-After": "90"}
    )
    read: list[Batch] = []

    async def broken(gate: Gate) -> None:
        url = server.url("/viewtopic.php?f=2&t=7")
        thread = ThreadToRead(key="t7", url=url)
        reading = ForumAdapter().read_thread(source(server), gate, thread, now=NOW)
        read.append(await anext(reading))
        await anext(reading)

    with MisbehavingServer(board) as server, pytest.raises(RateLimited):
        through_gate(broken)
    assert (ids(read), read[0].whole) == (["p700", "p701", "p702"], False)


def test_a_page_that_fails_makes_it_a_part() -> None:
    board = a_board()
    board.answers["/viewtopic.php?f=2&t=7&start=6"] = Reply(status="404 Not Found")
    with MisbehavingServer(board) as server:
        url = server.url("/viewtopic.php?f=2&t=7")
        (batch,) = read_again(source(server), "t7", url=url)
    assert (len(batch.posts), batch.whole) == (6, False)


def test_a_thread_that_is_known_by_a_later_page_is_never_whole() -> None:
    with MisbehavingServer(a_board()) as server:
        url = server.url("/viewtopic.php?f=2&t=7&start=3")
        (batch,) = read_again(source(server), "t7", url=url)
    assert (len(batch.posts), batch.whole) == (5, False)


def test_a_thread_that_was_merged_with_another_is_found_there() -> None:
    board = a_board()
    board.answers["/viewtopic.php?f=2&t=3"] = Reply(
        status="302 Found", headers={"Location": "/viewtopic.php?f=2&t=7"}
    )
    with MisbehavingServer(board) as server:
        url = server.url("/viewtopic.php?f=2&t=3")
        (batch,) = read_again(source(server), "t3", url=url)
    assert {post.thread_key for post in batch.posts} == {"t7"}
    assert not batch.whole

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest

from crawlers.errors import (
    Forbidden,
    NotFound,
    NothingToRead,
    RateLimited,
    SourceError,
    TimedOut,
    UnexpectedStatus,
)
from crawlers.forums.page import UNKNOWN
from crawlers.forums.progress import MAX_REMEMBERED, Progress
from crawlers.forums.thread_keys import same_thread, thread_key
from crawlers.forums.values import ForumPage, ForumPost, ListedThread
from crawlers.forums.walk import MAX_FAILURES, Step, Visit, Walk
from crawlers.found import Cursor

NOW = datetime(2026, 6, 30, 12, 0, tzinfo=UTC)
HOME = "https://forum.example/"


def a_walk(cursor: Cursor | None = None, *, max_pages: int = 500) -> Walk:
    return Walk(start_url=HOME, progress=Progress(cursor or {}), now=NOW, max_pages=max_pages)


def a_board(*threads: tuple[int, str | None], following: str | None = None) -> ForumPage:
    return ForumPage(
        "phpBB",
        "Kitchens",
        f"{HOME}viewforum.php?f=2",
        threads=tuple(
            ListedThread(f"{HOME}viewtopic.php?f=2&t={number}&sid=x", f"Thread {number}", state)
            for number, state in threads
        ),
        following=following,
    )


def a_thread(*numbers: int, number: int = 1, following: str | None = None) -> ForumPage:
    return ForumPage(
        "phpBB",
        "Which hob?",
        f"{HOME}viewtopic.php?t=12",
        posts=tuple(a_post(post) for post in numbers),
        following=following,
        number=number,
    )


def a_post(number: int) -> ForumPost:
    return ForumPost(
        id=f"p{number}",
        url=f"{HOME}viewtopic.php?p={number}&sid=x#p{number}",
        author="ann",
        published=1767629460,
        text=f"Words {number}",
        quoted="",
    )


def arrive(walk: Walk, visit: Visit, page: ForumPage) -> Step:
    return walk.arrived(visit, page, found_at=visit.url)


def test_an_opening_that_each_page_repeats_stays_the_one_of_the_first_page() -> None:
    first = replace(a_post(98), opens=True, url=None)
    page = replace(a_thread(99, 100, number=2), posts=(first, a_post(99), a_post(100)))
    visit = Visit(url=f"{HOME}viewtopic.php?t=12&start=2", thread="t12", home=f"{HOME}t/12")
    walk = a_walk()
    arrive(walk, walk.start(), a_board((12, "s1")))
    opening, *answers = arrive(walk, visit, page).posts
    assert (opening.is_opening, opening.title, opening.url) == (True, "Which hob?", f"{HOME}t/12")
    assert [answer.is_opening for answer in answers] == [False, False]


def test_boards_lead_to_threads_and_threads_to_posts() -> None:
    walk = a_walk()
    index = ForumPage("phpBB", "Index", HOME, boards=(f"{HOME}viewforum.php?f=2&sid=x",))
    (board,) = arrive(walk, walk.start(), index).visits
    assert board == Visit(url=f"{HOME}viewforum.php?f=2")
    (thread,) = arrive(walk, board, a_board((12, "s1"))).visits
    assert (thread.url, thread.thread) == (f"{HOME}viewtopic.php?f=2&t=12", "t12")
    first, second = arrive(walk, thread, a_thread(98, 99)).posts
    assert (first.external_id, first.title, first.is_opening) == ("p98", "Which hob?", True)
    assert (second.external_id, second.title, second.is_opening) == ("p99", "", False)
    assert first.url == f"{HOME}viewtopic.php?p=98#p98"
    assert first.thread_key == second.thread_key == "t12"
    assert first.thread_url == f"{HOME}viewtopic.php?f=2&t=12"


def test_a_thread_is_called_as_its_list_calls_it_where_its_page_adds_the_forum_s_name() -> None:
    walk = a_walk()
    (thread,) = arrive(walk, walk.start(), a_board((12, "s1"))).visits
    page = replace(a_thread(98, 99), title="Issue 12: Thread 12 - Kitchens")
    first, second = arrive(walk, thread, page).posts
    assert (first.title, first.thread_title, second.thread_title) == ("Thread 12",) * 3


def test_a_thread_without_news_is_not_visited_again() -> None:
    walk = a_walk()
    (thread,) = arrive(walk, walk.start(), a_board((12, "s1"))).visits
    arrive(walk, thread, a_thread(98))
    cursor = json.loads(json.dumps(walk.cursor(at_end=True)))

    again = a_walk(cursor)
    assert arrive(again, again.start(), a_board((12, "s1"))).visits == ()
    answered = a_walk(cursor)
    assert len(arrive(answered, answered.start(), a_board((12, "s2"))).visits) == 1


def test_a_list_that_does_not_tell_is_always_followed() -> None:
    walk = a_walk({"complete": True, "threads": {"t12": [None, ""]}})
    assert len(arrive(walk, walk.start(), a_board((12, None))).visits) == 1


def test_each_page_of_a_thread_can_be_committed_and_gone_on_from() -> None:
    walk = a_walk()
    (thread,) = arrive(walk, walk.start(), a_board((12, "s1"))).visits
    step = arrive(walk, thread, a_thread(1, 2, following=f"{HOME}viewtopic.php?t=12&start=2"))
    killed_here = json.loads(json.dumps(walk.cursor()))

    after = a_walk(killed_here)
    (resumed,) = arrive(after, after.start(), a_board((12, "s1"))).visits
    assert resumed.url == step.visits[0].url == f"{HOME}viewtopic.php?t=12&start=2"
    (post,) = arrive(after, resumed, a_thread(3, number=2)).posts
    assert not post.is_opening
    # the next answer is looked for on the last page, not on the first
    later = a_walk(after.cursor(at_end=True))
    assert arrive(later, later.start(), a_board((12, "s2"))).visits[0].url == resumed.url


def test_lists_are_followed_to_the_known_and_no_further() -> None:
    known: Cursor = {"complete": True, "threads": {"t1": ["s", ""], "t2": ["s", ""]}}
    more = f"{HOME}viewforum.php?f=2&start=2"
    page = a_board((1, "s"), (2, "s"), following=more)
    walk = a_walk(known)
    assert arrive(walk, walk.start(), page).visits == ()
    news = a_walk(known)
    page_with_news = a_board((1, "s"), (2, "news"), following=more)
    assert [visit.url for visit in arrive(news, news.start(), page_with_news).visits][1] == more


def test_after_a_crawl_that_was_cut_short_lists_are_followed_to_their_end() -> None:
    walk = a_walk({"complete": False, "threads": {"t1": ["s", ""]}})
    more = f"{HOME}viewforum.php?f=2&start=2"
    (visit,) = arrive(walk, walk.start(), a_board((1, "s"), following=more)).visits
    assert visit.url == more


def test_a_last_page_that_repeats_for_ever_ends_its_thread() -> None:
    walk = a_walk()
    more = f"{HOME}viewtopic.php?t=12&start=10"
    visit = Visit(url=f"{HOME}viewtopic.php?t=12", thread="t12", state="s")
    step = arrive(walk, visit, a_thread(1, 2, following=more))
    assert [onward.url for onward in step.visits] == [more]
    assert arrive(walk, step.visits[0], a_thread(1, 2, following=more)) == Step()
    assert not Progress(walk.cursor()).has_news("t12", ListedThread("", "", "s"), now=NOW)


def test_a_list_that_repeats_for_ever_ends() -> None:
    walk = a_walk()
    more = f"{HOME}viewforum.php?f=2&start=2"
    page = a_board((1, "s"), following=more)
    assert len(arrive(walk, walk.start(), page).visits) == 2
    assert arrive(walk, Visit(url=more), page).visits == ()


@pytest.mark.parametrize(
    "link",
    [
        "https://evil.example/viewtopic.php?t=12",
        "https://forum.example:8443/viewtopic.php?t=12",
        "javascript:alert(1)",
        "http://169.254.169.254/",
        "//evil.example/",
    ],
)
def test_links_to_elsewhere_are_not_followed(link: str) -> None:
    walk = a_walk()
    board = replace(a_board(), threads=(ListedThread(link, "x", "s"),), boards=(link,))
    assert arrive(walk, walk.start(), replace(board, following=link)).visits == ()


def test_a_forum_that_moved_is_walked_where_it_is_now() -> None:
    walk = a_walk()
    moved = replace(a_board(), threads=(ListedThread("http://www.f.example/t?t=1", "x", "s"),))
    step = walk.arrived(walk.start(), moved, found_at="https://www.f.example/")
    assert [visit.url for visit in step.visits] == ["https://www.f.example/t?t=1"]


def test_a_crawl_has_a_number_of_pages_and_the_next_one_goes_on() -> None:
    walk = a_walk(max_pages=1)
    assert arrive(walk, walk.start(), a_board((1, "s"))).visits == ()
    assert walk.cursor(at_end=True)["complete"] is False
    assert "more than 1 pages" in str(walk.problem)


def test_a_first_page_of_no_forum_is_an_error() -> None:
    walk = a_walk()
    with pytest.raises(NothingToRead, match="Shop"):
        arrive(walk, walk.start(), ForumPage(None, "Shop", HOME))


def test_a_thread_that_is_gone_waits_and_one_that_failed_does_not() -> None:
    walk = a_walk()
    gone, slow = arrive(walk, walk.start(), a_board((1, "s"), (2, "s"))).visits
    walk.failed(gone, NotFound())
    assert walk.cursor(at_end=True)["complete"] is True
    walk.failed(slow, TimedOut("forum.example", seconds=8, waited_for="nothing was sent"))
    assert walk.cursor(at_end=True)["complete"] is False
    assert str(walk.problem).startswith("no thread could be read (2 were tried)")
    again = a_walk(walk.cursor())
    gone, slow = arrive(again, again.start(), a_board((1, "s"), (2, "s"))).visits
    again.failed(gone, NotFound())
    assert not again.progress.has_news("t1", ListedThread("", "", "s"), now=NOW)
    assert again.progress.has_news("t2", ListedThread("", "", "s"), now=NOW)


def polled_for_days(*, answers: Callable[[datetime], ForumPage | SourceError]) -> list[datetime]:
    """Return when a thread was asked for, in polls each half hour for eight days."""
    cursor: Cursor = {}
    asked = []
    for half_hours in range(2 * 24 * 8):
        now = NOW + timedelta(minutes=30 * half_hours)
        walk = Walk(start_url=HOME, progress=Progress(cursor), now=now)
        for visit in arrive(walk, walk.start(), a_board((12, "s"))).visits:
            asked.append(now)
            answer = answers(now)
            if isinstance(answer, ForumPage):
                arrive(walk, visit, answer)
            else:
                walk.failed(visit, answer)
        cursor = json.loads(json.dumps(walk.cursor(at_end=True)))
    return asked


@pytest.mark.parametrize("answer", [NotFound(), Forbidden(403), a_thread()])
def test_a_thread_that_is_not_there_is_asked_for_ever_less_and_then_no_more(
    answer: ForumPage | SourceError,
) -> None:
    asked = polled_for_days(answers=lambda now: answer)
    pauses = [later - earlier for earlier, later in pairwise(asked)]
    assert len(asked) == 6
    assert pauses == sorted(pauses)
    assert timedelta(days=2) < pauses[-1] < timedelta(days=4)


def test_a_thread_that_comes_back_is_read_and_asked_for_no_more() -> None:
    back = NOW + timedelta(hours=5)
    asked = polled_for_days(answers=lambda now: a_thread(98) if now >= back else NotFound())
    assert asked[-1] >= back > asked[-2]


def test_a_missed_thread_is_asked_for_where_the_list_has_gone_on() -> None:
    walk = a_walk()
    (thread,) = arrive(walk, walk.start(), a_board((12, "s"))).visits
    walk.failed(thread, NotFound())
    later = a_walk(walk.cursor(at_end=True))
    (visit,) = arrive(later, later.start(), replace(a_board(), boards=(f"{HOME}b",))).visits[1:]
    assert (visit.url, visit.thread, visit.state) == (thread.url, "t12", "s")
    (post,) = arrive(later, visit, a_thread(98)).posts
    assert post.is_opening
    assert later.progress.missed(now=NOW) == ()


def test_a_missed_thread_that_was_answered_is_asked_for_at_once() -> None:
    walk = a_walk()
    (thread,) = arrive(walk, walk.start(), a_board((12, "s"))).visits
    for _ in range(3):
        walk.failed(thread, NotFound())
    later = a_walk(walk.cursor(at_end=True))
    assert len(arrive(later, later.start(), a_board((12, "s2"))).visits) == 1


def test_a_forum_of_which_no_thread_can_be_read_says_so() -> None:
    walk = a_walk()
    visits = arrive(walk, walk.start(), a_board((1, "s"), (2, "s"))).visits
    for visit in visits:
        arrive(walk, visit, ForumPage(None, "Back soon", visit.url))
    assert "no thread could be read (2 were tried)" in str(walk.problem)
    assert "Back soon" in str(walk.problem)


@pytest.mark.parametrize("answer", [NotFound(), UnexpectedStatus(400), a_thread()])
def test_a_further_page_that_known_software_names_is_asked_for_again(
    answer: ForumPage | SourceError,
) -> None:
    walk = a_walk()
    more = f"{HOME}viewtopic.php?t=12&start=10"
    (thread,) = arrive(walk, walk.start(), a_board((12, "s"))).visits
    (onward,) = arrive(walk, thread, a_thread(1, 2, following=more)).visits
    if isinstance(answer, ForumPage):
        arrive(walk, onward, answer)
    else:
        walk.failed(onward, answer)
    assert "1 pages could not be read" in str(walk.problem)
    later = a_walk(walk.cursor(at_end=True))
    (again,) = arrive(later, later.start(), a_board((12, "s"))).visits
    assert again.url == more
    assert len(arrive(later, again, a_thread(3, number=2)).posts) == 1
    assert later.problem is None


def test_a_further_page_of_a_list_that_failed_leaves_the_crawl_unfinished() -> None:
    walk = a_walk()
    page = a_board((1, "s"), following=f"{HOME}viewforum.php?f=2&start=2")
    thread, onward = arrive(walk, walk.start(), page).visits
    arrive(walk, thread, a_thread(1))
    walk.failed(onward, NotFound())
    assert walk.cursor(at_end=True)["complete"] is False


def test_a_host_that_wants_rest_ends_the_crawl() -> None:
    walk = a_walk()
    (visit,) = arrive(walk, walk.start(), a_board((1, "s"))).visits
    walk.failed(visit, RateLimited(300))
    assert isinstance(walk.fatal, RateLimited)
    assert walk.cursor(at_end=True)["complete"] is False


def test_a_server_that_is_down_ends_the_crawl() -> None:
    walk = a_walk()
    arrive(walk, walk.start(), a_board((1, "s")))
    error = TimedOut("forum.example", seconds=8, waited_for="nothing was sent")
    for _ in range(MAX_FAILURES):
        assert walk.fatal is None
        walk.failed(Visit(url=HOME), error)
    assert walk.fatal is error


def test_a_first_page_that_fails_is_the_crawl_s_own_error() -> None:
    walk = a_walk()
    walk.failed(walk.start(), NotFound())
    assert isinstance(walk.fatal, NotFound)


def test_posts_without_a_number_go_by_their_place_or_their_words() -> None:
    walk = a_walk()
    page = a_thread(1)
    unnamed = replace(page.posts[0], id=None)
    placed = replace(unnamed, url=f"{HOME}t/x#comment-3")
    wordy = replace(unnamed, url=None)
    visit = Visit(url=f"{HOME}t/x", thread="/t/x")
    ids = [
        post.external_id
        for post in arrive(walk, visit, replace(page, posts=(placed, wordy))).posts
    ]
    assert ids[0] == "/t/x#comment-3"
    assert ids[1].startswith("/t/x~")


def test_one_thread_under_two_addresses_counts_once() -> None:
    walk = a_walk()
    here, there = Visit(url=f"{HOME}a/12", thread="/a/12"), Visit(url=f"{HOME}b", thread="/b")
    assert len(arrive(walk, here, a_thread(1, 2)).posts) == 2
    assert arrive(walk, there, a_thread(1, 2)) == Step()


def test_a_short_address_that_leads_on_names_the_thread_by_where_it_led() -> None:
    walk = a_walk()
    visit = Visit(url=f"{HOME}s/x", thread="/s/x", state="s")
    step = walk.arrived(visit, a_thread(1), found_at=f"{HOME}viewtopic.php?t=12")
    assert step.posts[0].thread_key == "t12"
    assert not walk.progress.has_news("/s/x", ListedThread("", "", "s"), now=NOW)


def of_unknown(page: ForumPage) -> ForumPage:
    return replace(page, platform=UNKNOWN)


@pytest.mark.parametrize("error", [NotFound(), UnexpectedStatus(400)])
def test_a_page_behind_the_last_ends_its_thread_quietly(error: SourceError) -> None:
    walk = a_walk()
    more = f"{HOME}viewtopic.php?t=12&start=10"
    (thread,) = arrive(walk, walk.start(), a_board((12, "s"))).visits
    (onward,) = arrive(walk, thread, of_unknown(a_thread(1, 2, following=more))).visits
    walk.failed(onward, error)
    assert walk.problem is None
    assert walk.cursor(at_end=True)["complete"] is True
    later = a_walk(walk.cursor(at_end=True))
    (again,) = arrive(later, later.start(), a_board((12, "s2"))).visits
    assert again.url == thread.url  # not the page that isn't there


def test_a_page_behind_the_last_without_posts_is_not_gone_on_from() -> None:
    walk = a_walk()
    second, third = (f"{HOME}viewtopic.php?t=12&start={start}" for start in (10, 20))
    (thread,) = arrive(walk, walk.start(), a_board((12, "s"))).visits
    (onward,) = arrive(walk, thread, of_unknown(a_thread(1, 2, following=second))).visits
    page = of_unknown(a_thread(3, number=2, following=third))
    (behind,) = arrive(walk, onward, page).visits
    arrive(walk, behind, a_thread())
    later = a_walk(walk.cursor(at_end=True))
    assert arrive(later, later.start(), a_board((12, "s2"))).visits[0].url == second


def dated(*days_ago: int) -> ForumPage:
    now = int(NOW.timestamp())
    return replace(
        a_board(),
        threads=tuple(
            ListedThread(f"{HOME}viewtopic.php?t={days}", "x", "s", active=now - days * 86_400)
            for days in days_ago
        ),
        following=f"{HOME}viewforum.php?f=2&start=2",
    )


def test_a_backfill_goes_back_so_many_days_and_no_further() -> None:
    walk = replace(a_walk(), backfill_days=30)
    visits = arrive(walk, walk.start(), dated(1, 29, 31)).visits
    assert [visit.thread for visit in visits] == ["t1", "t29", None]
    assert arrive(walk, visits[-1], dated(40, 50)).visits == ()
    assert walk.cursor(at_end=True)["complete"] is True


def test_a_longer_backfill_goes_behind_what_is_known() -> None:
    first = replace(a_walk(), backfill_days=30)
    (thread, _) = arrive(first, first.start(), dated(1)).visits
    arrive(first, thread, a_thread(1))
    cursor = json.loads(json.dumps(first.cursor(at_end=True)))
    same = replace(a_walk(cursor), backfill_days=30)
    assert arrive(same, same.start(), dated(1)).visits == ()
    longer = replace(a_walk(cursor), backfill_days=90)
    (onward,) = arrive(longer, longer.start(), dated(1)).visits
    assert [visit.thread for visit in arrive(longer, onward, dated(60, 91)).visits[:-1]] == ["t60"]


def test_a_post_whose_time_moves_with_the_clock_stays_the_same() -> None:
    page = a_thread(1)
    first = replace(page.posts[0], id=None, url=None, exact=False)
    later = replace(first, published=(first.published or 0) + 900)
    visit = Visit(url=f"{HOME}t/x", thread="/t/x")
    ids = {
        arrive(a_walk(), visit, replace(page, posts=(post,))).posts[0].external_id
        for post in (first, later)
    }
    assert len(ids) == 1


def test_numbers_that_count_within_a_thread_do_not_meet() -> None:
    page = replace(a_thread(1), ids_are_global=False)
    ids = {
        arrive(a_walk(), Visit(url=f"{HOME}t/{name}/{n}"), page).posts[0].external_id
        for n, name in enumerate(["a", "b"], start=1)
    }
    assert ids == {"t1#p1", "t2#p1"}


@pytest.mark.parametrize(
    ("url", "key"),
    [
        ("https://f.example/viewtopic.php?f=3&t=12&start=20", "t12"),
        ("https://f.example/threads/which-help-desk.123/page-4", "t123"),
        ("https://f.example/threads/123/", "t123"),
        ("https://f.example:8443/t/name/9?page=2", "t9"),
        ("https://f.example/t/9", "t9"),
        ("https://f.example/index.php?topic=12.20", "t12"),
        ("https://f.example/index.php/topic,12.msg99.html", "t12"),
        ("https://f.example/showthread.php?tid=12&pid=4", "t12"),
        ("https://f.example/thread-12-page-2.html", "t12"),
        ("https://f.example/threads/12-which-hob/page2", "t12"),
        ("https://f.example/viewtopic.php?id=12&p=3", "t12"),
        ("https://f.example/topic/12-which-hob/page/2/", "topic12"),
        ("https://f.example/index.php?/topic/12-which-hob/", "topic12"),
        ("https://f.example/d/12-which-hob/30", "d12"),
        ("https://f.example/question/12/which-hob/", "question12"),
        ("https://f.example/forum/forum/tools-3/topic/which-hob-12/?page=2", "topic12"),
        ("https://f.example/2026/which-hob/page/2/", "/2026/which-hob"),
        ("https://f.example/2026/which-hob?page=2", "/2026/which-hob"),
    ],
)
def test_a_thread_has_one_key_under_all_its_addresses(url: str, key: str) -> None:
    assert thread_key(url) == key


def test_the_threads_read_last_are_remembered() -> None:
    progress = Progress({})
    for number in range(MAX_REMEMBERED + 10):
        progress.read_up_to(f"t{number}", resume="", state="s")
    progress.read_up_to("t10", resume="", state="s2")
    progress.read_up_to("new", resume="", state="s")
    kept = progress.cursor(complete=True)["threads"]
    assert isinstance(kept, dict)
    assert len(kept) == MAX_REMEMBERED
    assert "t10" in kept
    assert "t11" not in kept


@pytest.mark.parametrize("cursor", [{}, {"threads": None}, {"threads": {"t1": "x", "t2": [1, 2]}}])
def test_a_cursor_of_another_shape_is_no_cursor(cursor: Cursor) -> None:
    assert Progress(cursor).cursor(complete=False) == {"complete": False, "threads": {}}


@pytest.mark.parametrize(
    ("first", "other", "same"),
    [
        ("/ticket/3", "/ticket/4", False),
        ("/ticket/3", "/ticket/35", False),
        ("/blog/desks/", "/blog/chairs/", False),
        ("/msg00012.html", "/msg00013.html", False),
        ("/viewtopic.php?t=12", "/viewtopic.php?t=13", False),
        ("/item?id=5", "/item?id=6", False),
        ("/item?id=5", "/item?id=5&p=2", True),
        ("/viewtopic.php?t=12", "/viewtopic.php?t=12&start=20", True),
        ("/t/hobs/12/", "/t/hobs/12/2/", True),
        ("/topic/hobs/", "/topic/hobs/?seite=2", True),
        ("/thread-12.html", "/thread-12-2.html", True),
        ("/hobs/index.html", "/hobs/index2.html", True),
        ("/article/5", "/article/5/p3", True),
    ],
)
def test_the_next_article_is_no_page_of_this_one(first: str, other: str, same: bool) -> None:
    assert same_thread(HOME + first[1:], HOME + other[1:]) is same


def test_what_is_named_next_is_followed_only_within_the_thread() -> None:
    walk = a_walk()
    arrive(walk, walk.start(), a_board((3, "s1")))
    visit = Visit(url=HOME + "ticket/3", thread="ticket3", home=HOME + "ticket/3")
    page = replace(a_thread(98), url=visit.url, following=HOME + "ticket/4")
    assert arrive(walk, visit, page).visits == ()


def test_a_page_behind_the_first_opens_nothing_even_if_its_address_does_not_tell() -> None:
    walk = a_walk()
    arrive(walk, walk.start(), a_board((12, "s1")))
    visit = Visit(url=HOME + "t/hobs/12/2/", thread="t12", home=HOME + "t/hobs/12/")
    step = arrive(walk, visit, replace(a_thread(98), url=visit.url))
    assert [post.is_opening for post in step.posts] == [False]


def test_a_thread_s_page_without_posts_is_told_where_others_had_some() -> None:
    walk = a_walk()
    board = of_unknown(a_board((1, "s"), (2, "s")))
    full, empty = arrive(walk, walk.start(), board).visits
    arrive(walk, full, of_unknown(a_thread(1, 2)))
    arrive(walk, empty, ForumPage(None, "Alone", empty.url))
    assert str(walk.problem).startswith("1 thread's page showed no posts")
    assert "Alone" in str(walk.problem)

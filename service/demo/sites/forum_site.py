"""Hearth & Ledger: a phpBB 3 board in prosilver's markup, HTML only, no feed and no sessions."""

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property

from service.demo.samples import Place, SamplePost, Site
from service.demo.sites.page import ROBOTS, Page, rendered

NAME = "Hearth & Ledger"
POSTS_PER_PAGE = 10
TOPICS_PER_PAGE = 6


@dataclass(frozen=True, slots=True)
class _Written:
    """A post as its page shows it."""

    post: SamplePost
    when: datetime
    author_posts: int

    @property
    def shown(self) -> str:
        """The time as phpBB words it."""
        return f"{self.when:%a %b %d, %Y %I:%M} {'am' if self.when.hour < 12 else 'pm'}"


@dataclass(frozen=True, slots=True)
class _Topic:
    """A thread, oldest post first."""

    posts: Sequence[_Written]

    @property
    def id(self) -> str:
        return self.posts[0].post.thread

    @property
    def title(self) -> str:
        return self.posts[0].post.thread_title

    @property
    def replies(self) -> int:
        return len(self.posts) - 1

    @property
    def last(self) -> _Written:
        return self.posts[-1]


@dataclass(frozen=True, slots=True)
class _Paging:
    """Which slice of a list a page shows, and the way to the others."""

    total: int
    per_page: int
    start: int
    address: str  # of the first page

    @property
    def shown(self) -> slice:
        return slice(self.start, self.start + self.per_page)

    @property
    def starts(self) -> Sequence[int]:
        """The first position of every page."""
        return range(0, self.total, self.per_page)

    @property
    def next_start(self) -> int | None:
        following = self.start + self.per_page
        return following if following < self.total else None


@dataclass(frozen=True)
class ForumSite:
    """The pages of the forum."""

    posts: Sequence[SamplePost]
    anchor: datetime

    @cached_property
    def _topics_by_board(self) -> Mapping[Place, Sequence[_Topic]]:
        """Every board's topics, the one that was answered last first."""
        here = [post for post in self.posts if post.place.site is Site.FORUM]
        written_by = Counter(post.author for post in here)
        threads: dict[tuple[Place, str], list[_Written]] = defaultdict(list)
        for post in sorted(here, key=lambda post: -post.age_hours):
            written = _Written(post, post.published(self.anchor), written_by[post.author])
            threads[post.place, post.thread].append(written)
        boards: dict[Place, list[_Topic]] = defaultdict(list)
        for (board, _), posts in threads.items():
            boards[board].append(_Topic(posts))
        return {
            board: sorted(boards[board], key=lambda topic: topic.last.when, reverse=True)
            for board in sorted(boards, key=lambda board: int(board.id))
        }

    def page(self, path: str, query: Mapping[str, str], *, base: str) -> Page | None:
        """Return the page at ``path``: index, ``viewforum.php?f=``, ``viewtopic.php?t=|p=``."""
        match path:
            case "/robots.txt":
                return Page(body=ROBOTS, content_type="text/plain")
            case "/" | "/index.php":
                return self._index()
            case "/viewforum.php":
                return self._board(query) or _missing("The requested forum does not exist.")
            case "/viewtopic.php":
                return self._topic(query, base) or _missing("The requested topic does not exist.")
            case _:
                return None

    def _index(self) -> Page:
        boards = [
            (board, topics, sum(len(topic.posts) for topic in topics))
            for board, topics in self._topics_by_board.items()
        ]
        return Page(body=rendered("forum/index.html", site=NAME, boards=boards))

    def _board(self, query: Mapping[str, str]) -> Page | None:
        for board, topics in self._topics_by_board.items():
            if board.id != query.get("f"):
                continue
            start = _start(query, len(topics), TOPICS_PER_PAGE)
            address = f"./viewforum.php?f={board.id}"
            paging = _Paging(len(topics), TOPICS_PER_PAGE, start, address)
            body = rendered(
                "forum/viewforum.html",
                site=NAME,
                board=board,
                topics=topics[paging.shown],
                paging=paging,
            )
            return Page(body=body, modified=topics[0].last.when)
        return None

    def _topic(self, query: Mapping[str, str], base: str) -> Page | None:
        for board, topics in self._topics_by_board.items():
            for topic in topics:
                start = _start_in(topic, query)
                if start is not None:
                    return _topic_page(board, topic, start, base)
        return None


def _topic_page(board: Place, topic: _Topic, start: int, base: str) -> Page:
    address = f"viewtopic.php?t={topic.id}"
    paging = _Paging(len(topic.posts), POSTS_PER_PAGE, start, f"./{address}")
    body = rendered(
        "forum/viewtopic.html",
        site=NAME,
        board=board,
        topic=topic,
        posts=topic.posts[paging.shown],
        paging=paging,
        canonical=f"{base}/{address}" + (f"&start={start}" if start else ""),
    )
    return Page(body=body, modified=topic.last.when)


def _start_in(topic: _Topic, query: Mapping[str, str]) -> int | None:
    """Return where the page asked for begins, None when another topic is asked for."""
    if "p" in query:
        ids = [str(written.post.id) for written in topic.posts]
        wanted = query["p"]
        return ids.index(wanted) // POSTS_PER_PAGE * POSTS_PER_PAGE if wanted in ids else None
    return _start(query, len(topic.posts), POSTS_PER_PAGE) if query.get("t") == topic.id else None


def _start(query: Mapping[str, str], total: int, per_page: int) -> int:
    """Return the first position of the page asked for, the last page's when that is too far."""
    wanted = query.get("start", "0")
    position = int(wanted) if wanted.isascii() and wanted.isdecimal() else 0
    return min(position, total - 1) // per_page * per_page


def _missing(message: str) -> Page:
    return Page(body=rendered("forum/missing.html", site=NAME, message=message), status=404)

"""Where a crawl of a forum goes next, given what a page held. Pure; the spider does the going.

Index to boards, boards to threads, threads to posts. Every page of a thread is a step that can be
committed. The guards: a page that brings nothing new ends its list (some servers repeat the last
page for ever), links to other hosts are not followed, and a crawl has a number of pages.
"""

import hashlib
import re
from dataclasses import dataclass, field, replace
from datetime import datetime
from urllib.parse import urlsplit

from yarl import URL

from crawlers.errors import (
    Forbidden,
    Gone,
    HostResting,
    NotAllowed,
    NotFound,
    NothingToRead,
    RateLimited,
    SourceError,
)
from crawlers.forum_page import ForumPage, ForumPost, ListedThread
from crawlers.forum_progress import Progress
from crawlers.found import Cursor, FoundPost
from crawlers.times import stated
from crawlers.urls import Target, parse_url, safe_link, strip_origin, strip_session

MAX_PAGES = 500
#: So many failures in a row mean that the server is down, not that pages are bad.
MAX_FAILURES = 5

_THREAD_PATH = re.compile(r"/threads/(?:[^/]*\.)?(\d+)(?:/|$)")
_PLACE_KEYS = frozenset({"start", "page", "p", "sid", "f"})
_POST_ID = re.compile(r"[\w-]{1,60}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Visit:
    """A page to go to."""

    url: str
    thread: str | None = None  # the key of the thread it is of
    state: str | None = None  # of that thread, as its list had it
    home: str | None = None  # the thread's first page


@dataclass(frozen=True, slots=True)
class Step:
    """What a page brought: posts to commit, and where to go."""

    posts: tuple[FoundPost, ...] = ()
    visits: tuple[Visit, ...] = ()


@dataclass(slots=True)
class Walk:
    """One crawl of one forum."""

    start_url: str
    progress: Progress
    now: datetime
    max_pages: int = MAX_PAGES
    pages: int = 0  # read in this crawl
    unfinished: bool = False  # something is left that the next crawl must come for
    fatal: Exception | None = None  # why the whole crawl has to end
    _failed: list[SourceError] = field(default_factory=list)
    _failures_in_a_row: int = 0
    _home: Target | None = None  # where the first page was found
    _listed: set[str] = field(default_factory=set)  # keys of threads, urls of boards
    _posts_of: dict[str, set[str]] = field(default_factory=dict)

    def start(self) -> Visit:
        """Return the first visit."""
        url = strip_session(parse_url(self.start_url).url)
        self._listed.add(url)
        return Visit(url=url)

    def arrived(self, visit: Visit, page: ForumPage, *, found_at: str) -> Step:
        """Return what the page means for the crawl; ``found_at`` is its address in the end.

        Raises:
            NothingToRead: it is the first page, and no forum's.
        """
        self.pages += 1
        if not (page.posts or page.boards or page.threads) and self._home is None:
            raise NothingToRead(
                f"{page.title or 'the page'!r} is no page of a forum whose software is known"
            )
        self._failures_in_a_row = 0
        self._home = self._home or parse_url(found_at)
        if page.posts:
            step = self._at_thread(visit, page)
        elif page.boards or page.threads:
            step = self._at_list(visit, page)
        else:
            step = self._at_nothing(visit)
        return self._within_budget(step)

    def failed(self, visit: Visit, error: SourceError) -> None:
        """Note that a page could not be read; decide whether that ends the crawl."""
        self._failures_in_a_row += 1
        if (
            self._home is None
            or isinstance(error, RateLimited | HostResting)
            or self._failures_in_a_row >= MAX_FAILURES
        ):
            self.fatal = self.fatal or error
            self.unfinished = True
            return
        self._failed.append(error)
        if isinstance(error, NotFound | Gone | Forbidden | NotAllowed):
            self._at_nothing(visit)  # it will not come back by asking again
        else:
            self.unfinished = True

    def cursor(self, *, at_end: bool = False) -> Cursor:
        """Return the cursor behind all that was given out so far."""
        return self.progress.cursor(complete=at_end and not self.unfinished)

    @property
    def problem(self) -> str | None:
        """What went wrong, in a sentence."""
        if self._failed:
            return f"{len(self._failed)} pages could not be read, such as: {self._failed[0]}"
        if self.unfinished and self.pages >= self.max_pages:
            return f"there is more than {self.max_pages} pages; the next crawl goes on"
        return None

    def _at_list(self, visit: Visit, page: ForumPage) -> Step:
        visits = [Visit(url=url) for board in page.boards if (url := self._new_place(board))]
        new = [(key, thread) for thread in page.threads if (key := self._new_thread(thread))]
        news = [(key, thread) for key, thread in new if self.progress.has_news(key, thread)]
        visits += [self._to_thread(key, thread) for key, thread in news]
        # what comes behind a list without news is older still
        goes_on = bool(new) and (bool(news) or not self.progress.complete)
        if goes_on and (following := self._inside(page.following)):
            visits.append(Visit(url=following))
        return Step(visits=tuple(visits))

    def _at_thread(self, visit: Visit, page: ForumPage) -> Step:
        key = visit.thread or thread_key(self._inside(page.url) or visit.url)
        known = self._posts_of.setdefault(key, set())
        posts = [post for post in self._posts(key, visit, page) if post.external_id not in known]
        known.update(post.external_id for post in posts)
        following = self._inside(page.following) if posts else None
        if following is None:
            last = "" if visit.url == (visit.home or visit.url) else _path(visit.url)
            self.progress.read_up_to(key, resume=last, state=visit.state)
            return Step(tuple(posts))
        self.progress.read_up_to(key, resume=_path(following), state=None)
        onward = replace(visit, url=following, thread=key, home=visit.home or visit.url)
        return Step(tuple(posts), (onward,))

    def _at_nothing(self, visit: Visit) -> Step:
        if visit.thread:
            self.progress.read_up_to(visit.thread, resume="", state=visit.state)
        return Step()

    def _within_budget(self, step: Step) -> Step:
        if step.visits and self.pages >= self.max_pages:
            self.unfinished = True
            return Step(step.posts)
        return step

    def _posts(self, key: str, visit: Visit, page: ForumPage) -> list[FoundPost]:
        return [
            self._post(post, key, visit, page, opens=page.number == 1 and place == 0)
            for place, post in enumerate(page.posts)
        ]

    def _post(
        self, post: ForumPost, key: str, visit: Visit, page: ForumPage, *, opens: bool
    ) -> FoundPost:
        link = safe_link(post.url)
        return FoundPost(
            external_id=_external_id(post, key, link),
            url=strip_sid(link) if link else visit.url,
            title=page.title if opens else "",
            text=post.text,
            quoted=post.quoted,
            author=post.author,
            published=stated(post.published, now=self.now),
            thread_key=key,
            thread_title=page.title,
            thread_url=safe_link(visit.home or visit.url),
            is_opening=opens,
        )

    def _to_thread(self, key: str, thread: ListedThread) -> Visit:
        resume = self.progress.resume(key)
        home = self._inside(thread.url) or thread.url
        url = self._inside(f"{self._home.origin}{resume}") if resume and self._home else None
        return Visit(url=url or home, thread=key, state=thread.state, home=home)

    def _new_place(self, url: str) -> str | None:
        inside = self._inside(url)
        if inside is None or inside in self._listed:
            return None
        self._listed.add(inside)
        return inside

    def _new_thread(self, thread: ListedThread) -> str | None:
        inside = self._inside(thread.url)
        key = thread_key(inside) if inside else None
        if key is None or key in self._listed:
            return None
        self._listed.add(key)
        return key

    def _inside(self, url: str | None) -> str | None:
        """Return a link without session, or None when it leads off this host.

        A forum at https may still link to itself at http: the scheme is that of the first page.
        """
        if not url or self._home is None:
            return None
        try:
            target = parse_url(url)
        except NotAllowed:
            return None
        same = target.authority == self._home.authority
        return strip_session(self._home.origin + URL(target.url).raw_path_qs) if same else None


def thread_key(url: str) -> str:
    """Return what names a thread under all its addresses: ``t12``, or its path."""
    parsed = URL(url)
    number = parsed.query.get("t", "")
    if number.isascii() and number.isdigit():
        return f"t{number}"
    if found := _THREAD_PATH.search(parsed.path):
        return f"t{found[1]}"
    kept = parsed.without_query_params(*_PLACE_KEYS)
    return strip_origin(str(kept), own_host=str(parsed.raw_host))[:300]


def strip_sid(link: str) -> str:
    """Return a permalink without session id, its place in the page kept."""
    fragment = urlsplit(link).fragment
    return strip_session(link) + (f"#{fragment}" if fragment else "")


def _external_id(post: ForumPost, key: str, link: str | None) -> str:
    """Return the forum's own number of the post, which outlives moves of its thread."""
    if post.id and _POST_ID.fullmatch(post.id):
        return post.id
    fragment = urlsplit(link).fragment if link else ""
    if fragment and _POST_ID.fullmatch(fragment):
        return f"{key}#{fragment}"
    said = f"{post.author}\0{post.published}\0{post.text}"
    return f"{key}~{hashlib.sha256(said.encode(errors='replace')).hexdigest()[:32]}"


def _path(url: str) -> str:
    parsed = URL(url)
    return parsed.raw_path_qs

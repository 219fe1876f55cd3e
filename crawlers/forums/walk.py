"""Where a crawl of a forum goes next, given what a page held. Pure; the spider does the going.

Index to boards, boards to threads, threads to posts. Every page of a thread is a step that can be
committed. The guards: a page that brings nothing new ends its list (some servers repeat the last
page for ever), links to other hosts are not followed, and a crawl has a number of pages.
"""

import hashlib
import re
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from urllib.parse import urlsplit

from yarl import URL

from crawlers.errors import (
    AnswerRefused,
    BadDocument,
    Forbidden,
    Gone,
    HostResting,
    NotAllowed,
    NotFound,
    NothingToRead,
    RateLimited,
    ServerFailed,
    SourceError,
)
from crawlers.forums.page import AFTER_FEEDS
from crawlers.forums.progress import Progress
from crawlers.forums.thread_keys import same_thread, thread_key
from crawlers.forums.troubles import Troubles
from crawlers.forums.values import ForumPage, ForumPost, ListedThread
from crawlers.found import Cursor, FoundPost
from crawlers.times import stated
from crawlers.urls import Target, parse_url, safe_link, strip_session

MAX_PAGES = 500
#: So many failures in a row mean that the server is down, not that pages are bad.
MAX_FAILURES = 5

#: Answers that stay for ever or pass: what they are given for is asked for a few times more.
_AWAY = (NotFound, Gone, Forbidden, NotAllowed)

_POST_ID = re.compile(r"[\w-]{1,60}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Visit:
    """A page to go to."""

    url: str
    thread: str | None = None  # the key of the thread it is of
    state: str | None = None  # of that thread, as its list had it
    home: str | None = None  # the thread's first page
    key: str | None = None  # what its posts carry: the thread's key at its own address
    before: str | None = None  # path of the page that led on to this one
    title: str = ""  # of the thread, as its list had it
    sure: bool = False  # a page of known software leads there, and means what it says


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
    backfill_days: int | None = None  # how long ago a thread's last post may be; None: any time
    pages: int = 0  # read in this crawl
    unfinished: bool = False  # something is left that the next crawl must come for
    fatal: Exception | None = None  # why the whole crawl has to end
    _troubles: Troubles = field(default_factory=Troubles)
    _failures_in_a_row: int = 0
    _home: Target | None = None  # where the first page was found
    _listed: set[str] = field(default_factory=set)  # keys of threads, urls of boards
    _posts_of: dict[str, set[str]] = field(default_factory=dict)
    _begun: dict[str, str] = field(default_factory=dict)  # first posts of threads, to their keys

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
        is_start = self._home is None
        self._home = self._home or parse_url(found_at)
        if page.posts:
            self._troubles.has_read = True
            visit = self._under_its_key(visit, found_at)
            self._listed.add(visit.thread or "")
            self.progress.saw(page.looks)
            step = self._at_thread(visit, page)
        elif page.boards or page.threads:
            step = self._at_list(visit, page)
        else:
            step = self._at_nothing(visit, BadDocument(f"{page.title!r} has no posts"))
        if is_start:
            step = replace(step, visits=step.visits + self._to_missed(sure=_is_sure(page)))
        return self._within_budget(step)

    def failed(self, visit: Visit, error: SourceError) -> None:
        """Note that a page could not be read; decide whether that ends the crawl."""
        is_behind = visit.before is not None and _is_no_page(error)
        if is_behind and not visit.sure:
            self._end_of(visit)  # there are servers that name a page behind the last
            return
        self._failures_in_a_row += 1
        if (
            self._home is None
            or isinstance(error, RateLimited | HostResting)
            or self._failures_in_a_row >= MAX_FAILURES
        ):
            self.fatal = self.fatal or error
            self.unfinished = True
            return
        self._troubles.failed(error, is_thread=visit.thread is not None)
        if visit.thread and (is_behind or isinstance(error, _AWAY)):
            self._miss(visit)
        elif visit.before is not None or not isinstance(error, _AWAY):
            self.unfinished = True  # of a list, there may be threads behind it

    def cursor(self, *, at_end: bool = False) -> Cursor:
        """Return the cursor behind all that was given out so far."""
        return self.progress.cursor(
            complete=at_end and not self.unfinished, backfill_days=self.backfill_days
        )

    @property
    def problem(self) -> str | None:
        """What went wrong, in a sentence."""
        if said := self._troubles.sentence(knows_threads=self.progress.has_read):
            return said
        if self.unfinished and self.pages >= self.max_pages:
            return f"there is more than {self.max_pages} pages; the next crawl goes on"
        return None

    def _at_list(self, visit: Visit, page: ForumPage) -> Step:
        visits = [Visit(url=url) for board in page.boards if (url := self._new_place(board))]
        new = [(key, thread) for thread in page.threads if (key := self._new_thread(thread))]
        wanted = [(key, thread) for key, thread in new if self._is_recent(thread)]
        news = [
            (key, thread)
            for key, thread in wanted
            if self.progress.has_news(key, thread, now=self.now)
        ]
        sure = _is_sure(page)
        visits += [self._to_thread(key, thread, sure=sure) for key, thread in news]
        # what comes behind a list without news is older still
        is_known = self.progress.complete and self.progress.reaches(self.backfill_days)
        goes_on = bool(wanted) and (bool(news) or not is_known)
        if goes_on and (following := self._inside(page.following)):
            visits.append(Visit(url=following, before=_path(visit.url), sure=sure))
        return Step(visits=tuple(visits))

    def _is_recent(self, thread: ListedThread) -> bool:
        if self.backfill_days is None or thread.active is None:
            return True
        since = self.now - timedelta(days=self.backfill_days)
        return thread.active >= since.timestamp()

    def _under_its_key(self, visit: Visit, found_at: str) -> Visit:
        """Return the visit with the key of the address where the thread was found in the end."""
        if visit.key is not None:
            return visit
        at = self._inside(found_at) or visit.url
        if visit.home and URL(visit.home).path == URL(at).path and same_thread(visit.home, at):
            at = visit.home  # pages may be numbered in a way that only their links tell
        own = thread_key(at)
        return replace(visit, key=own, thread=visit.thread or own)

    def _at_thread(self, visit: Visit, page: ForumPage) -> Step:
        key, thread = visit.key or "", visit.thread or ""
        known = self._posts_of.setdefault(key, set())
        posts = [post for post in self._posts(key, visit, page) if post.external_id not in known]
        if self._is_begun_elsewhere(key, page):
            self.progress.read_to_its_end(thread, resume="", state=visit.state)
            return Step()
        known.update(post.external_id for post in posts)
        following = self._inside(page.following) if posts else None
        if following is None or following == visit.url or not _goes_on(visit, page, following):
            self._read_to_its_end(visit, is_new=bool(posts))
            return Step(tuple(posts))
        self.progress.read_up_to(thread, resume=_path(following), state=None)
        home = visit.home or visit.url
        onward = replace(
            visit, url=following, home=home, before=_path(visit.url), sure=_is_sure(page)
        )
        return Step(tuple(posts), (onward,))

    def _is_begun_elsewhere(self, key: str, page: ForumPage) -> bool:
        """Say whether this thread was read in this crawl under another address."""
        if page.number != 1:
            return False
        first = page.posts[0]
        said = f"{page.title}\0{first.id}\0{first.author}\0{first.published}\0{first.text}"
        return self._begun.setdefault(_digest(said), key) != key

    def _read_to_its_end(self, visit: Visit, *, is_new: bool) -> None:
        """Note where to look for the next answer: on the last page that brought something."""
        home = _path(visit.home or visit.url)
        last = _path(visit.url) if is_new or visit.before is None else visit.before
        resume = "" if last == home else last
        self.progress.read_to_its_end(visit.thread or "", resume=resume, state=visit.state)

    def _at_nothing(self, visit: Visit, because: SourceError) -> Step:
        """Note a page that came and holds nothing: the end of a list, or a notice in its place."""
        if visit.before is not None and not visit.sure:
            self._end_of(visit)
            return Step()
        self._troubles.empty(because, is_thread=visit.thread is not None, sure=visit.sure)
        if visit.thread:
            self._miss(visit)
        else:
            self.unfinished |= visit.before is not None
        return Step()

    def _end_of(self, visit: Visit) -> None:
        if visit.thread:
            self._read_to_its_end(visit, is_new=False)

    def _miss(self, visit: Visit) -> None:
        """Have a thread asked for again by later crawls: what is in its place may pass."""
        home = visit.home or visit.url
        is_noted = self.progress.miss(
            visit.thread or "",
            home=_path(home),
            state=visit.state,
            now=self.now,
            from_start=visit.before is None and visit.url != home,
        )
        self.unfinished |= not is_noted

    def _to_missed(self, *, sure: bool) -> tuple[Visit, ...]:
        """Return where to go for threads whose pause is over and that this page doesn't list."""
        if self._home is None:
            return ()
        due = [one for one in self.progress.missed(now=self.now) if one.key not in self._listed]
        self._listed.update(one.key for one in due)
        at = self._home.origin
        visits = (
            Visit(
                url=self._inside(f"{at}{self.progress.resume(one.key) or one.home}") or "",
                thread=one.key,
                state=one.state,
                home=self._inside(f"{at}{one.home}"),
                sure=sure,
            )
            for one in due
        )
        return tuple(visit for visit in visits if visit.url and visit.home)

    def _within_budget(self, step: Step) -> Step:
        if step.visits and self.pages >= self.max_pages:
            self.unfinished = True
            return Step(step.posts)
        return step

    def _posts(self, key: str, visit: Visit, page: ForumPage) -> list[FoundPost]:
        if visit.title and visit.title in page.title:  # what is around it is the forum's name
            page = replace(page, title=visit.title)
        # not every address tells which page it is
        is_first = page.number == 1 and visit.before is None
        is_first &= visit.home is None or _path(visit.home) == _path(visit.url)
        return [
            self._post(post, key, visit, page, opens=is_first and place == 0)
            for place, post in enumerate(page.posts)
        ]

    def _post(
        self, post: ForumPost, key: str, visit: Visit, page: ForumPage, *, opens: bool
    ) -> FoundPost:
        link = safe_link(post.url)
        opens = opens if post.opens is None else post.opens
        return FoundPost(
            external_id=_external_id(post, key, link, is_global=page.ids_are_global),
            url=strip_sid(link) if link else (opens and visit.home) or visit.url,
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

    def _to_thread(self, key: str, thread: ListedThread, *, sure: bool) -> Visit:
        resume = self.progress.resume(key)
        home = self._inside(thread.url) or thread.url
        url = self._inside(f"{self._home.origin}{resume}") if resume and self._home else None
        return Visit(
            url=url or home,
            thread=key,
            state=thread.state,
            home=home,
            title=thread.title,
            sure=sure,
        )

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


def strip_sid(link: str) -> str:
    """Return a permalink without session id, its place in the page kept."""
    fragment = urlsplit(link).fragment
    return strip_session(link) + (f"#{fragment}" if fragment else "")


def _external_id(post: ForumPost, key: str, link: str | None, *, is_global: bool) -> str:
    """Return the forum's own number of the post, which outlives moves of its thread."""
    if post.id and _POST_ID.fullmatch(post.id):
        return post.id if is_global else f"{key}#{post.id}"
    fragment = urlsplit(link).fragment if link else ""
    if fragment and _POST_ID.fullmatch(fragment):
        return f"{key}#{fragment}"
    published = post.published if post.exact else None
    said = f"{post.author}\0{published}\0{post.text}"
    return f"{key}~{_digest(said)}"


def _goes_on(visit: Visit, page: ForumPage, following: str) -> bool:
    """Say whether the page that is named next is of the same thread."""
    return any(same_thread(url, following) for url in (visit.home or visit.url, page.url))


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode(errors="replace")).hexdigest()[:32]


def _is_no_page(error: SourceError) -> bool:
    """Say whether a server answers so for a page behind the last: 400, 404, 410 and the like."""
    return isinstance(error, AnswerRefused) and not isinstance(
        error, Forbidden | RateLimited | ServerFailed
    )


def _is_sure(page: ForumPage) -> bool:
    """Say whether the page is of known software, whose links to further pages lead to some."""
    return page.platform is not None and page.platform not in AFTER_FEEDS


def _path(url: str) -> str:
    parsed = URL(url)
    return parsed.raw_path_qs

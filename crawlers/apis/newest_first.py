"""Reading a listing that begins with the newest: what is read already, and what is not yet.

Such a listing is walked back, page by page, from its newest posts to those that are known. What
lies between is kept in the cursor as a gap that each page makes smaller. So the newest are there
at once, a crawl that is killed goes on behind the page that it committed, and what one poll has
no patience for follows at the next.

A position is a whole number that grows with time: an id or a time.
"""

from collections.abc import AsyncGenerator, Awaitable, Callable, Mapping, Set
from dataclasses import dataclass, replace
from typing import Self

from pydantic import JsonValue

from crawlers.found import Batch, Cursor, FoundPost

#: Of more, the two oldest become one, and what lies between them is read twice.
MAX_GAPS = 8

_MOST_PUSHED = 10  # pages that a gap is looked for behind where it was

_MORE = "there is more than one poll reads; the older posts follow at the next polls"
_STUCK = "the server repeats its newest posts; the older ones since the last poll can't be had"


@dataclass(frozen=True, slots=True, kw_only=True)
class Gap:
    """Posts that are still to be read: later than ``above``, not later than ``below``."""

    above: int
    below: int | None = None  # None: from the newest on
    page: int = 1  # to be asked for next, where pages have numbers
    pages: int | None = None  # that may still be asked for; None: as many as it takes


@dataclass(frozen=True, slots=True, kw_only=True)
class Leaf:
    """What one page of a listing gave."""

    posts: tuple[FoundPost, ...]
    places: Mapping[str, int]  # by external id, of all on the page: also of what was left out
    fetched: int = 1
    problem: str | None = None
    is_last: bool = False  # whether the server says that nothing follows
    page: int | None = None  # that it was, when pages before it held nothing
    deleted: tuple[str, ...] = ()  # external ids of those that are empty shells


@dataclass(frozen=True, slots=True, kw_only=True)
class Progress:
    """How far a listing is read: all up to ``reached``, but for the gaps."""

    reached: int | None = None
    gaps: tuple[Gap, ...] = ()  # the newest first

    @classmethod
    def of(cls, stored: JsonValue) -> Self:
        """Return the progress that ``stored`` tells of; none when it makes no sense."""
        if not isinstance(stored, Mapping):
            return cls()
        gaps = stored.get("gaps")
        read = [_gap(gap) for gap in gaps] if isinstance(gaps, list) else []
        return cls(
            reached=_whole(stored.get("reached")),
            gaps=tuple(gap for gap in read if gap is not None)[:MAX_GAPS],
        )

    def stored(self) -> dict[str, JsonValue]:
        """Return what ``of`` reads."""
        gaps: list[JsonValue] = [
            {"above": gap.above, "below": gap.below, "page": gap.page, "pages": gap.pages}
            for gap in self.gaps
        ]
        return {"reached": self.reached, "gaps": gaps}

    def newest(self, *, overlap: int, first_pages: int) -> Gap:
        """Return what came since, and a little before: some posts arrive late.

        The first time, when nothing is known, it ends after ``first_pages``.
        """
        if self.reached is None:
            return Gap(above=-1, pages=first_pages)
        return Gap(above=max(self.reached - overlap, -1))

    def after(
        self, gap: Gap, places: Set[int], *, ended: bool, page: int | None = None
    ) -> "Progress":
        """Return the progress when one more page of ``gap`` was read."""
        ends = (gap.above, gap.below)
        rest = tuple(other for other in self.gaps if (other.above, other.below) != ends)
        known = [*places, *(() if self.reached is None else (self.reached,))]
        reached = max(known, default=None)
        lowest = min([*places, *(() if gap.below is None else (gap.below,))], default=gap.above)
        pages = None if gap.pages is None else gap.pages - 1
        if ended or lowest <= gap.above or pages == 0:
            return Progress(reached=reached, gaps=rest)
        left = replace(gap, below=lowest, page=(page or gap.page) + 1, pages=pages)
        return Progress(reached=reached, gaps=_few((left, *rest)))


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """A page that was read, and the progress that it is committed with."""

    leaf: Leaf
    progress: Progress
    problem: str | None

    def batch(self, cursor: Cursor) -> Batch:
        """Return the page as it is committed, with the source's cursor behind it."""
        return Batch(
            posts=self.leaf.posts,
            cursor=cursor,
            fetched=self.leaf.fetched,
            problem=self.problem,
            deleted=self.leaf.deleted,
        )


async def walk(
    progress: Progress,
    read: Callable[[Gap], Awaitable[Leaf]],
    *,
    overlap: int,
    first_pages: int,
    most_pages: int,
) -> AsyncGenerator[Step, None]:
    """Yield what is new, then what was left unread before, a page at a time.

    Of what was left unread, one page comes before all: so a crawl that is killed again and again
    gets on all the same.

    Args:
        progress: as the cursor has it.
        read: gives the page of a gap that is to be read next.
        overlap: how far behind the newest known place to look again.
        first_pages: how many pages the first poll reads.
        most_pages: how many a poll reads at most.
    """
    # no overlap after a poll that did not end: it was read then
    newest = progress.newest(overlap=0 if progress.gaps else overlap, first_pages=first_pages)
    gap: Gap | None = progress.gaps[0] if progress.gaps else newest
    seen: set[str] = set()
    asked = 0
    while gap is not None:
        leaf = await (_resume(read, gap) if asked == 0 else read(gap))
        asked += 1
        fresh = tuple(post for post in leaf.posts if post.external_id not in seen)
        leaf = replace(leaf, posts=fresh)
        repeats = seen >= leaf.places.keys()
        seen |= leaf.places.keys()
        progress = progress.after(
            gap,
            set(leaf.places.values()),
            ended=repeats or leaf.is_last,
            page=leaf.page,
        )
        is_resumed = asked == 1 and gap is not newest
        following = newest if is_resumed else next(iter(progress.gaps), None)
        stuck = repeats and gap.pages is None and _is_above(leaf, gap)
        tired = following is not None and asked >= most_pages
        problem = leaf.problem or (_STUCK if stuck else _MORE if tired else None)
        yield Step(leaf=leaf, progress=progress, problem=problem)
        if is_resumed or following is None or following.above != gap.above:
            seen = set()
        gap = None if tired else following


async def _resume(read: Callable[[Gap], Awaitable[Leaf]], gap: Gap) -> Leaf:
    """Return the page at which a gap goes on, past those that were read before.

    Where pages have numbers, what was written since has pushed it down.
    """
    leaf = await read(gap)
    fetched, page = leaf.fetched, gap.page
    while (
        _is_above(leaf, gap)
        and min(leaf.places.values()) >= (gap.below or 0)
        and page < gap.page + _MOST_PUSHED
    ):
        page = (leaf.page or page) + 1
        leaf = await read(replace(gap, page=page))
        fetched += leaf.fetched
    return replace(leaf, fetched=fetched, page=leaf.page or page)


def _is_above(leaf: Leaf, gap: Gap) -> bool:
    """Say whether a page holds what is newer than what was asked for."""
    return gap.below is not None and max(leaf.places.values(), default=0) > gap.below


def _few(gaps: tuple[Gap, ...]) -> tuple[Gap, ...]:
    if len(gaps) <= MAX_GAPS:
        return gaps
    newer, older = gaps[-2:]
    both = replace(newer, above=older.above, pages=None)
    return (*gaps[:-2], both)


def _gap(stored: JsonValue) -> Gap | None:
    if not isinstance(stored, Mapping):
        return None
    above, below = _whole(stored.get("above")), _whole(stored.get("below"))
    if above is None or below is None:
        return None
    # one page back: what was deleted since has pulled the others up
    page = max((_whole(stored.get("page")) or 1) - 1, 1)
    return Gap(above=above, below=below, page=page, pages=_whole(stored.get("pages")))


def _whole(value: JsonValue) -> int | None:
    return value if isinstance(value, int) and not isinstance(value, bool) else None

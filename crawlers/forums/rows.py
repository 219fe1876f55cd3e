"""Boards and threads that pages of unknown software list.

Links of one kind look alike: the address has the same shape, and so has the place in the page. A
row is what is around one such link and no other. Threads are known by their address (``/topic/``,
``viewtopic``) or by what a row tells: when, by whom, how many answers; boards by their address.
"""

import re
from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import replace
from urllib.parse import urlsplit

from crawlers.forums.authors import worded_name
from crawlers.forums.links import to_board, to_service, to_thread
from crawlers.forums.nodes import MAX_LISTED, MAX_NAME, MAX_TITLE, address, number, short_state
from crawlers.forums.paging import place
from crawlers.forums.sketch import Sketch
from crawlers.forums.thread_keys import thread_key
from crawlers.forums.values import ListedThread
from crawlers.plaintext import one_line

_ANSWERS = re.compile(
    r"repl|answer|comment|respon|antwort|réponse|respuesta|\bposts?\b|messages?", re.IGNORECASE
)
_OTHER_COUNTS = re.compile(
    r"view|hit|read|vote|like|score|point|follow|particip|user|aufruf|star", re.IGNORECASE
)
_OWN_NUMBER = re.compile(r"[0-9]+")
_NUMBERED_PATH = re.compile(r"[0-9][^/.]*/?$")
_BOARDS_COUNT = re.compile(r"topics|threads|discussions|themen|sujets|temas", re.IGNORECASE)
_MAX_LINKS = 3_000
_MAX_HEIGHT = 12
_MAX_SEGMENTS = 12


def listed(drawn: Sketch, *, url: str) -> tuple[tuple[str, ...], tuple[ListedThread, ...]]:
    """Return the boards and the threads that the page of an unknown forum lists."""
    boards: list[str] = []
    threads: dict[str, ListedThread] = {}
    for links in _kinds(drawn, url).values():
        hrefs = [href for _, href in links]
        rows = _rows(drawn, [at for at, _ in links])
        if _are_threads(drawn, hrefs, rows):
            for (at, href), row in zip(links, rows, strict=True):
                thread = _thread(drawn, at, row, href)
                key = _one_key(href)
                known = threads.get(key)
                if known is None:
                    threads[key] = thread
                elif known.state is None and thread.state is not None:
                    threads[key] = replace(thread, url=known.url, title=known.title)
        elif all(map(to_board, hrefs)):
            boards += hrefs
    return tuple(dict.fromkeys(boards))[:MAX_LISTED], tuple(threads.values())[:MAX_LISTED]


def _one_key(href: str) -> str:
    """Return what two links to one thread have in common: to its title, and to its last post."""
    key = thread_key(href)
    path = urlsplit(href).path
    return path if "?" in key and _NUMBERED_PATH.search(path) else key


def _kinds(drawn: Sketch, url: str) -> dict[tuple[str, ...], list[tuple[int, str]]]:
    """Return links by the shape of their address and where they hang, first of each address."""
    kinds: defaultdict[tuple[str, ...], dict[str, int]] = defaultdict(dict)
    here, host = place(url).of, urlsplit(url).netloc
    for at, href in list(drawn.links.items())[:_MAX_LINKS]:
        target = address(href.partition("#")[0], url)
        if not target or at in drawn.users or drawn.length[at] < 2:
            continue
        of = place(target)
        if urlsplit(target).netloc != host or of.of == here or of.at > 1:
            continue
        if not to_service(target):
            kinds[(_shape(target), _hangs(drawn, at))].setdefault(target, at)
    return {
        kind: [(at, href) for href, at in targets.items()]
        for kind, targets in kinds.items()
        if len(targets) > 1 or any(to_thread(url) or to_board(url) for url in targets)
    }


def _shape(url: str) -> str:
    """Return an address without what tells threads apart: words that hold digits or dashes."""
    parts = urlsplit(url)
    segments = parts.path.split("/")[:_MAX_SEGMENTS]
    named = [segment if segment.isalpha() and len(segment) < 16 else "*" for segment in segments]
    if len(segments) > 1 and not parts.query:
        named[-1 if segments[-1] else -2] = "*"
    keys = sorted(pair.partition("=")[0] for pair in parts.query.split("&")) if parts.query else []
    return f"{'/'.join(named)}?{'&'.join(keys)}"


def _hangs(drawn: Sketch, at: int) -> str:
    above = drawn.parent[at]
    return f"{drawn.signature[above] if above >= 0 else ''}>{drawn.signature[at]}"[-200:]


def _rows(drawn: Sketch, links: Sequence[int]) -> list[range]:
    """Return for each link the most that is around it and no other of its kind."""
    held: Counter[int] = Counter()
    for at in links:
        for above in _up(drawn, at):
            held[above] += 1
    rows = []
    for at in links:
        row = at
        for above in _up(drawn, at):
            if held[above] > 1 or drawn.parent[above] < 0:
                break
            row = above
        rows.append(drawn.within(row))
    return rows


def _up(drawn: Sketch, at: int) -> list[int]:
    way: list[int] = []
    while at >= 0 and len(way) < _MAX_HEIGHT:
        way.append(at)
        at = drawn.parent[at]
    return way


def _are_threads(drawn: Sketch, hrefs: Sequence[str], rows: Sequence[range]) -> bool:
    many = len(hrefs) * 0.6
    told = [_told(drawn, row) for row in rows]
    if sum(map(to_thread, hrefs)) >= many:
        return True
    if len(hrefs) <= 2 or sum(told) < many:
        return False
    # where all stands below /forum/, the names of addresses say nothing
    return not any(map(to_board, hrefs)) or not any(_counts_threads(drawn, row) for row in rows)


def _told(drawn: Sketch, row: range) -> bool:
    """Say whether a row tells when, by whom, and how many answers there are."""
    has_time = any(at in drawn.moments for at in row)
    has_user = any(at in drawn.users for at in row) or any(
        drawn.tag[at] == "#text" and drawn.length[at] <= MAX_NAME and worded_name(drawn, at)
        for at in row
    )
    if not (has_time and has_user):
        return False
    return _answers(drawn, row, labelled=not _has_headings(drawn)) is not None


def _has_headings(drawn: Sketch) -> bool:
    """Say whether a column is headed as the number of answers."""
    return any(
        tag == "th" and _ANSWERS.search(drawn.text(at, most=30)) is not None
        for at, tag in enumerate(drawn.tag)
    )


def _counts_threads(drawn: Sketch, row: range) -> bool:
    return any(
        drawn.tag[at] == "#text"
        and drawn.length[at] <= 30
        and _BOARDS_COUNT.search(f"{drawn.text(at, most=30)} {drawn.names[drawn.parent[at]]}")
        for at in row
    )


def _thread(drawn: Sketch, at: int, row: range, href: str) -> ListedThread:
    moments = [drawn.moments[one] for one in row if one in drawn.moments]
    exact = sorted(moment.seconds for moment in moments if moment.exact)
    last = sorted(
        {
            link
            for one in row
            if (link := drawn.links.get(one)) and one != at and ("#" in link or "last" in link)
        }
    )
    answers = _answers(drawn, row, labelled=False, of=href)
    known = exact or last or answers is not None
    # what stands in words alone moves with the clock, ever slower, and jumps with an answer
    words = [drawn.text(one, most=60) for one in row if one in drawn.moments if not known]
    return ListedThread(
        url=href,
        title=one_line(drawn.nodes[at].text(), most=MAX_TITLE),
        state=short_state(f"{answers}|{exact}|{last or words}") if known or words else None,
        active=max((moment.seconds for moment in moments), default=None),
    )


def _answers(drawn: Sketch, row: range, *, labelled: bool, of: str = "") -> int | None:
    """Return how many answers a row tells of; unlabelled, the smallest number that stands alone.

    Views count up with every reader, and there are seldom fewer of them than of answers. What
    the address ``of`` the thread ends with is its own number.
    """
    own = _OWN_NUMBER.findall(of)[-1:]
    alone: list[int] = []
    for one in row:
        if drawn.tag[one] != "#text" or drawn.length[one] > 30:
            continue
        said = drawn.text(one, most=30)
        found = number(said)
        if found is None or one in drawn.moments or drawn.parent[one] in drawn.moments:
            continue
        label = f"{said} {_around(drawn, one, row)}"
        counts = said[:1].isdigit() or _ANSWERS.search(said)
        if counts and _ANSWERS.search(label) and not _OTHER_COUNTS.search(said):
            return found
        if said.replace(",", "").replace(".", "").isdigit() and said not in own:
            alone.append(found)
    return None if labelled or not alone else min(alone)


def _around(drawn: Sketch, at: int, row: range) -> str:
    """Return the names above a number, and the words beside it."""
    above = [up for up in _up(drawn, at)[1:4] if up in row and up != row.start]
    beside = [
        drawn.text(one, most=20)
        for one in (at - 3, at - 2, at - 1, at + 1, at + 2, at + 3)
        if one in row and drawn.tag[one] == "#text" and drawn.length[one] <= 20
    ]
    names = " ".join(drawn.names[up] for up in above)
    return f"{names} {' '.join(beside)}"

"""Comments of Isso, which blogs embed: its JSON as a page of a forum. Runs in the parsing child.

``/latest?limit=1000`` is the list of threads, ``/?uri=/post/`` a thread. The pages themselves hold
only a script that asks for the same. Shapes as of Isso 0.13 and 0.14.
"""

import json
import re
from collections.abc import Iterator
from urllib.parse import parse_qs, quote, urljoin, urlsplit

from pydantic import BaseModel, ConfigDict, ValidationError

from crawlers.forums.nodes import MAX_LISTED, MAX_NAME, MAX_TITLE, short_state
from crawlers.forums.values import ForumPage, ForumPost, ListedThread
from crawlers.plaintext import from_html, one_line

NAME = "Isso"
#: Isso reads all comments for this list, whatever the limit.
_LATEST = "latest?limit=1000"

_BETWEEN_WORDS = re.compile(r"[-_+]+")
_MAX_NAMED = 2_048


class _Comment(BaseModel):
    """A comment as Isso gives it, as far as it is needed."""

    model_config = ConfigDict(extra="ignore", frozen=True)

    id: int
    text: str
    created: float
    author: str | None = None
    parent: int | None = None
    uri: str = ""  # only in the list of the latest
    modified: float | None = None
    replies: tuple["_Comment", ...] = ()


class _Latest(BaseModel):
    comments: list[_Comment]


class _Thread(BaseModel):
    model_config = ConfigDict(extra="ignore", frozen=True)

    replies: list[_Comment]
    total_replies: int
    hidden_replies: int


def isso_list(url: str) -> str:
    """Return where the Isso at ``url`` lists its latest comments."""
    return urljoin(url if url.endswith("/") else f"{url}/", _LATEST)


def isso_page(body: bytes, *, url: str) -> ForumPage | None:
    """Return what an answer of Isso holds, None when it is none."""
    try:
        said = json.loads(body)
        if isinstance(said, list):
            latest = _Latest.model_validate({"comments": said}).comments
            return _list(latest, url) if all(comment.uri for comment in latest) else None
        if isinstance(said, dict) and "hidden_replies" in said:
            return _thread(_Thread.model_validate(said).replies, url)
    except (ValueError, RecursionError, ValidationError):
        return None
    return None


def _list(comments: list[_Comment], url: str) -> ForumPage:
    threads: dict[str, list[_Comment]] = {}
    for comment in sorted(comments, key=lambda one: -one.created):
        threads.setdefault(comment.uri, []).append(comment)
    return ForumPage(
        NAME,
        f"Comments at {urlsplit(url).netloc}",
        url,
        threads=tuple(
            ListedThread(
                url=urljoin(url, f"./?uri={quote(uri, safe='/')}"),
                title=_title(uri),
                # as many as there are may be beyond the list's limit; the newest is not
                state=short_state(f"{said[0].id}|{max(one.modified or 0 for one in said)}"),
                active=int(said[0].created),
            )
            for uri, said in list(threads.items())[:MAX_LISTED]
            if len(uri) <= _MAX_NAMED
        ),
    )


def _thread(replies: list[_Comment], url: str) -> ForumPage:
    uri = _uri(url)
    comments = sorted(_all(replies), key=lambda comment: comment.created)[:MAX_LISTED]
    return ForumPage(
        NAME, _title(uri), url, posts=tuple(_post(comment, uri, url) for comment in comments)
    )


def _all(comments: list[_Comment] | tuple[_Comment, ...]) -> Iterator[_Comment]:
    for comment in comments:
        yield comment
        yield from _all(comment.replies)


def _post(comment: _Comment, uri: str, url: str) -> ForumPost:
    read = from_html(comment.text)
    return ForumPost(
        id=f"isso-{comment.id}",
        url=urljoin(url, uri) + f"#isso-{comment.id}" if uri else None,
        author=one_line(comment.author or "", most=MAX_NAME) or None,
        published=int(comment.created),
        text=read.text,
        quoted=read.quoted,
        opens=comment.parent is None,
    )


def _uri(url: str) -> str:
    return parse_qs(urlsplit(url).query).get("uri", [""])[0][:_MAX_NAMED]


def _title(uri: str) -> str:
    """Return the words of a page's address: Isso does not give its title."""
    last = uri.partition("?")[0].rstrip("/").rpartition("/")[2]
    words = _BETWEEN_WORDS.sub(" ", last.rpartition(".")[0] or last).strip()
    return one_line(words.capitalize(), most=MAX_TITLE)

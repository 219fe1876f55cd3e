"""Imitations of communities' APIs, which answer as the real ones do and misbehave on request."""

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from urllib.parse import parse_qs, urlsplit

from pydantic import JsonValue
from typing_extensions import override

from models.words import SourceKind
from tests.crawling import NOW
from tests.misbehaving import Asked, Reply

PRESENT = int(NOW.timestamp())
MINUTE = 60


def iso(seconds: int) -> str:
    """Return a time as APIs write it."""
    return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%dT%H:%M:%S.000Z")


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """A post of an imitated community."""

    number: int
    at: int  # seconds since 1970
    text: str = "<p>Which van can you recommend?</p>"
    answers: int | None = None  # the number of another
    hidden: bool = False


@dataclass
class Community:
    """What all imitations share: posts, oldest first, and ways to misbehave."""

    kind: SourceKind
    said: list[Said] = field(default_factory=list)
    rubbish: list[JsonValue] = field(default_factory=list)  # shown on every page
    repeats: bool = False  # gives the first page whatever is asked for
    fail_at: int = 0  # which request is answered 429
    instead: Reply | None = None  # the answer to everything
    requests: int = 0
    asked: list[dict[str, list[str]]] = field(default_factory=list)

    def say(self, count: int, *, every: int = MINUTE, until: int = PRESENT) -> None:
        """Have ``count`` posts more, the newest at ``until``."""
        first = len(self.said) + 1
        self.said += [
            Said(number=first + n, at=until - (count - 1 - n) * every) for n in range(count)
        ]

    def __call__(self, asked: Asked) -> Reply | None:
        url = urlsplit(asked.path)
        if url.path == "/robots.txt":
            return None
        self.requests += 1
        if self.requests == self.fail_at:
            return Reply(body=b"<p>slow", status="429 No", headers={"Retry-After": "77"})
        if self.instead is not None:
            return self.instead
        query = parse_qs(url.query, keep_blank_values=True)
        self.asked.append(query)
        answer = self.answer(url.path, {} if self.repeats else query)
        if answer is None:
            return Reply(status="404 Not Found")
        return Reply(body=json.dumps(answer).encode(), kind="application/json")

    def answer(self, path: str, query: dict[str, list[str]]) -> JsonValue:
        """Return the document, or None where there is none."""
        raise NotImplementedError

    def listed(self, page: Sequence[Said], show: Callable[[Said], JsonValue]) -> list[JsonValue]:
        """Return a page newest first, with the rubbish."""
        return [*(show(said) for said in reversed(page)), *self.rubbish]


def first(query: dict[str, list[str]], name: str) -> str | None:
    """Return a parameter, or None."""
    return query[name][0] if name in query else None


def numbered(said: Sequence[Said], query: dict[str, list[str]], *, size: int) -> Sequence[Said]:
    """Return the page ``page``, counted from the newest."""
    page = int(first(query, "page") or 1)
    newest_first = list(reversed(said))[(page - 1) * size : page * size]
    return list(reversed(newest_first))


@dataclass
class Discourse(Community):
    """Posts by id; every post that answers nothing opens a topic."""

    kind: SourceKind = SourceKind.DISCOURSE
    ids_wide: bool = False  # a page is 50 ids wide, as before version 3
    private: frozenset[int] = frozenset()  # ids that nobody sees

    ids_told: bool = True  # False for the topics of ten thousand posts

    @override
    def answer(self, path: str, query: dict[str, list[str]]) -> JsonValue:
        if path.startswith("/t/"):
            return self.topic(path.removesuffix(".json").split("/")[2], query)
        if path != "/posts.json":
            return None
        top = int(first(query, "before") or len(self.said))
        seen = [said for said in self.said if said.number not in self.private]
        page = [said for said in seen if said.number <= top]
        page = [said for said in page if said.number > top - 50] if self.ids_wide else page[-50:]
        return {"latest_posts": self.listed(page, self.show)}

    def topic(self, tid: str, query: dict[str, list[str]]) -> JsonValue:
        there = [said for said in self.said if str(said.answers or said.number) == tid]
        if not there:
            return None
        wanted = query.get("post_ids[]")
        shown = [said for said in there if str(said.number) in wanted] if wanted else there[:20]
        ids: list[JsonValue] = [said.number for said in there] if self.ids_told else []
        posts = [self.in_topic(said) for said in shown] + self.rubbish
        if wanted:
            return {"id": int(tid), "post_stream": {"posts": posts}}
        stream: JsonValue = {"posts": posts, "stream": ids}
        return {"id": int(tid), "title": "Which van?", "slug": "vans", "post_stream": stream}

    def in_topic(self, said: Said) -> JsonValue:
        shown = self.show(said)
        assert isinstance(shown, dict)
        return {name: value for name, value in shown.items() if name != "topic_title"}

    def show(self, said: Said) -> JsonValue:
        before = [one for one in self.said if said.answers and one.answers == said.answers]
        return {
            "id": said.number,
            "topic_id": said.answers or said.number,
            "topic_slug": "vans",
            "topic_title": "Which van?",
            "category_id": 1 + said.number % 2,
            "post_number": 2 + before.index(said) if said.answers else 1,
            "reply_to_post_number": None,
            "username": "ann",
            "cooked": said.text,
            "created_at": iso(said.at),
            "updated_at": iso(said.at),
            "version": 1,
            "post_type": 1,
            "hidden": said.hidden,
        }


@dataclass
class Lemmy(Community):
    """Posts, and comments for what answers."""

    kind: SourceKind = SourceKind.LEMMY

    @override
    def answer(self, path: str, query: dict[str, list[str]]) -> JsonValue:
        size = int(first(query, "limit") or 50)
        match path:
            case "/api/v3/post/list":
                posts = [said for said in self.said if said.answers is None]
                return {"posts": self.listed(numbered(posts, query, size=size), self.post)}
            case "/api/v3/post":
                number = first(query, "id")
                there = [said for said in self.said if str(said.number) == number]
                return {"post_view": self.post(there[0])} if there else None
            case "/api/v3/comment/list":
                comments = [said for said in self.said if said.answers is not None]
                if under := first(query, "post_id"):
                    comments = [said for said in comments if str(said.answers) == under]
                page = numbered(comments, query, size=size)
                return {"comments": self.listed(page, self.comment)}
            case _:
                return None

    def post(self, said: Said) -> JsonValue:
        return {
            "post": {
                "id": said.number,
                "name": "Which van?",
                "body": said.text,
                "published": iso(said.at),
                "deleted": said.hidden,
                "removed": False,
                "ap_id": f"https://away.example/post/{said.number}",
            },
            "creator": {"name": "ann", "actor_id": "https://away.example/u/ann"},
        }

    def comment(self, said: Said) -> JsonValue:
        return {
            "comment": {
                "id": said.number,
                "content": said.text,
                "path": f"0.{said.number}",
                "published": iso(said.at),
                "removed": said.hidden,
                "deleted": False,
            },
            "creator": {"name": "bob"},
            "post": {
                "id": said.answers,
                "name": "Which van?",
                "ap_id": f"https://away.example/post/{said.answers}",
            },
        }


@dataclass
class Mastodon(Community):
    """Statuses whose ids tell the time."""

    kind: SourceKind = SourceKind.MASTODON
    ignores_min_id: bool = False

    @override
    def answer(self, path: str, query: dict[str, list[str]]) -> JsonValue:
        if path.startswith("/api/v1/statuses/"):
            return self.status(path.split("/")[4], path.endswith("/context"))
        if not path.startswith("/api/v1/timelines/tag/"):
            return None
        size = int(first(query, "limit") or 20)
        said = sorted(self.said, key=self.id)
        if bound := first(query, "max_id"):
            said = [one for one in said if self.id(one) < int(bound)]
        bound = first(query, "min_id")
        if bound and not self.ignores_min_id:
            page = [one for one in said if self.id(one) > int(bound)][:size]
        else:
            page = said[-size:]
        return self.listed(page, self.show)

    def status(self, identifier: str, around: bool) -> JsonValue:
        there = {str(self.id(one)): one for one in self.said}
        if identifier not in there:
            return None
        if not around:
            return self.show(there[identifier])
        by_number = {one.number: one for one in self.said}
        below, above = [there[identifier]], [there[identifier]]
        for one in below:
            below += [other for other in self.said if other.answers == one.number]
        while (parent := by_number.get(above[-1].answers or 0)) is not None:
            above.append(parent)
        return {
            "ancestors": [self.show(one) for one in reversed(above[1:])],
            "descendants": [*map(self.show, below[1:][:60]), *self.rubbish],
        }

    def id(self, said: Said) -> int:
        return (said.at * 1_000 << 16) + said.number

    def show(self, said: Said) -> JsonValue:
        number = str(self.id(said))
        parent = next((one for one in self.said if one.number == said.answers), None)
        return {
            "id": number,
            "created_at": iso(said.at),
            "content": said.text,
            "visibility": "private" if said.hidden else "public",
            "url": f"https://social.example/@ann/{number}",
            "language": "en",
            "in_reply_to_id": str(self.id(parent)) if parent else None,
            "reblog": None,
            "account": {"acct": "ann@social.example", "indexable": True, "discoverable": True},
            "tags": [{"name": "crm"}],
        }


@dataclass
class NodeBB(Community):
    """Recent posts without markup, topics with it."""

    kind: SourceKind = SourceKind.NODEBB
    lists_posts: bool = True
    topics_asked: list[str] = field(default_factory=list)

    @override
    def answer(self, path: str, query: dict[str, list[str]]) -> JsonValue:
        if path == "/api/recent/posts" and self.lists_posts:
            return self.listed(numbered(self.said, query, size=20), self.recent)
        if path == "/api/recent":
            newest = {said.answers or said.number: said for said in self.said}
            page = numbered(sorted(newest.values(), key=lambda one: one.at), query, size=20)
            return {"topics": self.listed(page, self.topic_row)}
        if path.startswith("/api/topic/"):
            return self.topic(path.rpartition("/")[2], query)
        return None

    def topic(self, tid: str, query: dict[str, list[str]]) -> JsonValue:
        self.topics_asked.append(tid)
        there = [said for said in self.said if str(said.answers or said.number) == tid]
        if not there:
            return None
        page = int(first(query, "page") or 1)
        shown: list[JsonValue] = [
            {
                **self.core(said),
                "content": f"<blockquote>theirs</blockquote>{said.text}",
                "deleted": int(said.hidden),
            }
            for said in there[(page - 1) * 20 : page * 20]
        ]
        return {
            "tid": int(tid),
            "title": "Which van &amp; why?",
            "slug": f"{tid}/which-van",
            "mainPid": int(tid),
            "deleted": 0,
            "posts": shown + self.rubbish,
            "pagination": {"pageCount": -(-len(there) // 20)},
        }

    def core(self, said: Said) -> dict[str, JsonValue]:
        return {
            "pid": said.number,
            "tid": said.answers or said.number,
            "timestamp": said.at * 1_000,
            "user": {"username": "ann", "userslug": "ann"},
        }

    def recent(self, said: Said) -> JsonValue:
        main = said.answers or said.number
        return {
            **self.core(said),
            "content": f"theirs {said.text}",
            "isMainPost": said.answers is None,
            "topic": {
                "title": "Which van &amp; why?",
                "slug": f"{main}/which-van",
                "mainPid": main,
            },
            "deleted": int(said.hidden),
        }

    def topic_row(self, said: Said) -> JsonValue:
        return {"tid": said.answers or said.number, "lastposttime": said.at * 1_000}


@dataclass
class Bluesky(Community):
    """A search that refuses its cursor to who isn't logged in."""

    kind: SourceKind = SourceKind.BLUESKY
    shows: int = 1_000  # replies beside a post
    contradicts: bool = False  # finds a post that a conversation is told not to have

    @override
    def answer(self, path: str, query: dict[str, list[str]]) -> JsonValue:
        if path == "/xrpc/app.bsky.feed.getPostThread":
            return self.thread(first(query, "uri") or "")
        if path == "/xrpc/app.bsky.feed.getPosts":
            return {"posts": [{"uri": first(query, "uris")}] if self.contradicts else []}
        if path != "/xrpc/app.bsky.feed.searchPosts" or "cursor" in query:
            return None
        until = first(query, "until")
        before = datetime.fromisoformat(until).timestamp() if until else float("inf")
        page = sorted((one for one in self.said if one.at < before), key=lambda one: one.at)
        return {"posts": self.listed(page[-int(first(query, "limit") or 25) :], self.show)}

    def show(self, said: Said) -> JsonValue:
        reply: JsonValue = {"root": self.link(said.answers), "parent": self.link(said.answers)}
        return {
            "uri": self.link(said.number)["uri"],
            "author": {
                "did": "did:plc:ann",
                "handle": "ann.example",
                "labels": [{"val": "!no-unauthenticated"}] if said.hidden else [],
            },
            "record": {
                "text": said.text,
                "createdAt": iso(said.at),
                "langs": ["en-GB", "de"],
                **({"reply": reply} if said.answers else {}),
            },
            "indexedAt": iso(said.at + 5),
        }

    def thread(self, uri: str) -> JsonValue:
        opening = next((one for one in self.said if self.link(one.number)["uri"] == uri), None)
        if opening is None:
            return {"thread": {"uri": uri, "notFound": True}}
        return {"thread": self.node(opening)}

    def node(self, said: Said) -> dict[str, JsonValue]:
        replies = [one for one in self.said if one.answers == said.number]
        shown: list[JsonValue] = [self.node(one) for one in replies]
        post = self.show(said)
        assert isinstance(post, dict)
        return {
            "post": {**post, "replyCount": len(replies)},
            "replies": shown[: self.shows] + self.rubbish,
        }

    def link(self, number: int | None) -> dict[str, JsonValue]:
        return {"uri": f"at://did:plc:ann/app.bsky.feed.post/{number}"}

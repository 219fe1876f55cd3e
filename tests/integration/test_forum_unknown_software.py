"""Crawls of forums that nobody wrote selectors for, with the habits that servers have."""

import json
from dataclasses import dataclass, field
from urllib.parse import parse_qs, urlsplit

import pytest

from crawlers.found import Batch
from models.words import SourceKind
from tests.crawling import a_source, polled, posts_of, stored
from tests.misbehaving import Asked, MisbehavingServer, Reply

PER_PAGE = 3


@dataclass
class Talk:
    """A home-made board: an index, one list, threads; what it says behind a last page varies."""

    threads: dict[str, list[int]] = field(default_factory=dict)
    behind_the_last: Reply | None = None  # None repeats the last page

    def __call__(self, asked: Asked) -> Reply | None:
        url = urlsplit(asked.path)
        page = int(parse_qs(url.query).get("page", ["1"])[0])
        match url.path.strip("/").split("/"):
            case [""]:
                return self._html("<h3><a href='/board/kitchens/'>Kitchens</a></h3>")
            case ["board", "kitchens"]:
                return self._list()
            case ["discussion", slug] if slug in self.threads:
                return self._thread(slug, page)
            case _:
                return None

    def _list(self) -> Reply:
        newest_first = sorted(self.threads.items(), key=lambda thread: -max(thread[1]))
        return self._html(
            "".join(
                f"<div class='line'><a href='/discussion/{slug}'>About {slug}</a> by <a"
                f" href='/people/ann'>ann</a> <span class='n'>{len(posts) - 1} replies</span>"
                f" <time datetime='2026-06-01T10:{posts[-1] % 60:02}:00Z'>x</time></div>"
                for slug, posts in newest_first
            )
        )

    def _thread(self, slug: str, page: int) -> Reply:
        posts = self.threads[slug]
        last = (len(posts) - 1) // PER_PAGE + 1
        if page > last and self.behind_the_last is not None:
            return self.behind_the_last
        start = (min(page, last) - 1) * PER_PAGE
        shown = "".join(
            f"<div class='comment' id='c{post}'><a href='/people/bob'>bob</a> <time"
            f" datetime='2026-06-01T10:{post % 60:02}:00Z'>x</time><div class='body'>Words {post}"
            f" and <i>more</i> of them.</div></div>"
            for post in posts[start : start + PER_PAGE]
        )
        # it always links to one page more
        return self._html(f"<h1>About {slug}</h1>{shown}<a href='?page={page + 1}'>older</a>")

    def _html(self, body: str) -> Reply:
        return Reply(body=f"<html><title>Talk</title><body>{body}</body></html>".encode())


def a_talk() -> Talk:
    return Talk({"hobs": list(range(101, 106)), "ovens": [201, 202, 203], "sinks": [301]})


def numbers(found: list[Batch]) -> list[int]:
    return sorted(int(post.external_id.rpartition("#c")[2]) for post in posts_of(found))


@pytest.mark.parametrize(
    "behind",
    [
        None,
        Reply(status="404 Not Found"),
        Reply(status="400 Bad Request"),
        Reply(body=b"<html><body>Nothing here</body></html>"),
    ],
    ids=["repeats", "404", "400", "empty"],
)
def test_all_threads_come_back_whatever_is_behind_a_last_page(behind: Reply | None) -> None:
    talk = a_talk()
    talk.behind_the_last = behind
    with MisbehavingServer(talk) as server:
        source = a_source(server.url("/"), kind=SourceKind.FORUM)
        found = polled(source)
        assert numbers(found) == [101, 102, 103, 104, 105, 201, 202, 203, 301]
        last = found[-1]
        assert (last.cursor["complete"], last.problem) == (True, None)
        by_id = {post.external_id: post for post in posts_of(found)}
        talk.threads["hobs"].append(306)
        talk.threads["taps"] = [310]
        again = polled(a_source(source.url, kind=SourceKind.FORUM, cursor=stored(last)))
        new = {post.external_id for post in posts_of(again)} - set(by_id)
    assert new == {"/discussion/hobs#c306", "/discussion/taps#c310"}
    opening, reply = by_id["/discussion/hobs#c101"], by_id["/discussion/hobs#c104"]
    assert (opening.title, opening.is_opening, reply.is_opening) == ("About hobs", True, False)
    assert (reply.author, reply.text) == ("bob", "Words 104 and more of them.")
    assert reply.published is not None


@pytest.mark.parametrize("parameter", ["p", "seite", "blatt"])
def test_a_guestbook_is_read_to_its_end_whatever_its_pages_are_called(parameter: str) -> None:
    entries = range(117, 100, -1)

    def guestbook(asked: Asked) -> Reply | None:
        url = urlsplit(asked.path)
        page = int(parse_qs(url.query).get(parameter, ["1"])[0])
        if url.path not in {"/", "/gb.php"}:
            return None
        shown = entries[(page - 1) * 5 : page * 5] or entries[-2:]
        body = "".join(
            f"<div class=entry id=e{n}><p>#{n} <b>Gül</b> aus Köln schrieb am 5. Januar 2026, 10:"
            f"{n - 100:02} Uhr:</p><p>Words {n}</p></div>"
            for n in shown
        )
        onward = f"<a href='/gb.php?{parameter}={page + 1}'>&raquo;</a>"
        return Reply(body=f"<html><title>Talk</title><body>{body}{onward}</body></html>".encode())

    with MisbehavingServer(guestbook) as server:
        found = posts_of(polled(a_source(server.url("/"), kind=SourceKind.FORUM)))
    assert sorted(post.external_id for post in found) == sorted(f"/#e{n}" for n in entries)
    assert {post.author for post in found} == {"Gül"}


def test_comments_of_isso_come_back_page_by_page() -> None:
    comments = [
        {"id": n, "text": f"<p>Words {n}</p>", "created": 1_767_629_460 + n, "author": "ann"}
        for n in range(4)
    ]

    def isso(asked: Asked) -> Reply | None:
        url = urlsplit(asked.path)
        uri = parse_qs(url.query).get("uri", [""])[0]
        of = {"/a/": comments[:3], "/b/": comments[3:]}
        if url.path == "/latest":
            said: object = [{**one, "uri": page} for page, all_of in of.items() for one in all_of]
        elif url.path == "/" and uri in of:
            said = {"replies": of[uri], "hidden_replies": 0, "total_replies": len(of[uri])}
        else:
            return None
        return Reply(body=json.dumps(said).encode(), kind="application/json")

    with MisbehavingServer(isso) as server:
        source = a_source(server.url("/latest?limit=1000"), kind=SourceKind.FORUM)
        found = polled(source)
        # the pages are asked for side by side: either may answer first
        assert sorted(post.external_id for post in posts_of(found)) == [
            f"isso-{n}" for n in range(4)
        ]
        again = polled(a_source(source.url, kind=SourceKind.FORUM, cursor=stored(found[-1])))
    assert posts_of(again) == []


def test_a_post_alone_is_known_by_how_the_posts_of_other_threads_look() -> None:
    threads = {1: [11, 12, 13], 2: [21]}

    def talk(asked: Asked) -> Reply | None:
        if asked.path == "/":
            body = "".join(
                f"<tr><td><a href='/talk/{t}-kilns'>Kiln question {t}</a></td><td>{len(posts)}"
                f" messages</td><td>2026-06-0{len(posts)} 10:00</td></tr>"
                for t, posts in threads.items()
            )
            body = f"<table>{body}</table>"
        elif asked.path.startswith("/talk/"):
            t = int(asked.path[6])
            body = f"<h1>Kiln question {t}</h1>" + "".join(
                f"<div class=zq id=m{n}><div class=who><b>Potter {n}</b> <span>2026-06-01 10:{n}"
                f"</span></div><div class=wrd><p>Message {n} of some length.</p></div></div>"
                for n in threads[t]
            )
        else:
            return None
        return Reply(body=f"<html><title>Kilns</title><body>{body}</body></html>".encode())

    with MisbehavingServer(talk) as server:
        source = a_source(server.url("/"), kind=SourceKind.FORUM)
        found = polled(source)
        again = polled(a_source(source.url, kind=SourceKind.FORUM, cursor=stored(found[-1])))
        later = polled(a_source(source.url, kind=SourceKind.FORUM, cursor=stored(again[-1])))
    taken = {post.external_id: post.text for post in posts_of(found) + posts_of(again)}
    assert taken["/talk/2-kilns#m21"] == "Message 21 of some length."
    assert len(taken) == 4
    assert (again[-1].problem, posts_of(later)) == (None, [])

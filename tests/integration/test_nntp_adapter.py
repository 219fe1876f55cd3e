"""Against an imitation of a news server that misbehaves on request."""

from dataclasses import dataclass, field

import pytest

from crawlers.errors import BadUrl, NotFound, SourceError, Truncated, Unparseable
from crawlers.fetch import Gate
from crawlers.found import Batch, Cursor, SourceToPoll
from crawlers.mail.dialogue import LoginRefused
from models.words import SourceKind
from tests.crawling import a_source, batches, failure, polled, posts_of, stored
from tests.mails import a_mail
from tests.talking import Talk, TalkingServer


@dataclass
class News:
    """One group of articles by number, behind as much of RFC 3977 as Harken speaks."""

    articles: dict[int, bytes] = field(default_factory=dict)
    knows_over: bool = True
    needs_login: bool = False
    gone: set[int] = field(default_factory=set)  # in the overview, but not there
    close_at: int = 0  # an article in whose middle it hangs up
    group: str = "comp.crm"

    def __call__(self, talk: Talk) -> None:
        talk.say(b"200 ready")
        known = not self.needs_login
        while line := talk.hear():
            command, _, rest = line.decode().partition(" ")
            if command == "AUTHINFO":
                known = known or rest == "PASS s3cret"
                talk.say(b"281 welcome" if known else b"381 more" if "USER" in rest else b"481 no")
            elif command == "GROUP":
                talk.say(self._group(rest) if known else b"480 log in first")
            elif command in {"OVER", "XOVER"}:
                talk.say(*self._over(command, rest))
            elif command == "ARTICLE":
                if int(rest) == self.close_at:
                    talk.say(b"220 follows", b"From: a@b.example")
                    return
                talk.say(*self._article(int(rest)))
            else:
                return

    def _group(self, name: str) -> bytes:
        if name != self.group:
            return b"411 no such group"
        low, high = min(self.articles, default=1), max(self.articles, default=0)
        return b"211 %d %d %d comp.crm" % (len(self.articles), low, high)

    def _over(self, command: str, asked: str) -> list[bytes]:
        if not self.knows_over and command == "OVER":
            return [b"500 what?"]
        first, last = map(int, asked.split("-"))
        there = [n for n in sorted(self.articles) if first <= n <= last]
        if not there:
            return [b"423 none"]
        lines = [b"%d\tsubject\tfrom\tdate\t<id>\t\t10\t1" % number for number in there]
        return [b"224 follows", *lines, b"."]

    def _article(self, number: int) -> list[bytes]:
        if number not in self.articles or number in self.gone:
            return [b"423 gone"]
        lines = self.articles[number].split(b"\n")
        return [b"220 follows", *(b"." + x if x.startswith(b".") else x for x in lines), b"."]


def an_article(number: int, text: str = "Which CRM?") -> bytes:
    return a_mail(text, message_id=f"{number}@news.example")


def source(
    server: TalkingServer, cursor: Cursor | None = None, *, group: str = "comp.crm", **options: str
) -> SourceToPoll:
    return a_source(
        f"nntp://127.0.0.1:{server.port}/{group}",
        kind=SourceKind.NNTP,
        cursor=cursor,
        options=options,
        secrets={"password": "s3cret"},
    )


def refused(at: SourceToPoll) -> SourceError:
    async def poll(gate: Gate) -> list[Batch]:
        return await batches(gate, at)

    return failure(poll)


def test_a_group_is_read_from_its_newest_articles_on() -> None:
    news = News({number: an_article(number) for number in range(1, 231)})
    with TalkingServer(news) as server:
        found = polled(source(server))
    assert len(posts_of(found)) == 200
    assert found[-1].cursor == {"article": 230}
    assert posts_of(found)[0].author == "Ann Lee"


def test_the_next_poll_takes_what_came_since() -> None:
    news = News({1: an_article(1)})
    with TalkingServer(news) as server:
        first = polled(source(server))
        news.articles |= {2: an_article(2, "Which one?"), 5: an_article(5, "None.")}
        second = polled(source(server, stored(first[-1])))
        (third,) = polled(source(server, stored(second[-1])))
    assert [post.text for post in posts_of(second)] == ["Which one?", "None."]
    assert second[-1].cursor == {"article": 5}
    assert third.not_modified


@pytest.mark.parametrize("knows_over", [True, False])
def test_articles_that_are_gone_are_no_error(*, knows_over: bool) -> None:
    news = News({1: an_article(1), 9: an_article(9)}, gone={1}, knows_over=knows_over)
    with TalkingServer(news) as server:
        found = polled(source(server))
    assert len(posts_of(found)) == 1
    assert [batch.problem for batch in found] == [None]


def test_lines_that_begin_with_a_dot_come_through() -> None:
    with TalkingServer(News({1: an_article(1, ".\n..\n.net or not?")})) as server:
        (post,) = posts_of(polled(source(server)))
    assert post.text == ".\n..\n.net or not?"


def test_a_group_that_was_numbered_anew_is_read_again_and_said_so() -> None:
    with TalkingServer(News({1: an_article(1)})) as server:
        (batch,) = polled(source(server, {"article": 900}))
    assert len(batch.posts) == 1
    assert "numbered anew" in str(batch.problem)


def test_an_empty_group_is_no_error() -> None:
    with TalkingServer(News()) as server:
        (batch,) = polled(source(server))
    assert batch.not_modified


def test_a_huge_article_is_read_at_its_beginning() -> None:
    news = News({1: an_article(1, "words " * 100_000), 2: an_article(2)})
    with TalkingServer(news) as server:
        first, second = posts_of(polled(source(server)))
    assert len(first.text.encode()) <= 64 * 1024
    assert second.text == "Which CRM?"


def test_a_login_is_sent_where_it_is_asked_for() -> None:
    with TalkingServer(News({1: an_article(1)}, needs_login=True)) as server:
        assert isinstance(refused(source(server)), LoginRefused)
        assert len(posts_of(polled(source(server, user="me")))) == 1


def test_an_article_leads_to_where_the_operator_says_it_is() -> None:
    with TalkingServer(News({1: an_article(1)})) as server:
        found = polled(source(server, link="https://lore.example/list/{message_id}/"))
    assert posts_of(found)[0].url == "https://lore.example/list/1@news.example/"


def test_a_group_that_is_not_there_is_not_found() -> None:
    with TalkingServer(News()) as server:
        assert isinstance(refused(source(server, group="comp.nowhere")), NotFound)


@pytest.mark.parametrize("path", ["", "a%0d%0aQUIT", "a b", "x" * 300])
def test_a_group_whose_name_is_none_is_never_asked_for(path: str) -> None:
    with TalkingServer(News()) as server:
        assert isinstance(refused(source(server, group=path)), BadUrl)
        assert server.commands == []


def test_a_password_is_not_sent_in_clear_to_another_machine() -> None:
    at = a_source("nntp://news.example/comp.crm", kind=SourceKind.NNTP, options={"user": "me"})
    assert "nntps://" in refused(at).reason


def test_a_poll_that_is_cut_off_has_lost_nothing() -> None:
    news = News({number: an_article(number) for number in range(1, 61)}, close_at=55)
    with TalkingServer(news) as server:
        assert isinstance(refused(source(server)), Truncated)
        news.close_at = 0
        assert len(posts_of(polled(source(server, {"article": 50})))) == 10


@pytest.mark.parametrize(
    "said", [b"* OK IMAP4 ready", b"HTTP/1.1 400 Bad", b"", b"\xff" * 70_000, b"2x0 hm"]
)
def test_what_is_no_news_server_is_an_error_in_words(said: bytes) -> None:
    with TalkingServer(lambda talk: talk.say(said)) as server:
        assert isinstance(refused(source(server)), Unparseable | Truncated)


def test_an_endless_list_is_hung_up_on() -> None:
    def endless(talk: Talk) -> None:
        talk.say(b"200 ready")
        talk.hear()
        talk.say(b"211 1 1 9 comp.crm")
        talk.hear()
        talk.say(b"224 follows")
        while True:
            talk.say(*[b"1\t" + b"x" * 60_000] * 10)

    with TalkingServer(endless) as server:
        error = refused(source(server))
    assert isinstance(error, Unparseable)
    assert "more than it was asked for" in error.reason

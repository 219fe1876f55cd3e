"""Millrace: two RSS feeds and an Atom feed of small local blogs, with a page behind each link."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from email.utils import format_datetime
from functools import cached_property

from service.demo.samples import Place, SamplePost, Site
from service.demo.sites.markup import as_paragraphs
from service.demo.sites.page import ROBOTS, Page, rendered

NAME = "Millrace"
_FILE = {"rss": "feed.xml", "atom": "atom.xml"}
_TYPE = {"rss": "application/rss+xml", "atom": "application/atom+xml"}
_EXCERPT = 180  # characters of a summary


@dataclass(frozen=True)
class FeedSite:
    """The pages of the feed site."""

    posts: Sequence[SamplePost]
    anchor: datetime

    @cached_property
    def _posts_by_place(self) -> Mapping[Place, Sequence[SamplePost]]:
        """Every place's posts, newest first."""
        found: dict[Place, list[SamplePost]] = defaultdict(list)
        for post in sorted(self.posts, key=lambda post: (post.age_hours, post.id)):
            if post.place.site is Site.FEED:
                found[post.place].append(post)
        return {place: found[place] for place in sorted(found, key=lambda place: place.id)}

    @property
    def feeds(self) -> Mapping[str, str]:
        """Every feed's path by the id of its place."""
        return {place.id: _feed_path(place) for place in self._posts_by_place}

    def page(self, path: str, query: Mapping[str, str], *, base: str) -> Page | None:
        """Return the page or feed at ``path``; there is nothing to ask for in ``query``."""
        del query
        if path == "/robots.txt":
            return Page(body=ROBOTS, content_type="text/plain")
        if path in {"/", "/index.html"}:
            return self._home()
        for place, posts in self._posts_by_place.items():
            if path == _feed_path(place):
                return self._feed(place, posts, base)
            if path in {f"/{place.id}", f"/{place.id}/"}:
                return self._front(place, posts)
            thread = [post for post in posts if path == f"/{place.id}/{post.thread}"]
            if thread:
                return self._article(place, thread)
        return None

    def _home(self) -> Page:
        places = [
            (place, _link(place), [post for post in posts if post.is_opening][:4])
            for place, posts in self._posts_by_place.items()
        ]
        links = [link for _, link, _ in places]
        return Page(body=rendered("feed/home.html", site=NAME, places=places, links=links))

    def _front(self, place: Place, posts: Sequence[SamplePost]) -> Page:
        threads = [(post, self._when(post)) for post in posts if post.is_opening]
        body = rendered(
            "feed/front.html", site=NAME, place=place, links=[_link(place)], threads=threads
        )
        return Page(body=body, modified=self._when(posts[0]))

    def _article(self, place: Place, newest_first: Sequence[SamplePost]) -> Page:
        opening, *replies = reversed(newest_first)
        body = rendered(
            "feed/article.html",
            site=NAME,
            place=place,
            links=[_link(place)],
            opening=opening,
            written=self._when(opening),
            replies=[(reply, self._when(reply)) for reply in replies],
        )
        return Page(body=body, modified=self._when(newest_first[0]))

    def _feed(self, place: Place, posts: Sequence[SamplePost], base: str) -> Page:
        newest = self._when(posts[0])
        entries = [
            {
                "title": _entry_title(post),
                "url": base + post.key,
                "id": f"tag:millrace.example,2019:{place.id}:{post.id}",
                "author": post.author,
                "published": self._when(post).isoformat(),
                "published_822": format_datetime(self._when(post), usegmt=True),
                "summary": _excerpt(post.text),
                "content": str(as_paragraphs(post.text)),  # a plain str, so that it is escaped
            }
            for post in posts
        ]
        body = rendered(
            f"feed/{place.format}.xml",
            place=place,
            url=f"{base}/{place.id}/",
            self_url=base + _feed_path(place),
            id=f"tag:millrace.example,2019:{place.id}",
            updated=newest.isoformat(),
            updated_822=format_datetime(newest, usegmt=True),
            entries=entries,
        )
        return Page(body=body, content_type=_TYPE[place.format], modified=newest)

    def _when(self, post: SamplePost) -> datetime:
        return post.published(self.anchor)


def _feed_path(place: Place) -> str:
    return f"/{place.id}/{_FILE[place.format]}"


def _link(place: Place) -> tuple[str, str, str]:
    """Return type, path and title for a ``link rel="alternate"``."""
    return _TYPE[place.format], _feed_path(place), place.name


def _entry_title(post: SamplePost) -> str:
    if post.is_opening:
        return post.thread_title
    return post.place.reply_title.format(title=post.thread_title, author=post.author)


def _excerpt(text: str) -> str:
    words = " ".join(text.split())
    if len(words) <= _EXCERPT:
        return words
    return words[:_EXCERPT].rsplit(" ", 1)[0] + " …"

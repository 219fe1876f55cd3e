"""Hopper News: the Hacker News search API of Algolia, and a plain page behind each item."""

import json
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property

from markupsafe import Markup
from pydantic import JsonValue

from service.demo.samples import SamplePost, Site
from service.demo.sites.api_search import BadSearchError, Search
from service.demo.sites.markup import as_hopper_text
from service.demo.sites.page import ROBOTS, Page, rendered

NAME = "Hopper News"


@dataclass(frozen=True)
class ApiSite:
    """The answers and pages of the API community."""

    posts: Sequence[SamplePost]
    anchor: datetime

    @cached_property
    def _by_id(self) -> Mapping[int, SamplePost]:
        """Every item, newest first."""
        here = [post for post in self.posts if post.place.site is Site.API]
        return {post.id: post for post in sorted(here, key=lambda post: post.age_hours)}

    @cached_property
    def _answers(self) -> Mapping[int, Sequence[SamplePost]]:
        """The comments on every item, oldest first."""
        found: dict[int, list[SamplePost]] = defaultdict(list)
        for post in reversed(list(self._by_id.values())):
            if post.parent is not None:
                found[post.parent].append(post)
        return found

    @cached_property
    def _hits(self) -> Sequence[dict[str, JsonValue]]:
        return [self._hit(post) for post in self._by_id.values()]

    def page(self, path: str, query: Mapping[str, str], *, base: str) -> Page | None:
        """Return the API's answer or the HTML page at ``path``."""
        del base
        if path == "/robots.txt":
            return Page(body=ROBOTS, content_type="text/plain")
        if path == "/":
            stories = [post for post in self._by_id.values() if post.is_opening]
            return Page(body=rendered("api/home.html", site=NAME, rows=self._rows(stories)))
        if path == "/item":
            post = self._asked(query.get("id", ""))
            return self._item_page(post) if post else None
        if path == "/api/v1/search_by_date":
            return self._search(query)
        if path.startswith("/api/v1/items/"):
            post = self._asked(path.removeprefix("/api/v1/items/"))
            return _answer(self._item(post)) if post else _answer({"error": "Not Found"}, 404)
        return None

    def _search(self, query: Mapping[str, str]) -> Page:
        try:
            return _answer(Search.asked(query).over(self._hits))
        except BadSearchError as error:
            return _answer({"message": str(error), "status": 400}, 400)

    def _asked(self, number: str) -> SamplePost | None:
        return self._by_id.get(int(number)) if number.isascii() and number.isdecimal() else None

    def _item_page(self, post: SamplePost) -> Page:
        newest = min(self._under(post), key=lambda found: found.age_hours)
        body = rendered(
            "api/item.html",
            site=NAME,
            post=post,
            when=post.published(self.anchor),
            html=Markup(as_hopper_text(post.text)),  # noqa: S704 - escaped by as_hopper_text
            rows=self._rows(list(self._under(post))[1:], post),
        )
        return Page(body=body, modified=newest.published(self.anchor))

    def _under(self, post: SamplePost) -> Iterator[SamplePost]:
        """Yield the item, then everything below it in reading order."""
        yield post
        for answer in self._answers.get(post.id, ()):
            yield from self._under(answer)

    def _rows(
        self, posts: Sequence[SamplePost], root: SamplePost | None = None
    ) -> list[Mapping[str, object]]:
        return [
            {
                "post": post,
                "when": post.published(self.anchor),
                "html": Markup(as_hopper_text(post.text)),  # noqa: S704 - escaped there
                "comments": sum(1 for _ in self._under(post)) - 1,
                "depth": self._depth(post, root),
            }
            for post in posts
        ]

    def _depth(self, post: SamplePost, root: SamplePost | None) -> int:
        depth = 0
        while post.parent is not None and (root is None or post.parent != root.id):
            post, depth = self._by_id[post.parent], depth + 1
        return depth

    def _hit(self, post: SamplePost) -> dict[str, JsonValue]:
        """Return the item as a search finds it; keys that don't apply are null."""
        when = post.published(self.anchor)
        story = self._by_id[int(post.thread)]
        text = as_hopper_text(post.text) or None
        return {
            "objectID": str(post.id),
            "title": post.thread_title if post.is_opening else None,
            "url": post.link,
            "author": post.author,
            "points": post.points,
            "story_text": text if post.is_opening else None,
            "comment_text": None if post.is_opening else text,
            "num_comments": sum(1 for _ in self._under(post)) - 1 if post.is_opening else None,
            "story_id": story.id,
            "story_title": None if post.is_opening else post.thread_title,
            "story_url": None if post.is_opening else story.link,
            "parent_id": post.parent,
            "created_at": f"{when:%Y-%m-%dT%H:%M:%SZ}",
            "created_at_i": int(when.timestamp()),
            "_tags": [*_tags(post)],
        }

    def _item(self, post: SamplePost) -> dict[str, JsonValue]:
        """Return the item with everything that was said below it."""
        when = post.published(self.anchor)
        return {
            "id": post.id,
            "created_at": f"{when:%Y-%m-%dT%H:%M:%S}.000Z",
            "created_at_i": int(when.timestamp()),
            "type": "story" if post.is_opening else "comment",
            "author": post.author,
            "title": post.thread_title if post.is_opening else None,
            "url": post.link,
            "text": as_hopper_text(post.text) or None,
            "points": post.points,
            "parent_id": post.parent,
            "story_id": int(post.thread),
            "children": [self._item(answer) for answer in self._answers.get(post.id, ())],
            "options": [],
        }


def _tags(post: SamplePost) -> Iterator[str]:
    yield "story" if post.is_opening else "comment"
    yield f"author_{post.author}"
    yield f"story_{post.thread}"
    if post.is_opening:
        for kind in ("ask", "show", "launch"):
            if post.thread_title.startswith(f"{kind.capitalize()} HN:"):
                yield f"{kind}_hn"


def _answer(document: Mapping[str, JsonValue], status: int = 200) -> Page:
    return Page(
        body=json.dumps(document, ensure_ascii=False),
        content_type="application/json",
        status=status,
    )

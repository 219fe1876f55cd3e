"""The answers of GitHub's issue search to posts. Pure."""

import re
from datetime import datetime

from pydantic import Field, JsonValue, RootModel

from crawlers.apis.asking import ApiModel
from crawlers.apis.metered import Identifier, Moment, RefusedByApi, explained
from crawlers.errors import RateLimited, SourceError
from crawlers.fetch import Page
from crawlers.found import FoundPost
from crawlers.plaintext import MAX_TEXT, PlainText, from_text, one_line
from crawlers.times import stated
from crawlers.urls import safe_link

#: What issue templates tell the author; it is shown to nobody.
_HINT = re.compile(r"<!--.*?(?:-->|\Z)", re.DOTALL)
#: "If you receive a secondary rate limit without headers, wait for at least one minute."
_UNNAMED_REST = 60
_TOO_OFTEN = ("secondary rate limit", "abuse detection", "rate limit exceeded")


class User(ApiModel):
    """Who opened an issue."""

    login: str
    html_url: str | None = None


class Label(ApiModel):
    """A label of an issue."""

    name: str = ""


class Issue(ApiModel):
    """An issue, or a pull request, which the API calls one too."""

    id: Identifier
    created: Moment = Field(alias="created_at", ge=0, le=2**40)
    title: str
    body: str | None = None
    html_url: str | None = None
    repository_url: str = ""
    user: User | None = None  # None when the account was deleted
    labels: tuple[Label, ...] = ()
    pull_request: JsonValue = None
    comments: int = 0

    @property
    def is_pull_request(self) -> bool:
        """Whether it offers a change and asks for nothing."""
        return self.pull_request is not None or "/pull/" in (self.html_url or "")

    @property
    def repository(self) -> str:
        """Its repository as ``owner/name``, or nothing."""
        return "/".join(self.repository_url.rstrip("/").split("/")[-2:])[:140]


class Comment(ApiModel):
    """What is said under an issue."""

    id: Identifier
    created: Moment = Field(alias="created_at", ge=0, le=2**40)
    body: str | None = None
    html_url: str | None = None
    user: User | None = None


class Comments(RootModel[list[JsonValue]]):
    """A page of comments, each of which may have any shape."""


class RawAnswer(ApiModel):
    """A page of results, each of which may have any shape."""

    items: list[JsonValue]
    total_count: int = 0
    incomplete_results: bool = False


class _Refusal(ApiModel):
    message: str
    errors: tuple[JsonValue, ...] = ()


def explain(page: Page) -> SourceError | None:
    """Return what a refusal says: that the search is wrong, the token bad, or the limit reached.

    Source: GitHub's "Rate limits for the REST API" and "Troubleshooting the REST API".
    """
    said = explained(page, _Refusal)
    if said is None:
        return None
    words = said.message[:1_000]
    if page.status in (403, 429) and any(sign in words.lower() for sign in _TOO_OFTEN):
        return RateLimited(_UNNAMED_REST)
    details = [error.get("message") for error in said.errors[:3] if isinstance(error, dict)]
    more = [detail for detail in details if isinstance(detail, str)]
    return RefusedByApi(page.status, said=": ".join([words, *more]))


def post(issue: Issue, *, now: datetime) -> FoundPost:
    """Return the post that an issue is. Its body is Markdown, which reads well as it stands."""
    text = _plain(issue.body)
    title = one_line(issue.title, most=300)
    link = safe_link(issue.html_url)
    labels = [label.name for label in issue.labels[:20]]
    return FoundPost(
        external_id=issue.id,
        url=link,
        title=title,
        text=text.text,
        quoted=text.quoted,
        author=_name(issue.user),
        author_url=safe_link(issue.user.html_url) if issue.user else None,
        published=stated(issue.created, now=now),
        thread_key=issue.id,
        thread_title=title,
        thread_url=link,
        tags=tuple(one_line(tag, most=140) for tag in (issue.repository, *labels) if tag),
    )


def reply(comment: Comment, issue: Issue, *, now: datetime) -> FoundPost:
    """Return the post that a comment is. Issues and comments are numbered apart."""
    text = _plain(comment.body)
    return FoundPost(
        external_id=f"comment-{comment.id}",
        url=safe_link(comment.html_url),
        text=text.text,
        quoted=text.quoted,
        author=_name(comment.user),
        author_url=safe_link(comment.user.html_url) if comment.user else None,
        published=stated(comment.created, now=now),
        thread_key=issue.id,
        thread_title=one_line(issue.title, most=300),
        thread_url=safe_link(issue.html_url),
        parent_external_id=issue.id,
        is_opening=False,
    )


def _plain(body: str | None) -> PlainText:
    return from_text(_HINT.sub("", (body or "")[:MAX_TEXT]))


def _name(user: User | None) -> str | None:
    return one_line(user.login, most=100) or None if user else None

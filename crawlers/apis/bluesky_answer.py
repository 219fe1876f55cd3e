"""The answers of Bluesky's post search to posts. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated

from pydantic import Field, JsonValue, StringConstraints, ValidationError

from crawlers.apis.asking import ApiModel
from crawlers.apis.metered import Moment
from crawlers.found import FoundPost
from crawlers.plaintext import from_text, one_line
from crawlers.times import stated
from crawlers.urls import safe_link

SITE = "https://bsky.app"
_Uri = Annotated[
    str,
    StringConstraints(
        pattern=r"^at://[A-Za-z0-9.:%-]+/app\.bsky\.feed\.post/[A-Za-z0-9._:~-]+$", max_length=400
    ),
]
#: Labels by which an author, or Bluesky, says that the public shall not see a post.
_HIDING = frozenset({"!no-unauthenticated", "!hide", "!takedown", "!suspend"})


class _Label(ApiModel):
    val: str = ""
    neg: bool = False  # takes back what was said before


class _Author(ApiModel):
    did: str
    handle: str | None = None
    labels: tuple[_Label, ...] = ()


class _Link(ApiModel):
    uri: _Uri


class _Reply(ApiModel):
    root: _Link
    parent: _Link


class _Record(ApiModel):
    text: str = ""
    created: Moment = Field(alias="createdAt")
    langs: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()
    reply: _Reply | None = None


class SkyPost(ApiModel):
    """A post as the search shows it."""

    uri: _Uri
    author: _Author
    record: _Record
    indexed: Moment = Field(alias="indexedAt")
    labels: tuple[_Label, ...] = ()
    replies: int = Field(default=0, alias="replyCount")  # that there are, shown or not

    @property
    def external_id(self) -> str:
        """Author and record key: what its address holds besides the scheme."""
        return _id(self.uri)

    @property
    def seconds(self) -> int:
        """What the search sorts by: when it was written, but not later than it was seen."""
        return min(self.record.created, self.indexed)

    @property
    def is_shown(self) -> bool:
        """Whether its author wants the public to see it."""
        labels = (*self.labels, *self.author.labels)
        return not any(label.val in _HIDING and not label.neg for label in labels)


class FoundPosts(ApiModel):
    """A page of results, each of which may have any shape."""

    posts: list[JsonValue]


class ThreadAnswer(ApiModel):
    """A conversation, as a tree of any shape, or why there is none."""

    thread: JsonValue = None
    error: str = ""


class _Node(ApiModel):
    post: JsonValue = None  # None: it was taken back, or its author blocked somebody
    replies: tuple[JsonValue, ...] = ()
    gone: bool = Field(default=False, alias="notFound")


@dataclass(frozen=True, slots=True)
class Unfolded:
    """The posts of a conversation, and whether these are all that there are."""

    posts: tuple[SkyPost, ...]
    unreadable: int
    whole: bool


def is_gone(answer: ThreadAnswer) -> bool:
    """Say whether the server answers that the opening post is not there any more."""
    if answer.thread is None:
        return answer.error == "NotFound"
    try:
        return _Node.model_validate(answer.thread).gone
    except ValidationError:
        return False


def unfolded(tree: JsonValue, *, most_deep: int) -> Unfolded:
    """Return the posts of a tree of replies; it is a part where any post has more than it shows.

    Args:
        tree: as ``getPostThread`` gives it.
        most_deep: how deep it was asked for.
    """
    found: list[SkyPost] = []
    unreadable, whole = 0, True
    waiting: list[tuple[JsonValue, int]] = [(tree, 0)]
    while waiting:
        value, depth = waiting.pop()
        try:
            node = _Node.model_validate(value)
            post = SkyPost.model_validate(node.post) if node.post is not None else None
        except ValidationError:
            unreadable += 1
            continue
        if post is None:
            whole = whole and node.gone
            continue
        found.append(post)
        whole = whole and depth < most_deep and post.replies <= len(node.replies)
        waiting += ((reply, depth + 1) for reply in node.replies)
    return Unfolded(tuple(found), unreadable, whole and not unreadable)


def uri_of(external_id: str) -> str:
    """Return what names a post in the network."""
    return f"at://{external_id}"


def posts(found: Sequence[SkyPost], *, now: datetime) -> tuple[FoundPost, ...]:
    """Return what may be read of a page, oldest first."""
    shown = sorted((post for post in found if post.is_shown), key=lambda post: post.seconds)
    return tuple(_post(post, now=now) for post in shown)


def _post(post: SkyPost, *, now: datetime) -> FoundPost:
    record, text = post.record, from_text(post.record.text)
    reply = record.reply
    root = reply.root.uri if reply else post.uri
    author = _author(post.author)
    return FoundPost(
        external_id=post.external_id,
        url=safe_link(f"{SITE}/profile/{author}/post/{_key(post.uri)}"),
        text=text.text,
        quoted=text.quoted,
        author=one_line(author, most=100),
        author_url=safe_link(f"{SITE}/profile/{author}"),
        published=stated(post.seconds, now=now),
        thread_key=_id(root),
        thread_url=safe_link(f"{SITE}/profile/{_repository(root)}/post/{_key(root)}"),
        parent_external_id=_id(reply.parent.uri) if reply else None,
        is_opening=reply is None,
        language=one_line(record.langs[0], most=35) if record.langs else None,
        tags=tuple(one_line(tag, most=60) for tag in record.tags[:20] if tag.strip()),
    )


def _author(author: _Author) -> str:
    """Return the handle; the id where the handle doesn't lead to its author any more."""
    handle = author.handle or ""
    return author.did if handle in {"", "handle.invalid"} else handle


def _id(uri: str) -> str:
    return uri.removeprefix("at://")


def _repository(uri: str) -> str:
    return _id(uri).partition("/")[0]


def _key(uri: str) -> str:
    return uri.rpartition("/")[2]

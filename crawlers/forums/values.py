"""What a page of a forum holds: plain values between the parsing child and the walk."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class ListedThread:
    """A thread as a board lists it."""

    url: str
    title: str
    state: str | None  # changes with every answer; None when the list doesn't tell
    active: int | None = None  # seconds since 1970 of its last post, where the list tells


@dataclass(frozen=True, slots=True)
class ForumPost:
    """A post as its thread shows it."""

    id: str | None  # as the forum numbers it: "p345", "post-345"; None when it is not sure
    url: str | None
    author: str | None
    published: int | None  # seconds since 1970, as stated
    text: str
    quoted: str
    exact: bool = True  # False when the page says "2 hours ago": the time moves with the clock
    opens: bool | None = None  # whether it begins a conversation; None: its place tells


@dataclass(frozen=True, slots=True)
class ForumPage:
    """What one page of a forum holds: boards and threads, or posts."""

    platform: str | None  # None when nothing is known of it
    title: str
    url: str  # its own address, as it states it
    boards: tuple[str, ...] = ()
    threads: tuple[ListedThread, ...] = ()
    posts: tuple[ForumPost, ...] = ()
    following: str | None = None  # the next page
    number: int = 1  # which page of the list or thread it is
    ids_are_global: bool = True  # a post's id is the only one in the forum, not in its thread
    looks: tuple[str, ...] = ()  # tag and classes of what is a post, where nobody wrote selectors

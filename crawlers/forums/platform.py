"""The shape of a row of selectors: what one forum software's pages look like."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Platform:
    """CSS selectors of one forum software's pages. What the page has first counts, or all.

    An empty selector finds nothing.
    """

    name: str
    mark: str  # only this software has it
    board: str = ""  # all links to boards
    row: str = ""  # all rows of a list of threads
    thread: str = ""  # in a row: the link to the thread
    replies: str = ""  # in a row: how many answers
    last: str = ""  # in a row: a time or a link that changes with every answer
    title: str = "h1"  # of a thread
    post: str  # all posts of a thread
    post_id: tuple[str, ...] = ("id",)  # attributes of a post that may hold its id
    author: str  # in a post
    author_attribute: str = ""  # of a post
    time: tuple[str, ...] = ("time[datetime]",)  # in a post, the surest first
    body: tuple[str, ...]  # in a post, the surest first
    permalink: str = ""  # in a post
    following: str = ""  # the link to the next page, where the usual ways don't find it
    current: str = ""  # the number of this page
    opening: str = ""  # of the posts: those that begin a thread, on whichever page they are shown
    opens: bool = True  # the first post begins the thread; False for comments on an article
    ids_are_global: bool = True  # no two posts of the forum have the same id

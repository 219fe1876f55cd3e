"""What forum software's pages look like: one row of selectors for each."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Platform:
    """CSS selectors of one forum software's pages. What the page has first counts, or all."""

    name: str
    mark: str  # only this software has it
    board: str  # all links to boards
    row: str  # all rows of a list of threads
    thread: str  # in a row: the link to the thread
    replies: str  # in a row: how many answers
    last: str  # in a row: a time or a link that changes with every answer
    title: str  # of a thread
    post: str  # all posts of a thread
    post_id: tuple[str, ...]  # attributes of a post that may hold its id
    author: str  # in a post
    author_attribute: str = ""  # of a post
    time: tuple[str, ...] = ("time[datetime]",)  # in a post, the surest first
    body: str  # in a post
    permalink: str  # in a post
    following: str  # the link to the next page
    current: str  # the number of this page


PHPBB = Platform(
    name="phpBB",
    mark="body#phpbb, a.topictitle, a.forumtitle, .postbody .postauthor",
    board="a.forumtitle, a.subforum",
    row="ul.topiclist.topics > li.row, table.forumbg tr, tr:has(> td a.topictitle)",
    thread="a.topictitle",
    replies="dd.posts, td.posts",
    last="dd.lastpost time[datetime], dd.lastpost a[href*='p='], td.lastpost a[href*='p=']",
    title="h2.topic-title, h2 a[href*='viewtopic']",
    post="div.post[id^=p]",
    post_id=("id",),
    author=(
        ".postprofile .username, .postprofile .username-coloured, "
        "p.author .username, p.author .username-coloured, p.author strong"
    ),
    time=("p.author time[datetime]", "p.author"),
    body=".content",
    permalink="p.author a[href*='p='], h3 a[href*='#p']",
    following=".pagination a[rel=next], .pagination li.next a, a.right-box[href*='start=']",
    current=".pagination li.active, .pagination strong",
)

XENFORO_2 = Platform(
    name="XenForo 2",
    mark="html#XF, .structItem--thread, article.message--post",
    board="h3.node-title a, .node-subNodeFlatList a",
    row=".structItem--thread",
    thread=".structItem-title a[href*='/threads/'], .structItem-title a[data-tp-primary]",
    replies=".structItem-cell--meta dd",
    last=".structItem-latestDate[datetime], time.structItem-latestDate",
    title="h1.p-title-value",
    post="article.message--post",
    post_id=("data-content", "id"),
    author=".message-name .username, .message-userDetails .username",
    author_attribute="data-author",
    time=(".message-attribution time[datetime]", "time.u-dt[datetime]"),
    body=".message-body .bbWrapper, .message-body",
    permalink=".message-attribution a[href*='post-'], .message-attribution a[href*='/posts/']",
    following="a.pageNav-jump--next",
    current=".pageNav-page--current",
)

PLATFORMS = (PHPBB, XENFORO_2)
